//! The command line, declared once: help, completions and the man page are made from it.

use crate::advise::Advise;
use crate::check::Check;
use crate::exit;
use crate::inspect::Inspect;
use crate::lab::Lab;
use crate::server::Server;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Explains the crash of a Go program over a map: which map, who else touches it, what to do now.
#[derive(Parser, Debug)]
#[command(
    name = "tophash",
    version,
    about = "Explains the crash of a Go program over a map: which map, who else touches it under which lock, and what to do now",
    after_help = format!("{EXAMPLES}\n\n{}", exit::HELP),
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colour: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN",
        hide_possible_values = true,
        hide_default_value = true,
        display_order = 900
    )]
    pub(crate) color: Colour,
}

/// What a newcomer types first.
const EXAMPLES: &str = "\
Examples:
  tophash demo                          a real crash, explained; needs no Go
  tophash explain crash.log --source .  a crash text and the tree it came from
  kubectl logs --previous POD | tophash explain - --source .
  tophash doctor .                      the maps of a tree, uneven locking first
  tophash check ./...                   the gate: exits with 1 where maps can race";

/// The commands.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Explain a crash, a race report or a goroutine dump of a Go program
    ///
    /// Reads the text of a crash, bare or as a log collector wrapped it, and says which map it was,
    /// where it is declared, who else touches it and under which lock, and what to do now.
    Explain(Explain),
    /// Say what can be said of crash texts and Go source trees, in any order
    ///
    /// Recognises what each path is and joins every crash text with the source. A source tree alone
    /// gives its maps, those that are locked in one place and not in another first.
    Doctor(Doctor),
    /// Find maps that goroutines may race on; exits with 1 where there are any
    ///
    /// Reads whole modules without a Go toolchain, infers which lock guards each map and which code runs at once, and
    /// reports accesses that nothing keeps apart, each with the other side and the way there.
    Check(Check),
    /// Show the maps in the memory of a Go process or in its core dump, the largest first
    ///
    /// Reads the memory without stopping the process, and names each map by the variable or field that holds it: how many
    /// entries it has, how full it is, what it costs, how it is built inside.
    Inspect(Inspect),
    /// Say which map fits a workload that a Rust program recorded, and why
    ///
    /// Reads an operation trace or a stats dump of tophash::observe, tells each dimension of the workload with its
    /// threshold, says which map of the family fits and when one machine no longer does, and runs a trace against the maps.
    Advise(Advise),
    /// Print the page of a rule: what it finds, why that is bad, what to use instead
    Rule(Rule),
    /// Serve editors by the Language Server Protocol: findings, repairs, and what is known of a map
    ///
    /// Editors start it, and speak to it over standard input and output; docs/editors.md of the source says how to set them
    /// up. What it finds is what 'tophash check' finds, by the same settings, in the text as it stands in the editor.
    Server(Server),
    /// Run goroutines on a model of Go's map under every interleaving, and show what can happen
    ///
    /// Models the map of Go 1.21 to 1.23 load by load and store by store, counts how many interleavings are fine, how many
    /// the runtime catches and how many do harm in silence, and shows the shortest harmful run step by step.
    Lab(Lab),
    /// Explain the real crash of a bundled example service; needs no Go
    Demo(Demo),
    /// Print a completion script for a shell
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print a manual page, in roff
    Man {
        /// The command whose page it is; the program's own without one
        command: Option<String>,
    },
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The crash text; `-` or nothing reads standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,

    /// How the source of the crashed program is found.
    #[command(flatten)]
    pub(crate) source: Source,

    /// Output format
    #[arg(long, value_enum, default_value = "full", value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// How the source tree of the crashed program is found and read.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Source {
    /// Source tree of the crashed program
    #[arg(long, help_heading = "Source tree", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) source: Option<PathBuf>,

    /// Read the tree as of this commit, tag or branch, from the git objects of --source
    #[arg(long, help_heading = "Source tree", value_name = "REV")]
    pub(crate) rev: Option<String>,

    /// Read paths of the crash text that begin with FROM as if they began with TO; may be repeated
    #[arg(long, help_heading = "Source tree", value_name = "FROM=TO", value_parser = path_map)]
    pub(crate) path_map: Vec<(String, String)>,

    /// What the program was built for.
    #[command(flatten)]
    pub(crate) build: Build,
}

/// For which build of the program its source is read.
#[derive(Args, Debug, Clone)]
pub(crate) struct Build {
    /// Build tags of the program, separated by commas
    #[arg(long, help_heading = "Source tree", value_name = "TAGS", value_delimiter = ',')]
    pub(crate) tags: Vec<String>,

    /// Operating system that the program is built for
    #[arg(long, help_heading = "Source tree", value_name = "GOOS", default_value = "linux")]
    pub(crate) goos: String,

    /// Architecture that the program is built for
    #[arg(long, help_heading = "Source tree", value_name = "GOARCH", default_value = "amd64")]
    pub(crate) goarch: String,
}

impl Default for Build {
    /// As the command line has it when nothing is said.
    fn default() -> Self {
        Self { tags: Vec::new(), goos: "linux".to_owned(), goarch: "amd64".to_owned() }
    }
}

/// Arguments of `doctor`.
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// Crash texts and Go source trees, in any order; `-` reads a crash text from standard input
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    /// Show every map of a source tree, not the first screen of them
    #[arg(long)]
    pub(crate) all: bool,

    /// Output format
    #[arg(
        long,
        value_enum,
        default_value = "full",
        value_name = "FORMAT",
        hide_default_value = true
    )]
    pub(crate) format: Format,
}

/// Arguments of `rule`.
#[derive(Args, Debug)]
pub(crate) struct Rule {
    /// The rule's code or name; without one, all rules are listed
    pub(crate) code: Option<String>,
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Output format
    #[arg(
        long,
        value_enum,
        default_value = "full",
        value_name = "FORMAT",
        hide_default_value = true
    )]
    pub(crate) format: Format,

    /// Write the example's source and crash text to this new folder, to try the other commands on
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) unpack: Option<PathBuf>,
}

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Everything, with source snippets (the default)
    Full,
    /// One line a place, for grep and editors
    Concise,
    /// One JSON document with a schema version
    Json,
    /// For an incident ticket
    Markdown,
    /// The patch alone, for git apply
    Patch,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Parses `FROM=TO`; the first `=` separates.
pub(crate) fn path_map(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("expected FROM=TO, such as /go/src/app=.".to_owned()),
    }
}
