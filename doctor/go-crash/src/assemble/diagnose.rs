//! What a stack tells of a fault: the operation, the key, the user's own frame, and, when the
//! message is missing, the fault itself.

use super::pending::Pending;
use crate::bytes::{after, split_once, take_hex, trim};
use crate::model::{Fault, Frame, FrameOwner, Goroutine, Race, RaceSide, Recovery};
use finding::{KeyHint, Operation};
use go_runtime::fault::{self, Channel};
use go_runtime::{FaultKind, MapFunction, Role, map_function};
use std::sync::Arc;

/// What the frames between the fault and the user's code say.
#[derive(Clone, Copy, Debug, Default)]
struct Touch {
    operation: Option<Operation>,
    function: Option<&'static MapFunction>,
    key: Option<KeyHint>,
    comma_ok: Option<bool>,
    /// A function of plain maps is among them; `sync.Map` was built on those until Go 1.23.
    in_map: bool,
}

/// The fault of a goroutine, by the message printed before it.
pub(super) fn fault(pending: Pending, goroutine: &Arc<Goroutine>) -> Fault {
    let mut kind = pending.kind;
    let repanicked = pending.is_repanicked();
    let start = match pending.channel {
        Channel::Panic => after_panic(&goroutine.frames),
        Channel::Fatal => 0,
    };
    let touch = touch(&goroutine.frames, start);
    if kind == FaultKind::Segv && touch.in_map {
        kind = FaultKind::SegvInMap;
    }
    let mut fault = blank(kind);
    fault.message = Arc::clone(&pending.message);
    fault.message_printed = true;
    fault.recovery = pending.recovery;
    fault.repeats = pending.repeats;
    fault.text_line = pending.text_line();
    fault.signal = pending.signal;
    describe(&mut fault, touch, &goroutine.frames, start);
    if start == 0 && repanicked {
        // The text ends before the frame that failed.
        fault.user_frame = None;
        fault.program_frame = None;
    }
    fault.goroutine = Some(Arc::clone(goroutine));
    fault
}

/// True when the frames tell that the goroutine died: it raises a fault, or is inside a map
/// function.
pub(super) fn shows_fault(goroutine: &Goroutine) -> bool {
    let shows = |frame: &Frame| {
        is_panic(frame)
            || is_throw(frame)
            || map_function(&frame.symbol).is_some()
            || frame.symbol.is_empty() && is_runtime_of_maps(&frame.file)
    };
    goroutine.frames.iter().any(shows)
}

/// A fault whose message was printed and whose stack is not in the text.
pub(super) fn without_stack(pending: Pending) -> Fault {
    let mut fault = blank(pending.kind);
    fault.text_line = pending.text_line();
    fault.message = pending.message;
    fault.message_printed = true;
    fault.recovery = pending.recovery;
    fault.repeats = pending.repeats;
    fault.signal = pending.signal;
    fault.operation = only(pending.kind.operations());
    fault
}

/// A fault whose message is missing and that the frames betray: `runtime.throw` or
/// `internal/runtime/maps.fatal` above a map function, or a panic raised by an assignment.
pub(super) fn infer(goroutine: &Arc<Goroutine>) -> Option<Fault> {
    let frames = &goroutine.frames;
    let start = after_panic(frames);
    let touch_here = touch(frames, start);
    let function = touch_here.function.filter(|function| !function.sync_map)?;
    let operation = function.operation().or(touch_here.operation)?;
    let kind = if start > 0 {
        panic_kind(frames.get(start..)?, operation)?
    } else {
        thrown_kind(frames, operation)?
    };
    let mut fault = blank(kind);
    fault.text_line = goroutine.text_line;
    describe(&mut fault, touch_here, frames, start);
    fault.goroutine = Some(Arc::clone(goroutine));
    Some(fault)
}

/// A race report as a fault; the side in a map function speaks for it.
pub(super) fn race(race: Race) -> Fault {
    let mut fault = blank(FaultKind::DataRace);
    fault.text_line = race.text_line;
    fault.message_printed = true;
    fault.message = Arc::from("DATA RACE");
    let speaks = race.map_side().or_else(|| race.sides.first());
    if let Some(side) = speaks {
        fault.operation = side.operation;
        fault.map_function = side.map_function.clone();
        fault.key = side.key;
        fault.comma_ok = side.comma_ok;
        fault.user_frame = side.user_frame().cloned();
        fault.program_frame = program_frame(&side.frames, 0);
    }
    fault.race = Some(Arc::new(race));
    fault
}

/// Fills in what the frames of a race's side tell.
pub(super) fn side(side: &mut RaceSide) {
    let touch = touch(&side.frames, 0);
    // A stack that merely passes through a map function is no access to a map: the detector reports
    // the access itself, at the top.
    let top = side.frames.first().is_some_and(|frame| map_function(&frame.symbol).is_some());
    if top {
        side.operation = touch.operation;
        side.key = touch.key;
        side.comma_ok = touch.comma_ok;
        side.map_function = touch.function.map(|function| Arc::from(function.name));
    }
}

fn describe(fault: &mut Fault, touch: Touch, frames: &[Frame], start: usize) {
    if fault.kind.concerns_map() {
        let possible = fault.kind.operations();
        fault.operation = touch.operation.or_else(|| only(possible));
        fault.key = touch.key;
        fault.comma_ok = touch.comma_ok;
        fault.map_function = touch.function.map(|function| Arc::from(function.name));
    }
    let below = frames.get(start..).unwrap_or_default();
    fault.user_frame = below.iter().find(|frame| frame.owner() != FrameOwner::Go).cloned();
    fault.program_frame = program_frame(frames, start);
}

