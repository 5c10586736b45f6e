//! Fast hashes of fully qualified names, by which names are compared within darkc.
//!
//! Two live names have one [`ItemKey`] with a chance of about n²/2⁶⁵ (one in 10¹² for Darklang's own set).

use xxhash_rust::xxh3::xxh3_128;

/// All 128 bits of a fully qualified name's hash.
pub type NameKey = u128;

pub fn name_key(fully_qualified: &str) -> NameKey {
    xxh3_128(fully_qualified.as_bytes())
}

/// Identity of a live name across runs. One name holds one item, whatever its kind, as in Darklang.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey(pub u64);

impl ItemKey {
    pub fn of(fully_qualified: &str) -> Self {
        name_key(fully_qualified).into()
    }
}

impl From<NameKey> for ItemKey {
    fn from(key: NameKey) -> Self {
        ItemKey(key as u64)
    }
}

/// A name that a site tried, shortened further: two names that meet cost a needless look, never an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateKey(pub u32);

impl From<NameKey> for CandidateKey {
    fn from(key: NameKey) -> Self {
        CandidateKey(key as u32)
    }
}

/// Keys are hashes already; their low half serves a hash table as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHasher;

impl std::hash::BuildHasher for KeyHasher {
    type Hasher = LowHalf;

    fn build_hasher(&self) -> LowHalf {
        LowHalf(0)
    }
}

/// Takes the last integer written for the hash.
#[derive(Debug)]
pub struct LowHalf(u64);

impl std::hash::Hasher for LowHalf {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u32(&mut self, key: u32) {
        // Spread over the upper bits, which hashbrown takes its tags from.
        self.0 = u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}
