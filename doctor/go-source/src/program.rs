//! The loaded program: what was found, and the questions it answers.

use crate::comments::{self, Comments};
use crate::link::{self, Linked};
use crate::load;
use crate::path::PathIndex;
use crate::uses::{self, Uses};
use crate::world::{Index, Part, World};
use crate::{
    Acquisition, Call, Cost, Effect, Function, FunctionId, Join, KeyFault, LoadOptions, NewEntry,
    Nilness, Note, Origin, PathCandidate, SourceAccess, SourceFile, SourceTree, Specified, Start,
    Use, Variable, VariableId, VendoredModule,
};
use finding::{DeclKind, MapDecl, MapId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use std::sync::Arc;

/// A Go source tree, read and resolved.
///
/// Lookups by name, path or line are logarithmic or hashed; nothing is read after loading.
#[derive(Debug, Default)]
pub struct Program {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) decls: Vec<MapDecl>,
    /// All accesses, ordered by map, file and place.
    pub(crate) accesses: Vec<SourceAccess>,
    pub(crate) functions: Vec<Function>,
    pub(crate) calls: Vec<Call>,
    /// Ordered by site.
    acquisitions: Vec<Acquisition>,
    pub(crate) notes: Vec<Note>,
    /// For local variables that hold maps their own function does not make.
    pub(crate) origins: FxHashMap<MapId, Origin>,
    pub(crate) unresolved: u32,
    variables: Vec<Variable>,
    starts: Vec<Start>,
    first_starts: FxHashMap<FunctionId, u32>,
    commands: FxHashSet<FunctionId>,
    joins: FxHashMap<FunctionId, Vec<Join>>,
    makers: FxHashMap<String, Vec<Option<FunctionId>>>,
    nilness: FxHashMap<MapId, Nilness>,
    effects: FxHashMap<(Arc<str>, u32), Vec<Effect>>,
    key_faults: FxHashMap<(Arc<str>, u32), KeyFault>,
    costs: FxHashMap<(Arc<str>, u32), Vec<Cost>>,
    new_entries: FxHashMap<(Arc<str>, u32), NewEntry>,
    pub(crate) vendored_modules: Vec<VendoredModule>,
    go_minors: FxHashMap<String, u32>,
    uses: Option<Uses>,
    comments: Comments,
    same_locks: FxHashMap<Arc<str>, Vec<Arc<str>>>,
    pub(crate) indexes: Indexes,
}

/// What makes the lookups cheap; filled once.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    file_by_path: FxHashMap<Arc<str>, u32>,
    paths: PathIndex,
    decl_by_id: FxHashMap<MapId, u32>,
    accesses_by_map: FxHashMap<MapId, Range<usize>>,
    accesses_by_line: FxHashMap<(Arc<str>, u32), Vec<u32>>,
    handed_out: FxHashMap<MapId, Vec<SourceAccess>>,
    compared: FxHashMap<MapId, Vec<SourceAccess>>,
    copied: FxHashMap<MapId, Vec<SourceAccess>>,
    accesses_by_function: FxHashMap<FunctionId, Vec<u32>>,
    functions_by_symbol: FxHashMap<String, Vec<u32>>,
    calls_by_callee: FxHashMap<FunctionId, Vec<u32>>,
    acquisitions_by_line: FxHashMap<(Arc<str>, u32), Vec<u32>>,
    started: FxHashSet<FunctionId>,
}

impl Indexes {
    fn new(
        decls: &[MapDecl],
        accesses: &[SourceAccess],
        functions: &[Function],
        calls: &[Call],
        acquisitions: &[Acquisition],
        starts: &[Start],
    ) -> Self {
        let decl_by_id = (0u32..).zip(decls).map(|(at, decl)| (decl.id.clone(), at)).collect();
        let mut found = Self { decl_by_id, ..Self::default() };
        for (at, access) in accesses.iter().enumerate() {
            let range = found.accesses_by_map.entry(access.access.map.clone()).or_insert(at..at);
            range.end = at.saturating_add(1);
        }
        for (at, access) in (0u32..).zip(accesses) {
            let site = &access.access.site;
            found.accesses_by_line.entry((Arc::clone(&site.file), site.line)).or_default().push(at);
            if let Some(function) = access.function {
                found.accesses_by_function.entry(function).or_default().push(at);
            }
        }
        for (at, function) in (0u32..).zip(functions) {
            for key in link::keys_of(&function.symbol, &function.package) {
                found.functions_by_symbol.entry(key).or_default().push(at);
            }
        }
        for (at, call) in (0u32..).zip(calls) {
            found.calls_by_callee.entry(call.callee).or_default().push(at);
        }
        for (at, acquisition) in (0u32..).zip(acquisitions) {
            let site = &acquisition.lock.site;
            let line = (Arc::clone(&site.file), site.line);
            found.acquisitions_by_line.entry(line).or_default().push(at);
        }
        found.started = starts.iter().map(|start| start.function).collect();
        found
    }
}

