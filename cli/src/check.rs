//! `tophash check`: the maps of a tree by the rules, with the exit code of a gate.

use crate::args::{Check, CheckFormat, Least, Rule};
use crate::baseline;
use crate::error::{Error, Result};
use crate::tree;
use crate::{exit, fix, output};
use finding::{Findings, Grade};
use go_lint::{Options, RULES};
use go_source::Program;
use report::{FullOptions, RuleInfo, Styles, Tool};
use std::path::{Component, Path, PathBuf};

/// Checks what the patterns name and prints what was found.
pub(crate) fn run(arguments: &Check) -> Result<u8> {
    let codes = |given: &[String]| -> Vec<String> {
        given.iter().map(|code| code.trim().to_uppercase()).collect()
    };
    let (select, ignore) = (codes(&arguments.select), codes(&arguments.ignore));
    for code in select.iter().chain(&ignore) {
        if code.is_empty() || !RULES.iter().any(|rule| rule.code.starts_with(code.as_str())) {
            return Err(Error::new(format!("no rule's code begins with '{code}'"))
                .hint("tophash rule lists them"));
        }
    }
    if arguments.with_test && !(arguments.fix || arguments.diff) {
        return Err(Error::new("--with-test adds to a repair").hint("give it with --fix or --diff"));
    }
    let patterns = Patterns::new(&arguments.paths)?;
    let tree = tree::open(&patterns.root, arguments.rev.as_deref())?;
    if tree.go_files() == 0 {
        output::say(format_args!(
            "nothing found: there are no Go files below {}",
            patterns.root.display()
        ));
        return Ok(exit::NOTHING_FOUND);
    }
    let program = tree::load(&tree, &arguments.build, arguments.tests, Vec::new());
    let options = Options { select, ignore, least: Grade::Low };
    let least = match arguments.grade {
        _ if arguments.preview => Grade::Low,
        Least::High => Grade::High,
        Least::Medium => Grade::Medium,
        Least::Low => Grade::Low,
    };
    let check = |program: &Program| {
        let mut findings = go_lint::check(program, &options);
        findings.findings.retain(|finding| patterns.wants(&finding.access.site.file));
        findings.withhold(least);
        findings
    };
    let mut findings = check(&program);
    if let Some(path) = &arguments.write_baseline {
        baseline::write(&findings, path)?;
        output::say(format_args!(
            "{} written; next: tophash check --baseline {} tells what is new",
            count(findings.findings.len()),
            path.display()
        ));
        return Ok(exit::EXPLAINED);
    }
    if let Some(path) = &arguments.baseline {
        let gone = baseline::apply(&mut findings, path)?;
        if gone > 0 {
            findings.notes.push(format!(
                "{} of the baseline are gone; --write-baseline {} forgets them",
                count(gone),
                path.display()
            ));
        }
    }
    let notes = tree.notes.iter().chain(&findings.notes).cloned();
    let read = program.notes().iter().map(ToString::to_string);
    for note in notes.chain(read) {
        output::say(format_args!("note: {note}"));
    }
    if arguments.fix || arguments.diff {
        // The baseline was read already, and is as it was.
        let check = |program: &Program| {
            let mut findings = check(program);
            if let Some(path) = &arguments.baseline {
                let _ = baseline::apply(&mut findings, path);
            }
            findings
        };
        return fix::run(arguments, &patterns.root, &tree, &findings, &check);
    }
    print(&findings, &tree, arguments.format)?;
    if arguments.statistics {
        statistics(&findings);
    }
    if let Some(first) = findings.findings.first() {
        output::say(format_args!(
            "next: tophash rule {} says what it means and what to do",
            first.code
        ));
    }
    Ok(if findings.findings.is_empty() || arguments.exit_zero {
        exit::EXPLAINED
    } else {
        exit::FINDINGS
    })
}

/// Prints the page of a rule, or the list of all.
pub(crate) fn rule(arguments: &Rule) -> Result<u8> {
    let Some(code) = &arguments.code else {
        let mut list = String::new();
        let mut rules: Vec<_> = RULES.iter().collect();
        rules.sort_by_key(|rule| rule.code);
        for rule in rules {
            list.push_str(&format!("{}  {:<26} {}\n", rule.code, rule.name, rule.summary));
        }
        output::data(&list)?;
        return Ok(exit::EXPLAINED);
    };
    let page = go_lint::page(code).ok_or_else(|| {
        Error::new(format!("there is no rule {code}")).hint("tophash rule lists them")
    })?;
    output::data(&page)?;
    Ok(exit::EXPLAINED)
}

