//! The rules that the source keeps and clippy cannot check: imports point one way, and a file is one room.

use std::fs;
use std::path::Path;

use crate::common::files_below;

/// The stages of the pipeline. A module imports only what stands before it. `cache_format` is a crate of its own
/// that knows nothing else, so even `base` may use its types.
const ORDER: [&str; 22] = [
    "cache_format",
    "base",
    "state",
    "discover",
    "checkout",
    "syntax",
    "lower",
    "load",
    "program",
    "link",
    "check",
    "binary",
    "hash",
    "ops",
    "compile",
    "evaluate",
    "diff",
    "db",
    "incremental",
    "commands",
    "report",
    "cli",
];
const LONGEST: usize = 600;

#[test]
fn the_source_keeps_its_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    let mut seen = 0;
    for folder in ["src", "cache-format/src", "tests", "benches"] {
        if !root.join(folder).is_dir() {
            continue;
        }
        for path in files_below(&root.join(folder)).iter().filter(|path| path.ends_with(".rs")) {
            let text = fs::read_to_string(root.join(folder).join(path)).expect("a source file");
            seen += 1;
            let found = violations(folder, path, &text);
            broken.extend(found.into_iter().map(|(line, rule)| format!("{folder}/{path}:{line}: {rule}")));
        }
    }
    assert!(seen > 50, "only {seen} files were found");
    assert!(broken.is_empty(), "{} rules are broken:\n{}", broken.len(), broken.join("\n"));
}

/// The lines, from 1, that break a rule, and which.
fn violations(folder: &str, path: &str, text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let length = text.lines().count();
    if length > LONGEST {
        found.push((LONGEST, format!("{length} lines, {LONGEST} are too many")));
    }
    if !text.starts_with("//! ") {
        found.push((1, "a file opens with `//!` and what it is".to_owned()));
    }
    let is_test = ["tests", "benches"].contains(&folder)
        || path.split('/').any(|part| part.trim_end_matches(".rs") == "tests");
    let module = match folder {
        "cache-format/src" => "cache_format",
        _ => path.split('/').next().unwrap_or(path).trim_end_matches(".rs"),
    };
    let code = code_only(text);
    for (at, line) in code.lines().enumerate() {
        let mut say = |rule: String| found.push((at + 1, rule));
        if is_test {
            continue;
        }
        // What follows is compiled into tests alone; by convention it ends the file.
        if line.trim() == "#[cfg(test)]" && begins_tests(&code, at) {
            break;
        }
        for used in imports(line) {
            if let Some(rule) = wrong_direction(module, used) {
                say(rule);
            }
        }
    }
    found
}

/// Whether the attribute at a line stands before a module of tests.
fn begins_tests(code: &str, at: usize) -> bool {
    let next =
        code.lines().skip(at + 1).map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#["));
    next.is_some_and(|line| line.starts_with("mod ") || line.starts_with("pub mod "))
}

/// The modules that a line of code mentions by their path from the crate's root.
pub fn imports(line: &str) -> Vec<&str> {
    let name_after = |at: usize| {
        let rest = &line[at..];
        let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_');
        &rest[..end.unwrap_or(rest.len())]
    };
    let mut found: Vec<&str> =
        line.match_indices("crate::").map(|(at, path)| name_after(at + path.len())).collect();
    // `use crate::{base::hash, link}` names a module at the start and after each comma of the outer list.
    if let Some(list) = line.split_once("crate::{").map(|(_, list)| list) {
        let mut depth = 0;
        for part in list.split_inclusive(['{', '}', ',']) {
            if depth == 0 {
                let name =
                    part.trim().split(|character: char| !character.is_alphanumeric() && character != '_');
                found.extend(name.into_iter().next().filter(|name| !name.is_empty()));
            }
            depth += part.matches('{').count() as isize - part.matches('}').count() as isize;
        }
    }
    if line.contains("darkc_cache_format") {
        found.push("cache_format");
    }
    found
}

