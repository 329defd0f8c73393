//! The deep tier: many steps, each remembered when it has passed, within a budget of time.

use super::{Environment, cargo};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Where passed steps are remembered between runs.
const STATE: &str = "target/deep-tier.json";

/// How long each fuzz target runs.
const FUZZ_SECONDS: u32 = 1_200;

/// How long the maps are soaked.
const SOAK_HOURS: &str = "0.25";

/// One step of the tier.
struct Step {
    name: String,
    command: Command,
}

/// Runs the steps that have not passed on this commit, until the budget is used up.
pub(super) fn run(environment: &Environment, minutes: u64) -> Result<()> {
    let deadline = Instant::now()
        .checked_add(Duration::from_secs(minutes.saturating_mul(60)))
        .context("the budget of time is too large")?;
    let commit = commit()?;
    let mut passed = passed_on(&commit);
    let mut failed = Vec::new();
    let mut left = Vec::new();
    for mut step in steps(environment)? {
        if passed.contains(&step.name) {
            eprintln!("passed before on this commit: {}", step.name);
            continue;
        }
        if Instant::now() >= deadline {
            left.push(step.name);
            continue;
        }
        eprintln!("deep: {}", step.name);
        if step.command.status().with_context(|| format!("{} did not start", step.name))?.success()
        {
            passed.insert(step.name);
            remember(&commit, &passed)?;
        } else {
            failed.push(step.name);
        }
    }
    if !left.is_empty() {
        eprintln!("out of time; the same command goes on with: {}", left.join(", "));
    }
    if !failed.is_empty() {
        bail!("deep steps failed: {}", failed.join(", "));
    }
    eprintln!("deep tier: {} steps passed on {commit}, {} left", passed.len(), left.len());
    Ok(())
}

/// The tests of each package with every Go release and long budgets, the maps under checkers and for long, then each
/// fuzz target.
fn steps(environment: &Environment) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for package in packages()? {
        let mut command = cargo(environment);
        command.args(["test", "--release", "--locked", "--package", &package]);
        command.args(["--", "--include-ignored"]).env("TOPHASH_DEEP", "1");
        steps.push(Step { name: format!("tests of {package}"), command });
    }
    steps.push(maps(environment, "models of the maps", "loom", &["--lib", "loom_"]));
    // Pages of two buckets, so that everything is full, displaced, split and growing all the time.
    steps.push(maps(environment, "maps with small pages", "tophash_small", &["--tests"]));
    let mutations = ["--test", "mutations", "--", "--include-ignored", "--skip", "child"];
    steps.push(maps(environment, "mutations of the maps", "tophash_mutants", &mutations));
    // That what must not compile does not is tested anyway; here also that it is for the reason that each names.
    let mut reasons = maps(environment, "programs that must not compile", "reasons", &["--doc"]);
    reasons.command.env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTFLAGS");
    steps.push(reasons);
    for (name, checker) in [
        ("maps under AddressSanitizer", "address"),
        ("maps under ThreadSanitizer", "thread"),
        ("maps under Miri", "miri"),
    ] {
        let mut command = Command::new("bash");
        command.args(["ci/sanitize.sh", checker]);
        steps.push(Step { name: name.to_owned(), command });
    }
    let mut soak = Command::new("bash");
    soak.args(["ci/soak.sh", SOAK_HOURS]);
    steps.push(Step { name: "a soak of the maps".to_owned(), command: soak });
    for target in fuzz_targets() {
        // What earlier runs found goes on to grow; where it is empty, the tests' samples start it.
        let corpus = format!("fuzz/corpus/{target}");
        fs::create_dir_all(&corpus)?;
        let mut command = Command::new("cargo");
        command.args(["+nightly", "fuzz", "run", &target, &corpus]).args(seeds(&target)).arg("--");
        command.arg(format!("-max_total_time={FUZZ_SECONDS}"));
        steps.push(Step { name: format!("fuzzing {target} under AddressSanitizer"), command });
    }
    Ok(steps)
}

/// Tests of the maps built in a way of their own, which `cfg` names and which has a target folder of its own.
fn maps(environment: &Environment, name: &str, cfg: &str, tests: &[&str]) -> Step {
    let mut command = cargo(environment);
    command.args(["test", "--release", "--locked", "--package", "tophash"]);
    command.args(["--target-dir", &format!("target/{cfg}")]).args(tests);
    command.env("RUSTFLAGS", format!("--cfg {cfg}"));
    Step { name: name.to_owned(), command }
}

/// The workspace's packages.
fn packages() -> Result<Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1"])
        .output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata
        .get("packages")
        .and_then(|p| p.as_array())
        .context("cargo metadata lists no packages")?;
    Ok(packages.iter().filter_map(|p| p.get("name")?.as_str().map(str::to_owned)).collect())
}

/// The fuzz targets, where cargo-fuzz and a nightly compiler are there; said where they are not.
fn fuzz_targets() -> Vec<String> {
    let listed = Command::new("cargo").args(["+nightly", "fuzz", "list"]).output();
    match listed {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
        }
        _ => {
            eprintln!(
                "SKIPPED fuzzing: needs a nightly compiler and `cargo install --locked cargo-fuzz`"
            );
            Vec::new()
        }
    }
}

/// The folder of samples that a fuzz target starts from, which is named after its reader.
fn seeds(target: &str) -> Option<String> {
    let reader = target.replace('_', "-");
    ["data", "samples"]
        .iter()
        .map(|folder| format!("doctor/{reader}/tests/{folder}"))
        .find(|folder| Path::new(folder).is_dir())
}

/// The commit that is tested, marked where the tree has changes that it does not hold.
fn commit() -> Result<String> {
    let git = |arguments: &[&str]| -> Result<String> {
        let output = Command::new("git").args(arguments).output().context("git did not start")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let head = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = !git(&["status", "--porcelain"])?.is_empty();
    Ok(if changed { format!("{head}-changed") } else { head })
}

/// What passed on that commit in earlier runs. A changed tree remembers nothing.
fn passed_on(commit: &str) -> BTreeSet<String> {
    let read = || -> Option<BTreeSet<String>> {
        let state: serde_json::Value = serde_json::from_slice(&fs::read(STATE).ok()?).ok()?;
        let same = state.get("commit")?.as_str()? == commit && !commit.ends_with("-changed");
        let passed = state
            .get("passed")?
            .as_array()?
            .iter()
            .filter_map(|step| Some(step.as_str()?.to_owned()));
        same.then(|| passed.collect())
    };
    read().unwrap_or_default()
}

/// Writes the state beside its place and renames it, so that a killed run leaves a whole file.
fn remember(commit: &str, passed: &BTreeSet<String>) -> Result<()> {
    let state = serde_json::json!({ "commit": commit, "passed": passed });
    let beside = Path::new(STATE).with_extension("new");
    fs::write(&beside, serde_json::to_vec_pretty(&state)?)?;
    fs::rename(&beside, STATE)?;
    Ok(())
}
