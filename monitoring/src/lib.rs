//! Grafana's dashboard of maps, as a table that `cargo xtask dashboard` writes to `dashboards/tophash-maps.json`.
//!
//! The rest of this folder is not Rust: rules, runbooks and examples. README.md leads through it, and the tests of this
//! package hold all of it against `promtool`, a real Prometheus and the metric table of `tophash::observe`.

mod grafana;
mod panel;
mod table;

pub use grafana::{FILE, dashboard};
pub use panel::{Kind, Panel, Query, Row, Step, Unit};
pub use table::ROWS;
