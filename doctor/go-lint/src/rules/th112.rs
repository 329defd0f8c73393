//! ## What it does
//!
//! Finds shared maps that are printed, encoded or compared without the lock that guards them elsewhere, or with no lock
//! at all: by `fmt` and loggers, `encoding/json` and its like, `reflect.DeepEqual`, templates. Also where only a struct
//! that holds the map is handed over. And iterators over a map (`maps.Keys`) that are returned under its lock.
//!
//! ## Why is this bad
//!
//! Nothing in the text says that the map is gone over, but it is, entry by entry: `fatal error: concurrent map iteration
//! and map write`, most often from a line that was added to find out about another bug.
//!
//! ## Example
//!
//! ```go
//! type Session struct {
//!     mu    sync.Mutex
//!     Attrs map[string]string
//! }
//!
//! func (s *Session) Set(k, v string) {
//!     s.mu.Lock()
//!     defer s.mu.Unlock()
//!     s.Attrs[k] = v
//! }
//!
//! func (s *Session) Unset(k string) {
//!     s.mu.Lock()
//!     defer s.mu.Unlock()
//!     delete(s.Attrs, k)
//! }
//!
//! func (s *Session) Save() ([]byte, error) {
//!     return json.Marshal(s) // goes over s.Attrs without s.mu
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (s *Session) Save() ([]byte, error) {
//!     s.mu.Lock()
//!     defer s.mu.Unlock()
//!     return json.Marshal(s)
//! }
//! ```
//!
//! Or give the type a method `MarshalJSON`, `String` or `LogValue` that takes the lock.
//!
//! ## References
//!
//! - Package encoding/json, func Marshal, <https://pkg.go.dev/encoding/json#Marshal>
//! - Package maps, func Keys, <https://pkg.go.dev/maps#Keys>

use super::{th101, th102, th104};
use crate::words;
use finding::{Finding, Grade, LockMode, Operation};
use go_locks::{Analysis, Guard, SharedMap, Touch};
use go_source::{Context, Walk};

const CODE: &str = "TH112";
const NAME: &str = "implicit-iteration";

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    for touch in map.touches.iter().chain(&map.within) {
        let guard = map.guard.as_ref();
        found.extend(match touch.source.walk {
            Walk::Implicit | Walk::Within => guard
                .and_then(|guard| without_guard(analysis, map, guard, touch))
                .into_iter()
                .chain(with_no_lock(analysis, map, touch))
                .max_by_key(|finding| finding.grade),
            Walk::Later => guard.and_then(|guard| iterator_returned(analysis, map, guard, touch)),
            Walk::Said => None,
        });
    }
}

/// A map that goroutines share with no lock at all.
fn with_no_lock<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    touch: &Touch<'p>,
) -> Option<Finding> {
    th102::claim(analysis, map, touch, &|map, touch, grade| {
        let over = gone_over(analysis, touch);
        let map_name = words::called(map.decl);
        let message =
            format!("{map_name} is gone over by {over} with no lock, beside other goroutines");
        words::finding(CODE, NAME, map, touch, grade, message)
    })
}

/// A map that is gone over without the lock that guards it elsewhere.
fn without_guard<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    guard: &Guard,
    touch: &Touch<'p>,
) -> Option<Finding> {
    let plain = th101::grade(analysis, map, guard, touch);
    let grade =
        th104::beside_lock(analysis, map, guard, touch).map(|(grade, _)| grade).max(plain)?;
    let message = format!(
        "{} is gone over by {} without {}, which guards it elsewhere",
        words::called(map.decl),
        gone_over(analysis, touch),
        guard.short()
    );
    // What is printed of a map that was handed in is most often a result.
    let grade = if touch.source.calls.is_empty() { grade } else { Grade::Low };
    let mut finding = words::finding(CODE, NAME, map, touch, grade, message);
    finding.because = th101::reasons(guard);
    finding
        .because
        .push("printing, encoding and comparing go over a map entry by entry".to_owned());
    finding.related.extend(words::witnesses(map, guard));
    if let Some(meeting) = th101::met(analysis, map, touch) {
        finding.related.push(words::start_of(&meeting.crossing));
    }
    finding.help = format!("take {} around the call, or hand over a copy", guard.short());
    Some(finding)
}

/// `return maps.Keys(c.entries)` under the lock: whoever runs the iterator goes over the map without it.
fn iterator_returned<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    guard: &Guard,
    touch: &Touch<'p>,
) -> Option<Finding> {
    let at = &touch.source.placement;
    let file = analysis.program.file(&touch.source.access.site.file)?;
    let range =
        usize::try_from(at.statement.start).ok()?..usize::try_from(at.operation.start).ok()?;
    let before = file.text().get(range)?;
    let alone = at.context == Context::Return
        && at.statement.end == at.operation.end
        && before.trim() == "return";
    let held = touch.locks.under(&guard.name).is_some_and(|held| !held.inherited && !held.perhaps);
    let changed = map.touches.iter().any(|other| {
        let operation = other.source.access.operation;
        matches!(operation, Operation::Write | Operation::Delete | Operation::Clear)
            && other.locks.under(&guard.name).is_some_and(|held| held.mode == LockMode::Write)
    });
    if !alone || !held || !changed || !guard.beside {
        return None;
    }
    let message = format!(
        "{} is iterated when the iterator is run, and {} is given back by then",
        words::called(map.decl),
        guard.short()
    );
    let mut finding = words::finding(CODE, NAME, map, touch, Grade::Medium, message);
    finding.because = th101::reasons(guard);
    finding.related.extend(words::witnesses(map, guard));
    finding.help = "return a slice that is made under the lock: slices.Collect".to_owned();
    Some(finding)
}

/// The function that goes over a map: `json.Marshal`.
fn gone_over<'p>(analysis: &Analysis<'p>, touch: &Touch<'p>) -> &'p str {
    let at = &touch.source.placement.operation;
    let file = analysis.program.file(&touch.source.access.site.file);
    let range = usize::try_from(at.start).ok().zip(usize::try_from(at.end).ok());
    let call = file.zip(range).and_then(|(file, (start, end))| file.text().get(start..end));
    call.and_then(|call| call.split('(').next()).unwrap_or_default()
}
