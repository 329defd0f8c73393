//! ## What it does
//!
//! Finds maps that live as long as the program, are emptied by deleting every key, by `clear` or by a loop, and are filled
//! again: the map keeps the room of the most entries that it ever had.
//!
//! ## Why is this bad
//!
//! No map of Go gives room back, neither the buckets of the releases through 1.23 nor the groups of those from 1.24 on.
//! `delete` and `clear` drop what the entries lead to, and no more. After one burst the map stays as large as the burst,
//! and going over it, or clearing it again, takes as long as if it were full.
//!
//! Measured with a `map[int][16]byte` of a million entries (amd64; MiB of heap in use after a collection):
//!
//! | | full | each key deleted | cleared | replaced |
//! |---|---|---|---|---|
//! | Go 1.21 | 55 | 55 | 55 | 0 |
//! | Go 1.27 | 53 | 53 | 53 | 0 |
//!
//! ## Example
//!
//! ```go
//! func (b *Batch) Flush() {
//!     b.mu.Lock()
//!     defer b.mu.Unlock()
//!     for key, event := range b.events {
//!         b.send(key, event)
//!     }
//!     clear(b.events)
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (b *Batch) Flush() {
//!     for key, event := range b.take() {
//!         b.send(key, event)
//!     }
//! }
//!
//! // take begins a new batch.
//! func (b *Batch) take() map[string]Event {
//!     b.mu.Lock()
//!     defer b.mu.Unlock()
//!     events := b.events
//!     b.events = make(map[string]Event)
//!     return events
//! }
//! ```
//!
//! That also holds the lock for less long. Where batches are alike, the room is used again and `clear` is right: it spares
//! the allocation. The source does not show sizes: medium is what is filled under keys from outside, all else is low.
//!
//! ## References
//!
//! - Go, issue 20135: maps do not shrink after elements removal, <https://go.dev/issue/20135>
//! - Go, `internal/runtime/maps`, `Map.Clear`

use crate::rule::Memory;
use crate::{life, place, words};
use finding::{DeclKind, Finding, Grade, MapDecl, MapKind, Operation, Role};
use go_locks::phase;
use go_source::{CallKind, KeySource, Program, Shape, SourceAccess, Span};

pub(crate) fn check<'p>(
    memory: &Memory<'_, 'p>,
    map: &'p MapDecl,
    accesses: &[&'p SourceAccess],
    found: &mut Vec<Finding>,
) {
    let program = memory.analysis.program;
    if map.map_type.kind != MapKind::Builtin
        || !matches!(map.decl, DeclKind::Field | DeclKind::PackageVar)
    {
        return;
    }
    let accesses: Vec<&'p SourceAccess> = accesses
        .iter()
        .copied()
        .filter(|access| !place::is_test(&access.access.site.file))
        .filter(|access| !place::serves_tests(&access.access.site.file))
        .collect();
    let lives_on = |access: &&&SourceAccess| !is_last(program, access);
    let Some(emptied) =
        accesses.iter().filter(lives_on).find(|access| empties(program, &accesses, access))
    else {
        return;
    };
    // Whoever gets a new map elsewhere gives the old one back then.
    let replaced = accesses.iter().any(|access| {
        access.access.operation == Operation::Replace
            && !access.access.before_sharing
            && !phase::makes_by_name(&access.access.site)
            && program.compared(&map.id).iter().all(|look| look.function != access.function)
    });
    if replaced {
        return;
    }
    let entries = accesses
        .iter()
        .filter(|access| access.access.operation == Operation::Write)
        .filter_map(|access| {
            let touch = memory.analysis.touch(map, access);
            let entry = program.new_entry(access)?;
            (!entry.few && entry.source >= KeySource::Unknown && !life::begins(program, &touch))
                .then_some((*access, entry))
        });
    let Some((write, entry)) = entries.max_by_key(|(_, entry)| entry.source) else { return };
    let life = life::of(memory.analysis, map, &accesses);
    let outside = entry.source > KeySource::Unknown;
    let again = emptied.access.root.as_ref().is_some_and(|root| life::recurs(program, root));
    let grade = if outside && again && life.is_some() { Grade::Medium } else { Grade::Low };
    let message =
        format!("{} is emptied and keeps the room of its largest size", words::called(map));
    let mut finding =
        words::begin("TH304", "map-keeps-its-size", map, &emptied.access, grade, message);
    finding.because.extend(life.map(|life| life.reason));
    finding.because.push("deleting from a map, or clearing it, gives no room back".to_owned());
    if outside {
        finding
            .because
            .push("it is filled under keys from outside, as many as there are".to_owned());
    }
    finding.related.push(words::access_at(
        &write.access,
        Role::OtherSide,
        "it is filled again here".to_owned(),
    ));
    finding.help = "where its size varies, replace it by a new map: m = make(…)".to_owned();
    found.push(finding);
}

/// Whether a function ends its object, by its name or because nobody but deferred calls runs it.
fn is_last(program: &Program, access: &SourceAccess) -> bool {
    let name = phase::short_function(&access.access.site).to_lowercase();
    let calls = access.function.map(|function| program.callers(function)).unwrap_or_default();
    let deferred = !calls.is_empty() && calls.iter().all(|call| call.kind == CallKind::Defer);
    deferred
        || [
            "close",
            "stop",
            "shutdown",
            "teardown",
            "destroy",
            "cleanup",
            "dispose",
            "exit",
            "discard",
            "unregister",
        ]
        .iter()
        .any(|word| name.starts_with(word))
}

/// Whether an access takes all entries out: `clear(m)`, or a loop over the map that deletes each key.
fn empties(program: &Program, accesses: &[&SourceAccess], access: &SourceAccess) -> bool {
    match access.access.operation {
        Operation::Clear => true,
        Operation::Delete => accesses.iter().any(|range| {
            range.access.operation == Operation::Iterate
                && range.placement.shape == Shape::Range
                && range.function == access.function
                && range.access.site.file == access.access.site.file
                && deletes_each(program, range, access)
        }),
        _ => false,
    }
}

/// `for k := range m { … delete(m, k) … }`, with nothing that leaves the loop, or its turn before the deletion.
fn deletes_each(program: &Program, range: &SourceAccess, delete: &SourceAccess) -> bool {
    let (around, body) = (range.placement.statement, delete.placement.block);
    let Some(file) = program.file(&range.access.site.file) else { return false };
    if around.end != body.end || body.start < around.start {
        return false;
    }
    let header = file.slice(Span { start: around.start, end: range.placement.operation.start });
    let variable = header
        .trim_start()
        .strip_prefix("for ")
        .and_then(|names| names.split([',', ' ', ':']).next());
    let operation = file.slice(delete.placement.operation);
    let key = operation.rsplit_once(',').map(|(_, key)| key.trim_end_matches(')').trim());
    let before = file.slice(Span { start: body.start, end: delete.placement.operation.start });
    let leaves = ["break", "return", "goto "].iter().any(|word| file.slice(body).contains(word))
        || before.contains("continue");
    variable.is_some_and(|variable| Some(variable) == key) && !leaves
}
