//! What is no longer used but may still be read, until the table is dropped or had exclusively.

use super::Table;
use crate::error::AllocError;
use crate::raw::bucket::Word;
use crate::raw::directory::{Directory, Tagged};
use crate::raw::header::Header;
use crate::raw::page;
use crate::sync::Ordering;
use alloc::boxed::Box;

/// Something that may still be read and is freed with the table.
pub(in crate::raw) struct Grave {
    pub(in crate::raw) what: Dead,
    pub(in crate::raw) next: *mut Grave,
}

impl Grave {
    /// # Errors
    /// When the allocator refuses.
    pub(in crate::raw) fn dig() -> Result<Box<Self>, AllocError> {
        page::boxed(Self { what: Dead::Nothing, next: core::ptr::null_mut() })
    }
}

pub(in crate::raw) enum Dead {
    Nothing,
    Header(*mut Header),
    Directory(Tagged),
    Page(*mut Word, u32),
}

impl Table {
    /// Keeps something readable until the table is dropped, in a grave that was dug before.
    pub(in crate::raw) fn bury(&self, mut grave: Box<Grave>, what: Dead) {
        let Some(shared) = self.shared() else { return };
        grave.what = what;
        let grave = Box::into_raw(grave);
        let mut head = shared.graveyard.load(Ordering::Relaxed);
        loop {
            // SAFETY: the grave is this thread's alone until it is published below.
            unsafe { (*grave).next = head };
            match shared.graveyard.compare_exchange(
                head,
                grave,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Frees what was kept because somebody might have been reading it.
    pub(in crate::raw) fn empty_graveyard(&mut self) {
        let Some(shared) = self.shared() else { return };
        let geometry = shared.geometry;
        let mut grave = shared.graveyard.swap(core::ptr::null_mut(), Ordering::AcqRel);
        while !grave.is_null() {
            // SAFETY: graves are made by `Box::into_raw` in `bury`, and each is in the list once.
            let buried = unsafe { Box::from_raw(grave) };
            match buried.what {
                Dead::Nothing => {}
                // SAFETY: made by `Box::into_raw`, buried once, and no directory in use names it.
                Dead::Header(header) => drop(unsafe { Box::from_raw(header) }),
                // SAFETY: buried once, and no longer the table's.
                Dead::Directory(directory) => unsafe { Directory::free(directory) },
                // SAFETY: allocated with these arguments, buried once, and no header in use names it.
                Dead::Page(page, bits) => unsafe { page::free(page, geometry, bits) },
            }
            grave = buried.next;
        }
    }
}
