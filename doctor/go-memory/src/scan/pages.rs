//! Memory of which pages are kept for a while: what headers lead to lies close together, and each read of a process costs.

use crate::memory::{Memory, Unmapped};
use std::cell::RefCell;

const PAGE: u64 = 4096;
/// How many pages are kept, each at the place that its address says.
const KEPT: usize = 1024;

/// Memory of which pages are kept.
pub(super) struct Pages<'m, M: ?Sized> {
    memory: &'m M,
    kept: RefCell<Vec<Option<Kept>>>,
}

struct Kept {
    address: u64,
    bytes: Box<[u8]>,
}

impl<'m, M: Memory + ?Sized> Pages<'m, M> {
    pub(super) fn new(memory: &'m M) -> Self {
        let mut kept = Vec::new();
        kept.resize_with(KEPT, || None);
        Self { memory, kept: RefCell::new(kept) }
    }

    /// Forgets all pages: what is read next is read anew.
    pub(super) fn forget(&self) {
        self.kept.borrow_mut().iter_mut().for_each(|page| *page = None);
    }

    /// Copies what lies in one page; none if the page cannot be read as a whole.
    fn copy(&self, address: u64, buffer: &mut [u8]) -> Option<()> {
        let inside = address.checked_rem(PAGE)?;
        let page = address.checked_sub(inside)?;
        let place = usize::try_from(page.checked_div(PAGE)?).ok()?.checked_rem(KEPT)?;
        let mut all = self.kept.borrow_mut();
        let kept = all.get_mut(place)?;
        if kept.as_ref().is_none_or(|kept| kept.address != page) {
            let mut bytes = match kept.take() {
                Some(old) => old.bytes,
                None => vec![0; usize::try_from(PAGE).ok()?].into_boxed_slice(),
            };
            self.memory.read(page, &mut bytes).ok()?;
            *kept = Some(Kept { address: page, bytes });
        }
        let from = kept.as_ref()?.bytes.get(usize::try_from(inside).ok()?..)?;
        buffer.copy_from_slice(from.get(..buffer.len())?);
        Some(())
    }
}

impl<M: Memory + ?Sized> Memory for Pages<'_, M> {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        let end = address.checked_add(buffer.len() as u64);
        let in_one = end.is_some_and(|end| address >> 12 == end.saturating_sub(1) >> 12);
        if in_one && self.copy(address, buffer).is_some() {
            return Ok(());
        }
        self.memory.read(address, buffer)
    }
}
