//! Which values the compiler puts on the heap, by their places in the program: the join of its report with the source.
//!
//! A rule that looks at a value asks by the span of the expression that makes it: [`Escapes::of`].

use crate::escape_report::{EscapeReport, Place, Said};
use finding::{DeclKind, MapDecl, Operation};
use go_source::{FunctionId, NewEntry, Program, SourceAccess, SourceFile, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the compiler says, by file and line.
#[derive(Debug, Default)]
pub(crate) struct Escapes {
    /// How findings call the report.
    name: Arc<str>,
    by_line: BTreeMap<(Arc<str>, u32), Vec<Said>>,
    /// Files that the tree does not have.
    elsewhere: BTreeSet<Arc<str>>,
}

/// A file as a report names it: the package, where a header does, and the path.
type Printed = (Option<Arc<str>>, Arc<str>);

/// What the compiler says of an expression.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict<'e> {
    pub(crate) place: Place,
    /// The value, as the compiler writes it.
    pub(crate) what: &'e str,
    /// The line of the report.
    pub(crate) at: u32,
}

impl Escapes {
    /// Finds the files of a report in a program. Linear in the lines of the report.
    pub(crate) fn new(program: &Program, report: &EscapeReport) -> Self {
        let mut by_package: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for file in program.files() {
            by_package.insert((file.package(), name_of(file.path())), file.path());
        }
        let packages: BTreeSet<&str> = program.files().iter().map(SourceFile::package).collect();
        let mut found = Self { name: report.name().into(), ..Self::default() };
        let mut known: BTreeMap<Printed, Option<Arc<str>>> = BTreeMap::new();
        for said in &report.said {
            let place = (said.package.clone(), Arc::clone(&said.file));
            let path = known.entry(place).or_insert_with(|| {
                let package = said.package.as_deref().unwrap_or_default();
                let of_package = by_package.get(&(package, name_of(&said.file)));
                of_package.map(|path| Arc::from(*path)).or_else(|| {
                    // Without a header the path itself tells, where one file alone has it.
                    match program.resolve_path(&said.file).as_slice() {
                        [one] if said.package.is_none() => Some(Arc::clone(&one.file)),
                        _ => None,
                    }
                })
            });
            match path {
                Some(path) => {
                    let line = (Arc::clone(path), said.line);
                    found.by_line.entry(line).or_default().push(said.clone());
                }
                // Generic code of others is compiled where it is used.
                None if packages.contains(said.package.as_deref().unwrap_or_default()) => {}
                None => {
                    found.elsewhere.insert(Arc::clone(&said.file));
                }
            }
        }
        found
    }

    /// What is said of the values that begin within a span of a file, in the order of the report.
    pub(crate) fn of<'e>(
        &'e self,
        program: &Program,
        file: &str,
        span: Span,
    ) -> impl Iterator<Item = Verdict<'e>> + use<'e> {
        let lines = program
            .file(file)
            .filter(|_| !self.by_line.is_empty())
            .map(|file| (file.lines().line_col(span.start), file.lines().line_col(span.end)));
        let file: Arc<str> = Arc::from(file);
        lines.into_iter().flat_map(move |(from, to)| {
            let range = (Arc::clone(&file), from.line)..=(Arc::clone(&file), to.line);
            self.by_line.range(range).flat_map(|(_, said)| said).filter_map(move |said| {
                let place = (said.line, said.column);
                let inside = (from.line, from.column) <= place && place < (to.line, to.column);
                let verdict = Verdict { place: said.place, what: &said.what, at: said.at };
                inside.then_some(verdict)
            })
        })
    }

    /// That the value of an entry escapes to the heap, as a ground of a finding.
    pub(crate) fn value_escapes(
        &self,
        program: &Program,
        access: &SourceAccess,
        entry: &NewEntry,
    ) -> Option<String> {
        let span = entry.value?;
        let verdict = self
            .of(program, &access.access.site.file, span)
            .find(|verdict| verdict.place == Place::Heap)?;
        Some(format!(
            "each value put in escapes to the heap: {} ({}:{})",
            verdict.what, self.name, verdict.at
        ))
    }

    /// Whether the value of an entry is kept in the frame of its function.
    pub(crate) fn value_stays(
        &self,
        program: &Program,
        access: &SourceAccess,
        entry: &NewEntry,
    ) -> bool {
        let said = entry.value.map(|span| self.of(program, &access.access.site.file, span));
        let mut said = said.into_iter().flatten().peekable();
        said.peek().is_some() && said.all(|said| said.place == Place::Frame)
    }

    /// That the variable which an access copies a value into is moved to the heap, as a ground of a finding.
    pub(crate) fn copy_escapes(&self, program: &Program, access: &SourceAccess) -> Option<String> {
        let place = &access.placement;
        let span = Span { start: place.statement.start, end: place.operation.end };
        let is_name = |what: &str| what.chars().all(|c| c.is_alphanumeric() || c == '_');
        let verdict = self
            .of(program, &access.access.site.file, span)
            .find(|verdict| verdict.place == Place::Heap && is_name(verdict.what))?;
        Some(format!(
            "the copy is moved to the heap, an allocation each time: {} ({}:{})",
            verdict.what, self.name, verdict.at
        ))
    }

    /// Whether the compiler keeps all maps of a variable or field in the frames of functions that return: none of them
    /// outlives its function.
    pub(crate) fn stays(
        &self,
        program: &Program,
        map: &MapDecl,
        accesses: &[&SourceAccess],
    ) -> bool {
        if self.by_line.is_empty() {
            return false;
        }
        let owner = map.path.split_once('.').map(|(owner, _)| owner).unwrap_or_default();
        let mut places: Vec<(Option<FunctionId>, Span)> = accesses
            .iter()
            .filter(|access| access.access.operation == Operation::Replace)
            .map(|access| (access.function, access.placement.operation))
            .collect();
        if map.decl == DeclKind::Field {
            let makers = program.makers(&format!("{}.{owner}", map.package)).iter();
            places.extend(makers.map(|maker| {
                let body = maker.and_then(|maker| program.function_by_id(maker));
                (*maker, body.map_or(Span { start: 0, end: 0 }, |function| function.body))
            }));
        }
        !places.is_empty()
            && places.iter().all(|(function, span)| {
                let function = function.and_then(|function| program.function_by_id(function));
                // What `main` keeps, or a loop without end, lives as long as the program.
                let returning = function
                    .filter(|function| !function.endless && &*function.symbol != "main.main");
                returning.is_some_and(|function| {
                    let said = self.of(program, &function.site.file, *span);
                    let mut maps = said.filter(|said| is_map(said.what)).peekable();
                    maps.peek().is_some() && maps.all(|said| said.place == Place::Frame)
                })
            })
    }

    /// What the report speaks of that is not in the program.
    pub(crate) fn notes(&self) -> Vec<String> {
        match self.elsewhere.len() {
            0 => Vec::new(),
            count => {
                let files = if count == 1 { "file that is" } else { "files that are" };
                vec![format!("{} speaks of {count} {files} not in this tree", self.name)]
            }
        }
    }
}

/// `make(map[string]int)`, `map[string]int{...}`.
fn is_map(what: &str) -> bool {
    what.starts_with("make(map[") || what.starts_with("map[")
}

/// The last part of a path, on any system.
fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
