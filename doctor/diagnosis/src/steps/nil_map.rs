//! Steps for a write to a map that was never made: where the nil comes from, and where to make it.

use super::{command, package_dir, step};
use crate::context::Context;
use crate::draft::Draft;
use crate::words;
use finding::{DeclKind, MapDecl, Operation, Repair, Steps, Subject};
use go_source::{Assigned, FunctionId, Program, SourceAccess};

/// Makers that are named, at most.
const NAMED: usize = 4;

pub(super) fn steps(context: &Context<'_>, draft: &Draft, repair: Option<&Repair>) -> Steps {
    let name = words::subject(&draft.subject);
    let origin = match (&draft.subject, context.program) {
        (Subject::Named { map, .. }, Some(program)) => origin(program, map),
        _ => vec!["The map was never made.".to_owned()],
    };
    let stop = match repair.and_then(|repair| repair.patch.as_ref()) {
        Some(patch) => format!("Apply the patch below. {}", patch.summary),
        None => format!("Make {name} before the write: if it is nil, assign make(…)."),
    };
    let directory = package_dir(draft).unwrap_or_else(|| "./...".to_owned());
    Steps {
        detect: step(origin, Vec::new()),
        stop: step(
            vec![stop, "The panic may be recovered by a handler's recover(): then the process lives and each such request fails.".to_owned()],
            Vec::new(),
        ),
        repair: step(
            vec![format!(
                "Make {name} where its value is made: in the constructor, and in every composite literal that skips it. Decoding (json, yaml) and \
                 the zero value leave a map nil; reading, deleting from and ranging over a nil map are fine, writing is not."
            )],
            Vec::new(),
        ),
        verify: step(
            vec!["A test that writes through the zero value of the type fails without the repair.".to_owned()],
            vec![command(format!("go test {directory}"), "")],
        ),
        watch: step(vec!["Alert on \"assignment to entry in nil map\" in the log, recovered or not.".to_owned()], Vec::new()),
    }
}

/// Where the nil comes from, as far as the source shows, in sentences.
fn origin(program: &Program, map: &MapDecl) -> Vec<String> {
    let name = &map.path;
    let assigned: Vec<&SourceAccess> = program
        .accesses(&map.id)
        .iter()
        .filter(|source| source.access.operation == Operation::Replace)
        .collect();
    let places = |wanted: &dyn Fn(&SourceAccess) -> bool| -> Vec<String> {
        let found = assigned.iter().filter(|source| wanted(source));
        found.map(|source| place(source)).collect()
    };
    let nil = places(&|source| source.assigned == Assigned::Nil);
    let other = places(&|source| source.assigned != Assigned::Nil);
    let mut said = Vec::new();
    if !nil.is_empty() {
        said.push(format!("{name} is set to nil at {}.", nil.join(", ")));
    }
    let bare = makers_without(program, map, &assigned);
    if !bare.is_empty() {
        let (_, owner) = split(map);
        said.push(format!("{owner} is made without it in {}.", bare.join(", ")));
    }
    if let Some(nilness) = program.nilness(&map.id) {
        if nilness.valueless {
            said.push(format!("{name} is declared without a value."));
        }
        if nilness.cloned {
            said.push(format!("{name} holds a clone, and the clone of a nil map is nil."));
        }
        if nilness.returned_nil {
            said.push(format!("{name} holds what a function returns that may return nil."));
        }
    }
    said.push(match (other.as_slice(), said.is_empty()) {
        ([], true) => {
            format!("{name} is declared at {} and no place of the source assigns it.", map.site)
        }
        ([], false) => "No place of the source makes it.".to_owned(),
        (places, _) => format!(
            "{name} is assigned at {}: this value came into being on a way that passes none of them.",
            places.join(", ")
        ),
    });
    vec![said.join(" ")]
}

/// `cache.go:12:3 in (*Cache).reset`.
fn place(source: &SourceAccess) -> String {
    let site = &source.access.site;
    let function = site.function.as_deref().map(words::function);
    let function = function.map_or_else(String::new, |function| format!(" in {function}"));
    format!("{site}{function}")
}

/// The functions that make an object without giving it the map, neither themselves nor by a function that they call.
fn makers_without(program: &Program, map: &MapDecl, assigned: &[&SourceAccess]) -> Vec<String> {
    let (ty, _) = split(map);
    if map.decl != DeclKind::Field {
        return Vec::new();
    }
    let gives = |maker: FunctionId| {
        assigned.iter().filter_map(|source| source.function).any(|function| {
            function == maker
                || program.callers(function).iter().any(|call| call.caller == Some(maker))
        })
    };
    let mut found: Vec<String> = Vec::new();
    for maker in program.makers(&ty).iter().flatten().filter(|maker| !gives(**maker)) {
        let Some(function) = program.function_by_id(*maker) else { continue };
        let text = format!("{} at {}", words::function(&function.symbol), function.site);
        if !found.contains(&text) && found.len() < NAMED {
            found.push(text);
        }
    }
    found
}

/// The type that a field belongs to, with its package and without.
fn split(map: &MapDecl) -> (String, &str) {
    let owner = map.path.split_once('.').map_or(&*map.path, |(owner, _)| owner);
    (format!("{}.{owner}", map.package), owner)
}
