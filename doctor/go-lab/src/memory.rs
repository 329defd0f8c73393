//! The memory that goroutines share: objects of cells, each goroutine allocating in an arena of its own.
//!
//! An address is the arena, the object in it and the cell, so that it is the same in every interleaving in which the
//! goroutine allocates the same, and states that differ in nothing else are one. Arena 0 holds nothing: addresses there are
//! nil and what lies close to it.
//!
//! The hash of the whole memory is kept up by every store: a sum over its cells. Stores and allocations can be undone.

use crate::hash::mix;
use crate::shape::MapType;
use go_runtime::classic::Field;
use std::fmt;

/// The address of a cell; 0 is nil.
pub(crate) type Address = u64;

/// The arena of what is there before the goroutines start.
pub(crate) const SETUP: u64 = 1;

const OBJECT_BITS: u32 = 16;
const CELL_BITS: u32 = 32;
const CELL_MASK: u64 = (1 << CELL_BITS) - 1;
const OBJECT_MASK: u64 = (1 << OBJECT_BITS) - 1;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An `hmap`.
    Header,
    /// A `mapextra`: `overflow`, `oldoverflow`, `nextOverflow`.
    Extra,
    /// An array of buckets, or one overflow bucket.
    Buckets,
    /// A list of overflow buckets, of which the length alone is kept.
    List,
    /// The mutexes of the program: two cells each.
    Locks,
}

/// An object of an arena.
#[derive(Clone, Copy, Debug)]
struct Object {
    kind: Kind,
    start: usize,
    len: usize,
}

#[derive(Clone, Debug, Default)]
struct Arena {
    cells: Vec<u64>,
    objects: Vec<Object>,
}

/// How far an arena has been filled, to go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill {
    cells: usize,
    objects: usize,
}

/// The memory.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    arenas: Vec<Arena>,
    hash: u128,
}

/// A touch of memory that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Missing {
    /// A nil pointer, or one close to it.
    Nil,
    /// A place beyond the end of an array of buckets.
    Beyond,
}

impl Memory {
    pub(crate) fn new(arenas: usize) -> Self {
        Self { arenas: vec![Arena::default(); arenas], hash: 0 }
    }

    pub(crate) fn hash(&self) -> u128 {
        self.hash
    }

    /// Allocates cells that are zero.
    pub(crate) fn allocate(&mut self, arena: u64, kind: Kind, len: u64) -> Address {
        let Some(home) = self.arenas.get_mut(index(arena)) else { return 0 };
        let start = home.cells.len();
        home.cells.resize(start.saturating_add(index(len)), 0);
        let object = u64::try_from(home.objects.len()).unwrap_or(u64::MAX) & OBJECT_MASK;
        home.objects.push(Object { kind, start, len: index(len) });
        let address = (arena << (OBJECT_BITS.wrapping_add(CELL_BITS))) | (object << CELL_BITS);
        // What was allocated is part of the state even while it is all zero.
        self.hash = self.hash.wrapping_add(mix(address, u64::MAX));
        address
    }

    pub(crate) fn fill(&self, arena: u64) -> Fill {
        let arena = self.arenas.get(index(arena));
        Fill {
            cells: arena.map_or(0, |arena| arena.cells.len()),
            objects: arena.map_or(0, |arena| arena.objects.len()),
        }
    }

    /// Takes back what was allocated since; its cells must be zero again.
    pub(crate) fn empty_to(&mut self, arena: u64, fill: Fill) {
        let Some(home) = self.arenas.get_mut(index(arena)) else { return };
        for object in fill.objects..home.objects.len() {
            let object = u64::try_from(object).unwrap_or(0);
            let address = (arena << (OBJECT_BITS.wrapping_add(CELL_BITS))) | (object << CELL_BITS);
            self.hash = self.hash.wrapping_sub(mix(address, u64::MAX));
        }
        home.objects.truncate(fill.objects);
        home.cells.truncate(fill.cells);
    }

    pub(crate) fn load(&self, address: Address) -> Result<u64, Missing> {
        let (arena, at) = self.find(address)?;
        Ok(self.arenas.get(arena).and_then(|arena| arena.cells.get(at)).copied().unwrap_or(0))
    }

    /// Stores, and returns what was there.
    pub(crate) fn store(&mut self, address: Address, value: u64) -> Result<u64, Missing> {
        let (arena, at) = self.find(address)?;
        let cell = self.arenas.get_mut(arena).and_then(|arena| arena.cells.get_mut(at));
        let Some(cell) = cell else { return Err(Missing::Beyond) };
        let before = std::mem::replace(cell, value);
        if before != value {
            // Cells that are zero count for nothing, as those that are not there yet.
            let old = if before == 0 { 0 } else { mix(address, before) };
            let new = if value == 0 { 0 } else { mix(address, value) };
            self.hash = self.hash.wrapping_add(new).wrapping_sub(old);
        }
        Ok(before)
    }

