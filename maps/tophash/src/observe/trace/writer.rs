//! Traces of operations that are known otherwise, such as from the log of another program.

use super::block::{Block, Key};
use super::format::{End, Header, Record, code_of};
use crate::observe::calls::Call;
use std::io::{self, Write};

/// Writes a trace from records.
///
/// ```
/// use tophash::observe::trace::{Header, Record, Writer};
/// use tophash::observe::{Call, Outcome};
///
/// let header = Header { map: "orders".into(), ..Header::default() };
/// let mut writer = Writer::new(Vec::new(), &header)?;
/// let (key, thread) = (0x5eed, 1);
/// for (at, call, outcome) in [(0, Call::Insert, Outcome::Inserted), (900, Call::Get, Outcome::Hit)] {
///     writer.push(&Record { at, thread, call, outcome, key, key_bytes: 8, value_bytes: 32 })?;
/// }
/// let trace: Vec<u8> = writer.finish()?;
/// assert!(trace.starts_with(b"THTRACE\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Writer<W> {
    to: W,
    block: Block,
    end: End,
}

impl<W: Write> Writer<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(mut to: W, header: &Header) -> io::Result<Self> {
        to.write_all(&header.encode())?;
        Ok(Self { to, block: Block::default(), end: End::default() })
    }

    /// Adds an operation. Times that go back stand still.
    ///
    /// # Errors
    /// Those of the writer; of the kind `InvalidInput` if an operation of this kind cannot come out so.
    pub fn push(&mut self, record: &Record) -> io::Result<()> {
        let Some(code) = code_of(record.call, record.outcome) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "an operation of this kind does not come out so",
            ));
        };
        let key = match record.call {
            Call::Iterate | Call::Clear => Key::All { entries: record.key },
            _ => Key::Of { hash: record.key, bytes: record.key_bytes },
        };
        let at = record.at.max(self.end.at);
        self.block.push((code, record.outcome), at, record.thread, key, record.value_bytes);
        self.end.at = at;
        self.end.records += 1;
        if self.block.is_full() {
            self.to.write_all(&self.block.take().encode())?;
        }
        Ok(())
    }

    /// Writes the end; gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.block.is_empty() {
            self.to.write_all(&self.block.take().encode())?;
        }
        self.to.write_all(&self.end.encode())?;
        self.to.flush()?;
        Ok(self.to)
    }
}

impl<W> core::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Writer").field("records", &self.end.records).finish_non_exhaustive()
    }
}
