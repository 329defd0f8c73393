//! What is held at one point of a function.

use crate::body::LockPath;
use crate::hir::FuncId;
use crate::world::FileId;
use finding::LockMode;

/// A lock that is held, or perhaps held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) path: LockPath,
    pub(crate) mode: LockMode,
    /// False where only some of the ways that lead here hold it.
    pub(crate) certain: bool,
    /// Where it was taken.
    pub(crate) file: FileId,
    pub(crate) at: u32,
}

/// What happens when the function ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deferred {
    Acquire(Held),
    Release(LockPath),
    Literal(FuncId),
}

/// What is held at one point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    held: Vec<Held>,
    /// Locks given back that this function had not taken.
    released: Vec<LockPath>,
    pub(super) deferred: Vec<Deferred>,
    /// A lock was touched whose path cannot be followed.
    opaque: bool,
    /// The run began where more may be held than is known.
    inherits: bool,
}

impl State {
    /// The state in which a literal begins that may run while this one holds.
    pub(super) fn perhaps(&self) -> Self {
        Self { inherits: self.inherits || self.opaque || !self.held.is_empty(), ..Self::default() }
    }

    /// The state in which a literal begins that runs right here: what is deferred stays outside.
    pub(super) fn inside(&self) -> Self {
        Self { deferred: Vec::new(), ..self.clone() }
    }

    /// The state after a literal that ran right here.
    pub(super) fn after(&self, inner: Self) -> Self {
        Self { deferred: self.deferred.clone(), ..inner }
    }

    pub(crate) fn held(&self) -> &[Held] {
        &self.held
    }

    pub(crate) fn released(&self) -> &[LockPath] {
        &self.released
    }

    /// True where it cannot be said what is held.
    pub(crate) fn is_unknown(&self) -> bool {
        self.is_unknown_here() || (self.inherits && self.held.is_empty())
    }

    /// True where a lock was touched that cannot be named.
    pub(crate) fn is_opaque(&self) -> bool {
        self.opaque || (self.inherits && self.held.is_empty())
    }

    /// True where it cannot be said what the function or literal itself holds.
    pub(crate) fn is_unknown_here(&self) -> bool {
        self.opaque || self.held.iter().any(|held| !held.certain)
    }

    /// The locks that are held, certainly or perhaps, where it can be told of all of them which they are.
    pub(crate) fn all_that_may_be_held(&self, called: bool) -> Option<&[Held]> {
        let knows = !self.opaque && (called || !self.inherits);
        knows.then_some(self.held.as_slice())
    }

    /// A lock may be held from here on, or no longer.
    pub(super) fn doubt(&mut self, lock: Held) {
        let of = |held: &Held| {
            same(&held.path, &lock.path)
                || (held.path.mutex.is_some() && held.path.mutex == lock.path.mutex)
        };
        let mut known = false;
        for held in self.held.iter_mut().filter(|held| of(held)) {
            held.certain = false;
            known = true;
        }
        if !known {
            self.held.push(Held { certain: false, ..lock });
        }
    }

    pub(super) fn make_opaque(&mut self) {
        self.opaque = true;
    }

    pub(super) fn acquire(&mut self, lock: Held) {
        self.held.retain(|held| !same(&held.path, &lock.path));
        self.held.push(lock);
    }

    pub(super) fn release(&mut self, path: &LockPath) {
        let before = self.held.len();
        self.held.retain(|held| !same(&held.path, path));
        if self.held.len() == before && !self.released.contains(path) {
            self.released.push(path.clone());
        }
    }

    /// A variable now names something else: locks below it are held under a name that is gone.
    pub(super) fn rebind(&mut self, name: &str) {
        for held in &mut self.held {
            if held.path.text.split(['.', '[']).next() == Some(name) && held.path.text != name {
                held.certain = false;
            }
        }
    }

    /// Where two ways meet.
    pub(super) fn join(&mut self, other: &Self) {
        for held in &mut self.held {
            match other.held.iter().find(|theirs| same(&theirs.path, &held.path)) {
                Some(theirs) => {
                    held.certain &= theirs.certain;
                    if theirs.mode != held.mode {
                        held.mode = LockMode::Read;
                    }
                }
                None => held.certain = false,
            }
        }
        for theirs in &other.held {
            if !self.held.iter().any(|held| same(&held.path, &theirs.path)) {
                self.held.push(Held { certain: false, ..theirs.clone() });
            }
        }
        for path in &other.released {
            if !self.released.contains(path) {
                self.released.push(path.clone());
            }
        }
        for deferred in &other.deferred {
            if !self.deferred.contains(deferred) {
                self.deferred.push(deferred.clone());
            }
        }
        self.opaque |= other.opaque;
        self.inherits |= other.inherits;
    }
}

/// One lock has one text; where both know their first variable, it is the same one.
fn same(a: &LockPath, b: &LockPath) -> bool {
    a.text == b.text && (a.root == b.root || a.root.is_none() || b.root.is_none())
}
