//! The records of Darklang's loader that every clone has: `tests/conformance/`.

use std::path::{Path, PathBuf};

/// A package set with what Darklang made of it.
pub struct PackageSet {
    pub name: &'static str,
    pub packages: PathBuf,
    /// One line an item, sorted.
    pub items: PathBuf,
    /// The store after a fresh load, node ids written as 0.
    pub store: PathBuf,
    /// One folder an edit.
    pub edits: PathBuf,
}

/// The folder of all conformance records.
pub fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// Both package sets of the conformance records.
pub fn package_sets() -> [PackageSet; 2] {
    let set = |name, folder: &str, edits: &str| {
        let folder = conformance().join(folder);
        PackageSet {
            name,
            packages: folder.join("packages"),
            items: folder.join("items.tsv"),
            store: folder.join("loaded.db"),
            edits: conformance().join(edits),
        }
    };
    [set("set", "set", "edits"), set("more", "more", "more/edits")]
}
