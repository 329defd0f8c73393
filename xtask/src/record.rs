//! `cargo xtask record`: runs every Go fixture on every Go release until it fails as it should,
//! and keeps what it printed as test data under `fixtures/go/recorded`.
//!
//! What a fixture is and what must come out of it stands in its manifest (see
//! `fixtures/go/README.md`). Nothing inside an output is trimmed or edited, except that the
//! folder it was built in and GOROOT are given neutral names. It is a task for Linux, where the
//! recordings come from.

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

impl Job<'_> {
    fn target(&self) -> build::Target {
        build::Target::of(self.fixture, self.case, self.level)
    }

    /// Where its output is kept, below the folder of the recordings.
    fn path(&self, version: &str) -> PathBuf {
        Path::new(&self.case.name).join(format!("{version}-{}.txt", self.level.name()))
    }
}

/// Records what the arguments ask for, and fails when a fixture did not fail as it should.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let folder = fixtures_folder();
    let fixtures = manifest::read_all(&folder)?;
    for fixture in &fixtures {
        check::check(fixture)?;
    }
    for name in &arguments.fixtures {
        if !fixtures.iter().flat_map(|f| &f.cases).any(|case| case.name == *name) {
            bail!("no fixture has a case named {name}");
        }
    }
    let recorded = folder.join("recorded");
    let mut index = index::Index::read(&recorded)?;
    let mut failures = Vec::new();
    for version in &versions(&arguments.versions)? {
        let mut jobs = jobs(&fixtures, version);
        jobs.retain(|job| {
            let asked =
                arguments.fixtures.is_empty() || arguments.fixtures.contains(&job.case.name);
            asked && !(arguments.missing && recorded.join(job.path(version)).is_file())
        });
        if jobs.is_empty() {
            continue;
        }
        let toolchain = toolchain::ensure(version)?;
        let mut builder = build::Builder::new(&toolchain, &folder)?;
        builder.build(jobs.iter().map(Job::target))?;
        for job in &jobs {
            match record(job, version, &builder, &recorded)? {
                Some(run) => {
                    index.put(run);
                    index.write(&recorded)?;
                }
                None => failures.push(job.path(version).display().to_string()),
            }
        }
    }
    if !failures.is_empty() {
        bail!("{} not recorded:\n  {}", failures.len(), failures.join("\n  "));
    }
    Ok(())
}

fn versions(asked: &[String]) -> Result<Vec<&'static str>> {
    if asked.is_empty() {
        return Ok(RELEASES.iter().map(|release| release.minor).collect());
    }
    asked.iter().map(|name| Ok(toolchain::Release::find(name)?.minor)).collect()
}

/// Everything there is to record on that release.
fn jobs<'a>(fixtures: &'a [Fixture], version: &str) -> Vec<Job<'a>> {
    let mut jobs = Vec::new();
    for fixture in fixtures {
        for case in &fixture.cases {
            let levels = case.levels_on(version).into_iter();
            jobs.extend(levels.map(|level| Job { fixture, case, level }));
        }
    }
    jobs
}

/// Runs one job and keeps its output; nothing when the program did not fail as it should.
fn record(
    job: &Job<'_>,
    version: &str,
    builder: &build::Builder<'_>,
    recorded: &Path,
) -> Result<Option<index::Run>> {
    let name = job.path(version);
    let mut kept = match run::until_it_fails(&builder.binary(&job.target())?, job.case, job.level)?
    {
        run::Outcome::Failed(kept) => kept,
        run::Outcome::Never(last) => {
            say(&format!("{}: NOT RECORDED, it ended with: {last}", name.display()));
            return Ok(None);
        }
    };
    builder.neutralise(&mut kept.output)?;
    let path = recorded.join(&name);
    fs::create_dir_all(path.parent().context("a recording has a folder")?)?;
    fs::write(&path, &kept.output).with_context(|| format!("cannot write {}", path.display()))?;
    say(&format!("{}: {} (attempt {})", name.display(), kept.message.trim(), kept.attempts));
    Ok(Some(index::Run {
        fixture: job.case.name.clone(),
        go: version.to_owned(),
        level: job.level,
        paths: build::Paths::at(job.level),
        attempts: kept.attempts,
        exit: kept.exit,
        message: kept.message,
    }))
}

/// Progress goes to stderr; a closed stderr is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "xtask: {line}");
}
