//! Where the runtime keeps what of its goroutines, by the names of fields in the debugging information.
//!
//! Source: `src/runtime/runtime2.go`, `g`, `gobuf` and `m`, of Go 1.21 and 1.27.

use crate::kinds::Number;
use crate::memory::{Memory, Unmapped, bytes, number, pointer};
use crate::program::Program;
use go_binary::{Bases, Form, TypeId, Types};

/// The variable with all goroutines that were ever started and are not reused yet.
const ALL: &str = "runtime.allgs";
/// The texts of what goroutines wait for and of their states, by number.
const WAIT_REASONS: &str = "runtime.waitReasonStrings";
const STATES: &str = "runtime.gStatusStrings";
/// The variable by which functions are found.
const FIRST_MODULE: &str = "runtime.firstmoduledata";
/// What a goroutine is.
const GOROUTINE: &str = "runtime.g";

/// Where a goroutine, `runtime.g`, has what.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) size: u64,
    pub(super) id: Number,
    pub(super) state: Number,
    pub(super) wait_reason: Number,
    pub(super) waits_since: Number,
    /// The bounds of its stack.
    pub(super) low: Number,
    pub(super) high: Number,
    /// The registers at which it goes on when it does not run, and those at which it went into the system.
    pub(super) parked: At,
    pub(super) in_system: At,
    pub(super) created_at: Number,
    pub(super) begins_in: Number,
    pub(super) parent: Option<Number>,
    pub(super) labels: Option<Number>,
    pub(super) locked: Option<Number>,
    /// The thread that runs it, `runtime.m`, and where that has its number.
    pub(super) machine: Number,
    pub(super) thread: Option<Number>,
}

/// Where registers are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) pc: Number,
    pub(super) sp: Number,
    pub(super) bp: Option<Number>,
}

impl Layout {
    /// By the names of the fields; none if one is missing without which nothing can be told.
    pub(super) fn of(types: &Types<'_>) -> Option<Self> {
        let id = types.find(GOROUTINE)?;
        let field = |name: &str| Number::of(types, id, name);
        let inner = |outer: &str, name: &str| {
            let outer = types.field(id, outer)?;
            Some(Number::of(types, outer.type_id, name)?.after(outer.offset))
        };
        let machine = types.field(id, "m")?;
        let of_machine = types.pointee(machine.type_id);
        Some(Self {
            size: types.size(id),
            id: field("goid")?,
            state: inner("atomicstatus", "value")?,
            wait_reason: field("waitreason")?,
            waits_since: field("waitsince")?,
            low: inner("stack", "lo")?,
            high: inner("stack", "hi")?,
            parked: At {
                pc: inner("sched", "pc")?,
                sp: inner("sched", "sp")?,
                bp: inner("sched", "bp"),
            },
            in_system: At {
                pc: field("syscallpc")?,
                sp: field("syscallsp")?,
                bp: field("syscallbp"),
            },
            created_at: field("gopc")?,
            begins_in: field("startpc")?,
            parent: field("parentGoid"),
            labels: field("labels"),
            locked: field("lockedm"),
            machine: field("m")?,
            thread: of_machine.and_then(|machine| Number::of(types, machine, "procid")),
        })
    }
}

/// Where the table of functions counts from, as the program itself says.
#[must_use]
pub fn bases(program: &Program<'_>, memory: &(impl Memory + ?Sized)) -> Option<Bases> {
    let variable = program.variables.iter().find(|variable| variable.name == FIRST_MODULE)?;
    let at = program.variable(FIRST_MODULE)?;
    let word = |name| {
        let field = Number::of(program.types, variable.type_id, name)?;
        let module = bytes(memory, at, program.types.size(variable.type_id)).ok()?;
        field.get(&module).map(|address| address.wrapping_sub(program.bias))
    };
    Some(Bases { text: word("text")?, data: word("gofunc") })
}

