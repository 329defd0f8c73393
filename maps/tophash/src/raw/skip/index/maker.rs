//! New nodes on the way to what changed.

use super::{Child, FAN, Made, Node, Nodes};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// What becomes of a node when something is put in below it: as many nodes, which are new.
pub(super) enum Grown {
    One(Child),
    Two(Child, Child),
}

/// What becomes of a node when something is taken out below it.
pub(super) enum Shrunk {
    /// Nothing: its only child is gone.
    Gone,
    One(Child),
}

/// Makes the nodes of a change.
pub(super) struct Maker {
    pub(super) birth: u64,
    pub(super) made: Nodes,
    pub(super) old: Nodes,
}

impl Drop for Maker {
    /// Left behind by a panic of a comparison.
    fn drop(&mut self) {
        Made::discard(core::mem::take(&mut self.made));
    }
}

impl Maker {
    pub(super) fn end(mut self, root: *mut ()) -> Made {
        let (made, old) = (core::mem::take(&mut self.made), core::mem::take(&mut self.old));
        // SAFETY: the address of a node.
        Made { root: unsafe { NonNull::new_unchecked(root.cast()) }, made, old }
    }

    pub(super) fn node(&mut self, children: &[Child], level: u32) -> Child {
        let node = NonNull::from(Box::leak(Box::new(Node::of(children, level, self.birth))));
        self.made.push(node);
        (children[0].0, node.as_ptr().cast())
    }

    /// The children of a node with `put` in the place of its `nth`.
    fn children(&mut self, node: &Node, nth: usize, put: &[Child]) -> Vec<Child> {
        self.old.push(NonNull::from(node));
        let mut children = Vec::with_capacity(FAN + 1);
        children.extend(node.all().take(nth));
        children.extend_from_slice(put);
        children.extend(node.all().skip(nth + 1));
        children
    }

    /// The node with `put`, which is one child or more, in the place of its `nth`.
    fn grown(&mut self, node: &Node, nth: usize, put: &[Child]) -> Grown {
        let children = self.children(node, nth, put);
        let len = children.len();
        if len <= FAN {
            return Grown::One(self.node(&children, node.level));
        }
        // What grows at its end stays full behind.
        let at = if nth + put.len() == len { len - 1 } else { len / 2 };
        let left = self.node(&children[..at], node.level);
        Grown::Two(left, self.node(&children[at..], node.level))
    }

    /// The node with `put` in the place of its `nth` child, or without that.
    fn shrunk(&mut self, node: &Node, nth: usize, put: &[Child]) -> Shrunk {
        let children = self.children(node, nth, put);
        if children.is_empty() {
            return Shrunk::Gone;
        }
        Shrunk::One(self.node(&children, node.level))
    }

    /// # Safety
    /// As [`Node::leaf`].
    pub(super) unsafe fn with(
        &mut self,
        node: &Node,
        new: Child,
        begins: &mut impl FnMut(&u64) -> bool,
    ) -> Grown {
        let nth = node.nth(false, begins);
        let child = node.child(nth);
        if node.level == 0 {
            return self.grown(node, nth, &[(*node.bound(nth), child), new]);
        }
        // SAFETY: the caller vouches for it.
        match unsafe { self.with(&*child.cast::<Node>(), new, begins) } {
            Grown::One(one) => self.grown(node, nth, &[one]),
            Grown::Two(left, right) => self.grown(node, nth, &[left, right]),
        }
    }

    /// # Safety
    /// As [`Node::leaf`].
    pub(super) unsafe fn without(
        &mut self,
        node: &Node,
        gone: *mut (),
        begins: &mut impl FnMut(&u64) -> bool,
        may_be: &mut impl FnMut(&u64) -> bool,
    ) -> Option<Shrunk> {
        // Bounds may be equal where a leaf is gone and another one has come in its place.
        for nth in (0..=node.nth(false, begins)).rev() {
            let child = node.child(nth);
            if node.level == 0 {
                if child == gone {
                    return Some(self.shrunk(node, nth, &[]));
                }
            } else {
                // SAFETY: the caller vouches for it.
                match unsafe { self.without(&*child.cast::<Node>(), gone, begins, may_be) } {
                    None => {}
                    Some(Shrunk::Gone) => return Some(self.shrunk(node, nth, &[])),
                    Some(Shrunk::One(one)) => return Some(self.shrunk(node, nth, &[one])),
                }
            }
            if nth == 0 || !may_be(node.bound(nth)) {
                return None;
            }
        }
        None
    }
}
