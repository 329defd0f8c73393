//! From registers to the functions that called each other.
//!
//! The table of functions says for each instruction how far the stack pointer is from where the caller's pc lies, as the
//! runtime itself goes about it. Where it does not say, the frame pointers that functions keep are followed.
//!
//! Source: `src/runtime/traceback.go`, `unwinder`, of Go 1.21 and 1.27.

use super::registers::{Registers, of_signal};
use super::window::Window;
use crate::memory::Memory;
use go_binary::FunctionTable;
use go_runtime::symbol::as_printed;
use go_runtime::{map_argument, map_function, stack};
use rustc_hash::FxHashMap;

/// A function that was called and has not returned.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Frame {
    /// Where it goes on.
    pub pc: u64,
    /// Whether that is behind a call that it has made; if not, it is the instruction that comes next.
    pub in_call: bool,
}

impl Frame {
    /// The instruction that it stands at: the call, where it has made one.
    #[must_use]
    pub fn instruction(self) -> u64 {
        self.pc.saturating_sub(u64::from(self.in_call))
    }
}

/// Where a stack ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum End {
    /// In the function that goroutines begin in: it is whole.
    Whole,
    /// At code that is not of Go's.
    Foreign(u64),
    /// At a place that cannot be followed: it makes no sense, or cannot be read.
    Damaged,
    /// It has more frames than the budget allows.
    TooLong,
    /// It was not begun, since the goroutine was on a processor at each look.
    Running,
    /// It was not begun, since nothing says where the goroutine stands.
    Unknown,
    /// It changed at each look.
    Moved,
}

/// An argument of a frame that is a map, as far as the stack tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Held {
    /// The frame, from the innermost on.
    pub(super) frame: usize,
    /// The address of the map.
    pub(super) map: u64,
}

/// A stack that was followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Followed {
    pub(super) frames: Vec<Frame>,
    pub(super) end: End,
    pub(super) held: Vec<Held>,
    /// Where the text lies that it ends the program with, and its bytes.
    pub(super) message: Option<(u64, u64)>,
}

/// A stack of which nothing is told.
pub(super) fn nothing(end: End) -> Followed {
    Followed { frames: Vec::new(), end, held: Vec::new(), message: None }
}

/// What is known of an instruction.
#[derive(Clone, Copy)]
struct Known {
    /// How far the stack pointer is from where the caller's pc lies.
    size: Option<u64>,
    top: bool,
    injected: bool,
    returns_from_signal: bool,
    is_entry: bool,
    /// How far the map that it works on lies behind the caller's pc.
    map: Option<u64>,
    /// The same of a text that it ends the program with: its address and its length.
    message: Option<(u64, u64)>,
}

/// Follows stacks, and remembers what is known of each instruction.
pub(super) struct Unwinder<'u, M: ?Sized> {
    functions: &'u FunctionTable<'u>,
    memory: &'u M,
    bias: u64,
    most: usize,
    known: FxHashMap<u64, Option<Known>>,
}

/// A signal is handled within fewer frames than these, and on a stack of no more bytes.
const HANDLER_FRAMES: usize = 64;
const HANDLER_STACK: u64 = 1 << 16;
const WORD: u64 = 8;

impl<'u, M: Memory + ?Sized> Unwinder<'u, M> {
    pub(super) fn new(
        functions: &'u FunctionTable<'u>,
        memory: &'u M,
        bias: u64,
        most: usize,
    ) -> Self {
        Self { functions, memory, bias, most, known: FxHashMap::default() }
    }

