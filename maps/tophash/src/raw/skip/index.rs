//! The index: the levels above the leaves, which say from which leaf on a key is to be looked for.
//!
//! It is a tree of nodes that are never changed. A leaf that is new or gone gives new nodes on the way to it, and a new
//! root, which takes the place of the old one by one compare-and-swap. So readers go down without looking back, and the
//! keys are compared under no lock. The index may lag behind: what it does not know yet is reached by the links of the
//! leaves.
//!
//! A node has for each child its lower bound, which is that of the first leaf below it. The very first bound of all
//! is nothing, and is never looked at.

mod maker;

use super::leaf::Leaf;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;
use maker::{Grown, Maker, Shrunk};

/// Children of a node at most.
const FAN: usize = 64;

/// Nodes that were made or superseded by a change.
pub(super) type Nodes = Vec<NonNull<Node>>;

/// Children whose bounds share a line, which is fetched with the one beside it.
const GROUP: usize = 8;

/// Bounds and their children.
#[repr(C, align(128))]
struct Group {
    bounds: [u64; GROUP],
    children: [*mut (); GROUP],
}

/// A node. See the module.
#[repr(C, align(128))]
pub(super) struct Node {
    len: u32,
    /// Levels below; the children of a node with none are leaves.
    level: u32,
    /// The first bound of each group but the first, so that two lines of bounds are looked at and no more.
    pivots: [u64; GROUP - 1],
    pub(super) birth: u64,
    /// Beyond the last child bounds are the last one's, so that they may be looked at.
    groups: [Group; FAN / GROUP],
}

/// A child and its lower bound.
type Child = (u64, *mut ());

/// A new root, what was made for it, and what it supersedes.
pub(super) struct Made {
    pub(super) root: NonNull<Node>,
    pub(super) made: Nodes,
    pub(super) old: Nodes,
}

impl Made {
    /// Frees what was made: it was not put in.
    pub(super) fn discard(made: Nodes) {
        for node in made {
            // SAFETY: made by `Node::made`, and shown to nobody.
            drop(unsafe { Box::from_raw(node.as_ptr()) });
        }
    }
}

/// How many of at most seven ascending bounds begin no later than what is looked for.
#[inline(always)]
fn begun(bounds: &[u64], eager: bool, begins: &mut impl FnMut(&u64) -> bool) -> usize {
    if eager {
        // Without a branch, which would be foretold wrongly every other time.
        return bounds.iter().map(|bound| usize::from(begins(bound))).sum();
    }
    bounds.partition_point(begins)
}

impl Node {
    /// The root of a list with one leaf.
    pub(super) fn first(leaf: *mut Leaf, birth: u64) -> Box<Self> {
        Box::new(Self::of(&[(0, leaf.cast())], 0, birth))
    }

    fn of(children: &[Child], level: u32, birth: u64) -> Self {
        let last = children.len() - 1;
        let bound = |nth: usize| children[nth.min(last)].0;
        let child = |nth: usize| children.get(nth).map_or(core::ptr::null_mut(), |child| child.1);
        Self {
            len: children.len() as u32,
            level,
            pivots: core::array::from_fn(|nth| bound((nth + 1) * GROUP)),
            birth,
            groups: core::array::from_fn(|group| Group {
                bounds: core::array::from_fn(|nth| bound(group * GROUP + nth)),
                children: core::array::from_fn(|nth| child(group * GROUP + nth)),
            }),
        }
    }

    #[inline(always)]
    fn bound(&self, nth: usize) -> &u64 {
        &self.groups[nth / GROUP % (FAN / GROUP)].bounds[nth % GROUP]
    }

    #[inline(always)]
    fn child(&self, nth: usize) -> *mut () {
        self.groups[nth / GROUP % (FAN / GROUP)].children[nth % GROUP]
    }

    fn all(&self) -> impl Iterator<Item = Child> {
        (0..self.len as usize).map(|nth| (*self.bound(nth), self.child(nth)))
    }

