//! Go toolchains and peers: where they are, and how they are had.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// GOROOT of the newest Go, which `cargo xtask bench` hands over.
pub fn goroot() -> Result<PathBuf> {
    let root =
        std::env::var_os("TOPHASH_GO_1_27").context("run this through `cargo xtask bench`")?;
    Ok(PathBuf::from(root))
}

/// The `go` command of that toolchain.
pub fn go() -> Result<Command> {
    let root = goroot()?;
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
