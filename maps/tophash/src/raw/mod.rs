//! The raw table: words in, words out, and every line of `unsafe` of the crate's maps.
//!
//! # Terms
//! - A **bucket** is a *state*, *tags* (a few bits of each entry's hash) and *slots*: 128 bytes, or 144 in maps of inline
//!   entries. See [`bucket`] and [`layout`].
//! - A **page** is a run of 64 buckets. Small tables have one shorter page. In maps of inline entries a page begins with
//!   all states and tags, and the slots follow; elsewhere each bucket lies in one piece. See [`page`].
//! - A **family** is 1, 2, 4 or 8 pages that share a prefix of the hash. See [`header`].
//! - The **directory** names the family of every prefix. See [`directory`].
//! - An entry is **at home** in the bucket that its hash names; if that was full, it is **displaced** to
//!   another bucket of the same page, and *foreign* there.
//!
//! ```text
//!   hash  1011 010110 ……………………………………… 10010110
//!         └┬─┘ └─┬──┘                   └──┬───┘
//!      directory │ home                    │ tag
//!          ▼     ▼                         ▼
//!        ┌────┐  header: shape | page | page | page | page
//!        │ 10 ├─►                        │
//!        │ 11 ├─► …                      ▼
//!        └────┘                        64 buckets
//!                                      ┌───────┬──────┬───────┬──────┬─── … ─┐
//!                                      │ state │ tags │ state │ tags │       │
//!                                      ├─────┬─┴───┬──┴──┬────┴┬─────┼─── … ─┤
//!                                      │ k v │ k v │ k v │ k v │ k v │       │
//!                                      └─────┴─────┴─────┴─────┴─────┴─── … ─┘
//! ```
//!
//! # Why tags lie apart
//! A table of a million entries is larger than the processor's caches. Its states and tags, an eighth of it, are not. So a
//! search that finds nothing seldom waits for memory, and neither does the lock of a bucket; a search that finds something
//! asks for the slots' two lines before it has looked at the tags. The price is that four buckets share a line of states and
//! tags: writers of different buckets may meet there, where buckets in one piece have no line in common.
//!
//! # Where a hash is at home
//! A family has a power of two of buckets, and home is the hash's bits behind the family's prefix. So it is monotone
//! in the hash, which carries the whole design:
//!
//! 1. *A family grows in place.* When its buckets double, home `i` becomes `2 i` and `2 i + 1`, so homes
//!    are moved from the last to the first, into pages that are new or were left before, and a single watermark says
//!    which of the two mappings holds. There is no second table, and every entry is moved once a doubling.
//!    Pages are allocated when the first of their homes is needed.
//! 2. *A family of eight pages splits for nothing*: its upper four pages are, bucket by bucket, what the
//!    upper half of the range maps to. Only the directory learns of it.
//! 3. *A family shrinks in place*, which is growth run backwards: the watermark rises, homes `2 i` and `2 i + 1` become
//!    home `i`, from the first to the last. Where their entries do not fit, it turns and grows again. Pages that are left
//!    stay with the family for its next growth. Families are not merged.
//! 4. *Iteration follows the hash*, which never changes: whatever grows meanwhile, an entry that stays in
//!    the map is met exactly once. Pages that do not change their shape are copied whole, bucket by bucket; in
//!    families that do, iteration goes home by home.
//!
//! Homes are moved in aligned groups of eight. An entry is displaced to the nearest bucket with room, by the exclusive
//! or of their numbers, so that nearly all that is displaced from a group lies in it and moves along.
//!
//! # Reading
//! A reader stores nothing. It reads the state, the tags, the words of slots whose tag fits, and the state
//! again; if that changed, it reads again. The key is compared only after that. An entry that is found is in the
//! table, whatever moves meanwhile, since copies are equal and locked while there are two. A search that finds
//! nothing also checks that the family's shape is what it was, since the entry might have moved behind its back.
//! Pages, headers and directories are never freed while the table is shared, so a reader that comes late
//! reads stale words, notices, and begins again. A page may be left and taken again, so that a reader who is
//! late finds its directory's entry as it was: that is why it looks at the bucket's version last.
//!
//! # Writing
//! A writer searches like a reader, without a lock, and remembers the states it saw. All code of the user's
//! (`Hash`, `Eq`, `Clone`, closures) runs in this phase. Then it locks the bucket by a compare-and-exchange
//! *from exactly that state*, so that nothing it decided on can have changed; stores a few words in the odd
//! window; and unlocks. Writers take the readers' way to a bucket too, and ask the family only where that way is
//! barred, the bucket is full or an entry is displaced; what is replaced, put in or taken out at its home is
//! done in one piece, without a search that is acted on later. Because no code of the user's runs with a bucket locked, no call can wait for
//! another call of the same thread, and a panic finds nothing half done.
//!
//! # Numbered semantics
//! 1. Every change of an entry, and every move of it, gives its home bucket a new version, except that a
//!    displaced entry's *value* may change under its own bucket's version alone.
//! 2. A displaced entry is never more than `reach` of its home away; a home with `reach` 0 has none; and one whose
//!    tag has no bit in the home's `filter` is not displaced.
//! 3. While growth or shrinking copies an entry, both copies' buckets are locked: nobody can change one of them. The
//!    shape changes between the copying and the clearing, so a search finds at least one.
//! 4. A writer that holds a bucket never waits for another one; growth may wait, and nobody waits for growth
//!    but a writer who finds no room near a home, who gives up after a while and uses the overflow list.
//! 5. A bucket is home by one mapping at most: those between the watermark and its double are nobody's.
//! 6. Growth begins when a page is loaded beyond `LOAD` (in `stretch`) or a writer finds no room, and never when
//!    the entries of a family fill less than half of it: equal hashes cannot blow the table up. They fill the
//!    buckets near their home, then the overflow list, and only searches for such hashes walk that list.

