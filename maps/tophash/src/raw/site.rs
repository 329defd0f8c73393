//! A place in the source that threads share: a word that is null or points to a `Location`.

use core::panic::Location;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

/// A site, or none yet.
pub(crate) struct AtomicSite(AtomicPtr<Location<'static>>);

impl AtomicSite {
    pub(crate) const fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// The site stored last; what happened before it was stored has happened.
    pub(crate) fn load(&self) -> Option<&'static Location<'static>> {
        let site = self.0.load(Ordering::Acquire);
        // SAFETY: only `store` writes the word, and what it stores was made of a reference that lives for ever and is
        // never written through.
        unsafe { site.as_ref() }
    }

    /// Stores a site, behind everything that this thread has done.
    #[inline]
    pub(crate) fn store(&self, site: &'static Location<'static>) {
        self.0.store(ptr::from_ref(site).cast_mut(), Ordering::Release);
    }
}
