//! The tool digest and the state digest follow the sources that decide a sidecar or a store, and nothing else.

use std::fs;
use std::path::Path;

use crate::tidy;

#[path = "../build.rs"]
#[allow(dead_code, reason = "the build script's own entry point")]
mod build;

const MANIFEST: &str = "\
clap = \"4\"
unicode-normalization = \"=0.1.25\"
unicode-properties = { version = \"=0.1.4\" }
unicode-segmentation = \"=1.13.2\"
";

/// The tool digest and the state digest of a tree with one file for each place that they look at.
fn digests(change: impl FnOnce(&Path)) -> [u128; 2] {
    let root = tempfile::tempdir().unwrap();
    let sources = [
        "cache-format/src/lib.rs",
        "migrations/0001_a.sql",
        "src/base/text.rs",
        "src/cli/mod.rs",
        "src/db/apply.rs",
        "src/link/builtins.tsv",
        "src/lower/mod.rs",
        "src/report/mod.rs",
        "src/syntax/a/b.rs",
        "src/syntax/tests.rs",
    ];
    for name in sources {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "// one\n// two\n").unwrap();
    }
    fs::write(root.path().join("Cargo.toml"), MANIFEST).unwrap();
    change(root.path());
    [build::tool_digest(root.path()).unwrap(), build::state_digest(root.path()).unwrap()]
}

fn with(name: &str, text: &str) -> [u128; 2] {
    digests(|root| fs::write(root.join(name), text).unwrap())
}

#[test]
fn the_tool_digest_is_that_of_this_build() {
    let digest = build::tool_digest(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_eq!(darkc::internals::load::TOOL_DIGEST.0, digest.to_be_bytes());
}

#[test]
fn both_digests_follow_the_front_end() {
    let [tool, state] = digests(|_| ());
    let differs = |[changed_tool, changed_state]: [u128; 2], what: &str| {
        assert_ne!(changed_tool, tool, "{what}");
        assert_ne!(changed_state, state, "{what}");
    };
    for name in ["src/syntax/a/b.rs", "cache-format/src/lib.rs", "src/lower/new.rs", "src/base/new.rs"] {
        differs(with(name, "// three\n"), name);
    }
    differs(with("Cargo.toml", &MANIFEST.replace("0.1.25", "0.1.26")), "a pinned version");
    let moved = digests(|root| {
        fs::rename(root.join("src/syntax/a/b.rs"), root.join("src/syntax/a/c.rs")).unwrap();
    });
    differs(moved, "a moved file");
}

#[test]
fn the_state_digest_alone_follows_the_other_stages() {
    let [tool, state] = digests(|_| ());
    for name in ["src/db/apply.rs", "src/link/builtins.tsv", "migrations/0001_a.sql", "src/new_stage.rs"] {
        let [changed_tool, changed_state] = with(name, "// three\n");
        assert_eq!(changed_tool, tool, "{name}");
        assert_ne!(changed_state, state, "{name}");
    }
}

#[test]
fn neither_digest_follows_the_rest() {
    let plain = digests(|_| ());
    assert_eq!(digests(|_| ()), plain, "another folder");
    let same = [
        ("src/syntax/a/b.rs", "// one\r\n// two\r\n"),
        ("src/syntax/notes.md", "x"),
        ("src/syntax/tests.rs", "x"),
        ("src/main.rs", "x"),
        ("src/cli/mod.rs", "x"),
        ("src/report/new.rs", "x"),
        ("Cargo.lock", "x"),
    ];
    for (name, text) in same {
        assert_eq!(with(name, text), plain, "{name}");
    }
    assert_eq!(with("Cargo.toml", &MANIFEST.replace("clap = \"4\"", "clap = \"5\"")), plain);
}

#[test]
fn a_package_that_is_not_pinned_stops_the_build() {
    let root = tempfile::tempdir().unwrap();
    for folder in build::FRONT_END {
        fs::create_dir_all(root.path().join(folder)).unwrap();
    }
    fs::write(root.path().join("Cargo.toml"), MANIFEST.replace("\"=1.13.2\"", "\"1.13.2\"")).unwrap();
    let error = build::tool_digest(root.path()).unwrap_err().to_string();
    assert_eq!(error, "Cargo.toml has to pin unicode-segmentation as `=VERSION`");
}

/// A file that decides a sidecar is one that the front end imports; one that decides a store is one that a stage
/// imports. Both have to be covered by the digest.
#[test]
fn no_source_that_matters_is_outside_the_digests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_outside = |module: &str, folders: &[&str]| {
        folders.contains(&format!("src/{module}").as_str())
            || folders.contains(&format!("src/{module}.rs").as_str())
    };
    let mut stages = Vec::new();
    build::collect(root, "src", &mut stages).unwrap();
    assert!(stages.len() > 100, "only {} sources were found", stages.len());
    for path in stages.iter().filter(|path| path.ends_with(".rs") && *path != "src/lib.rs") {
        let text = fs::read_to_string(root.join(path)).unwrap();
        let in_front_end = build::FRONT_END.iter().any(|folder| path.starts_with(folder));
        for module in text.lines().flat_map(tidy::imports) {
            assert!(!is_outside(module, &build::OUTSIDE), "{path} imports {module}, which no digest covers");
            let covered = module == "cache_format" || is_outside(module, &build::FRONT_END);
            assert!(
                !in_front_end || covered,
                "{path} imports {module}, which the tool digest does not cover"
            );
        }
    }
}
