//! The Go programs of the repository, checked with the real toolchain: they build, are vetted and
//! formatted, and the repaired ones run clean under the race detector.

use crate::toolchain::{self, RELEASES};
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Go modules that must be vetted and formatted, and the packages whose tests pass under `-race`.
const MODULES: [(&str, &str); 6] = [
    ("docs/runbooks/programs", "./repaired"),
    ("fixtures/go/check", ""),
    ("fixtures/go/memory", ""),
    ("fixtures/go/orders", ""),
    ("fixtures/go/repair", ""),
    ("fixtures/go/orders-repaired", "./..."),
];

/// The module whose programs are faulty on purpose.
const FAULTY: &str = "fixtures/go/check";

/// Checks every module with the oldest and the newest Go.
pub(super) fn run() -> Result<()> {
    for release in RELEASES.first().into_iter().chain(RELEASES.last()) {
        let go = toolchain::ensure(release.minor)?;
        for (folder, raced) in MODULES {
            let mut vet = go.command();
            vet.arg("vet");
            if folder == FAULTY {
                // A `sync.Map` is copied there on purpose.
                vet.arg("-copylocks=false");
            }
            check(vet.arg("./..."), folder, release.minor)?;
            if !raced.is_empty() {
                check(go.command().args(["test", "-race", raced]), folder, release.minor)?;
            }
        }
    }
    let newest = RELEASES.last().context("no Go release is known")?;
    let go = toolchain::ensure(newest.minor)?;
    for folder in MODULES
        .map(|(folder, _)| folder)
        .into_iter()
        .chain(["fixtures/go/faults", "fixtures/go/reported"])
    {
        let output =
            go.tool("gofmt").arg("-l").arg(folder).output().context("gofmt did not start")?;
        let unformatted = String::from_utf8_lossy(&output.stdout);
        if !unformatted.trim().is_empty() {
            bail!("not formatted as gofmt does: {}", unformatted.trim());
        }
    }
    Ok(())
}

/// Runs a Go command in a folder of the repository.
fn check(command: &mut std::process::Command, folder: &str, release: &str) -> Result<()> {
    eprintln!("Go {release} in {folder}: {:?}", command.get_args().collect::<Vec<_>>());
    let status = command.current_dir(Path::new(folder)).status().context("go did not start")?;
    if !status.success() {
        bail!("a Go program of {folder} fails with Go {release}");
    }
    Ok(())
}