fn print(findings: &Findings, tree: &tree::Tree, format: CheckFormat) -> Result<()> {
    let because = |error: serde_json::Error| Error::new("cannot write JSON").because(&error);
    let text = match format {
        CheckFormat::Full => {
            let source = |file: &str| tree.files.read(file).ok();
            let options = FullOptions { styles: Styles::colored(), width: output::width() };
            report::findings_full(findings, &source, &options)
        }
        CheckFormat::Concise => report::findings_concise(findings),
        CheckFormat::Github => report::findings_github(findings),
        CheckFormat::Gitlab => report::findings_gitlab(findings).map_err(because)?,
        CheckFormat::Json => report::findings_json(findings).map_err(because)?,
        CheckFormat::Sarif => {
            report::findings_sarif(findings, &|file: &str| tree.files.read(file).ok(), &tool())
                .map_err(because)?
        }
    };
    output::data(&text)
}

fn tool() -> Tool {
    let info = |rule: &go_lint::Rule| RuleInfo {
        code: rule.code.to_owned(),
        name: rule.name.to_owned(),
        summary: rule.summary.to_owned(),
        page: go_lint::page(rule.code).unwrap_or_default(),
    };
    Tool { version: env!("CARGO_PKG_VERSION").to_owned(), rules: RULES.iter().map(info).collect() }
}

fn count(findings: usize) -> String {
    if findings == 1 { "1 finding".to_owned() } else { format!("{findings} findings") }
}

/// How many findings each rule has, on standard error.
fn statistics(findings: &Findings) {
    for rule in RULES {
        let of = findings.findings.iter().filter(|finding| &*finding.code == rule.code);
        let (mut high, mut other) = (0u64, 0u64);
        for finding in of {
            let slot = if finding.grade == Grade::High { &mut high } else { &mut other };
            *slot = slot.saturating_add(1);
        }
        if high.saturating_add(other) > 0 {
            output::say(format_args!("{} {:<26} {high} high, {other} other", rule.code, rule.name));
        }
    }
}

/// The paths and Go patterns of the command line.
///
/// The whole module is read whatever they name: who else touches a map may stand anywhere in it.
struct Patterns {
    root: PathBuf,
    /// Folders below the root with all below them (`true`) or alone, and files; relative, with slashes.
    wanted: Vec<(String, bool)>,
}

impl Patterns {
    fn new(paths: &[PathBuf]) -> Result<Self> {
        let mut root: Option<PathBuf> = None;
        let mut named = Vec::new();
        for path in paths {
            let all = path.ends_with("...");
            let at = if all { path.parent().unwrap_or(Path::new(".")) } else { path.as_path() };
            let at = if at.as_os_str().is_empty() { Path::new(".") } else { at };
            let real = at.canonicalize().map_err(|error| {
                Error::new(format!("cannot read {}", path.display()))
                    .because(&error)
                    .hint("give a folder, a Go file, or a pattern such as ./...")
            })?;
            if real.is_file() && real.extension().is_none_or(|extension| extension != "go") {
                return Err(Error::new(format!("{} is no Go file", path.display()))
                    .hint("give a folder, a Go file, or a pattern such as ./..."));
            }
            let folder = if real.is_dir() {
                real.clone()
            } else {
                real.parent().unwrap_or(&real).to_path_buf()
            };
            let module = module_of(&folder).unwrap_or(folder);
            root = Some(match root {
                None => module,
                Some(other) => common(&other, &module),
            });
            // A folder is checked with all below it: a gate that forgets half is none.
            named.push((real.clone(), all || real.is_dir()));
        }
        let root = root.unwrap_or_else(|| PathBuf::from("."));
        let wanted = named.into_iter().map(|(path, all)| {
            let relative = path.strip_prefix(&root).unwrap_or(Path::new(""));
            let parts = relative.components().filter_map(|part| match part {
                Component::Normal(name) => Some(name.to_string_lossy()),
                _ => None,
            });
            (parts.collect::<Vec<_>>().join("/"), all)
        });
        let wanted = wanted.collect();
        Ok(Self { root, wanted })
    }

    fn wants(&self, file: &str) -> bool {
        self.wanted.iter().any(|(path, all)| {
            path.is_empty()
                || file == path
                || (*all
                    && file.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/')))
        })
    }
}

/// The folder of the `go.work` or `go.mod` around a folder; the outermost `go.work`, else the nearest module.
fn module_of(folder: &Path) -> Option<PathBuf> {
    let around =
        |file: &str| folder.ancestors().find(|at| at.join(file).is_file()).map(Path::to_path_buf);
    around("go.work").or_else(|| around("go.mod"))
}

fn common(a: &Path, b: &Path) -> PathBuf {
    a.ancestors().find(|at| b.starts_with(at)).unwrap_or(a).to_path_buf()
}
