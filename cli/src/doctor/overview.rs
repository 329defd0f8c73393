//! A source tree without a crash text: the maps it declares, and under which locks they are touched.

use crate::args::{Format, Source};
use crate::error::{Error, Result};
use crate::tree::{self, Tree};
use crate::{exit, output};
use finding::{DeclKind, LockSet, MapDecl, Operation};
use go_source::{Program, SourceAccess};
use std::collections::HashSet;
use std::fmt::Write;

/// What is known of one map.
struct Row<'p> {
    decl: &'p MapDecl,
    accesses: usize,
    changes: usize,
    without_lock: usize,
    beside_others: bool,
}

/// Prints the maps that code which runs beside other code changes, those touched without a lock first.
pub(crate) fn run(tree: &Tree, format: Format) -> Result<u8> {
    let program = tree::load(tree, &Source::default(), false, Vec::new());
    for note in &tree.notes {
        output::say(format_args!("note: {note}"));
    }
    for note in program.notes() {
        output::say(format_args!("note: {note}"));
    }
    let mut rows: Vec<Row<'_>> =
        program.decls().iter().filter_map(|decl| row(&program, decl)).collect();
    rows.sort_by_key(|row| (!row.beside_others, std::cmp::Reverse(row.without_lock)));
    let text = match format {
        Format::Json => json(&rows)?,
        Format::Full | Format::Concise | Format::Markdown => table(&rows, program.decls().len()),
    };
    output::data(&text)?;
    output::say(
        "next: tophash doctor CRASH SOURCE joins a crash text or a goroutine dump with this source",
    );
    Ok(if rows.is_empty() { exit::NOTHING_FOUND } else { exit::EXPLAINED })
}

/// The row of a map that is changed once it is shared; others cannot race. A local map is shared
/// when a closure touches it too.
fn row<'p>(program: &'p Program, decl: &'p MapDecl) -> Option<Row<'p>> {
    let shared: Vec<&SourceAccess> =
        program.accesses(&decl.id).iter().filter(|found| !found.access.before_sharing).collect();
    let functions: HashSet<_> = shared.iter().map(|found| &found.access.site.function).collect();
    if matches!(decl.decl, DeclKind::Local | DeclKind::Parameter) && functions.len() < 2 {
        return None;
    }
    let changes = shared.iter().filter(|found| found.access.operation.mutates()).count();
    let unlocked = |found: &&&SourceAccess| {
        matches!(&found.access.locks, LockSet::Held(held) if held.is_empty())
            && found.access.operation != Operation::Length
    };
    (changes > 0).then(|| Row {
        decl,
        accesses: shared.len(),
        changes,
        without_lock: shared.iter().filter(unlocked).count(),
        beside_others: shared.iter().any(|found| found.access.root.is_some()),
    })
}

fn table(rows: &[Row<'_>], declared: usize) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ =
        writeln!(text, "maps declared: {declared}; changed after they are shared: {}", rows.len());
    if rows.is_empty() {
        return text;
    }
    let _ = writeln!(
        text,
        "\n{:>8} {:>7} {:>12}  {:<7} map",
        "accesses", "changes", "without lock", "beside"
    );
    for row in rows {
        let beside = if row.beside_others { "yes" } else { "-" };
        let _ = writeln!(
            text,
            "{:>8} {:>7} {:>12}  {beside:<7} {} ({})",
            row.accesses, row.changes, row.without_lock, row.decl.id, row.decl.site
        );
    }
    text.push_str(
        "\nwithout lock: accesses whose own function holds none; a caller may. \
         beside: some access is reachable from a go statement, a handler or a callback that runs beside others.\n",
    );
    text
}

fn json(rows: &[Row<'_>]) -> Result<String> {
    let maps: Vec<_> = rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "declaration": row.decl,
                "accesses": row.accesses,
                "changes": row.changes,
                "without_lock": row.without_lock,
                "beside_others": row.beside_others,
            })
        })
        .collect();
    let document = serde_json::json!({ "schema_version": report::SCHEMA_VERSION, "maps": maps });
    serde_json::to_string_pretty(&document)
        .map(|text| format!("{text}\n"))
        .map_err(|error| Error::new("cannot write JSON").because(&error))
}
