//! Which locks a function holds at each of its map accesses.
//!
//! *Terms.* A lock is an access path as the function sees it (`c.mu`), never a type. A *state* is
//! what is held at one point: each lock certainly or perhaps. Where two ways meet, what only one of
//! them holds is held perhaps.
//!
//! *Mechanism.* An abstract run over the statements: branches are run apart and joined, loops until
//! nothing changes, `return` ends a way, `defer` is kept in the state and run at each end in reverse
//! order. A literal that is called where it stands, or by a function known to call it at once, is run
//! in the state at hand; one started by `go` or stored begins with nothing; one handed to an unknown
//! function begins with *perhaps more*.
//!
//! *Answers.* [`LockSet::Held`] is exact for the innermost function or literal; its callers may hold
//! more. Whatever is perhaps held makes the answer [`LockSet::Unknown`].
//!
//! The run asks for nothing but the lowered file and a table of what each call does to locks, so an
//! analysis across functions can feed it tables of its own: [`summary`] does that for helpers of one
//! package that only lock or unlock.

mod flow;
mod state;
mod summary;

pub(crate) use flow::{Operations, held_at};
pub(crate) use summary::helpers;

use finding::{HeldLock, LockSet, Site};
pub(crate) use state::{Held, State};

/// The answer for one point, in the words every crate shares. In a literal that is `called` through what holds it, what
/// was held where it was handed over does not count.
pub(crate) fn lock_set(
    state: Option<&State>,
    called: bool,
    site: &dyn Fn(u32, u32) -> Site,
) -> LockSet {
    let Some(state) = state else { return LockSet::Held(Vec::new()) };
    if state.is_unknown_here() || (!called && state.is_unknown()) {
        return LockSet::Unknown;
    }
    let held = state.held().iter().map(|held| HeldLock {
        path: held.path.written().into(),
        mode: held.mode,
        site: site(held.file, held.at),
    });
    LockSet::Held(held.collect())
}
