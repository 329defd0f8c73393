//! Numbers, texts and sums, from a stream and from bytes that are at hand.

use super::error::ReadError;
use std::io::{BufReader, Read};
use tophash::observe::trace::crc32;

/// Bytes of a number in LEB128, at most.
const MOST_DIGITS: u32 = 10;

/// A stream that knows where it is.
pub(super) struct Input<R> {
    from: BufReader<R>,
    offset: u64,
}

impl<R: Read> Input<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from: BufReader::with_capacity(64 << 10, from), offset: 0 }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next byte; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<u8>, ReadError> {
        let mut byte = [0];
        loop {
            match self.from.read(&mut byte) {
                Ok(0) => return Ok(None),
                Ok(_) => {
                    self.offset = self.offset.saturating_add(1);
                    return Ok(byte.first().copied());
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::io(self.offset, &error)),
            }
        }
    }

    /// So many bytes, of `what`. They take as much memory as there are in the file.
    pub(super) fn take(&mut self, length: u64, what: &str) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        let mut part = self.from.by_ref().take(length);
        let read =
            part.read_to_end(&mut bytes).map_err(|error| ReadError::io(self.offset, &error))?;
        let begin = self.offset;
        self.offset = self.offset.saturating_add(read as u64);
        if (read as u64) < length { Err(ReadError::cut(begin, what)) } else { Ok(bytes) }
    }

    pub(super) fn number(&mut self, what: &str) -> Result<u64, ReadError> {
        self.number_into(&mut Vec::new(), what)
    }

    /// A number, whose bytes are added to `bytes`.
    pub(super) fn number_into(
        &mut self,
        bytes: &mut Vec<u8>,
        what: &str,
    ) -> Result<u64, ReadError> {
        let begin = self.offset;
        let mut number = Number::default();
        loop {
            let byte = self.next()?.ok_or_else(|| ReadError::cut(begin, what))?;
            bytes.push(byte);
            if let Some(number) = number.digit(byte, begin)? {
                return Ok(number);
            }
        }
    }

    /// The sum of `bytes`, which comes next, has to be right.
    pub(super) fn check(&mut self, bytes: &[u8], begin: u64, what: &str) -> Result<(), ReadError> {
        let sum = self.take(4, what)?;
        if sum == crc32(bytes).to_le_bytes() {
            return Ok(());
        }
        Err(ReadError::damaged(begin, format!("the checksum of {what} is wrong")))
    }
}

/// Bytes that are read one after the other.
pub(super) struct Bytes<'b> {
    left: &'b [u8],
    end: u64,
}

impl<'b> Bytes<'b> {
    /// Those that stand at `begin` of the file.
    pub(super) fn new(bytes: &'b [u8], begin: u64) -> Self {
        Self { left: bytes, end: begin.saturating_add(bytes.len() as u64) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub(super) fn offset(&self) -> u64 {
        self.end.saturating_sub(self.left.len() as u64)
    }

    fn short(&self) -> ReadError {
        ReadError::damaged(self.offset(), "a field goes beyond what holds it")
    }

    pub(super) fn byte(&mut self) -> Result<u8, ReadError> {
        let (byte, left) = self.left.split_first().ok_or_else(|| self.short())?;
        self.left = left;
        Ok(*byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, ReadError> {
        let begin = self.offset();
        let mut number = Number::default();
        loop {
            let byte = self.byte()?;
            if let Some(number) = number.digit(byte, begin)? {
                return Ok(number);
            }
        }
    }

    /// A number that may not be known.
    pub(super) fn optional(&mut self) -> Result<Option<u64>, ReadError> {
        Ok(self.number()?.checked_sub(1))
    }

    pub(super) fn hash(&mut self) -> Result<u64, ReadError> {
        let (hash, left) = self.left.split_first_chunk().ok_or_else(|| self.short())?;
        self.left = left;
        Ok(u64::from_le_bytes(*hash))
    }

    pub(super) fn text(&mut self) -> Result<String, ReadError> {
        let length = self.number()?;
        let length = usize::try_from(length).map_err(|_| self.short())?;
        let (text, left) = self.left.split_at_checked(length).ok_or_else(|| self.short())?;
        self.left = left;
        Ok(String::from_utf8_lossy(text).into_owned())
    }
}

/// A number of which some digits have been read.
#[derive(Default)]
struct Number {
    value: u64,
    digits: u32,
}

impl Number {
    /// Takes a digit in; gives the number if that was its last one.
    fn digit(&mut self, byte: u8, begin: u64) -> Result<Option<u64>, ReadError> {
        let digit = u64::from(byte & 0x7F);
        let shift = self.digits.saturating_mul(7);
        // The tenth digit has room for one bit.
        let fits = self.digits < MOST_DIGITS && (shift < 63 || digit <= 1);
        let shifted = digit.checked_shl(shift).filter(|_| fits);
        let shifted = shifted.ok_or_else(|| {
            ReadError::damaged(begin, "a number is larger than any that is written")
        })?;
        self.value |= shifted;
        self.digits = self.digits.saturating_add(1);
        Ok((byte & 0x80 == 0).then_some(self.value))
    }
}