impl Program {
    /// Reads and resolves a tree. Never fails whole: what is missing is in [`notes`](Self::notes).
    ///
    /// Files are parsed and packages resolved in parallel on rayon's pool.
    pub fn load(tree: &dyn SourceTree, options: &LoadOptions) -> Self {
        let (world, resolution, mut notes) = load::read(tree, options);
        let resolve = |_: u32, import: &str| resolution.package(&world, import);
        let names = Index::new(&world, &resolve);
        notes.extend(names.notes(&world));
        let units = link::walk(&world, &names, options);
        let mut linked = link::link(&world, &names, &units);
        let locks = std::mem::take(&mut linked.locks);
        let mut program = Self::build(linked, notes);
        drop(units);
        program.take_files(world);
        program.uses = program.uses.filter(|_| options.uses);
        if let Some(uses) = &mut program.uses {
            uses.left_out = uses::left_out(tree, &program.files);
        }
        program.comments = comments::read(&program, &locks);
        program.go_minors = resolution.go_minors();
        program.vendored_modules = resolution.vendored;
        program
    }

    /// Sorts what was found and makes the lookups cheap.
    fn build(linked: Linked, notes: Vec<Note>) -> Self {
        let Linked {
            mut decls,
            mut accesses,
            handed_out,
            compared,
            copied,
            functions,
            calls,
            acquisitions,
            locks: _,
            same_locks,
            origins,
            unresolved,
            variables,
            starts,
            first_starts,
            commands,
            joins,
            makers,
            nilness,
            effects,
            key_faults,
            costs,
            new_entries,
            uses,
            unknown_selectors,
            lock_uses,
        } = linked;
        decls.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        accesses.sort_by(|a, b| {
            let place = |x: &SourceAccess| (x.placement.operation.start, x.placement.map.start);
            let (left, right) = (&a.access, &b.access);
            (&left.map, &left.site.file, place(a)).cmp(&(&right.map, &right.site.file, place(b)))
        });
        let mut indexes =
            Indexes::new(&decls, &accesses, &functions, &calls, &acquisitions, &starts);
        indexes.handed_out = by_map(handed_out);
        indexes.compared = by_map(compared);
        indexes.copied = by_map(copied);
        Self {
            decls,
            accesses,
            functions,
            calls,
            acquisitions,
            notes,
            origins,
            unresolved,
            variables,
            starts,
            first_starts,
            commands,
            joins,
            makers,
            nilness,
            effects,
            key_faults,
            costs,
            new_entries,
            uses: Some(Uses { by_map: uses, unknown_selectors, lock_uses, left_out: Vec::new() }),
            same_locks,
            indexes,
            ..Self::default()
        }
    }

    /// Takes over the texts of the program's own packages.
    fn take_files(&mut self, world: World) {
        let World { files, packages, .. } = world;
        for file in files {
            let package =
                packages.get(widen(file.package)).filter(|package| package.part != Part::Model);
            if let Some(package) = package {
                let copied_from = package.copied_from.as_deref();
                self.indexes.paths.insert(&file.path, &package.import, copied_from);
                let vendored = package.part != Part::Own;
                let package = Arc::clone(&package.import);
                self.files.push(SourceFile {
                    path: file.path,
                    package,
                    vendored,
                    text: file.text,
                    lines: file.lines,
                });
            }
        }
        self.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let by_path = (0u32..).zip(&self.files).map(|(at, file)| (Arc::clone(&file.path), at));
        self.indexes.file_by_path = by_path.collect();
    }

    /// What was skipped or is missing, in the order of the tree.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// How many operations on maps were seen whose map could not be told: results of calls, mostly.
    pub fn unresolved(&self) -> u32 {
        self.unresolved
    }

