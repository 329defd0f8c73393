//! A plan: which findings are repaired by which edits, and which are left.

use crate::edit::{self, Edit, Edits};
use crate::imports;
use crate::trees::Trees;
use finding::{MapId, Site};
use go_source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One repair: edits that belong together, for one finding or several.
#[derive(Clone, Debug)]
pub struct Change {
    /// The findings that it repairs, by their places in the list that the plan is for.
    pub findings: Vec<usize>,
    /// What it does, a fragment: `takes Registry.mu`.
    pub what: String,
    pub(crate) edits: Edits,
    /// Standard packages that the edits need, by file.
    pub(crate) imports: BTreeSet<(String, &'static str)>,
    /// The map that gets another type: literals of its own type cannot be given to it any more.
    pub retypes: Option<MapId>,
    /// The functions that are edited, by file.
    pub(crate) bodies: Vec<(Arc<str>, Span)>,
}

impl Change {
    pub(crate) fn new(findings: Vec<usize>, what: String) -> Self {
        let edits = Edits::default();
        Self { findings, what, edits, imports: BTreeSet::new(), retypes: None, bodies: Vec::new() }
    }

    /// The files that it edits.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.edits.files.keys().map(String::as_str)
    }

    /// True when both edit one function.
    fn meets(&self, other: &Self) -> bool {
        self.bodies.iter().any(|(file, body)| {
            other.bodies.iter().any(|(of, theirs)| {
                of == file && body.start < theirs.end && theirs.start < body.end
            })
        })
    }
}

/// A finding that is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub finding: usize,
    /// Why, a fragment.
    pub why: String,
    /// Whether another run will do.
    pub again: bool,
}

/// What is repaired and what is left.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The repairs: no two of them edit one function.
    pub changes: Vec<Change>,
    /// The findings that none of them repairs.
    pub left: Vec<Left>,
    /// Those of them that repairs which are not safe by themselves would take: they were not allowed.
    pub unsafely: Vec<usize>,
}

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// Its path in the tree.
    pub path: String,
    /// Its text as it was read.
    pub before: String,
    /// Its text with all repairs.
    pub after: String,
}

impl Edited {
    /// The unified diff, as `git apply` and `patch -p1` take it.
    pub fn diff(&self) -> String {
        edit::diff(&self.path, &self.before, &self.after)
    }
}

impl Plan {
    /// Takes a change in, unless it edits what another does, or a file would not parse any more.
    pub(crate) fn take(&mut self, trees: &Trees<'_>, change: Change) {
        let (why, again) = match self.refusal(trees, &change) {
            Some(refusal) => refusal,
            None => return self.changes.push(change),
        };
        let leave = |finding| Left { finding, why: why.to_owned(), again };
        self.left.extend(change.findings.into_iter().map(leave));
    }

    /// Takes in many changes, whose files are parsed once where all fit together.
    pub(crate) fn take_all(&mut self, trees: &Trees<'_>, changes: Vec<Change>) {
        let before = self.changes.len();
        for change in &changes {
            if self.changes.iter().any(|other| other.meets(change)) {
                break;
            }
            self.changes.push(change.clone());
        }
        let touched: BTreeSet<&str> = changes.iter().flat_map(Change::files).collect();
        let all = self.changes.len() == before.saturating_add(changes.len());
        let fit = all
            && touched.iter().all(|path| {
                !is_anothers(trees, path) && edited(trees, path, self.changes.iter()).is_some()
            });
        if !fit {
            self.changes.truncate(before);
            for change in changes {
                self.take(trees, change);
            }
        }
    }

    /// Whether a change could be taken in.
    pub(crate) fn fits(&self, trees: &Trees<'_>, change: &Change) -> bool {
        self.refusal(trees, change).is_none()
    }

    /// Why a change cannot be taken in, and whether another run will do.
    fn refusal(&self, trees: &Trees<'_>, change: &Change) -> Option<(&'static str, bool)> {
        if self.changes.iter().any(|other| other.meets(change)) {
            return Some(("another repair edits the same function", true));
        }
        if change.files().any(|path| is_anothers(trees, path)) {
            return Some(("it would edit a generated or vendored file", false));
        }
        let both = || self.changes.iter().chain(std::iter::once(change));
        if change.files().any(|path| edited(trees, path, both()).is_none()) {
            let alone =
                change.files().all(|path| edited(trees, path, std::iter::once(change)).is_some());
            return Some(match alone {
                true => ("another repair edits the same lines", true),
                false => ("no edit of it was found that is surely right", false),
            });
        }
        None
    }

    /// Takes changes out again, for the reason that is given.
    pub fn give_up(&mut self, why: &str, dropped: impl Fn(&Change) -> bool) {
        let (out, kept): (Vec<Change>, Vec<Change>) =
            std::mem::take(&mut self.changes).into_iter().partition(dropped);
        self.changes = kept;
        for finding in out.into_iter().flat_map(|change| change.findings) {
            self.left.push(Left { finding, why: why.to_owned(), again: false });
        }
    }

    /// The files with all changes made, by path.
    pub fn edited(&self, trees: &Trees<'_>) -> Vec<Edited> {
        let paths: BTreeSet<&String> =
            self.changes.iter().flat_map(|change| change.edits.files.keys()).collect();
        paths.into_iter().filter_map(|path| edited(trees, path, self.changes.iter())).collect()
    }
}

/// True for a file that a tool writes anew, or somebody else.
fn is_anothers(trees: &Trees<'_>, path: &str) -> bool {
    trees.program().file(path).is_none_or(|file| {
        let mut head = file.text().lines().take_while(|line| !line.starts_with("package "));
        file.is_vendored()
            || head.any(|line| {
                line.starts_with("// Code generated ") && line.ends_with(" DO NOT EDIT.")
            })
    })
}

/// A file with the edits of some changes; `None` where two overlap, or it would not parse any more.
fn edited<'c>(
    trees: &Trees<'_>,
    path: &str,
    changes: impl Iterator<Item = &'c Change>,
) -> Option<Edited> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    for change in changes {
        edits.extend(change.edits.files.get(path).into_iter().flatten().cloned());
        let of_file = change.imports.iter().filter(|(file, _)| file == path);
        wanted.extend(of_file.map(|(_, import)| *import));
    }
    let wanted: Vec<&str> = wanted.into_iter().collect();
    edits.extend(imports::add(&*trees.file(path)?, &wanted));
    let before = trees.program().file(path)?.text().to_owned();
    // Lines are added as Go's tools write them.
    if before.contains('\r') {
        return None;
    }
    let after = edit::apply(&before, &edits)?;
    let parses = go_syntax::parse(after.as_str()).errors().is_empty();
    parses.then(|| Edited { path: path.to_owned(), before, after })
}

/// The findings that are left, in order, each once.
pub(crate) fn by_place(left: &mut Vec<Left>) {
    let mut found: BTreeMap<usize, Left> = BTreeMap::new();
    for one in left.drain(..) {
        found.entry(one.finding).or_insert(one);
    }
    left.extend(found.into_values());
}

/// `1 access`, `2 accesses`.
pub(crate) fn accesses(number: usize) -> String {
    if number == 1 { "1 access".to_owned() } else { format!("{number} accesses") }
}

/// `1 place`, `2 places`.
pub(crate) fn places(number: usize) -> String {
    if number == 1 { "1 place".to_owned() } else { format!("{number} places") }
}

/// Where a site is, for a sentence.
pub(crate) fn at(site: &Site) -> String {
    format!("{}:{}", site.file, site.line)
}
