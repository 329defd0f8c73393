//! From the paths of a tree to its package directories and their import paths.
//!
//! Every module of the tree takes part, nested ones too: whoever looks for a crash gives the
//! repository, not one module of it. A directory belongs to the nearest `go.mod` above it; where
//! two modules have one path, the one that a `go.work` or a `replace` names goes first. What lies
//! under a `vendor` directory is a dependency under the import path it has there, and its
//! `modules.txt` says which module it is from. Where no `go.mod` is above a directory, how the files
//! import each other tells where it belongs.

mod prefix;
mod workspace;

use crate::build::{self, Tags};
use crate::module::{self, Manifest};
use crate::{LoadOptions, Note, NoteKind, SourceTree, VendoredModule};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const NO_MODULE: &str = "no go.mod names a module: import paths are taken from the directories";

/// A directory that holds Go files of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    /// Path in the tree; empty for the root.
    pub(crate) path: String,
    /// What other packages import it as.
    pub(crate) import: Arc<str>,
    /// Whether it lies under `vendor`.
    pub(crate) vendored: bool,
    /// The import path it has in the module that replaced its own, where one did.
    pub(crate) copied_from: Option<Arc<str>>,
    rank: Rank,
    /// Whether no module says its import path.
    bare: bool,
    /// The minor number of the `go 1.N` that its module says.
    pub(crate) go_minor: Option<u32>,
    /// Paths of the files whose names belong to the target, in order.
    pub(crate) files: Vec<String>,
}

/// Which of two directories with one import path is meant: the lesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Of a module that a `go.work` or a `replace` names.
    Named,
    /// The tree's own.
    Own,
    /// Vendored, and `modules.txt` lists it or is not there.
    Vendored,
    /// Vendored once, and not listed: no build takes it.
    Unlisted,
}

/// The directories of a tree and how an import finds one.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub(crate) directories: Vec<Directory>,
    by_import: FxHashMap<Arc<str>, usize>,
    /// `replace` directives that lead into the tree: import prefix and the module it stands for.
    aliases: Vec<(String, String)>,
    /// True for the standard library's own tree, whose vendored packages keep their prefix.
    standard: bool,
    /// The modules that lie under `vendor` directories.
    pub(crate) vendored: Vec<VendoredModule>,
    pub(crate) notes: Vec<Note>,
}

/// A module or a workspace of the tree.
#[derive(Debug)]
struct Module {
    directory: String,
    manifest: Manifest,
}

impl Layout {
    /// Reads the manifests and sorts the files into directories.
    pub(crate) fn read(tree: &dyn SourceTree, options: &LoadOptions, tags: &Tags) -> Self {
        let mut files = tree.files();
        files.sort_unstable();
        files.dedup();
        let mut layout = Self::default();
        let modules = layout.read_manifests(tree, &files, "go.mod");
        if modules.values().all(|module| module.manifest.module.is_empty()) {
            layout.note(NoteKind::Module, "", NO_MODULE.into());
        }
        let mut workspaces = layout.read_manifests(tree, &files, "go.work");
        // Of the modules that somebody else's workspace names only packages were copied.
        workspaces.retain(|directory, _| split_vendor(directory).is_none());
        layout.read_vendor_lists(tree, &files);
        let directives = workspace::follow(&workspaces, &modules);
        for (workspace, used) in &directives.missing {
            let text = match used.as_slice() {
                [one] => format!("uses {one}, which is no module of the tree"),
                many => format!("uses what is no module of the tree: {}", many.join(", ")),
            };
            layout.note(NoteKind::Module, &join(workspace, "go.work"), text);
        }
        layout.standard = modules.values().any(|module| module.manifest.module == "std");
        let listed = Listed::new(&layout.vendored);
        for (path, files) in group(&files, options, tags) {
            let (import, vendored) = import_path(&path, &modules);
            let module = nearest(&path, &modules);
            let bare = !vendored && module.is_none();
            let named = module.is_some_and(|module| directives.named.contains(&module.directory));
            let (rank, copied_from) = match split_vendor(&path).filter(|_| vendored) {
                Some((owner, _)) => listed.look_up(owner, &import),
                None if named => (Rank::Named, None),
                None => (Rank::Own, None),
            };
            let import: Arc<str> = import.into();
            layout.directories.push(Directory {
                path,
                import,
                vendored,
                copied_from,
                rank,
                bare,
                go_minor: module.and_then(|module| module.manifest.go_minor),
                files,
            });
        }
        layout.index();
        layout.aliases = directives.aliases;
        layout
    }