    fn find(&self, address: Address) -> Result<(usize, usize), Missing> {
        let (arena, object, cell) = parts(address);
        if arena == 0 {
            return Err(Missing::Nil);
        }
        let object = self.arenas.get(arena).and_then(|arena| arena.objects.get(object));
        match object {
            Some(object) if cell < object.len => Ok((arena, object.start.wrapping_add(cell))),
            _ => Err(Missing::Beyond),
        }
    }

    /// The object that an address lies in: its kind, its own address, its cells.
    pub(crate) fn object(&self, address: Address) -> Option<(Kind, Address, u64)> {
        let (arena, object, _) = parts(address);
        let found = self.arenas.get(arena)?.objects.get(object)?;
        Some((found.kind, address & !CELL_MASK, u64::try_from(found.len).unwrap_or(u64::MAX)))
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn parts(address: Address) -> (usize, usize, usize) {
    (
        index(address >> (OBJECT_BITS.wrapping_add(CELL_BITS))),
        index((address >> CELL_BITS) & OBJECT_MASK),
        index(address & CELL_MASK),
    )
}

/// The arena that an address lies in.
pub(crate) fn arena_of(address: Address) -> u64 {
    address >> (OBJECT_BITS.wrapping_add(CELL_BITS))
}

/// The cell of an address in its object.
pub(crate) fn cell_of(address: Address) -> u64 {
    address & CELL_MASK
}

/// The address of a field of an `hmap`.
pub(crate) fn field(header: Address, field: Field) -> Address {
    header.wrapping_add(field as u64)
}

/// The cells of an `hmap`.
pub(crate) const HEADER_CELLS: u64 = 9;
/// The cells of a `mapextra`.
pub(crate) const EXTRA_CELLS: u64 = 3;

/// What a cell is, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// A field of the map's header.
    Field(Field),
    /// A field of its `mapextra`, by name.
    Extra(&'static str),
    /// The tophash of a cell of a bucket.
    Tophash {
        /// The bucket in its array.
        bucket: u64,
        /// The entry in the bucket.
        entry: u64,
    },
    /// A key of a bucket.
    Key {
        /// The bucket in its array.
        bucket: u64,
        /// The entry in the bucket.
        entry: u64,
    },
    /// A word of a value of a bucket.
    Elem {
        /// The bucket in its array.
        bucket: u64,
        /// The entry in the bucket.
        entry: u64,
        /// The word of the value.
        word: u64,
    },
    /// The pointer to the overflow bucket.
    Overflow {
        /// The bucket in its array.
        bucket: u64,
    },
    /// The length of a list of overflow buckets.
    List,
    /// A word of a mutex: which, and whether it is the count of readers.
    Lock(u64, bool),
}

impl Memory {
    /// What lies at an address, and the address of the object that it lies in.
    pub(crate) fn cell(&self, map: &MapType, address: Address) -> Option<(Cell, Address)> {
        let (kind, object, _) = self.object(address)?;
        let at = cell_of(address);
        let cell = match kind {
            Kind::Header => Cell::Field(*Field::ALL.get(index(at))?),
            Kind::Extra => Cell::Extra(["overflow", "oldoverflow", "nextOverflow"].get(index(at))?),
            Kind::List => Cell::List,
            Kind::Locks => Cell::Lock(at / 2, at % 2 == 1),
            Kind::Buckets => {
                let (bucket, at) =
                    (at.checked_div(map.bucket_cells())?, at.checked_rem(map.bucket_cells())?);
                let of = |start: u64| at.wrapping_sub(start);
                if at < map.at_key(0) {
                    Cell::Tophash { bucket, entry: of(0) }
                } else if at < map.at_elem(0, 0) {
                    Cell::Key { bucket, entry: of(map.at_key(0)) }
                } else if at < map.at_overflow() {
                    let at = of(map.at_elem(0, 0));
                    Cell::Elem {
                        bucket,
                        entry: at.checked_div(map.words)?,
                        word: at.checked_rem(map.words)?,
                    }
                } else {
                    Cell::Overflow { bucket }
                }
            }
        };
        Some((cell, object))
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nil => "a nil pointer is followed",
            Self::Beyond => "memory beyond the end of the bucket array is touched",
        })
    }
}
