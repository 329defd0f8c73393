//! Growth: a short page is doubled, a family stretches to twice its pages, and a full family splits.
//!
//! Every step is bounded: a stretch moves the entries of eight homes at a time, the doubling of a short page moves
//! fewer than a page holds, a split moves nothing. Threads that insert into a growing family do a step each, unless
//! another thread is at it.

use super::bucket::{Bucket, Locked, MOST_REACH, State};
use super::directory::Directory;
use super::header::{Growing, Header, MAX_PAGES, PAGE_BITS, Shape};
use super::layout::{Layout, MOST_SLOTS, Mask, SlotWords};
use super::page;
use super::run::Run;
use super::table::{Dead, Grave, Home, Shared, Table};
use crate::error::AllocError;
use crate::sync::{Ordering, spin};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// An entry this far from home makes its thread look at how full the page is.
pub(super) const SIGNAL: usize = 4;

/// A page fuller than this many sixty-fourths makes its family grow.
const LOAD: usize = 50;

/// The homes that a step moves together if it can: what was displaced from one of them mostly lies in another one.
const GROUP: usize = if PAGE_BITS < 3 { 1 << PAGE_BITS } else { 8 };

/// The most homes that the entries of a group go to.
const GROUP_TARGETS: usize = 2 * GROUP;

/// How many buckets of a page are looked at to tell how full it is.
const SAMPLE: usize = 16;

/// The homes that a thread moves at least for each entry it inserts into a growing family.
const STEPS: usize = 2;

/// The homes that a thread moves whose entry finds no room.
const HASTY_STEPS: usize = 16;

/// The most entries of one home that a step moves; of more, some go to the overflow list first.
const MOST: usize = 48;

/// The homes that the entries of one home go to.
const TARGETS: usize = 2;

/// The most buckets that a step locks.
const LOCKS: usize = 40;

/// Where among them the bucket is that the step empties.
const HOME: usize = 0;

/// Whether there is room now where there was none.
pub(super) enum Room {
    Made,
    None,
}

/// An entry of the home that a step moves.
#[derive(Clone, Copy)]
struct Moving<'t> {
    bucket: &'t Bucket,
    slot: usize,
    position: u64,
}

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

/// Where an entry was copied to.
#[derive(Clone, Copy)]
struct Copied {
    /// Which of the locked buckets it came from.
    from: usize,
    /// Which one is its new home.
    home: usize,
    /// Which one it lies in.
    to: usize,
    slot: usize,
}

/// A page whose buckets are all locked, and of each entry its bucket, its slot and its position.
type LockedPage<'t> = (Vec<Locked<'t>>, Vec<(usize, usize, u64)>);

/// The buckets that a step has locked, each once.
struct Locks<'t> {
    locked: [Option<Locked<'t>>; LOCKS],
    length: usize,
}

impl<'t> Locks<'t> {
    fn new() -> Self {
        Self { locked: [const { None }; LOCKS], length: 0 }
    }

    /// The place of a bucket that was not among them; none if there are too many.
    fn add(&mut self, locked: Locked<'t>) -> Option<usize> {
        let place = self.length;
        *self.locked.get_mut(place)? = Some(locked);
        self.length += 1;
        Some(place)
    }

    /// The place of a bucket, which is locked if it is not among them yet; none if there are too many.
    fn place_of(&mut self, bucket: &'t Bucket) -> Option<usize> {
        match (0..self.length).find(|place| self.is_at(*place, bucket)) {
            Some(place) => Some(place),
            None if self.length == LOCKS => None,
            None => self.add(bucket.lock()),
        }
    }

    /// The place of a bucket, which is locked if it is not among them yet; none if somebody else holds it, or there
    /// are too many.
    fn place_if_free(&mut self, bucket: &'t Bucket) -> Option<usize> {
        match (0..self.length).find(|place| self.is_at(*place, bucket)) {
            Some(place) => Some(place),
            None if self.length == LOCKS => None,
            None => bucket.try_lock().and_then(|locked| self.add(locked)),
        }
    }

