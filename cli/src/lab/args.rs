//! Arguments of `lab`.

use clap::{Args, ValueHint};

/// Arguments of `lab`.
#[derive(Args, Debug)]
pub(crate) struct Lab {
    /// A scenario by name, or a TOML file with one of your own; without one, all are listed
    #[arg(value_hint = ValueHint::FilePath, value_name = "SCENARIO")]
    pub(crate) scenario: Option<String>,

    /// Replay the run that this string describes, step by step
    #[arg(long, value_name = "STRING")]
    pub(crate) replay: Option<String>,

    /// Print one JSON document instead of text
    #[arg(long)]
    pub(crate) json: bool,

    /// The most states to keep; beyond it, runs are drawn at random
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) states: usize,

    /// The runs to draw where there are too many states
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub(crate) runs: usize,

    /// What decides the draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}
