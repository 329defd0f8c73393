//! Which accesses of one map may meet, and what would keep them apart.
//!
//! ```text
//! Program ─► locks ─────► guard: the lock that guards the map, by what its accesses hold
//!            what an
//!            access holds
//!         ─► trace ─────► meeting: two accesses of one object, one of them beside the other
//!            whose object
//!            it touches
//! ```
//!
//! *Terms.* A *guard* is the declaration of a mutex that accesses of a map hold. A *trace* leads from an access back over
//! the callers to whoever has the object: its maker, a package's variable, or callers that are not known; every goroutine
//! or handler that it passes is a *crossing*. Two accesses *meet* where their traces may end at one object, at least one
//! of them has crossed, and nothing orders them.
//!
//! *What it does not claim.* Reads alone are silent. An access whose locks cannot be followed is part of no claim, and a
//! trace that ends in what is not known meets nothing. A comment counts where accesses or callers heed it. One thing is presumed: that a function which is handed over while
//! nothing is held is called under nothing; [`Touch::presumed`] says where.
//!
//! *Sources.* Locksets by access path: Savage et al., Eraser, 1997; summaries, ownership and evidence of concurrency:
//! Blackshear et al., RacerD, OOPSLA 2018.

mod above;
mod beginning;
mod guard;
mod locks;
mod making;
mod meeting;
mod object;
pub mod phase;
mod reach;
mod shared;
mod sites;
mod standing;
mod trace;

pub use guard::{Guard, is_beside};
pub use locks::{Held, Locks};
pub use meeting::{Apart, Certainty, Meeting};
pub use shared::{Alone, Analysis, SharedMap, Touch, harmful, is_of_package};
pub use standing::Standing;
pub use trace::{Crossing, End, Passed, Trace};
