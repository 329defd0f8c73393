//! `tophash.toml`: where it is found, and what its keys hold.

use super::paths::{OfPath, glob};
use super::value::{Reader, Table};
use crate::check::args::{CheckFormat, Least};
use crate::error::{Error, Result};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How the file is called.
const NAME: &str = "tophash.toml";

/// The keys of the file.
pub(super) const KEYS: [&str; 8] =
    ["baseline", "exclude", "format", "grade", "ignore", "path", "select", "tests"];

/// The keys of each `[[path]]`.
pub(super) const PATH_KEYS: [&str; 3] = ["glob", "grade", "ignore"];

/// What the file says; `None` where it says nothing.
#[derive(Default)]
pub(super) struct File {
    /// Its folder, which paths and globs in it are relative to.
    pub(super) folder: PathBuf,
    pub(super) select: Option<Vec<String>>,
    pub(super) ignore: Option<Vec<String>>,
    pub(super) grade: Option<Least>,
    pub(super) tests: Option<bool>,
    pub(super) exclude: Vec<String>,
    pub(super) paths: Vec<OfPath>,
    pub(super) baseline: Option<PathBuf>,
    pub(super) format: Option<CheckFormat>,
}

impl File {
    /// The file that holds for a tree: the nearest from its root up to the root of the repository; without a repository,
    /// the one in the root itself.
    pub(super) fn find(root: &Path) -> Option<PathBuf> {
        let repository = root.ancestors().find(|folder| folder.join(".git").exists());
        let top = repository.unwrap_or(root);
        root.ancestors()
            .take_while(|folder| folder.starts_with(top))
            .map(|folder| folder.join(NAME))
            .find(|file| file.is_file())
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or says what nobody understands: with the line, and the way out.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::new(format!("cannot read the settings {}", path.display()))
                .because(&error)
                .hint("name the file with --config FILE, or leave it out with --no-config")
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let reader = Reader::new(path, &text);
        let document = reader.parse()?;
        let table = reader.table(&document, &KEYS)?;
        Ok(Self {
            select: table.codes("select")?,
            ignore: table.codes("ignore")?,
            grade: table.word("grade")?,
            tests: table.boolean("tests")?,
            exclude: globs(&table)?,
            paths: table.tables("path", &PATH_KEYS)?.iter().map(of_path).collect::<Result<_>>()?,
            baseline: table.text("baseline")?.map(|file| folder.join(file)),
            format: table.word("format")?,
            folder,
        })
    }
}

/// The globs of `exclude`, each of them one.
fn globs(table: &Table<'_>) -> Result<Vec<String>> {
    let texts = table.texts("exclude")?.unwrap_or_default();
    texts.into_iter().map(|(text, span)| a_glob(table, text, span)).collect()
}

/// One `[[path]]`.
fn of_path(table: &Table<'_>) -> Result<OfPath> {
    let Some((text, span)) = table.spanned_text("glob")? else {
        return Err(table
            .reader
            .error(table.span.clone(), "[[path]] has no glob")
            .hint("say which files it is about, such as glob = \"internal/legacy/**\""));
    };
    Ok(OfPath {
        glob: a_glob(table, text, span)?,
        ignore: table.codes("ignore")?.unwrap_or_default(),
        grade: table.word("grade")?,
    })
}

/// A text that is a glob.
fn a_glob(table: &Table<'_>, text: String, at: Range<usize>) -> Result<String> {
    let wrong = match glob(&text) {
        _ if text.trim_matches(['.', '/']).is_empty() => "names no file or folder".to_owned(),
        Err(error) => error.kind().to_string(),
        Ok(_) => return Ok(text),
    };
    let error = table.reader.error(at, &format!("the glob '{text}' cannot be read: {wrong}"));
    Err(error.hint(
        "write a path from the folder of the file, with * within a name and ** across folders",
    ))
}
