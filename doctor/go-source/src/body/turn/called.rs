//! What a turn writes, closes and puts into the map.

use super::super::walker::Walker;
use super::calls::{Class, Writer};
use super::walk::Turn;
use crate::hir::{BinaryOp, ExprId, ExprKind};
use crate::turn::{EffectKind, InsertedKey, Sink};
use crate::types::{Kind, Ty};

/// Methods that end a value.
const ENDS: [&str; 8] =
    ["Close", "Stop", "Shutdown", "Release", "Cancel", "cancel", "stop", "close"];

impl<'w> Walker<'w> {
    /// The calls whose results are assigned.
    pub(super) fn turn_calls(
        &mut self,
        left: &[ExprId],
        right: &[ExprId],
        turn: &mut Turn<'_, 'w>,
    ) {
        turn.yields = left.len() > right.len();
        for value in right {
            self.turn_call(*value, turn);
        }
        turn.yields = false;
    }

    pub(super) fn turn_call(&mut self, id: ExprId, turn: &Turn<'_, 'w>) {
        let hir = self.r.hir();
        let id = hir.unparen(id);
        let ExprKind::Call { fun, args, .. } = hir.expr(id).kind else { return };
        let args = hir.exprs(args);
        self.ended(id, fun, args, turn);
        let telling = args.iter().any(|arg| self.mentions(*arg, &turn.tainted));
        if !telling || turn.ends || self.of_one_key(turn) {
            return;
        }
        let span = hir.expr(id).span;
        let own =
            |this: &Self, id: ExprId| this.root_of(id).is_none_or(|root| turn.own.contains(root));
        match self.class_of(id, fun, args, turn.uses) {
            Class::Sinks(Sink::Output) => self.effect(turn, EffectKind::Writes(Sink::Output), span),
            Class::Sinks(Sink::Encoder) if !turn.yields => {
                let method = match hir.expr(hir.unparen(fun)).kind {
                    ExprKind::Selector { base, .. } => {
                        !own(self, base) && self.imported(base).is_none()
                    }
                    _ => false,
                };
                if method {
                    self.effect(turn, EffectKind::Writes(Sink::Encoder), span);
                }
            }
            Class::WritesTo(writer) if !own(self, writer) => match self.writer(writer, turn.uses) {
                Writer::Buffer(buffer) => {
                    let fate = turn.uses.fate(buffer, turn.of.at);
                    if !fate.sorted && !turn.reset.contains(buffer) {
                        self.effect(turn, EffectKind::Builds(fate.sink), span);
                    }
                }
                Writer::Goes(Sink::Log) | Writer::Unknown => {}
                Writer::Goes(sink) => {
                    if !turn.reset.contains(self.written(writer)) {
                        self.effect(turn, EffectKind::Writes(sink), span);
                    }
                }
            },
            _ => {}
        }
    }

    /// The value of the entry at hand is closed.
    pub(super) fn ended(&mut self, id: ExprId, fun: ExprId, args: &[ExprId], turn: &Turn<'_, 'w>) {
        let hir = self.r.hir();
        let fun = hir.unparen(fun);
        let of_value = |this: &Self, id: ExprId| {
            let text = this.written(id);
            (turn.value.is_some() && turn.value == this.root_of(id) && this.is_name_path(id))
                || turn
                    .subject
                    .zip(turn.key)
                    .is_some_and(|(subject, key)| text == format!("{subject}[{key}]"))
        };
        let ends = match hir.expr(fun).kind {
            ExprKind::Selector { base, name } => {
                ENDS.contains(&self.r.text(name)) && args.len() <= 1 && of_value(self, base)
            }
            ExprKind::Name if self.r.text(hir.expr(fun).span) == "close" => {
                args.first().is_some_and(|arg| of_value(self, *arg))
            }
            _ => {
                of_value(self, fun) && {
                    let ty = self.types.get(&fun).copied().unwrap_or(Ty::UNKNOWN);
                    self.r.render(ty, self.r.package()).ends_with("CancelFunc")
                }
            }
        };
        if ends && turn.breakable == 0 && !turn.ends {
            self.effect(turn, EffectKind::Ends, hir.expr(id).span);
        }
    }

    /// A target that is an entry of the map that the loop is over.
    pub(super) fn insertion(&mut self, target: ExprId, turn: &Turn<'_, 'w>) {
        let hir = self.r.hir();
        let target = hir.unparen(target);
        let ExprKind::Index { base, args } = hir.expr(target).kind else { return };
        let [key] = hir.exprs(args) else { return };
        let written = self.written(*key);
        let of_map = turn.subject == Some(self.written(base));
        let shadowed = self.root_of(base).is_none_or(|root| turn.own.contains(root));
        if !of_map || shadowed || turn.ends || turn.key == Some(written) {
            return;
        }
        if turn.inner_keys.contains(written) || turn.present.contains(&written) {
            return;
        }
        let kind = if !self.mentions(*key, &turn.tainted) {
            InsertedKey::Constant
        } else if !turn.guarded && self.is_joined(*key, turn, 0) {
            InsertedKey::Joined
        } else {
            InsertedKey::Other
        };
        self.effect(turn, EffectKind::Inserts(kind), hir.expr(target).span);
    }

    /// A text that the key at hand is a part of.
    pub(super) fn is_joined(&self, key: ExprId, turn: &Turn<'_, 'w>, depth: u32) -> bool {
        let hir = self.r.hir();
        let key = hir.unparen(key);
        let of_key = |args: &[ExprId]| args.iter().any(|arg| turn.key == Some(self.written(*arg)));
        match hir.expr(key).kind {
            ExprKind::Name if depth < 4 => {
                let name = self.written(key);
                let init = turn.uses.inits.get(name).filter(|_| turn.own.contains(name));
                init.is_some_and(|init| self.is_joined(*init, turn, depth.saturating_add(1)))
            }
            ExprKind::Binary { op: BinaryOp::Other, left, right } if depth < 16 => {
                let depth = depth.saturating_add(1);
                let text = |id| {
                    let ty = self.types.get(&id).copied().unwrap_or(Ty::UNKNOWN);
                    self.r.types.kind(ty) == Kind::Basic("string")
                };
                (of_key(&[left, right]) && text(key))
                    || self.is_joined(left, turn, depth)
                    || self.is_joined(right, turn, depth)
            }
            ExprKind::Call { fun, args, .. } => {
                self.written(fun) == "fmt.Sprintf" && of_key(hir.exprs(args))
            }
            _ => false,
        }
    }
}
