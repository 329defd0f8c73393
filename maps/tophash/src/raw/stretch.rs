//! Growth: a short page is doubled, a family stretches by a page, home by home, and a full family splits.
//!
//! Every step is bounded: a stretch moves the entries of one home, the doubling of a short page moves fewer
//! than a page holds, a split moves nothing. Threads that insert into a growing family do [`STEPS`] steps
//! each, unless another thread is at it.

use super::bucket::{Bucket, Locked, State};
use super::directory::Directory;
use super::header::{Growing, Header, MAX_PAGES, PAGE_BITS, Shape, scale};
use super::layout::{Layout, SlotWords};
use super::page;
use super::table::{Dead, Grave, Home, Shared, Table};
use crate::error::AllocError;
use crate::sync::{Ordering, spin};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// An entry this far from home makes its thread look at how full the page is.
pub(super) const SIGNAL: usize = 4;

/// A page fuller than this many sixty-fourths makes its family grow.
const LOAD: usize = 55;

/// The homes that a thread moves for each entry it inserts into a growing family.
const STEPS: usize = 2;

/// The homes that a thread moves whose entry finds no room.
const HASTY_STEPS: usize = 32;

/// The most entries of one home that a step moves; more are too many equal hashes to separate.
const MOST: usize = 48;

/// The most slots of a bucket.
const MOST_SLOTS: usize = 13;

/// The most homes that the entries of one home go to: a home is stretched to at most twice its width.
const MOST_TARGETS: usize = 4;

/// The most buckets that a step locks.
const LOCKS: usize = 40;

/// Whether there is room now where there was none.
pub(super) enum Room {
    Made,
    None,
}

/// How a step ended.
enum Stepped {
    /// This many entries were moved.
    Moved(usize),
    /// The family has grown by a page.
    Finished,
    /// The entries of this home do not fit where they belong.
    Stuck,
}

/// An entry of the home that a step moves.
#[derive(Clone, Copy)]
struct Moving<'t> {
    bucket: &'t Bucket,
    slot: usize,
    position: u64,
    displaced: bool,
}

/// A page whose buckets are all locked, and of each entry its bucket, its slot and its position.
type LockedPage<'t> = (Vec<Locked<'t>>, Vec<(usize, usize, u64)>);

/// The buckets that a step has locked, each once.
struct Locks<'t> {
    locked: [Option<Locked<'t>>; LOCKS],
    /// Where each of them lies, close together for the search.
    buckets: [*const Bucket; LOCKS],
    length: usize,
}

impl<'t> Locks<'t> {
    fn new() -> Self {
        Self { locked: [const { None }; LOCKS], buckets: [core::ptr::null(); LOCKS], length: 0 }
    }

    fn add(&mut self, locked: Locked<'t>) {
        if self.length < LOCKS {
            self.buckets[self.length] = locked.bucket();
            self.locked[self.length] = Some(locked);
            self.length += 1;
        }
    }

    /// The lock of a bucket, waiting for it if it is not held yet; none if there are too many.
    fn of(&mut self, bucket: &'t Bucket) -> Option<&mut Locked<'t>> {
        let held = self.buckets[..self.length].iter().position(|held| core::ptr::eq(*held, bucket));
        let index = match held {
            Some(index) => index,
            None if self.length == LOCKS => return None,
            None => {
                self.add(bucket.lock());
                self.length - 1
            }
        };
        self.locked[index].as_mut()
    }

    fn settle(&mut self) {
        self.locked[..self.length].iter_mut().flatten().for_each(Locked::settle);
    }
}

/// The position of the entry in a slot: from its tag if the layout allows, or from its hash.
fn position_of<L: Layout>(bucket: &Bucket, slot: usize, rehash: &dyn Fn(SlotWords) -> u64) -> u64 {
    if L::TAG_IS_POSITION {
        L::tag_at(bucket, slot) << 32
    } else {
        L::position(rehash(L::words(bucket, slot)))
    }
}

fn slots<L: Layout>(bucket: &Bucket) -> impl Iterator<Item = usize> + '_ {
    (0..L::SLOTS).filter(|slot| L::tag_at(bucket, *slot) != 0)
}

