//! The exact text of what is printed.

use std::time::Duration;

use super::{Report, diagnostics, summary, timings};
use crate::base::diagnostic::{Diagnostic, FileDiagnostics};
use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;
use crate::base::text::Position;
use crate::base::timing::{TimedSpan, Timings};
use crate::commands::Mode;
use crate::commands::outcome::*;

fn problem(code: &'static str, start: (u32, u32), end: (u32, u32), message: &str) -> Diagnostic {
    let position = |(row, column)| Position { row, column };
    Diagnostic::error(code, position(start), position(end), message)
}

fn rendered(text: &str, diagnostics: Vec<Diagnostic>) -> String {
    let mut target = String::new();
    let file = FileDiagnostics {
        path: "packages/a.dark".into(),
        text: text.into(),
        diagnostics,
        others: Vec::new(),
    };
    diagnostics::render(&mut target, &file, false);
    target
}

fn item(kind: ItemKind, location: &str, byte: u8) -> ListedItem {
    ListedItem { kind, location: location.into(), hash: ContentHash([byte; 32]) }
}

const TEXT: &str = "module Tests\n\nlet f (x: Int) : Int =\n  g x\n";

#[test]
fn a_problem_shows_its_line_and_notes() {
    let mut unresolved = problem("", (3, 2), (3, 3), "there is no `g`");
    unresolved.notes.push("tried: Tests.g, g".into());
    assert_eq!(
        rendered(TEXT, vec![unresolved]),
        "\
error: there is no `g`
 --> packages/a.dark:4:3
  |
4 |   g x
  |   ^
  |
  = note: tried: Tests.g, g

"
    );
}

#[test]
fn a_problem_shows_its_code() {
    assert_eq!(
        rendered(TEXT, vec![problem("PARSE-EXPECTED", (0, 0), (0, 6), "expected a name")]),
        "\
error[PARSE-EXPECTED]: expected a name
 --> packages/a.dark:1:1
  |
1 | module Tests
  | ^^^^^^

"
    );
}

#[test]
fn columns_count_characters() {
    let shown =
        rendered("let a = \"\u{1F600}é\" @@\n", vec![problem("LEX", (0, 13), (0, 15), "what is this")]);
    assert_eq!(
        shown,
        "\
error[LEX]: what is this
 --> packages/a.dark:1:13
  |
1 | let a = \"\u{1F600}é\" @@
  |              ^^

"
    );
}

#[test]
fn places_outside_the_text_are_moved_inside() {
    for (text, row, column) in
        [("", 0, 0), ("", 7, 7), ("a", 0, 9), ("a\n", 1, 0), ("a\r\nb", 0, 1), ("é", 0, 1)]
    {
        let end = problem("X", (row, column), (row, column + 1), "here");
        assert!(rendered(text, vec![end]).starts_with("error[X]: here\n --> packages/a.dark:"), "{text:?}");
    }
}

