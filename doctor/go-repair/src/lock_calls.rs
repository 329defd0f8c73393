//! The calls of one function that take a lock and give it back, as they are written.

use go_syntax::ast::{CallExpr, DeferStmt, ExprStmt, SelectorExpr};
use go_syntax::{Kind, Node, View};

/// What a call does to a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    Lock,
    RLock,
    Unlock,
    RUnlock,
    /// Something else: `TryLock`, `RLocker`.
    Other,
}

impl Does {
    pub(crate) fn takes(self) -> bool {
        matches!(self, Self::Lock | Self::RLock)
    }
}

/// A call of a method of a lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LockCall<'f> {
    pub(crate) does: Does,
    /// The name of the method.
    pub(crate) method: Node<'f>,
    /// Whether it stands in a function literal, and not in one that is deferred.
    pub(crate) in_literal: bool,
}

/// A statement that does nothing but call a method of a lock, perhaps deferred.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LockStatement<'f> {
    pub(crate) does: Does,
    pub(crate) deferred: bool,
    pub(crate) node: Node<'f>,
}

/// Every call on the lock of this path inside a node, in order.
pub(crate) fn inside<'f>(node: Node<'f>, path: &str) -> Vec<LockCall<'f>> {
    let mut found = Vec::new();
    walk(node, path, false, &mut found);
    found
}

fn walk<'f>(node: Node<'f>, path: &str, in_literal: bool, found: &mut Vec<LockCall<'f>>) {
    if let Some((does, method)) = node.cast::<CallExpr<'f>>().and_then(|call| read(call, path)) {
        found.push(LockCall { does, method, in_literal });
    }
    for child in node.children() {
        let deferred = node.kind() == Kind::CallExpr
            && node.parent().is_some_and(|up| up.kind() == Kind::DeferStmt);
        let literal = child.kind() == Kind::FuncLit && !deferred;
        walk(child, path, in_literal || literal, found);
    }
}

/// What a statement does to the lock of this path, where it does nothing else.
pub(crate) fn of_statement<'f>(node: Node<'f>, path: &str) -> Option<LockStatement<'f>> {
    let deferred = node.cast::<DeferStmt<'f>>();
    let expr = match deferred {
        Some(deferred) => deferred.call(),
        None => node.cast::<ExprStmt<'f>>()?.expr(),
    };
    let (does, _) = read(expr.as_call()?, path)?;
    Some(LockStatement { does, deferred: deferred.is_some(), node })
}

fn read<'f>(call: CallExpr<'f>, path: &str) -> Option<(Does, Node<'f>)> {
    let selector = call.fun().node().cast::<SelectorExpr<'f>>()?;
    let operand = selector.operand().node().text();
    // A promoted method is that of the mutex which the value embeds.
    let embedded = path
        .strip_prefix(operand)
        .is_some_and(|rest| rest.is_empty() || matches!(rest, ".Mutex" | ".RWMutex"));
    if !embedded {
        return None;
    }
    let method = selector.sel().node();
    let does = match method.text() {
        "Lock" => Does::Lock,
        "RLock" => Does::RLock,
        "Unlock" => Does::Unlock,
        "RUnlock" => Does::RUnlock,
        "TryLock" | "TryRLock" | "RLocker" => Does::Other,
        // A method of the value that embeds the mutex.
        _ => return None,
    };
    Some((does, method))
}
