//! How a table gets its first families, and how it is freed.

use super::{Shared, Table};
use crate::error::AllocError;
use crate::raw::directory::{Directory, Tagged};
use crate::raw::header::{Header, MAX_PAGES, Shape};
use crate::raw::layout::{Geometry, Layout};
use crate::raw::page;
use crate::sync::Ordering;
use alloc::boxed::Box;

impl Table {
    /// Gives the table its first bucket, unless another thread just did.
    #[cold]
    pub(super) fn begin<L: Layout>(&self) -> Result<(), AllocError> {
        self.begin_with(L::GEOMETRY, 0, 1)
    }

    /// Gives an empty table `1 << depth` families of `1 << bits` buckets.
    pub(in crate::raw) fn begin_with(
        &self,
        geometry: Geometry,
        depth: u32,
        bits: u32,
    ) -> Result<(), AllocError> {
        if self.shared().is_none() {
            let shared = Box::into_raw(page::boxed(Shared::new(geometry))?);
            let null = core::ptr::null_mut();
            if self
                .shared
                .compare_exchange(null, shared, Ordering::AcqRel, Ordering::Acquire)
                .is_err()
            {
                // SAFETY: it was not published, so it is still this thread's alone.
                drop(unsafe { Box::from_raw(shared) });
            }
        }
        let directory = Self::families(geometry, depth, bits)?;
        let none = self.directory.load(Ordering::Acquire);
        // SAFETY: directories are published whole and freed only with the table.
        if !unsafe { Directory::of(none) }.is_none()
            || self
                .directory
                .compare_exchange(none, directory, Ordering::AcqRel, Ordering::Acquire)
                .is_err()
        {
            // SAFETY: it was not published, so it and all it names are still this thread's alone.
            unsafe { Self::free_directory(directory, geometry) };
        } else if let Some(shared) = self.shared() {
            shared.families.fetch_add(1 << depth, Ordering::Relaxed);
        }
        Ok(())
    }

    fn families(geometry: Geometry, depth: u32, bits: u32) -> Result<Tagged, AllocError> {
        let directory = Directory::with_depth(depth)?;
        // SAFETY: just made, and this thread's alone.
        let families = unsafe { Directory::of(directory) };
        for index in 0..1u64 << depth {
            let prefix = if depth == 0 { 0 } else { index << (64 - depth) };
            match Self::family(geometry, Shape::new(depth, bits), prefix) {
                Ok(header) => {
                    families.set(prefix, depth, header);
                    // SAFETY: just made.
                    families.set_pages(unsafe { &*header });
                }
                Err(error) => {
                    // SAFETY: it was not published, so it and all it names are still this thread's alone.
                    unsafe { Self::free_directory(directory, geometry) };
                    return Err(error);
                }
            }
        }
        Ok(directory)
    }

    fn family(geometry: Geometry, shape: Shape, prefix: u64) -> Result<*mut Header, AllocError> {
        let mut fresh: [Option<page::Fresh>; MAX_PAGES] = [const { None }; MAX_PAGES];
        for page in &mut fresh[..shape.pages()] {
            *page = Some(page::Fresh::new(geometry, shape.page_bits())?);
        }
        let header = page::boxed(Header::new(shape, prefix, &[]))?;
        for (index, page) in fresh.into_iter().flatten().enumerate() {
            header.set_page(index, page.keep());
        }
        Ok(Box::into_raw(header))
    }

    /// Frees a directory and all families it names.
    ///
    /// # Safety
    /// Nobody else has the directory or reads what it names, and its pages have this geometry.
    unsafe fn free_directory(directory: Tagged, geometry: Geometry) {
        // SAFETY: the caller has it alone.
        let headers = unsafe { Directory::of(directory) }.distinct();
        for header in headers.filter(|header| !header.is_null()) {
            // SAFETY: headers are made by `Box::into_raw`, and each is named by one directory in use.
            let header = unsafe { Box::from_raw(header) };
            let bits = header.shape().page_bits();
            for page in
                (0..MAX_PAGES).map(|index| header.page(index)).filter(|page| !page.is_null())
            {
                // SAFETY: the pages of a family in use are its own, of the size its shape says.
                unsafe { page::free(page, geometry, bits) };
            }
        }
        // SAFETY: as above, and all that it named is freed.
        unsafe { Directory::free(directory) };
    }

    /// Frees everything; the entries are the caller's to drop before.
    pub(crate) fn reset(&mut self) {
        let geometry = self.shared().map(|shared| shared.geometry);
        if let Some(geometry) = geometry.filter(|_| self.directory().is_some()) {
            let directory = self.directory.swap(Directory::none(), Ordering::AcqRel);
            // SAFETY: the table is borrowed for writing, so nobody reads it.
            unsafe { Self::free_directory(directory, geometry) };
        }
        self.empty_graveyard();
        let shared = self.shared.swap(core::ptr::null_mut(), Ordering::AcqRel);
        if shared.is_null() {
            return;
        }
        // SAFETY: made by `Box::into_raw` in `begin_with`, and nobody else has the table.
        unsafe { Box::from_raw(shared) }.overflow.free();
    }
}
