//! Prometheus and Alertmanager, whose tools check the rules of `monitoring/` and whose servers its tests start.

use super::{Environment, is_required};
use crate::{apt, toolchain};
use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};

/// A package of Debian, a program that it brings, and the variable that tells tests which folder its programs are in.
const PACKAGES: [(&str, &str, &str); 2] = [
    ("prometheus", "promtool", "TOPHASH_PROMETHEUS"),
    ("prometheus-alertmanager", "amtool", "TOPHASH_ALERTMANAGER"),
];

/// Obtains what is missing: from the cache folder, Debian or the `PATH`. Without `TOPHASH_REQUIRE=all` what cannot be had is
/// a skip.
pub(super) fn programs() -> Result<Environment> {
    let mut environment = Environment::new();
    for (package, program, variable) in PACKAGES {
        match unpacked(package, program).or_else(|error| on_path(program).ok_or(error)) {
            Ok(folder) => {
                eprintln!("{program} in {}", folder.display());
                environment.push((variable.to_owned(), folder));
            }
            Err(error) if is_required() => return Err(error),
            Err(error) => eprintln!("SKIPPED tests with {program}: {error:#}"),
        }
    }
    Ok(environment)
}

/// The programs of a package in the cache folder, where they are put first if they are missing.
fn unpacked(package: &str, program: &str) -> Result<PathBuf> {
    let folder = toolchain::cache_folder()?.join("debian").join(package);
    let programs = folder.join("usr/bin");
    if !programs.join(program).is_file() {
        apt::unpack(package, &folder)?;
    }
    let found = programs.join(program).is_file().then_some(programs);
    found.with_context(|| format!("Debian's {package} has no {program}; install it yourself"))
}

/// The folder of the `PATH` that has a program.
fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let has =
        |folder: &Path| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)).is_file();
    env::split_paths(&folders).find(|folder| has(folder))
}
