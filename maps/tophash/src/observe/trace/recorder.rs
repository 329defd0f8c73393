//! What operations that are recorded do: they add to a buffer of their thread's, and hand on a full one.
//!
//! There are as many buffers as threads have numbers of their own (see `raw::hazard::thread`), each under a lock of its own, on
//! lines of its own. Threads beyond those share the buffers. No code of the user's runs under such a lock: keys are hashed and
//! values measured before. Who writes the file takes what is there once a second, so that a thread that rests holds nothing back.

use super::block::{Block, Key};
use super::error::TraceError;
use super::file::{Bounds, Part, Recorded, write};
use super::format::{CODE_OF_COUNTER, Header};
use super::hash::Hashing;
use crate::concurrent::Summary;
use crate::observe::alarm::Event;
use crate::observe::calls::{COUNTED, Counter};
use crate::observe::clock::nanos;
use crate::observe::registry::Registry;
use crate::raw::hazard::thread::{HINTS, assigned_hint};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::cell::Cell;
use core::hash::Hash;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// Blocks that wait for the file at most.
const QUEUE: usize = 64;

type Outcome = Result<Recorded, Arc<TraceError>>;

/// The recording of a map.
pub(in crate::observe) struct Recorder {
    buffers: Arc<Buffers>,
    queue: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<Outcome>>>,
    outcome: OnceLock<Outcome>,
    path: PathBuf,
}

/// What the thread that writes the file is told.
pub(super) enum Message {
    Block(Block),
    End(Option<Summary>),
}

/// What both sides of a recording share.
pub(super) struct Buffers {
    on: AtomicBool,
    pub(super) began: Instant,
    hashing: Hashing,
    lanes: Box<[Lane]>,
}

/// Two cache lines, because processors fetch lines in pairs.
#[repr(align(128))]
#[derive(Default)]
struct Lane(Mutex<Block>);

/// An operation that is going to be recorded.
pub(in crate::observe) struct Noted {
    hash: u64,
    key_bytes: u64,
    pub(in crate::observe) value_bytes: u64,
}

impl Recorder {
    pub(super) fn start(
        part: Part,
        bounds: Bounds,
        header: &Header,
        hashing: Hashing,
        registry: Registry,
    ) -> Self {
        let buffers = Arc::new(Buffers::new(hashing));
        let (queue, blocks) = sync_channel(QUEUE);
        let path = part.path().to_path_buf();
        let outcome = OnceLock::new();
        let run = {
            let (header, buffers) = (header.encode(), Arc::clone(&buffers));
            let registry = registry.clone();
            move || run(part, bounds, &header, &buffers, &blocks, &registry)
        };
        let thread = std::thread::Builder::new().name("tophash-trace".into()).spawn(run);
        let thread = thread
            .map_err(|source| {
                buffers.stop();
                let error = Arc::new(TraceError::thread(&path, Some(source)));
                registry.raise(Event::RecordingFailed(Arc::clone(&error)), &Arc::default());
                // It is set here alone, before anybody else could.
                let _ = outcome.set(Err(error));
            })
            .ok();
        Self { buffers, queue, thread: Mutex::new(thread), outcome, path }
    }

    /// Whether operations are still recorded.
    #[inline]
    pub(in crate::observe) fn is_on(&self) -> bool {
        self.buffers.on.load(Relaxed)
    }

    /// Hashes the key of an operation that is going to be recorded.
    pub(in crate::observe) fn note<Q: Hash + ?Sized>(&self, key: &Q) -> Noted {
        let (hash, key_bytes) = self.buffers.hashing.hash(key);
        Noted { hash, key_bytes, value_bytes: 0 }
    }

    /// Records an operation that has just ended.
    pub(in crate::observe) fn record(&self, counter: Counter, noted: &Noted) {
        let key = Key::Of { hash: noted.hash, bytes: noted.key_bytes };
        self.push(counter, key, noted.value_bytes);
    }

    /// Records an operation on all entries, if operations are still recorded.
    pub(in crate::observe) fn record_whole(&self, counter: Counter, entries: u64) {
        if self.is_on() {
            self.push(counter, Key::All { entries }, 0);
        }
    }

