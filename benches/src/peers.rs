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

/// Our program, built with optimisation as its lock file says.
pub fn program() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("benches has no parent")?;
    let target = root.join("target");
    check(
        Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--package", "tophash-cli", "--target-dir"])
            .arg(&target)
            .current_dir(root),
    )?;
    Ok(target.join("release/tophash"))
}

/// The `go` command of that toolchain.
pub fn go() -> Result<Command> {
    go_of(NEWEST)
}

/// The `go` command of Go 1.`minor`.
pub fn go_of(minor: u32) -> Result<Command> {
    let root = goroot_of(minor)?;
    let mut command = Command::new(root.join("bin/go"));
    with_root(&mut command, &root)?;
    Ok(command)
}

/// Lets a Go program that asks for a `go` command find that one.
pub fn with_go(command: &mut Command) -> Result<()> {
    with_root(command, &goroot()?)
}

fn with_root(command: &mut Command, root: &Path) -> Result<()> {
    let mut path = vec![root.join("bin")];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    command.env("PATH", std::env::join_paths(path)?);
    command.env("GOROOT", root).env("GOTOOLCHAIN", "local").env("GOWORK", "off");
    Ok(())
}

/// A program of that name where the user has one.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
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
