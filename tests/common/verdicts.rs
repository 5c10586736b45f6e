//! The verdicts that Darklang's loader gave on single files, and what `darkc inspect` says of the same files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{darkc, in_parallel};

/// How many differing cases are shown in full.
const SHOWN: usize = 5;
/// Paths in one run of `inspect`; far below the limit of a command line.
const BATCH: usize = 100;

/// What a tool says about one file, in the words of `verdicts.tsv`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub verdict: String,
    /// `kind fqn hash`, sorted.
    items: Vec<String>,
    /// `CODE@row:col-row:col message`; of a package error, its text.
    diagnostics: Vec<String>,
}

impl Verdict {
    pub fn from_tsv(fields: &[&str]) -> Verdict {
        let rest = || fields[1..].iter().filter(|field| !field.is_empty()).map(|field| (*field).to_owned());
        let mut verdict = Verdict { verdict: fields[0].to_owned(), ..Verdict::default() };
        match fields[0] {
            "ok" => verdict.items = rest().collect(),
            _ => verdict.diagnostics = rest().collect(),
        }
        verdict.items.sort();
        verdict
    }

    fn from_json(json: &Value) -> Verdict {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("a text in {json}")).to_owned();
        let list = |key: &str| json[key].as_array().unwrap_or_else(|| panic!("a list {key} in {json}"));
        // Darklang counts columns in UTF-16 units.
        let position = |one: &Value, end: &str, at: usize| format!("{}:{}", one[end][0], one["utf16"][at]);
        let verdict = text(&json["verdict"]);
        let item =
            |item: &Value| format!("{} {} {}", text(&item["kind"]), text(&item["name"]), text(&item["hash"]));
        let mut items: Vec<String> = list("items").iter().map(item).collect();
        items.sort();
        let diagnostic = |one: &Value| {
            let (start, end) = (position(one, "start", 0), position(one, "end", 1));
            format!("{}@{start}-{end} {}", text(&one["code"]), escaped(&text(&one["message"])))
        };
        let package_error = |one: &Value| {
            format!("error at {}: {}", position(one, "start", 0), escaped(&text(&one["message"])))
        };
        let diagnostics = if verdict == "package-error" {
            vec![list("diagnostics").iter().map(package_error).collect::<Vec<_>>().join("\\n")]
        } else {
            list("diagnostics").iter().map(diagnostic).collect()
        };
        // An item of a file with errors is no promise: Darklang lists none.
        let items = if verdict == "ok" { items } else { Vec::new() };
        Verdict { verdict, items, diagnostics }
    }

    /// The code and position of the first diagnostic.
    pub fn first(&self) -> Option<&str> {
        let first = self.diagnostics.first()?;
        let positioned = self.verdict == "error";
        positioned.then(|| first.split_once(' ').map_or(first.as_str(), |(place, _)| place))
    }

    fn agrees(&self, other: &Verdict) -> bool {
        self.verdict == other.verdict && self.items == other.items && self.first() == other.first()
    }
}

/// Control characters and backslashes as `verdicts.tsv` writes them.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

/// Inspects every case that `verdicts.tsv` of a folder names, prints how many agree class by class, and fails
/// where a verdict, a first diagnostic or an item's hash is not Darklang's.
pub fn check(folder: &Path, what: &str, class: impl Fn(&str) -> String) {
    let text = fs::read_to_string(folder.join("verdicts.tsv")).expect("verdicts.tsv");
    let expected: Vec<(String, Verdict)> = text
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[0].to_owned(), Verdict::from_tsv(&fields[1..]))
        })
        .collect();
    let found = inspect(&folder.join("cases"), &expected);

    let mut classes: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut differing = Vec::new();
    for (name, expected) in &expected {
        let found = found.get(name).cloned().unwrap_or_default();
        let agrees = expected.agrees(&found);
        let counts = classes.entry(class(name)).or_default();
        counts[0] += usize::from(agrees);
        counts[1] += usize::from(*expected == found);
        counts[2] += 1;
        if !agrees {
            differing.push((name, expected, found));
        }
    }
    for (class, [agree, whole, all]) in &classes {
        println!("  {class}: {agree} of {all} (with all diagnostics: {whole})");
    }
    let total = |at: usize| classes.values().map(|counts| counts[at]).sum::<usize>();
    println!("{} of {} {what} (with all diagnostics: {})", total(0), total(2), total(1));
    for (name, expected, found) in differing.iter().take(SHOWN) {
        println!("{name}:\n{}", show_difference(expected, found));
    }
    assert_eq!(total(0), total(2), "{what} with Darklang's verdict, first diagnostic and item hashes");
}

