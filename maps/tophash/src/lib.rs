//! Concurrent maps that never deadlock on a guard, grow in small steps, and tell what they are doing.
//!
//! [`HashMap`] is a hash map that many threads read and change through `&self`. Nothing it hands out holds a
//! lock; no code of yours runs under one; and it grows by small pieces of work that inserting threads share.
//! [`HashSet`] is the same without values.
//!
//! ```
//! use tophash::HashMap;
//!
//! let visits: HashMap<u64, u64> = HashMap::new();
//! std::thread::scope(|scope| {
//!     for _ in 0..4 {
//!         scope.spawn(|| (0..1_000).for_each(|user| drop(visits.fetch_add(user % 10, 1))));
//!     }
//! });
//! assert_eq!(visits.get(&7), Some(400));
//!
//! let names = HashMap::from([(1u64, String::from("one"))]);
//! let one = names.get_ref(&1).unwrap();
//! names.insert(1, String::from("uno")); // `one` is still being held: nobody waits for anybody.
//! assert_eq!((one.as_str(), names.get(&1).as_deref()), ("one", Some("uno")));
//! ```
//!
//! # Why
//! - **It does not bite.** References, iterators and entries hold no locks, in one thread or across `.await`. Closures
//!   and the keys' `Hash` and `Eq` run under no lock: they may use the map, and a panic in them leaves it whole.
//! - **It grows and shrinks in small steps.** No insertion or removal moves more than a few hundred entries
//!   ([`Stats::most_moved`]), and readers never wait for growth. All that is ever copied as a whole is the directory,
//!   when it doubles: some nine pointers for every thousand entries, if the hashes spread.
//! - **Reads store nothing** to memory that others read where entries are inline, and one word that is the thread's
//!   own where they are boxed.
//! - **It tells.** [`HashMap::stats`] says what it holds, how it grew, what waits to be freed and whether keys
//!   collide.
//!
//! # Two storage classes
//! If the keys are primitive integers of at most eight bytes, and the values too or `()`, entries are *inline*: they
//! lie in the buckets. All other entries are *boxed*: a bucket holds 16 bits of each one's hash and a pointer to it.
//! This is decided by type when the program is compiled; it changes what operations cost, not what they do.
//!
//! Other small types that are nothing but their bits lie in the buckets where that is asked for: a [`PlainMap`] or
//! [`PlainSet`] is a `HashMap` or `HashSet` in the storage [`Inline`], whose keys and values are [`Plain`]. That trait is
//! implemented for the primitive numbers and arrays of them, and you implement it for types of your own. What is not
//! `Plain`, or is larger than eight bytes (sixteen in sets), does not compile there.
//!
//! ```
//! use tophash::{Plain, PlainMap};
//!
//! #[derive(Clone, Copy, PartialEq, Eq, Hash)]
//! struct UserId(u64);
//!
//! // SAFETY: it is laid out as its one field is, which is an integer.
//! unsafe impl Plain for UserId {}
//!
//! let balances: PlainMap<UserId, f64> = PlainMap::default();
//! balances.insert(UserId(7), 2.5);
//! balances.update(&UserId(7), |balance| balance * 2.0);
//! assert_eq!(balances.get(&UserId(7)), Some(5.0));
//! ```
//!
//! # Which map
//! `HashMap` is good at everything. The others exist because a need calls for them, and each says on its page when not to
//! take it. What all of them have in common is the trait [`ConcurrentMap`].
//!
//! | map | take it where | code of yours under a lock | feature |
//! |---|---|---|---|
//! | [`HashMap`] | nothing below calls for another | none | |
//! | `Locked` | several entries are read or changed as one; one thread at a time is enough | closures, `Hash`, `Eq`, `Clone`, `Drop` | `locked` |
//! | `Sharded` | large values are changed in place by several threads; the number of shards is to be chosen | the same, one shard's | `locked` |
//!
//! What follows is about `HashMap`.
//!
//! # Consistency
//! **One key.** Every operation that names one key is linearizable: it takes effect at one moment between its call and
//! its return, and all threads agree on the order of these moments. `get`, `get_with`, `get_ref`,
//! `contains_key`, `insert`, `try_insert`, `remove`, `remove_entry`, `remove_if`, `update`, `compute`,
//! `get_or_insert_with`, `fetch_*`, `compare_exchange`, and the methods of an [`Entry`], are such operations; of
//! [`HashMap::get_many`] each look-up is one.
//!
//! **What a reader sees.** What a thread did before it put a value in happens before what another thread does after
//! it has read that value, as with release and acquire. A boxed value is never changed while the map is shared.
//! Reading that a key is absent orders nothing.
//!
//! **All keys.** `iter`, `keys`, `values`, `retain`, `clear`, `clone`, `==` and `Debug` are not one moment. A key
//! that is in the map from their beginning to their end is met exactly once, whatever grows meanwhile, with one of the
//! values it had meanwhile. One that comes or goes meanwhile is met or not, and one that is taken out and put in
//! again may be met twice. `len` is exact when nobody is changing the map.
//!
//! **Progress.** Nothing waits for anything that you can hold. An operation on a bucket may wait while another thread
//! stores the few words of a change there, which takes nanoseconds unless that thread is preempted just then:
//! readers of inline entries wait for the stores, writers for the whole change. Growth may wait for writers in
//! the same way; a writer whose page is full waits for growth for a bounded time. No thread waits for another's
//! closure, comparison, hashing, cloning, allocation of an entry, or `Drop`. Changes by closure are optimistic: they
//! run again if *their* entry was changed meanwhile, and so may starve while others change it all the time.
//!
//! **Re-entrance.** Closures may read the map, and write to other keys. `update`, `remove_if`, `compute` and `retain`
//! panic if their closure has itself changed the entry it was called for; without the feature `std` that is noticed only
//! after a million calls. `Hash` and `Eq` of keys may read the map but must not change it.
//!
//! **Memory.** A [`Ref`] keeps its own entry alive and no other. What is replaced or removed is freed by later
//! replacements and removals in batches; what waits is bounded by a constant number of entries, and
//! [`Stats::retired`] tells it. All is freed when the map is dropped, by the thread that drops it, so that keys and values
//! need not be `'static`. Buckets that removals leave nearly empty are halved, in small steps; their memory is kept for later
//! growth, as [`Stats::retained_bytes`] tells, until `compact`, `drain`, `iter_mut` or the end of the map.
//!
//! # Operations
//! Expected costs are constant in the entries, unless said otherwise, with a bounded piece of growth in those that
//! may insert, and of shrinking in those that may remove. With equal hashes they are linear in the entries of that hash.
//!
//! | method | closure runs | a value that loses | what is handed out |
//! |---|---|---|---|
//! | [`get`](HashMap::get), [`contains_key`](HashMap::contains_key), [`get_many`](HashMap::get_many) | | | clones |
//! | [`get_with`](HashMap::get_with), [`get_many_with`](HashMap::get_many_with) | once | | its result |
//! | [`get_ref`](HashMap::get_ref) | | | the entry |
//! | [`insert`](HashMap::insert) | | | the entry that was replaced |
//! | [`try_insert`](HashMap::try_insert) | | handed back | the new entry, or the one that is there |
//! | [`get_or_insert_with`](HashMap::get_or_insert_with) | at most once | dropped | the entry that is there |
//! | [`update`](HashMap::update) | again if the entry changed | dropped | the entry that was replaced |
//! | [`compute`](HashMap::compute) | again if the entry changed | dropped | the old entry and the new one |
//! | [`remove`](HashMap::remove), [`remove_entry`](HashMap::remove_entry) | | | the entry; clones |
//! | [`remove_if`](HashMap::remove_if) | again if the entry changed | | the entry |
//! | [`entry`](HashMap::entry) | as the above | handed back | as the above |
//! | [`fetch_add`](HashMap::fetch_add) and kin, [`compare_exchange`](HashMap::compare_exchange) | | | the old value |
//! | [`retain`](HashMap::retain), [`clear`](HashMap::clear): linear | again if the entry changed | | |
//! | [`iter`](HashMap::iter), [`keys`](HashMap::keys), [`values`](HashMap::values): linear | | | entries |
//! | `&mut`: [`get_mut`](HashMap::get_mut) | | | the value itself |
//! | `&mut`: [`iter_mut`](HashMap::iter_mut), [`drain`](HashMap::drain), `into_iter`: linear | | | values themselves |
//! | [`reserve`](HashMap::reserve), [`shrink_to_fit`](HashMap::shrink_to_fit): linear, in small steps | | | |
//! | `&mut`: [`compact`](HashMap::compact): linear, at once | | | |
//!
//! # Trade-offs
//! - Replaced and removed values come back as [`Ref`], since others may still be reading them: clone what you keep.
//! - Changing a boxed value means making a new entry, key included. For counters under boxed keys, take atomic
//!   integers as values; small keys of your own need not be boxed, see [`Plain`].
//! - `insert` replaces the key with the value.
//! - Buckets double, family by family and all at about the same time: per pair of integers a map holds some 25 bytes just
//!   before and 42 just after, like a `std` map, but without a second table while it grows.
//! - Giving the memory of buckets back takes the map exclusively, since readers tell nobody where they are looking. While
//!   the map is shared, buckets that are no longer used are kept for later growth.
//! - Families of buckets that were split are not merged again: a map that was large keeps an eighth to a quarter of its
//!   buckets until `compact`, and its directory.
//! - Iterating, printing and comparing ask that keys can be hashed.
//! - Every entry that is read while boxed is pinned, by two stores to a word of the thread's own. On Linux, with the feature
//!   `std`, that is all for the first 64 threads alive at a time; otherwise it takes an atomic instruction.
//! - An allocator that refuses a boxed entry, or the lists for what waits to be freed, which the first removal or
//!   replacement makes, ends the program, as it does for `Box`.
//!
//! # Statistics
//! [`HashMap::stats`] may be called at any time: it reads what writers count on lines of their own, walks the directory,
//! and looks at no more than 256 buckets. Readers count nothing.
//!
//! ```
//! let map: tophash::HashMap<u64, u64> = (0..10_000).map(|key| (key, key)).collect();
//! let stats = map.stats();
//! assert_eq!((stats.entries, stats.overflowed), (10_000, 0));
//! assert!(stats.load() < 1.5 && stats.longest_probe <= 32 && stats.most_moved < 500, "{stats:?}");
//! ```
//!
//! # Other maps
//! | type | for | with |
//! |---|---|---|
//! | [`SnapshotMap`] | a consistent picture in constant time; several changes at once | `std` |
//! | [`SkipMap`] | order: ranges, the nearest keys, the first and the last | |
//! | [`FixedMap`], [`BoxedFixedMap`] | no allocation; signal handlers; shared memory | |
//! | `Locked` | changing values in place, and the whole map under one lock | `locked` |
//! | `Sharded` | the same, under as many locks as there is need of | `locked` |
//! | `DoubleBuffered` | few writes, and reads that nothing may hold up | `locked` |
//! | `SyncMap` | study of, and migration from, Go's `sync.Map` | `locked` |
//! | [`Checked`] | finding out who uses a map at once that should take turns | `std` |
//! | [`Observed`](observe::Observed) | any of them, with what is done with it counted and told | `std` |
//!
//! [`ConcurrentMap`] and [`Lookup`] are what all of them have in common.
//!
//! # Performance
//! `BENCHMARKS.md` of the repository measures this map against nine others side by side, and shows where it loses. In
//! short: with inline entries, in maps that the caches hold, hits take 0.71 to 0.76 of the time of the best of them, and
//! mixes of reads and changes 0.44 to 0.90; iterating takes 0.81 of `hashbrown`'s time. It loses at growing from empty (1.0 to
//! 1.4 times); in maps of a million entries at looking for what is absent (1.2) and at changes by one thread (1.1); in memory
//! (1.2 in the mean), and with boxed entries in nearly every row of time (hits 1.2 to 1.7): each read of those costs one cache miss more.
//!
//! # Features
//! - `std` (default): threads give way while they wait, re-entrance is noticed at once, and [`observe`], [`Checked`] and
//!   [`SnapshotMap`] are there. Without it the crate needs `alloc` alone.
//! - `locked`: `Locked`, `Sharded`, `SyncMap` and `DoubleBuffered`, made of `hashbrown`'s tables; `parking_lot`.
//! - `locked`: `Locked` and `Sharded`, and with them the dependencies `hashbrown` and `parking_lot`.
//! - `serde`: maps and sets are written and read as maps and sequences.
//! - `rayon`: parallel iterators fill and walk maps and sets.
//!
//! The minimum supported Rust version is 1.85.

