//! The maps of a checked tree and where each is named: what hovering asks for, and nothing that keeps the program in memory.

use finding::{LockMode, MapDecl, Operation, Site};
use go_locks::{Analysis, Guard, Locks};
use go_source::{Program, SourceFile, Span};
use std::collections::BTreeMap;

/// All maps that the program's own files declare or touch.
#[derive(Default)]
pub(super) struct Maps {
    maps: Vec<Map>,
    /// By file, in the order of the text.
    names: BTreeMap<String, Vec<Name>>,
}

/// A map.
pub(super) struct Map {
    pub(super) decl: MapDecl,
    /// The lock that guards it, where one is known.
    pub(super) guard: Option<Guard>,
    /// Whether it is changed after several goroutines may see it.
    pub(super) shared: bool,
    /// In the order of files and places.
    pub(super) accesses: Vec<Access>,
}

/// An access of a map.
pub(super) struct Access {
    pub(super) site: Site,
    pub(super) operation: Operation,
    /// What is held there, a fragment: `under c.mu`.
    pub(super) locks: String,
}

/// A place that names a map.
struct Name {
    span: Span,
    map: usize,
    /// Whether the map goes by this name, rather than being handed to it.
    own: bool,
}

impl Maps {
    /// Linear in the accesses of the program.
    pub(super) fn new(analysis: &Analysis<'_>) -> Self {
        let program = analysis.program;
        let mut found = Self::default();
        let shared: BTreeMap<_, _> = analysis.maps.iter().map(|map| (&map.decl.id, map)).collect();
        for decl in program.decls() {
            let Some(file) = own_file(program, &decl.site.file) else { continue };
            let shared = shared.get(&decl.id);
            let at = found.maps.len();
            found.name(file, declared(file, decl), at, true);
            let mut accesses = Vec::new();
            for source in program.accesses(&decl.id) {
                let Some(file) = own_file(program, &source.access.site.file) else { continue };
                let span = last_name(file, source.placement.map);
                found.name(file, Some(span), at, source.named == decl.id);
                let locks = if source.access.before_sharing {
                    "before others know it".to_owned()
                } else {
                    words(&analysis.locks_of(decl, source))
                };
                let (site, operation) = (source.access.site.clone(), source.access.operation);
                accesses.push(Access { site, operation, locks });
            }
            let guard = shared.and_then(|map| map.guard.clone());
            found.maps.push(Map { decl: decl.clone(), guard, shared: shared.is_some(), accesses });
        }
        for names in found.names.values_mut() {
            names.sort_by_key(|name| (name.span.start, name.span.end));
        }
        found
    }

    fn name(&mut self, file: &SourceFile, span: Option<Span>, map: usize, own: bool) {
        if let Some(span) = span {
            let names = self.names.entry(file.path().to_owned()).or_default();
            names.push(Name { span, map, own });
        }
    }

    /// The maps that are named at a place of a file, those first that go by that name; and where the name stands.
    pub(super) fn at(&self, file: &str, offset: usize) -> Option<(Span, Vec<&Map>)> {
        let offset = u32::try_from(offset).ok()?;
        let names = self.names.get(file)?;
        let covers = |name: &&Name| name.span.start <= offset && offset <= name.span.end;
        let around: Vec<&Name> = names.iter().filter(covers).collect();
        let span = around.iter().map(|name| name.span).min_by_key(|span| {
            // Between two names the one that begins there.
            (span.end == offset, span.end.saturating_sub(span.start))
        })?;
        let mut here: Vec<&Name> = around.into_iter().filter(|name| name.span == span).collect();
        here.sort_by_key(|name| (!name.own, name.map));
        here.dedup_by_key(|name| name.map);
        Some((span, here.iter().filter_map(|name| self.maps.get(name.map)).collect()))
    }
}

fn own_file<'p>(program: &'p Program, path: &str) -> Option<&'p SourceFile> {
    program.file(path).filter(|file| !file.is_vendored())
}

/// The name in a declaration; `None` where none stands there, as for the maps in a map of maps.
fn declared(file: &SourceFile, decl: &MapDecl) -> Option<Span> {
    let name = decl.path.rsplit('.').next().unwrap_or(&decl.path);
    let name = name.split('#').next().unwrap_or(name);
    let start = file.lines().line_start(decl.site.line)?;
    let start = start.saturating_add(decl.site.column.checked_sub(1)?);
    let end = start.saturating_add(u32::try_from(name.len()).ok()?);
    (file.slice(Span { start, end }) == name).then_some(Span { start, end })
}

/// `entries` in `c.entries`; all of what does not end with a name.
fn last_name(file: &SourceFile, span: Span) -> Span {
    let text = file.slice(span);
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.trim_end_matches(is_name);
    match u32::try_from(before.len()) {
        Ok(before_name) if before.len() < text.len() => {
            Span { start: span.start.saturating_add(before_name), end: span.end }
        }
        _ => span,
    }
}

/// What is held, in words.
fn words(locks: &Locks) -> String {
    if *locks == Locks::Unknown {
        return "under locks that are not known".to_owned();
    }
    if locks.is_none() {
        return "under no lock".to_owned();
    }
    let one = |held: &go_locks::Held| {
        let mode = if held.mode == LockMode::Read { " (for reading)" } else { "" };
        let by = match (held.perhaps, held.inherited) {
            (true, _) => " (perhaps)",
            (false, true) => " (by its callers)",
            (false, false) => "",
        };
        let path = held.path.rsplit('/').next().unwrap_or(&held.path);
        format!("`{path}`{mode}{by}")
    };
    format!("under {}", locks.held().iter().map(one).collect::<Vec<_>>().join(", "))
}
