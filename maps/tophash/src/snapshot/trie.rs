//! The persistent trie: versions of it share all that does not differ.
//!
//! # Shape
//! A branch has up to 64 children, one for each of six bits of the hash that it has any for, and a word that says which:
//! the first branch goes by the six uppermost bits, those below it by the next ones. A child is an entry, or a branch
//! of at least two entries. Entries of one whole hash lie in a branch without bits, and are compared one by one. So the shape
//! follows from the entries alone, but that a branch may be left with a single branch below it.
//!
//! ```text
//!   bitmap 1010…   ┌───────┬──────────────────┐
//!   children       │ entry │ bitmap, children ├─► entry, entry, …
//!                  └───────┴──────────────────┘
//! ```
//!
//! The word lies with the pointer to the children, in the branch above, so that every step down reads one
//! line of the word and its pointer, and one of the child. After Bagwell's hash array mapped trie ("Ideal Hash Trees", 2001).
//!
//! # Editing
//! An edit works on a branch of its own, whose children are shared with other versions as long as their count of
//! owners says so: those are copied before they are changed, and what the edit has copied itself is changed in place. So an
//! edit of many entries copies each branch once. Nothing that another version leads to is ever changed.

use alloc::sync::Arc;
use core::hash::Hash;
use core::iter::once;
use equivalent::Equivalent;

/// Bits of the hash that a branch goes by.
const BITS: u32 = 6;

/// An entry, which is never changed.
pub(super) struct Pair<K, V> {
    pub(super) hash: u64,
    pub(super) key: K,
    pub(super) value: V,
}

/// What a branch leads to.
pub(super) enum Child<K, V> {
    Entry(Arc<Pair<K, V>>),
    Branch(Branch<K, V>),
}

/// A branch; the whole trie is one.
pub(super) struct Branch<K, V> {
    /// Which bits there are children for; none where all children are entries of one hash.
    pub(super) bitmap: u64,
    pub(super) children: Arc<[Child<K, V>]>,
}

/// What a trie consists of, counted as it changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Tally {
    pub(super) entries: usize,
    pub(super) branches: usize,
    /// Children of branches.
    pub(super) children: usize,
}

impl<K, V> Clone for Child<K, V> {
    fn clone(&self) -> Self {
        match self {
            Child::Entry(entry) => Child::Entry(Arc::clone(entry)),
            Child::Branch(branch) => Child::Branch(branch.clone()),
        }
    }
}

impl<K, V> Clone for Branch<K, V> {
    fn clone(&self) -> Self {
        Self { bitmap: self.bitmap, children: Arc::clone(&self.children) }
    }
}

/// The bit of a hash in a branch that lies under `level` others.
#[inline]
fn bit(hash: u64, level: u32) -> u64 {
    1 << (hash.checked_shl(level * BITS).unwrap_or(0) >> (u64::BITS - BITS))
}

impl<K, V> Child<K, V> {
    /// The hash of one of the entries below.
    fn a_hash(&self) -> u64 {
        match self {
            Child::Entry(entry) => entry.hash,
            Child::Branch(branch) => branch.children.first().map_or(0, Self::a_hash),
        }
    }
}

impl<K, V> Branch<K, V> {
    pub(super) fn empty() -> Self {
        Self { bitmap: 0, children: Arc::new([]) }
    }

    /// Whether its children are entries of one hash; the empty trie counts as one of those.
    pub(super) fn is_list(&self) -> bool {
        self.bitmap == 0
    }

    /// Where the child of a bit is, or would be.
    #[inline]
    fn place(&self, bit: u64) -> usize {
        (self.bitmap & (bit - 1)).count_ones() as usize
    }

