//! ## What it does
//!
//! Finds maps that are made without a size, and then filled by a loop whose number of turns is known before: it goes over a
//! slice, an array or another map, or counts to a number. The finding gives the hint, and what the Go release of the module
//! makes of it: buckets until Go 1.23, groups and tables from Go 1.24 on.
//!
//! How sure the number of entries is decides the grade. It is high where no two turns have the same key: the index, or the
//! key of another map. It is medium where each turn stores one entry, whose keys may be the same. It is low, a guess, where
//! only some turns store one, for which the number of turns is the most there can be, and where a turn stores several: of a
//! loop in the loop the hint is a fifth more than the turns of the outer one.
//!
//! Maps of at most eight entries are left alone: they have room without a hint.
//!
//! ## Why is this bad
//!
//! A map without a hint begins with room for eight entries and doubles again and again. Each time it allocates anew, and
//! moves all entries that it has. With the hint it allocates once.
//!
//! ## Example
//!
//! ```go
//! type User struct{ ID, Name string }
//!
//! func ByID(users []User) map[string]User {
//!     byID := make(map[string]User)
//!     for _, user := range users {
//!         byID[user.ID] = user
//!     }
//!     return byID
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! type User struct{ ID, Name string }
//!
//! func ByID(users []User) map[string]User {
//!     byID := make(map[string]User, len(users))
//!     for _, user := range users {
//!         byID[user.ID] = user
//!     }
//!     return byID
//! }
//! ```
//!
//! ## References
//!
//! - The Go Programming Language Specification, Making slices, maps and channels,
//!   <https://go.dev/ref/spec#Making_slices_maps_and_channels>

use crate::words;
use finding::{Access, Finding, Grade, MapDecl, Operation, Related, Role};
use go_runtime::room;
use go_source::{Cost, Entries, Fill, Program, SourceAccess, Turns};

/// The release that a module without a `go` directive is taken for.
const NEWEST: u32 = 27;
/// The size that stands for one that is not known.
const EXAMPLE: u64 = 1_000;

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    for write in accesses.iter().filter(|access| access.access.operation == Operation::Write) {
        for cost in program.costs(write) {
            let Cost::Fill(fill) = cost else { continue };
            let access = Access {
                operation: Operation::Replace,
                site: fill.made.site.clone(),
                expression: fill.made.expression.clone(),
                ..write.access.clone()
            };
            let hint = hint(fill);
            let (grade, entries, why) = told(fill, &hint);
            let called = words::called(map);
            let message =
                format!("{called} is made without a size, and a loop puts {entries} into it");
            let mut finding =
                words::begin("TH301", "missing-size-hint", map, &access, grade, message);
            let minor = program.go_minor(&access.site.file).unwrap_or(NEWEST);
            finding.because = vec![why.to_owned(), yields(fill, minor)];
            finding.related.push(Related {
                role: Role::OtherSide,
                site: fill.filled.site.clone(),
                expression: fill.filled.expression.clone(),
                label: "the loop that fills it".to_owned(),
            });
            let made = format!("make({}, {hint})", made_type(&fill.made.expression));
            finding.help = match fill.told_before {
                true => format!("write {made}"),
                false => format!("make it right before the loop: {made}"),
            };
            found.push(finding);
        }
    }
}

/// The type in `make(T)` or `T{}`.
fn made_type(expression: &str) -> &str {
    match expression.strip_prefix("make(").and_then(|rest| rest.strip_suffix(')')) {
        Some(ty) => ty.trim(),
        None => expression.split('{').next().unwrap_or(expression),
    }
}

/// The hint, as it would be written.
fn hint(fill: &Fill) -> String {
    match (&fill.turns, fill.entries) {
        (Turns::Number(_), _) => number(fill).to_string(),
        (Turns::Expression(turns), Entries::Several(times)) => format!("{times}*{}", factor(turns)),
        (Turns::Expression(turns), Entries::Inner) => format!("{}*6/5", factor(turns)),
        (Turns::Expression(turns), _) => turns.to_string(),
    }
}

/// An expression that is multiplied.
fn factor(expression: &str) -> String {
    if expression.contains(' ') { format!("({expression})") } else { expression.to_owned() }
}

/// The hint as a number, for so many turns as the source says or as stand for them.
fn number(fill: &Fill) -> u64 {
    let turns = match fill.turns {
        Turns::Number(number) => number,
        Turns::Expression(_) => EXAMPLE,
    };
    match fill.entries {
        Entries::Several(times) => turns.saturating_mul(u64::from(times)),
        Entries::Inner => turns.saturating_mul(6) / 5,
        Entries::Exact | Entries::OneATurn | Entries::Some => turns,
    }
}

/// The grade, the entries in words, and why.
fn told(fill: &Fill, hint: &str) -> (Grade, String, &'static str) {
    match fill.entries {
        Entries::Exact => (
            Grade::High,
            format!("{hint} entries"),
            "each turn of the loop stores one entry, under a key that no other turn has",
        ),
        Entries::OneATurn => (
            Grade::Medium,
            format!("{hint} entries"),
            "each turn of the loop stores one entry; there are fewer where keys come again",
        ),
        Entries::Some => (
            Grade::Low,
            format!("at most {hint} entries"),
            "some turns of the loop store an entry: how many is a guess, and all of them the most",
        ),
        Entries::Several(_) => (
            Grade::Low,
            format!("about {hint} entries"),
            "each turn of the loop stores several entries: how many differ is a guess",
        ),
        Entries::Inner => (
            Grade::Low,
            format!("about {hint} entries"),
            "a loop in the loop stores them: how many is a guess, a fifth more than turns of the outer one",
        ),
    }
}

/// What the hint yields in a release.
fn yields(fill: &Fill, minor: u32) -> String {
    let number = number(fill);
    let room = room(number, minor);
    let growths = match room.growths() {
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let hint = match fill.turns {
        Turns::Number(_) => format!("a hint of {number}"),
        Turns::Expression(_) => format!("a hint of {number}, for one,"),
    };
    format!(
        "in Go 1.{minor} {hint} yields {room} at once; without it the map grows {growths} to hold as many"
    )
}
