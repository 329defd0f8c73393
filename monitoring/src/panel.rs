//! What a dashboard is made of: rows of panels, each with its queries, unit and colours.

/// A row of at most five panels.
#[derive(Debug)]
pub struct Row {
    /// Its heading.
    pub title: &'static str,
    /// From left to right.
    pub panels: &'static [Panel],
}

/// A picture of one or more queries.
#[derive(Debug)]
pub struct Panel {
    /// Its heading.
    pub title: &'static str,
    /// What it shows and what to make of it; Grafana shows it beside the heading.
    pub description: &'static str,
    /// How it is drawn.
    pub kind: Kind,
    /// What its numbers are.
    pub unit: Unit,
    /// Where its colour changes, from green on; empty for colours by series.
    pub steps: &'static [Step],
    /// What it shows.
    pub queries: &'static [Query],
}

/// How a panel is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Lines over time.
    Lines,
    /// The worst value now, on the colour of its state.
    State,
    /// When each alert fired.
    Alerts,
}

/// What numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of something.
    Count,
    /// A number of something a second.
    PerSecond,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// A share of one, shown in percent.
    Share,
    /// How many times something.
    Times,
}

impl Unit {
    /// What Grafana calls it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Count => "short",
            Self::PerSecond => "cps",
            Self::Bytes => "bytes",
            Self::Seconds => "s",
            Self::Share => "percentunit",
            Self::Times => "none",
        }
    }
}

/// From this value on, a colour.
#[derive(Debug)]
pub struct Step {
    /// The least value that has the colour.
    pub from: f64,
    /// What Grafana calls the colour.
    pub colour: &'static str,
}

/// A query in PromQL and how its series are called.
#[derive(Debug)]
pub struct Query {
    /// The query. `$maps` stands for the matchers of the maps that were chosen, `$services` for those of their instances.
    pub expression: &'static str,
    /// The name of a series, of its labels.
    pub legend: &'static str,
}

impl Query {
    /// The query as Grafana gets it, with its variables.
    pub fn with_variables(&self) -> String {
        let services = r#"job=~"$job", instance=~"$instance""#;
        self.expression
            .replace("$maps", &format!(r#"{services}, map=~"$map""#))
            .replace("$services", services)
    }
}
