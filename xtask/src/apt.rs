//! Packages of Debian and its kin, for what the tests need and no registry of a language has.

use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Installs a package; false where there is no apt, or it may not.
pub(crate) fn install(package: &str) -> bool {
    if !cfg!(target_os = "linux") || !succeeds(Command::new("apt-get").arg("--version")) {
        return false;
    }
    // A closed stderr is no reason to stop.
    let _ = writeln!(io::stderr(), "xtask: installing Debian's {package}");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        succeeds(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = ["install", "-y", "--no-install-recommends", package];
    // A fresh container has no package lists yet.
    apt(&install) || (apt(&["update"]) && apt(&install))
}

/// Downloads a package and unpacks it into a folder, for which nobody has to be root; nothing is installed or started.
///
/// The folder appears whole or not at all, also when two processes do it at once.
pub(crate) fn unpack(package: &str, folder: &Path) -> Result<()> {
    if !cfg!(target_os = "linux") || !succeeds(Command::new("apt-get").arg("--version")) {
        bail!("there is no apt-get to obtain Debian's {package} with");
    }
    let _ = writeln!(io::stderr(), "xtask: unpacking Debian's {package}");
    let above = folder.parent().context("a folder for a package lies in another one")?;
    fs::create_dir_all(above).with_context(|| format!("cannot create {}", above.display()))?;
    let beside = tempfile::tempdir_in(above)?;
    let place = beside.path();
    let download = |settings: &[String], task: &[&str]| {
        succeeds(Command::new("apt-get").args(settings).args(task).current_dir(place))
    };
    // A fresh machine has no package lists, and the system's own belong to root: these are ours, for this once.
    let own = || {
        let (state, cache) = (place.join("state"), place.join("cache"));
        let folders = [state.join("lists/partial"), cache.join("archives/partial")];
        let settings = [
            "-o".to_owned(),
            format!("Dir::State={}", state.display()),
            "-o".to_owned(),
            format!("Dir::Cache={}", cache.display()),
        ];
        folders.iter().all(|folder| fs::create_dir_all(folder).is_ok())
            && download(&settings, &["update"])
            && download(&settings, &["download", package])
    };
    if !download(&[], &["download", package]) && !own() {
        bail!("apt-get could not download {package}");
    }
    let archive = fs::read_dir(place)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .with_context(|| format!("apt-get has left no archive of {package}"))?;
    let unpacked = place.join("unpacked");
    if !succeeds(Command::new("dpkg-deb").arg("-x").args([&archive, &unpacked])) {
        bail!("dpkg-deb could not unpack {package}");
    }
    match fs::rename(&unpacked, folder) {
        // Another process was first.
        Err(_) if folder.is_dir() => Ok(()),
        renamed => renamed.with_context(|| format!("cannot create {}", folder.display())),
    }
}

/// Whether a command runs to its end and says that all is well.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
