//! Whether what a linter says is about a map, and about which.
//!
//! Most of what linters say of a line with a map in it is about something else on that line. So an entry is about a map
//! where its check is one of maps, where its message says "map" or names the map, or where a lock is copied whose struct
//! holds a map that this lock guards: the copy has another lock and the same map.

use finding::{Access, LockSet, MapDecl, MapKind, Operation, Site};
use go_reports::{Columns, Entry};
use go_source::{Program, SourceAccess};
use std::sync::Arc;

/// A map that an entry is about, and why.
pub(crate) struct About<'p> {
    pub(crate) map: &'p MapDecl,
    /// The access on the line, or what stands for it.
    pub(crate) access: Access,
    /// Why it is about this map, a fragment.
    pub(crate) because: String,
}

/// Checks that are about maps, whatever their message says.
///
/// Source: the documentation of staticcheck's checks, <https://staticcheck.dev/docs/checks>.
const CHECKS: [&str; 3] = ["staticcheck:SA5000", "staticcheck:S1033", "staticcheck:S1036"];

/// The map that an entry at a file of the tree is about.
pub(crate) fn map<'p>(program: &'p Program, file: &Arc<str>, entry: &Entry) -> Option<About<'p>> {
    copied_lock(program, file, entry)
        .or_else(|| accessed(program, file, entry))
        .or_else(|| declared(program, file, entry))
}

/// The map that is accessed on the line.
fn accessed<'p>(program: &'p Program, file: &Arc<str>, entry: &Entry) -> Option<About<'p>> {
    let column = column(program, file, entry);
    let mut all: Vec<(&SourceAccess, &MapDecl)> = program
        .accesses_at(file, entry.site.line)
        .into_iter()
        .filter_map(|access| Some((access, program.decl(&access.access.map)?)))
        .filter(|(access, map)| speaks_of(entry, map, &access.access.expression))
        .collect();
    // Where the tool points at one of them, that one; then the maps that are named here, not those that callers hand over.
    let pointed = |access: &SourceAccess| {
        let from = access.access.site.column;
        let length =
            access.placement.operation.end.saturating_sub(access.placement.operation.start);
        column >= from && column <= from.saturating_add(length)
    };
    all.sort_by_key(|(access, map)| {
        let named =
            access.access.expression.ends_with(map.path.rsplit('.').next().unwrap_or_default());
        (!pointed(access), !access.calls.is_empty(), access.through_alias, !named)
    });
    let (access, map) = all.first()?;
    let because = format!("the map {} on this line", passive(access.access.operation));
    Some(About { map, access: access.access.clone(), because })
}

/// The map that is declared on the line.
fn declared<'p>(program: &'p Program, file: &Arc<str>, entry: &Entry) -> Option<About<'p>> {
    let here = |map: &&MapDecl| map.site.line == entry.site.line && map.site.file == *file;
    let speaks = |map: &&MapDecl| speaks_of(entry, map, name(map));
    let map = program.decls().iter().filter(here).find(speaks)?;
    let access = stand_in(program, map, Operation::Read, map.site.clone(), name(map));
    Some(About { map, access, because: "the map is declared on this line".to_owned() })
}

