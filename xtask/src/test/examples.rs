//! The examples that are packages of their own, with lock files of their own: tested as a user would.

use anyhow::{Context, Result, bail};
use std::process::Command;

/// Their manifests.
const MANIFESTS: [&str; 1] = ["examples/axum/Cargo.toml"];

/// Where they are built.
const TARGET: &str = "target/examples";

/// Runs the tests of each.
pub(super) fn run() -> Result<()> {
    for manifest in MANIFESTS {
        eprintln!("tests of {manifest}");
        let mut command = Command::new(env!("CARGO"));
        command.args(["test", "--locked", "--manifest-path", manifest, "--target-dir", TARGET]);
        if !command.status().context("cargo did not start")?.success() {
            bail!("the tests of {manifest} failed");
        }
    }
    Ok(())
}
