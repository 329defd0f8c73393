//! Another number of shards, while the map is in use.
//!
//! Entries move from one level to another, shard by shard: see [`place`](super::place). Code of the user's, `Hash`, runs
//! before the first entry of a shard is touched, so that a panic finds each entry where it was. Then the move has stopped
//! halfway; the map works as before, and the next one goes on with it.

use super::{Sharded, level_of, room};
use crate::concurrent::Mode;
use crate::lock::{Beside, Changing, Lock, reenters, under};
use crate::sharded::place::{Entries, Place};
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};
use core::panic::Location;
use hashbrown::HashTable;

impl<K: Hash, V, S: BuildHasher> Sharded<K, V, S> {
    /// Spreads the entries over at least `shards` shards: rounded up to a power of two, and 65,536 at most.
    ///
    /// Linear in the entries and shards. Others may use the map meanwhile: a call waits while the entries of the shard it
    /// needs are moved, and for no other shard. One call of this method waits for another's end. The locks of the
    /// shards there were are kept for later, 128 bytes each; their tables are given back.
    ///
    /// # Panics
    /// If this thread is under a lock of the map; and if a key's `Hash` panics: then the move has stopped halfway, nothing
    /// is lost, and the next call goes on with it.
    #[track_caller]
    pub fn set_shards(&self, shards: usize) {
        let site = Location::caller();
        if let Some(under) = under(self.address()) {
            reenters(Mode::Write, site, under);
        }
        let wanted = level_of(shards);
        let _mover = self.mover.lock();
        if let Some((next, moved)) = self.shards.state().moving() {
            self.go_on(next, moved, site);
        }
        if self.shards.state().level() != wanted {
            self.shards.prepare(wanted);
            self.shards.begin(wanted);
            self.go_on(wanted, 0, site);
        }
    }

    /// Moves the shards that have not moved yet.
    fn go_on(&self, next: u32, moved: usize, site: &'static Location<'static>) {
        let level = self.shards.state().level();
        for index in moved..1 << level {
            let from = Place { level, index };
            if next > level {
                self.split(from, next, site);
            } else {
                self.join(from, next, site);
            }
        }
        self.shards.end(next);
    }

    /// Moves one shard to many, in which nothing is yet and which nobody needs but by mistake.
    fn split(&self, from: Place, next: u32, site: &'static Location<'static>) {
        let mut beside = Beside::nothing();
        let mut old = self.shards.at(from).write_slowly(self.ask(site), &mut beside);
        let _frame = self.enter(site, Mode::Write);
        let hashes = self.hashes(&old);
        let children = 1 << (next - from.level);
        let first = from.index * children;
        let child_of = |hash: u64| super::prefix(Self::window(hash), next) - first;
        let mut sizes = alloc::vec![0usize; children];
        hashes.iter().for_each(|hash| sizes[child_of(*hash)] += 1);
        let tables = sizes.into_iter().map(HashTable::with_capacity);
        let mut tables: Vec<Entries<K, V>> = tables.collect();
        // From here on there is no code of the user's.
        for (entry, hash) in old.drain().zip(hashes) {
            tables[child_of(hash)].insert_unique(hash, entry, |_| hash);
        }
        for (child, table) in tables.into_iter().enumerate() {
            let lock = self.shards.at(Place { level: next, index: first + child });
            self.growth.moved(table.len());
            // Who has this lock looked here by mistake, and lets it go without waiting for anything.
            let mut target = lock.write();
            *target = table;
            lock.note_room(room(&target));
        }
        self.leave(from, &mut old);
    }

    /// Moves one shard to another, in which the entries of others are.
    fn join(&self, from: Place, next: u32, site: &'static Location<'static>) {
        let index = from.index >> (from.level - next);
        let (old_lock, lock) = (self.shards.at(from), self.shards.at(Place { level: next, index }));
        let mut beside = Beside::nothing();
        let [mut old, mut target] = self.both(old_lock, lock, site, &mut beside);
        let _frame = self.enter(site, Mode::Write);
        let hashes = self.hashes(&old);
        target.reserve(old.len(), |(key, _)| self.hasher.hash_one(key));
        self.growth.moved(old.len());
        // From here on there is no code of the user's.
        for (entry, hash) in old.drain().zip(hashes) {
            target.insert_unique(hash, entry, |_| hash);
        }
        lock.note_room(room(&target));
        self.leave(from, &mut old);
    }

    /// Gives the memory of a shard back that was moved, and counts it in.
    fn leave(&self, from: Place, old: &mut Entries<K, V>) {
        *old = HashTable::new();
        self.shards.at(from).note_room(room(old));
        self.shards.moved();
    }

    fn hashes(&self, table: &Entries<K, V>) -> Vec<u64> {
        table.iter().map(|(key, _)| self.hasher.hash_one(key)).collect()
    }

    /// Two locks. Neither is waited for while the other is held: who reads one may be about to read the other.
    fn both<'a>(
        &'a self,
        old: &'a Lock<Entries<K, V>>,
        target: &'a Lock<Entries<K, V>>,
        site: &'static Location<'static>,
        beside: &mut Beside<'a>,
    ) -> [Changing<'a, Entries<K, V>>; 2] {
        loop {
            let first = old.write_slowly(self.ask(site), beside);
            if let Some(second) = target.try_write() {
                return [first, second];
            }
            drop(first);
            beside.end();
            let first = target.write_slowly(self.ask(site), beside);
            if let Some(second) = old.try_write() {
                return [second, first];
            }
            drop(first);
            beside.end();
        }
    }
}
