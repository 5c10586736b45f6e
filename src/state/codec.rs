//! The bytes of darkc's own rows: the items of a file, and the manifest of all sources.
//!
//! A file's items, one after the other; integers are little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | kind (0 type, 1 value, 2 function), with bit 7 set where the name is another declaration's |
//! | 2 | length of the location |
//! | n | location, UTF-8 |
//! | rest | what is known of it ([`crate::state::known`]) |
//!
//! A shadowed declaration ends after its location. The manifest, for each file: 2 bytes of path length, the
//! path, 16 bytes of source fingerprint.

use super::keys::ItemKey;
use super::known::{Facts, Known};
use super::{ManifestEntry, StoredItem};
use crate::base::hash::Fingerprint;
use crate::base::location::ItemKind;

const SHADOWED: u8 = 1 << 7;

/// Somewhat less than most items take, in bytes.
pub(super) const USUAL_LENGTH: usize = 200;

/// Appends one item of a file; `facts` are missing where its name is another declaration's.
pub fn encode_item(bytes: &mut Vec<u8>, kind: ItemKind, location: &str, facts: Option<&Facts<'_>>) {
    let kind = match kind {
        ItemKind::Type => 0,
        ItemKind::Value => 1,
        ItemKind::Fn => 2,
    };
    bytes.push(if facts.is_some() { kind } else { kind | SHADOWED });
    put_text(bytes, location);
    if let Some(facts) = facts {
        facts.encode(bytes);
    }
}

/// Returns the items of a file; `None` where the bytes are not what [`encode_item`] makes.
pub fn decode_items(bytes: &[u8]) -> Option<Vec<StoredItem<'_>>> {
    let mut reader = ItemReader::new(bytes);
    let mut items = Vec::with_capacity(bytes.len() / USUAL_LENGTH);
    while reader.offset().is_some() {
        items.push(reader.next_item()?);
    }
    Some(items)
}

/// Whether two rows differ in nothing but that items of the first one were not checked.
pub fn differ_in_checks_alone(unchecked: &[u8], checked: &[u8]) -> bool {
    let (Some(unchecked), Some(checked)) = (decode_items(unchecked), decode_items(checked)) else {
        return false;
    };
    let is_same = |(one, other): (&StoredItem<'_>, &StoredItem<'_>)| {
        let mut facts_of_one = one.known.map(|known| known.facts());
        let facts_of_other = other.known.map(|known| known.facts());
        if let (Some(one), Some(other)) = (&mut facts_of_one, &facts_of_other)
            && one.findings.is_none()
        {
            one.findings = other.findings;
        }
        (one.kind, one.location) == (other.kind, other.location) && facts_of_one == facts_of_other
    };
    unchecked.len() == checked.len() && unchecked.iter().zip(&checked).all(is_same)
}

/// Reads the items of a file, one after the other.
pub(super) struct ItemReader<'a> {
    reader: Reader<'a>,
    length: usize,
}

impl<'a> ItemReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        ItemReader { reader: Reader { bytes }, length: bytes.len() }
    }

    /// Returns where the next item begins; `None` at the end.
    pub fn offset(&self) -> Option<u32> {
        let left = self.reader.bytes.len();
        if left == 0 { None } else { Some((self.length - left) as u32) }
    }

    /// Returns the next item; `None` where the bytes are not an item's.
    pub fn next_item(&mut self) -> Option<StoredItem<'a>> {
        let (tag, location) = self.reader.head()?;
        let kind = match tag & !SHADOWED {
            0 => ItemKind::Type,
            1 => ItemKind::Value,
            2 => ItemKind::Fn,
            _ => return None,
        };
        let known = if tag & SHADOWED != 0 { None } else { Some(self.reader.known()?) };
        Some(StoredItem { kind, location, key: ItemKey::of(location), known })
    }
}

/// Returns the location of the item whose bytes these begin with.
pub(super) fn location_at(bytes: &[u8]) -> Option<&str> {
    Reader { bytes }.head().map(|(_, location)| location)
}

/// Returns what is known of the item whose bytes these begin with, and which is not shadowed.
pub(super) fn known_at(bytes: &[u8]) -> Option<Known<'_>> {
    let mut reader = Reader { bytes };
    let [_] = reader.array()?;
    reader.skip_text()?;
    reader.known()
}

pub fn encode_manifest<'m>(entries: impl IntoIterator<Item = ManifestEntry<'m>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        put_text(&mut bytes, entry.path);
        bytes.extend_from_slice(&entry.source.0.to_le_bytes());
    }
    bytes
}

