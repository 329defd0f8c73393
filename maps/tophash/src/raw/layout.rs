//! How the fifteen words after a bucket's state are cut into tags and slots.
//!
//! | layout | tags | slots | for |
//! |---|---|---|---|
//! | [`Pair`] | 7 of 8 bits | 7 of two words | inline keys and values |
//! | [`Single`] | 13 of 8 bits | 13 of one word | inline keys without values |
//! | [`Boxed`] | 10 of 32 bits | 10 pointers | everything else |
//!
//! A tag of zero says that the slot is empty. Tags are matched by arithmetic on whole words, which are
//! always read as the same atomics that writers store.

use super::bucket::{Bucket, Locked};

/// The words of one slot; a layout of one word leaves the second zero.
pub(crate) type SlotWords = [u64; 2];

/// A set of slots, one bit each, where the layout says.
#[derive(Clone, Copy)]
pub(crate) struct Mask(u64);

impl Mask {
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[inline]
    pub(super) fn count(self) -> usize {
        self.0.count_ones() as usize
    }
}

/// The most entries of a bucket, whatever its layout.
pub(super) const MOST_SLOTS: usize = 13;

/// How a bucket is cut.
///
/// For each of them, `FIRST + SLOTS * SLOT_WORDS` is at most the words of a bucket.
pub(crate) trait Layout: 'static {
    /// Entries of a bucket.
    const SLOTS: usize;
    /// Words of an entry.
    const SLOT_WORDS: usize;
    /// Whether the tag is the upper half of the hash, which decides where an entry is at home.
    const TAG_IS_POSITION: bool = false;
    /// Where the first slot begins.
    const FIRST: usize;

    /// The tag of a hash; never zero.
    fn tag(hash: u64) -> u64;
    /// The bits of a hash that decide where its entry is at home.
    fn position(hash: u64) -> u64;
    /// The slots whose tag is `tag`, exactly.
    fn matching(bucket: &Bucket, tag: u64) -> Mask;
    /// The empty slots, exactly.
    fn empty(bucket: &Bucket) -> Mask;
    /// The slot of the lowest bit.
    fn first(mask: Mask) -> usize;
    /// The tag of a slot.
    fn tag_at(bucket: &Bucket, slot: usize) -> u64;
    /// The word that holds the tag of `slot`, with `tag` put into it.
    fn tag_word(bucket: &Bucket, slot: usize, tag: u64) -> (usize, u64);

    /// The slots that hold an entry, a bit each.
    #[inline]
    fn entries(bucket: &Bucket) -> u32 {
        let mut entries = (1 << Self::SLOTS) - 1;
        let mut empty = Self::empty(bucket);
        while !empty.is_empty() {
            entries &= !(1 << Self::first(empty));
            empty = Self::rest(empty);
        }
        entries
    }

    /// How many slots hold an entry.
    #[inline]
    fn occupied(bucket: &Bucket) -> usize {
        Self::SLOTS - Self::empty(bucket).count()
    }

    /// The mask without its lowest bit.
    #[inline]
    fn rest(mask: Mask) -> Mask {
        Mask(mask.0 & mask.0.wrapping_sub(1))
    }

    /// Empties the slots of a mask with a bit for each. See [`Layout::take`].
    #[inline]
    fn take_all(locked: &mut Locked<'_>, slots: u32) {
        for slot in (0..Self::SLOTS).filter(|slot| slots & (1 << slot) != 0) {
            Self::take(locked, slot);
        }
    }

    /// The words of a slot as they are just now.
    #[inline]
    fn words(bucket: &Bucket, slot: usize) -> SlotWords {
        let at = Self::FIRST + slot * Self::SLOT_WORDS;
        let first = bucket.word(at);
        delicate!();
        [first, if Self::SLOT_WORDS == 2 { bucket.word(at + 1) } else { 0 }]
    }

    /// The words of the lowest slot of a mask of [`Layout::matching`], which is not empty.
    #[inline(always)]
    fn words_of_first(bucket: &Bucket, mask: Mask) -> SlotWords {
        let at = Self::FIRST + Self::first(mask) * Self::SLOT_WORDS;
        // SAFETY: a mask has bits for slots alone, of which the lowest is below `SLOTS`, and all words of slots
        // are the bucket's.
        unsafe {
            let first = bucket.word_unchecked(at);
            delicate!();
            [first, if Self::SLOT_WORDS == 2 { bucket.word_unchecked(at + 1) } else { 0 }]
        }
    }

    /// Puts an entry into an empty slot.
    #[inline]
    fn put(locked: &mut Locked<'_>, slot: usize, tag: u64, words: SlotWords) {
        let tag_word = Self::tag_word(locked.bucket(), slot, tag);
        Self::overwrite(locked, slot, words);
        locked.store([tag_word]);
    }

    /// Puts other words into a slot that keeps its tag.
    #[inline]
    fn overwrite(locked: &mut Locked<'_>, slot: usize, words: SlotWords) {
        let at = Self::FIRST + slot * Self::SLOT_WORDS;
        if Self::SLOT_WORDS == 2 {
            locked.store([(at, words[0]), (at + 1, words[1])]);
        } else {
            locked.store([(at, words[0])]);
        }
    }

    /// Empties a slot.
    ///
    /// A pointer goes with its tag: readers of boxed entries look at that word again after they published
    /// which entry they read, and must not find it where it was taken out.
    #[inline]
    fn take(locked: &mut Locked<'_>, slot: usize) {
        let tag_word = Self::tag_word(locked.bucket(), slot, 0);
        if mutant!("take-leaves-pointer", false, Self::TAG_IS_POSITION) {
            locked.store([(Self::FIRST + slot * Self::SLOT_WORDS, 0)]);
        }
        locked.store([tag_word]);
    }
}

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of every byte of `word` that equals `byte`, exactly: an approximate match could name an
/// empty slot, whose words are those of an entry that was taken out.
#[inline]
fn bytes_equal(word: u64, byte: u64) -> u64 {
    bytes_zero(word ^ (LOW * byte))
}

