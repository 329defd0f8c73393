//! `cargo xtask test`: obtains what the tests need, then runs them, in the fast or the deep tier.

mod deep;
mod examples;
mod go_programs;
mod prometheus;

use crate::apt;
use crate::toolchain::{self, RELEASES, Release};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The deep tier: every Go release for real, long fuzzing. Resumes where the last run stopped.
    #[arg(long)]
    deep: bool,
    /// With --deep: begin nothing new after this many minutes.
    #[arg(long, value_name = "N", default_value_t = 240, requires = "deep")]
    minutes: u64,
    /// Folder of real crashes and bugs collected elsewhere; also taken from `TOPHASH_CORPUS`.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Handed to `cargo test`, such as `-p go-crash`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Variables that the tests read: where the Go toolchains, Prometheus and the corpus are.
pub(crate) type Environment = Vec<(String, PathBuf)>;

/// Obtains the toolchains of the tier and runs its tests.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let begun = Instant::now();
    let releases: Vec<&Release> = if arguments.deep {
        RELEASES.iter().collect()
    } else {
        // The oldest and the newest for real; the others are covered by recorded output.
        RELEASES.first().into_iter().chain(RELEASES.last()).collect()
    };
    let mut environment = toolchains(&releases)?;
    environment.extend(corpus(arguments.corpus.as_deref())?);
    environment.extend(prometheus::programs()?);
    editor()?;

    if arguments.deep {
        return deep::run(&environment, arguments.minutes);
    }
    let mut command = cargo(&environment);
    command.args(["test", "--locked"]);
    // Cargo takes all packages where it is told both of all and of one.
    let one = |word: &String| word.starts_with("-p") || word.starts_with("--package");
    if !arguments.rest.iter().take_while(|word| *word != "--").any(one) {
        command.arg("--workspace");
    }
    command.args(&arguments.rest);
    let status = command.status().context("cargo did not start")?;
    if !status.success() {
        bail!("tests failed; `cargo xtask test -p PACKAGE` runs those of one package");
    }
    if arguments.rest.is_empty() {
        examples::run()?;
    }
    if arguments.rest.is_empty()
        && environment.iter().any(|(name, _)| name.starts_with("TOPHASH_GO"))
    {
        go_programs::run()?;
    }
    eprintln!("fast tier passed in {} s", begun.elapsed().as_secs());
    Ok(())
}

/// Cargo with the environment of the tests.
pub(crate) fn cargo(environment: &Environment) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

/// Installs what is missing. Without `TOPHASH_REQUIRE=all` a toolchain that cannot be had is a skip.
fn toolchains(releases: &[&Release]) -> Result<Environment> {
    let required = is_required();
    let mut environment = Environment::new();
    for release in releases {
        match toolchain::ensure(release.minor) {
            Ok(toolchain) => {
                eprintln!("Go {} in {}", release.minor, toolchain.root().display());
                environment.push((release.variable(), toolchain.root().to_owned()));
            }
            Err(error) if required => return Err(error),
            Err(error) => eprintln!("SKIPPED tests on Go {}: {error:#}", release.minor),
        }
    }
    Ok(environment)
}

/// Installs the editor that the language server is tested with, where it is missing. Without `TOPHASH_REQUIRE=all` an editor
/// that cannot be had is a skip.
fn editor() -> Result<()> {
    let present = || apt::succeeds(Command::new("nvim").arg("--version"));
    if present() || (apt::install("neovim") && present()) {
        return Ok(());
    }
    let why = "no nvim was found; install Neovim (Debian: apt-get install neovim)";
    if is_required() {
        bail!("{why}");
    }
    eprintln!("SKIPPED tests in an editor: {why}");
    Ok(())
}

/// Whether what cannot be had is an error.
fn is_required() -> bool {
    std::env::var_os("TOPHASH_REQUIRE").is_some_and(|value| value == "all")
}

/// The corpus, as an absolute path: tests run in their package's folder.
fn corpus(given: Option<&Path>) -> Result<Environment> {
    let set = std::env::var_os("TOPHASH_CORPUS").map(PathBuf::from);
    let Some(folder) = given.map(Path::to_owned).or(set) else {
        eprintln!("SKIPPED tests on collected crashes and bugs: no --corpus DIR was given");
        return Ok(Environment::new());
    };
    let folder =
        folder.canonicalize().with_context(|| format!("no corpus in {}", folder.display()))?;
    Ok(vec![("TOPHASH_CORPUS".to_owned(), folder)])
}