#![allow(unsafe_code, reason = "the one place of the crate where unsafe code lives")]

#[cfg(not(tophash_mutants))]
macro_rules! mutant {
    ($name:literal, $mutated:expr, $sound:expr) => {
        $sound
    };
    ($name:literal, $mutated:expr) => {};
}
/// A line and the mutation of it that the verifier must catch; which one is active is chosen when running.
#[cfg(tophash_mutants)]
macro_rules! mutant {
    ($name:literal, $mutated:expr, $sound:expr) => {
        if $crate::raw::mutants::is_active($name) { $mutated } else { $sound }
    };
    ($name:literal, $mutated:expr) => {
        if $crate::raw::mutants::is_active($name) {
            $mutated;
        }
    };
}

/// A point between two steps of a protocol, where a test of mutations may hold the thread up.
#[cfg(not(tophash_mutants))]
macro_rules! delicate {
    () => {};
}
#[cfg(tophash_mutants)]
macro_rules! delicate {
    () => {
        $crate::raw::mutants::point();
    };
}

pub(crate) mod bucket;
mod capacity;
mod counter;
mod cursor;
mod directory;
#[cfg(not(loom))]
pub(crate) mod entries;
pub(crate) mod fixed;
#[cfg(not(loom))]
mod fresh;
pub(crate) mod hazard;
mod header;
#[cfg(not(loom))]
mod held;
pub(crate) mod identity;
pub(crate) mod layout;
#[cfg(all(test, loom))]
mod model;
#[cfg(tophash_mutants)]
pub mod mutants;
mod overflow;
#[cfg(not(loom))]
mod owned;
mod page;
#[cfg(not(loom))]
pub(crate) mod plain;
#[cfg(any(feature = "std", loom))]
pub(crate) mod published;
#[cfg(any(feature = "std", loom))]
mod readings;
mod run;
#[cfg(all(feature = "locked", not(loom)))]
pub(crate) mod site;
pub(crate) mod skip;
#[cfg(all(feature = "locked", not(loom)))]
pub(crate) mod slot;
mod stretch;
mod table;
#[cfg(all(test, not(loom)))]
mod tests;
#[cfg(any(feature = "locked", loom))]
pub(crate) mod twins;

pub(crate) use capacity::{Counts, Probes};
