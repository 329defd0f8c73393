//! Go toolchains and peers: where they are, and how they are had.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The newest Go, which `cargo xtask bench` hands over.
const NEWEST: u32 = 27;

/// Its GOROOT.
pub fn goroot() -> Result<PathBuf> {
    goroot_of(NEWEST)
}

fn goroot_of(minor: u32) -> Result<PathBuf> {
    let variable = format!("TOPHASH_GO_1_{minor}");
    let root = std::env::var_os(variable).context("run this through `cargo xtask bench`")?;
    Ok(PathBuf::from(root))
}

/// The `go` command of that toolchain.
pub fn go() -> Result<Command> {
    go_of(NEWEST)
}

/// The `go` command of Go 1.`minor`.
pub fn go_of(minor: u32) -> Result<Command> {
    let root = goroot_of(minor)?;
    let mut command = Command::new(root.join("bin/go"));
    command.env("GOROOT", &root).env("GOTOOLCHAIN", "local").env("GOWORK", "off");
    Ok(command)
}

/// Installs a Go program of that import path into `folder`, by the user's own module proxy.
/// `None` where there is no route to it.
pub fn install(folder: &Path, path: &str, program: &str) -> Option<PathBuf> {
    let mut go = go().ok()?;
    let output = go.args(["install", path]).env("GOBIN", folder).output().ok()?;
    output.status.success().then(|| folder.join(program))
}

/// Runs a command to its end and fails with what it said.
pub fn check(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("{command:?} did not start"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}
