//! Reading: which files take part, their text, and the world made of them.

mod mentioned;

use crate::build::{self, Tags};
use crate::hir::{self, DeclKind, Hir};
use crate::layout::Layout;
use crate::models;
use crate::spread;
use crate::world::{File, FileId, Package, PackageId, Part, World, index};
use crate::{LineTable, LoadOptions, Note, NoteKind, SourceTree, VendoredModule};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Packages of dependencies are read this many imports away from the program's own.
const DEPENDENCY_LEVELS: usize = 3;
/// A note names this many missing packages and counts the others.
const NAMED: usize = 5;

/// A file as it was read.
struct Parsed {
    /// Its directory, by number in the layout; models have none.
    directory: Option<usize>,
    path: Arc<str>,
    text: String,
    lines: LineTable,
    hir: Hir,
    part: Part,
    import: Arc<str>,
}

/// Reads what takes part. Yields the world, how imports are found, and what was skipped.
pub(crate) fn read(tree: &dyn SourceTree, options: &LoadOptions) -> (World, Resolution, Vec<Note>) {
    let tags = Tags::new(options);
    let mut layout = Layout::read(tree, options, &tags);
    let mut notes = Vec::new();
    let mut reader =
        Reader { tree, tags: &tags, layout: &layout, read: BTreeSet::new(), parsed: Vec::new() };
    let own = |at: &usize| layout.directories.get(*at).is_some_and(|directory| !directory.vendored);
    let all: Vec<usize> = (0..layout.directories.len()).filter(own).collect();
    let mut imports = reader.read(&all, Part::Own, &mut notes);
    let Reader { read, mut parsed, .. } = reader;
    if layout.infer(&imports) {
        for file in &mut parsed {
            if let Some(found) = file.directory.and_then(|at| layout.directories.get(at)) {
                file.import = Arc::clone(&found.import);
            }
        }
    }
    notes.splice(0..0, std::mem::take(&mut layout.notes));
    let own = imports.clone();
    let mut reader = Reader { tree, tags: &tags, layout: &layout, read, parsed };
    let wanted = mentioned::directories(&layout, &options.mentions);
    notes.extend(mentioned::other_versions(&layout.vendored, &options.mentions));
    let searched: Vec<usize> = wanted.iter().copied().collect();
    imports.extend(reader.read(&searched, Part::Searched, &mut notes));
    let mut missing = BTreeSet::new();
    for level in 0..=DEPENDENCY_LEVELS {
        let mut found = Vec::new();
        for import in &imports {
            match layout.resolve(import) {
                Some(at) => found.push(at),
                None if reader.model(import) => {}
                // What dependencies import matters little, and the standard library is never there.
                None if level == 0 && is_foreign(import) && own.contains(import) => {
                    missing.insert(import.clone());
                }
                None => {}
            }
        }
        if level == DEPENDENCY_LEVELS {
            break;
        }
        imports = reader.read(&found, Part::Dependency, &mut notes);
    }
    note_missing(&missing, &mut notes);
    let importers = mentioned::importers(&layout, &reader.parsed, &wanted);
    reader.search(&importers, &mut notes);
    let parsed = reader.parsed;
    let (world, by_directory) = assemble(parsed, &layout, &mut notes);
    let vendored = std::mem::take(&mut layout.vendored);
    (world, Resolution { layout, by_directory, vendored }, notes)
}

/// How an import path leads to a package.
pub(crate) struct Resolution {
    layout: Layout,
    by_directory: FxHashMap<usize, PackageId>,
    /// The modules under `vendor` directories.
    pub(crate) vendored: Vec<VendoredModule>,
}

impl Resolution {
    /// The minor number of Go that the module of each directory asks for, by the directory's path.
    pub(crate) fn go_minors(&self) -> FxHashMap<String, u32> {
        let directories = self.layout.directories.iter();
        directories.filter_map(|found| Some((found.path.clone(), found.go_minor?))).collect()
    }

    pub(crate) fn package(&self, world: &World, import: &str) -> Option<PackageId> {
        let directory = self.layout.resolve(import).and_then(|at| self.by_directory.get(&at));
        directory.or_else(|| world.by_import.get(import)).copied()
    }
}

/// A path outside the standard library: its first element has a dot.
fn is_foreign(import: &str) -> bool {
    import.split('/').next().is_some_and(|first| first.contains('.'))
}