/// The addresses of all goroutines, no more than these, and how many there are.
pub(super) fn all(
    program: &Program<'_>,
    memory: &(impl Memory + ?Sized),
    most: u64,
) -> Option<(Vec<u64>, u64)> {
    let variable = program.variables.iter().find(|variable| variable.name == ALL)?;
    let at = program.variable(ALL)?;
    let header = bytes(memory, at, program.types.size(variable.type_id)).ok()?;
    let first = pointer(&header, program.types.field(variable.type_id, "array")?.offset)?;
    let count = Number::of(program.types, variable.type_id, "len")?.get(&header)?;
    /// Addresses that are read at once.
    const CHUNK: u64 = 1 << 16;
    let mut found = Vec::new();
    let wanted = count.min(most);
    let mut place = 0_u64;
    while place < wanted {
        let chunk = CHUNK.min(wanted.saturating_sub(place));
        let at = first.checked_add(place.checked_mul(8)?)?;
        let Ok(words) = bytes(memory, at, chunk.saturating_mul(8)) else { break };
        found.extend(words.chunks_exact(8).filter_map(|word| pointer(word, 0)));
        place = place.saturating_add(chunk);
    }
    Some((found, count))
}

/// The program's own words for the states of goroutines, and for what they wait for.
pub(super) struct Words {
    states: Vec<String>,
    reasons: Vec<String>,
}

impl Words {
    pub(super) fn read(program: &Program<'_>, memory: &(impl Memory + ?Sized)) -> Self {
        Self {
            states: strings(program, memory, STATES),
            reasons: strings(program, memory, WAIT_REASONS),
        }
    }

    /// What is said of a goroutine between brackets: what it waits for, if it says so, or else its state.
    pub(super) fn of(&self, state: u64, reason: u64) -> String {
        let word = |words: &[String], at: u64| {
            usize::try_from(at)
                .ok()
                .and_then(|at| words.get(at))
                .filter(|word| !word.is_empty())
                .cloned()
        };
        let named = word(&self.states, state);
        let waits = matches!(named.as_deref(), Some("waiting" | "leaked"));
        let reason = (waits && reason != 0).then(|| word(&self.reasons, reason)).flatten();
        reason.or(named).unwrap_or_else(|| format!("state {state}"))
    }

    /// The numbers of the states that goroutines have before they begin and after they are done.
    pub(super) fn idle(&self) -> Vec<u64> {
        let idle = |state: &str| state == "idle" || state.starts_with("dead");
        (0..).zip(&self.states).filter(|(_, state)| idle(state)).map(|(at, _)| at).collect()
    }

    /// The number of a state by its name.
    pub(super) fn state(&self, name: &str) -> Option<u64> {
        self.states.iter().position(|state| state == name).map(|at| at as u64)
    }
}

/// The texts of an array of strings.
fn strings(program: &Program<'_>, memory: &(impl Memory + ?Sized), name: &str) -> Vec<String> {
    let read = || {
        let variable = program.variables.iter().find(|variable| variable.name == name)?;
        let Form::Array(of, count) = program.types.form(variable.type_id)? else { return None };
        let array =
            bytes(memory, program.variable(name)?, program.types.size(variable.type_id)).ok()?;
        let size = program.types.size(*of);
        let text = |place: u64| {
            let at = place.checked_mul(size)?;
            string(program.types, *of, memory, &array, at)
        };
        Some((0..*count).map_while(text).collect())
    };
    read().unwrap_or_default()
}

/// The text of a string at a place of `bytes`, cut where it is too long.
pub(super) fn string(
    types: &Types<'_>,
    of: TypeId,
    memory: &(impl Memory + ?Sized),
    value: &[u8],
    at: u64,
) -> Option<String> {
    const LONGEST: u64 = 1 << 10;
    let (data, length) = (types.field(of, "str")?, types.field(of, "len")?);
    let data = pointer(value, at.checked_add(data.offset)?)?;
    let length = number(value, at.checked_add(length.offset)?, 8)?;
    let text: Result<Vec<u8>, Unmapped> = match length {
        0 => Ok(Vec::new()),
        _ => bytes(memory, data, length.min(LONGEST)),
    };
    text.ok().map(|text| String::from_utf8_lossy(&text).into_owned())
}