    /// Follows a stack from registers on. `stopped` says that they are of a thread that was stopped anywhere, rather than of
    /// a goroutine that called the scheduler.
    pub(super) fn follow(
        &mut self,
        start: Registers,
        stopped: bool,
        window: &mut Window<'_, M>,
    ) -> Followed {
        let mut followed = nothing(End::TooLong);
        let mut at = start;
        let mut between = stopped;
        window.load(at.sp);
        if at.pc == 0 {
            // A call of nil: the caller is where it would return to.
            let Some(pc) = window.word(at.sp) else {
                followed.end = End::Damaged;
                return followed;
            };
            at = Registers { pc, sp: at.sp.saturating_add(WORD), bp: at.bp };
            between = false;
        }
        while followed.frames.len() < self.most {
            let Some(known) = self.known(at.pc) else {
                followed.end = End::Foreign(at.pc);
                break;
            };
            let frame = Frame { pc: at.pc, in_call: !between && !known.is_entry };
            let place = followed.frames.len();
            followed.frames.push(frame);
            if known.top {
                followed.end = End::Whole;
                break;
            }
            let Some((caller, behind)) = self.caller(at, known, window) else {
                followed.end = End::Damaged;
                break;
            };
            let map = known.map.and_then(|map| window.word(behind.checked_add(map)?));
            followed.held.extend(map.filter(|map| *map != 0).map(|map| Held { frame: place, map }));
            if let Some((text, length)) = known.message {
                let mut word = |at: u64| window.word(behind.checked_add(at)?);
                followed.message = word(text).zip(word(length));
            }
            at = caller;
            between = known.injected;
        }
        followed
    }

    /// The registers of the caller, and where the stack pointer was when it made the call.
    fn caller(
        &self,
        at: Registers,
        known: Known,
        window: &mut Window<'_, M>,
    ) -> Option<(Registers, u64)> {
        let link = self.functions.has_link_register();
        let (returns_at, behind, saved) = match known.size {
            Some(size) if link => {
                let behind = at.sp.checked_add(size)?;
                (at.sp, behind, at.sp.checked_sub(WORD)?)
            }
            Some(size) => {
                let returns_at = at.sp.checked_add(size)?;
                (returns_at, returns_at.checked_add(WORD)?, returns_at.checked_sub(WORD)?)
            }
            None => {
                let saved = at.bp.filter(|bp| *bp > at.sp && bp.is_multiple_of(WORD))?;
                let returns_at = saved.checked_add(WORD)?;
                (returns_at, returns_at.checked_add(WORD)?, saved)
            }
        };
        let pc = window.word(returns_at)?;
        // A function with room on the stack has put its caller's frame pointer there.
        let keeps = known.size != Some(0);
        let bp = if keeps { window.word(saved) } else { at.bp };
        // Stacks grow down, so that callers lie above; anything else would be followed in circles.
        (behind > at.sp || (link && known.size == Some(0) && pc != at.pc))
            .then_some((Registers { pc, sp: behind, bp }, behind))
    }

    /// The registers at which a signal came, for a thread that handles one.
    pub(super) fn before_signal(&mut self, start: Registers) -> Option<Registers> {
        let bounds = start.sp..start.sp.saturating_add(HANDLER_STACK);
        let mut window = Window::new(self.memory, bounds);
        let mut at = start;
        for _ in 0..HANDLER_FRAMES {
            let known = self.known(at.pc)?;
            if known.returns_from_signal {
                return of_signal(self.memory, at.sp);
            }
            if known.top {
                return None;
            }
            at = self.caller(at, known, &mut window)?.0;
        }
        None
    }

    fn known(&mut self, pc: u64) -> Option<Known> {
        let (functions, bias) = (self.functions, self.bias);
        *self.known.entry(pc).or_insert_with(|| {
            let pc = pc.wrapping_sub(bias);
            let function = functions.function(pc)?;
            let name = as_printed(function.name());
            let map = map_argument(&name).filter(|_| map_function(&name).is_some());
            let call = pc.saturating_sub(1).max(function.entry());
            let kept = |place| {
                let (at, holds) = function.arguments(call).nth(place)?;
                holds.then_some(at)
            };
            let ends = stack::is_fatal(&name);
            Some(Known {
                size: function.stack_size(pc),
                top: function.is_top(),
                injected: stack::is_injected(&name),
                returns_from_signal: stack::returns_from_signal(&name),
                is_entry: pc == function.entry(),
                map: map.and_then(kept),
                message: kept(0).zip(kept(1)).filter(|_| ends),
            })
        })
    }
}
