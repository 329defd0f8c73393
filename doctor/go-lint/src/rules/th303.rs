//! ## What it does
//!
//! Finds maps of a kind that does not fit their use, as far as the source shows it:
//!
//! - an `RWMutex` around a map that nobody ever takes for reading (medium);
//! - a `sync.Map` of which each use is under one mutex anyway (medium);
//! - a `sync.Map` that is stored to and deleted from, and never loaded from (low);
//! - a map under a `Mutex` that handlers or goroutines read in several functions, each of which does nothing else with it,
//!   and that is changed in one (low).
//!
//! ## Why is this bad
//!
//! An `RWMutex` costs more than a `Mutex` where nobody reads beside others: its `Lock` takes a mutex inside and then waits
//! for readers. A `sync.Map` stores keys and values as interfaces, to spare readers a lock: to store a number under a number
//! allocates three times, 65 bytes in Go 1.27 and 35 in Go 1.21, where a plain map under a mutex allocates nothing (measured
//! over 65,536 keys). Under a lock that is lost, and where most operations store it never was a gain. The other way round,
//! readers that exclude each other wait for nothing.
//!
//! The source does not show how often each line runs. So what counts lines is low; medium is what holds however often they
//! run. Measure before and after: `go test -bench . -mutexprofile mutex.out`.
//!
//! ## Example
//!
//! ```go
//! type Hosts struct {
//!     mu     sync.RWMutex
//!     byName map[string]string
//! }
//!
//! func (h *Hosts) Lookup(name string) string {
//!     h.mu.Lock() // readers exclude each other
//!     defer h.mu.Unlock()
//!     return h.byName[name]
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (h *Hosts) Lookup(name string) string {
//!     h.mu.RLock()
//!     defer h.mu.RUnlock()
//!     return h.byName[name]
//! }
//! ```
//!
//! Or `sync.Mutex`, where reads are rare or short. In place of a `sync.Map` under a mutex, a plain map with the types of
//! its keys and values.
//!
//! ## References
//!
//! - Package sync, type Map: the two uses that it is made for, <https://pkg.go.dev/sync#Map>
//! - Package sync, type RWMutex, <https://pkg.go.dev/sync#RWMutex>

use crate::rule::Memory;
use crate::{life, place, words};
use finding::{Finding, Grade, LockMode, MapDecl, MapKind, Operation, Related, Role};
use go_locks::{Guard, Held, Locks, SharedMap, Touch};
use go_source::{Program, SourceAccess};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reading functions that speak for an `RWMutex`, at least.
const MANY_READERS: usize = 3;

pub(crate) fn check<'p>(
    memory: &Memory<'_, 'p>,
    map: &'p MapDecl,
    accesses: &[&'p SourceAccess],
    found: &mut Vec<Finding>,
) {
    let used: Vec<&'p SourceAccess> = accesses
        .iter()
        .copied()
        .filter(|access| !access.access.before_sharing)
        .filter(|access| !place::is_test(&access.access.site.file))
        .collect();
    if map.map_type.kind == MapKind::SyncMap {
        found.extend(
            under_lock(memory, map, &used)
                .or_else(|| never_loaded(memory.analysis.program, map, &used)),
        );
    } else if let Some(shared) = memory.shared(map) {
        let Some(guard) = &shared.guard else { return };
        found.extend(
            never_read_locked(memory, shared, guard)
                .or_else(|| mostly_read(memory.analysis.program, shared, guard)),
        );
    }
}

fn begin(map: &MapDecl, access: &SourceAccess, grade: Grade, message: String) -> Finding {
    words::begin("TH303", "kind-of-map", map, &access.access, grade, message)
}

/// A `sync.Map` of which each use holds one mutex, changes for writing.
fn under_lock<'p>(
    memory: &Memory<'_, 'p>,
    map: &'p MapDecl,
    used: &[&'p SourceAccess],
) -> Option<Finding> {
    let first = used.first()?;
    if used.len() < 2 || !used.iter().any(|access| access.access.operation.mutates()) {
        return None;
    }
    let locks: Vec<Locks> =
        used.iter().map(|access| memory.analysis.locks_of(map, access)).collect();
    let excludes = |held: &Held, access: &SourceAccess| {
        !held.perhaps && (held.mode == LockMode::Write || !access.access.operation.mutates())
    };
    let guard = locks.first()?.held().iter().find(|held| {
        go_locks::is_beside(map, &held.guard)
            && locks.iter().zip(used).all(|(locks, access)| {
                locks.under(&held.guard).is_some_and(|held| excludes(held, access))
            })
    })?;
    let message = format!("{} is a sync.Map that is used under a mutex only", words::called(map));
    let mut finding = begin(map, first, Grade::Medium, message);
    finding.because.push(format!("all {} uses of it hold {}", used.len(), guard.path));
    finding.related.push(Related {
        role: Role::Lock,
        site: guard.site.clone(),
        expression: Arc::clone(&guard.path),
        label: "the mutex is taken here".to_owned(),
    });
    finding.help =
        "use a plain map of the types that it holds: the mutex guards it already".to_owned();
    Some(finding)
}

/// A `sync.Map` whose users store and delete, and never ask for a key.
fn never_loaded(program: &Program, map: &MapDecl, used: &[&SourceAccess]) -> Option<Finding> {
    let first = used.iter().find(|access| access.access.operation == Operation::Write)?;
    // `LoadOrStore`, `LoadAndDelete`, `Swap` and the like tell what was there.
    let asks = used.iter().any(|access| {
        let file = program.file(&access.access.site.file);
        let text = file.map_or("", |file| file.slice(access.placement.operation));
        let tells =
            ["Load", "LoadOrStore", "LoadAndDelete", "Swap", "CompareAndSwap", "CompareAndDelete"];
        tells.iter().any(|method| text.contains(&format!(".{method}(")))
    });
    let functions: BTreeSet<_> =
        used.iter().filter_map(|access| access.access.site.function.as_deref()).collect();
    if asks || functions.len() < 2 || used.len() < MANY_READERS {
        return None;
    }
    let message = format!("{} is a sync.Map that nobody loads from", words::called(map));
    let mut finding = begin(map, first, Grade::Low, message);
    finding
        .because
        .push("it is stored to, deleted from or ranged over, and no key is looked up".to_owned());
    finding.help =
        "measure a plain map with a mutex: it stores without an allocation for each key and value"
            .to_owned();
    Some(finding)
}

/// An `RWMutex` around a map that nobody takes for reading.
fn never_read_locked(
    memory: &Memory<'_, '_>,
    shared: &SharedMap<'_>,
    guard: &Guard,
) -> Option<Finding> {
    let program = memory.analysis.program;
    let reads = shared.touches.iter().find(|touch| !touch.mutates() && holds(touch, guard))?;
    if !guard.beside
        || !is_rw_mutex(program, shared.decl, guard)
        || is_taken_for_reading(program, guard)
    {
        return None;
    }
    // One lock is one finding, at the first of its maps.
    let others = memory.analysis.maps.iter().take_while(|other| other.decl.id < shared.decl.id);
    let mut others = others.filter(|other| {
        other.guard.as_ref().is_some_and(|of_other| of_other.name == guard.name && of_other.beside)
    });
    if others.any(|other| other.touches.iter().any(|touch| !touch.mutates() && holds(touch, guard)))
    {
        return None;
    }
    let taken = program
        .acquisitions()
        .iter()
        .filter(|taken| taken.guard.as_deref() == Some(&*guard.name))
        .count();
    let short = guard.short();
    let message = format!("{short} is an RWMutex that is never taken for reading");
    let mut finding = begin(shared.decl, reads.source, Grade::Medium, message);
    let places = match taken {
        1 => "the one place that takes it calls".to_owned(),
        2 => "both places that take it call".to_owned(),
        taken => format!("all {taken} places that take it call"),
    };
    finding.because.push(format!("{places} Lock"));
    finding.related.extend(words::witnesses(shared, guard));
    finding.help = "take RLock where the map is only read, or make it a Mutex".to_owned();
    Some(finding)
}

fn holds(touch: &Touch<'_>, guard: &Guard) -> bool {
    touch.locks.under(&guard.name).is_some_and(|held| !held.perhaps && held.mode == LockMode::Write)
}

/// Whether a guard is declared as an `RWMutex`, by the text of its declaration.
fn is_rw_mutex(program: &Program, map: &MapDecl, guard: &Guard) -> bool {
    let short = guard.short();
    let (owner, name) = short.rsplit_once('.').unwrap_or(("", short));
    let files = program.files().iter().filter(|file| *file.package() == *map.package);
    let is_declaration = |line: &str| {
        let line = line.trim().trim_start_matches("var ");
        let ty = if name == "RWMutex" { Some(line) } else { line.strip_prefix(name) };
        let ty =
            ty.filter(|ty| name == "RWMutex" || ty.starts_with([' ', '\t', ','])).map(str::trim);
        ty.is_some_and(|ty| ty.split("//").next().is_some_and(|ty| ty.trim() == "sync.RWMutex"))
    };
    let mut files = files.map(go_source::SourceFile::text);
    if owner.is_empty() {
        return files.any(|text| text.lines().any(is_declaration));
    }
    let header = format!("type {owner} struct {{");
    let grouped = format!("\t{owner} struct {{");
    files.any(|text| {
        let start = text.find(&header).or_else(|| text.find(&grouped));
        let body = start.and_then(|start| text.get(start..)).unwrap_or_default();
        body.lines().skip(1).take_while(|line| !line.starts_with('}')).any(is_declaration)
    })
}

/// Whether anything takes a lock for reading, or may: by what is known of it, and by its name alone in all files, tests
/// among them.
fn is_taken_for_reading(program: &Program, guard: &Guard) -> bool {
    let known = program.acquisitions().iter().any(|taken| {
        taken.guard.as_deref() == Some(&*guard.name) && taken.lock.mode == LockMode::Read
    });
    let short = guard.short();
    let name = short.rsplit('.').next().unwrap_or(short);
    let embedded = name == "RWMutex";
    let of_package = guard.name.strip_suffix(short).unwrap_or_default().trim_end_matches('.');
    let exported = embedded || name.starts_with(char::is_uppercase);
    let calls = ["RLock(", "TryRLock(", "RLocker("];
    let anywhere = |text: &str| {
        calls.iter().any(|call| match embedded {
            true => text.contains(&format!(".{call}")),
            false => text.contains(&format!("{name}.{call}")),
        }) || (!embedded && text.contains(&format!("&{name}")))
            || text.contains(&format!(".{name},"))
            || text.contains(&format!(".{name})"))
    };
    known
        || program
            .files()
            .iter()
            .filter(|file| exported || file.package() == of_package)
            .any(|file| anywhere(file.text()))
}

/// A map under a `Mutex` whose users read it in handlers and goroutines, nearly all of them.
fn mostly_read(program: &Program, shared: &SharedMap<'_>, guard: &Guard) -> Option<Finding> {
    if !guard.beside || is_rw_mutex(program, shared.decl, guard) {
        return None;
    }
    let function = |touch: &&Touch<'_>| touch.source.access.site.function.clone();
    let changing: BTreeSet<_> = shared
        .touches
        .iter()
        .filter(|touch| touch.mutates())
        .filter_map(|touch| function(&touch))
        .collect();
    let reads: Vec<&Touch<'_>> = shared
        .touches
        .iter()
        .filter(|touch| holds(touch, guard) && !touch.mutates())
        .filter(|touch| function(touch).is_none_or(|function| !changing.contains(&function)))
        .filter(|touch| {
            touch.source.access.root.as_ref().is_some_and(|root| life::recurs(program, root))
        })
        .collect();
    let readers: BTreeSet<_> = reads.iter().filter_map(function).collect();
    if readers.len() < MANY_READERS || changing.len() > 1 {
        return None;
    }
    let message = format!(
        "{} is read under a Mutex in {} functions and changed in {}",
        words::called(shared.decl),
        readers.len(),
        changing.len()
    );
    let mut finding = begin(shared.decl, reads.first()?.source, Grade::Low, message);
    finding.because.push(format!("readers that hold {} exclude each other", guard.short()));
    finding.related.extend(words::witnesses(shared, guard));
    finding.help =
        "measure an RWMutex: with many readers at once it lets them in together".to_owned();
    Some(finding)
}
