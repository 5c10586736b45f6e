//! What the documents say, where the source can tell whether it is true.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use darkc::internals::load::TOOL_DIGEST;
use darkc_cache_format::{FORMAT_VERSION, MAGIC, SourceHash};

use crate::common::{Tree, darkc, files_below};

const DOCUMENTS: [&str; 16] = [
    "README.md",
    "ARCHITECTURE.md",
    "FORMAT.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/reliability.md",
    "fuzz/README.md",
    "migrations/README.md",
    "benches/RESULTS.md",
    "docs/check.md",
    "docs/ci.md",
    "docs/editors.md",
    "docs/compatibility.md",
    "docs/darklang.md",
    "docs/json.md",
    "docs/questions.md",
];
const COMMANDS: [&str; 14] = [
    "completions",
    "man",
    "build",
    "reload",
    "status",
    "doctor",
    "hook",
    "clean",
    "check",
    "diff",
    "deps",
    "explain",
    "items",
    "inspect",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The rows `| offset | bytes | field |` of FORMAT.md with a fixed place.
fn fields() -> Vec<(usize, String, String)> {
    let text = document("FORMAT.md");
    let field = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [offset, bytes, field] = cells[..] else { return None };
        Some((offset.parse().ok()?, bytes.to_owned(), field.to_owned()))
    };
    text.lines().filter_map(field).collect()
}

#[test]
fn a_sidecar_is_laid_out_as_format_md_says() {
    let tree = Tree::empty();
    let source = b"module Garden\n\nlet one () : Int64 = 1L\n";
    tree.write("a.dark", source);
    tree.darkc("build", &[]).expect_code(0);
    let sidecar = tree.read("a.darkc").expect("a sidecar");

    let fields = fields();
    let mut end = 0;
    for (offset, bytes, field) in &fields {
        assert_eq!(*offset, end, "{field} begins where the field before it ends");
        end += bytes.parse().unwrap_or(0);
    }
    let at = |name: &str| -> &[u8] {
        let (offset, bytes, _) = fields
            .iter()
            .find(|(_, _, field)| field.starts_with(name))
            .unwrap_or_else(|| panic!("FORMAT.md has no field '{name}'"));
        &sidecar[*offset..*offset + bytes.parse::<usize>().expect("a fixed length")]
    };
    let integer = |name| at(name).iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
    assert_eq!(at("magic"), MAGIC);
    let spelled: Vec<String> = MAGIC.iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(document("FORMAT.md").contains(&format!("magic: `{}`", spelled.join(" "))));
    assert_eq!(integer("format version"), FORMAT_VERSION as usize);
    assert!(document("FORMAT.md").contains(&format!("# The `.darkc` format, version {FORMAT_VERSION}\n")));
    assert_eq!(integer("number of items"), 1);
    assert_eq!(at("tool digest"), TOOL_DIGEST.0);
    let hash = SourceHash::of(source);
    assert_eq!(integer("length of the source"), source.len());
    assert_eq!(at("XXH3-128 of the source"), hash.xxh3.to_le_bytes());
    let parts = [
        "length of the directory's structure",
        "length of the directory's text",
        "length of the code section",
    ];
    let checksum = end + parts.map(integer).iter().sum::<usize>();
    assert_eq!(sidecar.len(), checksum + 16, "the checksum ends the file");
    assert_eq!(sidecar[checksum..], SourceHash::of(&sidecar[..checksum]).xxh3.to_le_bytes());
}

/// The words that begin with two dashes.
fn options(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_lowercase() || character == '-';
    // A table's rule is dashes alone.
    let words = text.split(|character| !is_part(character));
    words.filter(|word| word.starts_with("--") && !word.ends_with('-')).map(str::to_owned).collect()
}

/// The commands of a command.
fn inner_commands(command: &str) -> &'static [&'static str] {
    if command == "hook" { &["install", "uninstall"] } else { &[] }
}

