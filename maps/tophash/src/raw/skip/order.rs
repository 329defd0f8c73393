//! In which order the slots of a leaf are to be read: one byte for each entry, by rank.

/// Slots of a leaf: one less than there are bytes, so that a leaf has ten lines. The model checker gets few, so that leaves
/// split.
pub(super) const SLOTS: usize = if cfg!(loom) { 3 } else { 31 };

/// Words that have a byte for each slot.
pub(super) const WORDS: usize = SLOTS.div_ceil(8);

/// Slots by rank. What lies behind the last entry says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Order(pub(super) [u64; WORDS]);

/// The bytes of a word before the one at `place`, which may be the eighth.
#[inline(always)]
fn below(place: usize) -> u64 {
    if place >= 8 { u64::MAX } else { (1 << (place * 8)) - 1 }
}

/// The slot at a rank, in the word that has it.
#[inline(always)]
pub(super) fn slot_in(word: u64, rank: usize) -> usize {
    ((word >> (rank % 8 * 8)) as usize % (SLOTS + 1)).min(SLOTS - 1)
}

impl Order {
    /// Slots in the order of their numbers.
    pub(super) fn plain() -> Self {
        Self(core::array::from_fn(|word| {
            u64::from_le_bytes(core::array::from_fn(|place| (word * 8 + place) as u8))
        }))
    }

    #[inline(always)]
    pub(super) fn at(&self, rank: usize) -> usize {
        slot_in(self.0[rank / 8 % WORDS], rank)
    }

    /// With a slot put in at a rank.
    #[inline]
    pub(super) fn with(&self, rank: usize, slot: usize) -> Self {
        let mut carry = slot as u64;
        Self(core::array::from_fn(|word| {
            let place = rank.saturating_sub(word * 8);
            if place >= 8 {
                return self.0[word];
            }
            let kept = self.0[word] & below(place);
            let moved = (self.0[word] & !below(place)) << 8;
            let result = kept | moved | carry << (place * 8);
            carry = self.0[word] >> 56;
            result
        }))
    }

    /// Without the slot at a rank.
    #[inline]
    pub(super) fn without(&self, rank: usize) -> Self {
        Self(core::array::from_fn(|word| {
            let place = rank.saturating_sub(word * 8);
            if place >= 8 {
                return self.0[word];
            }
            let kept = self.0[word] & below(place);
            let moved = (self.0[word] >> 8) & !below(place);
            let next = self.0.get(word + 1).map_or(0, |next| next << 56);
            kept | moved | next
        }))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn all(order: &Order, count: usize) -> Vec<usize> {
        (0..count).map(|rank| order.at(rank)).collect()
    }

    #[test]
    fn it_is_a_list() {
        let (mut order, mut list) = (Order::plain(), Vec::new());
        let mut seed = 1u64;
        for _ in 0..5_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let random = (seed >> 33) as usize;
            if list.len() < SLOTS && (list.is_empty() || random % 3 > 0) {
                let (rank, slot) = (random / 3 % (list.len() + 1), random / 128 % SLOTS);
                list.insert(rank, slot);
                order = order.with(rank, slot);
            } else {
                let rank = random / 3 % list.len();
                list.remove(rank);
                order = order.without(rank);
            }
            assert_eq!(all(&order, list.len()), list);
        }
        assert_eq!(all(&Order::plain(), SLOTS), (0..SLOTS).collect::<Vec<_>>());
    }
}
