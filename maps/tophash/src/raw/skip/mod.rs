//! The ordered list under [`SkipMap`](crate::SkipMap): a skip list with fat nodes.
//!
//! # Terms
//! - A **leaf** has the entries of a range of keys, 31 at most. It has a lower bound, which never changes, and links to the
//!   leaf to its right, with that one's lower bound. See [`leaf`].
//! - The **index** leads to the leaf of a key, or to one left of it. See [`index`].
//! - A **spot** is where an entry was found, or where none was, in a state of its leaf.
//! - An **era** keeps what a reader may be looking at. See [`era`].
//!
//! ```text
//!   index          ┌────────── g · p ──────────┐
//!            ┌── c · e ──┐       ┌── k · n ──┐       …          nodes that never change, under one root
//!            ▼     ▼     ▼       ▼     ▼     ▼
//!   leaves  a b ─► c ─► e f ─► g i ─► k l ─► n o ─► …           linked, each with the next one's bound
//! ```
//!
//! A plain skip list asks memory for a node at each step. Here a step is in a node of 64 bounds, and the last one in a
//! leaf whose lines are fetched together; a million entries are three nodes and one leaf away.
//!
//! # Searching
//! Down the index, then to the right while the leaf's upper bound is not beyond the key: the index may not know of a leaf
//! yet. A leaf that is *dead* was joined to the one left of it, and is left to the left, by the index. Where links change
//! under a searcher, he may come to a leaf whose lower bound is beyond the key; he sees that, and begins again.
//!
//! # What is and is not one moment
//! What a spot says of its key was so at one moment: the leaf had that state all the while, and it was the leaf of the key.
//! Writers act on a spot by locking its leaf from that state. The neighbours of a key may be leaves away; those that
//! were passed, and had nothing, are looked at again before the answer is given.

mod bit;
#[cfg(not(loom))]
mod end;
#[cfg(not(loom))]
mod entry;
mod era;
#[cfg(not(loom))]
mod find;
#[cfg(not(loom))]
mod index;
mod leaf;
#[cfg(not(loom))]
mod list;
#[cfg(all(test, loom))]
mod model;
#[cfg(not(loom))]
mod near;
mod order;
#[cfg(not(loom))]
mod shape;
#[cfg(all(test, not(loom)))]
mod tests;
#[cfg(not(loom))]
mod walk;
#[cfg(not(loom))]
mod write;

#[cfg(not(loom))]
pub(crate) use find::{Sought, Spot};
#[cfg(not(loom))]
pub(crate) use list::{Held, List};
#[cfg(not(loom))]
pub(crate) use walk::{Bound, Run};
#[cfg(not(loom))]
pub(crate) use write::Fresh;

/// A word for the key or the box, and one for the value.
type Words = [u64; 2];
