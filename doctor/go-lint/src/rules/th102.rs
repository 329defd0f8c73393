//! ## What it does
//!
//! Finds maps that goroutines share with no lock at all: one changes the map in a goroutine, a callback or a handler,
//! and another accesses the map of the same object, or the same code runs several times at once.
//!
//! ## Why is this bad
//!
//! Go's maps are not safe for concurrent use. The runtime notices some of the meetings and kills the process with
//! `fatal error: concurrent map writes`; the others lose entries or return wrong ones.
//!
//! ## Example
//!
//! ```go
//! func (s *Server) Start() {
//!     go s.collect() // writes s.stats
//! }
//!
//! func (s *Server) Stats(name string) int { return s.stats[name] }
//! ```
//!
//! ## Use instead
//!
//! A mutex beside the map, taken at every access, or one goroutine that owns the map and is asked over a channel.
//!
//! ## References
//!
//! - Go FAQ, Why are map operations not defined to be atomic?, <https://go.dev/doc/faq#atomic_maps>

use super::th101;
use crate::words;
use finding::{DeclKind, Finding, Grade, Operation, Role};
use go_locks::{Analysis, Certainty, Meeting, SharedMap, Touch, phase};
use go_source::Walk;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    let field = map.decl.decl == DeclKind::Field
        || (map.decl.decl == DeclKind::Element && map.decl.path.contains('.'));
    if !field {
        return;
    }
    claims(
        analysis,
        map,
        found,
        &|touch| touch.source.walk != Walk::Implicit,
        &|map, touch, grade| {
            let message = format!(
                "{} {} beside other goroutines with no lock",
                words::called(map.decl),
                words::passive(touch.source.access.operation)
            );
            words::finding("TH102", "shared-without-lock", map, touch, grade, message)
        },
    );
    used_by_many(analysis, map, found);
    forgotten(analysis, map, found);
}

/// Accesses in code that runs many times at once, to objects that are made in code that does not.
fn used_by_many<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    if !analysis.made_alone(map.decl) {
        return;
    }
    let by_many = |touch: &&Touch<'p>| {
        let root = touch.source.access.root.as_ref();
        // Where every way back is known to be one goroutine's, it is.
        let alone = !touch.traces.is_empty()
            && touch.traces.iter().all(|trace| !trace.crossings.is_empty() && !trace.is_many());
        touch.locks.is_none()
            && touch.source.walk != Walk::Implicit
            && root.is_some_and(|root| root.many)
            && !alone
    };
    let many: Vec<&Touch<'p>> = map.touches.iter().filter(by_many).collect();
    for touch in &many {
        let access = &touch.source.access;
        let Some(other) = many.iter().find(|other| go_locks::harmful(touch, other)) else {
            continue;
        };
        if words::leaves_lock_to_callers(analysis.program, &access.site)
            || phase::makes(analysis.program, touch)
            || found.iter().any(|known| known.access.site == access.site)
        {
            continue;
        }
        let message = format!(
            "{} {} with no lock in code that runs many times at once",
            words::called(map.decl),
            words::passive(access.operation)
        );
        let mut finding =
            words::finding("TH102", "shared-without-lock", map, touch, Grade::Low, message);
        finding.because.push(
            "objects of this type are made outside of goroutines and handlers, and used inside"
                .to_owned(),
        );
        let label = format!("and {} here", words::passive(other.source.access.operation));
        finding.related.push(words::access_at(&other.source.access, Role::OtherSide, label));
        finding.help = "put a mutex beside the map and take it at every access".to_owned();
        found.push(finding);
    }
}

/// Changes of a map in methods of a type that has a mutex, none of which takes it for this map: the values of the type
/// are shared, or there would be no mutex.
fn forgotten<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    if map.guard.is_some() || !analysis.owner_has_lock(map.decl) {
        return;
    }
    for touch in map.touches.iter().filter(|touch| touch.mutates() && touch.locks.is_none()) {
        let access = &touch.source.access;
        let elsewhere = map.touches.iter().any(|other| {
            other.source.access.site.function != access.site.function
                && go_locks::harmful(touch, other)
        });
        let lifecycle = phase::makes(analysis.program, touch)
            || phase::begins_or_ends(analysis.program, touch)
            || words::leaves_lock_to_callers(analysis.program, &access.site);
        if !elsewhere || lifecycle || found.iter().any(|known| known.access.site == access.site) {
            continue;
        }
        let message = format!(
            "{} {} with no lock, in a type that has a mutex for others of its fields",
            words::called(map.decl),
            words::passive(access.operation)
        );
        let mut finding =
            words::finding("TH102", "shared-without-lock", map, touch, Grade::Low, message);
        finding.because.push(
            "the type has a mutex, so that its values are shared; no access of this map takes it"
                .to_owned(),
        );
        finding.help = "take the mutex of the type around every access to the map".to_owned();
        found.push(finding);
    }
}

