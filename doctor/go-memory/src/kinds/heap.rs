//! What the parts of maps take of the heap.

use go_binary::{Form, GoKind, TypeId, Types};
use go_runtime::{allocated, has_header};

/// How a program's allocator rounds up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Heap {
    /// Whether objects with pointers carry a word about their type: since Go 1.22.
    headers: bool,
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
/// Structs of structs are followed so deep.
const DEEPEST: u32 = 32;

/// Whether values of a type have pointers in them, so that the garbage collector looks into them.
pub(crate) fn has_pointers(types: &Types<'_>, id: TypeId) -> bool {
    pointers_in(types, id, DEEPEST)
}

fn pointers_in(types: &Types<'_>, id: TypeId, depth: u32) -> bool {
    let Some(deeper) = depth.checked_sub(1) else { return true };
    match types.form(id) {
        None => false,
        Some(Form::Plain) => types.kind(id).is_some_and(GoKind::is_reference),
        Some(Form::Pointer(_) | Form::Map { .. }) => true,
        Some(Form::Array(_, 0)) => false,
        Some(Form::Array(of, _)) | Some(Form::Named(of)) => pointers_in(types, *of, deeper),
        Some(Form::Struct(_)) => {
            types.fields(id).iter().any(|field| pointers_in(types, field.type_id, deeper))
        }
    }
}