fn wrong_direction(module: &str, used: &str) -> Option<String> {
    let rank = |name: &str| ORDER.iter().position(|stage| *stage == name);
    // The crate of the format has modules of its own.
    if module == "cache_format" {
        return None;
    }
    let (from, to) = (rank(module)?, rank(used)?);
    (to > from).then(|| format!("`{module}` imports `{used}`, which comes after it"))
}

/// The text with comments, strings and characters blanked out, line by line as before.
fn code_only(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    let blank = |from: usize, to: usize, code: &mut String| {
        code.extend(characters[from..to].iter().map(|character| if *character == '\n' { '\n' } else { ' ' }));
    };
    let starts =
        |at: usize, with: &str| with.chars().enumerate().all(|(i, c)| characters.get(at + i) == Some(&c));
    while at < characters.len() {
        let end = if starts(at, "//") {
            (at..characters.len()).find(|&i| characters[i] == '\n').unwrap_or(characters.len())
        } else if starts(at, "/*") {
            (at..characters.len()).find(|&i| starts(i, "*/")).map_or(characters.len(), |i| i + 2)
        } else if let Some(end) = raw_string(&characters, at) {
            end
        } else if characters[at] == '"' {
            closing(&characters, at, '"')
        } else if characters[at] == '\'' && (starts(at + 1, "\\") || characters.get(at + 2) == Some(&'\'')) {
            closing(&characters, at, '\'')
        } else {
            code.push(characters[at]);
            at += 1;
            continue;
        };
        blank(at, end, &mut code);
        at = end;
    }
    code
}

/// Where a raw string that starts here ends.
fn raw_string(characters: &[char], at: usize) -> Option<usize> {
    let in_name = at > 0 && (characters[at - 1].is_alphanumeric() || characters[at - 1] == '_');
    if characters[at] != 'r' || (in_name && characters[at - 1] != 'b') {
        return None;
    }
    let hashes = characters[at + 1..].iter().take_while(|character| **character == '#').count();
    if characters.get(at + 1 + hashes) != Some(&'"') {
        return None;
    }
    let mut end = at + 2 + hashes;
    while end < characters.len() {
        let closes = characters[end] == '"'
            && characters[end + 1..].iter().take_while(|character| **character == '#').count() >= hashes;
        if closes {
            return Some(end + 1 + hashes);
        }
        end += 1;
    }
    Some(end)
}

fn closing(characters: &[char], at: usize, quote: char) -> usize {
    let mut end = at + 1;
    while end < characters.len() && characters[end] != quote {
        end += if characters[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(characters.len())
}

#[test]
fn broken_rules_are_found() {
    let rules = |folder: &str, path: &str, text: &str| -> Vec<String> {
        violations(folder, path, text).into_iter().map(|(line, rule)| format!("{line} {rule}")).collect()
    };
    let bad = "use crate::link::Names;
use crate::{base::hash, report};
";
    let found = rules("src", "syntax/mod.rs", bad);
    let expected = ["opens with", "imports `link`", "imports `report`"];
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found} is not about {expected}");
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");

    let good = "//! What it is
use crate::base::hash;
// crate::report
const TEXT: &str = \"crate::report(\\\"\"; const RAW: &str = r#\"crate::report\"#; const QUOTE: char = '\"';
#[cfg(test)]
mod tests {
    use crate::cli;
}
";
    assert_eq!(rules("src", "syntax/mod.rs", good), Vec::<String>::new());
    assert_eq!(rules("tests", "x.rs", "//! X\nfn f() { g().unwrap() }\n"), Vec::<String>::new());
    let long = format!("//! X\n{}", "\n".repeat(LONGEST));
    assert_eq!(rules("tests", "x.rs", &long).len(), 1);
    assert_eq!(rules("src", "db/mod.rs", "//! X\nuse crate::cli;\n").len(), 1);
}
