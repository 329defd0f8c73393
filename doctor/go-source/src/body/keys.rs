//! Keys of accesses that cannot work.

use super::walker::Walker;
use crate::Shape;
use crate::hir::{ExprId, ExprKind, UnaryOp};
use crate::key::KeyFault;
use crate::types::{Kind, Ty};
use crate::world::FileId;

/// Types inside of types, at most.
const MAX_DEPTH: u32 = 8;

/// A key that does not work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyFact {
    pub(crate) file: FileId,
    /// Where the access stands.
    pub(crate) at: u32,
    pub(crate) fault: KeyFault,
}

impl<'w> Walker<'w> {
    /// Notes what is wrong with the key of an access, whose own type is known by now.
    pub(super) fn note_key(
        &mut self,
        key_type: Ty,
        key: ExprId,
        at: u32,
        shape: Shape,
        unused: bool,
    ) {
        let under = self.r.under(key_type);
        let written = matches!(shape, Shape::Assign | Shape::OpAssign | Shape::IncDec);
        let fault = match self.r.types.kind(under) {
            Kind::Interface(_) => {
                let ty = self.types.get(&key).copied().unwrap_or(Ty::UNKNOWN);
                match self.is_unhashable(ty, 0) {
                    true => Some(KeyFault::Unhashable),
                    false => self.looks_up_new(key, written, unused),
                }
            }
            Kind::Pointer(_) => self.looks_up_new(key, written, unused),
            Kind::Basic("float64" | "float32") if written && self.may_be_nan(key, 0) => {
                Some(KeyFault::PerhapsNan)
            }
            _ if self.r.is_named(key_type, "time", "Time") && written => {
                match self.is_now(key, 0) {
                    Some(true) => Some(KeyFault::MonotonicTime),
                    Some(false) => None,
                    None => Some(KeyFault::Time),
                }
            }
            _ => None,
        };
        if let Some(fault) = fault {
            self.facts.keys.push(KeyFact { file: self.r.env.file, at, fault });
        }
    }

    fn looks_up_new(&self, key: ExprId, written: bool, unused: bool) -> Option<KeyFault> {
        if written {
            return None;
        }
        let hir = self.r.hir();
        let key = hir.unparen(key);
        let made = match hir.expr(key).kind {
            ExprKind::Name => unused.then(|| self.initialiser(key)).flatten(),
            _ => Some(key),
        };
        made.is_some_and(|made| self.is_new_pointer(made)).then_some(KeyFault::FreshPointer)
    }

    /// `&T{…}` of a type that has a size.
    fn is_new_pointer(&self, value: ExprId) -> bool {
        let hir = self.r.hir();
        let ExprKind::Unary { op: UnaryOp::Address, x } = hir.expr(hir.unparen(value)).kind else {
            return false;
        };
        matches!(hir.expr(hir.unparen(x)).kind, ExprKind::Composite { elements, .. } if !elements.is_empty())
    }

    /// What a variable was declared with that is never assigned again.
    fn initialiser(&self, name: ExprId) -> Option<ExprId> {
        let text = self.r.text(self.r.hir().expr(name).span);
        self.r.local(text).and_then(|local| self.local(local)).and_then(|local| local.init)
    }

    /// Whether a variable of the function at hand is known to nobody else yet.
    pub(super) fn is_unused(&self, key: ExprId) -> bool {
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(key));
        expr.kind == ExprKind::Name
            && self
                .r
                .local(self.r.text(expr.span))
                .and_then(|local| self.local(local))
                .is_some_and(|local| local.fresh && local.escape == u32::MAX)
    }

    /// A slice, map or function, or a struct or array that holds one.
    fn is_unhashable(&mut self, ty: Ty, depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let depth = depth.saturating_add(1);
        let under = self.r.under(ty);
        match self.r.types.kind(under) {
            Kind::Slice(_) | Kind::Map { .. } | Kind::Func { .. } => true,
            Kind::Array(elem, _) => self.is_unhashable(elem, depth),
            Kind::Struct(id) => {
                let fields: Vec<Ty> =
                    self.r.types.fields(id).iter().map(|field| field.ty).collect();
                fields.into_iter().any(|ty| self.is_unhashable(ty, depth))
            }
            _ => false,
        }
    }

    /// A quotient, a logarithm, a root, a number that was parsed.
    fn may_be_nan(&self, key: ExprId, depth: u32) -> bool {
        let hir = self.r.hir();
        let key = hir.unparen(key);
        match hir.expr(key).kind {
            ExprKind::Name if depth < MAX_DEPTH => self
                .initialiser(key)
                .is_some_and(|init| self.may_be_nan(init, depth.saturating_add(1))),
            ExprKind::Call { fun, .. } => matches!(
                self.r.text(hir.expr(hir.unparen(fun)).span),
                "math.Log"
                    | "math.Log2"
                    | "math.Log10"
                    | "math.Sqrt"
                    | "math.Pow"
                    | "math.Mod"
                    | "math.NaN"
                    | "math.Acos"
                    | "math.Asin"
            ),
            ExprKind::Binary { left, right, .. } => {
                let between =
                    crate::Span { start: hir.expr(left).span.end, end: hir.expr(right).span.start };
                let divisor = hir.expr(hir.unparen(right)).kind;
                self.r.text(between).contains('/') && !matches!(divisor, ExprKind::Literal(_))
            }
            _ => false,
        }
    }

    /// Whether a time is the result of `time.Now` as it is; `None` where nothing is known of it.
    fn is_now(&self, key: ExprId, depth: u32) -> Option<bool> {
        let hir = self.r.hir();
        let key = hir.unparen(key);
        match hir.expr(key).kind {
            ExprKind::Name if depth < MAX_DEPTH => {
                self.initialiser(key).and_then(|init| self.is_now(init, depth.saturating_add(1)))
            }
            ExprKind::Call { fun, .. } => {
                let fun = self.r.text(hir.expr(hir.unparen(fun)).span);
                match fun.rsplit('.').next().unwrap_or(fun) {
                    "Now" if fun == "time.Now" => Some(true),
                    "Add" | "AddDate" => None,
                    "Truncate" | "Round" | "UTC" | "Date" | "Unix" | "UnixMilli" => Some(false),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
