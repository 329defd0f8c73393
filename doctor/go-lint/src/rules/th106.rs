//! ## What it does
//!
//! Finds maps in package-level variables that are changed or replaced by handlers or goroutines, with no lock.
//!
//! ## Why is this bad
//!
//! There is one such map in the process, and every request reaches it. Under load two of them meet.
//!
//! ## Example
//!
//! ```go
//! var visits = map[string]int{}
//!
//! func handle(w http.ResponseWriter, r *http.Request) {
//!     visits[r.URL.Path]++
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! var (
//!     visitsMu sync.Mutex
//!     visits   = map[string]int{}
//! )
//!
//! func handle(w http.ResponseWriter, r *http.Request) {
//!     visitsMu.Lock()
//!     visits[r.URL.Path]++
//!     visitsMu.Unlock()
//! }
//! ```
//!
//! ## References
//!
//! - Package net/http, type Server: each connection is served by a goroutine of its own,
//!   <https://pkg.go.dev/net/http#Server.Serve>

use super::th102;
use crate::words;
use finding::{DeclKind, Finding, Grade, Operation};
use go_locks::{Analysis, SharedMap, phase};
use go_source::Walk;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    if !go_locks::is_of_package(map.decl) {
        return;
    }
    th102::claims(
        analysis,
        map,
        found,
        &|touch| touch.source.walk != Walk::Implicit,
        &|map, touch, grade| {
            let message = format!(
                "{}, one for the whole process, {} beside other goroutines with no lock",
                words::called(map.decl),
                words::passive(touch.source.access.operation)
            );
            words::finding("TH106", "package-map-in-goroutine", map, touch, grade, message)
        },
    );
    filled_on_demand(analysis, map, found);
}

/// Functions that look a key up and put it in where it is missing, with no lock: whoever calls them from two goroutines
/// races, and a package cannot know who calls.
fn filled_on_demand<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    let within = format!("/{}/", map.decl.package);
    let own_use = within.contains("/cmd/");
    if map.guard.is_some() || map.decl.decl == DeclKind::Element || own_use {
        return;
    }
    for touch in
        map.touches.iter().filter(|touch| touch.source.access.operation == Operation::Write)
    {
        let access = &touch.source.access;
        let looks = map.touches.iter().any(|other| {
            other.source.function == touch.source.function
                && other.source.access.operation == Operation::Read
                && other.source.placement.operation.start < touch.source.placement.operation.start
        });
        let main = analysis
            .program
            .function_at(&access.site.file, access.site.line)
            .is_some_and(|function| function.symbol.starts_with("main."));
        if !looks
            || main
            || !touch.locks.is_none()
            || phase::makes(analysis.program, touch)
            || words::leaves_lock_to_callers(analysis.program, &access.site)
            || phase::short_function(&access.site).to_lowercase().starts_with("register")
            || found.iter().any(|known| known.access.site == access.site)
        {
            continue;
        }
        let message = format!(
            "{}, one for the whole process, is filled on demand with no lock",
            words::called(map.decl)
        );
        let mut finding =
            words::finding("TH106", "package-map-in-goroutine", map, touch, Grade::Medium, message);
        finding.because.push(
            "the function looks a key up and puts it in; a package cannot know that its callers are one goroutine"
                .to_owned(),
        );
        finding.help = "guard the map with a mutex, or fill it before it is used".to_owned();
        found.push(finding);
    }
}
