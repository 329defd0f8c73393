//! How two accesses stand to each other: whether their ways meet, and what keeps them apart where they do not.

use crate::locks::{Held, Locks};
use crate::meeting::{self, Apart, Meeting};
use crate::shared::{self, Analysis, Touch};
use crate::trace::{End, Trace};
use finding::{DeclKind, LockMode, MapDecl};

/// How one access stands to another.
#[derive(Debug)]
pub enum Standing<'p> {
    /// Their ways meet.
    Meet(Meeting<'p>),
    /// Both hold this lock, one of them for writing.
    Locked(Held),
    /// Their ways do not meet, as far as they can be followed.
    Apart(Apart),
}

impl<'p> Analysis<'p> {
    /// How the first of two accesses stands to the second, also where what one of them holds is not known.
    pub fn standing(&self, map: &MapDecl, a: &Touch<'p>, b: &Touch<'p>) -> Standing<'p> {
        if let Some(held) = a.locks.in_common(&b.locks) {
            return Standing::Locked(held.clone());
        }
        match self.ways_meet(map, a, b) {
            Some(meeting) => Standing::Meet(meeting),
            None => Standing::Apart(self.why_apart(map, a, b)),
        }
    }

    /// The surest meeting of two accesses by all ways that lead to them.
    pub(crate) fn ways_meet(
        &self,
        map: &MapDecl,
        a: &Touch<'p>,
        b: &Touch<'p>,
    ) -> Option<Meeting<'p>> {
        let same = std::ptr::eq(a.source, b.source);
        let mut best: Option<Meeting<'p>> = None;
        for one in a.traces.iter().filter(|trace| self.counts(map, trace)) {
            for other in b.traces.iter().filter(|trace| self.counts(map, trace)) {
                if let Ok(meeting) = meeting::meet(self.program, map, one, other, same) {
                    if best.as_ref().is_none_or(|best| best.certainty < meeting.certainty) {
                        best = Some(meeting);
                    }
                }
            }
        }
        best
    }

    /// What keeps all ways apart, where it can be told of all of them; the first reason where they differ.
    fn why_apart(&self, map: &MapDecl, a: &Touch<'p>, b: &Touch<'p>) -> Apart {
        let same = std::ptr::eq(a.source, b.source);
        let mut found: Option<Apart> = None;
        for one in shared::ways(a).filter(|trace| self.counts(map, trace)) {
            for other in shared::ways(b).filter(|trace| self.counts(map, trace)) {
                match meeting::meet(self.program, map, one, other, same) {
                    Ok(_) | Err(Apart::Unknown) => return Apart::Unknown,
                    // What orders them tells more than that other ways lead to other objects.
                    Err(apart) if found.is_none() || found == Some(Apart::Objects) => {
                        found = Some(apart);
                    }
                    Err(_) => {}
                }
            }
        }
        found.unwrap_or(Apart::Unknown)
    }

    /// Whether a way counts: the map of a parameter is another one with each call, but within one call it is one.
    fn counts(&self, map: &MapDecl, trace: &Trace<'p>) -> bool {
        if map.decl != DeclKind::Parameter {
            return true;
        }
        let End::Named(end) = trace.end else { return false };
        let home = self.program.variable(end).and_then(|end| end.function);
        let home = home.and_then(|home| self.program.function_by_id(home));
        home.is_some_and(|home| Some(&*home.symbol) == map.site.function.as_deref())
    }
}

impl Locks {
    /// The lock of these that both hold for certain, one of them for writing.
    pub fn in_common(&self, other: &Self) -> Option<&Held> {
        self.held().iter().find(|this| {
            other.held().iter().any(|that| {
                this.guard == that.guard
                    && !(this.perhaps || that.perhaps)
                    && (this.mode == LockMode::Write || that.mode == LockMode::Write)
            })
        })
    }

    /// The lock of these that both hold for certain, and both only for reading.
    pub fn read_in_common(&self, other: &Self) -> Option<&Held> {
        self.held().iter().find(|this| {
            other.held().iter().any(|that| this.guard == that.guard && !that.perhaps)
                && !this.perhaps
                && self.in_common(other).is_none()
        })
    }
}