    pub(super) fn children(&self) -> impl Iterator<Item = *mut ()> {
        self.all().map(|child| child.1)
    }

    /// Whether the children are leaves.
    pub(super) fn is_lowest(&self) -> bool {
        self.level == 0
    }

    /// The last child whose bound `begins` no later than what is looked for; the first one, if there is none. All bounds of
    /// a line are asked of if that is `eager`.
    #[inline(always)]
    fn nth(&self, eager: bool, begins: &mut impl FnMut(&u64) -> bool) -> usize {
        if self.len == 1 {
            // The very first bound of all is not even one that may be looked at.
            return 0;
        }
        let group = begun(&self.pivots, eager, begins) % (FAN / GROUP);
        let group = group.min((self.len as usize - 1) / GROUP);
        let bounds = &self.groups[group % (FAN / GROUP)].bounds;
        let nth = group * GROUP + begun(bounds.split_at(1).1, eager, begins);
        nth.min(self.len as usize - 1)
    }

    /// The leaf in which what is looked for is, or left of it.
    ///
    /// # Safety
    /// The node, and all below it, are alive for as long as the leaf is used.
    #[inline(always)]
    pub(super) unsafe fn leaf(
        &self,
        eager: bool,
        mut begins: impl FnMut(&u64) -> bool,
    ) -> NonNull<Leaf> {
        let mut node = self;
        loop {
            let child = node.child(node.nth(eager, &mut begins));
            if node.level == 0 {
                // SAFETY: all children of a node are there.
                return unsafe { NonNull::new_unchecked(child.cast()) };
            }
            // SAFETY: the children of a node with levels below are nodes, alive as the caller says.
            node = unsafe { &*child.cast::<Node>() };
        }
    }

    /// With a leaf, for which `begins` tells the bounds that come before its own.
    ///
    /// # Safety
    /// As [`Node::leaf`].
    pub(super) unsafe fn with(
        &self,
        leaf: NonNull<Leaf>,
        bound: u64,
        birth: u64,
        mut begins: impl FnMut(&u64) -> bool,
    ) -> Made {
        let mut maker = Maker { birth, made: Vec::new(), old: Vec::new() };
        // SAFETY: the caller vouches for it.
        let change = unsafe { maker.with(self, (bound, leaf.as_ptr().cast()), &mut begins) };
        let root = match change {
            Grown::One((_, root)) => root,
            Grown::Two(left, right) => maker.node(&[left, right], self.level + 1).1,
        };
        maker.end(root)
    }

    /// Without a leaf; `None` if it is not there. `begins` tells the bounds that are not after the leaf's own, and `may_be`
    /// those that are not before it either.
    ///
    /// # Safety
    /// As [`Node::leaf`].
    pub(super) unsafe fn without(
        &self,
        leaf: NonNull<Leaf>,
        birth: u64,
        mut begins: impl FnMut(&u64) -> bool,
        mut may_be: impl FnMut(&u64) -> bool,
    ) -> Option<Made> {
        let mut maker = Maker { birth, made: Vec::new(), old: Vec::new() };
        // SAFETY: the caller vouches for it.
        let change =
            unsafe { maker.without(self, leaf.as_ptr().cast(), &mut begins, &mut may_be) }?;
        let mut root = match change {
            Shrunk::One((_, root)) => root.cast::<Node>(),
            // The first leaf is never taken out.
            Shrunk::Gone => return None,
        };
        // A root with one child is no use; it is one that was made, if its child was, or else the child is an old one.
        // SAFETY: nodes that were made, or are alive as the caller says.
        unsafe {
            while (*root).level > 0 && (*root).len == 1 {
                let below = (*root).child(0).cast::<Node>();
                if let Some(nth) = maker.made.iter().position(|made| made.as_ptr() == root) {
                    Made::discard(alloc::vec![maker.made.swap_remove(nth)]);
                } else {
                    maker.old.push(NonNull::new_unchecked(root));
                }
                root = below;
            }
        }
        Some(maker.end(root.cast()))
    }
}