    fn is_at(&self, place: usize, bucket: &Bucket) -> bool {
        let held = self.locked.get(place).and_then(Option::as_ref);
        held.is_some_and(|held| core::ptr::eq(held.bucket(), bucket))
    }

    fn at(&mut self, place: usize) -> Option<&mut Locked<'t>> {
        self.locked.get_mut(place)?.as_mut()
    }

    /// Changes the state of a bucket.
    fn change(&mut self, place: usize, change: impl FnOnce(State) -> State) {
        if let Some(locked) = self.at(place) {
            locked.set_state(change(locked.state()));
        }
    }

    fn settle(&mut self) {
        self.locked[..self.length].iter_mut().flatten().for_each(Locked::settle);
    }
}

/// The buckets that the entries of a group go to, all locked and open for stores.
///
/// Tags are stored last, a bucket's at once, so that what is put into a slot is nobody's entry until then.
struct Targets<'t, L: Layout> {
    run: Run<'t, GROUP_TARGETS>,
    /// The slots that were empty, and those that still are.
    were_empty: [Mask; GROUP_TARGETS],
    empty: [Mask; GROUP_TARGETS],
    /// The tags as they will be.
    tags: [L::Tags; GROUP_TARGETS],
}

impl<'t, L: Layout> Targets<'t, L> {
    #[inline(always)]
    fn open(buckets: &'t [Bucket; GROUP_TARGETS]) -> Self {
        let run = Run::open(buckets);
        let empty = core::array::from_fn(|place| L::empty(&buckets[place]));
        let tags = core::array::from_fn(|place| L::tags(&buckets[place]));
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
        self.run.store(place, at, words[0]);
        if L::SLOT_WORDS == 2 {
            self.run.store(place, at + 1, words[1]);
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
                self.run.store(place, L::FIRST + slot * L::SLOT_WORDS, 0);
            }
        }
        self.run.restore();
    }
}

/// The position of the entry in a slot: from its tag if the layout allows, or from its hash.
#[inline]
fn position_of<L: Layout>(bucket: &Bucket, slot: usize, rehash: impl FnOnce() -> u64) -> u64 {
    if L::TAG_IS_POSITION { L::tag_at(bucket, slot) << 32 } else { L::position(rehash()) }
}

impl Table {
    /// Looks after the family of an entry that was just inserted `distance` away from its home.
    #[cold]
    pub(super) fn tend<L: Layout>(
        &self,
        home: &Home<'_>,
        distance: usize,
        rehash: &impl Fn(SlotWords) -> u64,
    ) {
        let Some(growing) = home.header.try_grow() else { return };
        let shape = home.header.shape();
        if shape.is_dead() {
            return;
        }
        if shape.is_growing() {
            self.steps::<L>(&growing, STEPS, rehash);
        } else if distance > 0 {
            let looked_at = home.page().iter().step_by((home.page().len() / SAMPLE).max(1));
            let (buckets, occupied) = looked_at.fold((0, 0), |(buckets, occupied), bucket| {
                (buckets + 1, occupied + L::occupied(bucket))
            });
            if occupied * 64 >= buckets * L::SLOTS * LOAD {
                // Without memory the family goes on as it is; the insert that finds no room reports it.
                let _ = self.start::<L>(&growing, shape, rehash);
            }
        }
    }

