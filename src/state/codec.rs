//! The bytes of darkc's own rows: the items of a file, and the manifest of all sources.
//!
//! A file's items, one after the other; integers are little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | kind (0 type, 1 value, 2 function), with bit 7 set where the name is another declaration's |
//! | 2 | length of the location |
//! | n | location, UTF-8 |
//! | 5 × 16 | fingerprints: code, description, links, group, row |
//! | 32 | content hash |
//! | 16 | id of the Add op |
//! | 4, 8 × n | count of dependencies, their item keys |
//! | 4, 4 × n | count of candidates, their candidate keys |
//!
//! A shadowed declaration ends after its location. The manifest, for each file: 2 bytes of path length, the
//! path, 16 bytes of source fingerprint.

use super::{ManifestEntry, StoredItem};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::ItemKind;
use crate::program::inventory::Known;
use crate::program::keys::ItemKey;

const SHADOWED: u8 = 1 << 7;
const DEPENDENCY_LENGTH: usize = 8;
const CANDIDATE_LENGTH: usize = 4;

/// Appends one item of a file.
pub fn encode_item(bytes: &mut Vec<u8>, item: &StoredItem<'_>) {
    let kind = match item.kind {
        ItemKind::Type => 0,
        ItemKind::Value => 1,
        ItemKind::Fn => 2,
    };
    bytes.push(if item.known.is_some() { kind } else { kind | SHADOWED });
    put_text(bytes, item.location);
    if let Some(known) = item.known {
        for fingerprint in [known.code, known.description, known.links, known.group, known.row] {
            bytes.extend_from_slice(&fingerprint.0.to_le_bytes());
        }
        bytes.extend_from_slice(&known.hash.0);
        bytes.extend_from_slice(&known.add_op);
        put_keys(bytes, known.dependencies, DEPENDENCY_LENGTH);
        put_keys(bytes, known.candidates, CANDIDATE_LENGTH);
    }
}

/// The items of a file; `None` where the bytes are not what [`encode_item`] makes.
pub fn decode_items(bytes: &[u8]) -> Option<Vec<StoredItem<'_>>> {
    let mut reader = Reader { bytes };
    let mut items = Vec::new();
    while !reader.bytes.is_empty() {
        let [tag] = reader.array()?;
        let kind = match tag & !SHADOWED {
            0 => ItemKind::Type,
            1 => ItemKind::Value,
            2 => ItemKind::Fn,
            _ => return None,
        };
        let location = reader.text()?;
        let known = if tag & SHADOWED != 0 { None } else { Some(reader.known()?) };
        items.push(StoredItem { kind, location, key: ItemKey::of(location), known });
    }
    Some(items)
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

fn put_keys(bytes: &mut Vec<u8>, keys: &[u8], width: usize) {
    bytes.extend_from_slice(&((keys.len() / width) as u32).to_le_bytes());
    bytes.extend_from_slice(keys);
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

    fn text(&mut self) -> Option<&'a str> {
        let length = u16::from_le_bytes(self.array()?);
        std::str::from_utf8(self.take(usize::from(length))?).ok()
    }

    fn fingerprint(&mut self) -> Option<Fingerprint> {
        self.array().map(|bytes| Fingerprint(u128::from_le_bytes(bytes)))
    }

    fn keys(&mut self, width: usize) -> Option<&'a [u8]> {
        let count = u32::from_le_bytes(self.array()?);
        self.take((count as usize).checked_mul(width)?)
    }

    fn known(&mut self) -> Option<Known<'a>> {
        Some(Known {
            code: self.fingerprint()?,
            description: self.fingerprint()?,
            links: self.fingerprint()?,
            group: self.fingerprint()?,
            row: self.fingerprint()?,
            hash: ContentHash(self.array()?),
            add_op: self.array()?,
            dependencies: self.keys(DEPENDENCY_LENGTH)?,
            candidates: self.keys(CANDIDATE_LENGTH)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<StoredItem<'static>> {
        let known = Known {
            code: Fingerprint(1),
            description: Fingerprint(2),
            links: Fingerprint(3),
            group: Fingerprint(0),
            hash: ContentHash([7; 32]),
            row: Fingerprint(5),
            add_op: [6; 16],
            dependencies: &[1, 0, 0, 0, 0, 0, 0, 0],
            candidates: &[2, 0, 0, 0, 3, 0, 0, 0],
        };
        vec![
            StoredItem {
                kind: ItemKind::Fn,
                location: "Owner.M.f",
                key: ItemKey::of("Owner.M.f"),
                known: Some(known),
            },
            StoredItem {
                kind: ItemKind::Value,
                location: "Owner.M.x",
                key: ItemKey::of("Owner.M.x"),
                known: None,
            },
        ]
    }

    fn encoded(items: &[StoredItem<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        items.iter().for_each(|item| encode_item(&mut bytes, item));
        bytes
    }

    #[test]
    fn items_come_back_as_they_were() {
        let bytes = encoded(&items());
        assert_eq!(decode_items(&bytes), Some(items()));
    }

    #[test]
    fn a_cut_row_is_refused() {
        let bytes = encoded(&items());
        let first = encoded(&items()[..1]).len();
        for length in (1..bytes.len()).filter(|length| *length != first) {
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
