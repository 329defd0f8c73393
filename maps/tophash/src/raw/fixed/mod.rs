//! A map of words in memory that is given up front: lists of nodes, which lead to each other by number.
//!
//! # Terms
//! - A **node** has a key, a value and a *link*. A **group** has some nodes, a bitmap of those that are in use, and some
//!   *heads*; a map is some groups, and nothing in it is a pointer: it may lie in memory that several processes share,
//!   each at an address of its own, and zeroed memory is an empty map.
//! - A **link**, and a head is one, is a word: the number of the next node, a **mark**, and a **tag**. See [`link`].
//! - A **list** is the nodes that a head leads to, by rising keys. Each key has one list.
//! - A node whose link is marked is **gone**: it is not an entry any more, but still has to be unlinked.
//!
//! # How it is changed
//! This is Michael's list ("High Performance Dynamic Lock-Free Hash Tables and List-Based Sets", 2002) in its form with tags,
//! with two things added: values are replaced, and nodes come from a bitmap.
//!
//! 1. *Inserting* links a node that nobody else knows: a compare-and-swap of the link before it.
//! 2. *Removing* marks a node's link, which decides; then the node is unlinked, by whoever comes by first.
//! 3. *Replacing* marks a node's link and has it lead to the new node, in one step. Who unlinks the old one links the new one.
//!    So a value never changes while its node is an entry, and a reader needs no more than to know that it was one.
//! 4. Every change of a link gives it another tag.
//! 5. A node that was unlinked is free for the next one at once.
//!
//! # Why nobody sees what belongs to another entry
//! Nodes are used again while somebody still reads them. A reader loads the link that leads to a node, then what
//! the node holds, then the first link again: if that is the same word, it has not changed, so the node was not unlinked, so
//! all that was read is of one entry. What makes this true of weak memory is that a node is filled behind a release fence, which
//! comes after its unlinking, and that the link is read again behind an acquire fence.
//!
//! The same *word* is not the same *time*: a link may change and come back to the same number, mark and tag, after 2³²
//! changes, or a multiple of that, between two loads of one call. Each takes a compare-and-swap of one cache line, so that a thread
//! has to be held up there for some twenty seconds at the least, and then be let go after exactly such a number.
//!
//! # Progress
//! Lock-free: whoever has to begin again has met another one's success. Nothing is allocated and no thread-local variable is
//! used, so a signal handler may use a map that the thread it interrupts is changing; and a process that
//! dies in the middle of a call leaves a map that works, less at most one node and one entry's room.

mod group;
mod link;
#[cfg(all(test, loom))]
mod model;
#[cfg(not(loom))]
mod placed;
mod spare;
#[cfg(not(loom))]
pub(crate) mod word;

pub(crate) use group::{ENTRIES, Group};

use crate::sync::{AtomicU64, Ordering, fence};
use link::Link;
use spare::Spare;

/// Groups that a map may have, whose nodes links can number.
#[cfg(not(loom))]
pub(crate) const MOST_GROUPS: usize = {
    let most = 1 << 24;
    assert!(most * group::NODES <= link::MOST);
    most
};

/// What a map has beside its groups.
#[repr(C)]
pub(crate) struct Header {
    /// Entries there are, and those that are about to be.
    entries: AtomicU64,
}

/// A map, wherever its groups lie.
#[derive(Clone, Copy)]
pub(crate) struct Room<'g> {
    pub(crate) header: &'g Header,
    pub(crate) groups: &'g [Group],
}

/// There is no room for another entry, or no node for an entry that is being replaced.
#[derive(Debug)]
pub(crate) struct NoRoom;

/// What is to become of a key's value.
pub(crate) enum Want<T> {
    Put(u64),
    Cut,
    Leave(T),
}

/// What became of a key's value.
pub(crate) enum Became<T> {
    Inserted,
    Replaced(u64),
    Removed(Option<u64>),
    Left(T),
}

/// Where a key is, or would be.
struct Place<'g> {
    /// The link that leads to what is here.
    before: &'g AtomicU64,
    /// What it was.
    link: Link,
    /// The node here: the first whose key is not less.
    here: Option<Here>,
}

/// A node, as it was while a link led to it.
#[derive(Clone, Copy)]
struct Here {
    node: u32,
    next: Link,
    key: u64,
    value: u64,
}

impl Header {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self { entries: AtomicU64::new(0) }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self { entries: AtomicU64::new(0) }
    }
}

impl<'g> Room<'g> {
    /// Entries that go in.
    pub(crate) fn capacity(self) -> usize {
        self.groups.len() * ENTRIES
    }

    pub(crate) fn len(self) -> usize {
        self.header.entries.load(Ordering::Relaxed) as usize
    }

    /// Where a key's list is, by number.
    fn list_of(self, key: u64) -> usize {
        // Twice, since the upper bits of a product depend on the lower ones of what is multiplied, and not the other way.
        let spread = |word: u64| {
            let product = u128::from(word) * 0x9e37_79b9_7f4a_7c15;
            (product >> 64) as u64 ^ product as u64
        };
        let lists = (self.groups.len() * ENTRIES) as u128;
        ((u128::from(spread(spread(key) ^ 0x5851_f42d_4c95_7f2d)) * lists) >> 64) as usize
    }

