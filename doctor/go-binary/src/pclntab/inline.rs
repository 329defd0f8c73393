//! Inline trees: the calls that the compiler replaced by what they call.
//!
//! Source: `src/runtime/symtabinl.go`, `inlinedCall` and `inlineUnwinder`, and `src/internal/abi/symtab.go`,
//! `FUNCDATA_InlTree` and `PCDATA_InlTreeIndex`.

use super::function::Function;
use super::half;

const TREE: u8 = 3;
const TREE_INDEX: u32 = 2;
/// Where `inlinedCall` has what.
const NAME_AT: usize = 4;
const PARENT_AT: usize = 8;
const START_LINE_AT: usize = 12;
const SIZE: usize = 16;
/// Trees are never as deep as this.
const DEEPEST: u32 = 1 << 10;

/// A function that stands at a place of code: itself, or in place of a call of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call<'t> {
    /// Its name, as [`Function::name`] has it.
    pub function: &'t str,
    /// The file of the source; empty where the table does not say.
    pub file: &'t str,
    /// The line in it, from 1; 0 where the table does not say.
    pub line: u32,
    /// The line of its word `func`.
    pub start_line: u32,
    /// Whether it stands in place of a call.
    pub inlined: bool,
}

/// The calls at a place, innermost first.
pub(super) struct Calls<'t> {
    function: Function<'t>,
    /// Where the next one is; none when the function itself was given.
    pc: Option<u64>,
    given: u32,
}

impl<'t> Calls<'t> {
    pub(super) fn new(function: Function<'t>, pc: u64) -> Self {
        Self { function, pc: Some(pc), given: 0 }
    }

    /// The call of the tree that `pc` belongs to: its name, its first line, and where it was called.
    fn inlined(&self, pc: u64) -> Option<(&'t str, u32, u64)> {
        let index = usize::try_from(self.function.further(TREE_INDEX, pc)?).ok()?;
        let at = index.checked_mul(SIZE)?;
        let call = self.function.data(TREE)?.get(at..at.checked_add(SIZE)?)?;
        let parent = half(call, PARENT_AT)?.cast_signed();
        let parent = self.function.entry().checked_add(u64::try_from(parent).ok()?)?;
        Some((self.function.named(half(call, NAME_AT)?), half(call, START_LINE_AT)?, parent))
    }
}

impl<'t> Iterator for Calls<'t> {
    type Item = Call<'t>;

    fn next(&mut self) -> Option<Call<'t>> {
        let pc = self.pc.take()?;
        let (file, line) = self.function.position(pc).unwrap_or_default();
        self.given = self.given.saturating_add(1);
        let inlined = self.inlined(pc).filter(|_| self.given < DEEPEST);
        let (function, start_line) = match inlined {
            Some((name, start_line, parent)) => {
                self.pc = Some(parent);
                (name, start_line)
            }
            None => (self.function.name(), self.function.start_line()),
        };
        Some(Call { function, file, line, start_line, inlined: inlined.is_some() })
    }
}
