//! A map as it lies in memory at one moment: its fields, and its buckets with their chains.

use crate::machine::Machine;
use crate::memory::{Address, Memory};
use crate::shape::{MapType, bucket_mask};
use go_runtime::classic::{Field, SAME_SIZE_GROW};

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its tophashes.
    pub tophash: Vec<u64>,
    /// Its keys.
    pub keys: Vec<u64>,
    /// The words of its values.
    pub elems: Vec<Vec<u64>>,
    /// Where it lies, to be told from others.
    pub(crate) address: Address,
}

/// A map at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The fields of `hmap`, in their order; pointers are numbers that are 0 for nil.
    pub fields: Vec<(Field, u64)>,
    /// The buckets of the array, each with its overflow buckets.
    pub buckets: Vec<Vec<Bucket>>,
    /// The old array, while the map grows.
    pub oldbuckets: Vec<Vec<Bucket>>,
    /// Whether `mapextra` has a list of overflow buckets, and one of old ones.
    pub lists: (bool, bool),
    /// The bucket of the array that is the next to be used as overflow bucket.
    pub next_overflow: Option<u64>,
}

/// Longer than any chain that is no circle.
const LONGEST: usize = 64;

impl Machine<'_> {
    /// The map as it lies in memory; none for a nil map.
    pub fn picture(&self) -> Option<Picture> {
        let shape = &self.program().map;
        let read = |field: Field| self.field(field);
        let fields: Option<Vec<(Field, u64)>> =
            Field::ALL.into_iter().map(|field| Some((field, read(field)?))).collect();
        let flags = read(Field::Flags)?;
        let b = read(Field::B)?;
        let old_b = if flags & SAME_SIZE_GROW != 0 { b } else { b.wrapping_sub(1) };
        let buckets = read(Field::Buckets)?;
        let extra = read(Field::Extra)?;
        let cell = |at: u64| self.memory().load(extra.wrapping_add(at)).unwrap_or(0);
        let next = if extra == 0 { 0 } else { cell(2) };
        let next = next.checked_sub(buckets).filter(|_| next != 0);
        Some(Picture {
            fields: fields?,
            buckets: array(self.memory(), shape, buckets, b),
            oldbuckets: array(self.memory(), shape, read(Field::Oldbuckets)?, old_b),
            lists: (extra != 0 && cell(0) != 0, extra != 0 && cell(1) != 0),
            next_overflow: next.and_then(|next| next.checked_div(shape.bucket_cells())),
        })
    }
}

impl Picture {
    /// A field.
    pub fn field(&self, field: Field) -> u64 {
        let found = self.fields.iter().find(|(other, _)| *other == field);
        found.map_or(0, |(_, value)| *value)
    }
}

fn array(memory: &Memory, shape: &MapType, start: Address, b: u64) -> Vec<Vec<Bucket>> {
    if start == 0 {
        return Vec::new();
    }
    let Some((_, object, cells)) = memory.object(start) else { return Vec::new() };
    let whole = cells.checked_div(shape.bucket_cells()).unwrap_or(0);
    // Of an array that is too small for B, as in the middle of a growth, what is there.
    let count = bucket_mask(b).saturating_add(1).min(whole);
    (0..count)
        .map(|index| {
            chain(memory, shape, object.wrapping_add(index.wrapping_mul(shape.bucket_cells())))
        })
        .collect()
}

fn chain(memory: &Memory, shape: &MapType, first: Address) -> Vec<Bucket> {
    let mut buckets = Vec::new();
    let mut address = first;
    while address != 0 && buckets.len() < LONGEST {
        let at = |offset: u64| memory.load(address.wrapping_add(offset));
        if at(0).is_err() {
            break;
        }
        let word = |offset: u64| at(offset).unwrap_or(0);
        buckets.push(Bucket {
            tophash: (0..shape.width).map(|i| word(shape.at_tophash(i))).collect(),
            keys: (0..shape.width).map(|i| word(shape.at_key(i))).collect(),
            elems: (0..shape.width)
                .map(|i| (0..shape.words).map(|w| word(shape.at_elem(i, w))).collect())
                .collect(),
            address,
        });
        address = word(shape.at_overflow());
    }
    buckets
}
