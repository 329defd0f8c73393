//! The table of a program's functions that Go's runtime itself unwinds stacks and prints tracebacks by. No flag of the linker
//! leaves it out, so that stripped programs have it, too.
//!
//! # Terms
//! - A *pc* is an address in code. Callers are known by the pc behind their call; what is asked for is the call, so the table
//!   is asked for the pc before.
//! - A *pc-value table* says for each pc of a function one number: how far the stack pointer lies from where it was on entry,
//!   a file, a line, which inlined call it belongs to.
//! - An *inline tree* has the calls that the compiler replaced by the functions that they call, each with where in the
//!   outer function it was.
//!
//! Source: `src/runtime/symtab.go`, `symtabinl.go` and `runtime2.go` (`_func`), `src/internal/abi/symtab.go`, of Go 1.21 and
//! 1.27, between which the table did not change; Go 1.20 has the same magic number, and is untested.

mod arguments;
mod function;
mod inline;
mod values;

#[cfg(test)]
mod tests;

pub use function::Function;
pub use inline::Call;

use crate::error::{Error, ErrorKind};
use crate::image::Image;
use std::borrow::Cow;

/// `abi.Go120PCLnTabMagic`.
const MAGIC: u32 = 0xffff_fff1;
/// Where `pcHeader` has what.
const QUANTUM_AT: usize = 6;
const POINTER_AT: usize = 7;
const COUNT_AT: usize = 8;
const TEXT_AT: usize = 24;
const NAMES_AT: usize = 32;
const UNITS_AT: usize = 40;
const FILES_AT: usize = 48;
const VALUES_AT: usize = 56;
const FUNCTIONS_AT: usize = 64;
/// A place of the list of functions: where the code begins, and where what is known of it lies.
const ENTRY: usize = 8;

/// Where the two things lie that the table counts from, in the addresses of the file: `text` and `gofunc` of the runtime's
/// `moduledata`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bases {
    /// Where the code of functions begins.
    pub text: u64,
    /// Where their other data begins; without it inlined calls are not told.
    pub data: Option<u64>,
}

impl Bases {
    /// What the symbols of a file say, or its table itself, as that of releases before Go 1.26 does; none where neither does.
    #[must_use]
    pub fn of_symbols(image: &Image<'_>) -> Option<Self> {
        let written = || {
            let table = table(image).ok()??;
            word(&table, TEXT_AT).filter(|text| *text != 0)
        };
        let text = image.symbol("runtime.text").or_else(written)?;
        Some(Self { text, data: image.symbol("go:func.*") })
    }
}

/// The functions of a program.
#[derive(Debug)]
pub struct FunctionTable<'d> {
    data: Cow<'d, [u8]>,
    /// Where the parts of the table begin in it.
    names: usize,
    units: usize,
    files: usize,
    values: usize,
    functions: usize,
    count: usize,
    /// Instructions begin at multiples of it.
    quantum: u64,
    text: u64,
    /// The functions' other data, from its base on.
    other: &'d [u8],
}

impl<'d> FunctionTable<'d> {
    /// Reads the table of a program.
    ///
    /// # Errors
    /// [`ErrorKind::NoFunctions`] where there is none of a form that is known, [`ErrorKind::Damaged`] if its parts are not all
    /// there.
    pub fn read(image: &Image<'d>, bases: Bases) -> Result<Self, Error> {
        let data = table(image)?
            .ok_or_else(|| Error::new(ErrorKind::NoFunctions, "it has no section .gopclntab"))?;
        let other = bases.data.and_then(|base| image.bytes_at(base)).unwrap_or_default();
        Self::parse(data, bases.text, other)
    }

