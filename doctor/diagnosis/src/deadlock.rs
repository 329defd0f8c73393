//! Goroutines of a dump that can never go on: each waits for a lock that another of them holds, or
//! one for a lock it holds itself.
//!
//! What a goroutine waits for is the lock taken on the line it stands at; what it holds is what the
//! source knows to be held at that line and at each call below it on the stack. That two locks of
//! one declaration are the same lock is proved by what they are reached through: a variable of the
//! package, a receiver whose address is printed, the value handed from caller to callee. Where only
//! the declaration is known to be the same, a circle is said to be possible and nothing more.

mod held;
mod instance;

use crate::context::Context;
use finding::{
    Confidence, Deadlock, DeadlockLock, DeadlockMember, DeadlockWriter, LockMode, Subject,
};
use go_repair::trees::Trees;
use go_source::{Program, SourceAccess};
use held::Waiting;
use instance::Instance;
use std::collections::{BTreeSet, HashMap};

/// Goroutines in one circle at most.
const LONGEST: usize = 6;
/// Steps of the search at most; a dump with more waiting stacks than that is not searched whole.
const STEPS: usize = 100_000;

/// A lock as one goroutine sees it.
#[derive(Clone, Debug)]
struct Seen {
    lock: DeadlockLock,
    instance: Option<Instance>,
}

/// The deadlocks of a text, the proved ones first.
///
/// Time grows with the number of distinct stacks that wait for a lock.
pub(crate) fn find(context: &Context<'_>, program: &Program) -> Vec<Deadlock> {
    let trees = Trees::new(program);
    let waiting: Vec<Waiting> = context
        .stacks
        .iter()
        .filter_map(|stack| held::waiting(context, program, &trees, stack))
        .collect();
    let mut found: Vec<Deadlock> = Vec::new();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (at, one) in waiting.iter().enumerate() {
        if let Some(own) = one.own.and_then(|own| one.holds.get(own)) {
            let reading =
                own.lock.lock.mode == LockMode::Read && one.waits.lock.lock.mode == LockMode::Read;
            // A read lock waits for writers only.
            if reading && !one.blocked {
                continue;
            }
            let members = vec![member(one, own)];
            let writer = writer(&waiting, one).filter(|_| reading);
            found.push(Deadlock { members, confidence: Confidence::Certain, writer });
            taken.insert(at);
        }
    }
    let mut search = Search { waiting: &waiting, holders: holders(&waiting), steps: 0 };
    for wanted in [Confidence::Certain, Confidence::Possible] {
        for start in 0..waiting.len() {
            if taken.contains(&start) {
                continue;
            }
            if let Some(circle) = search.circle(start, wanted, &taken) {
                taken.extend(circle.iter().map(|(at, _)| *at));
                let members = circle.iter().filter_map(|(at, hold)| {
                    let one = waiting.get(*at)?;
                    Some(member(one, one.holds.get(*hold)?))
                });
                let members = members.collect();
                found.push(Deadlock { members, confidence: wanted, writer: None });
            }
        }
    }
    found
}

/// The deadlocks that a map's case is about: those with a lock that guards the map.
pub(crate) fn of_subject(context: &Context<'_>, subject: &Subject) -> Vec<Deadlock> {
    let Some(program) = context.program else { return Vec::new() };
    let concerned = |deadlock: &&Deadlock| match subject {
        Subject::Named { map, .. } => concerns(deadlock, program.accesses(&map.id)),
        Subject::Ambiguous { candidates, .. } => {
            candidates.iter().any(|one| concerns(deadlock, program.accesses(&one.map.id)))
        }
        Subject::Unnamed { .. } | Subject::NotAMap { .. } => false,
    };
    context.deadlocks.iter().filter(concerned).cloned().collect()
}

/// True when a lock of the deadlock is held at one of the accesses.
fn concerns(deadlock: &Deadlock, accesses: &[SourceAccess]) -> bool {
    accesses.iter().flat_map(|source| source.guards.iter().flatten()).any(|guard| {
        deadlock
            .members
            .iter()
            .any(|member| member.holds.declared == *guard || member.waits_for.declared == *guard)
    })
}

