//! The bytes of a trace, as `docs/trace-format.md` has them: numbers, head, tags and end. Blocks are in `block`.

use crate::concurrent::Summary;
use crate::observe::calls::{COUNTED, Call, Outcome};
use alloc::string::String;
use alloc::vec::Vec;

/// What a trace begins with.
pub const MAGIC: &[u8; 8] = b"THTRACE\n";

/// The version of the format that is written here.
pub const VERSION: u64 = 1;

/// What stands before a block, and before the end.
pub(super) const BLOCK: u8 = b'B';
pub(super) const END: u8 = b'E';

/// Bits of a tag, above the code: a size follows that is another than before.
pub(super) const KEY_SIZE: u8 = 1 << 5;
pub(super) const VALUE_SIZE: u8 = 1 << 6;

/// The codes of a trace, from one. They do not change; code zero names the thread of what follows.
const CODES: [(Call, Outcome); 16] = [
    (Call::Get, Outcome::Hit),
    (Call::Get, Outcome::Miss),
    (Call::Insert, Outcome::Inserted),
    (Call::Insert, Outcome::Replaced),
    (Call::Insert, Outcome::Present),
    (Call::Insert, Outcome::Full),
    (Call::Remove, Outcome::Removed),
    (Call::Remove, Outcome::Absent),
    (Call::Update, Outcome::Inserted),
    (Call::Update, Outcome::Replaced),
    (Call::Update, Outcome::Removed),
    (Call::Update, Outcome::Absent),
    (Call::Update, Outcome::Unchanged),
    (Call::Update, Outcome::Full),
    (Call::Iterate, Outcome::Done),
    (Call::Clear, Outcome::Done),
];

/// The code of each counter.
pub(super) const CODE_OF_COUNTER: [u8; COUNTED.len()] = {
    let mut codes = [0; COUNTED.len()];
    let mut place = 0;
    while place < COUNTED.len() {
        let (call, outcome) = COUNTED[place];
        let mut code = 0;
        // One without a code is past the end, where compiling ends too.
        while CODES[code].0 as u8 != call as u8 || CODES[code].1 as u8 != outcome as u8 {
            code += 1;
        }
        codes[place] = code as u8 + 1;
        place += 1;
    }
    codes
};

/// One operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// Nanoseconds from the beginning of the trace to the end of the operation.
    pub at: u64,
    /// The thread, by a number that no other thread of the process has.
    pub thread: u32,
    /// What it was.
    pub call: Call,
    /// What came of it.
    pub outcome: Outcome,
    /// The hash of the key; of an operation on all entries how many there were.
    pub key: u64,
    /// Bytes that the key feeds its hash; zero of an operation on all entries.
    pub key_bytes: u64,
    /// Bytes of the value that it brought, also if the map has not taken it; zero of others.
    pub value_bytes: u64,
}

/// The operation of a code; `None` where there is none.
#[must_use]
pub fn call_of(code: u8) -> Option<(Call, Outcome)> {
    CODES.get(usize::from(code).checked_sub(1)?).copied()
}

/// The code of an operation; `None` if it cannot come out so.
#[must_use]
pub fn code_of(call: Call, outcome: Outcome) -> Option<u8> {
    let place = CODES.iter().position(|code| *code == (call, outcome))?;
    u8::try_from(place + 1).ok()
}

/// What a trace says of the map and the process at its beginning.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Header {
    /// The name that the map was given.
    pub map: String,
    /// The kind of map, as [`Summary::kind`] has it; empty if not known.
    pub kind: String,
    /// Whether hashes have no seed, so that other traces have the same ones of the same keys.
    pub plain_hashes: bool,
    /// Nanoseconds from 1970 to the beginning, by the wall clock of then.
    pub began: u64,
    /// Threads that the machine runs at once.
    pub parallelism: u64,
    /// Bytes of a key's and of a value's type, without what they own.
    pub type_bytes: [u64; 2],
    /// Whether keys and values own anything.
    pub owns: [bool; 2],
    /// Whether sizes of values are measured, and not their type's.
    pub measured_values: bool,
    /// Entries of the map at the beginning.
    pub entries: u64,
    /// Entries that it held then before it grew.
    pub capacity: Option<u64>,
}