#[test]
fn the_readme_lists_the_commands_and_options_that_there_are() {
    let readme = document("README.md");
    let mut known = options(&darkc(&["--help"], &[]).expect_code(0).stdout);
    for command in COMMANDS {
        assert!(readme.contains(&format!("`darkc {command}")), "the README says nothing of {command}");
        known.extend(options(&darkc(&[command, "--help"], &[]).expect_code(0).stdout));
        for inner in inner_commands(command) {
            known.extend(options(&darkc(&[command, inner, "--help"], &[]).expect_code(0).stdout));
        }
    }
    let ours: Vec<&str> = readme.lines().filter(|line| !line.contains("cargo ")).collect();
    let said = options(&ours.join("\n"));
    let unknown: Vec<&String> = said.difference(&known).collect();
    assert_eq!(unknown, [""; 0], "the README has options that darkc does not");
    known.remove("--version");
    let unsaid: Vec<&String> = known.difference(&said).collect();
    assert_eq!(unsaid, [""; 0], "darkc has options that the README does not");

    let help = darkc(&["--help"], &[]).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    // A description that takes several lines goes on in the second column.
    let listed = listed.filter(|line| line.len() - line.trim_start().len() == 2);
    let listed: BTreeSet<&str> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(listed, COMMANDS.into_iter().chain(["help"]).collect());
}

/// What stands between backquotes, and the targets of links.
fn paths(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2).filter(|word| {
        let first = word.split('/').next().unwrap_or("");
        let ours = ["src", "cache-format", "tests", "benches", "examples", "migrations", ".ci"];
        word.contains('/') && ours.contains(&first) && !word.contains([' ', '*', '{'])
    });
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let linked = linked.filter(|target| !target.contains("://") && !target.starts_with('#'));
    quoted.chain(linked).map(str::to_owned).collect()
}

#[test]
fn the_documents_name_files_that_exist() {
    let mut missing = Vec::new();
    for name in DOCUMENTS {
        let folder = root().join(name).parent().expect("a folder").to_owned();
        for path in paths(&document(name)) {
            if !root().join(&path).exists() && !folder.join(&path).exists() {
                missing.push(format!("{name}: {path}"));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

/// A promise is worth as much as the test that holds it.
#[test]
fn every_test_that_a_promise_names_is_there() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let sources: Vec<String> = files_below(&tests)
        .iter()
        .filter(|path| path.ends_with(".rs"))
        .map(|path| fs::read_to_string(tests.join(path)).expect("a test"))
        .collect();
    let document = document("docs/reliability.md");
    let named = document.split('`').skip(1).step_by(2).filter(|word| word.matches('_').count() > 3);
    let missing: Vec<&str> = named
        .clone()
        .filter(|name| !sources.iter().any(|source| source.contains(&format!("#[test]\nfn {name}()"))))
        .collect();
    assert_eq!(missing, [""; 0]);
    assert!(named.count() > 15);
}

/// Runs the lines that `docs/darklang.md` puts into Darklang's script, where `darkc` exits with a code; returns the
/// script's own code and what ran.
fn run_script(darkc_exits_with: Option<i32>) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    };
    if let Some(code) = darkc_exits_with {
        program("bin/darkc", &format!("echo darkc $*; exit {code}"));
    }
    program("scripts/run-local-exec", "echo LocalExec $*");
    let document = document("docs/darklang.md");
    let lines =
        document.split("```bash\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a script");
    let output = Command::new("bash")
        .args(["-c", &format!("set -euo pipefail\n{lines}")])
        .current_dir(folder.path())
        .env("PATH", format!("{}:/usr/bin:/bin", folder.path().join("bin").display()))
        .envs([("LOG_PACKAGES", "log"), ("PUBLISHED_FLAG", "--published")])
        .output()
        .expect("bash is needed for this test");
    let log = fs::read_to_string(folder.path().join("log")).expect("a log");
    (output.status.code().expect("a code"), log)
}

#[test]
fn the_lines_for_darklangs_script_run() {
    let loader = "LocalExec --published reload-packages\n";
    assert_eq!(run_script(Some(0)), (0, "darkc reload\n".to_owned()));
    assert_eq!(
        run_script(Some(1)),
        (1, "darkc reload\n".to_owned()),
        "errors in the sources are nobody else's to load"
    );
    assert_eq!(run_script(Some(2)), (0, format!("darkc reload\n{loader}")));
    assert_eq!(run_script(None), (0, loader.to_owned()));
}
