//! `tophash check --fix` and `--diff`: what can be repaired safely is, and what is left is said.

use super::args::Check;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::tree::{self, Tree};
use crate::{exit, output};
use finding::{Code, Finding, Findings, MapId, RACE};
use go_repair::{Allowed, Edited, Plan, stress, trees::Trees};
use go_source::{Program, SourceTree};
use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Repairs findings in the files below `root`, or prints how; the exit code says whether findings are left.
///
/// # Errors
///
/// When a file cannot be written, or is another one by now than was read: then none is.
pub(crate) fn run(
    arguments: &Check,
    settings: &Settings,
    root: &Path,
    tree: &Tree,
    findings: &Findings,
    check: &dyn Fn(&Program) -> Findings,
) -> Result<u8> {
    // Tests use the types that are edited too.
    let program = tree::load_for_edits(&tree.files, &settings.build);
    let trees = Trees::new(&program);
    let all = findings.findings.len();
    let unsafe_fixes = arguments.unsafe_fixes;
    let (plan, left) =
        proven(&trees, &tree.files, settings, unsafe_fixes, &findings.findings, all, check);
    let edited = plan.edited(&trees);
    let tests = if arguments.with_test {
        stress_tests(&program, tree, &plan, &findings.findings)
    } else {
        Vec::new()
    };
    if arguments.edits() {
        write(root, &edited, &tests)?;
        output::data(&told(&plan, &findings.findings, &edited, &tests))?;
    } else {
        let mut diff: String = edited.iter().map(Edited::diff).collect();
        for test in &tests {
            let new =
                Edited { path: test.file.clone(), before: String::new(), after: test.text.clone() };
            diff.push_str(&new.diff());
        }
        // A diff is data: not even colour may be taken out of it.
        output::bytes(diff.as_bytes())?;
        for line in lines_left(&plan, &findings.findings) {
            output::say(line);
        }
    }
    // A diff repairs nothing by itself; and what other tools report, no second check of ours finds.
    let clean = match arguments.edits() {
        true => left.is_empty() && plan.left.is_empty(),
        false => findings.findings.is_empty(),
    };
    Ok(if clean || arguments.exit_zero { exit::EXPLAINED } else { exit::FINDINGS })
}

/// A plan for the first findings of a list, with what a second check proves of it; and what is found once it is done.
///
/// The trees are those of the program with its tests, whose files are given.
pub(crate) fn proven(
    trees: &Trees<'_>,
    files: &dyn SourceTree,
    settings: &Settings,
    unsafe_fixes: bool,
    findings: &[Finding],
    first: usize,
    check: &dyn Fn(&Program) -> Findings,
) -> (Plan, Vec<Finding>) {
    let program = trees.program();
    let wanted = findings.get(..first).unwrap_or(findings);
    let allowed = Allowed { tests: settings.tests, unsafe_fixes };
    let mut plan = go_repair::plan_with(program, wanted, allowed);
    // What was read as other text than it is cannot be written back.
    let is_text = |path: &str| {
        let bytes = files.read(path).ok();
        program.file(path).map(|file| file.text().as_bytes()) == bytes.as_deref()
    };
    plan.give_up("its file is no plain UTF-8", |change| !change.files().all(is_text));
    let mut after = |edited: &[Edited]| {
        let files = EditedTree { tree: files, files: edited };
        let program = tree::load_files(&files, &settings.build, settings.tests, Vec::new());
        let mut found = check(&program).findings;
        found.extend(go_repair::races_left(&program, findings));
        found
    };
    let left = plan.prove(trees, findings, &mut after);
    (plan, left)
}

/// A tree with some of its files edited.
struct EditedTree<'t> {
    tree: &'t dyn SourceTree,
    files: &'t [Edited],
}

impl SourceTree for EditedTree<'_> {
    fn files(&self) -> Vec<String> {
        self.tree.files()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self.files.iter().find(|edited| edited.path == path) {
            Some(edited) => Ok(edited.after.clone().into_bytes()),
            None => self.tree.read(path),
        }
    }
}