    fn index(&mut self) {
        self.by_import.clear();
        for (index, directory) in self.directories.iter().enumerate() {
            let slot = self.by_import.entry(Arc::clone(&directory.import)).or_insert(index);
            let other = self.directories.get(*slot);
            if other.is_some_and(|other| directory.rank < other.rank) {
                *slot = index;
            }
        }
    }

    /// Gives directories without a module the import paths that the program's own imports give
    /// them. True where that changed anything.
    pub(crate) fn infer(&mut self, imports: &BTreeSet<String>) -> bool {
        let bare = self.directories.iter().filter(|directory| directory.bare);
        let paths: FxHashSet<&str> = bare.map(|directory| &*directory.path).collect();
        let unresolved = imports.iter().filter(|path| self.resolve(path).is_none());
        let unresolved = unresolved.map(String::as_str);
        let Some(prefix) = prefix::common(unresolved, &paths).map(str::to_owned) else {
            return false;
        };
        for directory in self.directories.iter_mut().filter(|directory| directory.bare) {
            directory.import = join(&prefix, &directory.path).into();
        }
        self.index();
        if let Some(note) = self.notes.iter_mut().find(|note| note.text == NO_MODULE) {
            note.text =
                format!("no go.mod names a module: by the files' imports the tree is {prefix}");
        }
        true
    }

    /// The directory that an import path means, seen from anywhere in the program.
    pub(crate) fn resolve(&self, import: &str) -> Option<usize> {
        if let Some(found) = self.by_import.get(import) {
            return Some(*found);
        }
        for (old, new) in &self.aliases {
            if let Some(rest) = below(import, old) {
                if let Some(found) = self.by_import.get(join(new, rest).as_str()) {
                    return Some(*found);
                }
            }
        }
        if self.standard {
            self.by_import.get(join("vendor", import).as_str()).copied()
        } else {
            None
        }
    }

    /// The files of one name that hold directives, by their directory.
    fn read_manifests(
        &mut self,
        tree: &dyn SourceTree,
        files: &[String],
        wanted: &str,
    ) -> BTreeMap<String, Module> {
        let mut found = BTreeMap::new();
        for path in files {
            let (directory, name) = split(path);
            if name != wanted || !is_searched(directory) {
                continue;
            }
            if let Some(text) = self.text(tree, path) {
                let manifest = Manifest::parse(&text);
                self.note_bad_lines(path, &manifest.bad_lines);
                let directory = directory.to_owned();
                found.insert(directory.clone(), Module { directory, manifest });
            }
        }
        found
    }

    fn read_vendor_lists(&mut self, tree: &dyn SourceTree, files: &[String]) {
        for path in files {
            let owner = path.strip_suffix("vendor/modules.txt");
            let whole = owner.is_some_and(|owner| owner.is_empty() || owner.ends_with('/'));
            if !whole || !is_searched(split(path).0) {
                continue;
            }
            if let Some(text) = self.text(tree, path) {
                let (modules, bad_lines) = module::read_vendor_list(&text, &path.as_str().into());
                self.note_bad_lines(path, &bad_lines);
                self.vendored.extend(modules);
            }
        }
    }

