//! How many turns a loop has, where that can be told before its first.

use super::super::walker::Walker;
use super::scene::Scene;
use crate::cost::Turns;
use crate::hir::{BinaryOp, DeclKind, ExprId, ExprKind, StmtId, StmtKind};
use crate::types::{Binding, Kind, Meaning, Ty};
use crate::world::Object;

/// A loop whose turns are known.
pub(super) struct Loop<'w> {
    pub(super) turns: Turns,
    /// What names the turns, where that is a path of names: `xs` of `len(xs)`.
    pub(super) path: Option<ExprId>,
    /// The variable that differs from turn to turn.
    pub(super) distinct: Option<&'w str>,
    /// The variables of the loop.
    pub(super) own: Vec<&'w str>,
    pub(super) body: StmtId,
}

const INTEGERS: [&str; 11] = [
    "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
    "uintptr",
];

impl<'w> Walker<'w> {
    /// The loop that a statement is.
    pub(super) fn counted(&mut self, stmt: StmtId, scene: &Scene<'w>) -> Option<Loop<'w>> {
        let hir = self.r.hir();
        match hir.stmt(stmt).kind {
            StmtKind::Labeled { stmt, .. } => self.counted(stmt, scene),
            StmtKind::Range { key, value, subject, body, .. } => {
                let name =
                    |id: ExprId| Some(self.r.text(hir.expr(id).span)).filter(|name| *name != "_");
                let (key, value) = (key.and_then(name), value.and_then(name));
                let own = key.into_iter().chain(value).collect();
                let (turns, path) = self.turns_over(subject, scene)?;
                Some(Loop { turns, path, distinct: key, own, body })
            }
            StmtKind::For { init: Some(init), cond: Some(cond), post: Some(post), body } => {
                let StmtKind::Define { left, right } = hir.stmt(init).kind else { return None };
                let ([name], [from]) = (hir.exprs(left), hir.exprs(right)) else { return None };
                let name = self.r.text(hir.expr(*name).span);
                let StmtKind::IncDec(step) = hir.stmt(post).kind else { return None };
                let up = self.r.text(hir.stmt(post).span).ends_with("++");
                let ExprKind::Binary { op: BinaryOp::Compare, left, right } =
                    hir.expr(hir.unparen(cond)).kind
                else {
                    return None;
                };
                let of_name = |id: ExprId| self.r.text(hir.expr(id).span) == name;
                if self.r.number(*from) != Some(0)
                    || !up
                    || !of_name(step)
                    || !of_name(left)
                    || scene.assigns_in(name, hir.stmt(body).span)
                {
                    return None;
                }
                let between = crate::Span::new(hir.expr(left).span.end, hir.expr(right).span.start);
                let (turns, path) = self.turns_to(right, scene)?;
                let turns = match (self.r.text(between).trim(), turns) {
                    ("<", turns) => turns,
                    ("<=", Turns::Number(number)) => Turns::Number(number.saturating_add(1)),
                    ("<=", Turns::Expression(text)) => {
                        Turns::Expression(format!("{text} + 1").into())
                    }
                    _ => return None,
                };
                Some(Loop { turns, path, distinct: Some(name), own: vec![name], body })
            }
            _ => None,
        }
    }

    /// The turns of a loop over a value.
    fn turns_over(
        &mut self,
        subject: ExprId,
        scene: &Scene<'w>,
    ) -> Option<(Turns, Option<ExprId>)> {
        let hir = self.r.hir();
        let subject = hir.unparen(subject);
        let ty = self.types.get(&subject).copied().unwrap_or(Ty::UNKNOWN);
        let under = self.r.under(ty);
        let base = match self.r.types.kind(under) {
            Kind::Pointer(to) => self.r.under(to),
            _ => under,
        };
        let elements = match self.r.types.kind(base) {
            Kind::Array(_, Some(number)) => return Some((Turns::Number(number), None)),
            Kind::Slice(_) | Kind::Array(..) | Kind::Map { .. } => self.elements_of(subject, scene),
            Kind::Basic("string") => return None,
            _ => return self.turns_to(subject, scene),
        };
        if let Some(elements) = elements {
            return Some((Turns::Number(elements), None));
        }
        let path = self.is_name_path(subject).then_some(subject);
        let sliced = matches!(
            hir.expr(subject).kind,
            ExprKind::Slice { base, .. } | ExprKind::Index { base, .. } if self.is_name_path(base)
        );
        if path.is_none() && !sliced {
            return None;
        }
        let text = format!("len({})", self.r.text(hir.expr(subject).span));
        Some((Turns::Expression(text.into()), path))
    }

    /// The turns of a loop up to a number.
    fn turns_to(&mut self, bound: ExprId, scene: &Scene<'w>) -> Option<(Turns, Option<ExprId>)> {
        let hir = self.r.hir();
        let bound = hir.unparen(bound);
        if let Some(number) = self.r.number(bound) {
            return Some((Turns::Number(number), None));
        }
        match hir.expr(bound).kind {
            ExprKind::Call { fun, args, .. } if self.r.text(hir.expr(fun).span) == "len" => {
                let [of] = hir.exprs(args) else { return None };
                self.turns_over(*of, scene)
            }
            ExprKind::Name | ExprKind::Selector { .. } if self.is_name_path(bound) => {
                if let Some(number) = self.constant(bound, scene) {
                    return Some((Turns::Number(number), None));
                }
                let ty = self.types.get(&bound).copied().unwrap_or(Ty::UNKNOWN);
                let under = self.r.under(ty);
                let integer = matches!(self.r.types.kind(under), Kind::Basic(name) if INTEGERS.contains(&name));
                let text = self.r.text(hir.expr(bound).span);
                integer.then(|| (Turns::Expression(text.into()), Some(bound)))
            }
            _ => None,
        }
    }

    /// The number that a variable or constant was declared with and keeps.
    fn constant(&self, id: ExprId, scene: &Scene<'w>) -> Option<u64> {
        let hir = self.r.hir();
        let ExprKind::Name = hir.expr(id).kind else { return None };
        let name = self.r.text(hir.expr(id).span);
        if let Some(init) = scene.init(name) {
            return self.r.number(init);
        }
        if self.r.meaning(name) != Meaning::Object(Object::Const) {
            return None;
        }
        hir.all_decls().find_map(|(_, decl)| {
            let DeclKind::Const { names, values } = decl.kind else { return None };
            let at = hir.names(names).iter().position(|of| self.r.text(*of) == name)?;
            hir.exprs(values).get(at).and_then(|value| self.r.number(*value))
        })
    }

    /// How many elements a literal has, or a variable that keeps one.
    fn elements_of(&self, id: ExprId, scene: &Scene<'w>) -> Option<u64> {
        let hir = self.r.hir();
        let id = hir.unparen(id);
        match hir.expr(id).kind {
            ExprKind::Composite { elements, .. } => u64::try_from(elements.len()).ok(),
            ExprKind::Name => {
                let name = self.r.text(hir.expr(id).span);
                if let Some(init) = scene.init(name).map(|init| hir.unparen(init)) {
                    let literal = matches!(hir.expr(init).kind, ExprKind::Composite { .. });
                    return if literal { self.elements_of(init, scene) } else { None };
                }
                if scene.declares_in(name, ALL) {
                    return None;
                }
                let Meaning::Object(Object::Var(decl, at)) = self.r.meaning(name) else {
                    return None;
                };
                let file = self.r.world.file(decl.file)?;
                let DeclKind::Var { values, .. } = file.hir.decl(decl.decl).kind else {
                    return None;
                };
                let value = *file.hir.exprs(values).get(crate::world::index(at))?;
                match file.hir.expr(file.hir.unparen(value)).kind {
                    ExprKind::Composite { elements, .. } if !elements.is_empty() => {
                        u64::try_from(elements.len()).ok()
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a name means what the language predeclares.
    pub(super) fn is_predeclared(&self, name: &str, scene: &Scene<'w>) -> bool {
        let bound = matches!(self.r.meaning(name), Meaning::Bound(Binding::Local(_)));
        self.r.meaning(name) == Meaning::Universe && !bound && !scene.declares_in(name, ALL)
    }
}

/// Everything.
pub(super) const ALL: crate::Span = crate::Span { start: 0, end: u32::MAX };
