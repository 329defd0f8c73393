//! When two locks are one: identity beyond the name a function happens to use.
//!
//! `c.mu` in one method and `cache.mu` in another are the same lock of the same value, if each
//! stands beside the map that the function reaches through `c` or `cache`. A lock is therefore
//! compared by its path relative to the value that holds the map; a path that does not begin at
//! that value is compared as it is. Equal paths are not enough where the source tells which mutex
//! each of them is: locks of two declarations are two locks, whatever they are called.

use crate::callers::CallerLock;
use finding::{Access, HeldLock, LockMode, LockSet};
use go_source::SourceAccess;
use std::sync::Arc;

/// A lock's path, relative to the value that holds the map where it can be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LockKey {
    /// Beside the map: `.mu`, or nothing for an embedded one.
    Beside(String),
    /// Elsewhere, by its path as written.
    Elsewhere(String),
}

/// The lock of a path, as seen from an access to the map.
pub fn key(expression: &str, path: &str) -> LockKey {
    let base = expression.rsplit_once('.').map_or("", |(base, _)| base);
    let embedded = |rest: &str| matches!(rest, ".Mutex" | ".RWMutex");
    match path.strip_prefix(base) {
        Some(rest) if !base.is_empty() && (rest.is_empty() || rest.starts_with('.')) => {
            LockKey::Beside(if embedded(rest) { String::new() } else { rest.to_owned() })
        }
        _ => LockKey::Elsewhere(path.to_owned()),
    }
}

/// A lock that is held at an access.
#[derive(Clone, Debug)]
pub struct Lock {
    /// Which lock it is.
    pub key: LockKey,
    /// How it is held.
    pub mode: LockMode,
    /// As written there.
    pub path: String,
    /// The declaration of its mutex, where it is known.
    pub guard: Option<Arc<str>>,
}

impl Lock {
    /// True when both are one lock, as far as paths and declarations tell.
    fn is(&self, other: &Self) -> bool {
        self.key == other.key && !declared_apart(self.guard.as_ref(), other.guard.as_ref())
    }
}

/// True when both declarations are known and differ: two locks, whatever they are called.
pub fn declared_apart(one: Option<&Arc<str>>, two: Option<&Arc<str>>) -> bool {
    one.zip(two).is_some_and(|(one, two)| one != two)
}

/// The locks an access is known to be under: its own, and those every known caller holds.
#[derive(Clone, Debug, Default)]
pub struct Under {
    /// What is held.
    pub locks: Vec<Lock>,
    /// True when something could not be followed.
    pub unknown: bool,
}

/// What an access of the source holds, with what its callers are known to hold.
pub fn under(source: &SourceAccess, callers_hold: &[CallerLock]) -> Under {
    gather(&source.access, &source.guards, callers_hold)
}

/// The same for an access of which no more is known than its own words.
pub fn under_alone(access: &Access, callers_hold: &[CallerLock]) -> Under {
    gather(access, &[], callers_hold)
}

fn gather(access: &Access, guards: &[Option<Arc<str>>], callers_hold: &[CallerLock]) -> Under {
    let mut out = Under::default();
    match &access.locks {
        LockSet::Unknown => out.unknown = true,
        LockSet::Held(held) => {
            for (at, HeldLock { path, mode, .. }) in held.iter().enumerate() {
                out.locks.push(Lock {
                    key: key(&access.expression, path),
                    mode: *mode,
                    path: path.to_string(),
                    guard: guards.get(at).cloned().flatten(),
                });
            }
        }
    }
    for CallerLock { path, mode, guard } in callers_hold {
        out.locks.push(Lock {
            key: key(&access.expression, path),
            mode: *mode,
            path: path.clone(),
            guard: guard.clone(),
        });
    }
    out
}

/// How two accesses stand to each other by their locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// A lock in common keeps them apart; its path as the first writes it.
    Apart(String),
    /// They share a lock, but both hold it for reading.
    BothReading(String),
    /// Nothing in common.
    Disjoint,
    /// Cannot be told.
    Unknown,
}

/// Compares the locks of two accesses.
pub fn relation(a: &Under, b: &Under) -> Relation {
    let mut reading = None;
    for lock in &a.locks {
        for other in &b.locks {
            if !lock.is(other) {
                continue;
            }
            if lock.mode == LockMode::Write || other.mode == LockMode::Write {
                return Relation::Apart(lock.path.clone());
            }
            reading = Some(lock.path.clone());
        }
    }
    match reading {
        Some(path) => Relation::BothReading(path),
        None if a.unknown || b.unknown => Relation::Unknown,
        None => Relation::Disjoint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beside(mode: LockMode, guard: Option<&str>) -> Lock {
        let key = LockKey::Beside(".mu".into());
        Lock { key, mode, path: "c.mu".into(), guard: guard.map(Into::into) }
    }

    #[test]
    fn locks_of_two_declarations_are_two_locks_and_an_unknown_one_goes_by_its_path() {
        let under = |guard| Under { locks: vec![beside(LockMode::Write, guard)], unknown: false };
        let apart = Relation::Apart("c.mu".into());
        let (pool, table) = (under(Some("m/p.pool.mu")), under(Some("m/p.table.mu")));
        assert_eq!(relation(&pool, &table), Relation::Disjoint);
        assert_eq!(relation(&pool, &pool), apart);
        assert_eq!(relation(&pool, &under(None)), apart);
        assert_eq!(relation(&under(None), &table), apart);
    }

    #[test]
    fn a_lock_beside_the_map_is_one_lock_whatever_the_receiver_is_called() {
        assert_eq!(key("c.entries", "c.mu"), key("cache.entries", "cache.mu"));
        assert_eq!(key("s.cache.entries", "s.cache.mu"), key("c.entries", "c.mu"));
        assert_eq!(key("r.conns", "r"), key("reg.conns", "reg.RWMutex"));
        assert_ne!(key("c.entries", "c.mu"), key("c.entries", "other.mu"));
        assert_ne!(key("c.entries", "cc.mu"), key("c.entries", "c.mu"));
        assert_eq!(key("statusCache", "cacheMu"), LockKey::Elsewhere("cacheMu".into()));
    }

    #[test]
    fn a_write_lock_in_common_keeps_apart_and_two_read_locks_do_not() {
        let one = |mode| Under { locks: vec![beside(mode, None)], unknown: false };
        assert_eq!(
            relation(&one(LockMode::Write), &one(LockMode::Read)),
            Relation::Apart("c.mu".into())
        );
        assert_eq!(
            relation(&one(LockMode::Read), &one(LockMode::Read)),
            Relation::BothReading("c.mu".into())
        );
        assert_eq!(relation(&one(LockMode::Write), &Under::default()), Relation::Disjoint);
        let unknown = Under { locks: Vec::new(), unknown: true };
        assert_eq!(relation(&one(LockMode::Write), &unknown), Relation::Unknown);
    }
}
