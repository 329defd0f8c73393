//! Reads traces: all of one, or what there is of one that is cut short or damaged.
//!
//! A head that cannot be read is an error. What stands after it is read block by block up to the first that is not whole, which
//! [`Trace::damage`] tells. No number in a file decides how much memory is taken: that is bounded by the bytes that are there
//! and by [`Limits`].

mod bytes;
mod error;

pub use error::{ReadError, ReadErrorKind};

use bytes::{Bytes, Input};
use std::io::Read;
use tophash::observe::Call;
use tophash::observe::trace::{End, Header, MAGIC, Record, VERSION, brings_value, call_of};

/// The longest block that is read; writers end theirs at 16 KiB.
const MOST_BLOCK: u64 = 1 << 20;

/// The longest head.
const MOST_HEAD: u64 = 64 << 10;

/// Bits of a tag, above the code.
const CODE: u8 = (1 << 5) - 1;
const KEY_SIZE: u8 = 1 << 5;
const VALUE_SIZE: u8 = 1 << 6;
const UNKNOWN: u8 = 1 << 7;

/// A trace that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trace {
    /// What it says of the map and the process.
    pub header: Header,
    /// The operations, in the order in which they ended.
    pub records: Vec<Record>,
    /// Operations that are not there, because buffers were full when they were recorded.
    pub dropped: u64,
    /// What stands at its end; `None` if the trace has none, since its recording was cut short or still goes on.
    pub end: Option<End>,
    /// Why it was not read to its end, if it was not.
    pub damage: Option<ReadError>,
}

/// How much of a trace is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Operations; 48 bytes are taken for each.
    pub records: usize,
}

impl Default for Limits {
    /// Twenty million operations: a gigabyte.
    fn default() -> Self {
        Self { records: 20_000_000 }
    }
}

/// Whether a file that begins like this is a trace, of whatever version.
#[must_use]
pub fn is_trace(beginning: &[u8]) -> bool {
    beginning.starts_with(MAGIC)
}

/// Reads a trace.
///
/// # Errors
/// If it is none, is of another version, or its head cannot be read.
pub fn read(input: impl Read, limits: Limits) -> Result<Trace, ReadError> {
    let mut input = Input::new(input);
    let magic = input.take(MAGIC.len() as u64, "the head")?;
    if !is_trace(&magic) {
        return Err(ReadError::at(0, ReadErrorKind::NotATrace, "it does not begin like a trace"));
    }
    let version = input.number("the version")?;
    if version != VERSION {
        let what = format!("it is of version {version}, and {VERSION} is read here");
        return Err(ReadError::at(8, ReadErrorKind::Version, what));
    }
    let header = head(&mut input)?;
    let mut trace = Trace { header, records: Vec::new(), dropped: 0, end: None, damage: None };
    if let Err(damage) = blocks(&mut input, &mut trace, limits) {
        trace.damage = Some(damage);
    }
    // Stable, so that operations of one thread that ended in one nanosecond stay in order.
    trace.records.sort_by_key(|record| record.at);
    Ok(trace)
}

fn head(input: &mut Input<impl Read>) -> Result<Header, ReadError> {
    let at = input.offset();
    let length = input.number("the head")?;
    if length > MOST_HEAD {
        return Err(ReadError::damaged(at, format!("its head would have {length} bytes")));
    }
    let at = input.offset();
    let body = input.take(length, "the head")?;
    input.check(&body, at, "the head")?;
    let mut body = Bytes::new(&body, at);
    let flags = body.number()?;
    let began = body.number()?;
    let parallelism = body.number()?;
    let type_bytes = [body.number()?, body.number()?];
    let entries = body.number()?;
    let capacity = body.optional()?;
    let (kind, map) = (body.text()?, body.text()?);
    let flag = |bit: u32| flags >> bit & 1 == 1;
    Ok(Header {
        map,
        kind,
        plain_hashes: flag(0),
        began,
        parallelism,
        type_bytes,
        owns: [flag(1), flag(2)],
        measured_values: flag(3),
        entries,
        capacity,
    })
}

