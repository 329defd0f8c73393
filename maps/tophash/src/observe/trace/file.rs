//! The file of a trace: written beside its place by a thread of its own, and renamed at the end.

use super::block::Block;
use super::error::TraceError;
use super::format::End;
use super::recorder::{Buffers, Message};
use alloc::format;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

/// How long what is recorded stays in buffers.
const FLUSH: Duration = Duration::from_secs(1);

/// More bytes than the end of a trace takes.
const END_BYTES: u64 = 128;

/// At what size and age a trace ends by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) bytes: u64,
    pub(super) time: Option<Duration>,
}

/// Why a recording ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Ended {
    /// It was asked to.
    Asked = 0,
    /// The file would have become larger than [`Trace::most_bytes`](super::Trace::most_bytes).
    Bytes = 1,
    /// The time of [`Trace::stop_after`](super::Trace::stop_after) was over.
    Time = 2,
}

/// A trace that was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Recorded {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Operations in it.
    pub records: u64,
    /// Operations that are not, because buffers were full.
    pub dropped: u64,
    /// Why it ended.
    pub ended: Ended,
}

/// A file that is not whole yet, and goes unless it becomes so.
#[derive(Debug)]
pub(super) struct Part {
    /// `None` when it has become whole.
    file: Option<File>,
    part: PathBuf,
    path: PathBuf,
}

impl Part {
    pub(super) fn create(path: &Path) -> Result<Self, TraceError> {
        Self::open(path, |part| File::create(part))
    }

    fn open(path: &Path, open: impl FnOnce(&Path) -> io::Result<File>) -> Result<Self, TraceError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        let number = NEXT.fetch_add(1, Relaxed);
        name.push(format!(".{}-{number}.part", std::process::id()));
        let part = path.with_file_name(name);
        let file = open(&part).map_err(|source| TraceError::io(path, source))?;
        Ok(Self { file: Some(file), part, path: path.into() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            let renamed = file.sync_all().and_then(|()| fs::rename(&self.part, &self.path));
            if renamed.is_err() {
                self.file = Some(file);
            }
            return renamed;
        }
        Ok(())
    }
}

/// What could not be written whole is of no use, and takes room on a disk that may be full.
impl Drop for Part {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// What has been written.
struct Sink<'f> {
    file: &'f File,
    bounds: Bounds,
    bytes: u64,
    end: End,
}

impl Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Writes a block, if there is room for it and the end.
    fn block(&mut self, block: &Block) -> io::Result<bool> {
        let encoded = block.encode();
        if self.bytes + encoded.len() as u64 + END_BYTES > self.bounds.bytes {
            return Ok(false);
        }
        self.end.records += block.records;
        self.end.dropped += block.dropped;
        self.write(&encoded)?;
        Ok(true)
    }

    fn blocks(&mut self, blocks: impl Iterator<Item = Block>) -> io::Result<bool> {
        for block in blocks {
            if !self.block(&block)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes what comes until it is time to end; says why.
    fn follow(&mut self, buffers: &Buffers, queue: &Receiver<Message>) -> io::Result<Ended> {
        let mut flushed = Instant::now();
        loop {
            let mut wait = FLUSH.saturating_sub(flushed.elapsed());
            if let Some(time) = self.bounds.time {
                let left = time.saturating_sub(buffers.began.elapsed());
                if left.is_zero() {
                    return Ok(Ended::Time);
                }
                wait = wait.min(left);
            }
            match queue.recv_timeout(wait) {
                Ok(Message::Block(block)) => {
                    if !self.block(&block)? {
                        return Ok(Ended::Bytes);
                    }
                }
                Ok(Message::End(summary)) => {
                    summary.iter().for_each(|summary| self.end.look(summary));
                    return Ok(Ended::Asked);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Ended::Asked),
            }
            if flushed.elapsed() >= FLUSH {
                if !self.blocks(buffers.drain())? {
                    return Ok(Ended::Bytes);
                }
                flushed = Instant::now();
            }
        }
    }

    /// Everything, from the head to the end.
    fn trace(
        &mut self,
        header: &[u8],
        buffers: &Buffers,
        queue: &Receiver<Message>,
    ) -> io::Result<Ended> {
        self.write(header)?;
        let ended = self.follow(buffers, queue)?;
        buffers.stop();
        let mut ended = ended;
        if ended != Ended::Bytes {
            let queued = core::iter::from_fn(|| match queue.try_recv() {
                Ok(Message::Block(block)) => Some(block),
                Ok(Message::End(_)) | Err(_) => None,
            });
            if !self.blocks(queued)? || !self.blocks(buffers.drain())? {
                ended = Ended::Bytes;
            }
        }
        self.end.reason = ended as u64;
        self.end.at = crate::observe::clock::nanos(buffers.began.elapsed());
        let end = self.end.encode();
        self.write(&end)?;
        Ok(ended)
    }
}

/// Writes the trace of what comes through the queue and is in the buffers, until it ends.
pub(super) fn write(
    mut part: Part,
    bounds: Bounds,
    header: &[u8],
    buffers: &Buffers,
    queue: &Receiver<Message>,
) -> Result<Recorded, TraceError> {
    let fail = |part: &Part, source| TraceError::io(&part.path, source);
    // A whole file is not written twice.
    let Some(file) = &part.file else {
        return Err(TraceError::thread(&part.path, None));
    };
    let mut sink = Sink { file, bounds, bytes: 0, end: End::default() };
    let ended = sink.trace(header, buffers, queue).map_err(|source| fail(&part, source))?;
    let Sink { bytes, end: End { records, dropped, .. }, .. } = sink;
    part.finish().map_err(|source| fail(&part, source))?;
    Ok(Recorded { path: part.path.clone(), bytes, records, dropped, ended })
}

#[cfg(test)]
mod tests {
    use super::super::{Trace, TraceErrorKind};
    use super::*;
    use crate::HashMap;
    use crate::observe::{Event, Observed, Registry};
    use alloc::string::ToString;
    use std::sync::mpsc::channel;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_ends_the_recording_tells_handlers_and_leaves_nothing_behind() {
        let directory = std::env::temp_dir().join(format!("tophash-trace-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("full.trace");
        let full = |part: &Path| {
            File::create(part)?;
            File::options().write(true).open("/dev/full")
        };
        let registry = Registry::new();
        let (tell, told) = channel();
        registry.on_event(move |event| {
            if let Event::RecordingFailed(error) = event {
                tell.send(error.kind()).unwrap();
            }
        });
        let trace = Trace::in_part(Part::open(&path, full).unwrap());
        let map = Observed::builder("full").alarms_to(&registry).record(trace);
        let map = map.build(HashMap::<u64, u64>::new()).unwrap();
        let kind = TraceErrorKind::Io(io::ErrorKind::StorageFull);
        assert_eq!(told.recv_timeout(Duration::from_secs(20)), Ok(kind));
        // The map goes on.
        map.insert(1, 1).unwrap();
        assert_eq!(map.get(&1), Some(1));
        let error = map.end_recording().unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains("; free some space there"), "{error}");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
        fs::remove_dir(&directory).unwrap();
    }
}
