//! The gate on a whole tree, `tophash check` without its cache, against `go vet` and staticcheck.
//!
//! Each round begins with empty caches of Go and of staticcheck. `go vet` runs in them, which builds every package on the
//! way; then it runs with another flag, so that the packages are built and none of its answers is kept; then staticcheck
//! runs, with the packages built too. So only the first row charges a yardstick with building.

use crate::peers;
use crate::process::{self, Cost};
use crate::row::{Pairs, print_share};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const TIME: &str = "≤ 1/10";
const TIME_OF_STATICCHECK: &str = "≤ 1/20";
const MEMORY: &str = "≤ 1/5";

/// What a round measured.
struct Round {
    ours: Cost,
    vet_cold: Cost,
    vet_built: Cost,
    staticcheck: Option<Cost>,
}

/// Prints the rows for the module in `tree`, or for Go's own source where none is named: there the yardsticks check the
/// standard library, and we the commands too.
pub fn run(rounds: usize, program: &Path, tree: Option<&Path>) -> Result<()> {
    let source = peers::goroot()?.join("src");
    let (tree, packages) = tree.map_or((source.as_path(), "std"), |tree| (tree, "./..."));
    let tree = tree.canonicalize()?;
    let folder = tempfile::tempdir()?;
    let staticcheck = peers::find("staticcheck").or_else(|| {
        peers::install(folder.path(), "honnef.co/go/tools/cmd/staticcheck@latest", "staticcheck")
    });

    let mut measured = Vec::new();
    for _ in 0..rounds {
        measured.push(round(&tree, packages, program, staticcheck.as_deref())?);
    }
    let name = tree.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = if packages == "std" { "Go's source".to_owned() } else { name };
    println!("<!-- {} -->", versions(staticcheck.as_deref()));
    let against = |yardstick: &str, goal: &str, of: &dyn Fn(&Round) -> Cost| {
        let pairs = |side: &dyn Fn(Cost) -> std::time::Duration| {
            Pairs::of(measured.iter().map(|round| (side(round.ours), side(of(round)))))
        };
        pairs(&|cost| cost.wall).print(&format!("check {name}: wall time"), yardstick, goal);
        pairs(&|cost| cost.processor).print(
            &format!("check {name}: processor time"),
            yardstick,
            goal,
        );
        let peak = |of: &dyn Fn(&Round) -> u64| {
            measured.iter().map(of).max().unwrap_or_default() as f64 / 1e6
        };
        let (ours, theirs) = (peak(&|round| round.ours.peak), peak(&|round| of(round).peak));
        print_share(&format!("check {name}: peak memory"), ours, yardstick, theirs, MEMORY);
    };
    against("go vet, nothing built", TIME, &|round| round.vet_cold);
    against("go vet, packages built", TIME, &|round| round.vet_built);
    if measured.iter().any(|round| round.staticcheck.is_none()) {
        println!("| check {name} | | staticcheck: not run: no route | | | {TIME_OF_STATICCHECK} |");
    } else {
        against("staticcheck, packages built", TIME_OF_STATICCHECK, &|round| {
            round.staticcheck.unwrap_or(round.vet_built)
        });
    }
    Ok(())
}

/// Runs everybody once, with caches of the round's own.
fn round(tree: &Path, packages: &str, program: &Path, staticcheck: Option<&Path>) -> Result<Round> {
    let caches = tempfile::tempdir()?;
    let with_caches = |command: &mut Command| {
        command
            .env("GOCACHE", caches.path().join("go"))
            .env("STATICCHECK_CACHE", caches.path().join("staticcheck"))
            .current_dir(tree);
    };
    let vet = |flags: &[&str]| -> Result<Cost> {
        let mut command = peers::go()?;
        command.arg("vet").args(flags).arg(packages);
        with_caches(&mut command);
        process::measure(&mut command)
    };
    // `go vet` exits alike with findings and where something does not build.
    let mut list = peers::go()?;
    list.args(["list", "-deps", packages]);
    with_caches(&mut list);
    if !list.output()?.status.success() {
        bail!("go list {packages} fails in {}: its modules must be at hand", tree.display());
    }
    let vet_cold = vet(&[])?;
    let vet_built = vet(&["-c=0"])?;
    let staticcheck = staticcheck.map(|program| {
        let mut command = Command::new(program);
        command.arg(packages);
        peers::with_go(&mut command)?;
        with_caches(&mut command);
        process::measure(&mut command)
    });
    let mut ours = Command::new(program);
    ours.args(["check", ".", "--no-cache", "--no-config", "--format", "concise"]);
    ours.current_dir(tree);
    Ok(Round {
        ours: process::measure(&mut ours)?,
        vet_cold,
        vet_built,
        staticcheck: staticcheck.transpose()?,
    })
}

/// What was measured against, for whoever reads the rows.
fn versions(staticcheck: Option<&Path>) -> String {
    let said = |command: &mut Command| {
        let output = command.output().ok().filter(|output| output.status.success());
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let go = peers::go().ok().and_then(|mut go| said(go.arg("version")));
    let staticcheck: Option<PathBuf> = staticcheck.map(Path::to_path_buf);
    let staticcheck = staticcheck.and_then(|program| said(Command::new(program).arg("-version")));
    [go, staticcheck].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
