//! Derives the tool digest that every sidecar carries, a hash of all that decides what a source is turned into,
//! and picks the unwinder that the program is linked with.
//!
//! Nobody has to remember to raise a number: a changed byte in the front end or the format is another digest,
//! and every sidecar of before is a miss. The digest is a function of the sources alone, the same on every
//! machine.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script reads files and talks to Cargo by printing"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use xxhash_rust::xxh3::Xxh3;

/// Sources whose change may change a sidecar; folders count with all that is in them.
const SOURCES: [&str; 5] =
    ["cache-format/src", "src/base/limits.rs", "src/base/text.rs", "src/lower", "src/syntax"];

/// Sources whose change may change what a package set is hashed, compiled or compared to.
const BACK_END: [&str; 11] = [
    "src/base",
    "src/binary",
    "src/compile",
    "src/diff",
    "src/hash",
    "src/incremental",
    "src/link",
    "src/link/builtins.tsv",
    "src/ops",
    "src/program",
    "src/state",
];

/// Packages whose version may change one: text tables, the byte form of leaves.
fn counts(package: &str) -> bool {
    package.starts_with("unicode-") || package == "bincode"
}

const LOCK: &str = "Cargo.lock";

fn main() -> io::Result<()> {
    for path in SOURCES.iter().chain(&BACK_END).chain([&LOCK, &"build.rs"]) {
        println!("cargo::rerun-if-changed={path}");
    }
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
    digest(root, &SOURCES)
}

/// The digest that decides whether a database's state counts: of all that makes one from sources.
pub fn state_digest(root: &Path) -> io::Result<u128> {
    digest(root, &[&SOURCES[..], &BACK_END].concat())
}

/// The digest of a source tree: name, length and text of each source in the order of names, then the versions.
fn digest(root: &Path, sources: &[&str]) -> io::Result<u128> {
    let mut names = Vec::new();
    for source in sources {
        collect(root, source, &mut names)?;
    }
    names.sort();
    names.dedup();
    let mut hash = Xxh3::new();
    let mut add = |text: &str| {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    for name in names {
        add(&name);
        add(&fs::read_to_string(root.join(&name))?.replace("\r\n", "\n"));
    }
    let lock = fs::read_to_string(root.join(LOCK))?;
    let mut lines = lock.lines();
    while let Some(line) = lines.next() {
        let package = line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
        if let Some(package) = package.filter(|package| counts(package)) {
            add(package);
            add(lines.next().unwrap_or(""));
        }
    }
    Ok(hash.digest128())
}

fn collect(root: &Path, name: &str, names: &mut Vec<String>) -> io::Result<()> {
    if !root.join(name).is_dir() {
        names.push(name.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(root.join(name))? {
        let entry = entry?.file_name();
        let entry = entry.to_str().ok_or_else(|| io::Error::other("a source name is not UTF-8"))?;
        let inner = format!("{name}/{entry}");
        if entry.ends_with(".rs") || root.join(&inner).is_dir() {
            collect(root, &inner, names)?;
        }
    }
    Ok(())
}
