//! Maps that are used through package reflect.

use super::walker::Walker;
use crate::Shape;
use crate::hir::{ExprId, ExprKind};
use crate::types::{Binding, Meaning};
use finding::Operation;

/// Methods of `reflect.Value` and `reflect.MapIter` that touch a map.
const REFLECT: &[(&str, Operation)] = &[
    ("MapIndex", Operation::Read),
    ("MapKeys", Operation::Iterate),
    ("MapRange", Operation::Iterate),
    ("Next", Operation::Iterate),
    ("SetMapIndex", Operation::Write),
];

/// Values are followed through this many calls and variables.
const MAX_STEPS: u32 = 6;

impl Walker<'_> {
    /// Notes what a method of package reflect does to the map its receiver was made of.
    pub(super) fn reflected(&mut self, call: ExprId, base: ExprId, name: &str) {
        let Some((_, operation)) = REFLECT.iter().find(|known| known.0 == name) else { return };
        let Some(map) = self.behind(base, 0) else { return };
        // Written as the value the operation is called on, unless that is made on the spot.
        let hir = self.r.hir();
        let spot = matches!(hir.expr(hir.unparen(base)).kind, ExprKind::Call { .. });
        let shown = hir.expr(if spot { map } else { base }).span;
        if let Some(place) = self.map_place(map) {
            self.access_at(&place, *operation, Shape::Call, shown, hir.expr(call).span, call);
        }
    }

    /// The expression that a `reflect.Value` or an iterator over one was made of.
    fn behind(&mut self, id: ExprId, steps: u32) -> Option<ExprId> {
        if steps > MAX_STEPS {
            return None;
        }
        let next = steps.saturating_add(1);
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(id));
        match expr.kind {
            ExprKind::Name => match self.r.meaning(self.r.text(expr.span)) {
                Meaning::Bound(Binding::Local(local)) => {
                    let init = self.local(local)?.init?;
                    self.behind(init, next)
                }
                _ => None,
            },
            ExprKind::Call { fun, args, .. } => {
                let func = self.function_of(fun)?;
                match self.identity(func) {
                    ("reflect", "", "ValueOf") => hir.exprs(args).first().copied(),
                    ("reflect", "", "Indirect") => self.behind(*hir.exprs(args).first()?, next),
                    ("reflect", "Value", "Elem" | "MapRange") => {
                        match hir.expr(hir.unparen(fun)).kind {
                            ExprKind::Selector { base, .. } => self.behind(base, next),
                            _ => None,
                        }
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