/// `None` where the bytes are not what [`encode_manifest`] makes.
pub fn decode_manifest(bytes: &[u8]) -> Option<Vec<ManifestEntry<'_>>> {
    let mut reader = Reader { bytes };
    let mut entries = Vec::new();
    while !reader.bytes.is_empty() {
        entries.push(ManifestEntry { path: reader.text()?, source: reader.fingerprint()? });
    }
    Some(entries)
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    // Longer names are cut in lexing long before; a cut one here would only cost a reload.
    let length = text.floor_char_boundary(text.len().min(usize::from(u16::MAX)));
    bytes.extend_from_slice(&(length as u16).to_le_bytes());
    bytes.extend_from_slice(&text.as_bytes()[..length]);
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// Reads an item's kind, as it is stored, and its location.
    fn head(&mut self) -> Option<(u8, &'a str)> {
        let [tag] = self.array()?;
        Some((tag, self.text()?))
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.skip_text()?).ok()
    }

    fn skip_text(&mut self) -> Option<&'a [u8]> {
        let length = u16::from_le_bytes(self.array()?);
        self.take(usize::from(length))
    }

    fn fingerprint(&mut self) -> Option<Fingerprint> {
        self.array().map(|bytes| Fingerprint(u128::from_le_bytes(bytes)))
    }

    fn known(&mut self) -> Option<Known<'a>> {
        let (known, rest) = Known::split_from(self.bytes)?;
        self.bytes = rest;
        Some(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash::ContentHash;
    use crate::state::keys::CandidateKey;

    const FACTS: Facts<'static> = Facts {
        code: Fingerprint(1),
        description: Fingerprint(2),
        links: Fingerprint(3),
        group: Fingerprint(0),
        row: Fingerprint(5),
        signature: Fingerprint(7),
        hash: ContentHash([7; 32]),
        add_op: [6; 16],
        unresolved: 4,
        findings: Some(8),
        dependencies: &[[1, 0, 0, 0, 0, 0, 0, 0]],
        candidates: &[[2, 0, 0, 0], [3, 0, 0, 0]],
    };

    /// The bytes of two items, and where the second begins.
    fn encoded() -> (Vec<u8>, usize) {
        let mut bytes = Vec::new();
        encode_item(&mut bytes, ItemKind::Fn, "Owner.M.f", Some(&FACTS));
        let second = bytes.len();
        encode_item(&mut bytes, ItemKind::Value, "Owner.M.x", None);
        (bytes, second)
    }

    #[test]
    fn items_come_back_as_they_were() {
        let (bytes, _) = encoded();
        let items = decode_items(&bytes).unwrap();
        let [known, shadowed] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!((known.kind, known.location), (ItemKind::Fn, "Owner.M.f"));
        assert_eq!(known.key, ItemKey::of("Owner.M.f"));
        assert_eq!(known.known.map(|known| known.facts()), Some(FACTS));
        assert_eq!((shadowed.kind, shadowed.location), (ItemKind::Value, "Owner.M.x"));
        assert_eq!(shadowed.known, None);
    }

    #[test]
    fn each_field_is_read_from_its_own_place() {
        let (bytes, _) = encoded();
        let known = decode_items(&bytes).unwrap()[0].known.unwrap();
        let fingerprints = [known.code(), known.description(), known.links(), known.group(), known.row()];
        assert_eq!(fingerprints, [1, 2, 3, 0, 5].map(Fingerprint));
        assert_eq!((known.hash(), known.add_op(), known.unresolved()), (ContentHash([7; 32]), [6; 16], 4));
        assert_eq!(known.findings(), Some(8));
        assert!(known.dependencies().eq([ItemKey(1)]));
        assert!(known.candidates().eq([CandidateKey(2), CandidateKey(3)]));
    }

    #[test]
    fn a_body_that_was_not_checked_is_not_one_without_findings() {
        for findings in [None, Some(0)] {
            let mut bytes = Vec::new();
            encode_item(&mut bytes, ItemKind::Fn, "Owner.M.f", Some(&Facts { findings, ..FACTS }));
            assert_eq!(decode_items(&bytes).unwrap()[0].known.unwrap().findings(), findings);
        }
    }

    #[test]
    fn rows_that_differ_in_checks_alone_are_told_from_others() {
        let row = |facts: Facts<'_>| {
            let mut bytes = Vec::new();
            encode_item(&mut bytes, ItemKind::Fn, "Owner.M.f", Some(&facts));
            bytes
        };
        let unchecked = Facts { findings: None, ..FACTS };
        assert!(differ_in_checks_alone(&row(unchecked), &row(FACTS)));
        assert!(!differ_in_checks_alone(&row(FACTS), &row(unchecked)), "it was checked");
        assert!(!differ_in_checks_alone(&row(unchecked), &row(Facts { unresolved: 5, ..FACTS })));
        assert!(!differ_in_checks_alone(&[1], &row(FACTS)));
    }

    #[test]
    fn a_cut_row_is_refused() {
        let (bytes, second) = encoded();
        for length in (1..bytes.len()).filter(|length| *length != second) {
            assert_eq!(decode_items(&bytes[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn the_manifest_comes_back_as_it_was() {
        let entries = [
            ManifestEntry { path: "a.dark", source: Fingerprint(9) },
            ManifestEntry { path: "b/c.dark", source: Fingerprint(10) },
        ];
        let bytes = encode_manifest(entries.clone());
        assert_eq!(decode_manifest(&bytes).as_deref(), Some(&entries[..]));
        assert_eq!(decode_manifest(&bytes[..bytes.len() - 1]), None);
    }
}