fn inspect(cases: &Path, expected: &[(String, Verdict)]) -> BTreeMap<String, Verdict> {
    let batches: Vec<&[(String, Verdict)]> = expected.chunks(BATCH).collect();
    let runs = in_parallel(&batches, |batch| {
        let paths: Vec<String> =
            batch.iter().map(|(name, _)| cases.join(name).to_str().expect("UTF-8").to_owned()).collect();
        let mut arguments = vec!["inspect", "--format", "json"];
        arguments.extend(paths.iter().map(String::as_str));
        let run = darkc(&arguments, &[]);
        assert!(run.code < 2, "inspect failed: {}", run.stderr);
        assert_eq!(run.stdout.lines().count(), batch.len(), "one line a path");
        run.stdout
    });
    let mut verdicts = BTreeMap::new();
    for line in runs.iter().flat_map(|stdout| stdout.lines()) {
        let json: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let path = Path::new(json["path"].as_str().expect("a path"));
        let name = path.file_name().and_then(|name| name.to_str()).expect("a file's name").to_owned();
        verdicts.insert(name, Verdict::from_json(&json));
    }
    verdicts
}

/// The verdicts, then the lines that only one side has.
fn show_difference(expected: &Verdict, found: &Verdict) -> String {
    let mut lines = vec![format!("  verdict: expected {}, found {}", expected.verdict, found.verdict)];
    let pairs = [(&expected.items, &found.items), (&expected.diagnostics, &found.diagnostics)];
    for (expected, found) in pairs {
        let missing = expected.iter().filter(|line| !found.contains(line));
        lines.extend(missing.take(SHOWN).map(|line| format!("  missing    {line}")));
        let extra = found.iter().filter(|line| !expected.contains(line));
        lines.extend(extra.take(SHOWN).map(|line| format!("  unexpected {line}")));
    }
    if expected.first() != found.first() {
        lines.push(format!("  first: expected {:?}, found {:?}", expected.first(), found.first()));
    }
    lines.join("\n")
}

#[test]
fn verdicts_are_read_alike_from_both_forms() {
    let tsv = ["error", "LEX@1:2-1:3 unexpected character: '\\\\'", "PARSE-EXPECTED@4:5-4:6 x"];
    let json = serde_json::json!({
        "path": "a/b.dark", "verdict": "error", "items": [],
        "diagnostics": [
            {"code": "LEX", "start": [1, 1], "end": [1, 2], "utf16": [2, 3], "message": "unexpected character: '\\'"},
            {"code": "PARSE-EXPECTED", "start": [4, 5], "end": [4, 6], "utf16": [5, 6], "message": "x"},
        ],
    });
    let (expected, found) = (Verdict::from_tsv(&tsv), Verdict::from_json(&json));
    assert_eq!(expected, found);
    assert_eq!(found.first(), Some("LEX@1:2-1:3"));

    let moved = Verdict::from_tsv(&["error", "LEX@1:2-1:4 unexpected character: '\\\\'"]);
    assert!(!moved.agrees(&found));
    assert!(show_difference(&moved, &found).contains("first: expected Some(\"LEX@1:2-1:4\")"));
    let ok = Verdict::from_tsv(&["ok", "fn B.f h", "fn A.f h"]);
    assert_eq!(ok.items, ["fn A.f h", "fn B.f h"]);
    assert!(!ok.agrees(&Verdict::from_tsv(&["ok", "fn A.f h", "fn B.f i"])));
}
