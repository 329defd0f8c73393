//! What snapshots keep alive that the map itself does not have any more.

use super::trie::{Branch, Child, Pair, Tally};
use super::version::{Version, bytes};
use alloc::collections::BTreeSet;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

/// The memory of a [`SnapshotMap`](super::SnapshotMap) and of its snapshots: see
/// [`SnapshotMap::memory`](super::SnapshotMap::memory).
///
/// Bytes are those of entries and of the branches that lead to them, without what keys and values own elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Memory {
    /// Bytes of the newest version.
    pub bytes: usize,
    /// Snapshots that are alive.
    pub snapshots: usize,
    /// The versions, other than the newest, that they are of.
    pub versions: usize,
    /// Entries that the newest version does not have and snapshots keep alive.
    pub held_entries: usize,
    /// Bytes of those, and of the branches that lead to them alone.
    pub held_bytes: usize,
    /// Superseded versions that somebody was reading when they were last looked at, and that are not dropped yet.
    pub waiting: usize,
}

/// A version that the map has given up while snapshots of it were alive.
pub(super) struct Outlived<K, V> {
    bitmap: u64,
    /// Snapshots of it, and nobody else, own the uppermost branch.
    children: Weak<[Child<K, V>]>,
}

/// The versions that snapshots were left of.
pub(super) struct Outlives<K, V> {
    all: Vec<Outlived<K, V>>,
    /// As many as there may be before those whose snapshots are gone are looked for.
    limit: usize,
}

impl<K, V> Outlives<K, V> {
    pub(super) fn new() -> Self {
        Self { all: Vec::new(), limit: 16 }
    }

    /// Notes a version that the map is about to drop, if somebody else has it.
    pub(super) fn note(&mut self, version: &Version<K, V>) {
        if Arc::strong_count(&version.root.children) < 2 {
            return;
        }
        if self.all.len() >= self.limit {
            self.all.retain(|outlived| outlived.children.strong_count() > 0);
            self.limit = 16.max(self.all.len() * 2);
        }
        let children = Arc::downgrade(&version.root.children);
        self.all.push(Outlived { bitmap: version.root.bitmap, children });
    }

    /// What they hold beside the `newest` version. That and the `waiting` ones, which the map still has, are copies.
    pub(super) fn memory(&mut self, newest: &Version<K, V>, waiting: &[Version<K, V>]) -> Memory {
        // One is the map's, one is the copy.
        let owned_by_others =
            |version: &Version<K, V>| Arc::strong_count(&version.root.children).saturating_sub(2);
        let mut memory = Memory {
            bytes: bytes::<K, V>(&newest.tally),
            snapshots: owned_by_others(newest),
            waiting: waiting.len(),
            ..Memory::default()
        };
        let mut count =
            Count { newest: &newest.root, seen: BTreeSet::new(), tally: Tally::default() };
        let mut add = |root: &Branch<K, V>, snapshots: usize| {
            if snapshots > 0 {
                memory.snapshots += snapshots;
                memory.versions += 1;
                count.branch(root, Some(&newest.root));
            }
        };
        waiting.iter().for_each(|version| add(&version.root, owned_by_others(version)));
        self.all.retain(|outlived| {
            let Some(children) = outlived.children.upgrade() else { return false };
            // One is ours; a snapshot may have gone since.
            let snapshots = Arc::strong_count(&children) - 1;
            add(&Branch { bitmap: outlived.bitmap, children }, snapshots);
            true
        });
        memory.held_entries = count.tally.entries;
        memory.held_bytes = bytes::<K, V>(&count.tally);
        memory
    }
}

/// Counts what the newest version does not have, each once.
struct Count<'n, K, V> {
    newest: &'n Branch<K, V>,
    /// Addresses of what was counted.
    seen: BTreeSet<usize>,
    tally: Tally,
}

impl<K, V> Count<'_, K, V> {
    /// A branch of an old version; `now` is what the newest has in its place, which most often is the same.
    fn branch(&mut self, old: &Branch<K, V>, now: Option<&Branch<K, V>>) {
        if now.is_some_and(|now| Arc::ptr_eq(&now.children, &old.children)) || self.has_list(old) {
            return;
        }
        if !self.seen.insert(Arc::as_ptr(&old.children).cast::<()>().addr()) {
            return;
        }
        self.tally.branches += 1;
        self.tally.children += old.children.len();
        let mut bits = old.bitmap;
        for child in &*old.children {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            match child {
                Child::Entry(entry) => self.entry(entry),
                Child::Branch(below) => {
                    let beside = now.and_then(|now| now.child(bit));
                    let beside = match beside {
                        Some(Child::Branch(branch)) => Some(branch),
                        Some(Child::Entry(_)) | None => None,
                    };
                    self.branch(below, beside);
                }
            }
        }
    }

    fn entry(&mut self, entry: &Arc<Pair<K, V>>) {
        let is_it =
            |child: &Child<K, V>| matches!(child, Child::Entry(there) if Arc::ptr_eq(there, entry));
        let is_in_newest = self.newest.lead(entry.hash).any(|child| match child {
            Child::Branch(branch) if branch.is_list() => branch.children.iter().any(is_it),
            child => is_it(child),
        });
        if !is_in_newest && self.seen.insert(Arc::as_ptr(entry).addr()) {
            self.tally.entries += 1;
        }
    }

    /// Whether the newest version has a list of entries of one hash, which may have moved down.
    fn has_list(&self, list: &Branch<K, V>) -> bool {
        let Some(Child::Entry(first)) = list.children.first().filter(|_| list.is_list()) else {
            return false;
        };
        self.newest.lead(first.hash).any(|child| {
            matches!(child, Child::Branch(there) if Arc::ptr_eq(&there.children, &list.children))
        })
    }
}