    fn text(&mut self, tree: &dyn SourceTree, path: &str) -> Option<String> {
        match tree.read(path) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                self.note(NoteKind::Unreadable, path, format!("cannot be read: {error}"));
                None
            }
        }
    }

    fn note_bad_lines(&mut self, path: &str, bad_lines: &[u32]) {
        if let Some(line) = bad_lines.first() {
            let text = match bad_lines.len() {
                1 => format!("line {line} cannot be understood"),
                many => format!("{many} lines cannot be understood, the first is {line}"),
            };
            self.note(NoteKind::Module, path, text);
        }
    }

    fn note(&mut self, kind: NoteKind, path: &str, text: String) {
        self.notes.push(Note { kind, path: path.into(), text });
    }
}

/// The packages that `modules.txt` files list: the directory above `vendor`, and the import path.
struct Listed<'l> {
    packages: FxHashMap<(&'l str, &'l str), &'l VendoredModule>,
    /// Directories that have such a file.
    owners: FxHashSet<&'l str>,
}

impl<'l> Listed<'l> {
    fn new(modules: &'l [VendoredModule]) -> Self {
        let mut found = Self { packages: FxHashMap::default(), owners: FxHashSet::default() };
        for module in modules {
            let owner = module.list.strip_suffix("vendor/modules.txt").unwrap_or_default();
            let owner = owner.strip_suffix('/').unwrap_or(owner);
            found.owners.insert(owner);
            found
                .packages
                .extend(module.packages.iter().map(|path| ((owner, path.as_str()), module)));
        }
        found
    }

    /// How a vendored directory stands to others, and where it was copied from.
    fn look_up(&self, owner: &str, import: &str) -> (Rank, Option<Arc<str>>) {
        let Some(module) = self.packages.get(&(owner, import)) else {
            let rank = if self.owners.contains(owner) { Rank::Unlisted } else { Rank::Vendored };
            return (rank, None);
        };
        let (from, _) = module.copied();
        let copied = below(import, &module.path).filter(|_| from != module.path);
        (Rank::Vendored, copied.map(|rest| join(from, rest).into()))
    }
}

/// The Go files of the target by directory.
fn group(files: &[String], options: &LoadOptions, tags: &Tags) -> BTreeMap<String, Vec<String>> {
    let mut directories: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files {
        let (directory, name) = split(path);
        let wanted = path.ends_with(".go")
            && !name.starts_with(['_', '.'])
            && (options.tests || !build::is_test(name))
            && build::name_allows(name, tags)
            && is_searched(directory);
        if wanted {
            directories.entry(directory.to_owned()).or_default().push(path.clone());
        }
    }
    directories
}

/// Directories the Go tool never looks into: `testdata`, and names that begin with `_` or `.`.
fn is_searched(directory: &str) -> bool {
    !directory.split('/').any(|part| {
        part == "testdata" || part.starts_with('_') || (part.starts_with('.') && part != ".")
    })
}

/// The import path of a directory, and whether it is vendored.
fn import_path(directory: &str, modules: &BTreeMap<String, Module>) -> (String, bool) {
    let module = nearest(directory, modules);
    if let Some((_, import)) = split_vendor(directory) {
        let standard = module.is_some_and(|module| module.manifest.module == "std");
        return if standard { (join("vendor", import), false) } else { (import.to_owned(), true) };
    }
    let Some(module) = module else { return (fallback(directory), false) };
    let rest = below(directory, &module.directory).unwrap_or(directory);
    match module.manifest.module.as_str() {
        // The standard library's packages carry no module path.
        "std" => (rest.to_owned(), false),
        "" => (fallback(directory), false),
        path => (join(path, rest), false),
    }
}

/// Under GOPATH the import path is what follows `src/`.
fn fallback(directory: &str) -> String {
    directory.strip_prefix("src/").unwrap_or(directory).to_owned()
}

fn nearest<'m>(directory: &str, modules: &'m BTreeMap<String, Module>) -> Option<&'m Module> {
    let mut at = directory;
    loop {
        if let Some(module) = modules.get(at).filter(|module| !module.manifest.module.is_empty()) {
            return Some(module);
        }
        if at.is_empty() {
            return None;
        }
        at = split(at).0;
    }
}