    fn push(&self, counter: Counter, key: Key, value_bytes: u64) {
        let code = (CODE_OF_COUNTER[counter.place()], COUNTED[counter.place()].1);
        let at = nanos(self.buffers.began.elapsed());
        let number = thread_number();
        let mut block = self.buffers.lanes[assigned_hint() % HINTS].lock();
        block.push(code, at, number, key, value_bytes);
        if block.is_full() {
            let full = block.take();
            if let Err(TrySendError::Full(Message::Block(lost))) =
                self.queue.try_send(Message::Block(full))
            {
                block.dropped = lost.dropped + lost.records;
            }
        }
    }

    /// Ends the recording, unless it has ended, and waits for the file.
    pub(in crate::observe) fn end(&self, summary: impl FnOnce() -> Option<Summary>) -> Outcome {
        let end = || {
            self.buffers.stop();
            // Where it ended by itself nobody listens any more.
            let _ = self.queue.send(Message::End(summary()));
            let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
            let joined = thread.and_then(|thread| thread.join().ok());
            joined.unwrap_or_else(|| Err(Arc::new(TraceError::thread(&self.path, None))))
        };
        self.outcome.get_or_init(end).clone()
    }
}

/// What is recorded when the map is dropped is waited for: a program that ends has its traces whole.
impl Drop for Recorder {
    fn drop(&mut self) {
        // Handlers were told of an error.
        let _ = self.end(|| None);
    }
}

impl Buffers {
    fn new(hashing: Hashing) -> Self {
        let lanes = core::iter::repeat_with(Lane::default).take(HINTS).collect();
        Self { on: AtomicBool::new(true), began: Instant::now(), hashing, lanes }
    }

    pub(super) fn stop(&self) {
        self.on.store(false, Relaxed);
    }

    /// What each buffer holds, one after the other; they are empty then.
    pub(super) fn drain(&self) -> impl Iterator<Item = Block> {
        let taken = self.lanes.iter().map(|lane| lane.lock().take());
        taken.filter(|block| !block.is_empty())
    }
}

impl Lane {
    fn lock(&self) -> MutexGuard<'_, Block> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the thread does that writes the file.
fn run(
    part: Part,
    bounds: Bounds,
    header: &[u8],
    buffers: &Buffers,
    blocks: &Receiver<Message>,
    registry: &Registry,
) -> Outcome {
    let written = write(part, bounds, header, buffers, blocks);
    buffers.stop();
    written.map_err(|error| {
        let error = Arc::new(error);
        registry.raise(Event::RecordingFailed(Arc::clone(&error)), &Arc::default());
        error
    })
}

/// The number of the calling thread, from one, which no other thread of the process has or had.
fn thread_number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    std::thread_local! {
        static NUMBER: Cell<u32> = const { Cell::new(0) };
    }
    let number = NUMBER.get();
    if number > 0 {
        return number;
    }
    let number = LAST.fetch_add(1, Relaxed).wrapping_add(1);
    NUMBER.set(number);
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::calls::counted;
    use alloc::vec::Vec;

    /// A queue that nobody empties: what does not fit is counted, and told by the next block that does.
    #[test]
    fn what_finds_the_queue_full_is_dropped_and_counted() {
        const OPERATIONS: u64 = 200_000;
        let (queue, blocks) = sync_channel(QUEUE);
        let path = PathBuf::from("nowhere");
        let buffers = Arc::new(Buffers::new(Hashing::seeded()));
        let outcome = OnceLock::from(Err(Arc::new(TraceError::thread(&path, None))));
        let recorder = Recorder { buffers, queue, thread: Mutex::new(None), outcome, path };
        for key in 0..OPERATIONS {
            recorder.record(counted::HIT, &recorder.note(&key));
        }
        let queued: Vec<Block> = blocks
            .try_iter()
            .filter_map(|message| match message {
                Message::Block(block) => Some(block),
                Message::End(_) => None,
            })
            .collect();
        assert_eq!(queued.len(), QUEUE);
        assert!(queued.iter().all(|block| block.dropped == 0));
        let left: Vec<Block> = recorder.buffers.drain().collect();
        let there: u64 = queued.iter().chain(&left).map(|block| block.records).sum();
        let dropped: u64 = left.iter().map(|block| block.dropped).sum();
        assert!(dropped > 0);
        assert_eq!(there + dropped, OPERATIONS);
    }
}