#[test]
fn a_long_range_is_shown_by_its_first_row() {
    let text = "(\n".repeat(40);
    let shown = rendered(&text, vec![problem("PARSE-UNCLOSED", (2, 0), (39, 1), "missing `)`")]);
    assert_eq!(
        shown,
        "\
error[PARSE-UNCLOSED]: missing `)`
 --> packages/a.dark:3:1
  |
3 | (
  | ^

"
    );
}

#[test]
fn many_errors_of_a_file_are_counted() {
    let diagnostics = (0..23).map(|row| problem("LEX", (row, 0), (row, 1), "no")).collect();
    let shown = rendered(&"#\n".repeat(23), diagnostics);
    assert_eq!(shown.matches("error[LEX]").count(), 20);
    assert!(shown.ends_with("error: 3 more errors in packages/a.dark\n\n"));
}

const COUNTS: Counts = Counts {
    files: 449,
    files_hit: 448,
    files_parsed: 1,
    files_failed: 0,
    sidecars_read: 3,
    sidecars_written: 1,
    items: 5817,
    items_added: 1,
    items_changed: 2,
    items_removed: 0,
    items_linked: 9,
    items_hashed: 8,
    items_compiled: 7,
    values_evaluated: 2,
    values_left: 1,
    bodies_checked: 5,
    findings: 6,
    rows_written: 60,
    own_rows_written: 2,
    statements_prepared: 21,
    builtin_sources_read: 77,
    package_refs_changed: 68,
};

#[test]
fn the_counts_of_a_run() {
    let time = Duration::from_micros(12_900);
    assert_eq!(
        summary::reload_counts(&COUNTS, time),
        "449 files (448 hit, 1 parsed, 0 failed), 5817 items (1 added, 2 changed, 0 removed), 12 ms"
    );
    assert_eq!(summary::build_counts(&COUNTS, time), "449 sidecars (448 fresh, 1 written), 0 failed, 12 ms");
    let mut report = Report::default();
    report.stats(&COUNTS);
    assert_eq!(
        report.text,
        "\
files hit: 448
files parsed: 1
files failed: 0
sidecars read: 3
sidecars written: 1
items linked: 9
items hashed: 8
items compiled: 7
values evaluated: 2
values left to Darklang: 1
bodies checked: 5
findings: 6
rows written: 60
own rows written: 2
statements prepared: 21
built-in sources read: 77
package refs changed: 68
"
    );
}

#[test]
fn the_last_line_says_whether_anything_was_applied() {
    let last = |outcome: &Outcome, mode| {
        let mut report = Report::default();
        report.reload(outcome, mode);
        report.text
    };
    let mut outcome = Outcome { counts: COUNTS, ..Outcome::default() };
    assert!(last(&outcome, Mode::Apply).starts_with("reloaded: 449 files (448 hit, "));
    assert!(last(&outcome, Mode::DryRun).starts_with("would reload: 449 files (448 hit, "));
    outcome.failures.push(FileDiagnostics::default());
    let text = last(&outcome, Mode::Apply);
    assert!(
        text.starts_with("not reloaded: 449 files (448 hit, ") && text.ends_with("; nothing was applied\n")
    );
    let outcome = Outcome { difference: Some("row 3 of locations".into()), ..Outcome::default() };
    assert!(
        last(&outcome, Mode::Verify).starts_with("difference: row 3 of locations\nnot verified: 0 files")
    );
}

#[test]
fn items_are_lines_in_bytewise_order() {
    let items =
        [item(ItemKind::Value, "A.x", 1), item(ItemKind::Fn, "A.f2", 2), item(ItemKind::Fn, "A.f", 0xab)];
    let mut report = Report::default();
    report.items_tsv(&items);
    let (two, one, ab) = ("02".repeat(32), "01".repeat(32), "ab".repeat(32));
    assert_eq!(report.data, format!("fn\tA.f\t{ab}\nfn\tA.f2\t{two}\nvalue\tA.x\t{one}\n"));
    let mut report = Report::default();
    report.items_json(&items[..1]);
    assert_eq!(report.data, format!("{{\"kind\":\"value\",\"name\":\"A.x\",\"hash\":\"{one}\"}}\n"));
}

#[test]
fn an_inspected_file_as_json_has_one_based_positions() {
    let mut report = Report::default();
    report.inspected_json(&Inspected {
        path: "a.dark".into(),
        text: TEXT.into(),
        verdict: Verdict::PackageError,
        items: vec![item(ItemKind::Type, "A.T", 0)],
        canonical: Vec::new(),
        diagnostics: vec![problem("LEX", (0, 3), (1, 0), "a \"quoted\" word")],
    });
    let hash = "00".repeat(32);
    let expected = format!(
        r#"{{"path":"a.dark","verdict":"package-error","items":[{{"kind":"type","name":"A.T","hash":"{hash}"}}],"diagnostics":[{{"code":"LEX","level":"error","message":"a \"quoted\" word","start":[1,4],"end":[2,1],"bytes":[3,13],"utf16":[4,1],"item":null,"suggestions":[]}}]}}"#
    );
    assert_eq!(report.data, expected + "\n");
}

#[test]
fn reasons_are_printed_once_for_many_files() {
    let status = |path: String, origin, reason: &str| FileStatus { path, origin, reason: reason.into() };
    let mut outcome = Outcome::default();
    outcome
        .files
        .extend((10..21).map(|n| status(format!("{n}.dark"), FileOrigin::Parsed, "missing: no sidecar")));
    outcome.files.push(status("a.dark".into(), FileOrigin::Parsed, "stale: the source changed"));
    outcome.files.push(status("b.dark".into(), FileOrigin::Unchanged, ""));
    outcome.relinked.push(Relinked {
        kind: ItemKind::Fn,
        location: "A.f".into(),
        because: "A.g began to exist".into(),
    });
    let mut report = Report::default();
    report.explain(&outcome);
    let listed: String = (10..21).map(|n| format!("  {n}.dark\n")).collect();
    assert_eq!(
        report.text,
        format!(
            "unchanged  1 file\nparsed  11 files: missing: no sidecar\n{listed}\
             parsed  a.dark: stale: the source changed\nrelinked  fn A.f: A.g began to exist\n"
        )
    );
}

#[test]
fn changes_are_signed() {
    let change =
        |change, location: &str| ItemChange { change, kind: ItemKind::Fn, location: location.into() };
    let mut report = Report::default();
    report.changes(&[
        change(Change::Added, "A.a"),
        change(Change::Changed, "A.b"),
        change(Change::Amended, "A.c"),
        change(Change::Removed, "A.d"),
    ]);
    assert_eq!(report.data, "+ fn A.a\n~ fn A.b\n. fn A.c\n- fn A.d\n");
}

#[test]
fn spans_that_overlap_get_lanes_of_their_own() {
    let span = |name, start, duration| TimedSpan {
        name,
        start: Duration::from_micros(start),
        duration: Duration::from_micros(duration),
    };
    let spans =
        vec![span("whole", 0, 100), span("part", 10, 20), span("other", 20, 90), span("later", 120, 5)];
    let mut timings = Timings::default();
    timings.spans = spans;
    let placed: Vec<_> = timings::lanes(&timings).into_iter().map(|(span, lane)| (span.name, lane)).collect();
    assert_eq!(placed, [("whole", 0), ("part", 0), ("other", 1), ("later", 0)]);
    let mut report = Report::default();
    report.timings_trace(&timings);
    assert!(report.data.starts_with(
        r#"{"traceEvents":[{"name":"whole","ph":"X","ts":0.0,"dur":100.0,"pid":1,"tid":1},{"name":"part","#
    ));
}