/// The map that lies beside a copied lock, and is guarded by it; or the copied `sync.Map`.
fn copied_lock<'p>(program: &'p Program, file: &Arc<str>, entry: &Entry) -> Option<About<'p>> {
    if &*entry.check != "copylocks" {
        return None;
    }
    // `Total passes lock by value: example.com/stock.Shelf contains sync.Mutex`
    let (_, chain) = entry.message.rsplit_once(": ")?;
    let types: Vec<&str> = chain.split(" contains ").map(without_arguments).collect();
    let of_chain = |name: &str| types.iter().any(|ty| owner(name) == *ty);
    let guards = |map: &MapDecl| {
        let all = program.accesses(&map.id).iter().flat_map(|access| &access.guards);
        all.flatten().find(|guard| of_chain(guard)).cloned()
    };
    let copied = program.decls().iter().filter(|map| of_chain(map.id.as_str())).find_map(|map| {
        match map.map_type.kind {
            MapKind::SyncMap => types.contains(&"sync.Map").then_some((map, None)),
            MapKind::Builtin => guards(map).map(|guard| (map, Some(guard))),
        }
    });
    let (map, guard) = copied?;
    let because = match guard {
        Some(guard) => format!(
            "{} guards the map, and a copy has another lock and the same map",
            guard
                .rsplit('/')
                .next()
                .and_then(|name| name.split_once('.'))
                .map_or(&*guard, |(_, name)| name)
        ),
        None => "the map is copied with its struct".to_owned(),
    };
    let site = Site { file: Arc::clone(file), ..entry.site.clone() };
    let access = stand_in(program, map, Operation::Clone, site, "");
    Some(About { map, access, because })
}

/// An access in the place of something that is none.
fn stand_in(
    program: &Program,
    map: &MapDecl,
    operation: Operation,
    site: Site,
    text: &str,
) -> Access {
    let function = program.function_at(&site.file, site.line);
    let function = function.map(|function| Arc::clone(&function.symbol));
    Access {
        map: map.id.clone(),
        operation,
        site: Site { function, ..site },
        expression: text.into(),
        locks: LockSet::Unknown,
        root: None,
        before_sharing: false,
    }
}

/// Whether an entry on the line of an access is about the map.
fn speaks_of(entry: &Entry, map: &MapDecl, expression: &str) -> bool {
    let message = entry.message.as_str();
    CHECKS.contains(&entry.name().as_str())
        || has_word(message, "map")
        || has_word(message, "maps")
        || has_word(message, name(map))
        || (!expression.is_empty() && has_word(message, expression))
}

/// Whether a text has a word, and not as a part of another.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after =
                text.get(at.saturating_add(word.len())..).and_then(|text| text.chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        })
}

/// The name of a map in its declaration.
fn name(map: &MapDecl) -> &str {
    let last = map.path.rsplit('.').next().unwrap_or(&map.path);
    last.split(['#', '[']).next().unwrap_or(last)
}

/// `example.com/stock.Shelf` of `example.com/stock.Shelf.goods`.
fn owner(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(owner, _)| owner)
}

/// A type without its type arguments.
fn without_arguments(ty: &str) -> &str {
    ty.split('[').next().unwrap_or(ty).trim().trim_start_matches('*')
}

fn passive(operation: Operation) -> &'static str {
    match operation {
        Operation::Read => "is read",
        Operation::Write => "is written",
        Operation::Delete => "is deleted from",
        Operation::Iterate => "is iterated",
        Operation::Clear => "is cleared",
        Operation::Clone => "is cloned",
        Operation::Length => "is measured",
        Operation::Replace => "is replaced",
    }
}

/// The column of an entry in bytes.
fn column(program: &Program, file: &str, entry: &Entry) -> u32 {
    let given = entry.site.column;
    let line = usize::try_from(entry.site.line).ok().and_then(|line| line.checked_sub(1));
    let text = program.file(file).zip(line).and_then(|(file, line)| file.text().lines().nth(line));
    let Some(text) = text.filter(|_| entry.columns != Columns::Bytes) else { return given };
    let (mut counted, mut bytes) = (1u32, 1u32);
    let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    for c in text.chars() {
        if counted >= given {
            break;
        }
        let units = if entry.columns == Columns::Utf16 { number(c.len_utf16()) } else { 1 };
        counted = counted.saturating_add(units);
        bytes = bytes.saturating_add(number(c.len_utf8()));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(has_word("assignment to nil map", "map"));
        assert!(has_word("self-assignment of s.goods to s.goods", "s.goods"));
        assert!(!has_word("mapping of remap", "map") && !has_word("goods_2", "goods"));
    }
}