    /// Makes room for an entry whose page is full.
    #[cold]
    pub(super) fn make_room<L: Layout>(
        &self,
        home: &Home<'_>,
        rehash: &impl Fn(SlotWords) -> u64,
    ) -> Result<Room, AllocError> {
        let Some(growing) = home.header.grow_patiently() else { return Ok(Room::None) };
        let shape = home.header.shape();
        if shape != home.shape {
            return Ok(Room::Made);
        }
        if shape.is_growing() {
            let before = shape.watermark();
            self.steps::<L>(&growing, HASTY_STEPS, rehash);
            let after = home.header.shape();
            let stuck = after.is_growing() && after.watermark() == before;
            return Ok(if stuck { Room::None } else { Room::Made });
        }
        // Counting a family takes a while, so one that was refused is not looked at again at once.
        let refused = home.header.refused.load(Ordering::Relaxed);
        if refused > 0 {
            home.header.refused.store(refused - 1, Ordering::Relaxed);
            return Ok(Room::None);
        }
        let all = shape.all_buckets();
        let occupied: usize = (0..all)
            .map(|index| L::occupied(Self::bucket_of(home.header, shape, index).bucket))
            .sum();
        if occupied * 2 <= all * L::SLOTS {
            home.header.refused.store(64, Ordering::Relaxed);
            return Ok(Room::None);
        }
        if self.start::<L>(&growing, shape, rehash)? { Ok(Room::Made) } else { Ok(Room::None) }
    }

    /// Begins to grow a family: doubles its short page or its pages, or splits it. False if that is not possible.
    fn start<L: Layout>(
        &self,
        growing: &Growing<'_>,
        shape: Shape,
        rehash: &dyn Fn(SlotWords) -> u64,
    ) -> Result<bool, AllocError> {
        if shape.bits() < PAGE_BITS {
            self.double::<L>(growing, shape, rehash)?;
            return Ok(true);
        }
        let pages = shape.pages();
        if pages < MAX_PAGES {
            for index in pages..2 * pages {
                // Pages that are there already were allocated by somebody who then was refused another one.
                if growing.header.page(index).is_null() {
                    growing.header.set_page(index, page::allocate(PAGE_BITS)?);
                }
            }
            growing.header.publish(shape.growing());
            self.tell_readers(growing);
            return Ok(true);
        }
        self.split(growing, shape)
    }

    /// Brings the directory's list of pages up to what a family has become.
    fn tell_readers(&self, growing: &Growing<'_>) {
        let Some(shared) = self.shared() else { return };
        let _one = SplitLock::of(shared);
        if let Some(directory) = self.directory() {
            mutant!("readers-untold", {}, directory.set_pages(growing.header));
        }
    }

    /// Does up to `most` steps of a growing family.
    fn steps<L: Layout>(
        &self,
        growing: &Growing<'_>,
        most: usize,
        rehash: &impl Fn(SlotWords) -> u64,
    ) {
        let header = growing.header;
        let (mut steps, mut moved) = (0, 0);
        while steps < most {
            let shape = header.shape();
            let Some(old) = shape.watermark().checked_sub(1) else {
                header.publish(shape.grown());
                self.tell_readers(growing);
                break;
            };
            if (old + 1) % GROUP == 0 {
                if let Some(entries) = Self::step_group::<L>(header, shape, old + 1 - GROUP, rehash)
                {
                    moved += entries;
                    steps += GROUP;
                    continue;
                }
            }
            let home = Self::bucket_of(header, shape, old);
            match self.step::<L>(&home, old, rehash) {
                Some(entries) => moved += entries,
                None => break,
            }
            steps += 1;
        }
        growing.count(steps as u64, moved as u64);
    }

