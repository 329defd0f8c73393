//! The lock that guards a map: the one that a comment names, or else inferred from what its accesses hold.

use crate::Touch;
use finding::{DeclKind, LockMode, MapDecl, Site};
use go_source::Specified;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A lock that accesses of a map hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The declaration of its mutex, as in [`Held::guard`](crate::Held::guard).
    pub name: Arc<str>,
    /// Accesses that hold it.
    pub under: usize,
    /// Those of them whose own function takes it.
    pub own: usize,
    /// Those of them whose function takes it on the object that the map belongs to.
    pub around: usize,
    /// Whether most of them do: it is the lock of an object around the map.
    pub encloses: bool,
    /// Changes that hold it for writing.
    pub changes: usize,
    /// Accesses that are known not to hold it.
    pub without: usize,
    /// Whether it is declared beside the map: in the same struct, or among the variables of the same package or function.
    pub beside: bool,
    /// Where a comment says that it guards the map.
    pub said: Option<Site>,
}

impl Guard {
    /// The guard that speaks most for itself: named by a comment, declared beside the map, then held by more. What a
    /// comment names counts where an access holds it.
    pub(crate) fn infer(
        map: &MapDecl,
        touches: &[Touch<'_>],
        specified: &[Specified],
    ) -> Option<Self> {
        let said = |guard: &str| {
            let of = specified.iter().find(|said| *said.guard == *guard);
            of.map(|said| said.site.clone())
        };
        let mut found: BTreeMap<Arc<str>, Self> = BTreeMap::new();
        for touch in touches {
            let mut seen: Vec<&str> = Vec::new();
            for held in touch.locks.held().iter().filter(|held| !held.perhaps) {
                if seen.contains(&&*held.guard) {
                    continue;
                }
                seen.push(&held.guard);
                // `a.mu` around `a.imports.services`: the lock of the object that the map belongs to in the end.
                let first =
                    |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
                let around = !held.inherited
                    && held.path.contains('.')
                    && touch.source.access.expression.contains('.')
                    && first(&held.path) == first(&touch.source.access.expression);
                let guard = found.entry(Arc::clone(&held.guard)).or_insert_with(|| Self {
                    name: Arc::clone(&held.guard),
                    under: 0,
                    own: 0,
                    around: 0,
                    encloses: false,
                    changes: 0,
                    without: 0,
                    beside: is_beside(map, &held.guard),
                    said: said(&held.guard),
                });
                guard.under = guard.under.saturating_add(1);
                guard.around = guard.around.saturating_add(usize::from(around));
                guard.own = guard.own.saturating_add(usize::from(!held.inherited));
                let excludes = touch.locks.under(&held.guard);
                if touch.source.access.operation.mutates()
                    && excludes.is_some_and(|held| held.mode == LockMode::Write)
                {
                    guard.changes = guard.changes.saturating_add(1);
                }
            }
        }
        for guard in found.values_mut() {
            guard.encloses = guard.around >= 2 && guard.around.saturating_mul(2) >= guard.under;
        }
        // A lock of something else that no change holds guards nothing.
        found.retain(|_, guard| guard.beside || guard.changes > 0 || guard.said.is_some());
        let best = found.into_values().max_by_key(|guard| {
            (
                guard.said.is_some(),
                guard.changes > 0 && guard.beside,
                if guard.changes > 0 && guard.beside { guard.own } else { 0 },
                guard.beside && guard.under.saturating_mul(2) >= touches.len(),
                guard.changes > 0,
                guard.own,
                guard.under,
                guard.beside,
            )
        });
        best.map(|mut guard| {
            let known = touches.iter().filter(|touch| touch.locks != crate::Locks::Unknown);
            guard.without = known.filter(|touch| touch.locks.under(&guard.name).is_none()).count();
            guard
        })
    }

    /// The share of accesses that hold it, in percent of those whose locks are known.
    pub fn percent(&self) -> usize {
        let all = self.under.saturating_add(self.without);
        self.under.saturating_mul(100).checked_div(all).unwrap_or(0)
    }

    /// Its name without the package.
    pub fn short(&self) -> &str {
        let after = self.name.rsplit('/').next().unwrap_or(&self.name);
        after.split_once('.').map_or(after, |(_, path)| path)
    }
}

/// `pkg.Type.mu` beside `pkg.Type.entries`, or beside the struct that holds the map; `pkg.mu` beside `pkg.entries`.
pub fn is_beside(map: &MapDecl, guard: &str) -> bool {
    let Some(path) = guard.strip_prefix(&*map.package).and_then(|rest| rest.strip_prefix('.'))
    else {
        return false;
    };
    let owner = |path: &str| path.rsplit_once('.').map(|(owner, _)| owner.to_owned());
    let map_path = map.path.trim_end_matches("[]");
    let (of_lock, of_map) = (owner(path), owner(map_path));
    if map.decl == DeclKind::PackageVar || of_map.is_none() {
        return of_lock.is_none() || of_lock == of_map;
    }
    of_lock.is_some() && (of_lock == of_map || of_lock.as_deref().and_then(owner) == of_map)
}

/// Whether a lock is a field, one for each object, rather than one for the whole process or a function.
pub(crate) fn is_of_object(package: &str, guard: &str) -> bool {
    guard
        .strip_prefix(package)
        .and_then(|rest| rest.strip_prefix('.'))
        .is_none_or(|path| path.contains('.'))
}
