//! Objects that are handed over so that some of their methods run beside other code: `cron.AddJob(spec, job)`,
//! `builder.Complete(reconciler)`.

use super::facts::CallTarget;
use super::starters;
use super::walker::Walker;
use crate::hir::{ExprId, ExprKind};
use crate::types::{Target, Ty};

impl Walker<'_> {
    /// Notes the methods of an argument that a call starts.
    pub(super) fn starts_methods(
        &mut self,
        call: ExprId,
        (import, of, name): (&str, &str, &str),
        args: &[ExprId],
    ) {
        let Some(object) = starters::object(import, of, name) else { return };
        let Some(arg) = args.get(object.argument) else { return };
        let ty = self.types.get(arg).copied().unwrap_or(Ty::UNKNOWN);
        let many = self.is_many(object.many);
        for method in object.methods {
            let Some(selection) = self.r.select(ty, method) else { continue };
            if let Target::Method { func, .. } = selection.target {
                self.starts(call);
                self.add_root_of(object.kind, CallTarget::Declared(func), call, many);
            }
        }
    }

    /// Whether what is started runs several times at once, as far as the package of the call says.
    pub(super) fn is_many(&self, many: starters::Many) -> bool {
        match many {
            starters::Many::No => false,
            starters::Many::Yes => true,
            starters::Many::Unless(word) => !self.package_mentions(word),
            starters::Many::Where(word) => self.package_mentions(word),
        }
    }

    fn package_mentions(&self, word: &str) -> bool {
        let world = self.r.world;
        let package = world.file(self.r.env.file).and_then(|file| world.package(file.package));
        let files = package.into_iter().flat_map(|package| &package.files);
        files.filter_map(|file| world.file(*file)).any(|file| file.text.contains(word))
    }

    /// Whether a literal that is a subtest lets others run beside it: `t.Run(name, func(t *testing.T) { t.Parallel() … })`.
    pub(super) fn is_parallel(&self, literal: ExprId) -> bool {
        let hir = self.r.hir();
        let ExprKind::FuncLit(func) = hir.expr(hir.unparen(literal)).kind else { return false };
        let func = hir.func(func);
        let Some(name) = hir.params(hir.sig(func.sig).params).first().and_then(|test| test.name)
        else {
            return false;
        };
        let text = self.r.text(func.span);
        let own = text.split(".Run(").next().unwrap_or(text);
        own.contains(&format!("{}.Parallel()", self.r.text(name)))
    }
}