/// Reads blocks up to the end.
fn blocks(
    input: &mut Input<impl Read>,
    trace: &mut Trace,
    limits: Limits,
) -> Result<(), ReadError> {
    let mut bytes = Vec::new();
    loop {
        let begin = input.offset();
        bytes.clear();
        match input.next()? {
            Some(b'B') => {}
            Some(b'E') => break,
            Some(other) => {
                let what = format!("byte {other:#04x} begins neither a block nor the end");
                return Err(ReadError::damaged(begin, what));
            }
            None => return Err(ReadError::cut(begin, "the end")),
        }
        bytes.push(b'B');
        let mut head = [0; 4];
        for number in &mut head {
            *number = input.number_into(&mut bytes, "a block")?;
        }
        let [length, records, base, dropped] = head;
        if length > MOST_BLOCK {
            return Err(ReadError::damaged(begin, format!("a block would have {length} bytes")));
        }
        let at = input.offset();
        let payload = input.take(length, "a block")?;
        bytes.extend_from_slice(&payload);
        input.check(&bytes, begin, "a block")?;
        let read = records_of(&payload, at, base, trace, limits)?;
        if read != records {
            let what = format!("a block says that it has {records} operations, and has {read}");
            return Err(ReadError::damaged(begin, what));
        }
        trace.dropped = trace.dropped.saturating_add(dropped);
    }
    let begin = input.offset().saturating_sub(1);
    bytes.push(b'E');
    let mut numbers = [0; 7];
    for number in &mut numbers {
        *number = input.number_into(&mut bytes, "the end")?;
    }
    input.check(&bytes, begin, "the end")?;
    let [reason, at, records, dropped, entries, capacity, growths] = numbers;
    let (entries, capacity) = (entries.checked_sub(1), capacity.checked_sub(1));
    let growths = growths.checked_sub(1);
    trace.end = Some(End { reason, at, records, dropped, entries, capacity, growths });
    trace.dropped = trace.dropped.max(dropped);
    let after = input.offset();
    match input.next()? {
        None => Ok(()),
        Some(_) => Err(ReadError::damaged(after, "something stands after the end")),
    }
}

/// Adds the operations of a block; says how many they are.
fn records_of(
    payload: &[u8],
    at: u64,
    base: u64,
    trace: &mut Trace,
    limits: Limits,
) -> Result<u64, ReadError> {
    let mut bytes = Bytes::new(payload, at);
    let (mut time, mut thread) = (base, None);
    let (mut key_bytes, mut put_bytes) = (0, 0);
    let mut read = 0_u64;
    while !bytes.is_empty() {
        let at = bytes.offset();
        let tag = bytes.byte()?;
        if tag == 0 {
            let number = bytes.number()?;
            let number = u32::try_from(number).map_err(|_| {
                ReadError::damaged(at, format!("there is no thread of number {number}"))
            })?;
            thread = Some(number);
            continue;
        }
        let code = call_of(tag & CODE).filter(|_| tag & UNKNOWN == 0);
        let Some((call, outcome)) = code else {
            let what = format!("byte {tag:#04x} begins no operation of this version");
            return Err(ReadError::damaged(at, what));
        };
        let Some(thread) = thread else {
            return Err(ReadError::damaged(at, "an operation comes before its thread"));
        };
        time = time.saturating_add(bytes.number()?);
        let mut value_bytes = 0;
        let (key, size) = if matches!(call, Call::Iterate | Call::Clear) {
            (bytes.number()?, 0)
        } else {
            let key = bytes.hash()?;
            if tag & KEY_SIZE != 0 {
                key_bytes = bytes.number()?;
            }
            if tag & VALUE_SIZE != 0 {
                put_bytes = bytes.number()?;
            }
            if brings_value(outcome) {
                value_bytes = put_bytes;
            }
            (key, key_bytes)
        };
        if trace.records.len() >= limits.records {
            let what = format!("only the first {} operations are read", limits.records);
            return Err(ReadError::at(at, ReadErrorKind::TooLarge, what));
        }
        let record = Record { at: time, thread, call, outcome, key, key_bytes: size, value_bytes };
        trace.records.push(record);
        read = read.saturating_add(1);
    }
    Ok(read)
}
