//! The emergency measure for a map that was never made: make it before the write.

use crate::edit::{self, Edit};
use crate::lines::{alone, indent_of};
use finding::{ByHand, FaultingAccess, MapDecl, Operation, Patch, Repair};
use go_source::{Context, Program};

/// Makes the map before the faulting write where it is nil.
pub fn plan(program: &Program, map: &MapDecl, faulting: Option<&FaultingAccess>) -> Option<Repair> {
    let access = faulting?.access.as_ref()?;
    let accesses = program.accesses(&map.id);
    let source = accesses.iter().find(|source| {
        source.access.site == access.site && source.access.operation == Operation::Write
    })?;
    let file = program.file(&access.site.file)?;
    let statement = source.placement.statement;
    let expression = &access.expression;
    let todo = format!(
        "Before it: if {expression} == nil {{ {expression} = make({}) }}",
        map.map_type.text
    );
    let fits = source.placement.context == Context::Simple
        && file.package() == &*map.package
        && !source.through_alias
        && alone(file.text(), statement.start, statement.end);
    if !fits {
        let why = "the map cannot be made there by an edit".to_owned();
        return Some(Repair {
            patch: None,
            by_hand: vec![ByHand { site: access.site.clone(), why, todo }],
            choices: Vec::new(),
        });
    }
    let indent = indent_of(file.text(), statement.start);
    let text = format!(
        "if {expression} == nil {{\n{indent}\t{expression} = make({})\n{indent}}}\n{indent}",
        map.map_type.text
    );
    let after = edit::apply(file.text(), &[Edit::insert(statement.start, text)])?;
    if !go_syntax::parse(after.as_str()).errors().is_empty() {
        return None;
    }
    let summary = format!("It makes {} before the write where it is nil.", map.path);
    let path = access.site.file.to_string();
    let diff = edit::diff(&path, file.text(), &after);
    Some(Repair {
        patch: Some(Patch { summary, diff, files: vec![path], complete: true }),
        by_hand: Vec::new(),
        choices: Vec::new(),
    })
}
