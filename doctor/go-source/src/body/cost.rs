//! What accesses cost that could cost less: found in the text of a function once the walk knows its types.
//!
//! Names are told apart by their text: where one is declared again in between, nothing is claimed.

mod copies;
mod count;
mod fill;
mod inserts;
mod pointed;
mod scene;
mod text_key;

use super::walker::Walker;
use crate::Span;
use crate::cost::{Copied, Entries, Turns};
use crate::hir::{DeclId, DeclKind};
use crate::types::Def;
use crate::world::{DeclRef, FileId};
use scene::Scene;

/// A cost of one access.
#[derive(Clone, Debug)]
pub(crate) struct CostFact {
    pub(crate) file: FileId,
    /// Where the access stands.
    pub(crate) at: u32,
    pub(crate) kind: CostKind,
}

/// Which.
#[derive(Clone, Debug)]
pub(crate) enum CostKind {
    Fill(FillFact),
    TextKey {
        converted: Span,
        bytes: Span,
        writes: Vec<u32>,
        looped: bool,
        apart: bool,
    },
    Copy(Copied),
    /// A pointer to a new value of a small type, and the fields of that.
    Pointed {
        of: DeclRef,
        fields: Vec<Def>,
        bytes: u64,
    },
}

/// A map that is made without a size, and filled by a loop.
#[derive(Clone, Debug)]
pub(crate) struct FillFact {
    pub(crate) make: Span,
    pub(crate) filled: Span,
    pub(crate) turns: Turns,
    pub(crate) entries: Entries,
    pub(crate) told_before: bool,
}

impl<'w> Walker<'w> {
    /// Looks at the declared function that was walked.
    /// `accesses` is how many there were before it.
    pub(super) fn settle_costs(&mut self, decl: DeclId, accesses: usize) {
        let hir = self.r.hir();
        let DeclKind::Func(func) = hir.decl(decl).kind else { return };
        if self.depth > 0 || self.facts.accesses.len() == accesses {
            return;
        }
        let scene = Scene::new(self, func);
        self.fills(&scene);
        self.text_keys(&scene);
        self.large_copies(&scene);
        self.small_pointed(&scene);
    }

    fn costs(&mut self, at: u32, kind: CostKind) {
        self.facts.costs.push(CostFact { file: self.r.env.file, at, kind });
    }
}
