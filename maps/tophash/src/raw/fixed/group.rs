//! A group: nodes, the bitmap of those in use, and heads of lists.

use crate::sync::{AtomicU64, Ordering};

/// Entries for which a group has room, and heads that it has.
pub(crate) const ENTRIES: usize = if cfg!(loom) { 2 } else { 64 };

/// Nodes for entries that are being replaced or removed: so many calls may be at that for each group.
const SPARE: usize = if cfg!(loom) { 2 } else { 16 };

/// Nodes of a group.
pub(super) const NODES: usize = ENTRIES + SPARE;

/// Words of the bitmap.
const WORDS: usize = NODES.div_ceil(u64::BITS as usize);

/// A node. See [`super`].
#[repr(C)]
pub(super) struct Node {
    pub(super) next: AtomicU64,
    pub(super) key: AtomicU64,
    pub(super) value: AtomicU64,
}

/// A group. All zero, it is empty.
#[repr(C, align(64))]
pub(crate) struct Group {
    /// A bit for each node in use.
    used: [AtomicU64; WORDS],
    heads: [AtomicU64; ENTRIES],
    nodes: [Node; NODES],
}

impl Node {
    #[cfg(not(loom))]
    const fn new() -> Self {
        Self { next: AtomicU64::new(0), key: AtomicU64::new(0), value: AtomicU64::new(0) }
    }

    #[cfg(loom)]
    fn new() -> Self {
        Self { next: AtomicU64::new(0), key: AtomicU64::new(0), value: AtomicU64::new(0) }
    }
}

impl Group {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self {
            used: [const { AtomicU64::new(0) }; WORDS],
            heads: [const { AtomicU64::new(0) }; ENTRIES],
            nodes: [const { Node::new() }; NODES],
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self {
            used: core::array::from_fn(|_| AtomicU64::new(0)),
            heads: core::array::from_fn(|_| AtomicU64::new(0)),
            nodes: core::array::from_fn(|_| Node::new()),
        }
    }

    pub(super) fn head(&self, number: usize) -> &AtomicU64 {
        &self.heads[number]
    }

    pub(super) fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    /// Takes a node that is free: what its last owner did to it happens before.
    pub(super) fn allocate(&self) -> Option<usize> {
        self.used.iter().enumerate().find_map(|(at, word)| {
            let first = at * u64::BITS as usize;
            let there = (NODES - first).min(u64::BITS as usize);
            let mut used = word.load(Ordering::Relaxed);
            loop {
                let free = used.trailing_ones() as usize;
                if free >= there {
                    return None;
                }
                used = word.fetch_or(1 << free, Ordering::Acquire);
                if used & 1 << free == 0 {
                    return Some(first + free);
                }
            }
        })
    }

    /// Gives a node back.
    pub(super) fn free(&self, number: usize) {
        let (word, bit) = (number / u64::BITS as usize, number % u64::BITS as usize);
        self.used[word].fetch_and(!(1 << bit), Ordering::Release);
    }

    /// Nodes in use.
    #[cfg(all(test, loom))]
    pub(super) fn used(&self) -> usize {
        self.used.iter().map(|word| word.load(Ordering::Relaxed).count_ones() as usize).sum()
    }
}
