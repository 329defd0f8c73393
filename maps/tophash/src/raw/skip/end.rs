//! The end of what a list has: of what was retired, and of the list itself.

use super::List;
use super::entry;
use super::era::{Garbage, Kind};
use super::index::Node;
use super::leaf::Leaf;
use crate::class::Storage;
use crate::sync::Ordering;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// Frees what was retired.
///
/// # Safety
/// It came from a list of these types, nothing leads to it, and nobody reads it any more.
pub(super) unsafe fn free<K, V, C: Storage<K, V>>(garbage: &Garbage) {
    // SAFETY: the caller vouches for it.
    unsafe {
        match garbage.kind {
            Kind::Entry => entry::end::<K, V>(garbage.at),
            Kind::Leaf => free_leaf::<K, V, C>(garbage.at.cast().as_ptr()),
            Kind::Node => drop(Box::from_raw(garbage.at.cast::<Node>().as_ptr())),
        }
    }
}

/// Frees a leaf without entries, which gives its lower bound up.
///
/// # Safety
/// As [`free`].
unsafe fn free_leaf<K, V, C: Storage<K, V>>(leaf: *mut Leaf) {
    // SAFETY: the caller vouches for it.
    let low = unsafe { Box::from_raw(leaf) }.low;
    if entry::boxed::<K, V, C>() && low != 0 {
        // SAFETY: the leaf was an owner of its bound.
        unsafe { entry::give_up::<K, V>(low) };
    }
}

/// What is left of a list that ends, all of which goes even if a drop panics.
struct Rest<K, V, C: Storage<K, V>> {
    leaf: *mut Leaf,
    entries: Vec<u64>,
    marker: core::marker::PhantomData<(K, V, C)>,
}

impl<K, V, C: Storage<K, V>> Rest<K, V, C> {
    fn free_all(&mut self) {
        loop {
            while let Some(word) = self.entries.pop() {
                if let Some(at) = NonNull::new(entry::at::<K, V>(word)) {
                    // SAFETY: the entry was in a slot of a leaf that is gone, and nobody has the list.
                    unsafe { entry::end::<K, V>(at.cast()) };
                }
            }
            let Some(mut leaf) = NonNull::new(self.leaf) else { return };
            // SAFETY: each leaf is linked once, and nobody has the list.
            let leaf = unsafe { leaf.as_mut() };
            if entry::boxed::<K, V, C>() {
                self.entries.extend(leaf.owned().map(|words| words[0]));
            }
            self.leaf = leaf.next.load(Ordering::Relaxed);
            // SAFETY: as above.
            unsafe { free_leaf::<K, V, C>(leaf) };
        }
    }
}

impl<K, V, C: Storage<K, V>> Drop for Rest<K, V, C> {
    fn drop(&mut self) {
        self.free_all();
    }
}

impl<K, V, C: Storage<K, V>> List<K, V, C> {
    /// Frees the index; returns the leaves that it alone leads to.
    fn end_index(&mut self) -> Vec<*mut Leaf> {
        let (mut nodes, mut dead) = (Vec::new(), Vec::new());
        nodes.push(self.root.0.load(Ordering::Relaxed));
        while let Some(node) = nodes.pop() {
            // SAFETY: each node has one above it, or is the root, and nobody has the list.
            let node = unsafe { Box::from_raw(node) };
            for child in node.children() {
                let leaf = child.cast::<Leaf>();
                if !node.is_lowest() {
                    nodes.push(child.cast());
                // SAFETY: leaves of the index are alive.
                } else if unsafe { (*leaf).state() }.is_dead() {
                    dead.push(leaf);
                }
            }
        }
        dead
    }
}

impl<K, V, C: Storage<K, V>> Drop for List<K, V, C> {
    /// Drops all entries, further ones also if dropping one of them panics.
    fn drop(&mut self) {
        let dead = self.end_index();
        let mut rest = Rest::<K, V, C> {
            leaf: self.first.as_ptr(),
            entries: Vec::new(),
            marker: core::marker::PhantomData,
        };
        // A comparison that panicked may have left them behind. They are linked in front, being out of the list.
        for leaf in dead {
            // SAFETY: dead leaves are linked by no other one, and nobody has the list.
            unsafe { (*leaf).next.store(rest.leaf, Ordering::Relaxed) };
            rest.leaf = leaf;
        }
        rest.free_all();
    }
}
