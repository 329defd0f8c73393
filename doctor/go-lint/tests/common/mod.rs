//! The Go programs of `fixtures/go/check`, and what they say is found in them.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of this")]

use finding::Findings;
use go_lint::Options;
use go_source::{LoadOptions, MemoryTree, Program};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A line and a rule's code.
pub(crate) type Claim = (u32, String);

/// The module of the programs.
pub(crate) fn module() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/go/check"))
}

/// Its files, by their paths.
pub(crate) fn files() -> BTreeMap<String, String> {
    let root = module();
    let walk = walkdir::WalkDir::new(&root).into_iter();
    let entries = walk.map(|entry| entry.expect("the folder can be listed"));
    let files = entries.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let path = entry.path().strip_prefix(&root).expect("it lies below");
        let text = std::fs::read_to_string(entry.path()).expect("the file can be read");
        (path.to_string_lossy().replace('\\', "/"), text)
    });
    files.collect()
}

/// Checks files as `tophash check` does.
pub(crate) fn check<P: Into<String>, B: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (P, B)>,
) -> Findings {
    check_by(files, &Options::default())
}

/// Checks files as `tophash check` does with options.
pub(crate) fn check_by<P: Into<String>, B: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (P, B)>,
    options: &Options,
) -> Findings {
    let tree: MemoryTree = files.into_iter().collect();
    go_lint::check(&Program::load(&tree, &LoadOptions::default()), options)
}

/// All grades of the rules whose codes begin so.
pub(crate) fn all_of(code: &str) -> Options {
    Options { select: vec![code.to_owned()], least: finding::Grade::Low, ..Options::default() }
}

/// Checks one file of a module of its own, all grades and rules.
pub(crate) fn check_all(source: &str) -> Findings {
    check_by([("go.mod", "module example.com/t\n\ngo 1.21\n"), ("t.go", source)], &all_of("TH"))
}

/// What the comments at the ends of a file's lines say: `// want TH101`.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// What is wrong there, and found.
    pub(crate) want: BTreeSet<Claim>,
    /// What is wrong there, and not found.
    pub(crate) missed: BTreeSet<Claim>,
    /// What is found, and not wrong there.
    pub(crate) wrong: BTreeSet<Claim>,
}

impl Marks {
    /// Reads the marks of a file.
    pub(crate) fn of(text: &str) -> Self {
        let mut marks = Self::default();
        for (line, text) in (1..).zip(text.lines()) {
            let Some((_, comment)) = text.rsplit_once("// ") else { continue };
            let mut verb = "";
            for word in comment.split(' ') {
                let claims = match (verb, word) {
                    (_, "want" | "missed" | "wrong") => {
                        verb = word;
                        continue;
                    }
                    ("want", _) => &mut marks.want,
                    ("missed", _) => &mut marks.missed,
                    ("wrong", _) => &mut marks.wrong,
                    _ => break,
                };
                if !word.starts_with("TH") {
                    break;
                }
                claims.insert((line, word.to_owned()));
            }
        }
        marks
    }
}
