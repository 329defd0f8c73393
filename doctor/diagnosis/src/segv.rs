//! Memory faults whose runtime frames are not printed: when the line leaves nothing but the map to
//! have faulted.
//!
//! Through Go 1.23 the runtime's map functions are hidden at the default GOTRACEBACK, so that a
//! fault inside one looks like a nil pointer of the line itself. Where the statement dereferences
//! nothing else, it was the map.

use crate::context::Context;
use crate::frames::frame_of;
use crate::stacks;
use finding::Operation;
use go_crash::{Fault, FaultKind};
use go_repair::trees::{self, Trees};
use go_source::Program;
use go_syntax::Kind;

/// True when a memory fault can only have been inside the map operation of its line.
pub(crate) fn is_in_map(context: &Context<'_>, program: &Program, fault: &Fault) -> bool {
    if fault.kind != FaultKind::Segv {
        return false;
    }
    let Some(site) = frame_of(fault).map(stacks::site) else { return false };
    let place = context.place(&site);
    let [access] = place.on_line.as_slice() else { return false };
    if matches!(access.access.operation, Operation::Length | Operation::Replace) {
        return false;
    }
    let trees = Trees::new(program);
    let Some(file) = trees.file(&access.access.site.file) else { return false };
    let node = trees::covering(&file, access.placement.statement);
    let statement = if node.kind().is_stmt() {
        Some(node)
    } else {
        node.ancestors().into_iter().rev().find(|node| node.kind().is_stmt())
    };
    statement.is_some_and(|statement| {
        !statement.descendants().any(|node| {
            matches!(
                node.kind(),
                Kind::SelectorExpr
                    | Kind::StarExpr
                    | Kind::CallExpr
                    | Kind::SliceExpr
                    | Kind::FuncLit
                    | Kind::BlockStmt
            )
        })
    })
}
