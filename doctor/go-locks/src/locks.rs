//! What an access holds: its function's locks, and those that all callers hold.

use crate::above::{Guards, How};
use finding::{LockMode, LockSet, Site};
use go_source::{Program, SourceAccess};
use std::sync::Arc;

/// One lock at one access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The declaration of its mutex, or its path where that is not known.
    pub guard: Arc<str>,
    /// Its path, as whoever takes it writes it.
    pub path: Arc<str>,
    /// How it is held.
    pub mode: LockMode,
    /// Where it is taken.
    pub site: Site,
    /// Whether callers hold it rather than the function itself.
    pub inherited: bool,
    /// Whether only some of the ways that lead here hold it.
    pub perhaps: bool,
}

/// All locks at one access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locks {
    /// These, and no others that are known.
    Known(Vec<Held>),
    /// It cannot be told.
    Unknown,
}

impl Locks {
    /// What an access holds. Linear in its locks.
    pub fn of(access: &SourceAccess) -> Self {
        let LockSet::Held(own) = &access.access.locks else {
            let Some(may) = &access.perhaps else { return Self::Unknown };
            let held = |guard: &Arc<str>| Held {
                guard: Arc::clone(guard),
                path: Arc::clone(guard),
                mode: LockMode::Write,
                site: access.access.site.clone(),
                inherited: false,
                perhaps: true,
            };
            return Self::Known(may.iter().map(held).collect());
        };
        let guards = access.guards.iter().cloned().chain(std::iter::repeat(None));
        let own = own.iter().zip(guards).map(|(lock, guard)| Held {
            guard: guard.unwrap_or_else(|| Arc::clone(&lock.path)),
            path: Arc::clone(&lock.path),
            mode: lock.mode,
            site: lock.site.clone(),
            inherited: false,
            perhaps: false,
        });
        let above = access.inherited.iter().map(|inherited| Held {
            guard: Arc::clone(&inherited.guard),
            path: Arc::clone(&inherited.lock.path),
            mode: inherited.lock.mode,
            site: inherited.lock.site.clone(),
            inherited: true,
            perhaps: false,
        });
        Self::Known(own.chain(above).collect())
    }

    /// With the locks that are held above the function; not known where that cannot be told.
    pub(crate) fn below(self, above: Option<Guards>, site: &Site) -> Self {
        let Self::Known(mut held) = self else { return Self::Unknown };
        let Some(above) = above else {
            return if held.is_empty() { Self::Unknown } else { Self::Known(held) };
        };
        for (guard, how) in above {
            if !held.iter().any(|lock| lock.guard == guard) {
                let path = Arc::from(guard.rsplit_once('/').map_or(&*guard, |(_, path)| path));
                let site = site.clone();
                let How { mode, perhaps } = how;
                held.push(Held { guard, path, mode, site, inherited: true, perhaps });
            }
        }
        Self::Known(held)
    }

    /// The same with each lock under its other names, too.
    pub(crate) fn under_all_names(self, program: &Program) -> Self {
        let Self::Known(mut held) = self else { return Self::Unknown };
        let mut more: Vec<Held> = Vec::new();
        for lock in &held {
            for name in program.other_names(&lock.guard) {
                if !held.iter().chain(&more).any(|known| known.guard == *name) {
                    more.push(Held { guard: Arc::clone(name), ..lock.clone() });
                }
            }
        }
        held.extend(more);
        Self::Known(held)
    }

    /// The same without what callers hold.
    pub fn own(&self) -> Self {
        match self {
            Self::Known(held) => {
                Self::Known(held.iter().filter(|lock| !lock.inherited).cloned().collect())
            }
            Self::Unknown => Self::Unknown,
        }
    }

    /// The same without the locks that `wanted` turns down.
    pub(crate) fn only(self, wanted: impl Fn(&Held) -> bool) -> Self {
        match self {
            Self::Known(mut held) => {
                held.retain(wanted);
                Self::Known(held)
            }
            Self::Unknown => Self::Unknown,
        }
    }

    /// The locks that are known.
    pub fn held(&self) -> &[Held] {
        match self {
            Self::Known(held) => held,
            Self::Unknown => &[],
        }
    }

    /// The lock of a guard, where it is held; for writing rather than for reading.
    pub fn under(&self, guard: &str) -> Option<&Held> {
        let of = self.held().iter().filter(|held| *held.guard == *guard);
        of.max_by_key(|held| held.mode)
    }

    /// Whether it is certain that no lock is held.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Known(held) if held.is_empty())
    }

    /// Whether two accesses cannot run at once, as far as can be told: they hold one lock, at least one of them for
    /// writing, or what one holds is not known.
    pub fn exclude(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(these), Self::Known(those)) => these.iter().any(|this| {
                those.iter().any(|that| {
                    this.guard == that.guard
                        && !(this.perhaps && that.perhaps)
                        && (this.mode == LockMode::Write || that.mode == LockMode::Write)
                })
            }),
            _ => true,
        }
    }
}