    /// Moves the entries of home `old`, the last one that has not been moved yet; or, if they do not fit where they
    /// belong, some of them to the overflow list. None if there is no memory for that.
    #[cold]
    #[inline(never)]
    fn step<L: Layout>(
        &self,
        home: &Home<'_>,
        old: usize,
        rehash: &dyn Fn(SlotWords) -> u64,
    ) -> Option<usize> {
        let (header, shape) = (home.header, home.shape);
        let mut moving = [const { None }; MOST];
        let mut locks = Locks::new();
        let (length, all) = Self::lock_home::<L>(home, old, rehash, &mut moving, &mut locks)?;
        let mut copied = [const { None }; MOST];
        if !all || !Self::copy::<L>(home, old, &moving[..length], &mut copied, &mut locks) {
            for copy in copied.iter().flatten() {
                Self::withdraw::<L>(copy, &mut locks);
            }
            return self.relieve::<L>(&moving[..length], locks);
        }
        locks.settle();
        delicate!();
        // From here on, searches look for these entries where they have been copied to.
        let published = shape.with_watermark(old);
        mutant!("grow-late", {}, header.publish(published));
        delicate!();
        let mut moved = 0;
        for (entry, copy) in moving[..length].iter().zip(&copied) {
            let (Some(entry), Some(copy)) = (entry, copy) else { continue };
            moved += 1;
            if let Some(source) = locks.at(copy.from) {
                mutant!("leave-moved-entry", {}, L::take(source, entry.slot));
                source.set_state(source.state().with_foreign(entry.slot, false));
            }
            if copy.from != HOME {
                locks.change(HOME, State::without_displaced);
            }
        }
        // Whoever found this home empty of a key must look again, even if nothing lay here.
        locks.change(HOME, |state| state);
        mutant!("grow-late", drop(core::mem::replace(&mut locks, Locks::new())));
        delicate!();
        mutant!("grow-late", header.publish(published));
        Some(moved)
    }

    /// Moves entries of a home to the overflow list. None if there is no memory for it.
    #[cold]
    fn relieve<'t, L: Layout>(
        &'t self,
        moving: &[Option<Moving<'t>>],
        mut locks: Locks<'t>,
    ) -> Option<usize> {
        let shared = self.shared()?;
        let mut listed = 0;
        for entry in moving.iter().flatten() {
            let free = shared.overflow.nodes().find_map(|node| {
                (!L::empty(&node.bucket).is_empty()).then_some(())?;
                let place = locks.place_if_free(&node.bucket)?;
                (!L::empty(&node.bucket).is_empty()).then_some(place)
            });
            let place = match free {
                Some(place) => Some(place),
                None => match shared.overflow.grow() {
                    Ok(node) => locks.place_if_free(&node.bucket),
                    Err(_) => None,
                },
            };
            let Some(node) = place.and_then(|place| locks.at(place)) else { break };
            let (tag, words) = entry.bucket.words_of::<L>(entry.slot);
            L::put(node, L::empty(node.bucket()).first(), tag, words);
            listed += 1;
        }
        if listed == 0 {
            return None;
        }
        // From here on, searches look for these entries in the list too; both copies are still locked.
        locks.change(HOME, State::with_overflowed);
        locks.settle();
        delicate!();
        let (mut from, mut source) = (HOME, None);
        for entry in moving.iter().flatten().take(listed) {
            if source.is_some_and(|source| !core::ptr::eq(entry.bucket, source)) {
                from += 1;
            } else if source.is_none() && !locks.is_at(HOME, entry.bucket) {
                from = HOME + 1;
            }
            source = Some(entry.bucket);
            if let Some(source) = locks.at(from) {
                L::take(source, entry.slot);
                source.set_state(source.state().with_foreign(entry.slot, false));
            }
            if from != HOME {
                locks.change(HOME, State::without_displaced);
            }
        }
        shared.overflowed.fetch_add(listed as u64, Ordering::Relaxed);
        Some(0)
    }

