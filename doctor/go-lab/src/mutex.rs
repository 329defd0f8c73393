//! Mutexes, as steps: taking one is a step that a goroutine can make only while it is free.
//!
//! A writer of an `RWMutex` first says that it waits, from where on no reader comes in, and then waits for those that are in:
//! two steps, as in `sync/rwmutex.go` of Go 1.21.13 and 1.23.4.

use crate::fault::{RUNLOCKED_RWMUTEX, Stop, UNLOCKED_MUTEX, UNLOCKED_RWMUTEX, fatal};
use crate::memory::{Address, Memory};
use crate::program::LockKind;
use crate::runner::Runner;

const FREE: u64 = 0;
const WAITING: u64 = 1;
const HELD: u64 = 2;

/// Where a mutex is: its state, and behind it the number of its readers.
pub(crate) fn place(locks: Address, index: usize) -> Address {
    locks.wrapping_add(u64::try_from(index).unwrap_or(0).wrapping_mul(2))
}

/// Whether `Lock` can make its next step; `waits` when it has said that it waits.
pub(crate) fn may_lock(memory: &Memory, at: Address, waits: bool) -> bool {
    if waits { memory.load(at.wrapping_add(1)) == Ok(0) } else { memory.load(at) == Ok(FREE) }
}

/// Whether `RLock` can make its step.
pub(crate) fn may_rlock(memory: &Memory, at: Address) -> bool {
    memory.load(at) == Ok(FREE)
}

pub(crate) fn lock(r: &mut Runner<'_>, kind: LockKind, at: Address) -> Result<(), Stop> {
    if kind == LockKind::RwMutex {
        r.store(at, WAITING, "no reader comes in any more")?;
        return r.store(at, HELD, "locks, when the last reader has gone");
    }
    r.store(at, HELD, "locks")
}

pub(crate) fn unlock(r: &mut Runner<'_>, kind: LockKind, at: Address) -> Result<(), Stop> {
    let found = r.exchange(at, "unlocks", |_| FREE)?;
    match kind {
        _ if found == HELD => Ok(()),
        LockKind::Mutex => fatal(UNLOCKED_MUTEX),
        LockKind::RwMutex => fatal(UNLOCKED_RWMUTEX),
    }
}

pub(crate) fn rlock(r: &mut Runner<'_>, at: Address) -> Result<(), Stop> {
    r.update(at.wrapping_add(1), "locks for reading", |readers| readers.wrapping_add(1))
}

pub(crate) fn runlock(r: &mut Runner<'_>, at: Address) -> Result<(), Stop> {
    let readers = at.wrapping_add(1);
    let found = r.exchange(readers, "unlocks for reading", |readers| readers.saturating_sub(1))?;
    if found == 0 { fatal(RUNLOCKED_RWMUTEX) } else { Ok(()) }
}
