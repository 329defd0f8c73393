//! Function literals, named as the compiler names them.
//!
//! Go 1.27, `cmd/compile/internal/ir/func.go`: a literal of a declared function is `f.funcN`, one of
//! a literal `f.func1.N`, the body of a loop over a function `f-rangeN`, a literal in such a body
//! `f-range1.N`. Literals in initialisers of package-level variables hang on `init` (`glob.` until
//! Go 1.21).

use super::facts::{CallTarget, LiteralUse};
use super::walker::{Frame, Walker};
use crate::hir::{ExprId, ExprKind, FuncId};
use crate::types::{Binding, Kind, Meaning, Target, Ty};
use crate::world::{FuncRef, Object, index};
use crate::{CallKind, Span};

/// Until this release literals of package-level initialisers hang on `glob.`.
pub(super) const LAST_GLOB: u32 = 21;

impl<'w> Walker<'w> {
    /// Walks a literal and yields its type.
    pub(super) fn literal(&mut self, id: FuncId, how: LiteralUse) -> Ty {
        let hir = self.r.hir();
        let func = hir.func(id);
        if self.depth > 0 {
            return self.r.convert_sig(hir.sig(func.sig));
        }
        if let Some(body) = func.body.filter(|_| self.frames.is_empty()) {
            // A literal of a package-level initialiser has no function around it that was searched.
            self.note_reassigned(body);
        }
        let symbol = self.literal_symbol();
        let parent = self.function_at_hand();
        let function = self.add_function(id, symbol, parent, func.span.start);
        self.facts.literals.insert((self.r.env.file, id), how);
        if let Some(fact) = self.facts.functions.get_mut(index(function)) {
            fact.once = how == LiteralUse::Once;
        }
        let mark = self.r.mark();
        let outer = self.place;
        self.enter(function, id, Ty::UNKNOWN);
        if let Some(body) = func.body {
            self.block_of(body, func.body_span);
        }
        self.frames.pop();
        self.place = outer;
        self.r.unbind(mark);
        self.r.convert_sig(hir.sig(func.sig))
    }

    fn literal_symbol(&mut self) -> String {
        let Some(frame) = self.frames.last() else {
            let function = super::walker::narrow(self.facts.functions.len());
            if let Some(super::init_node::Node::Variables(decl)) = self.top {
                self.package_literals.push((function, decl));
            }
            let outer = if self.go_minor <= LAST_GLOB { "glob." } else { "init" };
            return format!("{}.{outer}.func{}", self.symbol, self.package_literals.len());
        };
        let counters = self.counters.entry(frame.function).or_default();
        counters.literals = counters.literals.saturating_add(1);
        let number = counters.literals;
        let namer = self.facts.functions.get(index(frame.function));
        let outer = namer.map_or("", |namer| &namer.symbol);
        let nested =
            namer.is_some_and(|namer| namer.range_body || self.r.hir().func(namer.at.func).literal);
        if nested { format!("{outer}.{number}") } else { format!("{outer}.func{number}") }
    }

    /// Makes the body of a loop over a function the function at hand.
    pub(super) fn enter_range_body(&mut self, body: Span) {
        let Some(frame) = self.frames.last().cloned() else { return };
        let counters = self.counters.entry(frame.function).or_default();
        counters.ranges = counters.ranges.saturating_add(1);
        let Some(namer) = self.facts.functions.get(index(frame.function)) else { return };
        let (at, symbol) = (namer.at, format!("{}-range{}", namer.symbol, counters.ranges));
        let number = super::walker::narrow(self.facts.functions.len());
        self.facts.functions.push(super::facts::FunctionFact {
            at,
            symbol,
            parent: Some(frame.function),
            span: body,
            body,
            site: body.start,
            once: false,
            endless: false,
            range_body: true,
            handler: false,
            init: false,
        });
        self.frames.push(Frame { function: number, ..frame });
    }

    /// Writes down that a function is handed over as a value.
    pub(super) fn function_value(&mut self, func: FuncRef, expr: ExprId) {
        self.refers_to(super::init_node::Node::Function(func));
        self.add_call(CallTarget::Declared(func), CallKind::Value, expr);
    }

    pub(super) fn add_call(&mut self, target: CallTarget, kind: CallKind, expr: ExprId) -> u32 {
        let number = super::walker::narrow(self.facts.calls.len());
        let at = self.r.hir().expr(expr).span.start;
        self.facts.calls.push(super::facts::CallFact {
            caller: self.function_at_hand(),
            target,
            kind,
            file: self.r.env.file,
            expr,
            at,
            since: self.first_time(at),
            receiver: None,
            of_element: false,
            given: Vec::new(),
            foreign: false,
            sources: Vec::new(),
        });
        number
    }

    /// The function that an expression denotes: a name, a method value, a literal, a variable that
    /// holds a literal, or a conversion of one of these.
    pub(super) fn function_of(&mut self, id: ExprId) -> Option<FuncRef> {
        let hir = self.r.hir();
        let file = self.r.env.file;
        let expr = hir.expr(hir.unparen(id));
        match expr.kind {
            ExprKind::FuncLit(func) => Some(FuncRef { file, func }),
            ExprKind::Name => match self.r.meaning(self.r.text(expr.span)) {
                Meaning::Object(Object::Func(func)) => Some(func),
                Meaning::Bound(Binding::Local(local)) => {
                    let init = self.local(local)?.init?;
                    match hir.expr(hir.unparen(init)).kind {
                        ExprKind::FuncLit(func) => Some(FuncRef { file, func }),
                        _ => None,
                    }
                }
                _ => None,
            },
            ExprKind::Selector { base, name } => match self.qualified(base, name) {
                Some(Object::Func(func)) => Some(func),
                Some(_) => None,
                None => {
                    let ty = self.types.get(&base).copied().unwrap_or(Ty::UNKNOWN);
                    match self.r.select(ty, self.r.text(name))?.target {
                        Target::Method { func, .. } => Some(func),
                        _ => None,
                    }
                }
            },
            ExprKind::Call { fun, args, .. } => {
                let to = self.r.type_of_expr(fun)?;
                let under = self.r.under(to);
                match (self.r.types.kind(under), hir.exprs(args)) {
                    (Kind::Func { .. }, [one]) => self.function_of(*one),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
