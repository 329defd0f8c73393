//! The type of a map and where the cells of its buckets lie.
//!
//! A bucket is, as in the runtime, all tophashes, then all keys, then all values, then the pointer to the overflow bucket.
//! In the model each of them is a cell: a word that is loaded and stored whole. A value has one cell or several, so that it
//! can tear as a string or an interface does.

use go_runtime::classic::{Release, round_up_size};

/// The type of a map.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MapType {
    /// Whose runtime it is.
    pub release: Release,
    /// The entries of a bucket: 8 in the runtime, 2 where every interleaving is looked at.
    pub width: u64,
    /// The words of a value.
    pub words: u64,
    /// Whether keys hold pointers, which are cleared when an entry is deleted.
    pub key_pointers: bool,
    /// Whether values hold pointers.
    pub elem_pointers: bool,
    /// The bytes of a bucket, which decide how many overflow buckets an array of sixteen or more brings along.
    pub bucket_bytes: u64,
}

impl MapType {
    /// A small map to explore: two entries a bucket.
    pub fn small(release: Release, words: u64, pointers: bool) -> Self {
        Self {
            release,
            width: 2,
            words,
            key_pointers: pointers,
            elem_pointers: pointers,
            bucket_bytes: words.saturating_add(2).saturating_mul(16).saturating_add(8),
        }
    }

    /// Whether a bucket holds pointers besides that to its overflow bucket.
    pub fn has_pointers(&self) -> bool {
        self.key_pointers || self.elem_pointers
    }

    /// The cells of a bucket.
    pub(crate) fn bucket_cells(&self) -> u64 {
        self.at_overflow().wrapping_add(1)
    }

    pub(crate) fn at_tophash(&self, index: u64) -> u64 {
        index
    }

    pub(crate) fn at_key(&self, index: u64) -> u64 {
        self.width.wrapping_add(index)
    }

    pub(crate) fn at_elem(&self, index: u64, word: u64) -> u64 {
        let elems = self.width.wrapping_mul(2);
        elems.wrapping_add(index.wrapping_mul(self.words)).wrapping_add(word)
    }

    pub(crate) fn at_overflow(&self) -> u64 {
        self.width.wrapping_mul(self.words.wrapping_add(2))
    }

    /// The buckets of an array of `1 << b`, with the overflow buckets that it brings along: `makeBucketArray`.
    pub(crate) fn array_buckets(&self, b: u64) -> u64 {
        let base = 1u64.wrapping_shl(u32::try_from(b & 63).unwrap_or(0));
        if b < 4 {
            return base;
        }
        let more = base.wrapping_add(base >> 4);
        let bytes = self.bucket_bytes.max(1);
        let size = bytes.saturating_mul(more);
        let up = round_up_size(self.release, size, self.has_pointers());
        if up == size { more } else { up.checked_div(bytes).unwrap_or(more) }
    }

    /// `overLoadFactor`.
    pub(crate) fn over_load_factor(&self, count: u64, b: u64) -> bool {
        let half = (1u64 << (b & 63)) / 2;
        let most = self.release.load_factor_num(self.width).wrapping_mul(half);
        count > self.width && count > most
    }
}

/// `tooManyOverflowBuckets`.
pub(crate) fn too_many_overflow_buckets(noverflow: u64, b: u64) -> bool {
    noverflow >= 1u64 << b.min(15)
}

/// `bucketMask`.
pub(crate) fn bucket_mask(b: u64) -> u64 {
    (1u64 << (b & 63)).wrapping_sub(1)
}
