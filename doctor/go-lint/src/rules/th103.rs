//! ## What it does
//!
//! Finds local maps that are changed by closures which run at once: in goroutines of a loop, in `errgroup.Group.Go`, in
//! `sync.WaitGroup.Go`, or in one goroutine while the function that started it goes on with the map.
//!
//! ## Why is this bad
//!
//! The closures share the map, not a copy of it. Collecting results of parallel work into a map is the usual way to
//! crash with `fatal error: concurrent map writes`, and tests with one item never show it.
//!
//! ## Example
//!
//! ```go
//! results := make(map[string]int)
//! for _, u := range urls {
//!     g.Go(func() error {
//!         results[u] = fetch(u)
//!         return nil
//!     })
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! var mu sync.Mutex
//! results := make(map[string]int)
//! for _, u := range urls {
//!     g.Go(func() error {
//!         n := fetch(u)
//!         mu.Lock()
//!         defer mu.Unlock()
//!         results[u] = n
//!         return nil
//!     })
//! }
//! ```
//!
//! ## References
//!
//! - Chabbi and Ramanathan, A Study of Real-World Data Races in Golang, PLDI 2022

use super::th102;
use crate::words;
use finding::{DeclKind, Finding};
use go_locks::{Analysis, SharedMap, Touch};
use go_source::Walk;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    let local = matches!(map.decl.decl, DeclKind::Local | DeclKind::Parameter)
        || (map.decl.decl == DeclKind::Element && map.decl.site.function.is_some());
    if !local {
        return;
    }
    // What other functions do to a map that they are given is claimed for the map itself.
    let home = map.decl.site.function.as_deref().unwrap_or_default();
    let inside = |touch: &Touch<'_>| {
        let function = touch.source.access.site.function.as_deref().unwrap_or_default();
        (map.decl.decl != DeclKind::Parameter
            || function.strip_prefix(home).is_some_and(|rest| rest.starts_with('.'))
            || !touch.source.calls.is_empty())
            && touch.source.walk != Walk::Implicit
    };
    th102::claims(analysis, map, found, &inside, &|map, touch, grade| {
        let message = format!(
            "{} {} by a closure that runs beside others, with no lock",
            words::called(map.decl),
            words::passive(touch.source.access.operation)
        );
        words::finding("TH103", "captured-local-map", map, touch, grade, message)
    });
}
