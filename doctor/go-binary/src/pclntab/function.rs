//! One function of the table.

use super::arguments::Arguments;
use super::inline::{Call, Calls};
use super::{FunctionTable, half, values};

/// Where `_func` has what.
const NAME_AT: usize = 4;
const STACK_AT: usize = 16;
const FILE_AT: usize = 20;
const LINE_AT: usize = 24;
const TABLES_AT: usize = 28;
const UNIT_AT: usize = 32;
const START_LINE_AT: usize = 36;
const FLAGS_AT: usize = 41;
const DATA_COUNT_AT: usize = 43;
const SIZE: usize = 44;

/// `abi.FuncFlagTopFrame` and `abi.FuncFlagSPWrite`.
const TOP: u8 = 1;
const WRITES_STACK_POINTER: u8 = 2;

/// What an offset is where there is nothing.
const NOTHING: u32 = u32::MAX;

/// A function of a program.
#[derive(Clone, Copy, Debug)]
pub struct Function<'t> {
    table: &'t FunctionTable<'t>,
    /// Where what is known of it lies in the table.
    at: usize,
    entry: u64,
}

impl<'t> Function<'t> {
    pub(super) fn new(table: &'t FunctionTable<'t>, at: usize, entry: u64) -> Option<Self> {
        table.data.get(at..at.checked_add(SIZE)?)?;
        Some(Self { table, at, entry })
    }

    /// The address of the file where its code begins.
    #[must_use]
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// Its name, as the linker has it: `example.com/shop.(*Cart).Add.func1`, `slices.Sort[go.shape.int]`.
    #[must_use]
    pub fn name(&self) -> &'t str {
        self.table.name(self.number(NAME_AT))
    }

    /// The line of the word `func`, from 1; 0 where the table does not say.
    #[must_use]
    pub fn start_line(&self) -> u32 {
        self.number(START_LINE_AT)
    }

    /// Whether stacks end in it: it is what a thread or a goroutine begins in.
    #[must_use]
    pub fn is_top(&self) -> bool {
        self.flags() & TOP != 0
    }

    /// Whether it sets the stack pointer to something that the table cannot tell, so that nothing is known of its caller.
    #[must_use]
    pub fn writes_stack_pointer(&self) -> bool {
        self.flags() & WRITES_STACK_POINTER != 0
    }

    /// How many bytes below where it was on entry the stack pointer is, when the function is at `pc`.
    #[must_use]
    pub fn stack_size(&self, pc: u64) -> Option<u64> {
        let offset = self.number(STACK_AT);
        self.value(offset, pc).and_then(|size| u64::try_from(size).ok())
    }

    /// The file and line of the source that the instruction at `pc` is of; none where the table does not say.
    #[must_use]
    pub fn position(&self, pc: u64) -> Option<(&'t str, u32)> {
        let file = self.value(self.number(FILE_AT), pc)?;
        let line = u32::try_from(self.value(self.number(LINE_AT), pc)?).ok()?;
        Some((self.table.file(self.number(UNIT_AT), file)?, line))
    }

    /// The calls that stand at `pc`, innermost first: those that the compiler put in place of calls, and then the function
    /// itself. A ring of them in a damaged table ends after some.
    pub fn calls(&self, pc: u64) -> impl Iterator<Item = Call<'t>> + use<'t> {
        Calls::new(*self, pc)
    }

    /// The arguments that the function keeps on the stack when it is at `pc`: in the order of its parameters, those of them
    /// that are one word or part of a word. For each how far it lies from the stack pointer before the call, and whether it
    /// is sure to hold the value.
    pub fn arguments(&self, pc: u64) -> impl Iterator<Item = (u64, bool)> + use<'t> {
        Arguments::new(self, pc)
    }

    /// The value of a table of the function, by where it begins.
    fn value(&self, offset: u32, pc: u64) -> Option<i32> {
        if offset == 0 {
            return None;
        }
        let at = self.table.values.checked_add(usize::try_from(offset).ok()?)?;
        let table = self.table.data.get(at..)?;
        values::value(table, self.table.quantum, pc.checked_sub(self.entry)?)
    }

    /// The value of its further table of that number.
    pub(super) fn further(&self, number: u32, pc: u64) -> Option<i32> {
        if number >= self.number(TABLES_AT) {
            return None;
        }
        let place = usize::try_from(number).ok()?.checked_mul(4)?.checked_add(SIZE)?;
        self.value(self.number(place), pc)
    }

    /// Its other data of that number.
    pub(super) fn data(&self, number: u8) -> Option<&'t [u8]> {
        let count = *self.table.data.get(self.at.checked_add(DATA_COUNT_AT)?)?;
        if number >= count {
            return None;
        }
        let tables = usize::try_from(self.number(TABLES_AT)).ok()?;
        let place = tables.checked_add(number.into())?.checked_mul(4)?.checked_add(SIZE)?;
        let offset = self.number(place);
        (offset != NOTHING).then(|| self.table.other.get(usize::try_from(offset).ok()?..)).flatten()
    }

    /// The name at an offset.
    pub(super) fn named(&self, offset: u32) -> &'t str {
        self.table.name(offset)
    }

    fn flags(&self) -> u8 {
        let at = self.at.checked_add(FLAGS_AT);
        at.and_then(|at| self.table.data.get(at)).copied().unwrap_or_default()
    }

    /// A number of what is known of it; what is beyond the table is nothing.
    fn number(&self, place: usize) -> u32 {
        self.at.checked_add(place).and_then(|at| half(&self.table.data, at)).unwrap_or_default()
    }
}
