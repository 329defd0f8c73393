//! Plans over trees in memory, proved as `tophash check --fix` proves them.

#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of this")]

use finding::{Finding, Grade};
use go_lint::Options;
use go_repair::{Allowed, Edited, Plan, trees::Trees};
use go_source::{LoadOptions, MemoryTree, Program};
use std::collections::BTreeMap;

/// Files by their paths.
pub(crate) type Files = BTreeMap<String, String>;

/// What became of a tree.
pub(crate) struct Repaired {
    pub(crate) plan: Plan,
    pub(crate) findings: Vec<Finding>,
    /// What is found behind the edits.
    pub(crate) after: Vec<Finding>,
    /// The tree with the edits.
    pub(crate) files: Files,
}

fn load(files: &Files, tests: bool) -> Program {
    let tree: MemoryTree = files.iter().map(|(path, text)| (path.clone(), text.clone())).collect();
    Program::load(&tree, &LoadOptions { tests, uses: tests, ..LoadOptions::default() })
}

fn with(files: &Files, edited: &[Edited]) -> Files {
    let mut files = files.clone();
    files.extend(edited.iter().map(|file| (file.path.clone(), file.after.clone())));
    files
}

/// Repairs what is found in a tree, of a grade at least, safely.
pub(crate) fn repair(files: &Files, least: Grade) -> Repaired {
    repair_with(files, least, Allowed::default())
}

/// Repairs what is found in a tree as far as that is allowed.
pub(crate) fn repair_with(files: &Files, least: Grade, allowed: Allowed) -> Repaired {
    repair_by(files, &Options { least, ..Options::default() }, allowed)
}

/// Repairs what is found in a tree with options as far as that is allowed.
pub(crate) fn repair_by(files: &Files, options: &Options, allowed: Allowed) -> Repaired {
    let check = |files: &Files| go_lint::check(&load(files, false), options).findings;
    let findings = check(files);
    let program = load(files, true);
    let trees = Trees::new(&program);
    let mut plan = go_repair::plan_with(&program, &findings, allowed);
    let after = plan.prove(&trees, &findings, &mut |edited| check(&with(files, edited)));
    let edited = plan.edited(&trees);
    Repaired { files: with(files, &edited), plan, findings, after }
}
