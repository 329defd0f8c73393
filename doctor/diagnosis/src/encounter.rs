//! How an access stands to the faulting one, as the lock analysis sees it, in words.

use crate::kept::{Ground, Kept};
use crate::locking::{self, Locking, Written};
use crate::words;
use finding::{ConcurrentRoot, Meets, Reason, ReasonKind};
use go_locks::{Alone, Certainty, Held, Locks, Meeting, SharedMap, Standing, Touch, phase};
use go_repair::callers::CallersHold;
use go_source::{FunctionId, Program, SourceAccess};
use std::rc::Rc;
use std::sync::Arc;

/// One map, and the access to it at which the fault was noticed.
pub(crate) struct Asked<'c, 'a> {
    locking: &'c Locking<'a>,
    map: Rc<SharedMap<'a>>,
    callers: CallersHold<'c>,
    faulted: Option<Touch<'a>>,
    /// Where that access is not known: the changes of the map, of which each may be it.
    changes: Vec<Touch<'a>>,
}

/// Changes that an access is compared with, at most.
const MAX_CHANGES: usize = 64;

/// What speaks for an access as the other side.
#[derive(Debug, Default)]
pub(crate) struct Encounter {
    pub(crate) meets: Meets,
    /// What runs the access beside other code.
    pub(crate) root: Option<ConcurrentRoot>,
    /// How much it speaks for it, against others of which the text shows as much.
    pub(crate) weight: u32,
    pub(crate) reasons: Vec<Reason>,
    /// What keeps it apart, as far as the source shows.
    pub(crate) apart: Option<Kept>,
    /// Whether it is seen to run beside other code.
    beside: bool,
    /// Who starts what it meets.
    starter: Option<FunctionId>,
}

impl<'c, 'a> Asked<'c, 'a> {
    /// A map and the access to it, where that is known.
    pub(crate) fn new(
        locking: &'c Locking<'a>,
        map: Rc<SharedMap<'a>>,
        callers: CallersHold<'c>,
        faulted: Option<&'a SourceAccess>,
    ) -> Self {
        let faulted = faulted.map(|source| locking.touch(&map, source));
        let changes = map.touches.iter().filter(|touch| touch.mutates() && faulted.is_none());
        let changes =
            changes.take(MAX_CHANGES).map(|touch| locking.touch(&map, touch.source)).collect();
        Self { locking, map, callers, faulted, changes }
    }

    /// How one access stands to the faulting one; to all others, where that is not known.
    pub(crate) fn encounter(&self, source: &'a SourceAccess) -> Encounter {
        let analysis = &self.locking.analysis;
        let mut encounter = Encounter { root: source.access.root.clone(), ..Encounter::default() };
        match analysis.alone(self.map.decl, source) {
            Some(Alone::BeforeSharing) => {
                encounter.apart = Some(Kept::before_sharing(source));
                return encounter;
            }
            Some(Alone::Making) => {
                let why = "only functions that make the object call it, before anybody else has it";
                encounter.apart = Some(Kept::new(Ground::Ways, why));
            }
            Some(Alone::TakenOut) => {
                let why =
                    "its function took the map out of there and left another one, under the lock";
                encounter.apart = Some(Kept::new(Ground::Ways, why));
            }
            None => {}
        }
        let touch = self.locking.touch(&self.map, source);
        let Some(faulted) = &self.faulted else {
            let changes = self.changes.iter();
            let meetings = changes.filter_map(|other| analysis.meet(self.map.decl, &touch, other));
            if let Some(meeting) = meetings.max_by_key(|meeting| meeting.certainty) {
                encounter.meeting(analysis.program, &meeting, source, false);
            } else {
                encounter.reached();
            }
            return encounter;
        };
        match analysis.standing(self.map.decl, &touch, faulted) {
            Standing::Locked(held) => encounter.apart = Some(self.locked(&touch, faulted, &held)),
            Standing::Meet(meeting) => encounter.meeting(analysis.program, &meeting, source, true),
            Standing::Apart(apart) => {
                encounter.reached();
                encounter.apart = encounter.apart.or(Kept::by_ways(&apart));
            }
        }
        encounter.locks(self, &touch, faulted);
        encounter.phase(analysis.program, &touch);
        encounter
    }

    /// What a lock in common keeps apart, and whether it is one lock for certain.
    fn locked(&self, touch: &Touch<'a>, faulted: &Touch<'a>, held: &Held) -> Kept {
        let here = self.written(touch, held);
        let Some(theirs) = faulted.locks.under(&held.guard) else {
            return Kept::new(Ground::Lock, format!("{} is held at both", here.path));
        };
        let there = self.written(faulted, theirs);
        let why = match (held.inherited, theirs.inherited) {
            (false, false) => {
                format!("{} is held at both, so that they exclude each other", here.path)
            }
            (true, false) => {
                format!("its callers hold {}, and the faulting access holds it too", here.path)
            }
            (false, true) => {
                format!("it holds {}, and the callers of the faulting access do too", here.path)
            }
            (true, true) => format!("the callers of both hold {}", here.path),
        };
        Kept::new(if here.proven && there.proven { Ground::Source } else { Ground::Lock }, why)
    }

    fn written(&self, touch: &Touch<'_>, held: &Held) -> Written {
        locking::written(touch, held, &self.callers.of(touch.source.function))
    }
}

