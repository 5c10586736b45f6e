//! What a watch says: a line or a JSON object a reload, and notes about itself.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::findings::JsonDiagnostic;
use super::summary::reload_word;
use super::{Report, json_line, line, plural};
use crate::base::diagnostic::FileDiagnostics;
use crate::base::text::LineIndex;
use crate::commands::Mode;
use crate::commands::outcome::{OlderUse, Outcome};
use crate::commands::watch::Note;

/// The version of the shapes below (`docs/json.md`).
const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonReload<'o> {
    version: u32,
    command: &'static str,
    result: &'static str,
    /// From the first hint at the change, else from the start, until the store was closed.
    ms: f64,
    files: JsonFiles,
    items: JsonItems,
    rows_written: usize,
    /// Uses of names that mean nothing, and findings of the check of types, in all items.
    unresolved_names: usize,
    findings: usize,
    errors: Vec<JsonDiagnostic<'o>>,
    warnings: Vec<JsonDiagnostic<'o>>,
    /// Names of edited sources that a user has bound on main.
    overridden: &'o [String],
    older_uses: Vec<JsonOlderUse<'o>>,
    notes: Vec<&'o str>,
}

#[derive(Serialize)]
struct JsonOlderUse<'o> {
    item: &'o str,
    branch: &'o str,
    uses: &'o str,
}

#[derive(Serialize)]
struct JsonFiles {
    all: usize,
    hit: usize,
    parsed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct JsonItems {
    all: usize,
    added: usize,
    changed: usize,
    removed: usize,
}

#[derive(Serialize)]
struct JsonFailure<'o> {
    version: u32,
    command: &'o str,
    result: &'static str,
    error: String,
}

impl Report {
    /// One object for the whole of a reload.
    pub fn reload_json(&mut self, outcome: &Outcome, mode: Mode, took: Duration) {
        let counts = &outcome.counts;
        let (result, _) = reload_word(outcome, mode);
        let difference = outcome.difference.as_deref().into_iter();
        let object = JsonReload {
            version: VERSION,
            command: "reload",
            result,
            ms: milliseconds(took),
            files: JsonFiles {
                all: counts.files,
                hit: counts.files_hit,
                parsed: counts.files_parsed,
                failed: counts.files_failed,
            },
            items: JsonItems {
                all: counts.items,
                added: counts.items_added,
                changed: counts.items_changed,
                removed: counts.items_removed,
            },
            rows_written: counts.rows_written,
            unresolved_names: outcome.unresolved.max(outcome.unresolved_elsewhere),
            findings: counts.findings,
            errors: json_diagnostics(&outcome.failures),
            warnings: [json_diagnostics(&outcome.names), json_diagnostics(&outcome.findings)].concat(),
            overridden: &outcome.overridden,
            older_uses: outcome
                .older_uses
                .iter()
                .map(|OlderUse { item, branch, uses }| JsonOlderUse { item, branch, uses })
                .collect(),
            notes: outcome
                .warnings
                .iter()
                .chain(&outcome.notes)
                .map(String::as_str)
                .chain(difference)
                .collect(),
        };
        json_line(&mut self.data, &object);
    }

    /// One object for a run that could not be finished.
    pub fn failure_json(&mut self, command: &str, failure: &dyn std::fmt::Display) {
        let error = failure.to_string();
        json_line(&mut self.data, &JsonFailure { version: VERSION, command, result: "failed", error });
    }

    /// That the first run is over.
    pub fn watching(&mut self, packages: &Path) {
        line(&mut self.text, format_args!("watching {}; Ctrl-C ends", packages.display()));
    }

    /// What is wrong, if anything, and one line for a reload that is not the first. `elsewhere` is how many names and
    /// findings in other items are to be told of.
    pub fn reloaded_again(
        &mut self,
        outcome: &Outcome,
        elsewhere: [usize; 2],
        with_findings: bool,
        took: Duration,
        since_save: bool,
    ) {
        let [names, findings] = elsewhere;
        self.findings(&outcome.failures, &outcome.names, &outcome.warnings);
        self.names_elsewhere(names);
        if with_findings {
            self.brief_findings(&outcome.findings);
            self.findings_elsewhere(findings);
        }
        self.work_of_others(outcome);
        for note in &outcome.notes {
            line(&mut self.text, format_args!("{note}"));
        }
        let counts = &outcome.counts;
        if outcome.failures.is_empty() {
            let since = if since_save { " from save to commit" } else { "" };
            line(
                &mut self.text,
                format_args!(
                    "reloaded: {} added, {} changed, {} removed, {:.1} ms{since}",
                    counts.items_added,
                    counts.items_changed,
                    counts.items_removed,
                    milliseconds(took)
                ),
            );
        } else {
            let files = plural(outcome.failures.len(), "file");
            line(
                &mut self.text,
                format_args!("not reloaded: errors in {files}; the database stays as it was"),
            );
        }
    }

    pub fn watch_note(&mut self, note: &Note) {
        match note {
            Note::Gone(packages) => line(
                &mut self.text,
                format_args!(
                    "error: {} is gone; nothing was changed, and it is waited for",
                    packages.display()
                ),
            ),
            Note::Polling(why, every) => line(
                &mut self.text,
                format_args!(
                    "warning: the packages cannot be watched ({why}); they are looked at every {} ms",
                    every.as_millis()
                ),
            ),
            Note::Command(words) => line(&mut self.text, format_args!("warning: {words}")),
        }
    }
}

fn json_diagnostics(files: &[FileDiagnostics]) -> Vec<JsonDiagnostic<'_>> {
    let of_file = |file| {
        let FileDiagnostics { path, text, diagnostics, .. }: &FileDiagnostics = file;
        let lines = LineIndex::new(text);
        diagnostics.iter().map(move |one| JsonDiagnostic::of(Some(path), one, &lines)).collect::<Vec<_>>()
    };
    files.iter().flat_map(of_file).collect()
}

/// To a hundredth.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}
