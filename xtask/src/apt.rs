//! Packages of Debian and its kin, for what the tests need and no registry of a language has.

use std::io::{self, Write};
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

/// Whether a command runs to its end and says that all is well.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