fn note_missing(missing: &BTreeSet<String>, notes: &mut Vec<Note>) {
    if missing.is_empty() {
        return;
    }
    let named: Vec<&str> = missing.iter().take(NAMED).map(String::as_str).collect();
    let more = missing.len().saturating_sub(named.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (what, their) =
        if missing.len() == 1 { ("package is", "its") } else { ("packages are", "their") };
    let count = missing.len();
    let text = format!(
        "{count} imported {what} not in the tree, so {their} types are unknown: {}{more}",
        named.join(", ")
    );
    notes.push(Note { kind: NoteKind::MissingPackages, path: "".into(), text });
}

struct Reader<'a> {
    tree: &'a dyn SourceTree,
    tags: &'a Tags,
    layout: &'a Layout,
    /// Directories and models that were read already.
    read: BTreeSet<String>,
    parsed: Vec<Parsed>,
}

impl Reader<'_> {
    /// Reads directories that were not read before; yields what they import.
    fn read(
        &mut self,
        directories: &[usize],
        part: Part,
        notes: &mut Vec<Note>,
    ) -> BTreeSet<String> {
        let mut files = Vec::new();
        for at in directories {
            let Some(directory) = self.layout.directories.get(*at) else { continue };
            if self.read.insert(format!("/{}", directory.path)) {
                files.extend(
                    directory
                        .files
                        .iter()
                        .map(|path| (*at, path.as_str(), Arc::clone(&directory.import))),
                );
            }
        }
        let (tree, tags) = (self.tree, self.tags);
        let length = files.len();
        let parsed = spread::map(files, length, |(at, path, import)| {
            let mut notes = Vec::new();
            let file = read_file(tree, tags, path, part, &mut notes);
            let file = file.map(|(text, lines, hir)| Parsed {
                directory: Some(at),
                path: path.into(),
                text,
                lines,
                hir,
                part,
                import,
            });
            (file, notes)
        });
        let mut imports = BTreeSet::new();
        for (file, found) in parsed {
            notes.extend(found);
            if let Some(file) = file {
                imports.extend(imports_of(&file.text, &file.hir));
                self.parsed.push(file);
            }
        }
        imports
    }

    /// Reads dependencies once more, with their bodies.
    fn search(&mut self, directories: &BTreeSet<usize>, notes: &mut Vec<Note>) {
        self.parsed.retain(|file| file.directory.is_none_or(|at| !directories.contains(&at)));
        for at in directories {
            if let Some(directory) = self.layout.directories.get(*at) {
                self.read.remove(&format!("/{}", directory.path));
            }
        }
        let directories: Vec<usize> = directories.iter().copied().collect();
        self.read(&directories, Part::Searched, notes);
    }

    /// Takes the model of a package, where there is one.
    fn model(&mut self, import: &str) -> bool {
        let Some(text) = models::text(import) else { return false };
        if self.read.insert(import.to_owned()) {
            let file = go_syntax::parse(text.as_bytes());
            let (hir, _) = hir::lower(&file);
            let lines = file.lines().clone();
            let path = import.into();
            let parsed = Parsed {
                directory: None,
                path,
                text: text.into(),
                lines,
                hir,
                part: Part::Model,
                import: import.into(),
            };
            let imports = imports_of(&parsed.text, &parsed.hir);
            self.parsed.push(parsed);
            for import in imports {
                if self.layout.resolve(&import).is_none() {
                    self.model(&import);
                }
            }
        }
        true
    }
}

fn imports_of(text: &str, hir: &Hir) -> Vec<String> {
    let paths = hir.top.iter().filter_map(|decl| match hir.decl(*decl).kind {
        DeclKind::Import { path, .. } => {
            let range = index(path.start)..index(path.end);
            text.get(range).map(|path| path.trim_matches(['"', '`']).to_owned())
        }
        _ => None,
    });
    paths.collect()
}

