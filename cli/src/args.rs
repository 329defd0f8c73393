//! The command line, declared once: help, completions and the man page are made from it.

use crate::exit;
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
    /// Print the page of a rule: what it finds, why that is bad, what to use instead
    Rule(Rule),
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

/// Arguments of `check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Folders, Go files, or patterns such as `./...`; the whole module is read whatever they name
    #[arg(default_value = "./...", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    /// Run only rules whose codes begin so, separated by commas
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Leave out rules whose codes begin so, separated by commas
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// The least grade that is shown and makes the gate fail
    #[arg(long, value_enum, default_value = "medium", value_name = "GRADE")]
    pub(crate) grade: Least,

    /// Show findings of low grade too: --grade low
    #[arg(long, conflicts_with = "grade")]
    pub(crate) preview: bool,

    /// Check `_test.go` files too
    #[arg(long)]
    pub(crate) tests: bool,

    /// Repair what can be repaired safely, in the files; what is left is said
    #[arg(long, conflicts_with_all = ["rev", "write_baseline", "format"])]
    pub(crate) fix: bool,

    /// Print what --fix would do as a diff, for git apply
    #[arg(long, conflicts_with_all = ["fix", "write_baseline", "format"])]
    pub(crate) diff: bool,

    /// Add a stress test for each repaired map, to --fix or --diff
    #[arg(long)]
    pub(crate) with_test: bool,

    /// Leave out the findings that this file knows
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,

    /// Write what is found to this file, for --baseline, and exit with 0
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "baseline")]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Count the findings of each rule
    #[arg(long)]
    pub(crate) statistics: bool,

    /// Exit with 0 even where something was found
    #[arg(long)]
    pub(crate) exit_zero: bool,

    /// Output format
    #[arg(
        long,
        value_enum,
        default_value = "full",
        value_name = "FORMAT",
        hide_default_value = true
    )]
    pub(crate) format: CheckFormat,

    /// Check the tree as of this commit, tag or branch, from its git objects
    #[arg(long, help_heading = "Source tree", value_name = "REV")]
    pub(crate) rev: Option<String>,

    /// What the tree is checked for.
    #[command(flatten)]
    pub(crate) build: Build,
}

/// Arguments of `rule`.
#[derive(Args, Debug)]
pub(crate) struct Rule {
    /// The rule's code or name; without one, all rules are listed
    pub(crate) code: Option<String>,
}

/// The grades of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Least {
    /// The best grounded
    High,
    /// Those with weaker grounds too
    Medium,
    /// All, also where a single sign speaks for one
    Low,
}

/// Output formats of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// Everything, with source snippets (the default)
    Full,
    /// One line a finding, for grep and editors
    Concise,
    /// One JSON document with a schema version
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a run of GitHub Actions
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
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
fn path_map(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("expected FROM=TO, such as /go/src/app=.".to_owned()),
    }
}
