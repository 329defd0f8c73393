//! Which functions each call of the source may run, by its place, and which expressions are maps.

use crate::trees::Trees;
use go_source::{CallKind, FunctionId};
use go_syntax::View;
use go_syntax::ast::{CallExpr, SelectorExpr};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The calls of a program by their places.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Callees by file and offset of the call.
    callees: HashMap<Arc<str>, HashMap<u32, Vec<FunctionId>>>,
    /// Expressions that denote maps.
    maps: HashMap<Arc<str>, HashSet<(u32, u32)>>,
}

impl Calls {
    /// Linear in the calls and accesses.
    pub(crate) fn new(trees: &Trees<'_>) -> Self {
        let mut found = Self::default();
        // What a field holds may come from outside the program, too.
        let known = trees.program().calls().iter().filter(|call| call.kind != CallKind::Held);
        for call in known {
            let site = &call.site;
            if let Some(offset) = trees.offset(&site.file, site.line, site.column) {
                let of_file = found.callees.entry(Arc::clone(&site.file)).or_default();
                of_file.entry(offset).or_default().push(call.callee);
            }
        }
        for source in trees.program().all_accesses() {
            let span = source.placement.map;
            let of_file = found.maps.entry(Arc::clone(&source.access.site.file)).or_default();
            of_file.insert((span.start, span.end));
        }
        found
    }

    /// What a call may run; `None` where the program has no such function.
    pub(crate) fn of(&self, path: &str, call: CallExpr<'_>) -> Option<&[FunctionId]> {
        let of_file = self.callees.get(path)?;
        let selector = call.fun().node().cast::<SelectorExpr<'_>>();
        let at = |offset: u32| of_file.get(&offset).map(Vec::as_slice);
        at(call.node().start()).or_else(|| at(selector?.sel().start()))
    }

    /// True when the expression is a map that is accessed there.
    pub(crate) fn is_map(&self, path: &str, start: u32, end: u32) -> bool {
        self.maps.get(path).is_some_and(|of_file| of_file.contains(&(start, end)))
    }
}
