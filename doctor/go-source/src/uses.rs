//! Every place that names a map, and the files that the target leaves out: what whoever rewrites a declaration must know.

use crate::{SourceFile, SourceTree, Span};
use finding::MapId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The file's path in the tree.
    pub file: Arc<str>,
    /// Where: the whole selector `c.entries`, the name of a variable, or the key in a composite literal.
    pub span: Span,
}

/// What was asked for by [`LoadOptions::uses`](crate::LoadOptions::uses).
#[derive(Debug, Default)]
pub(crate) struct Uses {
    pub(crate) by_map: FxHashMap<MapId, Vec<Use>>,
    pub(crate) lock_uses: FxHashMap<Arc<str>, Vec<Use>>,
    pub(crate) unknown_selectors: Vec<Use>,
    /// Files beside those of the program that no build for the target takes, with their texts.
    pub(crate) left_out: Vec<(String, String)>,
}

/// The Go files that lie beside files of the program and are none of them.
pub(crate) fn left_out(tree: &dyn SourceTree, files: &[SourceFile]) -> Vec<(String, String)> {
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let own = || files.iter().filter(|file| !file.vendored);
    let read: FxHashSet<&str> = own().map(SourceFile::path).collect();
    let folders: FxHashSet<String> = own().map(|file| folder(file.path())).collect();
    let mut found: Vec<(String, String)> = tree
        .files()
        .into_iter()
        .filter(|path| path.ends_with(".go") && !read.contains(path.as_str()))
        .filter(|path| folders.contains(&folder(path)))
        .filter_map(|path| {
            let text = String::from_utf8_lossy(&tree.read(&path).ok()?).into_owned();
            Some((path, text))
        })
        .collect();
    found.sort_unstable();
    found
}
