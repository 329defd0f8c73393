//! ## What it does
//!
//! Finds writes to maps that are nil or may be: a field that nothing in the program ever makes, a field of a struct that
//! the same function makes without it, a variable that is declared without a value or given a map in one branch alone, the
//! clone of a map that may be nil, what a function returns that returns nil on some way, a named result that nothing makes.
//! Also a field that other functions compare with nil and make, where a struct is handed to a function that does not look; of
//! low grade where the function is called in the program, or most do not look. Of low grade, too, is what one of several
//! makers of a struct leaves out.
//!
//! ## Why is this bad
//!
//! A nil map can be read, ranged over and deleted from. Writing to it panics: `assignment to entry in nil map`.
//!
//! ## Example
//!
//! ```go
//! type Cache struct {
//!     entries map[string]int
//! }
//!
//! func NewCache() *Cache { return &Cache{} } // entries is nil
//!
//! func (c *Cache) Put(k string, v int) { c.entries[k] = v }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func NewCache() *Cache { return &Cache{entries: make(map[string]int)} }
//! ```
//!
//! Where the map comes from outside, check it where it comes in, and make it there.
//!
//! ## References
//!
//! - The Go Programming Language Specification, Map types, <https://go.dev/ref/spec#Map_types>

mod elsewhere;
mod found;
mod left_out;

use crate::words;
use finding::{DeclKind, Finding, Grade, MapDecl, MapKind, Operation, Related, Role};
use go_source::{Assigned, Context, Nilness, Program, SourceAccess};

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    if map.map_type.kind != MapKind::Builtin {
        return;
    }
    let unknown = Nilness::default();
    let nilness = program.nilness(&map.id).unwrap_or(&unknown);
    // What a pointer leads to is made elsewhere.
    if nilness.addressed || map.map_type.text.starts_with('*') {
        return;
    }
    for write in accesses.iter().filter(|access| access.access.operation == Operation::Write) {
        let Some((grade, because)) = nil(program, map, nilness, accesses, write) else { continue };
        // Of a type that nobody makes it is not known how it is made.
        if map.decl == DeclKind::Field && !is_made(program, map) {
            continue;
        }
        // The first write to a variable panics, and leaves nothing to the others.
        let of_variable = map.decl != DeclKind::Field
            && found.iter().any(|known| {
                known.access.site.function == write.access.site.function && known.grade == grade
            });
        // So does the first of a function to a field.
        let again = found.iter().any(|known| {
            &*known.code == "TH201"
                && known.access.site.function == write.access.site.function
                && known.access.expression == write.access.expression
                && known.grade == grade
        });
        if of_variable || again {
            continue;
        }
        let message =
            format!("{} is written and {because}", words::called(map), because = because.0);
        let mut finding = Finding {
            code: "TH201".into(),
            rule: "nil-map-write".into(),
            map: map.clone(),
            access: write.access.clone(),
            message,
            grade,
            because: vec![because.1.to_owned()],
            related: vec![Related {
                role: Role::Declaration,
                site: map.site.clone(),
                expression: words::name_of(map).into(),
                label: "the map is declared here".to_owned(),
            }],
            help: "make the map before the write, best where its owner is made".to_owned(),
        };
        let nil_here = accesses.iter().find(|access| access.assigned == Assigned::Nil);
        if let Some(access) = nil_here {
            let label = "nil is assigned here".to_owned();
            finding.related.push(words::access_at(&access.access, Role::OtherSide, label));
        }
        found.push(finding);
    }
}

/// Whether the program makes values of the type that holds a map.
fn is_made(program: &Program, map: &MapDecl) -> bool {
    map.path
        .rsplit_once('.')
        .is_some_and(|(owner, _)| !program.makers(&format!("{}.{owner}", map.package)).is_empty())
}

/// Whether the tag of a field says that decoders fill it.
fn is_decoded(program: &Program, map: &MapDecl) -> bool {
    let Some(file) = program.file(&map.site.file) else { return true };
    let line = usize::try_from(map.site.line.saturating_sub(1)).unwrap_or(usize::MAX);
    let text = file.text().lines().nth(line).unwrap_or_default();
    text.split_once('`').is_some_and(|(_, tag)| tag.contains(":\""))
}