    /// The files of the program, ordered by path.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// One file by its path in the tree.
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.indexes.file_by_path.get(path).and_then(|index| self.files.get(widen(*index)))
    }

    /// The minor number of the Go release that the module of a file asks for, by its `go 1.N`.
    pub fn go_minor(&self, file: &str) -> Option<u32> {
        let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
        self.go_minors.get(directory).copied()
    }

    /// The modules under `vendor` directories, as each `modules.txt` lists them.
    pub fn vendored_modules(&self) -> &[VendoredModule] {
        &self.vendored_modules
    }

    /// Every map that is declared or touched, ordered by identity.
    pub fn decls(&self) -> &[MapDecl] {
        &self.decls
    }

    /// One declaration.
    pub fn decl(&self, id: &MapId) -> Option<&MapDecl> {
        self.indexes.decl_by_id.get(id).and_then(|index| self.decls.get(widen(*index)))
    }

    /// Where the map under a declared name comes from.
    pub fn origin(&self, id: &MapId) -> Origin {
        let parameter = self.decl(id).is_some_and(|decl| decl.decl == DeclKind::Parameter);
        let own = if parameter { Origin::Given } else { Origin::Own };
        self.origins.get(id).copied().unwrap_or(own)
    }

    /// Every access to one map, ordered by file and place.
    pub fn accesses(&self, id: &MapId) -> &[SourceAccess] {
        let range = self.indexes.accesses_by_map.get(id).cloned();
        range.and_then(|range| self.accesses.get(range)).unwrap_or_default()
    }

    /// Where a map itself is returned or sent, each as a read: whoever gets it has the map, and not the lock that guards it.
    pub fn handed_out(&self, id: &MapId) -> &[SourceAccess] {
        self.indexes.handed_out.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Where the variable or field that holds a map is compared with nil, each as a read: it is no access to the map.
    pub fn compared(&self, id: &MapId) -> &[SourceAccess] {
        self.indexes.compared.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Where a `sync.Map` itself is copied, each as a clone.
    pub fn copied(&self, id: &MapId) -> &[SourceAccess] {
        self.indexes.copied.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every place that names a map which is a field or a variable of a package: its accesses, and wherever else its name
    /// stands, but for its declaration. Ordered by file and place. `None` where
    /// [`LoadOptions::uses`](crate::LoadOptions::uses) did not ask for it.
    pub fn uses(&self, id: &MapId) -> Option<&[Use]> {
        let uses = self.uses.as_ref()?;
        Some(uses.by_map.get(id).map(Vec::as_slice).unwrap_or_default())
    }

    /// Every place that names a mutex which is a field or a variable of a package, by its declaration as in
    /// [`SourceAccess::guards`], where that was asked for as above. Methods that a struct has of an embedded one name no
    /// mutex.
    pub fn lock_uses(&self, guard: &str) -> Option<&[Use]> {
        let uses = self.uses.as_ref()?;
        Some(uses.lock_uses.get(guard).map(Vec::as_slice).unwrap_or_default())
    }

    /// The names in selectors of which it is not known what they select, where that was asked for as above.
    pub fn unknown_selectors(&self) -> &[Use] {
        self.uses.as_ref().map(|uses| uses.unknown_selectors.as_slice()).unwrap_or_default()
    }

    /// The paths and texts of files beside those of the program that no build for the target takes, where that was asked
    /// for as above.
    pub fn left_out(&self) -> &[(String, String)] {
        self.uses.as_ref().map(|uses| uses.left_out.as_slice()).unwrap_or_default()
    }

    /// Every access of the program, ordered by map, file and place.
    pub fn all_accesses(&self) -> &[SourceAccess] {
        &self.accesses
    }

    /// Every access on one line of one file. `file` is a path in the tree: see
    /// [`resolve_path`](Self::resolve_path) for a path as a crash prints it.
    pub fn accesses_at(&self, file: &str, line: u32) -> Vec<&SourceAccess> {
        self.select(self.indexes.accesses_by_line.get(&(Arc::from(file), line)))
    }

    /// Every access directly in the function or functions of a runtime symbol; those of its
    /// closures carry the closures' symbols.
    pub fn touching(&self, symbol: &str) -> Vec<&SourceAccess> {
        let functions = self.functions_named(symbol);
        functions.iter().flat_map(|function| self.accesses_in(function.id)).collect()
    }

    /// Every access directly in one function.
    pub fn accesses_in(&self, function: FunctionId) -> Vec<&SourceAccess> {
        self.select(self.indexes.accesses_by_function.get(&function))
    }

    /// Every function and closure with a body.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// A function by its number.
    pub fn function_by_id(&self, id: FunctionId) -> Option<&Function> {
        self.functions.get(widen(id.0))
    }

    /// The function of a runtime symbol as crash texts print it, where exactly one answers to it.
    pub fn function(&self, symbol: &str) -> Option<&Function> {
        match self.functions_named(symbol).as_slice() {
            [function] => Some(function),
            _ => None,
        }
    }

    /// All functions that answer to a runtime symbol: `main.run` names one in each `main` package.
    ///
    /// Until Go 1.26 a closure that was inlined together with its function carries the names of
    /// both and a number of its new home (`main.main.newHandler.func3`): then all closures of the
    /// inlined function answer, and file and line tell which.
    pub fn functions_named(&self, symbol: &str) -> Vec<&Function> {
        let by_symbol = &self.indexes.functions_by_symbol;
        let spellings = link::spellings(symbol);
        let found = spellings.iter().find_map(|name| by_symbol.get(name));
        let inlined =
            || link::inlined_into(symbol).into_iter().find_map(|name| by_symbol.get(&name));
        match found {
            Some(found) => self.numbered(found).collect(),
            None => {
                let outer =
                    self.numbered(inlined().map_or(&[], Vec::as_slice)).map(|function| function.id);
                let outer: Vec<FunctionId> = outer.collect();
                let closures = self.functions.iter();
                closures
                    .filter(|function| {
                        function.parent.is_some_and(|parent| outer.contains(&parent))
                    })
                    .collect()
            }
        }
    }

    fn numbered<'a>(&'a self, indexes: &'a [u32]) -> impl Iterator<Item = &'a Function> {
        indexes.iter().filter_map(|index| self.functions.get(widen(*index)))
    }

    /// The innermost function or closure around a line of a file in the tree.
    pub fn function_at(&self, file: &str, line: u32) -> Option<&Function> {
        let around = self.functions.iter().filter(|function| {
            let (first, last) = function.lines;
            first <= line && line <= last && &*function.site.file == file
        });
        around.min_by_key(|function| function.span.end.saturating_sub(function.span.start))
    }

    /// Every call of the program, in no order.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Every call of a function, and every place that hands it over as a value.
    pub fn callers(&self, function: FunctionId) -> Vec<&Call> {
        let indexes = self.indexes.calls_by_callee.get(&function);
        indexes.into_iter().flatten().filter_map(|index| self.calls.get(widen(*index))).collect()
    }

    /// Every place where a lock is taken, in the order of the source.
    pub fn acquisitions(&self) -> &[Acquisition] {
        &self.acquisitions
    }

    /// Other names of a lock, as in [`SourceAccess::guards`]: fields that hold its address, or the lock whose address a
    /// field holds.
    pub fn other_names(&self, guard: &str) -> &[Arc<str>] {
        self.same_locks.get(guard).map(Vec::as_slice).unwrap_or_default()
    }

    /// The locks that are taken on one line of a file of the tree.
    pub fn acquisitions_at(&self, file: &str, line: u32) -> Vec<&Acquisition> {
        let indexes = self.indexes.acquisitions_by_line.get(&(Arc::from(file), line));
        let found = indexes.into_iter().flatten();
        found.filter_map(|index| self.acquisitions.get(widen(*index))).collect()
    }

    /// The locks that comments name as the guards of a map: `// guarded by mu`, `// +checklocks:mu`, or at the lock
    /// itself.
    pub fn specified_guards(&self, id: &MapId) -> &[Specified] {
        self.comments.guards.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The locks that the callers of a function hold, as its comment says. Closures have none of their own.
    pub fn required_locks(&self, function: FunctionId) -> &[Specified] {
        self.comments.required.get(&function).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a comment takes a line of a function out of the check: `// +checklocksignore` before the function, or
    /// `// +checklocksforce` on that line or before it.
    pub fn is_trusted(&self, function: FunctionId, line: u32) -> bool {
        let mut at = self.function_by_id(function);
        while let Some(parent) = at.and_then(|function| function.parent) {
            at = self.function_by_id(parent);
        }
        let from = at.and_then(|function| self.comments.trusted.get(&function.id));
        from.is_some_and(|from| *from <= line)
    }

    /// A variable of a function.
    pub fn variable(&self, id: VariableId) -> Option<&Variable> {
        self.variables.get(widen(id.0))
    }

    /// Every place that starts a function beside others.
    pub fn starts(&self) -> &[Start] {
        &self.starts
    }

    /// Whether a function is started beside others somewhere: by a `go` statement, as a callback or as a handler.
    pub fn is_started(&self, function: FunctionId) -> bool {
        self.indexes.started.contains(&function)
    }

    /// Where in its file a function starts something for the first time, itself and whatever it is: at the start of the
    /// outermost loop around it, else at its place.
    pub fn first_start(&self, function: FunctionId) -> Option<u32> {
        self.first_starts.get(&function).copied()
    }

    /// Whether the goroutine of `main` runs a function: `main` itself, an `init`, and what is handed to a package that runs
    /// commands, such as cobra.
    pub fn is_entry(&self, function: FunctionId) -> bool {
        self.commands.contains(&function)
            || self.function_by_id(function).is_some_and(|function| {
                let name = function.symbol.rsplit('/').next().unwrap_or(&function.symbol);
                &*function.symbol == "main.main"
                    || (function.parent.is_none() && name.split('.').nth(1) == Some("init"))
            })
    }

    /// The functions that make values of a declared type, `None` for initialisers. The type is named by its import path
    /// and its name: `example.com/orders/status.Cache`.
    pub fn makers(&self, ty: &str) -> &[Option<FunctionId>] {
        self.makers.get(ty).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is known of a map that may be nil.
    pub fn nilness(&self, id: &MapId) -> Option<&Nilness> {
        self.nilness.get(id)
    }

    /// What the turns of the loop that an access is leave behind, in the order of the source.
    pub fn effects(&self, access: &SourceAccess) -> &[Effect] {
        let place = (Arc::clone(&access.access.site.file), access.placement.operation.start);
        self.effects.get(&place).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is wrong with the key of an access.
    pub fn key_fault(&self, access: &SourceAccess) -> Option<KeyFault> {
        let place = (Arc::clone(&access.access.site.file), access.placement.operation.start);
        self.key_faults.get(&place).copied()
    }

    /// What an access costs that could cost less.
    pub fn costs(&self, access: &SourceAccess) -> &[Cost] {
        let place = (Arc::clone(&access.access.site.file), access.placement.operation.start);
        self.costs.get(&place).map(Vec::as_slice).unwrap_or_default()
    }

    /// The entry that an access puts in.
    pub fn new_entry(&self, access: &SourceAccess) -> Option<NewEntry> {
        let place = (Arc::clone(&access.access.site.file), access.placement.operation.start);
        self.new_entries.get(&place).copied()
    }

    /// Where a function waits for others to end, in no order.
    pub fn joins(&self, function: FunctionId) -> &[Join] {
        self.joins.get(&function).map(Vec::as_slice).unwrap_or_default()
    }

    /// The files a printed path may mean, best first; several where they are equally good.
    ///
    /// Copes with `-trimpath` (`example.com/orders/x/f.go`), containers and GOPATH
    /// (`/go/src/app/x/f.go`), module caches (`mod@v1.2.3/f.go`), Bazel (`external/…`) and Windows.
    /// Mapping one prefix to another is the caller's: do it before.
    pub fn resolve_path(&self, printed: &str) -> Vec<PathCandidate> {
        self.indexes.paths.resolve(printed)
    }

    fn select(&self, indexes: Option<&Vec<u32>>) -> Vec<&SourceAccess> {
        indexes.into_iter().flatten().filter_map(|index| self.accesses.get(widen(*index))).collect()
    }
}

/// Places by the maps that they are about.
fn by_map(places: Vec<SourceAccess>) -> FxHashMap<MapId, Vec<SourceAccess>> {
    let mut found: FxHashMap<MapId, Vec<SourceAccess>> = FxHashMap::default();
    for place in places {
        found.entry(place.access.map.clone()).or_default().push(place);
    }
    found
}

fn widen(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