    /// Moves the entries of [`GROUP`] homes at once, from `first` on.
    ///
    /// None if that is not possible: if some lie outside of the group, or would go to a bucket of the group, or find
    /// no room near their new homes, or if something changed meanwhile. Then nothing was done.
    #[inline(never)]
    fn step_group<L: Layout>(
        header: &Header,
        shape: Shape,
        first: usize,
        rehash: &impl Fn(SlotWords) -> u64,
    ) -> Option<usize> {
        let low = 2 * first;
        if low < first + GROUP {
            return None;
        }
        let sources: &[Bucket; GROUP] = Self::run_of(header, shape, first)?;
        let targets: &[Bucket; GROUP_TARGETS] = Self::run_of(header, shape, low)?;
        // Locking waits for memory each time, unless all of it was asked for before.
        sources.iter().chain(targets).for_each(Bucket::prefetch);
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
                let position = position_of::<L>(bucket, slot, || rehash(plan.words[slot]));
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
            L::each_word_without(&sources[place], moves, |word, value| {
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

    /// Buckets of a family in a row, of which `first` has a number that is a multiple of theirs.
    #[inline]
    fn run_of<const N: usize>(header: &Header, shape: Shape, first: usize) -> Option<&[Bucket; N]> {
        let home = Self::bucket_of(header, shape, first);
        home.page().get(home.index()..)?.first_chunk()
    }

    /// Finds the entries that are at home in bucket `old`, and locks that bucket, at [`HOME`], and those they
    /// lie in. How many there are, and whether these are all. None if they lie in too many buckets.
    fn lock_home<'t, L: Layout>(
        home: &Home<'t>,
        old: usize,
        rehash: &dyn Fn(SlotWords) -> u64,
        moving: &mut [Option<Moving<'t>>; MOST],
        locks: &mut Locks<'t>,
    ) -> Option<(usize, bool)> {
        let mut turn = 0;
        loop {
            let state = home.bucket.settled();
            if let Some((length, all)) = Self::entries_of::<L>(home, old, state, rehash, moving) {
                if let Some(locked) =
                    mutant!("grow-unseen", Some(home.bucket.lock()), home.bucket.lock_from(state))
                {
                    locks.add(locked)?;
                    let mut last = home.bucket;
                    for entry in moving[..length].iter().flatten() {
                        // The entries of a bucket come one after the other.
                        if !core::ptr::eq(entry.bucket, last) {
                            last = entry.bucket;
                            locks.add(last.lock())?;
                        }
                    }
                    return Some((length, all));
                }
            }
            spin(&mut turn);
        }
    }

    /// The entries that are at home in bucket `old`: how many, and whether these are all. None if they changed.
    ///
    /// No lock is held while the user's hasher runs.
    fn entries_of<'t, L: Layout>(
        home: &Home<'t>,
        old: usize,
        state: State,
        rehash: &dyn Fn(SlotWords) -> u64,
        moving: &mut [Option<Moving<'t>>; MOST],
    ) -> Option<(usize, bool)> {
        let mut length = 0;
        for distance in 0..=mutant!("grow-home-only", 0, state.reach()) {
            let bucket = home.neighbour(distance);
            let displaced = distance > 0;
            let seen = if displaced { bucket.settled() } else { state };
            let foreign = seen.foreign();
            let mut wanted = if displaced { foreign } else { !foreign & ((1 << L::SLOTS) - 1) };
            while wanted != 0 {
                let slot = wanted.trailing_zeros() as usize;
                wanted &= wanted - 1;
                if L::tag_at(bucket, slot) == 0 {
                    continue;
                }
                let words = L::words(bucket, slot);
                if !bucket.unchanged(seen) {
                    return None;
                }
                let position = position_of::<L>(bucket, slot, || rehash(words));
                if displaced && home.shape.homes(position).0 != old {
                    continue;
                }
                let Some(place) = moving.get_mut(length) else { return Some((length, false)) };
                *place = Some(Moving { bucket, slot, position });
                length += 1;
            }
            if !bucket.unchanged(seen) {
                return None;
            }
        }
        Some((length, true))
    }

    /// Copies entries to where they are at home in the grown family, or near there. False if there is no room.
    fn copy<'t, L: Layout>(
        home: &Home<'t>,
        old: usize,
        moving: &[Option<Moving<'t>>],
        copied: &mut [Option<Copied>; MOST],
        locks: &mut Locks<'t>,
    ) -> bool {
        let (first, last) = (2 * old, 2 * old + 1);
        let overflowed = home.bucket.state().overflowed();
        let mut homes = [const { None }; TARGETS];
        for (target, place) in (first..=last).zip(&mut homes) {
            if target == old && !overflowed {
                continue;
            }
            let target = Self::bucket_of(home.header, home.shape, target);
            let Some(locked) = locks.place_of(target.bucket) else { return false };
            if overflowed {
                locks.change(locked, State::with_overflowed);
            }
            *place = Some((target, locked));
        }
        let (mut from, mut source) = (HOME, home.bucket);
        for (entry, copied) in moving.iter().flatten().zip(copied) {
            if !core::ptr::eq(entry.bucket, source) {
                (from, source) = (from + 1, entry.bucket);
            }
            // A hasher that gives another hash than before must not lead outside of what this home maps to.
            let new = home.shape.homes(entry.position).1.clamp(first, last);
            if new == old {
                continue;
            }
            let Some(Some((target, home))) = homes.get(new - first) else { return false };
            let Some((to, slot)) = Self::copy_one::<L>(entry, target, *home, locks) else {
                return false;
            };
            *copied = Some(Copied { from, home: *home, to, slot });
        }
        true
    }

    /// Copies an entry to its new home, or near there: to which of the locked buckets, and to which slot.
    fn copy_one<'t, L: Layout>(
        entry: &Moving<'_>,
        target: &Home<'t>,
        home: usize,
        locks: &mut Locks<'t>,
    ) -> Option<(usize, usize)> {
        for distance in 0..target.page().len().min(MOST_REACH + 1) {
            let bucket = target.neighbour(distance);
            if L::empty(bucket).is_empty() {
                continue;
            }
            let place = if distance == 0 { home } else { locks.place_of(bucket)? };
            let locked = locks.at(place)?;
            let empty = L::empty(bucket);
            if empty.is_empty() {
                continue;
            }
            let slot = empty.first();
            let (tag, found) = entry.bucket.words_of::<L>(entry.slot);
            let words = mutant!("copy-first-word", [found[0], 0], found);
            L::put(locked, slot, tag, words);
            if distance > 0 {
                locked.set_state(locked.state().with_foreign(slot, true));
                locks.change(home, |state| state.with_displaced(distance, tag));
            }
            return Some((place, slot));
        }
        None
    }

    /// Takes back a copy that was made in vain.
    fn withdraw<L: Layout>(copy: &Copied, locks: &mut Locks<'_>) {
        if let Some(locked) = locks.at(copy.to) {
            L::take(locked, copy.slot);
            locked.set_state(locked.state().with_foreign(copy.slot, false));
        }
        if copy.to != copy.home {
            locks.change(copy.home, State::without_displaced);
        }
    }

    /// Moves the entries of a short page into one of twice its size, which has a header of its own.
    fn double<L: Layout>(
        &self,
        growing: &Growing<'_>,
        shape: Shape,
        rehash: &dyn Fn(SlotWords) -> u64,
    ) -> Result<(), AllocError> {
        let (Some(shared), header) = (self.shared(), growing.header) else { return Ok(()) };
        let old = Self::bucket_of(header, shape, 0).page();
        let doubled = Shape::new(shape.depth(), shape.bits() + 1);
        let fresh = page::Fresh::new(doubled.bits())?;
        let successor = page::boxed(Header::new(doubled, header.prefix, &[fresh.pointer()]))?;
        let graves = (Grave::dig()?, Grave::dig()?);
        // SAFETY: just allocated with twice the buckets; what is made of the slice is dropped before the
        // page can be, and if the page is kept it is freed only with the table.
        let new = unsafe { core::slice::from_raw_parts(fresh.pointer(), old.len() * 2) };
        let mut filled: Vec<Locked<'_>> = room(new.len())?;
        filled.extend(new.iter().map(Bucket::lock));
        let (mut locked, positions) = Self::lock_page::<L>(old, rehash)?;
        let mut moved = 0;
        for (bucket, slot, position) in positions {
            let home = doubled.home(position);
            Self::fill::<L>(&mut filled, home, old[bucket].words_of::<L>(slot));
            moved += 1;
        }
        for (index, bucket) in locked.iter().enumerate() {
            if bucket.state().overflowed() {
                for home in [2 * index, 2 * index + 1] {
                    let state = filled[home].state().with_overflowed();
                    filled[home].set_state(state);
                }
            }
        }
        filled.iter_mut().for_each(Locked::settle);
        let mut dead = Dead::Nothing;
        {
            let _one = SplitLock::of(shared);
            if let Some(directory) = self.directory() {
                // As it was made: what is borrowed of it here gives no right to free it.
                dead = Dead::Header(directory.family(header.prefix));
                fresh.keep();
                let successor = Box::into_raw(successor);
                directory.set(header.prefix, shape.depth(), successor);
                header.publish(shape.dead());
                // SAFETY: published just now and freed only with the table.
                directory.set_pages(unsafe { &*successor });
            }
        }
        delicate!();
        // Old copies go before new ones can change, so that nobody can read a value that was replaced.
        for bucket in &mut locked {
            for slot in 0..mutant!("double-keeps-old", 0, L::SLOTS) {
                L::take(bucket, slot);
            }
            let state = bucket.state().emptied();
            bucket.set_state(state);
        }
        drop(locked);
        drop(filled);
        self.bury(graves.0, Dead::Page(header.page(0), shape.bits()));
        self.bury(graves.1, dead);
        growing.count(1, moved);
        shared.past.take_over(&header.grown);
        Ok(())
    }

    /// Locks all buckets of a page as they were when the hashes of their entries were computed.
    fn lock_page<'t, L: Layout>(
        page: &'t [Bucket],
        rehash: &dyn Fn(SlotWords) -> u64,
    ) -> Result<LockedPage<'t>, AllocError> {
        let mut turn = 0;
        loop {
            let mut positions = room(page.len() * L::SLOTS)?;
            let mut locked = room(page.len())?;
            let mut states = room(page.len())?;
            for (index, bucket) in page.iter().enumerate() {
                let state = bucket.settled();
                for slot in (0..L::SLOTS).filter(|slot| L::tag_at(bucket, *slot) != 0) {
                    let words = L::words(bucket, slot);
                    if bucket.unchanged(state) {
                        positions.push((
                            index,
                            slot,
                            position_of::<L>(bucket, slot, || rehash(words)),
                        ));
                    }
                }
                states.push(state);
            }
            for (bucket, state) in page.iter().zip(states) {
                match mutant!("double-unseen", Some(bucket.lock()), bucket.lock_from(state)) {
                    Some(lock) => locked.push(lock),
                    None => break,
                }
            }
            if locked.len() == page.len() {
                return Ok((locked, positions));
            }
            drop(locked);
            spin(&mut turn);
        }
    }