#![no_std]
#![cfg_attr(loom, allow(dead_code, unused_imports, reason = "the models are of some parts alone"))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(all(feature = "std", not(loom)))]
pub mod checked;
#[cfg(not(loom))]
mod class;
#[cfg(not(loom))]
mod concurrent;
mod error;
#[cfg(not(loom))]
mod fixed;
#[cfg(not(loom))]
mod hasher;
#[cfg(all(feature = "locked", not(loom)))]
mod lock;
#[cfg(all(feature = "locked", not(loom)))]
mod locked;
#[cfg(not(loom))]
mod map;
#[cfg(all(feature = "std", not(loom)))]
pub mod observe;
#[cfg(all(feature = "rayon", not(loom)))]
mod parallel;
mod raw;
#[cfg(not(loom))]
mod reentry;
#[cfg(not(loom))]
mod reference;
#[cfg(all(feature = "serde", not(loom)))]
mod serialize;
#[cfg(not(loom))]
pub mod set;
#[cfg(all(feature = "locked", not(loom)))]
pub mod sharded;
#[cfg(not(loom))]
pub mod skip;
#[cfg(all(feature = "std", not(loom)))]
pub mod snapshot;
#[cfg(not(loom))]
mod stats;
mod sync;
#[cfg(all(feature = "locked", not(loom)))]
pub mod sync_map;

