//! The rows and panels of the dashboard.

mod maps;
mod services;
mod state;

use crate::panel::{Kind, Panel, Query, Row, Step, Unit};
use maps::{GROWTH, HOT_KEYS, OPERATIONS, SIZE, WAITING};
use services::{GO, GOROUTINES, OBSERVER};
use state::{ALERTS, STATE};

/// The dashboard, from the top down.
pub const ROWS: &[Row] = &[
    Row { title: "State", panels: STATE },
    Row { title: "Alerts", panels: ALERTS },
    Row { title: "Size", panels: SIZE },
    Row { title: "Operations", panels: OPERATIONS },
    Row { title: "Waiting", panels: WAITING },
    Row { title: "Growth", panels: GROWTH },
    Row { title: "Hot keys", panels: HOT_KEYS },
    Row { title: "The observer itself", panels: OBSERVER },
    Row { title: "Goroutines of Go services", panels: GOROUTINES },
    Row { title: "Maps as Go services name them", panels: GO },
];

pub(super) const GREEN: Step = Step { from: f64::NEG_INFINITY, colour: "green" };

pub(super) const fn orange(from: f64) -> Step {
    Step { from, colour: "orange" }
}

pub(super) const fn red(from: f64) -> Step {
    Step { from, colour: "red" }
}

pub(super) const fn query(expression: &'static str, legend: &'static str) -> Query {
    Query { expression, legend }
}

pub(super) const fn lines(
    title: &'static str,
    description: &'static str,
    unit: Unit,
    queries: &'static [Query],
) -> Panel {
    Panel { title, description, kind: Kind::Lines, unit, steps: &[], queries }
}

pub(super) const fn state(
    title: &'static str,
    description: &'static str,
    unit: Unit,
    steps: &'static [Step],
    queries: &'static [Query],
) -> Panel {
    Panel { title, description, kind: Kind::State, unit, steps, queries }
}
