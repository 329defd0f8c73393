//! Drop accounting: every life has a number, and each number is born once and dies once.

use std::cell::Cell;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

// An interpreter makes few lives, and making the room for many takes it long.
const CHUNK: u64 = if cfg!(miri) { 1 << 10 } else { 1 << 16 };
const CHUNKS: usize = if cfg!(miri) { 1 << 8 } else { 1 << 12 };
const BLOCK: u64 = 1 << 8;

const UNBORN: u8 = 0;
const ALIVE: u8 = 1;
const DEAD: u8 = 2;

/// The account of all lives of one [`Kit`](super::Kit). Threads take numbers in blocks, so that keeping the account
/// orders next to nothing that the map under test did not order.
pub struct Ledger {
    next: AtomicU64,
    epoch: AtomicU64,
    chunks: Vec<OnceLock<Box<[AtomicU8]>>>,
    double_drops: AtomicU64,
    corrupt: AtomicU64,
    last_wrong: AtomicU64,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("lives", &self.lives()).finish()
    }
}

/// What the account says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lives {
    /// Lives begun.
    pub born: u64,
    /// Lives begun and not ended.
    pub alive: u64,
    /// Drops of what was dead already or never lived.
    pub double_drops: u64,
    /// Looks at what was no live key or value: freed, overwritten or torn.
    pub corrupt: u64,
    /// The number of a life that is alive, or of the last one found wrong; for a debugger.
    pub example: u64,
}

impl Lives {
    /// Whether everything born died exactly once and nothing else was ever looked at.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.alive == 0 && self.double_drops == 0 && self.corrupt == 0
    }
}

thread_local! {
    /// The epoch and the ledger for which numbers were taken, the next number and the last of the block.
    static TAKEN: Cell<(u64, u64, u64)> = const { Cell::new((0, 0, 0)) };
}

/// Epochs are unique over all ledgers, so an epoch names a ledger too.
static EPOCHS: AtomicU64 = AtomicU64::new(1);

impl Default for Ledger {
    fn default() -> Self {
        Self {
            next: AtomicU64::new(0),
            epoch: AtomicU64::new(EPOCHS.fetch_add(1, Relaxed)),
            chunks: (0..CHUNKS).map(|_| OnceLock::new()).collect(),
            double_drops: AtomicU64::new(0),
            corrupt: AtomicU64::new(0),
            last_wrong: AtomicU64::new(0),
        }
    }
}

impl Ledger {
    fn life(&self, number: u64) -> Option<&AtomicU8> {
        let chunk = self.chunks.get(usize::try_from(number / CHUNK).ok()?)?;
        let lives = chunk.get_or_init(|| (0..CHUNK).map(|_| AtomicU8::new(UNBORN)).collect());
        lives.get((number % CHUNK) as usize)
    }

    /// A new life's number.
    pub(super) fn begin(&self) -> u64 {
        let epoch = self.epoch.load(Relaxed);
        let (taken_in, next, end) = TAKEN.get();
        let (number, end) = if taken_in == epoch && next < end {
            (next, end)
        } else {
            let first = self.next.fetch_add(BLOCK, Relaxed);
            (first, first + BLOCK)
        };
        TAKEN.set((epoch, number + 1, end));
        if let Some(life) = self.life(number) {
            life.store(ALIVE, Relaxed);
        }
        number
    }

    /// The end of a life; false if it had ended before or never begun.
    pub(super) fn end(&self, number: u64) -> bool {
        let once = self.life(number).is_none_or(|life| life.swap(DEAD, Relaxed) == ALIVE);
        if !once {
            self.double_drops.fetch_add(1, Relaxed);
            self.last_wrong.store(number, Relaxed);
        }
        once
    }

    /// Notes a look at something that is not alive.
    pub(super) fn corrupt(&self, number: u64) {
        self.corrupt.fetch_add(1, Relaxed);
        self.last_wrong.store(number, Relaxed);
    }

    /// The account as it stands. O(lives begun).
    #[must_use]
    pub fn lives(&self) -> Lives {
        let mut lives = Lives {
            double_drops: self.double_drops.load(Relaxed),
            corrupt: self.corrupt.load(Relaxed),
            example: self.last_wrong.load(Relaxed),
            ..Lives::default()
        };
        for (at, chunk) in self.chunks.iter().enumerate() {
            let Some(chunk) = chunk.get() else { continue };
            for (offset, life) in chunk.iter().enumerate() {
                match life.load(Relaxed) {
                    ALIVE => {
                        lives.born += 1;
                        lives.alive += 1;
                        lives.example = at as u64 * CHUNK + offset as u64;
                    }
                    DEAD => lives.born += 1,
                    _ => {}
                }
            }
        }
        lives
    }

    /// Forgets everything. Nothing made before may still be alive.
    pub fn reset(&self) {
        for chunk in self.chunks.iter().filter_map(OnceLock::get) {
            chunk.iter().for_each(|life| life.store(UNBORN, Relaxed));
        }
        for word in [&self.next, &self.double_drops, &self.corrupt, &self.last_wrong] {
            word.store(0, Relaxed);
        }
        self.epoch.store(EPOCHS.fetch_add(1, Relaxed), Relaxed);
    }
}
