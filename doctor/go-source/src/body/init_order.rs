//! The order in which a package's variables are initialised, which numbers the literals in their
//! initialisers from Go 1.22 on.
//!
//! Go specification, *Package initialization*: the next variable is the first in declaration order
//! that depends on no uninitialised one. A reference to a function depends on all that it refers to.

use super::init_node::Node;
use super::walker::Walker;
use crate::world::{DeclRef, index};
use rustc_hash::{FxHashMap, FxHashSet};

impl Walker<'_> {
    /// Notes that the declaration at hand refers to another one.
    pub(super) fn refers_to(&mut self, node: Node) {
        if let Some(from) = self.top.filter(|_| self.depth == 0) {
            self.references.entry(from).or_default().insert(node);
        }
    }

    /// Numbers the literals of package-level initialisers in the order of initialisation.
    pub(super) fn renumber(&mut self) {
        let literals = std::mem::take(&mut self.package_literals);
        if self.go_minor <= super::literal::LAST_GLOB || literals.len() < 2 {
            return;
        }
        let order = self.order();
        let rank: FxHashMap<DeclRef, usize> =
            order.into_iter().enumerate().map(|(at, decl)| (decl, at)).collect();
        let mut sorted: Vec<(usize, u32)> = literals
            .iter()
            .map(|(function, decl)| (rank.get(decl).copied().unwrap_or(usize::MAX), *function))
            .collect();
        sorted.sort_unstable();
        for ((_, function), number) in sorted.into_iter().zip(1u32..) {
            self.rename(function, number);
        }
    }

    /// Gives a literal its number, and the literals in it their prefix.
    fn rename(&mut self, function: u32, number: u32) {
        let Some(first) = self.facts.functions.get_mut(index(function)) else { return };
        let new = format!("{}.init.func{number}", self.symbol);
        let old = std::mem::replace(&mut first.symbol, new.clone());
        let inner = self.facts.functions.iter_mut().skip(index(function).saturating_add(1));
        for inner in inner.take_while(|inner| inner.parent.is_some()) {
            if let Some(rest) = inner.symbol.strip_prefix(&old) {
                inner.symbol = format!("{new}{rest}");
            }
        }
    }

    fn order(&self) -> Vec<DeclRef> {
        let needs: Vec<(DeclRef, FxHashSet<DeclRef>)> =
            self.variables.iter().map(|decl| (*decl, self.needs(*decl))).collect();
        let mut done: FxHashSet<DeclRef> = FxHashSet::default();
        let mut order = Vec::with_capacity(needs.len());
        while order.len() < needs.len() {
            let ready = |(decl, needs): &&(DeclRef, FxHashSet<DeclRef>)| {
                !done.contains(decl) && needs.iter().all(|need| done.contains(need) || need == decl)
            };
            let next = needs.iter().find(ready);
            // A cycle does not compile; whatever comes first goes first.
            let next = next.or_else(|| needs.iter().find(|(decl, _)| !done.contains(decl)));
            let Some((decl, _)) = next else { break };
            done.insert(*decl);
            order.push(*decl);
        }
        order
    }

    /// The variables that an initialiser refers to, directly or through functions.
    fn needs(&self, decl: DeclRef) -> FxHashSet<DeclRef> {
        let mut found = FxHashSet::default();
        let mut seen: FxHashSet<Node> = FxHashSet::default();
        let mut todo = vec![Node::Variables(decl)];
        while let Some(node) = todo.pop() {
            for next in self.references.get(&node).into_iter().flatten() {
                if !seen.insert(*next) {
                    continue;
                }
                match next {
                    // What that variable needs is its own affair: it is done before.
                    Node::Variables(variable) => {
                        found.insert(*variable);
                    }
                    Node::Function(_) => todo.push(*next),
                }
            }
        }
        found
    }
}
