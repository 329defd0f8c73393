//! Maps that tell what is done with them.
mod calls;
mod clock;
mod forward;
mod histogram;
mod key;
mod lanes;
mod metrics;
mod observed;
mod policy;
pub mod prometheus;
mod registry;
mod report;
mod series;
mod watcher;

pub use calls::{Call, Outcome};
pub use histogram::Durations;
pub use key::ToKey;
pub use metrics::{Kind, Metric, metrics};
pub use observed::Observed;
pub use policy::{Counted, Off, Policy};
pub use registry::Registry;
pub use report::{Operations, Report, Timing};

use lanes::Lanes;
use watcher::Watcher;
