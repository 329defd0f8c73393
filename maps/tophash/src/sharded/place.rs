//! Where an entry lies: the shards there are, and the word that says which of them are in use.
//!
//! # Terms
//! - A **level** is a power of two of shards. Each is allocated when it is first wanted, and stays.
//! - A **window** is what is made of a hash to choose a shard: on a level of `2^l` shards, its uppermost `l` bits.
//! - The **state** is one word: the level in use; and, while entries move, the level they move to and how many shards of
//!   the old one have moved, from the first to the last.
//!
//! So the state says of every window where its entries are, its **place**: on the new level if their old shard has
//! moved, and otherwise on the old one. Whoever moves a shard holds its lock, and for entries that go where others are,
//! that one's too, and only then counts it in. So a call takes the lock of the place that the state names and
//! looks at the state again: if the place is still the same, it stays so until the lock is free. It does not matter
//! what happened in between, a level that was left and taken again included.
//!
//! ```text
//!   level 2   │ 0 moved │ 1 moved │ 2       │ 3       │        two of four shards have moved
//!   level 1   │ 0                 │ 1                 │        window 01…: shard 0 of level 1
//!                                                              window 10…: shard 2 of level 2
//! ```

use crate::lock::{Lock, Room, Table};
use alloc::boxed::Box;
use core::sync::atomic::{AtomicU64, Ordering};
use hashbrown::HashTable;
use std::sync::OnceLock;

/// The highest level: 65,536 shards.
pub(super) const HIGHEST: u32 = 16;

/// The table of a shard.
pub(super) type Entries<K, V> = HashTable<(K, V)>;

impl<T> Table for HashTable<T> {
    #[inline]
    fn entries(&self) -> usize {
        self.len()
    }
}

/// A shard, on cache lines that it shares with no other, also where the processor fetches them by two.
#[repr(align(128))]
pub(super) struct Shard<K, V>(pub(super) Lock<Entries<K, V>>);

/// The shards of a level.
type Level<K, V> = Box<[Shard<K, V>]>;

/// The uppermost bits of a window.
#[inline]
pub(super) fn prefix(window: u64, level: u32) -> usize {
    (window >> 1 >> (63 - level)) as usize
}

/// A shard: its level, and its number there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) level: u32,
    pub(super) index: usize,
}

/// What the state says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct State(u64);

const LEVEL: u64 = 0xff;
const NEXT: u32 = 8;
const MOVING: u64 = 1 << 16;
const WATCHED: u64 = 1 << 17;
const MOVED: u32 = 32;

impl State {
    fn new(level: u32) -> Self {
        Self(u64::from(level))
    }

    /// Whether no entries are moving and nobody watches.
    #[inline]
    pub(super) fn is_plain(self) -> bool {
        self.0 & (MOVING | WATCHED) == 0
    }

    /// The level that all entries lie on, or lay on before they began to move.
    #[inline]
    pub(super) fn level(self) -> u32 {
        (self.0 & LEVEL) as u32
    }

    /// While entries move: the level they move to, and how many shards have moved.
    pub(super) fn moving(self) -> Option<(u32, usize)> {
        let next = (self.0 >> NEXT & LEVEL) as u32;
        (self.0 & MOVING != 0).then_some((next, (self.0 >> MOVED) as usize))
    }

    /// Where entries of that window are if no entries are moving.
    #[inline]
    pub(super) fn plain_place(self, window: u64) -> Place {
        let level = self.level();
        Place { level, index: prefix(window, level) }
    }

    /// Where entries of that window are.
    pub(super) fn place(self, window: u64) -> Place {
        let level = self.level();
        let index = prefix(window, level);
        match self.moving() {
            Some((next, moved)) if index < moved => {
                Place { level: next, index: prefix(window, next) }
            }
            _ => Place { level, index },
        }
    }

    /// The windows whose entries are in the shard at `place`, which is where those of `window` are: the first, and the
    /// first one behind them unless there is none.
    pub(super) fn span(self, place: Place, window: u64) -> (u64, Option<u64>) {
        debug_assert!(self.place(window) == place, "asked under the lock");
        let end = |count: usize, level: u32| {
            (count >> level == 0).then(|| (count as u64) << 1 << (63 - level))
        };
        let first = (place.index as u64) << 1 << (63 - place.level);
        let behind = end(place.index + 1, place.level);
        match self.moving() {
            // What has not moved yet is not in there.
            Some((next, moved)) if prefix(window, self.level()) < moved && next == place.level => {
                let limit = end(moved, self.level());
                (first, behind.into_iter().chain(limit).min())
            }
            _ => (first, behind),
        }
    }
}

