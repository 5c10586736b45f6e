//! The text of `package-ref-hashes.txt`, by which Darklang's F# code finds package items.
//!
//! One line an item, `KEY|HASH`, sorted by key: `type/Stdlib.Option.Option|` and 64 digits. A key is `type/` or
//! `fn/`, then modules and name without the owner Darklang. (`darklang/dark backend/src/LibDB/PackageRefsGenerator.fs`)

use std::collections::{BTreeMap, BTreeSet};

use crate::base::location::ItemKind;

/// What a file of package references says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefsFile {
    /// Hash by key. A hash is kept as it is written.
    pub hashes: BTreeMap<String, String>,
    /// Lines, blank ones apart, that are no `KEY|HASH`.
    pub unreadable: usize,
}

impl RefsFile {
    pub fn parse(text: &str) -> Self {
        let mut file = RefsFile::default();
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty())
        {
            match line.split_once('|') {
                Some((key, hash)) if item_name(key).is_some() && !hash.contains('|') => {
                    file.hashes.insert(key.to_owned(), hash.to_owned());
                }
                _ => file.unreadable += 1,
            }
        }
        file
    }
}

/// The new text of the file, and what to report about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    pub text: String,
    /// Keys that have neither an item nor an old hash, sorted. They are not in the text.
    pub missing: Vec<String>,
    /// Lines that differ from those of the old file: new, gone, or with another hash.
    pub changed: usize,
}

/// Returns the file for the keys of the old file and those of `registered`. `find` returns the hash of the live
/// item that a key names. A key without one keeps its old hash.
pub fn generate<'k>(
    old: &'k RefsFile,
    registered: impl IntoIterator<Item = &'k str>,
    find: impl Fn(&str) -> Option<String>,
) -> Generated {
    let mut keys: BTreeSet<&str> = old.hashes.keys().map(String::as_str).collect();
    keys.extend(registered);
    // Darklang's order is that of UTF-16, which is the bytes' for all names that an item may have.
    let mut keys: Vec<&str> = keys.into_iter().collect();
    keys.sort_by(|one, other| one.encode_utf16().cmp(other.encode_utf16()));
    let mut generated = Generated::default();
    for key in keys {
        let before = old.hashes.get(key);
        let Some(hash) = find(key).or_else(|| before.cloned()) else {
            generated.missing.push(key.to_owned());
            continue;
        };
        generated.changed += usize::from(before != Some(&hash));
        generated.text.extend([key, "|", &hash, "\n"]);
    }
    generated
}

/// The namespace and the dotted modules and name of a key's item; `None` where it is no key. In the namespace of
/// functions are values too.
pub fn item_name(key: &str) -> Option<(ItemKind, &str)> {
    let (kind, name) = key.split_once('/')?;
    let kind = match kind {
        "type" => ItemKind::Type,
        "fn" => ItemKind::Fn,
        _ => return None,
    };
    (!name.is_empty()).then_some((kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_names_win_and_old_hashes_stay() {
        let old = RefsFile::parse("fn/B.gone|22\ntype/A.T|11\r\n\n  fn/B.f|33\n");
        let find = |key: &str| match key {
            "type/A.T" => Some("44".to_owned()),
            "fn/B.f" => Some("33".to_owned()),
            "type/A.New" => Some("55".to_owned()),
            _ => None,
        };
        let generated = generate(&old, ["type/A.New", "fn/Nowhere", "type/A.T"], find);
        assert_eq!(generated.text, "fn/B.f|33\nfn/B.gone|22\ntype/A.New|55\ntype/A.T|44\n");
        assert_eq!(generated.missing, ["fn/Nowhere"]);
        assert_eq!(generated.changed, 2, "one is new, one has another hash");
    }

    #[test]
    fn what_is_generated_stays_as_it_is() {
        let find = |key: &str| (key != "fn/Nowhere").then(|| "77".to_owned());
        let first = generate(&RefsFile::default(), ["type/A.T", "fn/Nowhere"], find);
        let again = generate(&RefsFile::parse(&first.text), ["fn/Nowhere"], |_| None);
        assert_eq!((again.text, again.changed), (first.text, 0));
    }

    #[test]
    fn lines_that_are_no_entries_are_counted() {
        let file = RefsFile::parse("\u{feff}type/A|1\n<<<<<<< ours\nfn/B\nvalue/C|2\nfn/D|3|4\ntype/|5\n");
        assert_eq!(file.hashes.into_iter().collect::<Vec<_>>(), [("type/A".to_owned(), "1".to_owned())]);
        assert_eq!(file.unreadable, 5);
    }
}