/// Begins the finding about an access.
type Begin<'b> = dyn Fn(&SharedMap<'_>, &Touch<'_>, Grade) -> Finding + 'b;

/// Claims the accesses that meet another with no lock between them.
pub(crate) fn claims<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    found: &mut Vec<Finding>,
    wanted: &dyn Fn(&Touch<'_>) -> bool,
    begin: &Begin<'_>,
) {
    let wanted = map.touches.iter().filter(|touch| wanted(touch));
    found.extend(wanted.filter_map(|touch| claim(analysis, map, touch, begin)));
}

/// Claims an access, where it meets another with no lock between them.
pub(crate) fn claim<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    touch: &Touch<'p>,
    begin: &Begin<'_>,
) -> Option<Finding> {
    if !touch.locks.is_none() {
        return None;
    }
    let (other, meeting) = likeliest(analysis, map, touch)?;
    let mut grade = match meeting.certainty {
        Certainty::Certain => Grade::High,
        Certainty::Likely => Grade::Medium,
        Certainty::Possible => Grade::Low,
    };
    // Code that nothing was seen to start may have run before the others were started.
    let (mine, theirs) = meeting.beside;
    let changes_beside = (mine && touch.mutates()) || (theirs && other.mutates());
    if !changes_beside {
        grade = grade.min(Grade::Medium);
    }
    let quiet = |touch: &Touch<'_>, beside: bool| {
        !beside
            && (phase::makes(analysis.program, touch)
                || (touch.mutates()
                    && !changes_beside
                    && phase::begins_or_ends(analysis.program, touch)))
    };
    let site = &touch.source.access.site;
    let fresh = touch.source.access.operation == Operation::Replace
        && phase::begins_or_ends(analysis.program, touch);
    // A length that is measured while others write is wrong at worst, and no crash.
    if measures(touch) || measures(other) {
        grade = grade.min(Grade::Medium);
    }
    // Maps that are elements may be different ones.
    let element = map.decl.decl == DeclKind::Element;
    // Whoever waits for a goroutine under the lock has the lock for it.
    let guard = map.guard.as_ref();
    if guard.is_some_and(|guard| th101::spawner_holds(analysis, guard, touch))
        || element
        || words::leaves_lock_to_callers(analysis.program, site)
        || quiet(touch, mine)
        || quiet(other, theirs)
        || phase::configures(analysis.program, touch)
        || phase::configures(analysis.program, other)
        || fresh
    {
        grade = Grade::Low;
    }
    let mut finding = begin(map, touch, grade);
    finding.related.push(words::start_of(&meeting.crossing));
    if meeting.with_itself {
        finding.because.push("the same code runs several times at once".to_owned());
    } else {
        let access = &other.source.access;
        let label = format!("and {} here", words::passive(access.operation));
        finding.related.push(words::access_at(access, Role::OtherSide, label));
    }
    finding.because.push(match meeting.certainty {
        Certainty::Certain => "both reach the map through the same variable".to_owned(),
        Certainty::Likely | Certainty::Possible => {
            "both reach the map through an object of the same type, which callers hand in"
                .to_owned()
        }
    });
    finding.help = "put a mutex beside the map and take it at every access".to_owned();
    Some(finding)
}

/// The meeting that is surest, with the other access.
fn likeliest<'a, 'p>(
    analysis: &Analysis<'p>,
    map: &'a SharedMap<'p>,
    touch: &'a Touch<'p>,
) -> Option<(&'a Touch<'p>, Meeting<'p>)> {
    let meetings = map
        .touches
        .iter()
        .filter_map(|other| Some((other, analysis.meet(map.decl, touch, other)?)))
        .filter(|(other, meeting)| {
            meeting.certainty == Certainty::Certain || !(measures(touch) || measures(other))
        });
    meetings.max_by_key(|(other, meeting)| {
        let (mine, theirs) = meeting.beside;
        let changes = (mine && touch.mutates()) || (theirs && other.mutates());
        (!measures(other), changes, meeting.certainty, !meeting.with_itself)
    })
}

/// Whether an access asks for the length alone.
fn measures(touch: &Touch<'_>) -> bool {
    touch.source.access.operation == Operation::Length
}
