//! The overflow list: buckets for entries whose hashes nothing can separate.
//!
//! Nodes are added at the front and never taken out while the table is shared. A home bucket whose entries
//! may lie here says so in its state, so nobody else walks the list.

use super::page::Alone;
use crate::error::AllocError;
use crate::sync::{AtomicPtr, Ordering};
use alloc::alloc::Layout;

/// One bucket of the list, which shares no cache line with another one.
#[repr(align(64))]
pub(super) struct Node {
    pub(super) bucket: Alone,
    next: AtomicPtr<Node>,
}

/// Buckets in a list.
pub(super) struct Overflow {
    head: AtomicPtr<Node>,
}

impl Overflow {
    pub(super) fn new() -> Self {
        Self { head: AtomicPtr::new(core::ptr::null_mut()) }
    }

    /// The nodes, newest first.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        let mut next = self.head.load(Ordering::Acquire);
        core::iter::from_fn(move || {
            // SAFETY: nodes are freed only with the list, which `self` borrows, and are published by
            // release stores after they were written.
            let node = unsafe { next.as_ref() }?;
            next = node.next.load(Ordering::Acquire);
            Some(node)
        })
    }

    /// Puts an empty node in front and hands it out.
    ///
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn grow(&self) -> Result<&Node, AllocError> {
        let layout = Layout::new::<Node>();
        // SAFETY: a node is not of size zero.
        let node = unsafe { alloc::alloc::alloc(layout) }.cast::<Node>();
        if node.is_null() {
            return Err(AllocError::new(layout));
        }
        // SAFETY: the memory is fresh, of the layout of a node, and this thread's alone.
        unsafe {
            node.write(Node {
                bucket: Alone::empty(),
                next: AtomicPtr::new(core::ptr::null_mut()),
            });
        }
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            // SAFETY: the node was just written and is published below at the earliest.
            unsafe { &*node }.next.store(head, Ordering::Relaxed);
            match self.head.compare_exchange(head, node, Ordering::Release, Ordering::Relaxed) {
                // SAFETY: the node lives as long as the list, which `self` borrows.
                Ok(_) => return Ok(unsafe { &*node }),
                Err(now) => head = now,
            }
        }
    }

    /// Frees all nodes.
    pub(super) fn free(&mut self) {
        let mut next = self.head.load(Ordering::Acquire);
        while !next.is_null() {
            // SAFETY: the list is borrowed for writing, so nobody else reads its nodes; each was written by
            // `grow` and is dropped and freed once.
            unsafe {
                let after = (*next).next.load(Ordering::Relaxed);
                next.drop_in_place();
                alloc::alloc::dealloc(next.cast(), Layout::new::<Node>());
                next = after;
            }
        }
        self.head = AtomicPtr::new(core::ptr::null_mut());
    }
}
