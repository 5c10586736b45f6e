//! Finds content hashes that are spelled out in bytes which darkc does not decode.
//!
//! Darklang writes a content hash as text everywhere, blobs included: 64 hex digits, one after the other
//! (`darklang/dark LibSerialization/Binary/Serializers/{PT,RT}/Common.fs`, `Hash`), and compresses nothing. So
//! bytes that refer to an item hold its 64 digits, and every run of 64 digits is looked at: no reference is missed.
//! A run that only looks like a reference keeps content that could go, which does no harm.

use crate::base::hash::ContentHash;

const DIGITS: usize = 64;

/// Calls `found` with every content hash that the bytes spell out.
///
/// A run of 64 digits covers one of every 64 places, so only those are looked at until one holds a digit.
pub fn find(bytes: &[u8], mut found: impl FnMut(ContentHash)) {
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit();
    let mut at = DIGITS - 1;
    while at < bytes.len() {
        if !is_digit(&bytes[at]) {
            at += DIGITS;
            continue;
        }
        let before = bytes[..at].iter().rev().take_while(|byte| is_digit(byte)).count();
        let after = bytes[at..].iter().take_while(|byte| is_digit(byte)).count();
        for run in bytes[at - before..at + after].windows(DIGITS) {
            let text = std::str::from_utf8(run).unwrap_or_default();
            let hash = ContentHash::from_hex(text);
            if let Some(hash) = hash.or_else(|| ContentHash::from_hex(&text.to_ascii_lowercase())) {
                found(hash);
            }
        }
        at += after + DIGITS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> Vec<ContentHash> {
        let mut hashes = Vec::new();
        find(bytes, |hash| hashes.push(hash));
        hashes
    }

    #[test]
    fn a_hash_is_found_wherever_it_stands() {
        let hash = ContentHash([0xA7; 32]);
        let text = hash.to_hex();
        for before in 0..200 {
            for after in [0, 1, 63, 64, 65] {
                let bytes = [&vec![b'@'; before], text.as_bytes(), &vec![0; after]].concat();
                assert_eq!(found(&bytes), [hash], "{before} bytes before, {after} after");
            }
        }
        assert_eq!(found(text.to_ascii_uppercase().as_bytes()), [hash]);
    }

    #[test]
    fn neighbours_are_told_apart() {
        let hashes = [ContentHash([1; 32]), ContentHash([2; 32]), ContentHash([3; 32])];
        for gap in 1..130 {
            let bytes = hashes.map(|hash| [hash.to_hex().as_bytes(), &vec![b'.'; gap]].concat()).concat();
            assert_eq!(found(&bytes), hashes, "{gap} bytes between");
        }
    }

    /// Digits right before or after belong to something else, so every place of a longer run may be a hash.
    #[test]
    fn a_longer_run_holds_a_hash_at_each_place() {
        let hash = ContentHash([0x5C; 32]);
        let bytes = [b"0f".as_slice(), hash.to_hex().as_bytes(), b"9"].concat();
        assert!(found(&bytes).contains(&hash));
        assert_eq!(found(&bytes).len(), 4);
        assert_eq!(found(&bytes[..63]), []);
    }
}
