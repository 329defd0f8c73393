//! The locks that a function's own statements hold at a place in its body.
//!
//! A walk over the statements before the place: `Lock` adds, `Unlock` removes, a deferred `Unlock`
//! does nothing before the end. Where ways join, what all of them hold is held; a way that leaves
//! (`return`, `break`, …) does not join.

use finding::LockMode;
use go_syntax::ast::CallExpr;
use go_syntax::{Kind, Node, View};

/// Locks with the way they are held, in the order they were taken.
pub(crate) type Locks = Vec<(String, LockMode)>;

/// The locks held where `offset` lies in the body of a function.
pub(crate) fn at(body: Node<'_>, offset: u32) -> Locks {
    let mut held = Locks::new();
    enter(body, offset, &mut held);
    held
}

/// Walks into the part that holds the offset, with the effects of what comes before.
fn enter(node: Node<'_>, offset: u32, held: &mut Locks) {
    for child in node.children() {
        if child.span().contains(offset) {
            if child.kind() != Kind::FuncLit {
                enter(child, offset, held);
            } else if !called_here(node, child) {
                // A literal that is kept or started elsewhere inherits nothing.
                held.clear();
                enter(child, offset, held);
            } else {
                enter(child, offset, held);
            }
            return;
        }
        if child.start() > offset {
            return;
        }
        effect(child, held);
    }
}

/// True for `func() { … }()`.
fn called_here(node: Node<'_>, literal: Node<'_>) -> bool {
    node.cast::<CallExpr<'_>>().is_some_and(|call| {
        call.fun().start() == literal.start() && call.fun().end() == literal.end()
    })
}

/// What a whole statement does to the locks.
fn effect(node: Node<'_>, held: &mut Locks) {
    match node.kind() {
        Kind::FuncLit | Kind::DeferStmt | Kind::GoStmt => {}
        Kind::CallExpr => {
            node.children().for_each(|child| effect(child, held));
            if let Some((path, taken)) = operation(node) {
                match taken {
                    Some(mode) => held.push((path, mode)),
                    None => {
                        if let Some(at) = held.iter().rposition(|(known, _)| *known == path) {
                            held.remove(at);
                        }
                    }
                }
            }
        }
        Kind::IfStmt
        | Kind::SwitchStmt
        | Kind::TypeSwitchStmt
        | Kind::SelectStmt
        | Kind::ForStmt
        | Kind::RangeStmt => {
            branch(node, held);
        }
        _ => node.children().for_each(|child| effect(child, held)),
    }
}

/// Joins the ways through the blocks of a statement.
fn branch(node: Node<'_>, held: &mut Locks) {
    let mut ways: Vec<Locks> = Vec::new();
    for child in node.children() {
        if matches!(
            child.kind(),
            Kind::BlockStmt | Kind::CaseClause | Kind::CommClause | Kind::IfStmt
        ) {
            let clauses: Vec<_> = child
                .children()
                .filter(|c| matches!(c.kind(), Kind::CaseClause | Kind::CommClause))
                .collect();
            let blocks = if clauses.is_empty() { vec![child] } else { clauses };
            for block in blocks {
                let mut way = held.clone();
                block.children().for_each(|statement| effect(statement, &mut way));
                if !leaves(block) {
                    ways.push(way);
                }
            }
        } else {
            effect(child, held);
        }
    }
    for way in ways {
        held.retain(|lock| way.contains(lock));
    }
}

/// True when the last statement of a block does not go on behind it.
pub(crate) fn leaves(block: Node<'_>) -> bool {
    block.children().last().is_some_and(|last| match last.kind() {
        Kind::ReturnStmt | Kind::BranchStmt => true,
        Kind::ExprStmt => last.text().starts_with("panic("),
        _ => false,
    })
}

/// The path and mode of `path.Lock()`; no mode for an unlock.
pub(crate) fn operation(call: Node<'_>) -> Option<(String, Option<LockMode>)> {
    let call = call.cast::<CallExpr<'_>>()?;
    if call.args().next().is_some() {
        return None;
    }
    let fun = call.fun();
    let selector = fun.node().cast::<go_syntax::ast::SelectorExpr<'_>>()?;
    let taken = match selector.sel().text() {
        "Lock" => Some(LockMode::Write),
        "RLock" => Some(LockMode::Read),
        "Unlock" | "RUnlock" => None,
        _ => return None,
    };
    Some((selector.operand().node().text().to_owned(), taken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::body_around;

    fn held(body: &str) -> Vec<String> {
        let text = format!("package p\nfunc f() {{\n{body}\n}}\n");
        let file = go_syntax::parse(text.as_str());
        let offset = u32::try_from(text.find("HERE").unwrap()).unwrap();
        let body = body_around(&file, offset).unwrap();
        at(body, offset).into_iter().map(|(path, mode)| format!("{mode:?} {path}")).collect()
    }

    #[test]
    fn locks_are_held_from_lock_to_unlock() {
        assert_eq!(held("c.mu.Lock()\ndefer c.mu.Unlock()\nHERE()"), ["Write c.mu"]);
        assert_eq!(held("c.mu.RLock()\nx()\nHERE()\nc.mu.RUnlock()"), ["Read c.mu"]);
        assert!(held("c.mu.Lock()\nx()\nc.mu.Unlock()\nHERE()").is_empty());
        assert_eq!(held("a.Lock()\nb.Lock()\na.Unlock()\nHERE()"), ["Write b"]);
    }

    #[test]
    fn a_way_that_leaves_does_not_count_and_one_that_stays_does() {
        assert_eq!(held("mu.Lock()\nif x {\nmu.Unlock()\nreturn\n}\nHERE()"), ["Write mu"]);
        assert!(held("mu.Lock()\nif x {\nmu.Unlock()\n}\nHERE()").is_empty());
        assert!(held("if x {\nmu.Lock()\n}\nHERE()").is_empty());
        assert_eq!(held("mu.Lock()\nfor x {\nHERE()\n}"), ["Write mu"]);
        assert_eq!(
            held("mu.Lock()\nswitch {\ncase a:\nmu.Unlock()\nreturn\ndefault:\n}\nHERE()"),
            ["Write mu"]
        );
    }

    #[test]
    fn a_literal_inherits_only_where_it_is_called_at_once() {
        assert!(held("mu.Lock()\ngo func() {\nHERE()\n}()").is_empty());
        assert!(held("mu.Lock()\nf := func() { HERE() }\nf()").is_empty());
        assert_eq!(held("mu.Lock()\nif HERE() {\n}"), ["Write mu"]);
    }
}
