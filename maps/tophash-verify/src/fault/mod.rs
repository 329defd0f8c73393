//! Faults on purpose: keys and values that follow their own lives, panics counted down, hashers of the worst kind.

mod hashers;
mod kit;
mod ledger;
mod life;
mod panics;

pub use hashers::{Constant, Identity, Truncated};
pub use kit::{Injected, Kit, Site};
pub use ledger::{Ledger, Lives};
pub(crate) use life::corrupt_looks;
pub use life::{Key, Value};
pub use panics::{PanicReport, countdown_panics};
