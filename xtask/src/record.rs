//! `cargo xtask record`: runs every Go fixture on every Go release until it fails as it should,
//! and keeps what it printed as test data under `fixtures/go/recorded`.
//!
//! What a fixture is and what must come out of it stands in its manifest (see
//! `fixtures/go/README.md`). Nothing inside an output is trimmed or edited, except that the
//! folder it was built in and GOROOT are given neutral names.

mod build;
mod check;
mod index;
mod manifest;
mod run;

use crate::toolchain::{self, RELEASES};
use anyhow::{Context, Result, bail};
use manifest::{Case, Fixture, Level};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What `cargo xtask record` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Record on this Go release only, such as 1.27; may be repeated.
    #[arg(long = "go", value_name = "VERSION")]
    versions: Vec<String>,
    /// Record this case only, by its name in the manifest; may be repeated.
    #[arg(long = "fixture", value_name = "NAME")]
    fixtures: Vec<String>,
    /// Record only what is not there yet.
    #[arg(long)]
    missing: bool,
}

/// The folder of the Go fixtures.
pub(crate) fn fixtures_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("fixtures").join("go")
}

/// One output to be recorded.
struct Job<'a> {
    fixture: &'a Fixture,
    case: &'a Case,
    level: Level,
}

/// Records what the arguments ask for, and fails when a fixture did not fail as it should.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let folder = fixtures_folder();
    let recorded = folder.join("recorded");
    let fixtures = manifest::read_all(&folder)?;
    for fixture in &fixtures {
        check::check(fixture)?;
    }
    for name in &arguments.fixtures {
        if !fixtures.iter().flat_map(|f| &f.cases).any(|case| case.name == *name) {
            bail!("no fixture has a case named {name}");
        }
    }
    let mut index = index::Index::read(&recorded)?;
    let mut failures = Vec::new();
    for version in &versions(&arguments.versions)? {
        let jobs: Vec<Job<'_>> = fixtures
            .iter()
            .flat_map(|fixture| fixture.cases.iter().map(move |case| (fixture, case)))
            .filter(|(_, case)| {
                arguments.fixtures.is_empty() || arguments.fixtures.contains(&case.name)
            })
            .flat_map(|(fixture, case)| {
                let levels = case.levels_on(version).into_iter();
                levels.map(move |level| Job { fixture, case, level })
            })
            .filter(|job| !(arguments.missing && output_path(&recorded, job, version).is_file()))
            .collect();
        if jobs.is_empty() {
            continue;
        }
        let toolchain = toolchain::ensure(version)?;
        let mut builder = build::Builder::new(&toolchain, &folder)?;
        builder
            .build(jobs.iter().map(|job| build::Target::of(job.fixture, job.case, job.level)))?;
        for job in &jobs {
            let binary = builder.binary(&build::Target::of(job.fixture, job.case, job.level))?;
            match run::until_it_fails(&binary, job.case, job.level)? {
                run::Outcome::Failed(mut kept) => {
                    builder.neutralise(&mut kept.output)?;
                    let path = output_path(&recorded, job, version);
                    fs::create_dir_all(path.parent().context("a recording has a folder")?)?;
                    fs::write(&path, &kept.output)
                        .with_context(|| format!("cannot write {}", path.display()))?;
                    say(&format!(
                        "go {version} {:<7}{}: {} (attempt {})",
                        job.level.name(),
                        job.case.name,
                        kept.message,
                        kept.attempts
                    ));
                    index.put(index::Run {
                        fixture: job.case.name.clone(),
                        go: version.clone(),
                        level: job.level,
                        paths: build::Paths::at(job.level),
                        attempts: kept.attempts,
                        exit: kept.exit,
                        message: kept.message,
                    });
                }
                run::Outcome::Never(last) => {
                    let what = format!("go {version} {} {}", job.level.name(), job.case.name);
                    say(&format!("{what}: NOT RECORDED, it ended with: {last}"));
                    failures.push(what);
                }
            }
        }
        index.write(&recorded)?;
    }
    if !failures.is_empty() {
        bail!("{} not recorded:\n  {}", failures.len(), failures.join("\n  "));
    }
    Ok(())
}

fn versions(asked: &[String]) -> Result<Vec<String>> {
    if asked.is_empty() {
        return Ok(RELEASES.iter().map(|r| r.minor.to_owned()).collect());
    }
    asked.iter().map(|name| Ok(toolchain::Release::find(name)?.minor.to_owned())).collect()
}

fn output_path(recorded: &Path, job: &Job<'_>, version: &str) -> PathBuf {
    recorded.join(&job.case.name).join(format!("{version}-{}.txt", job.level.name()))
}

/// Progress goes to stderr; a closed stderr is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "xtask: {line}");
}
