//! Which lock is to be taken: the one that guards the map elsewhere, or a new one beside it.

use crate::callers::CallerLock;
use crate::locks::{self, Lock, LockKey, Under};
use crate::owner::{beside, struct_of};
use crate::trees::Trees;
use finding::{Access, DeclKind, LockMode, MapDecl};
use go_source::SourceAccess;
use go_syntax::ast::Field;
use go_syntax::{Node, View};
use std::sync::Arc;

/// A lock for a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guard {
    pub(crate) key: LockKey,
    /// True for an RWMutex.
    pub(crate) rw: bool,
    /// True when it has yet to be declared.
    pub(crate) new: bool,
    /// How reports call it.
    pub(crate) name: String,
    /// The declaration of its mutex, where it is known.
    pub(crate) declared: Option<Arc<str>>,
}

impl Guard {
    /// The lock as an access to the map would write it; `None` where it cannot be reached from there.
    pub(crate) fn expression(&self, access: &Access, map: &MapDecl) -> Option<String> {
        // What is reached through a call or an index may be another value the second time, and the
        // call may take the lock itself.
        if !is_path(&access.expression) {
            return None;
        }
        let base = access.expression.rsplit_once('.').map(|(base, _)| base);
        match (&self.key, base) {
            (LockKey::Beside(rest), Some(base)) if is_path(base) => Some(format!("{base}{rest}")),
            (LockKey::Beside(_), _) => None,
            // The name is of this package, or of this function: another package cannot see it.
            (LockKey::Elsewhere(path), None) if !path.contains('.') => Some(path.clone()),
            (LockKey::Elsewhere(path), Some(_))
                if !path.contains('.') && map.decl == DeclKind::Field =>
            {
                Some(path.clone())
            }
            _ => None,
        }
    }

    /// True when the locks of an access include this one in a mode that suffices.
    pub(crate) fn covers(&self, under: &Under, mutates: bool) -> bool {
        under.locks.iter().any(|lock| self.is(lock) && (lock.mode == LockMode::Write || !mutates))
    }

    /// True when an access holds it for reading although it changes the map.
    pub(crate) fn only_read(&self, under: &Under, mutates: bool) -> bool {
        mutates && under.locks.iter().any(|lock| self.is(lock) && lock.mode == LockMode::Read)
    }

    /// True when a held lock is this one, as far as paths and declarations tell.
    fn is(&self, lock: &Lock) -> bool {
        lock.key == self.key && !locks::declared_apart(lock.guard.as_ref(), self.declared.as_ref())
    }
}

/// Names joined by dots: nothing that would be evaluated twice with another result.
fn is_path(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// One lock and the accesses that hold it.
struct Counted<'u> {
    lock: &'u Lock,
    declared: Option<Arc<str>>,
    times: usize,
    read: bool,
}

/// The lock that most accesses hold. Two locks of one name are two.
pub(crate) fn existing(trees: &Trees<'_>, map: &MapDecl, unders: &[Under]) -> Option<Guard> {
    let mut counted: Vec<Counted<'_>> = Vec::new();
    for lock in unders.iter().flat_map(|under| &under.locks) {
        // A lock chosen at run time, such as `locks[i]`, cannot be written at another place.
        if !is_path(&lock.path) {
            continue;
        }
        let read = lock.mode == LockMode::Read;
        let same = |known: &&mut Counted<'_>| {
            let apart = locks::declared_apart(known.declared.as_ref(), lock.guard.as_ref());
            known.lock.key == lock.key && !apart
        };
        match counted.iter_mut().find(same) {
            Some(known) => {
                known.times = known.times.saturating_add(1);
                known.read |= read;
                known.declared = known.declared.take().or_else(|| lock.guard.clone());
            }
            None => {
                let declared = lock.guard.clone();
                counted.push(Counted { lock, declared, times: 1, read });
            }
        }
    }
    let most = counted.into_iter().rev().max_by_key(|counted| counted.times)?;
    let key = most.lock.key.clone();
    let rw = most.read || declared_rw(trees, map, &key, most.declared.as_deref());
    let owner = map.path.rsplit_once('.').map_or("", |(owner, _)| owner);
    let embedded = key == LockKey::Beside(String::new()) && !owner.is_empty();
    let name =
        if embedded { format!("the lock embedded in {owner}") } else { most.lock.path.clone() };
    Some(Guard { key, rw, new: false, name, declared: most.declared })
}