    #[inline]
    pub(super) fn find<Q>(&self, hash: u64, key: &Q) -> Option<&Arc<Pair<K, V>>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let mut branch = self;
        let mut left = hash;
        while branch.bitmap != 0 {
            let bit = 1 << (left >> (u64::BITS - BITS));
            if branch.bitmap & bit == 0 {
                return None;
            }
            match &branch.children[branch.place(bit)] {
                Child::Entry(entry) => {
                    return (entry.hash == hash && key.equivalent(&entry.key)).then_some(entry);
                }
                Child::Branch(below) => branch = below,
            }
            left <<= BITS;
        }
        branch.children.iter().find_map(|child| match child {
            Child::Entry(entry) => {
                (entry.hash == hash && key.equivalent(&entry.key)).then_some(entry)
            }
            Child::Branch(_) => None,
        })
    }

    /// The child of a bit.
    pub(super) fn child(&self, bit: u64) -> Option<&Child<K, V>> {
        (self.bitmap & bit != 0).then(|| &self.children[self.place(bit)])
    }

    /// The children that a hash leads to, from the uppermost branch down.
    pub(super) fn lead(&self, hash: u64) -> impl Iterator<Item = &Child<K, V>> {
        let mut at = Some((self, 0));
        core::iter::from_fn(move || {
            let (branch, level) = at?;
            let child = branch.child(bit(hash, level))?;
            at = match child {
                Child::Entry(_) => None,
                Child::Branch(branch) => Some((branch, level + 1)),
            };
            Some(child)
        })
    }

    /// Calls `meet` with every entry.
    #[cfg(test)]
    pub(super) fn for_each<'b>(&'b self, meet: &mut impl FnMut(&'b Arc<Pair<K, V>>)) {
        for child in &*self.children {
            match child {
                Child::Entry(entry) => meet(entry),
                Child::Branch(branch) => branch.for_each(meet),
            }
        }
    }

    /// The children, to be changed: copied first if another version has them too.
    fn own(&mut self) -> &mut [Child<K, V>] {
        if Arc::get_mut(&mut self.children).is_none() {
            self.children = self.children.iter().cloned().collect();
        }
        Arc::get_mut(&mut self.children).unwrap_or_default()
    }

    /// Puts a child before the one at `place`.
    fn put(&mut self, place: usize, child: Child<K, V>) {
        let (before, after) = self.children.split_at(place);
        self.children =
            before.iter().cloned().chain(once(child)).chain(after.iter().cloned()).collect();
    }

    /// Takes the child at `place` out.
    fn cut(&mut self, place: usize) {
        let (before, after) = self.children.split_at(place);
        self.children = before.iter().chain(&after[1..]).cloned().collect();
    }

    /// A branch of two children whose hashes are not the same.
    fn fork(one: Child<K, V>, other: Child<K, V>, level: u32, tally: &mut Tally) -> Self {
        let (first, second) = (bit(one.a_hash(), level), bit(other.a_hash(), level));
        tally.branches += 1;
        tally.children += 1;
        if first == second {
            let below = Self::fork(one, other, level + 1, tally);
            return Self { bitmap: first, children: Arc::new([Child::Branch(below)]) };
        }
        tally.children += 1;
        let children = if first < second { [one, other] } else { [other, one] };
        Self { bitmap: first | second, children: Arc::new(children) }
    }

    /// Puts an entry in the place of the one of its key, which is returned, or puts it in. Under `level` other branches.
    ///
    /// A panic of `Eq` leaves the branch a part of what it was: it is of no use any more, and other versions are whole.
    pub(super) fn insert(
        &mut self,
        entry: Arc<Pair<K, V>>,
        level: u32,
        tally: &mut Tally,
    ) -> Option<Arc<Pair<K, V>>>
    where
        K: Eq,
    {
        if self.is_list() && !self.children.is_empty() {
            return self.insert_in_list(entry, level, tally);
        }
        let bit = bit(entry.hash, level);
        let place = self.place(bit);
        if self.bitmap & bit == 0 {
            self.put(place, Child::Entry(entry));
            self.bitmap |= bit;
            tally.entries += 1;
            tally.children += 1;
            return None;
        }
        match &mut self.own()[place] {
            Child::Branch(below) => below.insert(entry, level + 1, tally),
            Child::Entry(there) if there.hash == entry.hash && there.key == entry.key => {
                Some(core::mem::replace(there, entry))
            }
            child => {
                let there = child.clone();
                let is_one_hash = there.a_hash() == entry.hash;
                let entry = Child::Entry(entry);
                *child = Child::Branch(if is_one_hash {
                    tally.branches += 1;
                    tally.children += 2;
                    Self { bitmap: 0, children: Arc::new([there, entry]) }
                } else {
                    Self::fork(there, entry, level + 1, tally)
                });
                tally.entries += 1;
                None
            }
        }
    }

    fn insert_in_list(
        &mut self,
        entry: Arc<Pair<K, V>>,
        level: u32,
        tally: &mut Tally,
    ) -> Option<Arc<Pair<K, V>>>
    where
        K: Eq,
    {
        let is_there = |child: &Child<K, V>| matches!(child, Child::Entry(there) if there.hash == entry.hash && there.key == entry.key);
        if let Some(place) = self.children.iter().position(is_there) {
            return match &mut self.own()[place] {
                Child::Entry(there) => Some(core::mem::replace(there, entry)),
                Child::Branch(_) => None,
            };
        }
        tally.entries += 1;
        let list = Child::Branch(self.clone());
        if list.a_hash() == entry.hash {
            tally.children += 1;
            self.put(self.children.len(), Child::Entry(entry));
        } else {
            *self = Self::fork(list, Child::Entry(entry), level, tally);
        }
        None
    }

    /// Takes an entry out that is there. Under `level` other branches.
    pub(super) fn remove<Q>(
        &mut self,
        hash: u64,
        key: &Q,
        level: u32,
        tally: &mut Tally,
    ) -> Option<Arc<Pair<K, V>>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let is_it = |child: &Child<K, V>| matches!(child, Child::Entry(there) if there.hash == hash && key.equivalent(&there.key));
        let place = if self.is_list() {
            self.children.iter().position(is_it)?
        } else {
            let bit = bit(hash, level);
            let place = self.place(bit);
            if self.bitmap & bit == 0 {
                return None;
            }
            if let Child::Branch(_) = &self.children[place] {
                let Child::Branch(below) = &mut self.own()[place] else { return None };
                let removed = below.remove(hash, key, level + 1, tally);
                if let [last @ Child::Entry(_)] = &*below.children {
                    tally.branches -= 1;
                    tally.children -= 1;
                    self.own()[place] = last.clone();
                }
                return removed;
            }
            if !is_it(&self.children[place]) {
                return None;
            }
            self.bitmap &= !bit;
            place
        };
        let Child::Entry(removed) = self.children[place].clone() else { return None };
        self.cut(place);
        tally.entries -= 1;
        tally.children -= 1;
        Some(removed)
    }
}