#[cfg(all(feature = "std", not(loom)))]
pub use checked::Checked;
#[cfg(not(loom))]
pub use class::{Arithmetic, ByType, Inline, Storage};
#[cfg(not(loom))]
pub use concurrent::{
    Altered, ConcurrentMap, Full, Holder, Lookup, Mode, NeverWaits, Summary, Wait, Watch,
};
#[cfg(not(loom))]
pub use equivalent::Equivalent;
pub use error::{AllocError, AllocErrorKind};
#[cfg(not(loom))]
pub use fixed::{BoxedFixedMap, FixedMap};
#[cfg(all(feature = "locked", not(loom)))]
pub use hashbrown;
#[cfg(not(loom))]
pub use hasher::{DefaultHasher, RandomState};
#[cfg(all(feature = "locked", not(loom)))]
pub use locked::Locked;
#[cfg(not(loom))]
pub use map::{
    Changed, Compute, Drain, Entry, HashMap, Integer, IntoIter, Iter, IterMut, KeyRef, Keys,
    OccupiedEntry, OccupiedError, Operation, PlainMap, Ref, VacantEntry, Values,
};
#[cfg(tophash_mutants)]
pub use raw::mutants;
#[cfg(not(loom))]
pub use raw::plain::Plain;
#[cfg(not(loom))]
pub use set::{HashSet, PlainSet};
#[cfg(all(feature = "locked", not(loom)))]
pub use sharded::Sharded;
#[cfg(not(loom))]
pub use skip::SkipMap;
#[cfg(all(feature = "locked", not(loom)))]
pub use snapshot::DoubleBuffered;
#[cfg(all(feature = "std", not(loom)))]
pub use snapshot::SnapshotMap;
#[cfg(not(loom))]
pub use stats::Stats;
#[cfg(all(feature = "locked", not(loom)))]
pub use sync_map::SyncMap;
