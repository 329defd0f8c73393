//! Maps in memory that is there already.

use crate::fixed::FixedMap;
use crate::raw::plain::Plain;
use core::ptr::NonNull;

impl<K: Plain, V: Plain, const N: usize> FixedMap<K, V, N> {
    /// The map at the beginning of some memory: of a file or an object that several processes have mapped, say. `None` if the
    /// memory is too small, or not aligned to 64 bytes.
    ///
    /// Memory of which all bytes are zero is an empty map, and there are no pointers in one, so that each process may have it at
    /// another address.
    ///
    /// ```
    /// # use tophash::FixedMap;
    /// # use core::ptr::NonNull;
    /// type Shared = FixedMap<u32, u64, 2>;
    /// # #[repr(align(64))] struct Page([u8; size_of::<Shared>()]);
    /// # let mut page = Page([0; size_of::<Shared>()]);
    /// let memory = NonNull::from(&mut page.0[..]); // In truth, what `mmap` has returned.
    /// // SAFETY: the page is all zero, and nobody writes to it but through the map.
    /// let map = unsafe { Shared::at(memory) }.unwrap();
    /// map.insert(1, 10).unwrap();
    /// assert_eq!(map.get(&1), Some(10));
    /// ```
    ///
    /// # Safety
    /// - The memory may be read and written as long as `'m` lasts.
    /// - Its bytes were all zero, or were a map of the same types and size, when the first of those who share it made one of it;
    ///   and nothing else writes to it, in any process.
    /// - The values that others put in are values here too: what [`Plain`] promises holds of the same bits.
    #[must_use]
    pub unsafe fn at<'m>(memory: NonNull<[u8]>) -> Option<&'m Self> {
        let start = memory.cast::<Self>();
        if memory.len() < size_of::<Self>() || !start.is_aligned() {
            return None;
        }
        // SAFETY: it fits and is aligned, and the caller vouches for the rest: a map is atomic words alone.
        Some(unsafe { start.as_ref() })
    }
}
