//! How a bucket's words are cut into tags and slots.
//!
//! | layout | tags | slots | where | for |
//! |---|---|---|---|---|
//! | [`Pair`] | 8 of 8 bits | 8 of two words | tags apart | inline keys and values, inline keys of two words |
//! | [`Single`] | 13 of 8 bits | 13 of one word | together | inline keys without values |
//! | [`Boxed`] | 12 of 16 bits | 12 pointers | together | everything else |
//!
//! Where the tags are apart, those of a page's buckets lie one after the other, with the states: few enough to stay in the
//! processor's caches when the entries do not, so that a search that finds nothing seldom waits for memory.
//!
//! A tag of zero says that the slot is empty. Tags are read as the same atomics that writers store, and are matched
//! once they are in a register.

use super::bucket::{Bucket, Locked, WORDS};

/// The words of one slot; a layout of one word leaves the second zero.
pub(crate) type SlotWords = [u64; 2];

/// A set of slots, a bit each, the first slot's the lowest.
#[derive(Clone, Copy)]
pub(crate) struct Mask(pub(super) u32);

impl Mask {
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[inline]
    pub(super) fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The lowest slot.
    #[inline]
    pub(super) fn first(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// The mask without its lowest slot.
    #[inline]
    pub(super) fn rest(self) -> Self {
        Self(self.0 & self.0.wrapping_sub(1))
    }

    /// One for a slot of the mask, and zero for another.
    #[inline]
    pub(super) fn has(self, slot: usize) -> usize {
        (self.0 >> slot) as usize & 1
    }

    /// The mask with a slot more.
    #[inline]
    pub(super) fn with(self, slot: usize) -> Self {
        Self(self.0 | (1 << slot))
    }
}

impl Iterator for Mask {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let first = (!self.is_empty()).then(|| self.first());
        *self = self.rest();
        first
    }
}

/// The most entries of a bucket, whatever its layout.
pub(super) const MOST_SLOTS: usize = 13;

/// The words that a layout takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    /// Words of a bucket's head: the state, the tags, and the slots unless these are apart.
    pub(super) head: usize,
    /// Words of the slots, where they are apart; or none.
    pub(super) body: usize,
}

