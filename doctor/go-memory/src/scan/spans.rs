//! The allocator's own list of what the heap is cut into: spans, each of objects of one size, or a stack.
//!
//! The list, `runtime.mheap_.allspans`, has no name in a stripped program. It is the slice among the program's variables
//! whose elements all look like spans: whole pages that hold just as many objects of a size as they say.
//!
//! Source: `src/runtime/mheap.go`, `mspan` and `allspans`, and `src/runtime/mbitmap.go`, `isFree`, of Go 1.21 to 1.27.

use super::module::{Module, bytes_of};
use crate::memory::{Memory, number};
use go_runtime::{FieldPlace, Struct, layout};
use std::ops::Range;

/// The bytes of a page of the heap: `pageSize`.
const PAGE: u64 = 8192;
/// Variables of more bytes are not looked through.
const MOST_VARIABLES: u64 = 1 << 26;
/// A heap of more spans is none.
const MOST_SPANS: u64 = 1 << 26;
/// So many elements of a slice are looked at before all are read.
const SAMPLES: u64 = 16;
/// Spans that lie so near to each other are read together.
const NEAR: u64 = 1 << 14;
/// `mSpanInUse` and `mSpanManual`.
const IN_USE: u64 = 1;
const MANUAL: u64 = 2;

/// A part of the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
    /// Bytes of an object; zero for stacks.
    pub(super) object: u64,
    count: u64,
    /// The objects before this one are taken.
    free_from: u64,
    /// A bit for each object: whether it is taken.
    bits: u64,
    /// Whether its objects have pointers.
    pub(super) pointers: bool,
    /// The descriptor of the type of its only object, if that is large.
    pub(super) large_type: u64,
}

/// An object in the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Object {
    pub(super) start: u64,
    pub(super) span: Span,
    place: u64,
}

/// All spans, sorted by where they begin.
pub(super) struct Spans(Vec<Span>);

/// Where a span's fields lie.
struct Fields {
    size: u64,
    start: FieldPlace,
    pages: FieldPlace,
    free_from: FieldPlace,
    count: FieldPlace,
    bits: FieldPlace,
    class: FieldPlace,
    state: FieldPlace,
    object: FieldPlace,
    large_type: Option<FieldPlace>,
}

impl Spans {
    /// Looks for the list among the variables of a program, and reads it; none where it is not found.
    pub(super) fn find(memory: &(impl Memory + ?Sized), module: &Module) -> Option<Self> {
        let fields = Fields::of(module.release.minor)?;
        let data = &module.data;
        [&data.bss_without_pointers, &data.bss, &data.data]
            .into_iter()
            .filter_map(|range| fields.best(memory, range))
            .max_by_key(|(_, count)| *count)
            .map(|(first, count)| Self(fields.all(memory, first, count)))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Span> {
        self.0.iter()
    }

    /// The object that an address lies in; none outside of spans of objects.
    pub(super) fn object(&self, address: u64) -> Option<Object> {
        let after = self.0.partition_point(|span| span.start <= address);
        let span = *self.0.get(after.checked_sub(1)?)?;
        if address >= span.end {
            return None;
        }
        let place = address.checked_sub(span.start)?.checked_div(span.object)?;
        let start = span.start.checked_add(place.checked_mul(span.object)?)?;
        (place < span.count).then_some(Object { start, span, place })
    }
}

impl Object {
    /// Whether the allocator has given it to somebody, who may have let go of it since.
    pub(super) fn is_taken(&self, memory: &(impl Memory + ?Sized)) -> bool {
        let Self { span, place, .. } = self;
        if *place < span.free_from {
            return true;
        }
        let mut byte = [0];
        let at = span.bits.saturating_add(place >> 3);
        memory.read(at, &mut byte).is_ok() && byte[0] & 1_u8.rotate_left((place & 7) as u32) != 0
    }
}

impl Fields {
    fn of(minor: u8) -> Option<Self> {
        let layout = layout(Struct::Span, minor)?;
        let field = |name| layout.field(name);
        Some(Self {
            size: layout.size.into(),
            start: field("startAddr")?,
            pages: field("npages")?,
            free_from: field("freeindex")?,
            count: field("nelems")?,
            bits: field("allocBits")?,
            class: field("spanclass")?,
            state: field("state")?,
            object: field("elemsize")?,
            large_type: field("largeType"),
        })
    }

