//! The tool digest follows the sources of the front end and nothing else.

use std::fs;
use std::path::Path;

#[path = "../build.rs"]
#[allow(dead_code)]
mod build;

const LOCK: &str = "[[package]]\nname = \"bincode\"\nversion = \"2.0.1\"\n";

/// A tree with one file for each place that the digest looks at.
fn tree(change: impl FnOnce(&Path)) -> u128 {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for name in
        ["cache-format/src/lib", "src/base/limits", "src/base/text", "src/lower/mod", "src/syntax/a/b"]
    {
        write(&format!("{name}.rs"), "// one\n// two\n");
    }
    write("Cargo.lock", LOCK);
    change(root.path());
    build::tool_digest(root.path()).unwrap()
}

#[test]
fn it_is_that_of_this_build() {
    let digest = build::tool_digest(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_eq!(darkc::load::TOOL_DIGEST.0, digest.to_be_bytes());
}

#[test]
fn it_follows_what_matters() {
    let plain = tree(|_| ());
    let append = |name: &'static str| tree(move |root| fs::write(root.join(name), "// three\n").unwrap());
    assert_ne!(append("src/syntax/a/b.rs"), plain);
    assert_ne!(append("cache-format/src/lib.rs"), plain);
    assert_ne!(append("src/lower/new.rs"), plain);
    let version = |lock: String| tree(move |root| fs::write(root.join("Cargo.lock"), lock).unwrap());
    assert_ne!(version(LOCK.replace("2.0.1", "2.0.2")), plain);
    let moved =
        tree(|root| fs::rename(root.join("src/syntax/a/b.rs"), root.join("src/syntax/a/c.rs")).unwrap());
    assert_ne!(moved, plain);
}

#[test]
fn it_does_not_follow_the_rest() {
    let plain = tree(|_| ());
    assert_eq!(tree(|_| ()), plain, "another folder");
    assert_eq!(
        tree(|root| fs::write(root.join("src/syntax/a/b.rs"), "// one\r\n// two\r\n").unwrap()),
        plain
    );
    assert_eq!(tree(|root| fs::write(root.join("src/syntax/notes.md"), "x").unwrap()), plain);
    assert_eq!(tree(|root| fs::write(root.join("src/main.rs"), "x").unwrap()), plain);
    let other = LOCK.to_owned() + "\n[[package]]\nname = \"clap\"\nversion = \"4.5.0\"\n";
    assert_eq!(tree(|root| fs::write(root.join("Cargo.lock"), other).unwrap()), plain);
}
