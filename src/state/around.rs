//! What a reload remembers of the Darklang checkout around the packages.
//!
//! Stored as text, one fact a line: `refs HEX`, `missing-ref KEY`, `builtin NAME KIND:VERSION…`,
//! `builtin-sources HEX`, `signature ROW`, `signature-sources HEX`. Lines that cannot be read are left out, which only means that a fact is found out again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::base::hash::Fingerprint;
use crate::base::location::ItemKind;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Of the file of package references and of the source that registers them, when the file last agreed with the
    /// store. `None` where it may not agree.
    pub refs: Option<Fingerprint>,
    /// Registered keys that had no hash then, sorted: an item of such a name changes the file.
    pub missing_refs: Vec<String>,
    /// Names of built-ins that live items tried and that the compiled list lacks, with the kinds and versions that
    /// the checkout has for them, sorted.
    pub builtins: BTreeMap<String, Vec<(ItemKind, u32)>>,
    /// Of the state of all files that those built-ins were looked for in. `None` where it cannot tell whether one
    /// has changed since.
    pub builtin_sources: Option<Fingerprint>,
    /// Rows of built-ins that the checkout gives other types than the compiled table, or that the table lacks, sorted.
    pub signatures: Vec<String>,
    /// Of the state of all files that those rows were read from. `None` where they were not, or where it cannot tell
    /// whether one has changed since.
    pub signature_sources: Option<Fingerprint>,
}

const KINDS: [(ItemKind, &str); 2] = [(ItemKind::Fn, "fn"), (ItemKind::Value, "value")];

impl Around {
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let mut line = |key: &str, value: &str| _ = writeln!(text, "{key} {value}");
        if let Some(Fingerprint(refs)) = self.refs {
            line("refs", &format!("{refs:032x}"));
        }
        self.missing_refs.iter().for_each(|key| line("missing-ref", key));
        for (name, found) in &self.builtins {
            let mut value = name.clone();
            for (kind, version) in found {
                let kind = KINDS.iter().find(|(one, _)| one == kind).map_or("", |(_, name)| name);
                _ = write!(value, " {kind}:{version}");
            }
            line("builtin", &value);
        }
        if let Some(Fingerprint(sources)) = self.builtin_sources {
            line("builtin-sources", &format!("{sources:032x}"));
        }
        self.signatures.iter().for_each(|row| line("signature", row));
        if let Some(Fingerprint(sources)) = self.signature_sources {
            line("signature-sources", &format!("{sources:032x}"));
        }
        text
    }

    pub fn decode(text: &str) -> Self {
        let mut around = Around::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once(' ')) {
            let fingerprint = || u128::from_str_radix(value, 16).ok().map(Fingerprint);
            match key {
                "refs" => around.refs = fingerprint(),
                "missing-ref" => around.missing_refs.push(value.to_owned()),
                "builtin-sources" => around.builtin_sources = fingerprint(),
                "signature" => around.signatures.push(value.to_owned()),
                "signature-sources" => around.signature_sources = fingerprint(),
                "builtin" => {
                    let mut parts = value.split(' ');
                    let name = parts.next().unwrap_or_default().to_owned();
                    let found = parts.filter_map(|part| {
                        let (kind, version) = part.split_once(':')?;
                        let (kind, _) = KINDS.iter().find(|(_, name)| *name == kind)?;
                        Some((*kind, version.parse().ok()?))
                    });
                    around.builtins.insert(name, found.collect());
                }
                _ => {}
            }
        }
        around
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_back() {
        let around = Around {
            refs: Some(Fingerprint(0x1f)),
            missing_refs: vec!["fn/A.b".to_owned(), "type/C".to_owned()],
            builtins: BTreeMap::from([
                ("newOne".to_owned(), vec![(ItemKind::Fn, 0), (ItemKind::Value, 2)]),
                ("typo".to_owned(), vec![]),
            ]),
            builtin_sources: Some(Fingerprint(u128::MAX)),
            signatures: vec!["fn\ta\t0\t\tInt\tBool".to_owned()],
            signature_sources: Some(Fingerprint(2)),
        };
        assert_eq!(Around::decode(&around.encode()), around);
        assert_eq!(Around::decode(&Around::default().encode()), Around::default());
    }

    #[test]
    fn nonsense_is_nothing_remembered() {
        assert_eq!(Around::decode("refs x\nbuiltin-sources\n\u{0}\nmore 1"), Around::default());
        assert_eq!(Around::decode("builtin a b:c fn:x").builtins, BTreeMap::from([("a".to_owned(), vec![])]));
    }
}