    /// The longest slice in a part of memory that looks like a list of spans: its first element, and how many it has.
    fn best(&self, memory: &(impl Memory + ?Sized), range: &Range<u64>) -> Option<(u64, u64)> {
        let length = range.end.saturating_sub(range.start).min(MOST_VARIABLES);
        let words = bytes_of(memory, range.start, length);
        let word = |place: usize| number(&words, (place as u64).saturating_mul(8), 8);
        let mut best = None;
        for place in 0..words.len() >> 3 {
            let (Some(first), Some(count)) = (word(place), word(place.saturating_add(1))) else {
                break;
            };
            let Some(room) = word(place.saturating_add(2)) else { break };
            let is_slice =
                first != 0 && first & 7 == 0 && (1..=room.min(MOST_SPANS)).contains(&count);
            if is_slice
                && best.is_none_or(|(_, most)| count > most)
                && self.are_spans(memory, first, count)
            {
                best = Some((first, count));
            }
        }
        best
    }

    /// Whether elements of a slice, spread over it, point to what looks like spans.
    fn are_spans(&self, memory: &(impl Memory + ?Sized), first: u64, count: u64) -> bool {
        let samples = count.min(SAMPLES);
        let mut in_use = 0_u64;
        for sample in 0..samples {
            let place = sample.saturating_mul(count).checked_div(samples).unwrap_or_default();
            let mut word = [0; 8];
            let at = first.saturating_add(place.saturating_mul(8));
            if memory.read(at, &mut word).is_err() {
                return false;
            }
            let Ok(span) = crate::memory::bytes(memory, u64::from_le_bytes(word), self.size) else {
                return false;
            };
            match self.parse(&span) {
                None => return false,
                Some(Parsed::Span(_)) => in_use = in_use.saturating_add(1),
                Some(Parsed::Idle) => {}
            }
        }
        in_use > 0
    }

    fn all(&self, memory: &(impl Memory + ?Sized), first: u64, count: u64) -> Vec<Span> {
        let list = bytes_of(memory, first, count.saturating_mul(8));
        let mut places: Vec<u64> = list
            .chunks_exact(8)
            .filter_map(|word| number(word, 0, 8))
            .filter(|at| *at != 0)
            .collect();
        places.sort_unstable();
        places.dedup();
        let mut spans = Vec::new();
        let mut rest = places.as_slice();
        while let Some(first) = rest.first().copied() {
            let near = rest.partition_point(|at| at.saturating_sub(first) <= NEAR);
            let (together, after) = rest.split_at_checked(near.max(1)).unwrap_or((rest, &[]));
            rest = after;
            let last = together.last().copied().unwrap_or(first);
            let length = last.saturating_sub(first).saturating_add(self.size);
            let held = crate::memory::bytes(memory, first, length).unwrap_or_default();
            for at in together {
                let begin = usize::try_from(at.saturating_sub(first)).unwrap_or(usize::MAX);
                if let Some(Parsed::Span(span)) =
                    held.get(begin..).and_then(|span| self.parse(span))
                {
                    spans.push(span);
                }
            }
        }
        spans.sort_unstable_by_key(|span| span.start);
        spans
    }

    /// Reads a span; none if it is none.
    fn parse(&self, bytes: &[u8]) -> Option<Parsed> {
        let get = |field: FieldPlace| number(bytes, field.offset.into(), field.size.into());
        let (start, pages, state) = (get(self.start)?, get(self.pages)?, get(self.state)?);
        let size = pages.checked_mul(PAGE)?;
        let end = start.checked_add(size)?;
        if start.checked_rem(PAGE) != Some(0) || state > MANUAL {
            return None;
        }
        let span = Span {
            start,
            end,
            object: 0,
            count: 0,
            free_from: 0,
            bits: 0,
            pointers: true,
            large_type: 0,
        };
        match state {
            IN_USE => {}
            MANUAL => return (size > 0 && start > 0).then_some(Parsed::Span(span)),
            _ => return Some(Parsed::Idle),
        }
        let (object, count) = (get(self.object)?, get(self.count)?);
        let fits = object > 0 && count > 0 && object.checked_mul(count)? <= size && start > 0;
        fits.then_some(Parsed::Span(Span {
            object,
            count,
            free_from: get(self.free_from)?,
            bits: get(self.bits)?,
            // The lowest bit of the class is of objects without pointers.
            pointers: get(self.class)? & 1 == 0,
            large_type: self.large_type.and_then(get).unwrap_or_default(),
            ..span
        }))
    }
}

/// What a span is.
enum Parsed {
    Span(Span),
    /// It is not in use.
    Idle,
}