fn program_frame(frames: &[Frame], start: usize) -> Option<Frame> {
    frames.get(start..)?.iter().find(|frame| frame.owner() == FrameOwner::User).cloned()
}

/// The operation when only one is possible.
fn only(operations: &[Operation]) -> Option<Operation> {
    match operations {
        [operation] => Some(*operation),
        _ => None,
    }
}

/// True for the runtime's files of maps and panics: some middleware prints places and no functions.
fn is_runtime_of_maps(file: &str) -> bool {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let runtime = folder.ends_with("src/runtime") || folder == "runtime";
    let maps = folder.ends_with("internal/runtime/maps");
    maps || runtime && ["map", "hashmap", "panic"].iter().any(|stem| name.starts_with(stem))
}

fn is_panic(frame: &Frame) -> bool {
    let nameless = frame.symbol.is_empty();
    matches!(&*frame.symbol, "panic" | "runtime.gopanic" | "runtime.panic")
        || nameless && frame.file.ends_with("/src/runtime/panic.go")
}

fn is_throw(frame: &Frame) -> bool {
    matches!(
        &*frame.symbol,
        "runtime.throw" | "runtime.fatal" | "internal/runtime/maps.fatal" | "runtime.fatalthrow"
    )
}

/// Index of the frame that raised the first panic: the one below the lowest `panic(…)`.
fn after_panic(frames: &[Frame]) -> usize {
    frames.iter().rposition(is_panic).map_or(0, |at| at.saturating_add(1))
}

/// Reads the runtime's frames from the user's code inwards: the outermost map function is the one
/// that the compiler called, so its name tells the operation.
fn touch(frames: &[Frame], start: usize) -> Touch {
    let frames = frames.get(start..).unwrap_or_default();
    let end =
        frames.iter().position(|frame| frame.owner() != FrameOwner::Go).unwrap_or(frames.len());
    let mut touch = Touch::default();
    for frame in frames.get(..end).unwrap_or_default().iter().rev() {
        let Some(function) = map_function(&frame.symbol) else {
            continue;
        };
        touch.in_map |= !function.sync_map;
        if touch.function.is_none() || touch.operation.is_none() {
            if let Role::Operation(operation) = function.role {
                touch.operation = Some(operation);
                touch.function = Some(function);
                touch.comma_ok = function.comma_ok;
            } else if touch.function.is_none() {
                touch.function = Some(function);
            }
        }
        touch.key = touch.key.or(function.key);
    }
    touch
}

/// The fault that a thrown stack tells: by the length of the message that `throw` was given, else
/// by the operation.
fn thrown_kind(frames: &[Frame], operation: Operation) -> Option<FaultKind> {
    let thrower = frames.iter().take(4).find(|frame| is_throw(frame))?;
    let by_length = thrower.args.as_deref().and_then(message_length).and_then(|length| {
        let same = |message: &&fault::Message| {
            message.channel == Channel::Fatal && message.is_whole() && message.text.len() == length
        };
        let fits = |kind: FaultKind| {
            kind == FaultKind::MapCorruption || kind.operations().contains(&operation)
        };
        fault::messages().iter().filter(same).map(|message| message.kind).find(|kind| fits(*kind))
    });
    by_length.or(match operation {
        Operation::Read => Some(FaultKind::ConcurrentMapReadAndWrite),
        Operation::Write | Operation::Delete | Operation::Clear => {
            Some(FaultKind::ConcurrentMapWrites)
        }
        Operation::Iterate => Some(FaultKind::ConcurrentMapIterationAndWrite),
        Operation::Clone => Some(FaultKind::ConcurrentMapCloneAndWrite),
        Operation::Length | Operation::Replace => None,
    })
}

/// `0x70a0b7, 0x21` or `{0x70a0b7, 0x21}`: pointer and length of a string. A value marked with `?`
/// may be stale and does not count.
fn message_length(args: &str) -> Option<usize> {
    let (_, length) = split_once(args.as_bytes(), b", ")?;
    let (length, rest) = take_hex(trim(length))?;
    let sure = rest.is_empty() || after(rest, b"}").is_some();
    if sure { usize::try_from(length).ok() } else { None }
}

/// The fault that a panicking stack tells: raised by an assignment itself it is a nil map, below a
/// hash function an unhashable key, by a signal a memory fault.
fn panic_kind(frames: &[Frame], operation: Operation) -> Option<FaultKind> {
    let first = frames.first()?;
    match &*first.symbol {
        "runtime.sigpanic" | "runtime.panicmem" | "runtime.panicmemAddr" => {
            Some(FaultKind::SegvInMap)
        }
        "runtime.typehash" | "runtime.nilinterhash" | "runtime.interhash" | "runtime.efacehash" => {
            Some(FaultKind::UnhashableKey)
        }
        symbol if operation == Operation::Write && map_function(symbol).is_some() => {
            Some(FaultKind::NilMapWrite)
        }
        _ => None,
    }
}

fn blank(kind: FaultKind) -> Fault {
    Fault {
        kind,
        message: Arc::from(""),
        message_printed: false,
        operation: None,
        map_function: None,
        key: None,
        comma_ok: None,
        goroutine: None,
        user_frame: None,
        program_frame: None,
        race: None,
        signal: None,
        recovery: Recovery::None,
        repeats: 1,
        text_line: 0,
    }
}