    fn head(self, list: usize) -> &'g AtomicU64 {
        self.groups[list / ENTRIES].head(list % ENTRIES)
    }

    fn node(self, node: u32) -> &'g group::Node {
        let node = node as usize;
        self.groups[node / group::NODES].node(node % group::NODES)
    }

    /// Finds the first node of a list whose key is not less, and unlinks what is gone on the way there.
    fn find(self, list: usize, key: u64) -> Place<'g> {
        let head = self.head(list);
        'again: loop {
            let mut before = head;
            let mut link = Link(before.load(Ordering::Acquire));
            loop {
                let Some(node) = link.node() else { return Place { before, link, here: None } };
                let there = self.node(node);
                let next = Link(there.next.load(Ordering::Acquire));
                delicate!();
                let here = Here {
                    node,
                    next,
                    key: there.key.load(Ordering::Relaxed),
                    value: there.value.load(Ordering::Relaxed),
                };
                fence(Ordering::Acquire);
                let now = before.load(Ordering::Relaxed);
                if mutant!("node-unvalidated", false, now != link.0) {
                    continue 'again;
                }
                if next.is_marked() {
                    let past = link.to(next.node());
                    if !exchange(before, link, past) {
                        continue 'again;
                    }
                    self.free(node);
                    link = past;
                } else if here.key >= key {
                    return Place { before, link, here: Some(here) };
                } else {
                    before = &there.next;
                    link = next;
                }
            }
        }
    }

    pub(crate) fn get(self, key: u64) -> Option<u64> {
        let here = self.find(self.list_of(key), key).here?;
        (here.key == key).then_some(here.value)
    }

    /// Does with the value of a key what `decide` wants, in one atomic step. `decide` is asked again if the value is another
    /// one by then.
    pub(crate) fn change<T>(
        self,
        key: u64,
        mut decide: impl FnMut(Option<u64>) -> Want<T>,
    ) -> Result<Became<T>, NoRoom> {
        let list = self.list_of(key);
        let mut spare = Spare::new(self);
        let mut decided: Option<(Option<u64>, Want<T>)> = None;
        loop {
            let place = self.find(list, key);
            let hit = place.here.filter(|here| here.key == key);
            let found = hit.map(|hit| hit.value);
            let want = match decided.take() {
                Some((seen, want)) if seen == found => want,
                _ => decide(found),
            };
            match (hit, want) {
                (_, Want::Leave(result)) => return Ok(Became::Left(result)),
                (None, Want::Cut) => return Ok(Became::Removed(None)),
                (None, Want::Put(value)) => {
                    let node = spare.filled(list, true, (key, value), place.link.node())?;
                    delicate!();
                    if exchange(place.before, place.link, place.link.to(Some(node))) {
                        spare.node = None;
                        spare.has_room = false;
                        return Ok(Became::Inserted);
                    }
                    decided = Some((found, Want::Put(value)));
                }
                (Some(hit), Want::Put(value)) => {
                    let node = spare.filled(list, false, (key, value), hit.next.node())?;
                    delicate!();
                    let gone = hit.next.to(Some(node)).marked();
                    if exchange(&self.node(hit.node).next, hit.next, gone) {
                        spare.node = None;
                        self.unlink(list, key, &place, hit.node, Some(node));
                        return Ok(Became::Replaced(hit.value));
                    }
                    decided = Some((found, Want::Put(value)));
                }
                (Some(hit), Want::Cut) => {
                    let gone = hit.next.to(hit.next.node()).marked();
                    delicate!();
                    if exchange(&self.node(hit.node).next, hit.next, gone) {
                        self.unlink(list, key, &place, hit.node, hit.next.node());
                        self.header.entries.fetch_sub(1, Ordering::Relaxed);
                        return Ok(Became::Removed(Some(hit.value)));
                    }
                    decided = Some((found, Want::Cut));
                }
            }
        }
    }

    /// Unlinks a node that is gone: by the way it was found, or by looking for it once more.
    fn unlink(self, list: usize, key: u64, place: &Place<'_>, node: u32, next: Option<u32>) {
        delicate!();
        if exchange(place.before, place.link, place.link.to(next)) {
            self.free(node);
        } else {
            self.find(list, key);
        }
    }

    /// Meets every entry: one that is there all the while once.
    pub(crate) fn for_each(self, mut meet: impl FnMut(u64, u64)) {
        for list in 0..self.groups.len() * ENTRIES {
            let mut least = Some(0);
            while let Some(here) = least.and_then(|least| self.find(list, least).here) {
                meet(here.key, here.value);
                least = here.key.checked_add(1);
            }
        }
    }

    /// Takes a node that is free, from the group of a list if that has one.
    fn allocate(self, list: usize) -> Option<u32> {
        let (before, after) = self.groups.split_at(list / ENTRIES);
        let groups = after.iter().zip(before.len()..).chain(before.iter().zip(0..));
        groups.into_iter().find_map(|(group, number)| {
            group.allocate().map(|node| (number * group::NODES + node) as u32)
        })
    }

    fn free(self, node: u32) {
        let node = node as usize;
        self.groups[node / group::NODES].free(node % group::NODES);
    }
}

/// What a link leads to has been filled before, and is seen so by who follows it.
fn exchange(place: &AtomicU64, old: Link, new: Link) -> bool {
    place.compare_exchange(old.0, new.0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}