/// The stress tests of the maps that are repaired, but for those whose files are there already.
fn stress_tests(program: &Program, tree: &Tree, plan: &Plan, findings: &[Finding]) -> Vec<Code> {
    let repaired = plan.changes.iter().flat_map(|change| &change.findings);
    let repaired = repaired.filter_map(|at| findings.get(*at));
    // A map that is nil fails without a second goroutine.
    let maps: BTreeMap<&MapId, _> = repaired
        .filter(|finding| finding.code.starts_with("TH1") || &*finding.code == RACE)
        .map(|finding| (&finding.map.id, &finding.map))
        .collect();
    let mut tests = Vec::new();
    for map in maps.values() {
        let retyped = plan.changes.iter().any(|change| change.retypes.as_ref() == Some(&map.id));
        let test = match retyped {
            true => stress::test_retyped(program, map),
            false => stress::test(program, map),
        };
        match test {
            Some(test) if tree.files.read(&test.file).is_ok() => {
                output::say(format_args!("note: {} is there already and is kept", test.file));
            }
            Some(test) => tests.push(test),
            None => output::say(format_args!(
                "note: no stress test of {}: what touches it cannot be called without knowing more",
                map.path
            )),
        }
    }
    tests
}

/// What was done and what was not.
fn told(plan: &Plan, findings: &[Finding], edited: &[Edited], tests: &[Code]) -> String {
    let mut out = String::new();
    let mut repaired = 0usize;
    for change in &plan.changes {
        for finding in change.findings.iter().filter_map(|at| findings.get(*at)) {
            repaired = repaired.saturating_add(1);
            out.push_str(&format!("repaired  {}: {}\n", named(finding), change.what));
        }
    }
    for line in lines_left(plan, findings) {
        out.push_str(&line);
        out.push('\n');
    }
    for test in tests {
        let folder = match test.file.rsplit_once('/') {
            Some((folder, _)) => format!("./{folder}"),
            None => ".".to_owned(),
        };
        let name = stress::name(&test.text).unwrap_or_default();
        out.push_str(&format!("test      {}: go test -race -run '^{name}$' {folder}\n", test.file));
    }
    let more = match plan.unsafely.len() {
        0 => String::new(),
        number => format!(" ({number} more with --unsafe-fixes)"),
    };
    out.push_str(&format!(
        "{} repaired in {}, {} left{more}\n",
        count(repaired, "finding"),
        count(edited.len(), "file"),
        plan.left.len()
    ));
    out
}

/// The findings that are left, each with the reason.
fn lines_left(plan: &Plan, findings: &[Finding]) -> Vec<String> {
    let line = |left: &go_repair::Left| {
        let finding = findings.get(left.finding)?;
        let next = match () {
            () if left.again => "; run it again",
            () if plan.unsafely.contains(&left.finding) => "; --unsafe-fixes may repair it",
            () => "",
        };
        Some(format!("left      {}: {}{next}", named(finding), left.why))
    };
    plan.left.iter().filter_map(line).collect()
}

/// `cache.go:12 TH101 Cache.entries`.
fn named(finding: &Finding) -> String {
    let site = &finding.access.site;
    format!("{}:{} {} {}", site.file, site.line, finding.code, finding.map.path)
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A file that is written beside its place and waits to be renamed.
struct Ready {
    beside: tempfile::NamedTempFile,
    place: PathBuf,
}

/// Writes all files beside their places first, and renames them when all are there.
fn write(root: &Path, edited: &[Edited], tests: &[Code]) -> Result<()> {
    let mut ready = Vec::new();
    for file in edited {
        // What a link leads to is edited, and not the link replaced.
        let path = root.join(&file.path);
        let place = path.canonicalize().map_err(|error| cannot_write(&path, &error))?;
        let now = std::fs::read(&place).map_err(|error| cannot_write(&path, &error))?;
        if now != file.before.as_bytes() {
            return Err(Error::new(format!("{} is not what was read any more", file.path))
                .hint("nothing was written; run it again"));
        }
        let permissions =
            std::fs::metadata(&place).map_err(|error| cannot_write(&path, &error))?.permissions();
        let written = beside(&place, &file.after);
        let written = written.map_err(|error| cannot_write(&path, &error))?;
        std::fs::set_permissions(written.beside.path(), permissions)
            .map_err(|error| cannot_write(&path, &error))?;
        ready.push(written);
    }
    for test in tests {
        let place = root.join(&test.file);
        let written = beside(&place, &test.text).map_err(|error| cannot_write(&place, &error))?;
        ready.push(written);
    }
    for Ready { beside, place } in ready {
        beside.persist(&place).map_err(|error| cannot_write(&place, &error.error))?;
    }
    Ok(())
}

fn beside(place: &Path, text: &str) -> io::Result<Ready> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    beside.write_all(text.as_bytes())?;
    Ok(Ready { beside, place: place.to_owned() })
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::new(format!("cannot write {}", path.display())).because(error)
}