/// Whether a write stands below a condition that may be the one under which the map is made: it stands below one itself,
/// or the words of that one come again before it.
fn made_by_condition(program: &Program, accesses: &[&SourceAccess], write: &SourceAccess) -> bool {
    let Some(file) = program.file(&write.access.site.file) else { return true };
    let text = file.text();
    let at = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
    // The line that a block begins on: `if wanted {`.
    let head = |block: u32| {
        let before = text.get(..at(block)).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().trim()
    };
    let own = head(write.placement.block.start);
    let below = own.starts_with("if ") || own.contains("else");
    let again = accesses.iter().filter(|access| access.assigned == Assigned::Made).any(|made| {
        let block = made.placement.block;
        let between = text.get(at(block.end)..at(write.placement.operation.start));
        let words = head(block.start);
        words.starts_with("if ") && between.is_some_and(|between| between.contains(words))
    });
    below || again
}

/// What speaks for it that a map is nil at a write, for the message and as grounds.
type Grounds = (&'static str, &'static str);

fn nil(
    program: &Program,
    map: &MapDecl,
    nilness: &Nilness,
    accesses: &[&SourceAccess],
    write: &SourceAccess,
) -> Option<(Grade, Grounds)> {
    let replaces = |access: &&&SourceAccess| {
        access.access.operation == Operation::Replace && access.assigned != Assigned::Nil
    };
    let checked = write.function.is_some_and(|function| nilness.checked.contains(&function));
    // Whoever makes the map in the same function, or checks it, has thought of it.
    let of_here = accesses.iter().filter(|access| access.function == write.function);
    let here = of_here.clone().any(|access| replaces(&access));
    let made_here = of_here.clone().any(|access| access.assigned == Assigned::Made);
    let local = matches!(map.decl, DeclKind::Local | DeclKind::Parameter);
    if local && nilness.valueless && !checked {
        // Every map that it is given lies in a branch that does not lead here.
        let mut given = accesses.iter().filter(replaces).filter(|access| access.calls.is_empty());
        let place = write.placement.operation.start;
        let elsewhere = |access: &&SourceAccess| {
            let block = access.placement.block;
            let branch = access.placement.body != block;
            branch
                && !(block.start <= place && place < block.end)
                && access.placement.context == Context::Simple
        };
        // Two of them may be the two branches of one decision.
        if given.clone().count() == 1
            && given.all(elsewhere)
            && write.calls.is_empty()
            && of_here.clone().count() == accesses.len()
            && !made_by_condition(program, accesses, write)
        {
            return Some((
                Grade::Medium,
                (
                    "is made in a branch alone",
                    "the variable is declared without a value, and assigned in branches that do not lead here only",
                ),
            ));
        }
    }
    if write.not_given && !checked && map.decl == DeclKind::Field {
        return Some((
            Grade::High,
            (
                "its struct was made here without it",
                "the function makes the struct, gives it no such map, and nobody else has seen it so far",
            ),
        ));
    }
    if checked || made_here || (here && !nilness.cloned && !nilness.returned_nil) {
        return None;
    }
    let never = !accesses.iter().any(|access| replaces(&access));
    let exported = words::name_of(map).chars().next().is_some_and(char::is_uppercase);
    match map.decl {
        // Exported fields may be set by other modules and by decoders.
        DeclKind::Field if never && !exported => Some((
            Grade::High,
            (
                "nothing in the program makes it",
                "no literal, constructor or assignment gives the field a map",
            ),
        )),
        DeclKind::Field if never && !is_decoded(program, map) => Some((
            Grade::Medium,
            (
                "nothing in the program makes it",
                "no literal, constructor or assignment in the program gives the field a map",
            ),
        )),
        DeclKind::Local | DeclKind::Parameter if never && nilness.valueless => Some((
            Grade::High,
            ("is declared without a value", "nothing is assigned to the variable"),
        )),
        DeclKind::Local if nilness.cloned => Some((
            Grade::Medium,
            ("is the clone of a map that may be nil", "maps.Clone of a nil map is nil"),
        )),
        DeclKind::Local if nilness.returned_nil => Some((
            Grade::Medium,
            (
                "holds what a function returns that may return nil",
                "the function returns nil on some way",
            ),
        )),
        DeclKind::Field
            if !exported
                && accesses.iter().any(|access| {
                    access.assigned == Assigned::Nil && access.function != write.function
                }) =>
        {
            Some((
                Grade::Low,
                (
                    "is set to nil by another function",
                    "the function that sets it to nil may have run before",
                ),
            ))
        }
        DeclKind::Local
            if accesses.iter().any(|access| {
                access.assigned == Assigned::Nil && access.function != write.function
            }) =>
        {
            Some((
                Grade::Medium,
                (
                    "is set to nil by another closure",
                    "the closure that sets it to nil may have run before",
                ),
            ))
        }
        DeclKind::Field => left_out::by_a_maker(program, map, nilness, accesses, write)
            .or_else(|| elsewhere::is_made(program, map, nilness, accesses, write)),
        _ => None,
    }
}
