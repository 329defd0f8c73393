//! Why memory could not be had.

use alloc::alloc::Layout;
use core::fmt;

/// Memory that could not be allocated: the allocator refused, or no address space could hold it.
///
/// [`AllocError::kind`] tells which. The map holds what it held before the call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AllocError {
    kind: AllocErrorKind,
    layout: Option<Layout>,
}

/// What kept memory from being allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum AllocErrorKind {
    /// The capacity asked for is more than any address space holds.
    CapacityOverflow,
    /// The allocator refused.
    Refused,
}

impl AllocError {
    pub(crate) fn new(layout: Layout) -> Self {
        Self { kind: AllocErrorKind::Refused, layout: Some(layout) }
    }

    pub(crate) fn array<T>(length: usize) -> Self {
        match Layout::array::<T>(length) {
            Ok(layout) => Self::new(layout),
            Err(_) => Self::overflow(),
        }
    }

    pub(crate) fn overflow() -> Self {
        Self { kind: AllocErrorKind::CapacityOverflow, layout: None }
    }

    /// What kept the memory from being allocated.
    #[must_use]
    pub fn kind(&self) -> AllocErrorKind {
        self.kind
    }

    /// Ends the program, or panics, as the standard collections do.
    pub(crate) fn handle(self) -> ! {
        match self.layout {
            Some(layout) => alloc::alloc::handle_alloc_error(layout),
            None => panic!("capacity overflow: no address space holds that many entries"),
        }
    }
}

#[cfg(feature = "locked")]
impl From<hashbrown::TryReserveError> for AllocError {
    fn from(error: hashbrown::TryReserveError) -> Self {
        match error {
            hashbrown::TryReserveError::CapacityOverflow => Self::overflow(),
            hashbrown::TryReserveError::AllocError { layout } => Self::new(layout),
        }
    }
}

impl fmt::Display for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.layout) {
            (AllocErrorKind::Refused, Some(layout)) => {
                write!(
                    f,
                    "the allocator refused {} bytes; the map holds what it held",
                    layout.size()
                )
            }
            _ => f.write_str("no address space holds a map of that capacity; ask for less"),
        }
    }
}

impl fmt::Debug for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllocError")
            .field("kind", &self.kind)
            .field("layout", &self.layout)
            .finish()
    }
}

impl core::error::Error for AllocError {}