fn read_file(
    tree: &dyn SourceTree,
    tags: &Tags,
    path: &str,
    part: Part,
    notes: &mut Vec<Note>,
) -> Option<(String, LineTable, Hir)> {
    let mut note = |kind, text| {
        if part == Part::Own {
            notes.push(Note { kind, path: path.into(), text });
        }
    };
    let text = match tree.read(path).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => {
            note(NoteKind::Unreadable, "is not UTF-8: each other byte is read as `?`".to_owned());
            ascii(error.as_bytes())
        }
        Err(error) => {
            note(NoteKind::Unreadable, format!("cannot be read: {error}"));
            return None;
        }
    };
    if !build::header_allows(&text, tags) {
        return None;
    }
    let options = go_syntax::Options { skip_bodies: !part.is_searched() };
    let file = go_syntax::parse_with(text.as_bytes(), options);
    if let Some(error) = file.errors().first() {
        let at = file.line_col(error.span().start);
        let many = file.errors().len().saturating_add(file.omitted_errors());
        let more =
            if many > 1 { format!(", and {} more", many.saturating_sub(1)) } else { String::new() };
        note(
            NoteKind::Syntax,
            format!("does not parse at {}:{}: {error}{more}", at.line, at.column),
        );
    }
    let (hir, cut) = hir::lower(&file);
    if cut {
        note(
            NoteKind::Limit,
            format!(
                "is nested deeper than {} levels: what lies deeper is left out",
                hir::MAX_DEPTH
            ),
        );
    }
    let lines = file.lines().clone();
    Some((text, lines, hir))
}

/// Keeps every offset: what is not ASCII becomes `?`.
fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect()
}

/// Makes packages of files: one for each directory, one more for its external tests.
fn assemble(
    parsed: Vec<Parsed>,
    layout: &Layout,
    notes: &mut Vec<Note>,
) -> (World, FxHashMap<usize, PackageId>) {
    let nowhere = File {
        path: "".into(),
        package: 0,
        text: String::new(),
        lines: go_syntax::parse(Vec::new()).lines().clone(),
        hir: Hir::default(),
    };
    let mut world =
        World { files: Vec::new(), nowhere, packages: Vec::new(), by_import: FxHashMap::default() };
    let mut by_directory = FxHashMap::default();
    let mut groups: BTreeMap<(String, bool), Vec<Parsed>> = BTreeMap::new();
    for file in parsed {
        let name = package_name(&file);
        let external = name.ends_with("_test") && build::is_test(&file.path);
        let place = match file.directory {
            Some(_) => file.path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned(),
            None => format!("\u{0}{}", file.import),
        };
        groups.entry((place, external)).or_default().push(file);
    }
    for ((place, external), files) in groups {
        let id = PackageId::try_from(world.packages.len()).unwrap_or(PackageId::MAX);
        let name = common_name(&files);
        let Some(first) = files.first() else { continue };
        let part = first.part;
        let import: Arc<str> = if external {
            format!("{}_test", first.import).into()
        } else {
            Arc::clone(&first.import)
        };
        if let Some(directory) = first.directory.filter(|_| !external) {
            by_directory.insert(directory, id);
        }
        let directory = first.directory.and_then(|at| layout.directories.get(at));
        let mut package = Package {
            import: Arc::clone(&import),
            name: name.as_str().into(),
            part,
            copied_from: directory.and_then(|directory| directory.copied_from.clone()),
            files: Vec::new(),
        };
        let mut others = 0usize;
        for file in files {
            if package_name(&file) != name {
                others = others.saturating_add(1);
                continue;
            }
            package.files.push(FileId::try_from(world.files.len()).unwrap_or(FileId::MAX));
            let Parsed { path, text, lines, hir, .. } = file;
            world.files.push(File { path, package: id, text, lines, hir });
        }
        if others > 0 && part == Part::Own {
            let what = if others == 1 { "file names" } else { "files name" };
            let text = format!("{others} {what} another package than `{name}` and were left out");
            notes.push(Note { kind: NoteKind::MixedPackages, path: place.into(), text });
        }
        let slot = world.by_import.entry(import).or_insert(id);
        if world.packages.get(index(*slot)).is_some_and(|other: &Package| other.part != Part::Own) {
            *slot = id;
        }
        world.packages.push(package);
    }
    (world, by_directory)
}

fn package_name(file: &Parsed) -> String {
    let span = file.hir.package;
    file.text.get(index(span.start)..index(span.end)).unwrap_or_default().to_owned()
}

/// The name that most files of a directory have; of equally many the first in order.
fn common_name(files: &[Parsed]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    // A file that says no name has no vote.
    for file in files.iter().filter(|file| !package_name(file).is_empty()) {
        let count = counts.entry(package_name(file)).or_default();
        *count = count.saturating_add(1);
    }
    let most = counts.values().copied().max().unwrap_or(0);
    counts.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name).unwrap_or_default()
}