/// `a/vendor/x/y` into `a` and `x/y`, by the last `vendor`. Before the Go tool knew vendoring,
/// `vendor` was an entry of GOPATH, with `src` below it.
fn split_vendor(directory: &str) -> Option<(&str, &str)> {
    let (owner, import) = match directory.rsplit_once("/vendor/") {
        Some(found) => found,
        None => ("", directory.strip_prefix("vendor/")?),
    };
    Some((owner, import.strip_prefix("src/").unwrap_or(import)))
}

/// A relative directory seen from another; `None` where it leads out of the tree.
fn normalise(base: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What follows `prefix` in a path, at a segment's border; empty where they are equal.
fn below<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    if prefix.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(prefix)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

fn join(prefix: &str, rest: &str) -> String {
    match (prefix.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}/{rest}"),
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryTree;

    fn imports(files: &[(&str, &str)], tests: bool) -> Vec<(String, String, usize)> {
        let tree: MemoryTree = files.iter().copied().collect();
        let options = LoadOptions { tests, ..LoadOptions::default() };
        let layout = Layout::read(&tree, &options, &Tags::new(&options));
        layout
            .directories
            .into_iter()
            .map(|d| (d.path, d.import.to_string(), d.files.len()))
            .collect()
    }

    #[test]
    fn packages_are_found_as_the_go_tool_finds_them() {
        let found = imports(
            &[
                ("go.mod", "module example.com/orders\n"),
                ("main.go", ""),
                ("main_test.go", ""),
                ("internal/status/cache.go", ""),
                ("internal/status/cache_windows.go", ""),
                ("internal/status/testdata/x.go", ""),
                ("_old/x.go", ""),
                (".git/x.go", ""),
                ("only/x_darwin.go", ""),
                ("api/go.mod", "module example.com/api\n"),
                ("api/v1/types.go", ""),
                ("vendor/golang.org/x/sync/errgroup/errgroup.go", ""),
            ],
            false,
        );
        let expected = [
            ("", "example.com/orders", 1),
            ("api/v1", "example.com/api/v1", 1),
            ("internal/status", "example.com/orders/internal/status", 1),
            ("vendor/golang.org/x/sync/errgroup", "golang.org/x/sync/errgroup", 1),
        ];
        assert_eq!(
            found,
            expected.map(|(path, import, files)| (path.into(), import.into(), files))
        );
    }

    #[test]
    fn tests_are_read_when_asked_for() {
        assert_eq!(
            imports(&[("go.mod", "module m\n"), ("a.go", ""), ("a_test.go", "")], true)[0].2,
            2
        );
    }

    #[test]
    fn a_local_replacement_leads_to_the_module_that_stands_in() {
        let tree: MemoryTree = [
            ("go.mod", "module m\nreplace example.com/old => ./fork\n"),
            ("fork/go.mod", "module example.com/fork\n"),
            ("fork/sub/x.go", ""),
        ]
        .into_iter()
        .collect();
        let options = LoadOptions::default();
        let layout = Layout::read(&tree, &options, &Tags::new(&options));
        let found = layout
            .resolve("example.com/old/sub")
            .map(|index| layout.directories[index].path.clone());
        assert_eq!(found.as_deref(), Some("fork/sub"));
        assert!(layout.resolve("example.com/older/sub").is_none());
    }

    fn layout(files: &[(&str, &str)]) -> Layout {
        let tree: MemoryTree = files.iter().copied().collect();
        let options = LoadOptions::default();
        Layout::read(&tree, &options, &Tags::new(&options))
    }

    fn path_of<'l>(layout: &'l Layout, import: &str) -> Option<&'l str> {
        layout.resolve(import).map(|at| &*layout.directories[at].path)
    }

    #[test]
    fn of_two_modules_with_one_path_the_workspace_takes_the_one_it_uses() {
        let files = [
            ("a/go.mod", "module example.com/lib\n"),
            ("a/x.go", ""),
            ("b/go.mod", "module example.com/lib\n"),
            ("b/x.go", ""),
            ("c/go.mod", "module example.com/fork\n"),
            ("c/sub/x.go", ""),
            ("vendor/d.e/f/go.work", "use ./g\nreplace example.com/copied => ../../../c\n"),
        ];
        assert_eq!(path_of(&layout(&files), "example.com/lib"), Some("a"));
        let mut files = files.to_vec();
        files.push((
            "go.work",
            "go 1.21\nuse (\n\t./b\n\t./gone\n)\nreplace example.com/old v1.0.0 => ./c\n",
        ));
        let layout = layout(&files);
        assert_eq!(path_of(&layout, "example.com/lib"), Some("b"));
        assert_eq!(path_of(&layout, "example.com/old/sub"), Some("c/sub"));
        assert!(layout.resolve("example.com/copied").is_none());
        let said: Vec<_> = layout.notes.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["go.work: uses ./gone, which is no module of the tree"]);
    }

    #[test]
    fn a_workspace_overrides_what_its_modules_replace() {
        let layout = layout(&[
            ("go.work", "use .\nreplace example.com/old => ./mine\n"),
            ("go.mod", "module m\nreplace example.com/old => ./theirs\n"),
            ("mine/go.mod", "module example.com/mine\n"),
            ("mine/x.go", ""),
            ("theirs/go.mod", "module example.com/theirs\n"),
            ("theirs/x.go", ""),
        ]);
        assert_eq!(path_of(&layout, "example.com/old"), Some("mine"));
    }

    #[test]
    fn what_modules_txt_lists_goes_before_what_was_left_behind() {
        let list = "# a.b/c v1.0.0 => d.e/f v1.1.0\n## explicit\na.b/c/sub\n";
        let layout = layout(&[
            ("go.mod", "module m\n"),
            ("one/vendor/a.b/c/sub/x.go", ""),
            ("one/vendor/modules.txt", "# x.y/z v1.0.0\nx.y/z\n"),
            ("vendor/a.b/c/sub/x.go", ""),
            ("vendor/modules.txt", list),
        ]);
        assert_eq!(path_of(&layout, "a.b/c/sub"), Some("vendor/a.b/c/sub"));
        let copied = layout.directories.iter().map(|d| d.copied_from.as_deref());
        assert_eq!(copied.collect::<Vec<_>>(), [None, Some("d.e/f/sub")]);
    }

    #[test]
    fn a_vendor_directory_may_be_an_entry_of_gopath() {
        let found = imports(&[("vendor/src/example.com/a/x.go", "")], false);
        assert_eq!(found[0].1, "example.com/a");
    }

    #[test]
    fn without_a_module_the_imports_tell_the_path_of_the_tree() {
        let files = ["main.go", "store/x.go", "log/x.go", "api/v1/x.go", "vendor/a.b/log/x.go"];
        let files = files.iter().map(|path| (*path, "")).chain([("api/go.mod", "module a.c/api")]);
        let tree: MemoryTree = files.collect();
        let options = LoadOptions::default();
        let mut layout = Layout::read(&tree, &options, &Tags::new(&options));
        let imports = ["fmt", "a.b/log", "example.com/app/log", "example.com/app/store"];
        assert!(layout.infer(&imports.map(str::to_owned).into()));
        let found = layout.directories.iter().map(|d| (&*d.path, &*d.import));
        assert_eq!(
            found.collect::<Vec<_>>(),
            [
                ("", "example.com/app"),
                ("api/v1", "a.c/api/v1"),
                ("log", "example.com/app/log"),
                ("store", "example.com/app/store"),
                ("vendor/a.b/log", "a.b/log"),
            ]
        );
        assert_eq!(layout.resolve("example.com/app/log"), Some(2));
        assert_eq!(layout.resolve("log"), None);
        assert!(!layout.infer(&imports.map(str::to_owned).into()), "nothing is left to infer");
    }

    #[test]
    fn without_a_module_the_directory_is_the_import_path() {
        assert_eq!(imports(&[("src/a/b/x.go", "")], false)[0].1, "a/b");
    }
}
