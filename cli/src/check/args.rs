//! The arguments of `check`.

use crate::args::{Build, path_map};
use clap::{Args, FromArgMatches as _, ValueEnum, ValueHint};
use finding::Grade;
use std::path::PathBuf;

/// Arguments of `check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Folders, Go files, or patterns such as `./...`; the whole module is read whatever they name
    #[arg(default_value = "./...", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    /// Run only rules whose codes begin so, separated by commas; those of memory and speed, TH3, run only where they are
    /// selected, and TH selects all
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Leave out rules whose codes begin so, separated by commas
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// The least grade that is shown and makes the gate fail: medium, unless tophash.toml says another
    #[arg(long, value_enum, value_name = "GRADE")]
    pub(crate) grade: Option<Least>,

    /// Show findings of low grade too: --grade low
    #[arg(long, conflicts_with = "grade")]
    pub(crate) preview: bool,

    /// Check `_test.go` files too; --tests=false where tophash.toml says so
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true
    )]
    pub(crate) tests: Option<bool>,

    /// Repair what can be repaired safely, in the files; what is left is said
    #[arg(long, conflicts_with_all = ["rev", "write_baseline", "format", "watch"])]
    pub(crate) fix: bool,

    /// Repair as --fix does, and also by edits that someone must look at: a map becomes a sync.Map; with --diff, show them too
    #[arg(long, conflicts_with_all = ["rev", "write_baseline", "format", "watch"])]
    pub(crate) unsafe_fixes: bool,

    /// Print what --fix would do as a diff, for git apply; exits with 1 where there are findings
    #[arg(long, conflicts_with_all = ["fix", "write_baseline", "format", "watch"])]
    pub(crate) diff: bool,

    /// Add a stress test for each repaired map, to --fix or --diff
    #[arg(long)]
    pub(crate) with_test: bool,

    /// Take the compiler's word for where values live, from the output of go build -gcflags=-m ./... 2> FILE
    ///
    /// For the rules of memory: TH302 says of what it finds whether each value that is put in goes to the heap, and leaves
    /// out maps that do not.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) escape: Option<PathBuf>,

    /// Leave out the findings that this file knows
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,

    /// Write what is found to this file, for --baseline, and exit with 0
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "baseline")]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Show only what is new since this commit, tag or branch: findings that its tree does not have
    ///
    /// Both trees are checked whole, and findings compared by rule, function, map and operation. So what a change makes of
    /// code that it does not touch is new, such as a goroutine that now runs beside it; what only moved is not. The tree as
    /// it stands is compared, with what is not committed. For a branch, give where it began: --new-from-rev "$(git
    /// merge-base origin/main HEAD)".
    #[arg(long, value_name = "REV", conflicts_with = "write_baseline")]
    pub(crate) new_from_rev: Option<String>,

    /// Join what go vet, staticcheck, golangci-lint, SARIF logs or go test -race printed to this file; may be repeated
    ///
    /// What a file holds is told by its content; `-` reads standard input. A race that go test -race saw makes a finding at
    /// its lines as sure as can be, and is one where no rule claims it: its code is race. What linters say of a map is a
    /// finding with their code, such as vet:copylocks and staticcheck:SA5000, which --select and --ignore know. What is
    /// about no map is counted, and left to the tool.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with = "watch"
    )]
    pub(crate) merge: Vec<PathBuf>,

    /// Read paths in the files of --merge that begin with FROM as if they began with TO; may be repeated
    #[arg(long, value_name = "FROM=TO", value_parser = path_map, requires = "merge")]
    pub(crate) path_map: Vec<(String, String)>,

    /// Go on: check again when Go files change, and print what is new and what is gone, until Ctrl-C
    #[arg(long, conflicts_with_all = ["rev", "write_baseline", "statistics", "exit_zero"])]
    pub(crate) watch: bool,

    /// Count the findings of each rule
    #[arg(long)]
    pub(crate) statistics: bool,

    /// Exit with 0 even where something was found
    #[arg(long)]
    pub(crate) exit_zero: bool,

    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<CheckFormat>,

    /// Take settings from this file, rather than from the tophash.toml of the tree or the repository around it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,

    /// Take settings from no file
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,

    /// Read and check everything, though nothing has changed since results were kept; keep none
    ///
    /// Results are kept in the folder of TOPHASH_CACHE_DIR, else in tophash/check where the system keeps caches.
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// Check the tree as of this commit, tag or branch, from its git objects
    #[arg(long, help_heading = "Source tree", value_name = "REV")]
    pub(crate) rev: Option<String>,

    /// What the tree is checked for.
    #[command(flatten)]
    pub(crate) build: Build,
}

impl Check {
    /// What the command line has when nothing is said.
    ///
    /// # Errors
    ///
    /// Never, as long as nothing has to be said.
    pub(crate) fn unsaid() -> clap::error::Result<Self> {
        let command = Self::augment_args(clap::Command::new("check"));
        Self::from_arg_matches(&command.try_get_matches_from(["check"])?)
    }

    /// Whether findings are repaired, or it is shown how.
    pub(crate) fn repairs(&self) -> bool {
        self.fix || self.diff || self.unsafe_fixes
    }

    /// Whether the files are edited, rather than a diff printed.
    pub(crate) fn edits(&self) -> bool {
        self.repairs() && !self.diff
    }
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

impl Least {
    /// As findings have it.
    pub(crate) fn grade(self) -> Grade {
        match self {
            Self::High => Grade::High,
            Self::Medium => Grade::Medium,
            Self::Low => Grade::Low,
        }
    }
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
    /// A JUnit report, for build servers that show tests
    Junit,
    /// A Checkstyle report, for review tools
    Checkstyle,
}
