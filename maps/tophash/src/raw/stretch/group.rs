//! The step that moves the entries of eight homes at once, which nearly all steps are.

use super::position_of;
use crate::raw::bucket::{Bucket, State};
use crate::raw::header::{Header, PAGE_BITS, Shape};
use crate::raw::layout::{Layout, MOST_SLOTS, Mask, SlotWords};
use crate::raw::run::{Row, Run};
use crate::raw::table::{Candidate, Table};

/// The homes that a step moves together if it can: what was displaced from one of them mostly lies in another one.
pub(super) const GROUP: usize = if PAGE_BITS < 3 { 1 << PAGE_BITS } else { 8 };

/// The most homes that the entries of a group go to.
const GROUP_TARGETS: usize = 2 * GROUP;

/// What a step does with a bucket of its group.
struct Plan {
    /// The slots whose entries are moved.
    moves: Mask,
    /// What lies in these slots.
    words: [SlotWords; MOST_SLOTS],
    /// Which of the group's targets they go to.
    targets: [u8; MOST_SLOTS],
}

impl Plan {
    const fn new() -> Self {
        Self { moves: Mask(0), words: [[0; 2]; MOST_SLOTS], targets: [0; MOST_SLOTS] }
    }
}

/// The buckets that the entries of a group go to, all locked and open for stores.
///
/// Tags are stored last, a bucket's at once, so that what is put into a slot is nobody's entry until then.
struct Targets<'t, L: Layout> {
    run: Run<'t, L, GROUP_TARGETS>,
    /// The slots that were empty, and those that still are.
    were_empty: [Mask; GROUP_TARGETS],
    empty: [Mask; GROUP_TARGETS],
    /// The tags as they will be.
    tags: [L::Tags; GROUP_TARGETS],
}

impl<'t, L: Layout> Targets<'t, L> {
    #[inline(always)]
    fn open(buckets: Row<'t, L, GROUP_TARGETS>) -> Self {
        let run = Run::open(buckets);
        let empty = core::array::from_fn(|place| L::empty(buckets.at(place)));
        let tags = core::array::from_fn(|place| L::tags(buckets.at(place)));
        Self { run, were_empty: empty, empty, tags }
    }

    /// Puts an entry into its home, or into another bucket near by. False if there is no room.
    #[inline(always)]
    fn put(&mut self, home: usize, tag: u64, words: SlotWords) -> bool {
        let home = home & (GROUP_TARGETS - 1);
        if self.empty[home].is_empty() {
            return self.put_near(home, tag, words);
        }
        self.fill(home, tag, words);
        true
    }

    #[cold]
    fn put_near(&mut self, home: usize, tag: u64, words: SlotWords) -> bool {
        // The first target is the first bucket of a group, so that the neighbours' places differ as they do.
        for distance in 1..GROUP {
            let place = home ^ distance;
            if !self.empty[place].is_empty() {
                let slot = self.fill(place, tag, words);
                self.run.change(place, |state| state.with_foreign(slot, true));
                self.run.change(home, |state| state.with_displaced(distance, tag));
                return true;
            }
        }
        false
    }

    #[inline(always)]
    fn fill(&mut self, place: usize, tag: u64, words: SlotWords) -> usize {
        let slot = self.empty[place].first();
        self.empty[place] = self.empty[place].rest();
        let at = L::FIRST + slot * L::SLOT_WORDS;
        self.run.store_slot(place, at, words[0]);
        if L::SLOT_WORDS == 2 {
            self.run.store_slot(place, at + 1, words[1]);
        }
        L::add_tag(&mut self.tags[place], slot, tag);
        slot
    }

    /// Makes entries of what was put in, and lets readers read, while writers stay excluded.
    #[inline(always)]
    fn finish(&mut self) {
        for (place, tags) in self.tags.iter().enumerate() {
            L::each_tag_word(tags, |word, value| self.run.store(place, word, value));
        }
        self.run.settle();
    }

    /// Takes back what was put in, which was in vain. The buckets' versions still tell that words were stored.
    #[cold]
    fn withdraw(mut self) {
        for place in 0..GROUP_TARGETS {
            let filled = Mask(self.were_empty[place].0 & !self.empty[place].0);
            for slot in filled {
                self.run.store_slot(place, L::FIRST + slot * L::SLOT_WORDS, 0);
            }
        }
        self.run.restore();
    }
}