fn member(one: &Waiting, holds: &Seen) -> DeadlockMember {
    DeadlockMember {
        goroutine: one.goroutine,
        count: one.count,
        holds: holds.lock.clone(),
        waits_for: one.waits.lock.clone(),
    }
}

/// A goroutine that waits to write to the very lock that `reader` waits for.
fn writer(waiting: &[Waiting], reader: &Waiting) -> Option<DeadlockWriter> {
    let instance = reader.waits.instance.as_ref()?;
    let writes = waiting.iter().find(|other| {
        other.waits.lock.lock.mode == LockMode::Write
            && other.waits.lock.declared == reader.waits.lock.declared
            && other.waits.instance.as_ref() == Some(instance)
    })?;
    Some(DeadlockWriter { goroutine: writes.goroutine, site: writes.waits.lock.lock.site.clone() })
}

/// Who holds locks of a declaration: goroutine and lock by their places.
fn holders(waiting: &[Waiting]) -> HashMap<&str, Vec<(usize, usize)>> {
    let mut found: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
    for (at, one) in waiting.iter().enumerate() {
        for (hold, seen) in one.holds.iter().enumerate() {
            found.entry(&seen.lock.declared).or_default().push((at, hold));
        }
    }
    found
}

/// The search for circles.
struct Search<'w> {
    waiting: &'w [Waiting],
    holders: HashMap<&'w str, Vec<(usize, usize)>>,
    steps: usize,
}

impl Search<'_> {
    /// A circle through `start`: each goroutine with the lock that the one before waits for.
    fn circle(
        &mut self,
        start: usize,
        wanted: Confidence,
        taken: &BTreeSet<usize>,
    ) -> Option<Vec<(usize, usize)>> {
        let mut way = vec![start];
        let mut holds = Vec::new();
        self.go_on(&mut way, &mut holds, wanted, taken).then(|| {
            // The last lock found is the one that `start` holds.
            holds.rotate_right(1);
            way.into_iter().zip(holds).collect()
        })
    }

    fn go_on(
        &mut self,
        way: &mut Vec<usize>,
        holds: &mut Vec<usize>,
        wanted: Confidence,
        taken: &BTreeSet<usize>,
    ) -> bool {
        self.steps = self.steps.saturating_add(1);
        let (Some(first), Some(last)) = (way.first().copied(), way.last().copied()) else {
            return false;
        };
        let Some(one) = self.waiting.get(last) else { return false };
        if self.steps > STEPS {
            return false;
        }
        let next = self.holders.get(&*one.waits.lock.declared).cloned().unwrap_or_default();
        for (at, hold) in next {
            let Some(held) = self.waiting.get(at).and_then(|other| other.holds.get(hold)) else {
                continue;
            };
            let closes = at == first && way.len() > 1;
            let new = !way.contains(&at) && !taken.contains(&at) && way.len() < LONGEST;
            if !(closes || new) || !waits_for(one, held, wanted) {
                continue;
            }
            holds.push(hold);
            if closes {
                return true;
            }
            way.push(at);
            if self.go_on(way, holds, wanted, taken) {
                return true;
            }
            way.pop();
            holds.pop();
        }
        false
    }
}

/// True when a goroutine waits for a held lock, as surely as is wanted.
fn waits_for(one: &Waiting, held: &Seen, wanted: Confidence) -> bool {
    let reading =
        one.waits.lock.lock.mode == LockMode::Read && held.lock.lock.mode == LockMode::Read;
    // A reader that waits behind another waits for a writer, which waits for that other.
    if reading && !one.blocked {
        return false;
    }
    match (&one.waits.instance, &held.instance) {
        (Some(waits), Some(held)) => waits == held,
        // Two values of one type are locked one after the other every day.
        _ => {
            wanted == Confidence::Possible
                && one.holds.iter().all(|own| own.lock.declared != one.waits.lock.declared)
        }
    }
}
