//! The flags that `go vet` takes for this program: those of `check` that decide what is found, called `-tophash.NAME` as
//! `unitchecker` calls the flags of an analyzer.

use crate::args::{Cli, Command};
use crate::check::Check;
use crate::error::{Error, Result};
use clap::{Arg, CommandFactory as _, Parser as _};
use serde::Serialize;
use std::ffi::OsString;
use std::path::Path;

/// The options of `check` that are offered.
const OF_CHECK: [&str; 9] = [
    "select",
    "ignore",
    "grade",
    "tests",
    "baseline",
    "new-from-rev",
    "config",
    "no-config",
    "no-cache",
];

/// What the go command reads.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Offered {
    name: String,
    bool: bool,
    usage: String,
}

/// All flags that the go command may give.
pub(super) fn offered() -> Vec<Offered> {
    let own = |name: &str, bool: bool, usage: &str| Offered {
        name: name.to_owned(),
        bool,
        usage: usage.to_owned(),
    };
    let mut offered = vec![
        own("json", true, "print findings as JSON"),
        own("tags", false, "build tags, separated by commas"),
    ];
    offered.extend(options().iter().filter_map(|option| {
        Some(Offered {
            name: format!("tophash.{}", option.get_long()?),
            bool: is_boolean(option),
            usage: option.get_help()?.to_string(),
        })
    }));
    offered
}

/// The options of `check` that are offered, as the command line declares them.
fn options() -> Vec<Arg> {
    let mut program = Cli::command();
    // Which options take no value is known once they are built.
    program.build();
    let check = program.find_subcommand("check");
    let arguments = check.into_iter().flat_map(clap::Command::get_arguments);
    arguments
        .filter(|option| option.get_long().is_some_and(|name| OF_CHECK.contains(&name)))
        .cloned()
        .collect()
}

/// Whether an option stands without a value.
fn is_boolean(option: &Arg) -> bool {
    option.get_num_args().is_some_and(|values| values.min_values() == 0)
}

/// The flags of a call.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    /// As arguments of `check`.
    arguments: Vec<String>,
    tags: Option<String>,
    json: bool,
    fix: bool,
}

impl Flags {
    /// Reads flags as Go's package `flag` does; `None` where one is unknown.
    pub(super) fn parse(arguments: &[OsString]) -> Option<Self> {
        let mut flags = Self::default();
        if arguments.is_empty() {
            return Some(flags);
        }
        let options = options();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let flag = argument.to_str()?.strip_prefix('-')?;
            let flag = flag.strip_prefix('-').unwrap_or(flag);
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (flag, None),
            };
            match name {
                "json" => flags.json = is_true(value),
                // Go 1.27 gives these unasked: for go vet -fix.
                "fix" | "diff" => flags.fix |= is_true(value),
                "tags" => {
                    let tags = value.or_else(|| arguments.next()?.to_str())?;
                    flags.tags = Some(tags.to_owned());
                }
                name => {
                    let name = name.strip_prefix("tophash.")?;
                    let option = options.iter().find(|option| option.get_long() == Some(name))?;
                    if !is_boolean(option) {
                        let value = value.or_else(|| arguments.next()?.to_str())?;
                        flags.arguments.push(format!("--{name}={value}"));
                    } else if option.get_action().takes_values() {
                        flags.arguments.push(format!("--{name}={}", value.unwrap_or("true")));
                    } else if is_true(value) {
                        flags.arguments.push(format!("--{name}"));
                    }
                }
            }
        }
        Some(flags)
    }

    /// As arguments of `check`.
    pub(super) fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Whether findings are printed as JSON.
    pub(super) fn json(&self) -> bool {
        self.json
    }

    /// Whether the files shall be repaired.
    pub(super) fn repairs(&self) -> bool {
        self.fix
    }

    /// The arguments of a check of the module at `root`, for what the go command builds; paths in flags are taken from there.
    ///
    /// # Errors
    ///
    /// When a flag has a value that `check` does not take.
    pub(super) fn check(&self, root: &Path) -> Result<Check> {
        let mut line = vec!["tophash".to_owned(), "check".to_owned()];
        line.extend(self.arguments.iter().cloned());
        // The go command sets both, whatever decides them.
        for (option, variable) in [("goos", "GOOS"), ("goarch", "GOARCH")] {
            if let Some(value) = std::env::var(variable).ok().filter(|value| !value.is_empty()) {
                line.push(format!("--{option}={value}"));
            }
        }
        let go_flags = std::env::var("GOFLAGS").unwrap_or_default();
        line.extend(self.tags(&go_flags).into_iter().map(|tag| format!("--tags={tag}")));
        let cli = Cli::try_parse_from(line).map_err(|error| {
            // Of clap's page only the first line is about the flag; it calls it as check does.
            let text = error.to_string();
            let said = text.lines().next().unwrap_or_default();
            Error::new(said.strip_prefix("error: ").unwrap_or(said)).hint(
                "go vet has the flag as -tophash.NAME; tophash check --help says what it takes",
            )
        })?;
        let Command::Check(mut check) = cli.command else {
            return Err(Error::new("the flags are not those of check"));
        };
        for path in [&mut check.config, &mut check.baseline].into_iter().flatten() {
            *path = root.join(&*path);
        }
        Ok(check)
    }

    /// The build tags. Of those in `GOFLAGS` the go command gives no more than a placeholder.
    fn tags(&self, go_flags: &str) -> Vec<String> {
        let of_go_flags = || {
            let mut flags = go_flags.split_whitespace().rev();
            let tags = flags.find_map(|flag| flag.trim_start_matches('-').strip_prefix("tags="));
            tags.unwrap_or_default().to_owned()
        };
        let tags = match &self.tags {
            Some(tags) if tags == "<TagsFlag>" => of_go_flags(),
            Some(tags) => tags.clone(),
            None => String::new(),
        };
        let tags = tags.split([',', ' ', '\'']).filter(|tag| !tag.is_empty());
        tags.map(str::to_owned).collect()
    }
}

