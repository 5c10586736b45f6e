//! Derives the tool digest and the state digest, and picks the unwinder that the program is linked with.
//!
//! Both digests are hashes of source text, so nobody has to remember to raise a number: after a change of the front
//! end every older sidecar is a miss, and after a change of any stage every older store is compared in full. A digest
//! depends on the sources alone and is the same on every machine.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script reads files and talks to Cargo by printing"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use xxhash_rust::xxh3::Xxh3;

/// What turns a source into a sidecar, with all that it imports. Folders count with everything in them.
pub const FRONT_END: [&str; 4] = ["cache-format/src", "src/base", "src/lower", "src/syntax"];

/// What may decide the content of a store: every stage but those below.
pub const ALL: [&str; 3] = ["cache-format/src", "migrations", "src"];

/// What reads arguments and prints, which no stage imports.
pub const OUTSIDE: [&str; 3] = ["src/cli", "src/main.rs", "src/report"];

/// The packages whose version may change a sidecar: text tables. Cargo.toml pins each, so that the version which is
/// compiled is the one that is hashed, with or without `--locked`.
pub const PINNED: [&str; 3] = ["unicode-normalization", "unicode-properties", "unicode-segmentation"];

const MANIFEST: &str = "Cargo.toml";

fn main() -> io::Result<()> {
    for path in ALL.iter().chain([&MANIFEST, &"build.rs"]) {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rustc-env=DARKC_TARGET={}", env::var("TARGET").unwrap_or_default());
    link_static_unwinder();
    let root = folder("CARGO_MANIFEST_DIR")?;
    let digest = tool_digest(&root)?;
    let out = folder("OUT_DIR")?;
    fs::write(out.join("tool_digest.rs"), format!("ToolDigest({:?})", digest.to_be_bytes()))?;
    fs::write(out.join("state_digest.rs"), state_digest(&root)?.to_string())
}

/// Has the linker take the unwinder from GCC's static library where it has one, ahead of the shared library that
/// holds it too. The shared one asks what the processor can do while it is loaded; in a virtual machine each such
/// question is a trap, and a reload that finds nothing to do takes 4 % longer with them than without.
fn link_static_unwinder() {
    let target = |property: &str| env::var(format!("CARGO_CFG_TARGET_{property}")).unwrap_or_default();
    let is_static = target("FEATURE").split(',').any(|feature| feature == "crt-static");
    if target("OS") != "linux" || target("ENV") != "gnu" || is_static {
        return;
    }
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    // A linker that does not find the library repeats its name.
    let found = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    if found.is_ok_and(|found| found.status.success() && found.stdout.starts_with(b"/")) {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

fn folder(variable: &str) -> io::Result<PathBuf> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("{variable} is not set")))
}

/// The digest that decides whether a sidecar counts: of the front end and the format.
pub fn tool_digest(root: &Path) -> io::Result<u128> {
    digest(root, &FRONT_END)
}

/// The digest that decides whether a store's state counts: of all that makes a store from sources.
pub fn state_digest(root: &Path) -> io::Result<u128> {
    digest(root, &ALL)
}

/// Hashes name, length and text of each source in the order of names, then the pinned versions.
fn digest(root: &Path, folders: &[&str]) -> io::Result<u128> {
    let mut names = Vec::new();
    for folder in folders {
        collect(root, folder, &mut names)?;
    }
    names.sort();
    let mut hash = Xxh3::new();
    let mut add = |text: &str| {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    for name in names {
        add(&name);
        add(&fs::read_to_string(root.join(&name))?.replace("\r\n", "\n"));
    }
    let manifest = fs::read_to_string(root.join(MANIFEST))?;
    for package in PINNED {
        add(package);
        add(pinned_version(&manifest, package)?);
    }
    Ok(hash.digest128())
}

/// The version `1.2.3` of the line `package = "=1.2.3"` or `package = { version = "=1.2.3", … }`.
fn pinned_version<'m>(manifest: &'m str, package: &str) -> io::Result<&'m str> {
    let versions = manifest.lines().filter_map(|line| {
        let requirement = line.strip_prefix(package)?.trim_start().strip_prefix('=')?;
        requirement.split_once("\"=")?.1.split('"').next()
    });
    let unpinned = || io::Error::other(format!("{MANIFEST} has to pin {package} as `=VERSION`"));
    versions.into_iter().next().ok_or_else(unpinned)
}

/// Adds the names of all Rust, SQL and table sources below a folder that are not for tests alone.
pub fn collect(root: &Path, name: &str, names: &mut Vec<String>) -> io::Result<()> {
    if OUTSIDE.contains(&name) {
        return Ok(());
    }
    if !root.join(name).is_dir() {
        names.push(name.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(root.join(name))? {
        let entry = entry?.file_name();
        let entry = entry.to_str().ok_or_else(|| io::Error::other("a source name is not UTF-8"))?;
        let inner = format!("{name}/{entry}");
        let is_source = [".rs", ".sql", ".tsv"].iter().any(|end| entry.ends_with(end));
        let for_tests = entry == "tests" || entry == "tests.rs";
        if !for_tests && (is_source || root.join(&inner).is_dir()) {
            collect(root, &inner, names)?;
        }
    }
    Ok(())
}
