//! When two locks are one: identity beyond the name a function happens to use.
//!
//! `c.mu` in one method and `cache.mu` in another are the same lock of the same value, if each
//! stands beside the map that the function reaches through `c` or `cache`. A lock is therefore
//! compared by its path relative to the value that holds the map; a path that does not begin at
//! that value is compared as it is.

use finding::{Access, HeldLock, LockMode, LockSet};

/// A lock's path, relative to the value that holds the map where it can be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum LockKey {
    /// Beside the map: `.mu`, or nothing for an embedded one.
    Beside(String),
    /// Elsewhere, by its path as written.
    Elsewhere(String),
}

/// The lock of a path, as seen from an access to the map.
pub(crate) fn key(expression: &str, path: &str) -> LockKey {
    let base = expression.rsplit_once('.').map_or("", |(base, _)| base);
    let embedded = |rest: &str| matches!(rest, ".Mutex" | ".RWMutex");
    match path.strip_prefix(base) {
        Some(rest) if !base.is_empty() && (rest.is_empty() || rest.starts_with('.')) => {
            LockKey::Beside(if embedded(rest) { String::new() } else { rest.to_owned() })
        }
        _ => LockKey::Elsewhere(path.to_owned()),
    }
}

/// The locks an access is known to be under: its own, and those every known caller holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Under {
    pub(crate) locks: Vec<(LockKey, LockMode, String)>,
    /// True when something could not be followed.
    pub(crate) unknown: bool,
}

/// What an access holds, with what its callers are known to hold.
pub(crate) fn under(access: &Access, callers_hold: &[(String, LockMode)]) -> Under {
    let mut out = Under::default();
    match &access.locks {
        LockSet::Unknown => out.unknown = true,
        LockSet::Held(held) => {
            for HeldLock { path, mode, .. } in held {
                out.locks.push((key(&access.expression, path), *mode, path.to_string()));
            }
        }
    }
    for (path, mode) in callers_hold {
        out.locks.push((key(&access.expression, path), *mode, path.clone()));
    }
    out
}

/// How two accesses stand to each other by their locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
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
pub(crate) fn relation(a: &Under, b: &Under) -> Relation {
    let mut reading = None;
    for (key, mode, path) in &a.locks {
        for (other, other_mode, _) in &b.locks {
            if key != other {
                continue;
            }
            if *mode == LockMode::Write || *other_mode == LockMode::Write {
                return Relation::Apart(path.clone());
            }
            reading = Some(path.clone());
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
        let one = |mode| Under {
            locks: vec![(LockKey::Beside(".mu".into()), mode, "c.mu".into())],
            unknown: false,
        };
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
