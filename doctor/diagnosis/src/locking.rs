//! What the lock analysis says of the maps of a text: made when it is asked for, once, and of these maps alone.

use finding::{LockMode, MapDecl, MapGuard, MapId};
use go_locks::{Analysis, Held, SharedMap, Touch};
use go_repair::callers::{CallerLock, CallersHold};
use go_source::{Program, SourceAccess};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The analysis of a program, and the maps that it was asked about.
#[derive(Debug)]
pub(crate) struct Locking<'a> {
    pub(crate) analysis: Analysis<'a>,
    maps: RefCell<HashMap<MapId, Rc<SharedMap<'a>>>>,
}

impl<'a> Locking<'a> {
    /// Linear in the calls of the program.
    pub(crate) fn new(program: &'a Program) -> Self {
        Self { analysis: Analysis::of_no_map(program), maps: RefCell::default() }
    }

    /// A map with what its accesses hold; hashed from the second time on.
    pub(crate) fn map(&self, id: &MapId) -> Option<Rc<SharedMap<'a>>> {
        if let Some(known) = self.maps.borrow().get(id) {
            return Some(Rc::clone(known));
        }
        let map = Rc::new(self.analysis.locked(self.analysis.program.decl(id)?));
        self.maps.borrow_mut().insert(id.clone(), Rc::clone(&map));
        Some(map)
    }

    /// An access with what it holds and the ways to it, also where the analysis takes its map for one that is not shared
    /// yet.
    pub(crate) fn touch(&self, map: &SharedMap<'a>, source: &'a SourceAccess) -> Touch<'a> {
        self.analysis.touch(map.decl, source)
    }
}

/// The lock that guards a map, in the words of a case.
pub(crate) fn guard(map: &SharedMap<'_>) -> Option<MapGuard> {
    let guard = map.guard.as_ref()?;
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Some(MapGuard {
        lock: Arc::clone(&guard.name),
        name: guard.short().into(),
        under: count(guard.under),
        of: count(guard.under.saturating_add(guard.without)),
        changes: count(guard.changes),
        beside: guard.beside,
    })
}

/// A lock that an access holds, as its own function would write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) path: String,
    /// Whether it is for certain the lock of the object that the access touches, or one for the whole process.
    pub(crate) proven: bool,
}

/// A lock as the function of the access would write it.
pub(crate) fn written(touch: &Touch<'_>, held: &Held, callers: &[CallerLock]) -> Written {
    if held.inherited {
        return of_callers(touch.source, held, callers);
    }
    Written { path: held.path.to_string(), proven: touch.is_of_its_object(held) }
}

/// A lock that all callers hold, as the function that they call would write it.
fn of_callers(source: &SourceAccess, held: &Held, callers: &[CallerLock]) -> Written {
    let first = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
    let begins = first(&source.access.expression);
    let own = |lock: &&CallerLock| {
        lock.guard.as_ref() == Some(&held.guard) && first(&lock.path) == begins
    };
    match callers.iter().find(own) {
        Some(lock) => Written { path: lock.path.clone(), proven: true },
        None => Written { path: short(&held.guard).to_owned(), proven: is_one(&held.guard) },
    }
}

/// The locks that all callers of a function hold, as the function itself would write them. One that stands beside the map
/// in its object is left out where it may be another object's.
pub(crate) fn callers_hold(
    locking: &Locking<'_>,
    map: &MapDecl,
    source: &SourceAccess,
    callers: &CallersHold<'_>,
) -> Vec<String> {
    let known = callers.of(source.function);
    let locks = locking.analysis.locks_of(map, source);
    let mut found: Vec<String> = Vec::new();
    for held in locks.held().iter().filter(|held| held.inherited && !held.perhaps) {
        let Written { path, proven } = of_callers(source, held, &known);
        let text = match held.mode {
            LockMode::Read => format!("{path} (read)"),
            LockMode::Write => path,
        };
        let of_another = !proven && go_locks::is_beside(map, &held.guard);
        if !of_another && !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

/// A declaration without its package: `Cache.mu`.
pub(crate) fn short(declared: &str) -> &str {
    let last = declared.rsplit('/').next().unwrap_or(declared);
    last.split_once('.').map_or(last, |(_, path)| path)
}

/// Whether there is one such lock in the process: a variable of a package.
fn is_one(declared: &str) -> bool {
    !short(declared).contains('.')
}