    fn parse(data: Cow<'d, [u8]>, text: u64, other: &'d [u8]) -> Result<Self, Error> {
        let damaged = || Error::new(ErrorKind::Damaged, "the table of functions");
        if half(&data, 0) != Some(MAGIC) || data.get(POINTER_AT) != Some(&8) {
            let what = "it is not of Go 1.20 or later for 64 bits";
            return Err(Error::new(ErrorKind::NoFunctions, what));
        }
        let at = |place| word(&data, place).and_then(|at| usize::try_from(at).ok());
        let part = |place| at(place).filter(|at| *at <= data.len()).ok_or_else(damaged);
        let quantum = data.get(QUANTUM_AT).copied().filter(|quantum| *quantum > 0);
        let (functions, count) = (part(FUNCTIONS_AT)?, at(COUNT_AT).ok_or_else(damaged)?);
        let room = data.len().saturating_sub(functions).checked_div(ENTRY).unwrap_or_default();
        if count > room {
            return Err(damaged());
        }
        let (names, units) = (part(NAMES_AT)?, part(UNITS_AT)?);
        let (files, values) = (part(FILES_AT)?, part(VALUES_AT)?);
        let quantum = quantum.ok_or_else(damaged)?.into();
        Ok(Self { names, units, files, values, functions, count, quantum, text, other, data })
    }

    /// How many functions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The function whose code has an address of the file; none outside of Go's code. Logarithmic in the functions.
    #[must_use]
    pub fn function(&self, pc: u64) -> Option<Function<'_>> {
        let wanted = u32::try_from(pc.checked_sub(self.text)?).ok()?;
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.checked_add(high)?.checked_div(2)?;
            if self.start(middle)? <= wanted {
                low = middle.checked_add(1)?;
            } else {
                high = middle;
            }
        }
        let place = low.checked_sub(1)?;
        // The last place has only where the code ends.
        (wanted < self.start(low)?).then(|| self.at(place)).flatten()
    }

    /// All functions, in the order of their code; those of which nothing can be read are left out.
    pub fn iter(&self) -> impl Iterator<Item = Function<'_>> {
        (0..self.count).filter_map(|place| self.at(place))
    }

    /// Whether callers are known by a register first, as on aarch64, where the others have them on the stack alone.
    #[must_use]
    pub fn has_link_register(&self) -> bool {
        self.quantum > 1
    }

    fn at(&self, place: usize) -> Option<Function<'_>> {
        let entry = self.functions.checked_add(place.checked_mul(ENTRY)?)?;
        let offset = usize::try_from(half(&self.data, entry.checked_add(4)?)?).ok()?;
        let start = self.text.checked_add(self.start(place)?.into())?;
        Function::new(self, self.functions.checked_add(offset)?, start)
    }

    /// Where the code of the function at a place begins, counted from the first one's.
    fn start(&self, place: usize) -> Option<u32> {
        half(&self.data, self.functions.checked_add(place.checked_mul(ENTRY)?)?)
    }

    fn name(&self, offset: u32) -> &str {
        text(self.data.get(self.names..self.units.max(self.names)).unwrap_or_default(), offset)
    }

    /// The file of a number that a function of a unit has for it.
    fn file(&self, unit: u32, number: i32) -> Option<&str> {
        let place = usize::try_from(unit.checked_add(u32::try_from(number).ok()?)?).ok()?;
        let offset = half(&self.data, self.units.checked_add(place.checked_mul(4)?)?)?;
        let file = text(self.data.get(self.files..)?, offset);
        (offset != u32::MAX && !file.is_empty()).then_some(file)
    }
}

/// The section that holds the table: PIE programs that another linker made have it by a longer name.
fn table<'d>(image: &Image<'d>) -> Result<Option<Cow<'d, [u8]>>, Error> {
    for name in [".gopclntab", ".data.rel.ro.gopclntab"] {
        if let Some(section) = image.section(name)? {
            return Ok(Some(section.data));
        }
    }
    Ok(None)
}

/// The number of 32 bits at a place.
fn half(data: &[u8], at: usize) -> Option<u32> {
    let (part, _) = data.get(at..)?.split_first_chunk()?;
    Some(u32::from_le_bytes(*part))
}

/// The number of 64 bits at a place.
fn word(data: &[u8], at: usize) -> Option<u64> {
    let (part, _) = data.get(at..)?.split_first_chunk()?;
    Some(u64::from_le_bytes(*part))
}

/// The text at an offset, up to a zero; empty where there is none.
fn text(data: &[u8], offset: u32) -> &str {
    /// No name and no path is longer.
    const LONGEST: usize = 1 << 16;
    let rest = usize::try_from(offset).ok().and_then(|at| data.get(at..)).unwrap_or_default();
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let end = rest.iter().position(|byte| *byte == 0);
    let text = end.and_then(|end| rest.get(..end)).unwrap_or_default();
    str::from_utf8(text).unwrap_or_default()
}
