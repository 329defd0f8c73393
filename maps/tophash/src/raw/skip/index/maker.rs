//! New nodes on the way to what changed.

use super::{Child, FAN, Made, Node, Nodes};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// What becomes of a node when something below it changes: as many nodes, which are new.
pub(super) enum Change {
    /// None: its only child is gone.
    Gone,
    One(Child),
    Two(Child, Child),
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

    /// The node with `put` in the place of its `nth` child.
    fn replaced(&mut self, node: &Node, nth: usize, put: &[Child]) -> Change {
        self.old.push(NonNull::from(node));
        let mut children = Vec::with_capacity(FAN + 1);
        children.extend(node.all().take(nth));
        children.extend_from_slice(put);
        children.extend(node.all().skip(nth + 1));
        match children.len() {
            0 => Change::Gone,
            len if len <= FAN => Change::One(self.node(&children, node.level)),
            len => {
                // What grows at its end stays full behind.
                let at = if nth + put.len() == len { len - 1 } else { len / 2 };
                let left = self.node(&children[..at], node.level);
                Change::Two(left, self.node(&children[at..], node.level))
            }
        }
    }

    /// # Safety
    /// As [`Node::leaf`].
    pub(super) unsafe fn with(
        &mut self,
        node: &Node,
        new: Child,
        begins: &mut impl FnMut(&u64) -> bool,
    ) -> Change {
        let nth = node.nth(false, begins);
        let child = node.child(nth);
        if node.level == 0 {
            return self.replaced(node, nth, &[(*node.bound(nth), child), new]);
        }
        // SAFETY: the caller vouches for it.
        match unsafe { self.with(&*child.cast::<Node>(), new, begins) } {
            Change::Gone => unreachable!("something was put in"),
            Change::One(one) => self.replaced(node, nth, &[one]),
            Change::Two(left, right) => self.replaced(node, nth, &[left, right]),
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
    ) -> Option<Change> {
        // Bounds may be equal where a leaf is gone and another one has come in its place.
        for nth in (0..=node.nth(false, begins)).rev() {
            let child = node.child(nth);
            if node.level == 0 {
                if child == gone {
                    return Some(self.replaced(node, nth, &[]));
                }
            } else {
                // SAFETY: the caller vouches for it.
                match unsafe { self.without(&*child.cast::<Node>(), gone, begins, may_be) } {
                    None => {}
                    Some(Change::Gone) => return Some(self.replaced(node, nth, &[])),
                    Some(Change::One(one)) => return Some(self.replaced(node, nth, &[one])),
                    Some(Change::Two(..)) => unreachable!("something was taken out"),
                }
            }
            if nth == 0 || !may_be(node.bound(nth)) {
                return None;
            }
        }
        None
    }
}