/// What a trace says at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct End {
    /// Why it ended: 0 it was asked to, or the map was dropped; 1 the file's bound; 2 the time's bound.
    pub reason: u64,
    /// Nanoseconds from the beginning.
    pub at: u64,
    /// Operations in the trace.
    pub records: u64,
    /// Operations that are not, because buffers were full.
    pub dropped: u64,
    /// Entries of the map.
    pub entries: Option<u64>,
    /// Entries that it holds before it grows.
    pub capacity: Option<u64>,
    /// How often it grew in all.
    pub growths: Option<u64>,
}

impl Header {
    pub(super) fn look(&mut self, summary: &Summary) {
        self.kind = summary.kind.into();
        self.entries = summary.entries as u64;
        self.capacity = summary.capacity.map(|entries| entries as u64);
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let flags = [self.plain_hashes, self.owns[0], self.owns[1], self.measured_values];
        let flags = flags.iter().rev().fold(0, |flags, flag| flags << 1 | u64::from(*flag));
        for number in [flags, self.began, self.parallelism, self.type_bytes[0], self.type_bytes[1]]
        {
            put(&mut body, number);
        }
        put(&mut body, self.entries);
        put(&mut body, optional(self.capacity));
        text(&mut body, &self.kind);
        text(&mut body, &self.map);
        let mut head = MAGIC.to_vec();
        put(&mut head, VERSION);
        put(&mut head, body.len() as u64);
        head.extend_from_slice(&body);
        head.extend_from_slice(&crc32(&body).to_le_bytes());
        head
    }
}

impl End {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut end = Vec::from([END]);
        for number in [self.reason, self.at, self.records, self.dropped] {
            put(&mut end, number);
        }
        for number in [self.entries, self.capacity, self.growths] {
            put(&mut end, optional(number));
        }
        let sum = crc32(&end);
        end.extend_from_slice(&sum.to_le_bytes());
        end
    }

    pub(super) fn look(&mut self, summary: &Summary) {
        self.entries = Some(summary.entries as u64);
        self.capacity = summary.capacity.map(|entries| entries as u64);
        self.growths = summary.growths;
    }
}

/// Whether an operation that came out so brought a value.
#[must_use]
pub fn brings_value(outcome: Outcome) -> bool {
    use Outcome::{Full, Inserted, Present, Replaced};
    matches!(outcome, Inserted | Replaced | Present | Full)
}

/// What is not known is zero, and all else one more than it is.
fn optional(number: Option<u64>) -> u64 {
    number.map_or(0, |number| number.saturating_add(1))
}

/// A number in LEB128: seven bits a byte, the low ones first, the eighth where more follow.
#[inline]
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The longest text of a head.
const MOST_TEXT: usize = 4096;

fn text(bytes: &mut Vec<u8>, text: &str) {
    let mut most = text.len().min(MOST_TEXT);
    while !text.is_char_boundary(most) {
        most -= 1;
    }
    let text = &text[..most];
    put(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

/// CRC-32 as in IEEE 802.3 and zlib: the checksum of heads, blocks and ends.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut place = 0;
        while place < 256 {
            let mut sum = place as u32;
            let mut bit = 0;
            while bit < 8 {
                sum = if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
                bit += 1;
            }
            table[place] = sum;
            place += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |sum: u32, byte| sum >> 8 ^ TABLE[(sum as u8 ^ byte) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::calls::Counter;

    #[test]
    fn the_sum_is_the_one_of_zlib() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn every_counter_has_the_code_of_its_operation() {
        for counter in Counter::all() {
            let code = CODE_OF_COUNTER[counter.place()];
            assert_eq!(call_of(code), Some(COUNTED[counter.place()]));
            assert_eq!(call_of(code).and_then(|(call, came)| code_of(call, came)), Some(code));
        }
        assert_eq!((call_of(0), call_of(17)), (None, None));
    }
}
