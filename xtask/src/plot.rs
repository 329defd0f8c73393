//! `cargo xtask plot`: draws what `cargo xtask bench -- maps --json FILE` measured.
//!
//! The program that measured draws as well: it knows its samples, and which of a map's ways to be used is the best.

use crate::bench;
use anyhow::Result;
use std::path::PathBuf;

/// What `cargo xtask plot` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files written with `--json`; what several of them measured counts as the last one says it.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where the SVG files go.
    #[arg(long, default_value = "docs/plots")]
    out: PathBuf,
    /// For captions, in place of the commit that the files name.
    #[arg(long)]
    commit: Option<String>,
    /// For captions, in place of the date that the files name.
    #[arg(long)]
    date: Option<String>,
}

/// Draws them.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut command = bench::maps_program();
    command.args(["--", "plot"]).args(&arguments.files).arg("--out").arg(&arguments.out);
    for (option, value) in [("--commit", &arguments.commit), ("--date", &arguments.date)] {
        if let Some(value) = value {
            command.args([option, value]);
        }
    }
    bench::succeed(&mut command)
}