/// The lock of this declaration, as accesses of the map would write it; `None` where it has no name to be written.
pub(crate) fn declared(trees: &Trees<'_>, map: &MapDecl, name: &Arc<str>) -> Option<Guard> {
    let path = name.strip_prefix(&*map.package)?.strip_prefix('.')?;
    let own = name.strip_prefix(&*beside(map)).filter(|_| map.path.contains('.'));
    let key = match own {
        Some("Mutex" | "RWMutex") => LockKey::Beside(String::new()),
        Some(rest) => LockKey::Beside(format!(".{rest}")),
        None => LockKey::Elsewhere(path.rsplit('.').next()?.to_owned()),
    };
    let own_lock = |taken: &&go_source::Acquisition| taken.guard.as_ref() == Some(name);
    let mut taken = trees.program().acquisitions().iter().filter(own_lock);
    let rw = taken.any(|taken| taken.lock.mode == LockMode::Read)
        || declared_rw(trees, map, &key, Some(name));
    // The lock of an object around the map, or of another, cannot be reached from the map.
    let of_object = path.contains('.') && map.decl == DeclKind::Field;
    if of_object && own.is_none() {
        return None;
    }
    Some(Guard { key, rw, new: false, name: path.to_owned(), declared: Some(Arc::clone(name)) })
}

/// A new lock, named after the map; `None` where none can be declared beside it.
pub(crate) fn fresh(map: &MapDecl, accesses: &[SourceAccess]) -> Option<Guard> {
    let last = map.path.rsplit('.').next()?;
    let last = last.split('#').next()?;
    if last.is_empty() || !last.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let mut chars = last.chars();
    let lower: String = chars.next()?.to_lowercase().chain(chars).collect();
    let name = format!("{lower}Mu");
    let key = match map.decl {
        DeclKind::PackageVar | DeclKind::Local => LockKey::Elsewhere(name.clone()),
        DeclKind::Field => LockKey::Beside(format!(".{name}")),
        DeclKind::Parameter | DeclKind::Element => return None,
    };
    let writes = accesses
        .iter()
        .filter(|source| source.access.operation.mutates() && !source.access.before_sharing)
        .count();
    let rw = accesses.len().saturating_sub(writes) > writes;
    Some(Guard { key, rw, new: true, name, declared: None })
}

/// A new lock beside several maps of one struct.
pub(crate) fn shared(first: &MapDecl, accesses: &[SourceAccess]) -> Option<Guard> {
    let guard = fresh(first, accesses).filter(|_| first.decl == DeclKind::Field)?;
    Some(Guard { key: LockKey::Beside(".mu".to_owned()), name: "mu".to_owned(), ..guard })
}

/// Whether the lock's own declaration says RWMutex.
fn declared_rw(trees: &Trees<'_>, map: &MapDecl, key: &LockKey, declared: Option<&str>) -> bool {
    let beside = beside(map);
    if let (LockKey::Beside(_), Some(declared)) = (key, declared) {
        if !declared.starts_with(&beside) {
            return false;
        }
    }
    let Some(file) = trees.file(&map.site.file) else { return false };
    match key {
        LockKey::Beside(rest) => {
            let Some(fields) = struct_of(trees, map, &file) else { return false };
            let name = rest.trim_start_matches('.');
            fields.descendants().filter_map(Node::cast::<Field<'_>>).any(|field| {
                let named = field.names().any(|ident| ident.text() == name);
                let is_it = if name.is_empty() { field.is_embedded() } else { named };
                is_it && field.ty().node().text().trim_start_matches('*').ends_with("RWMutex")
            })
        }
        LockKey::Elsewhere(path) => trees.program().files().iter().any(|file| {
            let wanted = format!("{path} sync.RWMutex");
            file.package() == &*map.package && file.text().contains(&wanted)
        }),
    }
}

/// What an access is under, callers included.
pub(crate) fn under(access: &SourceAccess, callers: &[CallerLock]) -> Under {
    locks::under(access, callers)
}
