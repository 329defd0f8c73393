//! Locks that the callers of a function hold when they call it.
//!
//! A helper that is only ever called under the lock is as safe as one that takes it. Paths are
//! carried over calls of methods: the caller's `r` becomes the callee's receiver.

use crate::held::{self, Locks};
use crate::trees::{self, Trees, body_around};
use finding::{Access, LockMode};
use go_source::{Call, CallKind, Function, FunctionId, SourceAccess, Span};
use go_syntax::ast::{FuncDecl, SelectorExpr};
use go_syntax::{Kind, Node, View};

/// How far up the calls are followed.
const DEPTH: u32 = 6;

/// Answers which locks the callers of a function hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallersHold<'t> {
    trees: &'t Trees<'t>,
}

impl<'t> CallersHold<'t> {
    pub(crate) fn new(trees: &'t Trees<'t>) -> Self {
        Self { trees }
    }

    /// The locks held at every call of a function, by the names the function itself would use.
    /// None where no call is known or one of them holds nothing.
    pub(crate) fn of(&self, function: Option<FunctionId>) -> Locks {
        function.map(|id| self.held_by_all(id, DEPTH)).unwrap_or_default()
    }

    /// The same for the function of an access.
    pub(crate) fn of_access(&self, accesses: &[SourceAccess], access: &Access) -> Locks {
        let same = |source: &&SourceAccess| source.access.site == access.site;
        self.of(accesses.iter().find(same).and_then(|source| source.function))
    }

    /// The locks that some caller may hold, however far up, by their last name.
    pub(crate) fn possible(&self, function: FunctionId) -> Vec<(String, Call)> {
        let mut found = Vec::new();
        let mut seen = vec![function];
        let mut open = vec![function];
        while let Some(next) = open.pop() {
            for call in self.trees.program().callers(next) {
                for (path, _) in self.at(call) {
                    found.push((path, call.clone()));
                }
                // What a goroutine's starter holds, the goroutine does not wait for.
                let Some(caller) = call.caller.filter(|_| call.kind != CallKind::Go) else {
                    continue;
                };
                if !seen.contains(&caller) {
                    seen.push(caller);
                    open.push(caller);
                }
            }
        }
        found
    }

    fn held_by_all(&self, function: FunctionId, depth: u32) -> Locks {
        let Some(depth) = depth.checked_sub(1) else { return Locks::new() };
        let mut common: Option<Locks> = None;
        for call in self.trees.program().callers(function) {
            let mut here = self.at(call);
            if let Some(caller) = call.caller.filter(|_| call.kind != CallKind::Go) {
                here.extend(self.held_by_all(caller, depth));
            }
            let carried = self.carried(call, function, here);
            common = Some(match common {
                None => carried,
                Some(known) => known.into_iter().filter(|lock| carried.contains(lock)).collect(),
            });
            if common.as_ref().is_some_and(Vec::is_empty) {
                break;
            }
        }
        let mut common = common.unwrap_or_default();
        common.dedup();
        common
    }

    /// The locks held at a call, as the caller writes them.
    fn at(&self, call: &Call) -> Locks {
        if call.kind == CallKind::Go || call.kind == CallKind::Defer {
            return Locks::new();
        }
        let site = &call.site;
        let Some((file, offset)) =
            self.trees.file(&site.file).zip(self.trees.offset(&site.file, site.line, site.column))
        else {
            return Locks::new();
        };
        if call.kind == CallKind::Value && !handed_to_call(&file, offset) {
            return Locks::new();
        }
        body_around(&file, offset).map(|body| held::at(body, offset)).unwrap_or_default()
    }

    /// The caller's paths in the callee's names.
    fn carried(&self, call: &Call, callee: FunctionId, locks: Locks) -> Locks {
        if locks.is_empty() {
            return locks;
        }
        let site = &call.site;
        let receivers = self
            .trees
            .file(&site.file)
            .zip(self.trees.offset(&site.file, site.line, site.column))
            .and_then(|(file, offset)| {
                let operand = operand_at(&file, offset)?;
                let receiver = self.receiver(self.trees.program().function_by_id(callee)?)?;
                Some((operand, receiver))
            });
        let Some((operand, receiver)) = receivers else { return locks };
        locks
            .into_iter()
            .map(|(path, mode): (String, LockMode)| match path.strip_prefix(operand.as_str()) {
                Some(rest) if rest.is_empty() || rest.starts_with('.') => {
                    (format!("{receiver}{rest}"), mode)
                }
                _ => (path, mode),
            })
            .collect()
    }

    /// The name of a method's receiver.
    fn receiver(&self, function: &Function) -> Option<String> {
        let file = self.trees.file(&function.site.file)?;
        let node = trees::exact(&file, function.span);
        let name = node.cast::<FuncDecl<'_>>()?.receiver()?.names().next()?;
        Some(name.text().to_owned())
    }
}

/// True when the function is an argument of a call that may run it before it returns: not of a call
/// that keeps it for later, as far as the name tells.
fn handed_to_call(file: &go_syntax::File, offset: u32) -> bool {
    let node = trees::covering(file, Span { start: offset, end: offset.saturating_add(1) });
    let ancestors = node.ancestors();
    let call = ancestors.iter().rev().find(|node| node.kind() == Kind::CallExpr);
    let started =
        ancestors.iter().any(|node| matches!(node.kind(), Kind::GoStmt | Kind::DeferStmt));
    let keeps = |call: &Node<'_>| {
        let name = call
            .children()
            .next()
            .map(|fun| fun.text().rsplit('.').next().unwrap_or_default().to_owned())
            .unwrap_or_default();
        [
            "Handle",
            "HandleFunc",
            "AfterFunc",
            "Go",
            "Register",
            "Subscribe",
            "Notify",
            "OnClose",
            "Cleanup",
            "SetFinalizer",
        ]
        .contains(&name.as_str())
    };
    call.is_some_and(|call| !keeps(call)) && !started
}

/// The operand of the method selector that is called or handed over at an offset.
fn operand_at(file: &go_syntax::File, offset: u32) -> Option<String> {
    let node = trees::covering(file, Span { start: offset, end: offset.saturating_add(1) });
    let mut ancestors = node.ancestors();
    ancestors.push(node);
    let selector = ancestors.iter().rev().take(3).find_map(|node| node.cast::<SelectorExpr<'_>>());
    let selector = selector.or_else(|| {
        ancestors.iter().rev().find_map(|node| {
            let call = node.cast::<go_syntax::ast::CallExpr<'_>>()?;
            call.fun().node().cast::<SelectorExpr<'_>>()
        })
    })?;
    Some(selector.operand().node().text().to_owned())
}