/// The high bit of every byte of `word` that is zero, exactly.
#[inline]
fn bytes_zero(word: u64) -> u64 {
    !(((word & !HIGH) + !HIGH) | word | !HIGH)
}

/// The high bits of eight bytes, one beside the other.
#[inline]
fn lanes(high_bits: u64) -> u32 {
    // The product brings bit 8 i to bit 56 + i, and nothing else there.
    ((high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

#[inline]
fn byte_tag(hash: u64) -> u64 {
    let tag = hash & 0xff;
    tag + u64::from(tag == 0)
}

/// Seven entries of two words.
pub(crate) struct Pair;

impl Layout for Pair {
    const SLOTS: usize = 7;
    const SLOT_WORDS: usize = 2;
    const FIRST: usize = 2;

    #[inline]
    fn tag(hash: u64) -> u64 {
        byte_tag(hash)
    }

    #[inline]
    fn position(hash: u64) -> u64 {
        hash
    }

    #[inline]
    fn matching(bucket: &Bucket, tag: u64) -> Mask {
        Mask(bytes_equal(bucket.word(1), tag))
    }

    #[inline]
    fn empty(bucket: &Bucket) -> Mask {
        Mask(bytes_zero(bucket.word(1)) & (HIGH >> 8))
    }

    #[inline]
    fn first(mask: Mask) -> usize {
        (mask.0.trailing_zeros() / 8) as usize
    }

    #[inline]
    fn tag_at(bucket: &Bucket, slot: usize) -> u64 {
        (bucket.word(1) >> (8 * slot)) & 0xff
    }

    #[inline]
    fn tag_word(bucket: &Bucket, slot: usize, tag: u64) -> (usize, u64) {
        (1, with_byte(bucket.word(1), slot, tag))
    }

    #[inline]
    fn entries(bucket: &Bucket) -> u32 {
        !lanes(bytes_zero(bucket.word(1))) & ((1 << Self::SLOTS) - 1)
    }

    #[inline]
    fn take_all(locked: &mut Locked<'_>, slots: u32) {
        let mut tags = locked.bucket().word(1);
        for slot in 0..Self::SLOTS {
            if slots & (1 << slot) != 0 {
                tags = with_byte(tags, slot, 0);
            }
        }
        locked.store([(1, tags)]);
    }
}

#[inline]
fn with_byte(word: u64, lane: usize, byte: u64) -> u64 {
    (word & !(0xff << (8 * lane))) | (byte << (8 * lane))
}

/// Thirteen entries of one word.
pub(crate) struct Single;

impl Single {
    /// The tags of slots 8 to 12 lie in the second tag word; its other lanes are not slots.
    const SECOND: u64 = HIGH >> 24;
}

impl Layout for Single {
    const SLOTS: usize = 13;
    const SLOT_WORDS: usize = 1;
    const FIRST: usize = 3;

    #[inline]
    fn tag(hash: u64) -> u64 {
        byte_tag(hash)
    }

    #[inline]
    fn position(hash: u64) -> u64 {
        hash
    }

    // The bits of the second word lie one below those of the first.
    #[inline]
    fn matching(bucket: &Bucket, tag: u64) -> Mask {
        Mask(bytes_equal(bucket.word(1), tag) | (bytes_equal(bucket.word(2), tag) >> 1))
    }

    #[inline]
    fn empty(bucket: &Bucket) -> Mask {
        let second = bytes_zero(bucket.word(2)) & Self::SECOND;
        Mask(bytes_zero(bucket.word(1)) | (second >> 1))
    }

    #[inline]
    fn first(mask: Mask) -> usize {
        let bit = mask.0.trailing_zeros() as usize;
        bit / 8 + if bit % 8 == 6 { 8 } else { 0 }
    }

    #[inline]
    fn tag_at(bucket: &Bucket, slot: usize) -> u64 {
        (bucket.word(1 + slot / 8) >> (8 * (slot % 8))) & 0xff
    }

    #[inline]
    fn tag_word(bucket: &Bucket, slot: usize, tag: u64) -> (usize, u64) {
        let word = 1 + slot / 8;
        (word, with_byte(bucket.word(word), slot % 8, tag))
    }
}

/// Ten pointers, each with 32 bits of its hash.
///
/// The tag is the upper half of the hash, and that half alone decides where the entry is at home: growth
/// places entries without touching them.
pub(crate) struct Boxed;

impl Layout for Boxed {
    const TAG_IS_POSITION: bool = true;
    const SLOTS: usize = 10;
    const SLOT_WORDS: usize = 1;
    const FIRST: usize = 6;

    #[inline]
    fn tag(hash: u64) -> u64 {
        (hash >> 32).max(1)
    }

    #[inline]
    fn position(hash: u64) -> u64 {
        Self::tag(hash) << 32
    }

    #[inline]
    fn matching(bucket: &Bucket, tag: u64) -> Mask {
        let mut mask = 0;
        for pair in 0..5 {
            let word = bucket.word(1 + pair);
            mask |= u64::from(word as u32 as u64 == tag) << (2 * pair);
            mask |= u64::from(word >> 32 == tag) << (2 * pair + 1);
        }
        Mask(mask)
    }

    #[inline]
    fn empty(bucket: &Bucket) -> Mask {
        Self::matching(bucket, 0)
    }

    #[inline]
    fn first(mask: Mask) -> usize {
        mask.0.trailing_zeros() as usize
    }

    #[inline]
    fn tag_at(bucket: &Bucket, slot: usize) -> u64 {
        (bucket.word(1 + slot / 2) >> (32 * (slot % 2))) & 0xffff_ffff
    }

    #[inline]
    fn tag_word(bucket: &Bucket, slot: usize, tag: u64) -> (usize, u64) {
        let (word, shift) = (1 + slot / 2, 32 * (slot % 2));
        (word, (bucket.word(word) & !(0xffff_ffff << shift)) | (tag << shift))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<L: Layout>() {
        assert!(L::FIRST + L::SLOTS * L::SLOT_WORDS <= super::super::bucket::WORDS);
        let bucket = Bucket::empty();
        let mut slots = alloc::vec::Vec::new();
        for tag in 200..200 + L::SLOTS as u64 {
            let mut locked = bucket.lock();
            let slot = L::first(L::empty(locked.bucket()));
            assert!(slot < L::SLOTS && !slots.contains(&slot));
            L::put(&mut locked, slot, tag, [tag * 3, 0]);
            slots.push(slot);
        }
        assert!(L::empty(&bucket).is_empty());
        assert_eq!(L::entries(&bucket), (1 << L::SLOTS) - 1);
        for (tag, slot) in (200..).zip(&slots) {
            assert_eq!(
                (L::first(L::matching(&bucket, tag)), L::tag_at(&bucket, *slot)),
                (*slot, tag)
            );
            assert_eq!(L::words(&bucket, *slot)[0], tag * 3);
        }
        for (taken, slot) in slots.iter().enumerate() {
            L::take(&mut bucket.lock(), *slot);
            assert!(!L::TAG_IS_POSITION || L::words(&bucket, *slot)[0] == 0, "a pointer stayed");
            assert_eq!(L::occupied(&bucket), L::SLOTS - taken - 1);
            assert_eq!(L::entries(&bucket) & (1 << slot), 0);
            assert_eq!(L::entries(&bucket).count_ones() as usize, L::occupied(&bucket));
        }
    }

    #[test]
    fn every_slot_of_every_layout_keeps_its_tag_and_words() {
        round_trip::<Pair>();
        round_trip::<Single>();
        round_trip::<Boxed>();
    }

    #[test]
    fn many_slots_are_emptied_as_one_by_one() {
        fn check<L: Layout>() {
            let (one, other) = (Bucket::empty(), Bucket::empty());
            for slot in 0..L::SLOTS {
                for bucket in [&one, &other] {
                    L::put(&mut bucket.lock(), slot, 77 + slot as u64, [5, 6]);
                }
            }
            let slots = 0b1_0010_1101 & ((1 << L::SLOTS) - 1);
            L::take_all(&mut one.lock(), slots);
            for slot in (0..L::SLOTS).filter(|slot| slots & (1 << slot) != 0) {
                L::take(&mut other.lock(), slot);
            }
            for word in 1..16 {
                assert_eq!(one.word(word), other.word(word), "word {word}");
            }
        }
        check::<Pair>();
        check::<Single>();
        check::<Boxed>();
    }

    #[test]
    fn a_tag_is_never_zero() {
        assert_eq!((Pair::tag(0x100), Single::tag(0), Boxed::tag(7)), (1, 1, 1));
    }
}