impl Encounter {
    /// What a meeting with the faulting access says; with any other, where that one is not known.
    fn meeting(
        &mut self,
        program: &Program,
        meeting: &Meeting<'_>,
        source: &SourceAccess,
        faulted: bool,
    ) {
        let root = root(program, meeting, source);
        let from = words::from(&root);
        let (own, _) = meeting.beside;
        let (meets, weight) = match meeting.certainty {
            Certainty::Certain => (Meets::Seen, 60),
            Certainty::Likely => (Meets::Presumed, 40),
            Certainty::Possible => (Meets::Presumed, 30),
        };
        self.meets = meets;
        self.beside = own;
        self.starter = meeting.crossing.start.starter;
        self.weight = self.weight.saturating_add(weight);
        let kind = if meets == Meets::Seen { ReasonKind::Meets } else { ReasonKind::MayMeet };
        let whom = if faulted { "the faulting access" } else { "another access" };
        let object = match meets {
            Meets::Seen => " at the same object",
            _ => ", if both are at one object",
        };
        let reason = if meeting.with_itself {
            let text = format!(
                "the function runs in many goroutines at once, so that it races with itself{object}: {from}",
                object = if meets == Meets::Seen { "" } else { object }
            );
            Reason::new(ReasonKind::RacesWithItself, text)
        } else if own {
            Reason::new(kind, format!("it runs beside {whom}{object}: {from}"))
        } else {
            Reason::new(kind, format!("{whom} runs beside it{object}: {from}"))
        };
        self.reasons.push(reason);
        if own {
            self.root = Some(root);
        }
    }

    /// What it says that goroutines of the text are in the function of the faulting access, and that the access is in it.
    pub(crate) fn with_others_in_function(&mut self) {
        if self.apart.as_ref().is_some_and(|kept| kept.by == Ground::Lock) {
            return;
        }
        self.apart = None;
        self.weight = self.weight.saturating_add(4);
        self.reasons.push(Reason::new(
            ReasonKind::RacesWithItself,
            "other goroutines are in the same function, so that it races with itself",
        ));
    }

    /// What remains of the faulting access itself, of which nothing shows a second goroutine there.
    pub(crate) fn with_itself(&mut self) {
        self.apart = None;
        self.weight = 0;
        self.reasons.push(Reason::new(
            ReasonKind::RacesWithItself,
            "a second goroutine may be at the same place, though the source shows none",
        ));
    }

    /// What is known of an access that was not seen to meet the faulting one: what reaches it.
    fn reached(&mut self) {
        let Some(root) = &self.root else { return };
        self.reasons.push(Reason::new(
            ReasonKind::Concurrent,
            format!("it is reached {}", words::from(root)),
        ));
        self.weight = self.weight.saturating_add(if root.many { 22 } else { 20 });
    }

    /// What the name of a function says of the time it runs at.
    fn phase(&mut self, program: &Program, touch: &Touch<'_>) {
        // In the function that starts the other side, it is seen what comes before that.
        if self.starter.is_some() && self.starter == touch.source.function {
            return;
        }
        let (less, text) = if phase::makes(program, touch) {
            (15, "by its name it runs before the map is shared")
        } else if !self.beside && phase::begins_or_ends(program, touch) {
            (10, "by its name it runs when its object begins or ends")
        } else {
            return;
        };
        self.weight = self.weight.saturating_sub(less);
        self.reasons.push(Reason::new(ReasonKind::Phase, text));
    }

    /// What is said of the locks of an access that none keeps apart.
    fn locks<'a>(&mut self, asked: &Asked<'_, 'a>, touch: &Touch<'a>, faulted: &Touch<'a>) {
        let names = |touch: &Touch<'a>| -> Vec<String> {
            let known = touch.locks.held().iter().filter(|held| !held.perhaps);
            known.map(|held| asked.written(touch, held).path).collect()
        };
        let held = names(touch);
        let (weight, reason) = if let Some(lock) = touch.locks.read_in_common(&faulted.locks) {
            let path = asked.written(touch, lock).path;
            let text = format!("{path} is held at both, but only for reading, which lets both in");
            (3, Reason::new(ReasonKind::ReadLocked, text))
        } else if touch.locks == Locks::Unknown {
            (0, Reason::new(ReasonKind::LocksUnknown, "its locks cannot be followed"))
        } else if held.is_empty() {
            (2, Reason::new(ReasonKind::Unlocked, "no lock is held there"))
        } else if names(faulted).is_empty() && faulted.locks != Locks::Unknown {
            let held = held.join(", ");
            let text = format!("it holds {held}, and the faulting access holds no lock");
            (1, Reason::new(ReasonKind::DisjointLocks, text))
        } else {
            let text = format!("it holds {}, which the faulting access does not", held.join(", "));
            (1, Reason::new(ReasonKind::DisjointLocks, text))
        };
        if self.apart.is_none() {
            self.weight = self.weight.saturating_add(weight);
            self.reasons.push(reason);
        }
    }
}

/// What runs an access beside the other one of a meeting, or that one beside it.
fn root(program: &Program, meeting: &Meeting<'_>, source: &SourceAccess) -> ConcurrentRoot {
    let crossing = &meeting.crossing;
    let (own, _) = meeting.beside;
    let known = source.access.root.as_ref().filter(|root| own && root.site == crossing.start.site);
    let path = match known {
        Some(root) => root.path.clone(),
        None => {
            let way = crossing.way.iter().rev();
            let functions = way.filter_map(|passed| program.function_by_id(passed.function));
            functions.map(|function| Arc::clone(&function.symbol)).collect()
        }
    };
    ConcurrentRoot {
        kind: crossing.start.kind,
        site: crossing.start.site.clone(),
        path,
        many: crossing.many,
    }
}
