//! Which vendored packages are searched like the program's own, because a crash text names them.

use super::Parsed;
use crate::layout::Layout;
use crate::{Mention, Note, NoteKind, VendoredModule, path};
use go_runtime::symbol::Symbol;
use std::collections::{BTreeMap, BTreeSet};

/// The vendored directories that a crash text names, by their numbers in the layout.
pub(super) fn directories(layout: &Layout, mentions: &[Mention]) -> BTreeSet<usize> {
    let vendored =
        |at: &usize| layout.directories.get(*at).is_some_and(|directory| directory.vendored);
    let mut found = BTreeSet::new();
    for mention in mentions {
        if mention.symbol.is_empty() {
            found.extend(by_file(layout, &mention.file));
        } else {
            let symbol = Symbol::parse(&mention.symbol);
            found.extend(layout.resolve(&symbol.import_path()).filter(vendored));
        }
    }
    found
}

/// The vendored directory that a printed file lies in. Linear in the directories; only for the few
/// frames that are printed without their function.
fn by_file(layout: &Layout, file: &str) -> Option<usize> {
    let file = path::normalise(file);
    let (printed, _) = file.rsplit_once('/')?;
    let ends = |import: &str| {
        printed.strip_suffix(import).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let fits = layout.directories.iter().enumerate().filter(|(_, directory)| {
        directory.vendored
            && (ends(&directory.import) || directory.copied_from.as_deref().is_some_and(ends))
    });
    fits.max_by_key(|(_, directory)| directory.import.len()).map(|(at, _)| at)
}

/// The vendored directories that import one of `wanted`, directly or not: they call what it
/// declares, and what its callers hold is not known without them.
pub(super) fn importers(
    layout: &Layout,
    parsed: &[Parsed],
    wanted: &BTreeSet<usize>,
) -> BTreeSet<usize> {
    let mut imported_by: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for file in parsed {
        let vendored = |at: &usize| layout.directories.get(*at).is_some_and(|d| d.vendored);
        let Some(from) = file.directory.filter(vendored) else { continue };
        for import in super::imports_of(&file.text, &file.hir) {
            if let Some(to) = layout.resolve(&import) {
                imported_by.entry(to).or_default().insert(from);
            }
        }
    }
    let mut found = BTreeSet::new();
    let mut todo: Vec<usize> = wanted.iter().copied().collect();
    while let Some(at) = todo.pop() {
        for from in imported_by.get(&at).into_iter().flatten() {
            if !wanted.contains(from) && found.insert(*from) {
                todo.push(*from);
            }
        }
    }
    found
}

/// Says which modules the program was built with in another version than lies in the tree.
pub(super) fn other_versions(modules: &[VendoredModule], mentions: &[Mention]) -> Vec<Note> {
    let mut notes = Vec::new();
    for module in modules {
        let differs = |(path, version): (&str, &str)| {
            mentions.iter().find_map(|mention| {
                let named = version_of(&mention.file, path)?;
                (!version.is_empty() && named != version).then(|| named.to_owned())
            })
        };
        let named = differs(module.copied());
        // A trimmed build prints the path and version that were asked for.
        let asked = (module.path.as_str(), module.version.as_str());
        let same = mentions.iter().any(|m| version_of(&m.file, asked.0) == Some(asked.1));
        if let Some(named) = named.filter(|_| !same).or_else(|| differs(asked)) {
            let (path, version) = module.copied();
            let text = format!(
                "holds {path} {version}, and the crash text names {named}: its lines may differ"
            );
            notes.push(Note { kind: NoteKind::Module, path: module.list.clone(), text });
        }
    }
    notes
}

/// The version that a printed path names of a module: `v1.4.0` in `example.org/lru@v1.4.0/lru.go`.
fn version_of<'f>(file: &'f str, module: &str) -> Option<&'f str> {
    let (before, after) = file.split_once('@')?;
    let before = path::normalise(before);
    let rest = before.strip_suffix(module)?;
    let (version, _) = after.split_once(['/', '\\'])?;
    (rest.is_empty() || rest.ends_with('/')).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Replacement;

    fn mention(file: &str) -> Mention {
        Mention { symbol: "".into(), file: file.into() }
    }

    #[test]
    fn another_version_than_the_tree_holds_is_said_once() {
        let module = VendoredModule {
            path: "example.org/lru".into(),
            version: "v1.4.0".into(),
            list: "vendor/modules.txt".into(),
            ..VendoredModule::default()
        };
        let said = |module: &VendoredModule, files: &[&str]| -> Vec<String> {
            let mentions: Vec<_> = files.iter().map(|file| mention(file)).collect();
            let notes = other_versions(std::slice::from_ref(module), &mentions);
            notes.iter().map(ToString::to_string).collect()
        };
        assert!(said(&module, &["example.org/lru@v1.4.0/lru.go", "main.go"]).is_empty());
        assert_eq!(
            said(&module, &["/go/pkg/mod/example.org/lru@v1.3.0/lru.go", "lru@v1.2.0/lru.go"]),
            ["vendor/modules.txt: holds example.org/lru v1.4.0, and the crash text names v1.3.0: \
                 its lines may differ"]
        );
        let by = Replacement { path: "example.net/fork".into(), version: "v0.1.0".into() };
        let replaced = VendoredModule { replaced: Some(by), ..module };
        assert!(said(&replaced, &["example.org/lru@v1.4.0/lru.go"]).is_empty());
        assert!(said(&replaced, &["/mod/example.net/fork@v0.1.0/lru.go"]).is_empty());
        assert_eq!(said(&replaced, &["/mod/example.net/fork@v0.2.0/lru.go"]).len(), 1);
    }
}
