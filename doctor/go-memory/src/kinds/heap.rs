//! What the parts of maps take of the heap.

use go_binary::{Form, TypeId, Types};
use go_runtime::{allocated, has_header};

/// How a program's allocator rounds up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Heap {
    /// Whether objects with pointers carry a word about their type: since Go 1.22.
    headers: bool,
}

/// For each type, whether values of it have pointers in them, so that the garbage collector looks into them.
#[derive(Debug)]
pub(crate) struct Pointers(Vec<bool>);

impl Pointers {
    pub(crate) fn of(types: &Types<'_>) -> Self {
        let is_pointer = |id| match types.get(id).map(|kind| (&kind.form, kind.kind)) {
            Some((Form::Pointer(_) | Form::Map { .. }, _)) => true,
            Some((Form::Plain, Some(kind))) => kind.is_reference(),
            _ => false,
        };
        Self(types.containing(is_pointer, false))
    }

    /// Whether values of a type have pointers in them.
    pub(crate) fn has(&self, id: TypeId) -> bool {
        self.0.get(id.index()).copied().unwrap_or(false)
    }
}

/// What layouts are made by, beside types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allocation<'a> {
    pub(crate) heap: Heap,
    pub(crate) pointers: &'a Pointers,
}

impl Heap {
    /// Told by a field of the allocator's own, which came with these words.
    pub(crate) fn of(types: &Types<'_>) -> Self {
        let span = types.find("runtime.mspan");
        Self { headers: span.is_some_and(|span| types.field(span, "largeType").is_some()) }
    }

    /// Entries that a bucket of a classic map has on average when the map grows, times two. The last release without words
    /// about types has rounded it, Go 1.21.
    pub(super) fn load_in_halves(self) -> u64 {
        if self.headers { 13 } else { 12 }
    }

    /// The bytes that are taken for an object of so many bytes.
    pub(crate) fn takes(self, bytes: u64, pointers: bool) -> u64 {
        allocated(bytes, self.headers && has_header(bytes, pointers))
    }

    /// The bytes that an object of such a size has for itself, which may be more than were asked for.
    pub(crate) fn gives(self, bytes: u64, pointers: bool) -> u64 {
        /// The word about the type.
        const WORD: u64 = 8;
        let header = self.headers && has_header(bytes, pointers);
        let taken = allocated(bytes, header);
        // Large objects keep their type elsewhere, and are whole pages.
        let is_large = taken > LARGEST_SMALL;
        taken.saturating_sub(if header && !is_large { WORD } else { 0 })
    }
}

/// Larger objects are whole pages: `maxSmallSize`.
const LARGEST_SMALL: u64 = 32_768;
