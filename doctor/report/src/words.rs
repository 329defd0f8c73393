//! The phrases that formats share.

use crate::text::{clean, grouped};
use finding::{
    Access, AccessRow, Case, ConcurrentRoot, DeclKind, LockMode, LockSet, MapDecl, MapGuard,
    MapKind, OtherSide, Part, RootKind, Site, Subject,
};

/// How the subject is called: its path, the candidates' paths, or a description.
pub(crate) fn subject_name(subject: &Subject) -> String {
    match subject {
        Subject::Named { map, .. } => clean(&map.path),
        Subject::Ambiguous { candidates, .. } => {
            let names: Vec<_> =
                candidates.iter().map(|candidate| clean(&candidate.map.path)).collect();
            format!("one of {}", join_or(&names))
        }
        Subject::Unnamed { .. } => "a map without a name yet".to_owned(),
        Subject::NotAMap { .. } => "no map".to_owned(),
    }
}

/// `a, b or c`.
pub(crate) fn join_or(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// What kind of declaration it is, in words.
pub(crate) fn declared_as(map: &MapDecl) -> String {
    let owner = |path: &str| {
        path.rsplit_once('.').map_or_else(|| path.to_owned(), |(owner, _)| owner.to_owned())
    };
    match map.decl {
        DeclKind::PackageVar => format!("variable of package {}", clean(&map.package)),
        DeclKind::Field => format!("field of {}", clean(&owner(&map.path))),
        DeclKind::Local => format!("local variable of {}", clean(&owner(&map.path))),
        DeclKind::Parameter => format!("parameter of {}", clean(&owner(&map.path))),
        DeclKind::Element => "an element of another value".to_owned(),
    }
}

/// The map's type as written.
pub(crate) fn type_text(map: &MapDecl) -> String {
    match map.map_type.kind {
        MapKind::Builtin if map.map_type.text.is_empty() => "map".to_owned(),
        MapKind::SyncMap if map.map_type.text.is_empty() => "sync.Map".to_owned(),
        MapKind::Builtin | MapKind::SyncMap => clean(&map.map_type.text),
    }
}

/// The locks held at an access, callers' included: `c.mu`, `c.mu (read)`, `none`.
pub(crate) fn locks(access: &Access, callers_hold: &[String]) -> String {
    let mut words = match &access.locks {
        LockSet::Unknown => vec!["cannot be followed".to_owned()],
        LockSet::Held(held) => held
            .iter()
            .map(|lock| match lock.mode {
                LockMode::Write => clean(&lock.path),
                LockMode::Read => format!("{} (read)", clean(&lock.path)),
            })
            .collect(),
    };
    words.extend(callers_hold.iter().map(|lock| format!("{} (by its callers)", clean(lock))));
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// The function without its import path: `(*Cache).Put.func1`, `status.Load`.
pub(crate) fn short_function(symbol: &str) -> String {
    let last = symbol.rsplit('/').next().unwrap_or(symbol);
    let name = match last.split_once('.') {
        Some((_, method)) if method.starts_with('(') => method,
        Some(("main", function)) => function,
        _ => last,
    };
    clean(name)
}

/// The function of a site, short; empty where it is unknown.
pub(crate) fn function_of(site: &Site) -> String {
    site.function.as_deref().map(short_function).unwrap_or_default()
}

/// The place of a site without control characters.
pub(crate) fn place(site: &Site) -> String {
    clean(&site.to_string())
}

/// The part of an access in the case, as a word; empty for a bystander.
pub(crate) fn part(row: &AccessRow) -> &'static str {
    match row.part {
        Part::Faulting => "faulting",
        Part::OtherSide => "other side",
        Part::Excluded => "ruled out",
        Part::Bystander => "",
    }
}

/// What an access may run beside: `handler`, `go main.go:118`, `go worker.go:30 (many)`.
pub(crate) fn root(access: &Access) -> String {
    if access.before_sharing {
        return "not shared yet".to_owned();
    }
    let Some(root) = &access.root else {
        return String::new();
    };
    let kind = match root.kind {
        RootKind::Go => "go",
        RootKind::Callback => "callback",
        // Where it is registered matters less than that there are many.
        RootKind::Handler => return "handler".to_owned(),
    };
    let file = root.site.file.rsplit('/').next().unwrap_or(&root.site.file);
    let many = if root.many { " (many)" } else { "" };
    format!("{kind} {}:{}{many}", clean(file), root.site.line)
}

/// The lock of a map and how many accesses hold it: `Cache.mu, which 4 of 6 accesses hold once the map is shared`.
pub(crate) fn guard(guard: &MapGuard) -> String {
    let (name, of) = (clean(&guard.name), grouped(guard.of));
    match (guard.under == guard.of, guard.of) {
        (true, 1) => format!("{name}, which the only access holds once the map is shared"),
        (true, _) => format!("{name}, which all {of} accesses hold once the map is shared"),
        (false, _) => format!(
            "{name}, which {} of {of} accesses hold once the map is shared",
            grouped(guard.under)
        ),
    }
}

/// What runs a candidate beside other code: `cmd/main.go:118:5 by (*Cache).Run → (*Cache).sweep`.
pub(crate) fn runs_from(root: &ConcurrentRoot) -> String {
    let names: Vec<_> = root.path.iter().map(|symbol| short_function(symbol)).collect();
    let way = if names.is_empty() { String::new() } else { format!(" by {}", names.join(" → ")) };
    let many = if root.many { ", many times at once" } else { "" };
    format!("{}{way}{many}", place(&root.site))
}

/// The first candidate for the other side in one sentence.
pub(crate) fn other_side(side: &OtherSide) -> String {
    let function = function_of(&side.site);
    let who = if function.is_empty() { "somebody".to_owned() } else { function };
    let what = match side.operation {
        Some(operation) => third_person(operation).to_owned(),
        None => "stands".to_owned(),
    };
    let held = match &side.access {
        Some(access) => match &access.locks {
            LockSet::Held(held) if held.is_empty() => ", no lock of its own".to_owned(),
            LockSet::Held(_) => format!(", under {}", locks(access, &[])),
            LockSet::Unknown => ", locks cannot be followed".to_owned(),
        },
        None => String::new(),
    };
    let seen = match side.goroutines.as_slice() {
        [] => String::new(),
        [one] => format!("; goroutine {one} is there"),
        [first, ..] => format!("; {} goroutines are there, {first} first", side.goroutines.len()),
    };
    format!("{who} {what} at {}{held}{seen}", place(&side.site))
}

/// `reads`, `writes`, … for a sentence.
pub(crate) fn third_person(operation: finding::Operation) -> &'static str {
    use finding::Operation;
    match operation {
        Operation::Read => "reads",
        Operation::Write => "writes",
        Operation::Delete => "deletes",
        Operation::Iterate => "iterates",
        Operation::Clear => "clears",
        Operation::Clone => "clones",
        Operation::Length => "takes the length",
        Operation::Replace => "replaces the map",
    }
}

/// The short heading of a case: the fault's message, or what the dump shows.
pub(crate) fn heading(case: &Case) -> String {
    match &case.fault {
        Some(fault) if !fault.message.is_empty() => clean(&fault.message),
        Some(fault) => clean(&fault.kind).replace('_', " "),
        None => "goroutine dump".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_lose_their_import_path_and_nothing_else() {
        assert_eq!(
            short_function("example.com/orders/internal/status.(*Cache).Put"),
            "(*Cache).Put"
        );
        assert_eq!(short_function("example.com/orders/internal/status.Load"), "status.Load");
        assert_eq!(short_function("main.main.func1"), "main.func1");
        assert_eq!(short_function("main.run"), "run");
        assert_eq!(short_function("example.com/orders/api.New.func2"), "api.New.func2");
    }
}
