//! SHA-256 content hashes and the fast fingerprints that only darkc itself looks at.

use std::fmt;
use std::hash::{Hash, Hasher};

/// The SHA-256 of an item's canonical form: Darklang's identity of a package item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 32]);

impl Hash for ContentHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Eight bytes of a SHA-256 tell as much as a hash table asks for.
        state.write(&self.0[..8]);
    }
}

impl ContentHash {
    /// The 64 lower-case hex digits that Darklang writes everywhere, blobs included.
    pub fn to_hex(self) -> HexHash {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 64];
        for (index, byte) in self.0.iter().enumerate() {
            digits[index * 2] = DIGITS[usize::from(byte >> 4)];
            digits[index * 2 + 1] = DIGITS[usize::from(byte & 15)];
        }
        HexHash(digits)
    }

    pub fn from_hex(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (index, pair) in text.chunks_exact(2).enumerate() {
            let digit = |byte: u8| match byte {
                b'0'..=b'9' => Some(byte - b'0'),
                b'a'..=b'f' => Some(byte - b'a' + 10),
                _ => None,
            };
            bytes[index] = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(ContentHash(bytes))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// A content hash spelled out, without an allocation; dereferences to its 64 digits.
#[derive(Clone, Copy)]
pub struct HexHash([u8; 64]);

impl std::ops::Deref for HexHash {
    type Target = str;

    fn deref(&self) -> &str {
        // Only ASCII digits are ever stored, so the fallback is unreachable.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// An xxh3-128 of bytes that only darkc compares with each other; never an identity that leaves the tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u128);

impl Fingerprint {
    pub fn of(bytes: &[u8]) -> Self {
        Fingerprint(xxhash_rust::xxh3::xxh3_128(bytes))
    }
}