impl Table {
    /// Moves the entries of [`GROUP`] homes at once, from `first` on.
    ///
    /// None if that is not possible: if some lie outside of the group, or would go to a bucket of the group, or find
    /// no room near their new homes, or if something changed meanwhile. Then nothing was done.
    #[inline(never)]
    pub(super) fn step_group<L: Layout>(
        header: &Header,
        shape: Shape,
        first: usize,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Option<usize> {
        let low = 2 * first;
        if low < first + GROUP {
            return None;
        }
        let sources = Self::row_of::<L, GROUP>(header, shape, first)?;
        let targets = Self::row_of::<L, GROUP_TARGETS>(header, shape, low)?;
        // Locking waits for memory each time, unless all of it was asked for before.
        sources.iter().chain(targets.iter()).for_each(Bucket::prefetch);
        if L::POINTS {
            // So does hashing, which looks at each entry.
            for bucket in sources.iter() {
                L::entries(bucket).for_each(|slot| bucket.prefetch_from(L::FIRST + slot));
            }
        }
        let mut plans = [const { Plan::new() }; GROUP];
        let mut seen = [State::EMPTY; GROUP];
        for ((bucket, plan), seen) in sources.iter().zip(&mut plans).zip(&mut seen) {
            let state = bucket.state();
            if !state.is_unlocked() || state.reach() >= GROUP || state.overflowed() {
                return None;
            }
            let entries = L::entries(bucket);
            for slot in entries {
                plan.words[slot] = L::words(bucket, slot);
            }
            if !bucket.unchanged(state) {
                return None;
            }
            *seen = state;
            for slot in entries {
                let position = position_of::<L>(bucket, slot, plan.words[slot], rehash)?;
                let (old, new) = shape.homes(position);
                if !state.is_foreign(slot) || old.wrapping_sub(first) < GROUP {
                    // A hasher that gives another hash than before must not lead outside of what these homes map to.
                    plan.targets[slot] = new.wrapping_sub(low).min(GROUP_TARGETS - 1) as u8;
                    plan.moves = plan.moves.with(slot);
                }
            }
        }
        let mut locked =
            mutant!("grow-unseen", Run::lock(sources), Run::lock_from(sources, &seen)?);
        let mut targets = Targets::<L>::open(targets);
        let mut moved = 0;
        for (bucket, plan) in sources.iter().zip(&plans) {
            let tags = L::tags(bucket);
            for slot in plan.moves {
                // Under the mutation that locks whatever it finds, the plan's words are not the bucket's.
                let found = mutant!("grow-unseen", L::words(bucket, slot), plan.words[slot]);
                let words = mutant!("copy-first-word", [found[0], 0], found);
                let tag = L::tag_of(&tags, slot);
                if !targets.put(usize::from(plan.targets[slot]), tag, words) {
                    targets.withdraw();
                    locked.restore();
                    return None;
                }
            }
            moved += plan.moves.count();
        }
        targets.finish();
        delicate!();
        // From here on, searches look for these entries where they have been copied to.
        let published = shape.with_watermark(first);
        mutant!("grow-late", {}, header.publish(published));
        delicate!();
        locked.odd();
        for (place, plan) in plans.iter().enumerate() {
            let moves = mutant!("leave-moved-entry", Mask(0), plan.moves);
            L::each_word_without(sources.at(place), moves, |word, value| {
                locked.store(place, word, value);
            });
            // Whoever found one of these homes empty of a key must look again, even if nothing lay here.
            locked.change(place, |state| state.moved(plan.moves.0));
        }
        mutant!("grow-late", drop((locked, targets)));
        delicate!();
        mutant!("grow-late", header.publish(published));
        Some(moved)
    }

    /// Buckets of a family in a row, of which `first` has a number that is a multiple of theirs, as pages have.
    #[inline]
    fn row_of<L: Layout, const N: usize>(
        header: &Header,
        shape: Shape,
        first: usize,
    ) -> Option<Row<'_, L, N>> {
        Row::of(Self::bucket_of::<L>(header, shape, first).page, first)
    }
}
