//! `tophash check`: the maps of a tree by the rules, with the exit code of a gate.

mod args;
pub(crate) mod baseline;
mod cached;
pub(crate) mod fix;
mod known;
mod merge;
mod new_from_rev;
pub(crate) mod patterns;
mod print;
mod repository;
pub(crate) mod settings;
mod watch;

pub(crate) use args::{Check, Least};
pub(crate) use patterns::Patterns;

use crate::error::{Error, Result};
use crate::tree::{self, Rev, Tree};
use crate::{exit, output};
use finding::{Finding, Findings};
use go_locks::Analysis;
use go_source::{Program, SourceTree};
use known::Known;
use merge::Merge;
use settings::Settings;

/// Checks what the patterns name and prints what was found.
pub(crate) fn run(arguments: &Check) -> Result<u8> {
    let patterns = Patterns::new(&arguments.paths)?;
    if arguments.with_test && !arguments.repairs() {
        return Err(Error::new("--with-test adds to a repair").hint("give it with --fix or --diff"));
    }
    if arguments.watch {
        return watch::run(arguments, &patterns);
    }
    let settings = Settings::new(arguments, &patterns.root)?;
    let mut tree = tree::list(&patterns.root, settings.rev.as_deref().map(Rev::to_read))?;
    if tree.go_files() == 0 {
        output::say(format_args!(
            "nothing found: there are no Go files below {}",
            patterns.root.display()
        ));
        return Ok(exit::NOTHING_FOUND);
    }
    let merge = Merge::read(arguments, &patterns.root)?;
    let mut findings = find(&mut tree, &patterns, &settings, merge.as_ref())?;
    if let Some(path) = &arguments.write_baseline {
        baseline::write(&findings, path)?;
        output::say(format_args!(
            "{} written; next: tophash check --baseline {} tells what is new",
            count(findings.findings.len()),
            path.display()
        ));
        return Ok(exit::EXPLAINED);
    }
    let all = if arguments.repairs() { findings.findings.clone() } else { Vec::new() };
    leave_out_known(&mut findings, &tree, &patterns, &settings)?;
    findings.forget_merged();
    for note in &findings.notes {
        output::say(format_args!("note: {note}"));
    }
    if arguments.repairs() {
        let after = |program: &Program| {
            let mut after = check_program(program, &settings);
            narrow(&mut after, &patterns, &settings);
            known_of(&all, &findings.findings).take_out(&mut after, &[]);
            after
        };
        tree::fetch(&mut tree)?;
        return fix::run(arguments, &settings, &patterns.root, &tree, &findings, &after);
    }
    print::findings(&findings, &tree, &patterns.root, &settings)?;
    if arguments.statistics {
        print::statistics(&findings);
    }
    let with_page = |finding: &&Finding| go_lint::page(&finding.code).is_some();
    if let Some(first) = findings.findings.iter().find(with_page) {
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

/// What a check shows of the tree as it stands, which it yields too.
pub(crate) fn shown(arguments: &Check, patterns: &Patterns) -> Result<(Tree, Findings)> {
    let settings = Settings::new(arguments, &patterns.root)?;
    let mut tree = tree::list(&patterns.root, None)?;
    let mut findings = find(&mut tree, patterns, &settings, None)?;
    leave_out_known(&mut findings, &tree, patterns, &settings)?;
    Ok((tree, findings))
}

/// What is found in a tree where the patterns and the settings look.
fn find(
    tree: &mut Tree,
    patterns: &Patterns,
    settings: &Settings,
    merge: Option<&Merge>,
) -> Result<Findings> {
    let mut findings = match merge {
        Some(merge) => merge.check(tree, settings)?,
        None => cached::check(tree, settings)?,
    };
    narrow(&mut findings, patterns, settings);
    Ok(findings)
}

/// Leaves of the findings of a whole tree those where the patterns and the settings look.
fn narrow(findings: &mut Findings, patterns: &Patterns, settings: &Settings) {
    findings.findings.retain(|finding| patterns.wants(&finding.access.site.file));
    settings.narrow(findings);
}

/// Leaves out what the baseline has, and what the revision has that this tree is compared with.
fn leave_out_known(
    findings: &mut Findings,
    tree: &Tree,
    patterns: &Patterns,
    settings: &Settings,
) -> Result<()> {
    if let Some(path) = &settings.baseline {
        let gone = baseline::apply(findings, path)?;
        if gone > 0 {
            findings.notes.push(format!(
                "{} of the baseline are gone; --write-baseline {} forgets them",
                count(gone),
                path.display()
            ));
        }
    }
    if let Some(rev) = &settings.new_from_rev {
        new_from_rev::apply(findings, tree, &patterns.root, rev, settings)?;
    }
    Ok(())
}

/// What was left out as known.
pub(crate) fn known_of(all: &[Finding], left: &[Finding]) -> Known {
    let mut known = Known::default();
    for finding in all.iter().filter(|finding| !left.contains(finding)) {
        known.add(&finding.fingerprint(), String::new());
    }
    known
}

/// Checks a whole tree: the findings of every grade, and in their notes all that was left out of the files.
///
/// It runs on a thread of the pool, so that what joins the packages takes the memory that their bodies leave behind: an
/// allocator keeps for each thread what that thread gave back.
fn check(files: &dyn SourceTree, settings: &Settings) -> Findings {
    rayon::scope(|_| {
        check_program(
            &tree::load_files(files, &settings.build, settings.tests, Vec::new()),
            settings,
        )
    })
}

/// Checks a tree that is loaded.
pub(crate) fn check_program(program: &Program, settings: &Settings) -> Findings {
    check_analysed(&go_lint::analyse(program), settings)
}

/// Checks a tree that is loaded and analysed.
pub(crate) fn check_analysed(analysis: &Analysis<'_>, settings: &Settings) -> Findings {
    let mut findings = go_lint::check_analysed(analysis, &settings.rules());
    findings.notes.extend(analysis.program.notes().iter().map(ToString::to_string));
    findings
}

fn count(findings: usize) -> String {
    if findings == 1 { "1 finding".to_owned() } else { format!("{findings} findings") }
}
