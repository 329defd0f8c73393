//! Operations of a program, each from the function of the runtime that does it.

use crate::classic;
use crate::fault::Stop;
use crate::memory::Address;
use crate::mutex;
use crate::outcome::Outcome;
use crate::program::{LockKind, Operation, Program};
use crate::runner::Runner;

/// Does an operation on the map and the mutexes at these places.
pub(crate) fn perform(
    r: &mut Runner<'_>,
    program: &Program,
    map: Address,
    locks: Address,
    operation: Operation,
) -> Result<Outcome, Stop> {
    let kind = |lock: usize| program.locks.get(lock).copied().unwrap_or(LockKind::Mutex);
    match operation {
        Operation::Read(key) => classic::read(r, map, key),
        Operation::Assign(key, value) => classic::assign(r, map, key, value),
        Operation::Delete(key) => classic::delete(r, map, key),
        Operation::Clear => classic::clear(r, map),
        Operation::Iterate => classic::iterate(r, map, program.start),
        Operation::Clone => classic::clone(r, map),
        Operation::Length => classic::length(r, map),
        Operation::Lock(lock) => {
            mutex::lock(r, kind(lock), mutex::place(locks, lock)).map(|()| Outcome::Done)
        }
        Operation::Unlock(lock) => {
            mutex::unlock(r, kind(lock), mutex::place(locks, lock)).map(|()| Outcome::Done)
        }
        Operation::RLock(lock) => {
            mutex::rlock(r, mutex::place(locks, lock)).map(|()| Outcome::Done)
        }
        Operation::RUnlock(lock) => {
            mutex::runlock(r, mutex::place(locks, lock)).map(|()| Outcome::Done)
        }
    }
}