impl Table {
    /// Looks after the family of an entry that was just inserted `distance` away from its home.
    #[cold]
    pub(super) fn tend<L: Layout>(
        &self,
        home: &Home<'_>,
        distance: usize,
        rehash: &dyn Fn(SlotWords) -> u64,
    ) {
        let Some(growing) = home.header.try_grow() else { return };
        let shape = home.header.shape();
        if shape.is_dead() {
            return;
        }
        if shape.is_growing() {
            self.steps::<L>(&growing, STEPS, rehash);
        } else if distance > 0 {
            let occupied: usize = home.page.iter().map(L::occupied).sum();
            if occupied * 64 >= home.page.len() * L::SLOTS * LOAD {
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
        rehash: &dyn Fn(SlotWords) -> u64,
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
            .map(|index| L::occupied(Self::bucket_of(home.header, shape, index).bucket()))
            .sum();
        if occupied * 2 <= all * L::SLOTS {
            home.header.refused.store(64, Ordering::Relaxed);
            return Ok(Room::None);
        }
        if self.start::<L>(&growing, shape, rehash)? { Ok(Room::Made) } else { Ok(Room::None) }
    }

    /// Begins to grow a family: doubles its page, adds one, or splits it. False if that is not possible.
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
        if shape.pages() < MAX_PAGES {
            growing.header.set_page(shape.pages(), shape.bits(), page::allocate(shape.bits())?);
            growing.header.publish(shape.growing());
            return Ok(true);
        }
        self.split(growing, shape)
    }

    /// Does up to `most` steps of a growing family.
    fn steps<L: Layout>(
        &self,
        growing: &Growing<'_>,
        most: usize,
        rehash: &dyn Fn(SlotWords) -> u64,
    ) {
        let Some(shared) = self.shared() else { return };
        let mut moved = 0;
        for _ in 0..most {
            match self.step::<L>(growing.header, rehash) {
                Stepped::Moved(entries) => moved += entries as u64,
                Stepped::Finished | Stepped::Stuck => break,
            }
            shared.steps.fetch_add(1, Ordering::Relaxed);
        }
        shared.moved.fetch_add(moved, Ordering::Relaxed);
        shared.most_moved.fetch_max(moved, Ordering::Relaxed);
    }

    /// Moves the entries of the last home that has not been moved yet.
    fn step<L: Layout>(&self, header: &Header, rehash: &dyn Fn(SlotWords) -> u64) -> Stepped {
        let shape = header.shape();
        let Some(old) = shape.watermark().checked_sub(1) else {
            header.publish(shape.grown());
            return Stepped::Finished;
        };
        let home = Self::bucket_of(header, shape, old);
        if let Some(moved) = Self::step_at_home::<L>(&home, old, rehash) {
            return Stepped::Moved(moved);
        }
        let mut moving = [const { None }; MOST];
        let mut locks = Locks::new();
        let Some(length) = Self::lock_home::<L>(&home, old, rehash, &mut moving, &mut locks) else {
            return Stepped::Stuck;
        };
        let mut placed = [const { None }; MOST];
        let (first, last) = targets(shape, old);
        let mut fits = true;
        for (entry, place) in moving[..length].iter().flatten().zip(&mut placed) {
            // A hasher that gives another hash than before must not lead outside of what this home maps to.
            let new =
                scale(entry.position << shape.depth(), shape.next_buckets()).clamp(first, last);
            if new == old {
                continue;
            }
            *place = Self::copy::<L>(header, shape, entry, new, &mut locks);
            fits &= place.is_some();
        }
        let overflowed = locks.of(home.bucket()).is_some_and(|home| home.state().overflowed());
        if fits && overflowed {
            for target in first..=last {
                match locks.of(Self::bucket_of(header, shape, target).bucket()) {
                    Some(target) => target.set_state(target.state().with_overflowed()),
                    None => fits = false,
                }
            }
        }
        if !fits {
            for (new, slot, distance) in placed.into_iter().flatten() {
                Self::withdraw::<L>(header, shape, new, slot, distance, &mut locks);
            }
            return Stepped::Stuck;
        }
        locks.settle();
        delicate!();
        // From here on, searches look for these entries where they have been copied to.
        let published = shape.with_watermark(old);
        mutant!("grow-late", {}, header.publish(published));
        delicate!();
        let mut moved = 0;
        for (entry, place) in moving[..length].iter().flatten().zip(&placed) {
            if place.is_none() {
                continue;
            }
            moved += 1;
            if let Some(source) = locks.of(entry.bucket) {
                mutant!("leave-moved-entry", {}, L::take(source, entry.slot));
                let state = source.state().with_foreign(entry.slot, false);
                source.set_state(state);
            }
            if let (true, Some(at_home)) = (entry.displaced, locks.of(home.bucket())) {
                let state = at_home.state().without_displaced();
                at_home.set_state(state);
            }
        }
        mutant!("grow-late", drop(core::mem::replace(&mut locks, Locks::new())));
        delicate!();
        mutant!("grow-late", header.publish(published));
        // Whoever found this home empty of a key must look again, even if nothing lay here.
        if let Some(at_home) = locks.of(home.bucket()) {
            at_home.set_state(at_home.state());
        }
        Stepped::Moved(moved)
    }

    /// A step as most are: all entries of the home lie there, and where they belong there is room.
    ///
    /// None if it is not like that, or if something changed meanwhile; then nothing was done.
    fn step_at_home<L: Layout>(
        home: &Home<'_>,
        old: usize,
        rehash: &dyn Fn(SlotWords) -> u64,
    ) -> Option<usize> {
        let (header, shape, bucket) = (home.header, home.shape, home.bucket());
        let state = bucket.settled();
        if state.reach() != 0 || state.overflowed() {
            return None;
        }
        let (first, last) = targets(shape, old);
        let mut entries = [(0, 0, 0, [0; 2]); MOST_SLOTS];
        let mut length = 0;
        for slot in 0..L::SLOTS {
            let tag = L::tag_at(bucket, slot);
            if tag != 0 && !state.is_foreign(slot) {
                *entries.get_mut(length)? = (slot, 0, tag, L::words(bucket, slot));
                length += 1;
            }
        }
        if !bucket.unchanged(state) {
            return None;
        }
        let entries = &mut entries[..length];
        let mut needed = [0; MOST_TARGETS];
        for (_, target, tag, words) in entries.iter_mut() {
            let position =
                if L::TAG_IS_POSITION { *tag << 32 } else { L::position(rehash(*words)) };
            // A hasher that gives another hash than before must not lead outside of what this home maps to.
            *target = shape.homes(position).1.clamp(first, last) - first;
            *needed.get_mut(*target)? += 1;
        }
        let mut at_home = bucket.lock_from(state)?;
        let mut targets = [const { None }; MOST_TARGETS];
        for (target, locked) in (first..=last).zip(&mut targets) {
            if target != old {
                let bucket = Self::bucket_of(header, shape, target).bucket();
                let locked = locked.insert(bucket.lock());
                if L::empty(locked.bucket()).count() < needed[target - first] {
                    return None;
                }
            }
        }
        let mut moved = 0;
        for (_, target, tag, words) in entries.iter() {
            if let Some(locked) = &mut targets[*target] {
                let slot = L::first(L::empty(locked.bucket()));
                L::put(locked, slot, *tag, mutant!("copy-first-word", [words[0], 0], *words));
                moved += 1;
            }
        }
        targets.iter_mut().flatten().for_each(Locked::settle);
        delicate!();
        // From here on, searches look for these entries where they have been copied to.
        let published = shape.with_watermark(old);
        mutant!("grow-late", {}, header.publish(published));
        delicate!();
        for (slot, target, ..) in entries.iter() {
            if targets[*target].is_some() {
                mutant!("leave-moved-entry", {}, L::take(&mut at_home, *slot));
            }
        }
        // Whoever found this home empty of a key must look again, even if nothing lay here.
        at_home.set_state(at_home.state());
        mutant!("grow-late", drop((at_home, targets)));
        delicate!();
        mutant!("grow-late", header.publish(published));
        Some(moved)
    }

    /// Finds the entries that are at home in bucket `old`, and locks that bucket and those they lie in.
    /// None if they are too many.
    fn lock_home<'t, L: Layout>(
        home: &Home<'t>,
        old: usize,
        rehash: &dyn Fn(SlotWords) -> u64,
        moving: &mut [Option<Moving<'t>>; MOST],
        locks: &mut Locks<'t>,
    ) -> Option<usize> {
        let mut turn = 0;
        loop {
            let state = home.bucket().settled();
            let length = Self::entries_of::<L>(home, old, state, rehash, moving)?;
            if let Some(length) = length {
                if let Some(locked) = mutant!(
                    "grow-unseen",
                    Some(home.bucket().lock()),
                    home.bucket().lock_from(state)
                ) {
                    locks.add(locked);
                    for entry in moving[..length].iter().flatten() {
                        locks.of(entry.bucket)?;
                    }
                    return Some(length);
                }
            }
            spin(&mut turn);
        }
    }

    /// The entries that are at home in bucket `old`: `None` if too many, `Some(None)` if they changed.
    ///
    /// No lock is held while the user's hasher runs.
    fn entries_of<'t, L: Layout>(
        home: &Home<'t>,
        old: usize,
        state: State,
        rehash: &dyn Fn(SlotWords) -> u64,
        moving: &mut [Option<Moving<'t>>; MOST],
    ) -> Option<Option<usize>> {
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
                    return Some(None);
                }
                let position = position_of::<L>(bucket, slot, &|_| rehash(words));
                if displaced && home.shape.homes(position).0 != old {
                    continue;
                }
                *moving.get_mut(length)? = Some(Moving { bucket, slot, position, displaced });
                length += 1;
            }
            if !bucket.unchanged(seen) {
                return Some(None);
            }
        }
        Some(Some(length))
    }

    /// Copies an entry to where it is at home in the grown family, or near there.
    fn copy<'t, L: Layout>(
        header: &'t Header,
        shape: Shape,
        entry: &Moving<'_>,
        new: usize,
        locks: &mut Locks<'t>,
    ) -> Option<(usize, usize, usize)> {
        let target = Self::bucket_of(header, shape, new);
        let words = L::words(entry.bucket, entry.slot);
        let tag = L::tag_at(entry.bucket, entry.slot);
        locks.of(target.bucket())?;
        for distance in 0..target.page.len() {
            let bucket = target.neighbour(distance);
            if L::empty(bucket).is_empty() {
                continue;
            }
            let locked = locks.of(bucket)?;
            let empty = L::empty(bucket);
            if empty.is_empty() {
                continue;
            }
            let slot = L::first(empty);
            L::put(locked, slot, tag, mutant!("copy-first-word", [words[0], 0], words));
            let state = locked.state().with_foreign(slot, distance > 0);
            locked.set_state(state);
            if distance > 0 {
                let at_home = locks.of(target.bucket())?;
                let state = at_home.state().with_displaced(distance);
                at_home.set_state(state);
            }
            return Some((new, slot, distance));
        }
        None
    }

    /// Takes back a copy that was made in vain.
    fn withdraw<'t, L: Layout>(
        header: &'t Header,
        shape: Shape,
        new: usize,
        slot: usize,
        distance: usize,
        locks: &mut Locks<'t>,
    ) {
        let target = Self::bucket_of(header, shape, new);
        if let Some(locked) = locks.of(target.neighbour(distance)) {
            L::take(locked, slot);
            let state = locked.state().with_foreign(slot, false);
            locked.set_state(state);
        }
        if let (true, Some(at_home)) = (distance > 0, locks.of(target.bucket())) {
            let state = at_home.state().without_displaced();
            at_home.set_state(state);
        }
    }

    /// Moves the entries of a short page into one of twice its size.
    fn double<L: Layout>(
        &self,
        growing: &Growing<'_>,
        shape: Shape,
        rehash: &dyn Fn(SlotWords) -> u64,
    ) -> Result<(), AllocError> {
        let header = growing.header;
        let old = Self::bucket_of(header, shape, 0).page;
        let fresh = page::Fresh::new(shape.bits() + 1)?;
        let grave = Grave::dig()?;
        // SAFETY: just allocated with twice the buckets; what is made of the slice is dropped before the
        // page can be, and if the page is kept it is freed only with the table.
        let new = unsafe { core::slice::from_raw_parts(fresh.pointer(), old.len() * 2) };
        let mut filled: Vec<Locked<'_>> = room(new.len())?;
        filled.extend(new.iter().map(Bucket::lock));
        let (mut locked, positions) = Self::lock_page::<L>(old, rehash)?;
        let mut moved = 0;
        for (bucket, slot, position) in positions {
            let home = scale(position << shape.depth(), new.len());
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
        header.set_page(0, shape.bits() + 1, fresh.keep());
        header.publish(shape.doubled());
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
        self.bury(grave, Dead::Page(old.as_ptr().cast_mut(), shape.bits()));
        if let Some(shared) = self.shared() {
            shared.steps.fetch_add(1, Ordering::Relaxed);
            shared.moved.fetch_add(moved, Ordering::Relaxed);
            shared.most_moved.fetch_max(moved, Ordering::Relaxed);
        }
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
                for slot in slots::<L>(bucket) {
                    let words = L::words(bucket, slot);
                    if bucket.unchanged(state) {
                        positions.push((
                            index,
                            slot,
                            position_of::<L>(bucket, slot, &|_| rehash(words)),
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
        for distance in 0..page.len() {
            let index = (home ^ distance) & (page.len() - 1);
            let empty = L::empty(page[index].bucket());
            if empty.is_empty() {
                continue;
            }
            let slot = L::first(empty);
            L::put(&mut page[index], slot, tag, words);
            let state = page[index].state().with_foreign(slot, distance > 0);
            page[index].set_state(state);
            if distance > 0 {
                let state = page[home].state().with_displaced(distance);
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
        let pages: [*mut Bucket; MAX_PAGES] =
            core::array::from_fn(|index| header.page_pointer(index, shape.bits()));
        let smaller = Shape::new(depth, half, shape.bits());
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
        current.set(header.prefix, depth, Box::into_raw(lower));
        current.set(upper_prefix, depth, Box::into_raw(upper));
        header.publish(shape.dead());
        self.bury(graves.1, Dead::Header(core::ptr::from_ref(header).cast_mut()));
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
            let pages = shape.pages() + usize::from(shape.is_growing());
            bytes += size_of::<Header>() + pages * page::bytes(shape.bits());
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

/// The homes in the grown family that the entries of home `old` can have.
///
/// These are the buckets that `[old / n, (old + 1) / n)` meets when it is scaled by the grown number.
fn targets(shape: Shape, old: usize) -> (usize, usize) {
    let (buckets, next) = (shape.buckets(), shape.next_buckets());
    (old * next / buckets, ((old + 1) * next).div_ceil(buckets) - 1)
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
