//! From the order in which a parser completes nodes to the order in which a tree is read.
//!
//! The parser knows that `f(x)` is a call only once it has parsed `f`, so it appends nodes in
//! post-order, where a node follows its children. [`Builder::into_tree`] lays them out in pre-order
//! in one backward sweep.

use crate::kind::Kind;
use crate::tree::{RawNode, Tree};

/// A node in post-order: it is the root of the `size` nodes that end with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Post {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// How many nodes its subtree has, itself included; 0 marks a node to be removed.
    pub(crate) size: u32,
    pub(crate) kind: Kind,
    pub(crate) aux: u8,
}

/// Where in the array of nodes something starts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Mark(u32);

/// Nodes in post-order.
#[derive(Default)]
pub(crate) struct Builder {
    nodes: Vec<Post>,
    /// Scratch of [`Builder::drop_empty`]: the places of the nodes that it removes.
    emptied: Vec<u32>,
    moves: u64,
}

#[inline]
fn index(at: u32) -> usize {
    at as usize
}

impl Builder {
    pub(crate) fn with_capacity(nodes: usize) -> Self {
        Self { nodes: Vec::with_capacity(nodes), ..Self::default() }
    }

    /// The place at which the next node will stand.
    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        Mark(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))
    }

    /// Appends a node without children.
    #[inline]
    pub(crate) fn leaf(&mut self, kind: Kind, aux: u8, start: u32, end: u32) {
        self.nodes.push(Post { start, end, size: 1, kind, aux });
    }

    /// Appends a node whose children are all that was appended since `mark`.
    #[inline]
    pub(crate) fn finish(&mut self, mark: Mark, kind: Kind, aux: u8, start: u32, end: u32) {
        let size = self.mark().0.wrapping_sub(mark.0).wrapping_add(1);
        let end = if size > 1 { self.last().map_or(end, |last| end.max(last.end)) } else { end };
        self.nodes.push(Post { start, end, size, kind, aux });
    }

    /// The node appended last.
    #[inline]
    pub(crate) fn last(&self) -> Option<&Post> {
        self.nodes.last()
    }

    /// The place of the node appended last.
    pub(crate) fn top(&self) -> Mark {
        Mark(self.mark().0.saturating_sub(1))
    }

    pub(crate) fn last_kind(&self) -> Option<Kind> {
        self.nodes.last().map(|node| node.kind)
    }

    pub(crate) fn get(&self, at: Mark) -> Option<Post> {
        self.nodes.get(index(at.0)).copied()
    }

    pub(crate) fn get_mut(&mut self, at: Mark) -> Option<&mut Post> {
        self.nodes.get_mut(index(at.0))
    }

    /// The place of the last child of the node at a place, if it has children.
    pub(crate) fn last_child(&self, at: Mark) -> Option<Mark> {
        let has_children = self.get(at).is_some_and(|node| node.size > 1);
        if has_children { at.0.checked_sub(1).map(Mark) } else { None }
    }

    /// The place of the sibling before the node at a place, if there is one; whether that is
    /// a sibling or a node of another parent is for the caller to know.
    pub(crate) fn before(&self, at: Mark) -> Option<Mark> {
        at.0.checked_sub(self.get(at)?.size).map(Mark)
    }

    /// The place of the first node of the subtree whose root is at a place.
    pub(crate) fn first_of(&self, at: Mark) -> Mark {
        let below = self.get(at).map_or(0, |node| node.size.saturating_sub(1));
        Mark(at.0.saturating_sub(below))
    }

    /// Removes the node appended last; its children stay.
    pub(crate) fn unwrap_last(&mut self) {
        self.nodes.pop();
    }

    /// Removes the nodes of size 0 from `mark` on, and takes them off the sizes of those above them.
    pub(crate) fn drop_empty(&mut self, mark: Mark) {
        let mut to = index(mark.0);
        let mut at = mark.0;
        self.emptied.clear();
        while let Some(mut node) = self.nodes.get(index(at)).copied() {
            if node.size == 0 {
                self.emptied.push(at);
            } else {
                let first = at.wrapping_add(1).wrapping_sub(node.size);
                let before = self.emptied.partition_point(|&emptied| emptied < first);
                let within = self.emptied.len().saturating_sub(before);
                node.size = node.size.wrapping_sub(u32::try_from(within).unwrap_or(0));
                if let Some(slot) = self.nodes.get_mut(to) {
                    *slot = node;
                }
                to = to.saturating_add(1);
            }
            at = at.saturating_add(1);
        }
        self.moves = self.moves.saturating_add(u64::from(at.saturating_sub(mark.0)));
        self.nodes.truncate(to);
    }

    /// How many nodes stand between a mark and a place behind it.
    pub(crate) fn distance(from: Mark, to: Mark) -> u32 {
        to.0.saturating_sub(from.0)
    }

    /// How many nodes were appended, or looked at again to remove others: its share of the work.
    pub(crate) fn steps(&self) -> u64 {
        u64::try_from(self.nodes.len()).unwrap_or(u64::MAX).saturating_add(self.moves)
    }

    /// Lays the nodes out in pre-order. The last node must be the root of all.
    ///
    /// Nodes that begin with the same leaf form a group: that leaf, the node it is the first child
    /// of, and so on up. Pre-order has the groups in the order of their leaves, and within a group
    /// the outermost node first, which post-order has last. So it is enough to count each group and
    /// to fill its places from behind: two forward sweeps, without a branch that depends on the tree.
    pub(crate) fn into_tree(self) -> Tree {
        let count = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        // By the place of its leaf: how many nodes a group has, and then which place is filled next.
        let mut groups = vec![0u32; self.nodes.len()];
        for (place, post) in (1u32..).zip(&self.nodes) {
            if let Some(group) = groups.get_mut(index(place.wrapping_sub(post.size))) {
                *group = group.wrapping_add(1);
            }
        }
        // All zeros, which is the fastest to fill memory with.
        let blank = RawNode { start: 0, next: 0, len: 0, kind: Kind::File, aux: 0 };
        let mut nodes = vec![blank; self.nodes.len().saturating_add(1)];
        let mut any_long = false;
        let mut group_end = 0u32;
        for (place, post) in (0u32..).zip(&self.nodes) {
            // A place that is no leaf's has a group of none, whose count is free to be written over.
            if let Some(group) = groups.get_mut(index(place)) {
                group_end = group_end.wrapping_add(*group);
                *group = group_end;
            }
            let first = place.wrapping_add(1).wrapping_sub(post.size);
            let Some(group) = groups.get_mut(index(first)) else { continue };
            let at = group.wrapping_sub(1);
            *group = at;
            let next = at.wrapping_add(post.size);
            let len = u16::try_from(post.end.wrapping_sub(post.start)).unwrap_or(RawNode::LONG);
            any_long |= len == RawNode::LONG;
            if let Some(slot) = nodes.get_mut(index(at)) {
                *slot = RawNode { start: post.start, next, len, kind: post.kind, aux: post.aux };
            }
        }
        if let Some(missing) = nodes.last_mut() {
            missing.kind = Kind::BadExpr;
            missing.next = count.saturating_add(1);
        }
        let long = if any_long { self.long_nodes(&nodes) } else { Vec::new() };
        Tree { nodes, long }
    }

    /// The lengths of the nodes that are marked as long, by index. What a long node is part of is
    /// long itself, so nothing below other nodes is looked at.
    #[cold]
    fn long_nodes(&self, nodes: &[RawNode]) -> Vec<(u32, u32)> {
        let mut long = Vec::new();
        let mut parents: Vec<u32> = Vec::new();
        let mut at = 0u32;
        while let Some(node) = nodes.get(index(at)) {
            while parents.last().is_some_and(|&next| next <= at) {
                parents.pop();
            }
            if node.len == RawNode::LONG {
                // Post-order has its parents behind it, pre-order has them before it.
                let depth = u32::try_from(parents.len()).unwrap_or(u32::MAX);
                let post = self.nodes.get(index(node.next.wrapping_sub(1).wrapping_sub(depth)));
                long.push((at, post.map_or(0, |post| post.end.wrapping_sub(post.start))));
                parents.push(node.next);
                at = at.saturating_add(1);
            } else {
                at = node.next.max(at.saturating_add(1));
            }
        }
        long
    }
}