    /// Puts an entry into a page that nobody else sees yet.
    fn fill<L: Layout>(page: &mut [Locked<'_>], home: usize, (tag, words): (u64, SlotWords)) {
        for distance in 0..page.len().min(MOST_REACH + 1) {
            let index = (home ^ distance) & (page.len() - 1);
            let empty = L::empty(page[index].bucket());
            if empty.is_empty() {
                continue;
            }
            let slot = empty.first();
            L::put(&mut page[index], slot, tag, words);
            let state = page[index].state().with_foreign(slot, distance > 0);
            page[index].set_state(state);
            if distance > 0 {
                let state = page[home].state().with_displaced(distance, tag);
                page[home].set_state(state);
            }
            return;
        }
    }

    /// Gives the upper half of a family's pages to a family of their own. False if that would separate
    /// nothing.
    fn split(&self, growing: &Growing<'_>, shape: Shape) -> Result<bool, AllocError> {
        let (Some(shared), Some(directory)) = (self.shared(), self.directory()) else {
            return Ok(false);
        };
        let depth = shape.depth() + 1;
        // Hashes that share a long prefix would double the directory for one family's sake.
        if u64::from(depth) > u64::from(shared.families.load(Ordering::Relaxed).max(1).ilog2()) + 6
        {
            return Ok(false);
        }
        let header = growing.header;
        let half = MAX_PAGES / 2;
        let pages: [*mut Bucket; MAX_PAGES] = core::array::from_fn(|index| header.page(index));
        let smaller = Shape::new(depth, shape.bits() - 1);
        let upper_prefix = header.prefix | (1 << (64 - depth));
        // All memory is had before anything changes.
        let graves = (Grave::dig()?, Grave::dig()?);
        let lower = page::boxed(Header::new(smaller, header.prefix, &pages[..half]))?;
        let upper = page::boxed(Header::new(smaller, upper_prefix, &pages[half..]))?;
        let _one = SplitLock::of(shared);
        let mut current = self.directory().unwrap_or(directory);
        if current.depth() < depth {
            let doubled = Box::into_raw(page::boxed(current.doubled()?)?);
            self.bury(graves.0, Dead::Directory(self.replace_directory(doubled)));
            // SAFETY: published just now and freed only with the table.
            current = unsafe { &*doubled };
        }
        // As it was made: what is borrowed of it here gives no right to free it.
        let dead = Dead::Header(current.family(header.prefix));
        current.set(header.prefix, depth, Box::into_raw(lower));
        current.set(upper_prefix, depth, Box::into_raw(upper));
        header.publish(shape.dead());
        shared.past.take_over(&header.grown);
        self.bury(graves.1, dead);
        shared.families.fetch_add(1, Ordering::Relaxed);
        shared.splits.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    }

    /// Bytes that the table holds, its graveyard included. For whoever has the table to himself or does not
    /// mind that it changes meanwhile.
    pub(crate) fn bytes(&self) -> usize {
        let Some(shared) = self.shared() else { return 0 };
        let nodes = shared.overflow.nodes().count() * size_of::<super::overflow::Node>();
        let mut bytes = size_of::<Shared>() + nodes;
        for header in self.directory().into_iter().flat_map(Directory::distinct) {
            // SAFETY: directories name headers that live as long as the table.
            let shape = unsafe { &*header }.shape();
            bytes += size_of::<Header>() + shape.pages() * page::bytes(shape.page_bits());
        }
        bytes + self.directory().map_or(0, Directory::bytes) + self.buried_bytes(shared)
    }

    fn buried_bytes(&self, shared: &Shared) -> usize {
        let mut bytes = 0;
        let mut grave = shared.graveyard.load(Ordering::Acquire);
        // SAFETY: graves are published whole and freed only with the table.
        while let Some(buried) = unsafe { grave.as_ref() } {
            bytes += match buried.what {
                Dead::Nothing => 0,
                Dead::Header(_) => size_of::<Header>(),
                // SAFETY: buried directories stay readable until the table is dropped.
                Dead::Directory(directory) => unsafe { &*directory }.bytes(),
                Dead::Page(_, bits) => page::bytes(bits),
            };
            grave = buried.next;
        }
        bytes
    }
}

impl Bucket {
    fn words_of<L: Layout>(&self, slot: usize) -> (u64, SlotWords) {
        (L::tag_at(self, slot), L::words(self, slot))
    }
}

/// An empty vector with room for `length` elements.
fn room<T>(length: usize) -> Result<Vec<T>, AllocError> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(length).map_err(|_| AllocError::array::<T>(length))?;
    Ok(vector)
}

/// The right to change the directory.
struct SplitLock<'t>(&'t Shared);

impl<'t> SplitLock<'t> {
    fn of(shared: &'t Shared) -> Self {
        let mut turn = 0;
        while shared.splitting.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err()
        {
            spin(&mut turn);
        }
        Self(shared)
    }
}

impl Drop for SplitLock<'_> {
    fn drop(&mut self) {
        self.0.splitting.store(0, Ordering::Release);
    }
}