/// How a bucket is cut.
///
/// Slots and tags have numbers of words below those that [`Layout::GEOMETRY`] says, and these are at most [`WORDS`] each.
pub(crate) trait Layout: 'static {
    /// Where the words of a bucket lie.
    const GEOMETRY: Geometry;
    /// Entries of a bucket.
    const SLOTS: usize;
    /// Words of an entry.
    const SLOT_WORDS: usize;
    /// The words of all tags of a bucket.
    type Tags: Copy;
    /// Whether a slot holds the address of an entry.
    const POINTS: bool = false;
    /// Where the first slot begins, among the words of the slots if these are apart, or of the head.
    const FIRST: usize;

    /// The tag of a hash; never zero.
    fn tag(hash: u64) -> u64;
    /// The bits of a hash that decide where its entry is at home.
    fn position(hash: u64) -> u64;

    /// The slots whose tag is `tag`, exactly: an empty slot's words may be those of an entry that was taken out.
    fn matching(bucket: Bucket<'_>, tag: u64) -> Mask;
    /// The empty slots, exactly.
    fn empty(bucket: Bucket<'_>) -> Mask;
    /// The tag of a slot.
    fn tag_at(bucket: Bucket<'_>, slot: usize) -> u64;
    /// The word that holds the tag of `slot`, with `tag` put into it.
    fn tag_word(bucket: Bucket<'_>, slot: usize, tag: u64) -> (usize, u64);

    /// The words of all tags.
    fn tags(bucket: Bucket<'_>) -> Self::Tags;
    /// The tag of a slot among those of all.
    fn tag_of(tags: &Self::Tags, slot: usize) -> u64;
    /// Puts the tag of a slot that was empty into those of all.
    fn add_tag(tags: &mut Self::Tags, slot: usize, tag: u64);
    /// Calls `store` with the number and the value of each word of the tags.
    fn each_tag_word(tags: &Self::Tags, store: impl FnMut(usize, u64));
    /// Calls `store` with the number and the value of each word that changes when slots are emptied. See
    /// [`Layout::take`].
    fn each_word_without(bucket: Bucket<'_>, slots: Mask, store: impl FnMut(usize, u64));

    /// The slots that hold an entry.
    #[inline]
    fn entries(bucket: Bucket<'_>) -> Mask {
        Mask(!Self::empty(bucket).0 & ((1 << Self::SLOTS) - 1))
    }

    /// How many slots hold an entry.
    #[inline]
    fn occupied(bucket: Bucket<'_>) -> usize {
        Self::SLOTS - Self::empty(bucket).count()
    }

    /// The words of a slot as they are just now.
    #[inline]
    fn words(bucket: Bucket<'_>, slot: usize) -> SlotWords {
        let at = Self::FIRST + slot * Self::SLOT_WORDS;
        let first = bucket.slot_word(at);
        delicate!();
        [first, if Self::SLOT_WORDS == 2 { bucket.slot_word(at + 1) } else { 0 }]
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
            locked.store_slot([(at, words[0]), (at + 1, words[1])]);
        } else {
            locked.store_slot([(at, words[0])]);
        }
    }

    /// Empties a slot.
    ///
    /// A pointer goes with its tag: readers of boxed entries look at that word again after they published
    /// which entry they read, and must not find it where it was taken out.
    #[inline]
    fn take(locked: &mut Locked<'_>, slot: usize) {
        let tag_word = Self::tag_word(locked.bucket(), slot, 0);
        if mutant!("take-leaves-pointer", false, Self::POINTS) {
            locked.store_slot([(Self::FIRST + slot * Self::SLOT_WORDS, 0)]);
        }
        locked.store([tag_word]);
    }
}

const LOW: u64 = 0x0101_0101_0101_0101;

/// A bit for every byte of word `INDEX` of a bucket that equals `byte`, exactly.
#[inline(always)]
fn bytes_equal<const INDEX: usize>(bucket: Bucket<'_>, byte: u64) -> u32 {
    #[cfg(all(target_arch = "x86_64", not(any(miri, loom, tophash_tsan))))]
    // SAFETY: every x86-64 processor has SSE2, and these work on registers alone.
    unsafe {
        use core::arch::x86_64::{_mm_cmpeq_epi8, _mm_cvtsi64_si128, _mm_movemask_epi8};
        let bytes = _mm_cvtsi64_si128((LOW * byte) as i64);
        _mm_movemask_epi8(_mm_cmpeq_epi8(bucket.word_as_vector::<INDEX>(), bytes)) as u32 & 0xff
    }
    #[cfg(not(all(target_arch = "x86_64", not(any(miri, loom, tophash_tsan)))))]
    bytes_equal_by_arithmetic(bucket.word(INDEX), byte)
}

/// What [`bytes_equal`] is where there are no instructions for it.
#[cfg(any(test, not(target_arch = "x86_64"), miri, loom, tophash_tsan))]
#[inline]
fn bytes_equal_by_arithmetic(word: u64, byte: u64) -> u32 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = word ^ (LOW * byte);
    let high_bits = !(((word & !HIGH) + !HIGH) | word | !HIGH);
    // The product brings bit 8 i to bit 56 + i, and nothing else there.
    ((high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

/// A bit for every quarter of words 1 to 3 of a bucket that equals `quarter`, the lowest quarter of the first word first.
#[inline(always)]
fn quarters_equal(bucket: Bucket<'_>, quarter: u64) -> u32 {
    #[cfg(all(target_arch = "x86_64", not(any(miri, loom, tophash_tsan))))]
    // SAFETY: every x86-64 processor has SSE2, and these work on registers alone.
    unsafe {
        use core::arch::x86_64::{
            _mm_cmpeq_epi16, _mm_movemask_epi8, _mm_packs_epi16, _mm_set1_epi16,
        };
        let quarters = _mm_set1_epi16(quarter as i16);
        let first = _mm_cmpeq_epi16(bucket.words_as_vector::<1>(), quarters);
        let second = _mm_cmpeq_epi16(bucket.word_as_vector::<3>(), quarters);
        _mm_movemask_epi8(_mm_packs_epi16(first, second)) as u32 & 0xfff
    }
    #[cfg(not(all(target_arch = "x86_64", not(any(miri, loom, tophash_tsan)))))]
    quarters_equal_by_arithmetic([bucket.word(1), bucket.word(2), bucket.word(3)], quarter)
}

/// What [`quarters_equal`] is where there are no instructions for it.
#[cfg(any(test, not(target_arch = "x86_64"), miri, loom, tophash_tsan))]
#[inline]
fn quarters_equal_by_arithmetic(words: [u64; 3], quarter: u64) -> u32 {
    const LOW: u64 = 0x0001_0001_0001_0001;
    const HIGH: u64 = LOW << 15;
    words.iter().rev().fold(0, |mask, word| {
        let word = word ^ (LOW * quarter);
        let high_bits = !(((word & !HIGH) + !HIGH) | word | !HIGH);
        // The product brings bit 16 i to bit 60 + i, and nothing else there.
        (mask << 4) | ((high_bits >> 15).wrapping_mul(0x1000_2000_4000_8000) >> 60) as u32
    })
}

#[inline]
fn byte_tag(hash: u64) -> u64 {
    let tag = hash & 0xff;
    tag + u64::from(tag == 0)
}

/// All words of a bucket one after the other.
const TOGETHER: Geometry = Geometry { head: WORDS, body: 0 };

/// Eight entries of two words.
pub(crate) struct Pair;

impl Layout for Pair {
    const GEOMETRY: Geometry = Geometry { head: 2, body: WORDS };
    const SLOTS: usize = 8;
    const SLOT_WORDS: usize = 2;
    const FIRST: usize = 0;

    #[inline]
    fn tag(hash: u64) -> u64 {
        byte_tag(hash)
    }

    #[inline]
    fn position(hash: u64) -> u64 {
        hash
    }

    #[inline(always)]
    fn matching(bucket: Bucket<'_>, tag: u64) -> Mask {
        Mask(bytes_equal::<1>(bucket, tag))
    }

    #[inline]
    fn empty(bucket: Bucket<'_>) -> Mask {
        Self::matching(bucket, 0)
    }

    #[inline]
    fn tag_at(bucket: Bucket<'_>, slot: usize) -> u64 {
        (bucket.word(1) >> (8 * slot)) & 0xff
    }

    #[inline]
    fn tag_word(bucket: Bucket<'_>, slot: usize, tag: u64) -> (usize, u64) {
        (1, with_byte(bucket.word(1), slot, tag))
    }

    type Tags = u64;

    #[inline]
    fn tags(bucket: Bucket<'_>) -> u64 {
        bucket.word(1)
    }

    #[inline]
    fn tag_of(tags: &u64, slot: usize) -> u64 {
        (tags >> (8 * slot)) & 0xff
    }

    #[inline]
    fn add_tag(tags: &mut u64, slot: usize, tag: u64) {
        *tags |= tag << (8 * slot);
    }

    #[inline]
    fn each_tag_word(tags: &u64, mut store: impl FnMut(usize, u64)) {
        store(1, *tags);
    }

    #[inline]
    fn each_word_without(bucket: Bucket<'_>, slots: Mask, mut store: impl FnMut(usize, u64)) {
        store(1, slots.fold(bucket.word(1), |tags, slot| with_byte(tags, slot, 0)));
    }
}

#[inline]
fn with_byte(word: u64, lane: usize, byte: u64) -> u64 {
    (word & !(0xff << (8 * lane))) | (byte << (8 * lane))
}

/// Thirteen entries of one word.
pub(crate) struct Single;

impl Layout for Single {
    const GEOMETRY: Geometry = TOGETHER;
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

    // The tags of slots 8 to 12 lie in the second word, whose other bytes are no tags, and always zero.
    #[inline]
    fn matching(bucket: Bucket<'_>, tag: u64) -> Mask {
        let slots = bytes_equal::<1>(bucket, tag) | (bytes_equal::<2>(bucket, tag) << 8);
        Mask(slots)
    }

    #[inline]
    fn empty(bucket: Bucket<'_>) -> Mask {
        Mask(Self::matching(bucket, 0).0 & 0x1fff)
    }

    #[inline]
    fn tag_at(bucket: Bucket<'_>, slot: usize) -> u64 {
        (bucket.word(1 + slot / 8) >> (8 * (slot % 8))) & 0xff
    }

    type Tags = [u64; 2];

    #[inline]
    fn tags(bucket: Bucket<'_>) -> [u64; 2] {
        [bucket.word(1), bucket.word(2)]
    }

    #[inline]
    fn tag_of(tags: &[u64; 2], slot: usize) -> u64 {
        (tags[slot / 8] >> (8 * (slot % 8))) & 0xff
    }

    #[inline]
    fn add_tag(tags: &mut [u64; 2], slot: usize, tag: u64) {
        tags[slot / 8] |= tag << (8 * (slot % 8));
    }

    #[inline]
    fn each_tag_word(tags: &[u64; 2], mut store: impl FnMut(usize, u64)) {
        store(1, tags[0]);
        store(2, tags[1]);
    }

    #[inline]
    fn each_word_without(bucket: Bucket<'_>, slots: Mask, store: impl FnMut(usize, u64)) {
        let without = |mut tags: [u64; 2], slot: usize| {
            tags[slot / 8] = with_byte(tags[slot / 8], slot % 8, 0);
            tags
        };
        Self::each_tag_word(&slots.fold(Self::tags(bucket), without), store);
    }

    #[inline]
    fn tag_word(bucket: Bucket<'_>, slot: usize, tag: u64) -> (usize, u64) {
        let word = 1 + slot / 8;
        (word, with_byte(bucket.word(word), slot % 8, tag))
    }
}

/// Twelve pointers, each with 16 bits of its hash, so that a search seldom looks at an entry that is not the one.
pub(crate) struct Boxed;

impl Layout for Boxed {
    const POINTS: bool = true;
    const GEOMETRY: Geometry = TOGETHER;
    const SLOTS: usize = 12;
    const SLOT_WORDS: usize = 1;
    const FIRST: usize = 4;

    #[inline]
    fn tag(hash: u64) -> u64 {
        let tag = hash & 0xffff;
        tag + u64::from(tag == 0)
    }

    #[inline]
    fn position(hash: u64) -> u64 {
        hash
    }

    #[inline(always)]
    fn matching(bucket: Bucket<'_>, tag: u64) -> Mask {
        Mask(quarters_equal(bucket, tag))
    }

    #[inline]
    fn empty(bucket: Bucket<'_>) -> Mask {
        Self::matching(bucket, 0)
    }

    #[inline]
    fn tag_at(bucket: Bucket<'_>, slot: usize) -> u64 {
        (bucket.word(1 + slot / 4) >> (16 * (slot % 4))) & 0xffff
    }

    type Tags = [u64; 3];

    #[inline(always)]
    fn tags(bucket: Bucket<'_>) -> [u64; 3] {
        [bucket.word(1), bucket.word(2), bucket.word(3)]
    }

    #[inline]
    fn tag_of(tags: &[u64; 3], slot: usize) -> u64 {
        (tags[slot / 4] >> (16 * (slot % 4))) & 0xffff
    }

    #[inline]
    fn add_tag(tags: &mut [u64; 3], slot: usize, tag: u64) {
        tags[slot / 4] |= tag << (16 * (slot % 4));
    }

    #[inline]
    fn each_tag_word(tags: &[u64; 3], mut store: impl FnMut(usize, u64)) {
        tags.iter().enumerate().for_each(|(word, tags)| store(1 + word, *tags));
    }

    #[inline]
    fn each_word_without(bucket: Bucket<'_>, slots: Mask, mut store: impl FnMut(usize, u64)) {
        let mut tags = Self::tags(bucket);
        for slot in slots {
            tags[slot / 4] &= !(0xffff << (16 * (slot % 4)));
            if mutant!("take-leaves-pointer", false, true) {
                store(Self::FIRST + slot, 0);
            }
        }
        Self::each_tag_word(&tags, store);
    }

    #[inline]
    fn tag_word(bucket: Bucket<'_>, slot: usize, tag: u64) -> (usize, u64) {
        let (word, shift) = (1 + slot / 4, 16 * (slot % 4));
        (word, (bucket.word(word) & !(0xffff << shift)) | (tag << shift))
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::Alone;
    use super::*;

    fn round_trip<L: Layout>() {
        let room = if L::GEOMETRY.body == 0 { L::GEOMETRY.head } else { L::GEOMETRY.body };
        assert!(L::FIRST + L::SLOTS * L::SLOT_WORDS <= room && room <= WORDS);
        let alone = Alone::empty();
        let bucket = alone.bucket::<L>();
        let mut slots = alloc::vec::Vec::new();
        for tag in 200..200 + L::SLOTS as u64 {
            let mut locked = bucket.lock();
            let slot = L::empty(locked.bucket()).first();
            assert!(slot < L::SLOTS && !slots.contains(&slot));
            L::put(&mut locked, slot, tag, [tag * 3, 0]);
            slots.push(slot);
        }
        assert!(L::empty(bucket).is_empty());
        assert_eq!(L::entries(bucket).count(), L::SLOTS);
        for (tag, slot) in (200..).zip(&slots) {
            assert_eq!((L::matching(bucket, tag).first(), L::tag_at(bucket, *slot)), (*slot, tag));
            assert_eq!(L::words(bucket, *slot)[0], tag * 3);
        }
        for (taken, slot) in slots.iter().enumerate() {
            L::take(&mut bucket.lock(), *slot);
            assert!(!L::POINTS || L::words(bucket, *slot)[0] == 0, "a pointer stayed");
            assert_eq!(L::occupied(bucket), L::SLOTS - taken - 1);
            assert!(!L::entries(bucket).any(|entry| entry == *slot));
            assert_eq!(L::entries(bucket).count(), L::occupied(bucket));
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
            let alone = (Alone::empty(), Alone::empty());
            let (one, other) = (alone.0.bucket::<L>(), alone.1.bucket::<L>());
            for slot in 0..L::SLOTS {
                for bucket in [one, other] {
                    L::put(&mut bucket.lock(), slot, 77 + slot as u64, [5, 6]);
                }
            }
            let slots = Mask(0b1_0010_1101 & ((1 << L::SLOTS) - 1));
            let mut locked = one.lock();
            L::each_word_without(one, slots, |word, value| locked.store([(word, value)]));
            drop(locked);
            for slot in slots {
                L::take(&mut other.lock(), slot);
            }
            for word in 1..L::GEOMETRY.head {
                assert_eq!(one.word(word), other.word(word), "word {word}");
            }
        }
        check::<Pair>();
        check::<Single>();
        check::<Boxed>();
    }

    #[test]
    fn instructions_and_arithmetic_agree() {
        let mut random = 0x9e37_79b9_7f4a_7c15u64;
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            // Few different bytes, so that many are equal, and neighbours of zero.
            random & 0x0181_0100_0102_01ff
        };
        for _ in 0..10_000 {
            let words: [u64; 3] = core::array::from_fn(|_| next());
            for byte in [0, 1, 2, 0x80, 0x81, 0xff] {
                let alone = Alone::empty();
                let bucket = alone.bucket::<Boxed>();
                bucket.lock().store([(1, words[0])]);
                assert_eq!(
                    bytes_equal::<1>(bucket, byte),
                    bytes_equal_by_arithmetic(words[0], byte),
                    "{:x} {byte:x}",
                    words[0]
                );
            }
            for quarter in [0, words[0] >> 48, words[2] & 0xffff, next() & 0xffff] {
                let alone = Alone::empty();
                let bucket = alone.bucket::<Boxed>();
                bucket.lock().store([(1, words[0]), (2, words[1]), (3, words[2])]);
                assert_eq!(
                    quarters_equal(bucket, quarter),
                    quarters_equal_by_arithmetic(words, quarter)
                );
            }
        }
    }

    #[test]
    fn a_tag_is_never_zero() {
        assert_eq!((Pair::tag(0x100), Single::tag(0), Boxed::tag(0x7_0000)), (1, 1, 1));
    }
}