/// As `strconv.ParseBool` takes them; without a value a flag is set.
fn is_true(value: Option<&str>) -> bool {
    matches!(value, None | Some("1" | "t" | "T" | "true" | "TRUE" | "True"))
}

#[cfg(test)]
mod tests {
    use super::{Flags, OF_CHECK, offered};
    use std::ffi::OsString;
    use std::path::Path;

    fn parse(arguments: &[&str]) -> Flags {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        Flags::parse(&arguments).unwrap()
    }

    #[test]
    fn every_option_that_is_offered_is_one_of_check() {
        let names: Vec<String> = offered().into_iter().map(|flag| flag.name).collect();
        for name in OF_CHECK {
            assert!(names.contains(&format!("tophash.{name}")), "{name}: {names:?}");
        }
        let booleans: Vec<_> = offered().into_iter().filter(|flag| flag.bool).collect();
        let booleans: Vec<_> = booleans.iter().map(|flag| flag.name.as_str()).collect();
        assert_eq!(booleans, ["json", "tophash.tests", "tophash.no-config", "tophash.no-cache"]);
    }

    #[test]
    fn flags_come_with_one_dash_or_two_and_their_value_behind_or_beside() {
        let flags = parse(&[
            "-tophash.select=TH101,TH105",
            "--tophash.grade",
            "high",
            "-tophash.tests",
            "-tophash.no-cache=false",
            "-tophash.config=ci/tophash.toml",
            "-json",
        ]);
        assert!(flags.json());
        let check = flags.check(Path::new("/module")).unwrap();
        assert_eq!(check.select, ["TH101", "TH105"]);
        assert_eq!((check.tests, check.no_cache), (Some(true), false));
        assert_eq!(check.config.as_deref(), Some(Path::new("/module/ci/tophash.toml")));
    }

    #[test]
    fn a_wrong_value_is_said_without_the_page_of_the_command_line() {
        let error = parse(&["-tophash.grade=best"]).check(Path::new("/")).unwrap_err().to_string();
        assert!(error.contains("'best'") && error.contains("-tophash.NAME"), "{error}");
        assert_eq!(error.lines().count(), 2, "{error}");
    }

    #[test]
    fn tags_are_read_in_both_spellings_and_from_the_environment() {
        assert_eq!(parse(&["-tags=a,b"]).tags("-tags=c"), ["a", "b"]);
        assert_eq!(parse(&["-tags", "'a b'"]).tags(""), ["a", "b"]);
        assert_eq!(parse(&["-tags=<TagsFlag>"]).tags("-mod=mod -tags=c,d"), ["c", "d"]);
        assert!(parse(&[]).tags("-tags=c").is_empty());
    }
}