/// The shards of a map.
pub(super) struct Shards<K, V> {
    state: AtomicU64,
    // The way to these is the shortest: most maps never have others.
    first_level: u32,
    first: Level<K, V>,
    later: [OnceLock<Level<K, V>>; HIGHEST as usize + 1],
}

/// Empty shards of a level.
fn shards<K, V>(level: u32) -> Level<K, V> {
    let shard = || Shard(Lock::new(HashTable::new(), Room::default()));
    core::iter::repeat_with(shard).take(1 << level).collect()
}

impl<K, V> Shards<K, V> {
    /// Empty shards of that level.
    pub(super) fn new(level: u32) -> Self {
        Self {
            state: State::new(level).0.into(),
            first_level: level,
            first: shards(level),
            later: [const { OnceLock::new() }; HIGHEST as usize + 1],
        }
    }

    #[inline]
    pub(super) fn state(&self) -> State {
        State(self.state.load(Ordering::Acquire))
    }

    /// The shards of a level; none if it was never used.
    #[inline]
    pub(super) fn level(&self, level: u32) -> &[Shard<K, V>] {
        if level == self.first_level { &self.first } else { self.later_level(level) }
    }

    #[inline(never)]
    fn later_level(&self, level: u32) -> &[Shard<K, V>] {
        self.later.get(level as usize).and_then(OnceLock::get).map_or(&[], |shards| shards)
    }

    #[inline]
    pub(super) fn at(&self, place: Place) -> &Lock<Entries<K, V>> {
        &self.level(place.level)[place.index].0
    }

    /// Makes the shards of a level if there are none yet.
    pub(super) fn prepare(&self, level: u32) {
        if level != self.first_level {
            let _ = self.later[level as usize].get_or_init(|| shards(level));
        }
    }

    /// All shards that may hold entries just now.
    pub(super) fn used(&self) -> impl Iterator<Item = &Lock<Entries<K, V>>> {
        let state = self.state();
        let next = state.moving().map(|(next, _)| self.level(next));
        self.level(state.level()).iter().chain(next.into_iter().flatten()).map(|shard| &shard.0)
    }

    /// Bytes of the shards on all levels that were ever used, without their tables.
    pub(super) fn bytes(&self) -> usize {
        let later = self.later.iter().filter_map(OnceLock::get);
        later.chain([&self.first]).map(|level| core::mem::size_of_val(&**level)).sum()
    }

    /// The tables of all shards.
    pub(super) fn into_tables(self) -> impl Iterator<Item = Entries<K, V>> {
        let later = self.later.into_iter().filter_map(OnceLock::into_inner);
        later.chain([self.first]).flatten().map(|shard| shard.0.into_inner())
    }

    /// That somebody watches.
    pub(super) fn note_watched(&self) {
        self.state.fetch_or(WATCHED, Ordering::Release);
    }

    /// Entries begin to move to the level `next`, which was prepared.
    pub(super) fn begin(&self, next: u32) {
        self.change(|state| state | MOVING | u64::from(next) << NEXT);
    }

    /// One shard more has moved.
    pub(super) fn moved(&self) {
        self.change(|state| state + (1 << MOVED));
    }

    /// All entries are on the level `next`.
    pub(super) fn end(&self, next: u32) {
        self.change(|state| state & WATCHED | u64::from(next));
    }

    /// One thread at a time moves entries; beside it, only that somebody watches may be noted.
    fn change(&self, change: impl Fn(u64) -> u64) {
        let _ = self
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| Some(change(state)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every window has one place, and the spans of the places that a walk meets are all windows, one after the other.
    #[test]
    fn spans_are_all_windows_whatever_has_moved() {
        for (level, next) in [(0, 3), (3, 0), (2, 4), (4, 2), (16, 0), (0, 16), (5, 6), (6, 5)] {
            let shards = Shards::<u64, u64>::new(0);
            shards.end(level);
            for moved in 0..=1usize << level {
                if moved == 1 {
                    shards.begin(next);
                }
                if moved > 0 {
                    shards.moved();
                }
                if moved % 7 != 0 && moved > 40 && level == 16 {
                    continue;
                }
                let state = shards.state();
                let (mut window, mut met) = (0, 0);
                loop {
                    let place = state.place(window);
                    let (first, behind) = state.span(place, window);
                    assert_eq!(first.max(window), window, "a walk begins where a span does");
                    met += 1;
                    let last = behind.map_or(u64::MAX, |behind| behind - 1);
                    for inside in [window, window / 2 + last / 2, last] {
                        assert_eq!(state.place(inside), place, "{moved} of {level} to {next}");
                    }
                    match behind {
                        Some(behind) => window = behind,
                        None => break,
                    }
                }
                assert!(met <= (1 << level) + (1 << next));
                if moved > 2_000 {
                    break;
                }
            }
        }
    }
}
