//! The walk over the body of one loop over a map.

use super::super::walker::Walker;
use super::calls::{Class, Writer};
use super::fate::Uses;
use super::{EffectFact, MapLoop};
use crate::Span;
use crate::hir::{BinaryOp, BranchKind, DeclKind, ExprId, ExprKind, List, StmtId, StmtKind};
use crate::turn::{Choice, EffectKind, InsertedKey, Sink};
use crate::types::{Kind, Ty};
use rustc_hash::FxHashSet;

/// Methods that end a value.
const ENDS: [&str; 8] =
    ["Close", "Stop", "Shutdown", "Release", "Cancel", "cancel", "stop", "close"];

/// Functions of `strings` and their like that several keys may satisfy.
const PATTERNS: [&str; 6] =
    ["HasPrefix", "HasSuffix", "Contains", "Match", "MatchString", "CutPrefix"];

/// What the walk knows.
struct Turn<'a, 'w> {
    of: &'a MapLoop,
    uses: &'a Uses<'w>,
    key: Option<&'w str>,
    value: Option<&'w str>,
    /// The map, where it has a name.
    subject: Option<&'w str>,
    /// Names that are declared inside the loop.
    own: FxHashSet<&'w str>,
    /// Names whose value depends on the entry at hand.
    tainted: FxHashSet<&'w str>,
    /// Keys of loops inside over the same map.
    inner_keys: FxHashSet<&'w str>,
    /// The conditions on the way.
    conditions: Vec<ExprId>,
    /// Lookups of the same map that are known to have found something.
    present: Vec<&'w str>,
    /// Loops, switches and selects inside: what a `break` there leaves.
    breakable: u32,
    /// Whether the list of statements at hand ends the loop.
    ends: bool,
    /// Branches of a switch over the key: each is taken once.
    by_key: bool,
    /// The loop looks at its key before it does anything, perhaps.
    guarded: bool,
    /// The call at hand yields more than an error.
    yields: bool,
    /// Buffers that are emptied in each turn.
    reset: FxHashSet<&'w str>,
    /// Where the loop ends.
    end: u32,
}

impl<'w> Walker<'w> {
    /// Writes down what the turns of a loop leave behind.
    pub(super) fn effects_of(&mut self, of: &MapLoop, uses: &Uses<'w>) {
        let hir = self.r.hir();
        let name = |span: Option<Span>| span.map(|span| self.r.text(span));
        let (key, value) = (name(of.key), name(of.value));
        let subject = self.is_name_path(of.subject).then(|| self.written(of.subject));
        let mut own: FxHashSet<&str> = key.into_iter().chain(value).collect();
        let mut reset = FxHashSet::default();
        let mut conditions = Vec::new();
        let mut todo = vec![of.body];
        while let Some(stmt) = todo.pop() {
            let mut names = Vec::new();
            super::super::assigned::declared(hir, stmt, &mut names);
            own.extend(names.into_iter().map(|name| self.r.text(name)));
            if let StmtKind::If { cond, .. } = hir.stmt(stmt).kind {
                conditions.push(cond);
            }
            if let StmtKind::Expr(expr) = hir.stmt(stmt).kind {
                reset.extend(self.r.text(hir.expr(expr).span).strip_suffix(".Reset()"));
            }
            super::super::assigned::below(hir, stmt, &mut todo);
        }
        let mut names = own.clone();
        names.retain(|name| value != Some(name));
        let guarded = conditions.iter().any(|cond| self.mentions(*cond, &names));
        let mut turn = Turn {
            of,
            uses,
            key,
            value,
            subject,
            tainted: key.into_iter().chain(value).collect(),
            own,
            inner_keys: FxHashSet::default(),
            conditions: Vec::new(),
            present: Vec::new(),
            breakable: 0,
            ends: false,
            by_key: false,
            yields: false,
            guarded,
            reset,
            end: hir.stmt(of.body).span.end,
        };
        self.turn_stmt(of.body, &mut turn);
    }

    fn effect(&mut self, turn: &Turn<'_, 'w>, kind: EffectKind, span: Span) {
        // What is printed for debugging is read, and not compared.
        let debugs = turn
            .uses
            .debugs
            .iter()
            .any(|branch| branch.start <= span.start && span.start < branch.end);
        if debugs
            && matches!(
                kind,
                EffectKind::Writes(Sink::Output) | EffectKind::Builds(_) | EffectKind::Collects(_)
            )
        {
            return;
        }
        let (file, function) = (self.r.env.file, turn.of.function);
        self.facts.effects.push(EffectFact { file, turn: turn.of.at, function, kind, span });
    }

    fn turn_list(&mut self, list: List, turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        let stmts = hir.stmts(list);
        let outer = turn.ends;
        turn.ends |= stmts.last().is_some_and(|last| self.leaves(*last, turn.breakable));
        for stmt in stmts {
            self.turn_stmt(*stmt, turn);
        }
        turn.ends = outer;
    }

    /// Whether a statement leaves the loop for good.
    fn leaves(&self, stmt: StmtId, breakable: u32) -> bool {
        let hir = self.r.hir();
        match hir.stmt(stmt).kind {
            StmtKind::Return(_) => true,
            StmtKind::Branch { kind: BranchKind::Break, label } => {
                label.is_some() || breakable == 0
            }
            StmtKind::Branch { kind: BranchKind::Goto, .. } => true,
            StmtKind::Expr(expr) => {
                let text = self.r.text(hir.expr(expr).span);
                ["panic(", "os.Exit(", "log.Fatal", "base.Fatal", "t.Fatal"]
                    .iter()
                    .any(|word| text.starts_with(word))
            }
            _ => false,
        }
    }

    fn turn_stmt(&mut self, stmt: StmtId, turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        match hir.stmt(stmt).kind {
            StmtKind::Block { body } => self.turn_list(body, turn),
            StmtKind::Labeled { stmt, .. } => self.turn_stmt(stmt, turn),
            StmtKind::Expr(expr) => self.turn_call(expr, turn),
            StmtKind::IncDec(expr) => self.insertion(expr, turn),
            StmtKind::Assign { left, right, op } => {
                self.turn_assign(hir.exprs(left), hir.exprs(right), op, turn)
            }
            StmtKind::Define { left, right } => {
                let right = hir.exprs(right);
                self.taints(hir.exprs(left), right, turn);
                self.turn_calls(hir.exprs(left), right, turn);
            }
            StmtKind::Decl(decl) => {
                if let DeclKind::Var { names, values, .. } = hir.decl(decl).kind {
                    if hir.exprs(values).iter().any(|value| self.mentions(*value, &turn.tainted)) {
                        turn.tainted.extend(hir.names(names).iter().map(|name| self.r.text(*name)));
                    }
                }
            }
            StmtKind::Return(list) => self.turn_return(stmt, hir.exprs(list), turn),
            StmtKind::If { init, cond, then, or_else } => {
                if let Some(init) = init {
                    self.turn_stmt(init, turn);
                }
                let present = turn.present.len();
                turn.present.extend(init.and_then(|init| self.found_by(init, cond, turn)));
                turn.conditions.push(cond);
                self.turn_stmt(then, turn);
                turn.present.truncate(present);
                if let Some(or_else) = or_else {
                    self.turn_stmt(or_else, turn);
                }
                turn.conditions.pop();
            }
            StmtKind::For { init, body, .. } => {
                turn.breakable = turn.breakable.saturating_add(1);
                if let Some(init) = init {
                    self.turn_stmt(init, turn);
                }
                self.turn_stmt(body, turn);
                turn.breakable = turn.breakable.saturating_sub(1);
            }
            StmtKind::Range { key, value, subject, body, .. } => {
                if turn.subject == Some(self.written(subject)) {
                    turn.inner_keys.extend(key.map(|key| self.r.text(hir.expr(key).span)));
                }
                if self.mentions(subject, &turn.tainted) {
                    let names = key.into_iter().chain(value);
                    turn.tainted.extend(names.map(|name| self.r.text(hir.expr(name).span)));
                }
                turn.breakable = turn.breakable.saturating_add(1);
                self.turn_stmt(body, turn);
                turn.breakable = turn.breakable.saturating_sub(1);
            }
            StmtKind::Switch { init, tag, clauses } => {
                if let Some(init) = init {
                    self.turn_stmt(init, turn);
                }
                let outer = turn.by_key;
                let keys: FxHashSet<&str> = turn.key.into_iter().collect();
                turn.by_key |= tag.is_some_and(|tag| self.mentions(tag, &keys));
                self.turn_clauses(clauses, turn);
                turn.by_key = outer;
            }
            StmtKind::TypeSwitch { init, name, subject, clauses } => {
                if let Some(init) = init {
                    self.turn_stmt(init, turn);
                }
                if self.mentions(subject, &turn.tainted) {
                    turn.tainted.extend(name.map(|name| self.r.text(name)));
                }
                self.turn_clauses(clauses, turn);
            }
            StmtKind::Select { clauses } => self.turn_clauses(clauses, turn),
            _ => {}
        }
    }

    fn turn_clauses(&mut self, clauses: List, turn: &mut Turn<'_, 'w>) {
        turn.breakable = turn.breakable.saturating_add(1);
        for clause in self.r.hir().clauses(clauses) {
            self.turn_list(clause.body, turn);
        }
        turn.breakable = turn.breakable.saturating_sub(1);
    }

    fn taints(&self, left: &[ExprId], right: &[ExprId], turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        for (at, target) in left.iter().enumerate() {
            let value = if left.len() == right.len() { right.get(at) } else { right.first() };
            if value.is_some_and(|value| self.mentions(*value, &turn.tainted)) {
                turn.tainted.insert(self.r.text(hir.expr(*target).span));
            }
        }
    }

    /// The key of a lookup `_, ok := m[k]` of the same map, where the condition is `ok`.
    fn found_by(&self, init: StmtId, cond: ExprId, turn: &Turn<'_, 'w>) -> Option<&'w str> {
        let hir = self.r.hir();
        let StmtKind::Define { left, right } = hir.stmt(init).kind else { return None };
        let ([_, ok], [value]) = (hir.exprs(left), hir.exprs(right)) else { return None };
        let ExprKind::Index { base, args } = hir.expr(hir.unparen(*value)).kind else {
            return None;
        };
        let positive = self.written(cond) == self.written(*ok);
        let [key] = hir.exprs(args) else { return None };
        (positive && Some(self.written(base)) == turn.subject).then(|| self.written(*key))
    }

    fn turn_assign(
        &mut self,
        left: &[ExprId],
        right: &[ExprId],
        op: bool,
        turn: &mut Turn<'_, 'w>,
    ) {
        let hir = self.r.hir();
        self.turn_calls(left, right, turn);
        for (at, target) in left.iter().enumerate() {
            self.insertion(*target, turn);
            let value = if left.len() == right.len() { right.get(at) } else { right.first() };
            let Some(value) = value.copied() else { continue };
            let own = self.root_of(*target).is_none_or(|root| turn.own.contains(root));
            if !self.mentions(value, &turn.tainted) {
                continue;
            }
            if own {
                if hir.expr(*target).kind == ExprKind::Name {
                    turn.tainted.insert(self.r.text(hir.expr(*target).span));
                }
                continue;
            }
            if self.is_name_path(*target) && left.len() == right.len() {
                self.turn_outer(*target, value, op, turn);
            }
        }
    }

    /// A variable of outside is assigned what depends on the entry at hand.
    fn turn_outer(&mut self, target: ExprId, value: ExprId, op: bool, turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        let path = self.written(target);
        let span = hir.expr(target).span;
        let ty = self.types.get(&target).copied().unwrap_or(Ty::UNKNOWN);
        let under = self.r.under(ty);
        let kind = self.r.types.kind(under);
        let itself: FxHashSet<&str> = std::iter::once(path).collect();
        let again =
            self.mentions(value, &itself) || self.r.text(hir.expr(value).span).contains(path);
        if self.is_append(value, path) {
            if !turn.ends && !self.of_one_key(turn) {
                let fate = turn.uses.fate(path, turn.of.at);
                if !fate.sorted {
                    self.effect(turn, EffectKind::Collects(fate.sink), span);
                }
            }
            return;
        }
        match kind {
            Kind::Basic("float64" | "float32") if op => {
                let between =
                    self.r.text(Span { start: span.end, end: hir.expr(value).span.start });
                if between.contains("+=") || between.contains("-=") {
                    self.effect(turn, EffectKind::Sums, span);
                }
            }
            Kind::Basic("string") if op || (again && self.is_joined_text(value)) => {
                if turn.ends || self.of_one_key(turn) {
                    return;
                }
                let fate = turn.uses.fate(path, turn.of.at);
                if !fate.sorted {
                    self.effect(turn, EffectKind::Builds(fate.sink), span);
                }
            }
            Kind::Basic("bool" | "error") => {}
            _ if op || again || self.is_measured(value) => {}
            _ if self.is_chosen_by_order(path, turn) => {}
            _ if turn.ends => self.chosen(span, turn),
            _ if !turn.conditions.is_empty() && !self.is_unique(turn) => {
                self.effect(turn, EffectKind::Keeps, span)
            }
            _ => {}
        }
    }

    fn is_append(&self, value: ExprId, path: &str) -> bool {
        let hir = self.r.hir();
        let ExprKind::Call { fun, args, .. } = hir.expr(hir.unparen(value)).kind else {
            return false;
        };
        self.written(fun) == "append"
            && hir.exprs(args).first().is_some_and(|first| self.written(*first) == path)
    }

    /// `a + b`, `fmt.Sprintf(…)`.
    fn is_joined_text(&self, value: ExprId) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(value)).kind {
            ExprKind::Binary { op: BinaryOp::Other, .. } => true,
            ExprKind::Call { fun, .. } => self.written(fun).starts_with("fmt.Sprint"),
            _ => false,
        }
    }

    /// `min`, `max`, an error.
    fn is_measured(&self, value: ExprId) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(value)).kind {
            ExprKind::Call { fun, .. } => {
                let name = self.written(fun);
                let name = name.rsplit('.').next().unwrap_or(name);
                ["min", "max", "Min", "Max", "len"].contains(&name)
                    || name.contains("Err")
                    || name == "New"
                    || name == "Join"
            }
            _ => false,
        }
    }

    /// A condition on the way compares with what was kept before, or with an order.
    fn is_chosen_by_order(&self, path: &'w str, turn: &Turn<'_, 'w>) -> bool {
        turn.conditions.iter().any(|cond| {
            let text = self.r.text(self.r.hir().expr(*cond).span);
            text.contains(path)
                || text.contains(" < ")
                || text.contains(" > ")
                || text.contains("Before(")
                || text.contains("After(")
                || text.contains(".Cmp(")
                || text.contains("Less(")
        })
    }

    /// A condition on the way holds for one key alone.
    fn of_one_key(&self, turn: &Turn<'_, 'w>) -> bool {
        turn.by_key
            || turn.key.is_some_and(|key| {
                turn.conditions.iter().any(|cond| {
                    let text = self.r.text(self.r.hir().expr(*cond).span);
                    text.starts_with(&format!("{key} == ")) || text.contains(&format!("== {key}"))
                })
            })
    }

    /// A condition on the way compares something of the entry for equality: one entry alone has it, most likely.
    fn is_unique(&self, turn: &Turn<'_, 'w>) -> bool {
        turn.conditions.iter().any(|cond| self.equals(*cond, turn, 0))
    }

    fn equals(&self, cond: ExprId, turn: &Turn<'_, 'w>, depth: u32) -> bool {
        let hir = self.r.hir();
        let cond = hir.unparen(cond);
        if depth > 16 {
            return true;
        }
        match hir.expr(cond).kind {
            ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, left, right } => {
                let depth = depth.saturating_add(1);
                self.equals(left, turn, depth) || self.equals(right, turn, depth)
            }
            ExprKind::Binary { op: BinaryOp::Compare, left, right } => {
                let between =
                    Span { start: hir.expr(left).span.end, end: hir.expr(right).span.start };
                let nothing = |id: ExprId| {
                    matches!(self.written(id), "nil" | "\"\"" | "0" | "true" | "false")
                };
                self.r.text(between).contains("==")
                    && !nothing(left)
                    && !nothing(right)
                    && (self.mentions(left, &turn.tainted) || self.mentions(right, &turn.tainted))
            }
            ExprKind::Call { fun, .. } => {
                let name = self.written(fun);
                let name = name.rsplit('.').next().unwrap_or(name);
                name.starts_with("Equal") || name == "Is" || name == "DeepEqual"
            }
            _ => false,
        }
    }

    fn turn_return(&mut self, stmt: StmtId, list: &[ExprId], turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        let mut telling = false;
        for expr in list {
            let ty = self.types.get(expr).copied().unwrap_or(Ty::UNKNOWN);
            let text = self.r.text(hir.expr(*expr).span);
            let error = matches!(self.r.types.kind(ty), Kind::Basic("error" | "bool"))
                || text == "err"
                || text.contains("Err")
                || text.contains("err.");
            let bare = hir.unparen(*expr);
            let call = matches!(hir.expr(bare).kind, ExprKind::Call { .. });
            let compared = matches!(
                hir.expr(bare).kind,
                ExprKind::Binary { op: BinaryOp::Compare | BinaryOp::And | BinaryOp::Or, .. }
            );
            if error {
                // What comes with an error is a failure's own.
                if text != "nil" {
                    return;
                }
            } else if !call && !compared {
                telling |= self.mentions(*expr, &turn.tainted);
            }
        }
        if telling && turn.breakable == 0 {
            self.chosen(hir.stmt(stmt).span, turn);
        }
    }

    /// The first entry that fits is chosen.
    fn chosen(&mut self, span: Span, turn: &Turn<'_, 'w>) {
        if turn.conditions.is_empty() || self.is_unique(turn) || self.is_alone(turn) {
            return;
        }
        let pattern = turn.conditions.iter().any(|cond| self.is_pattern(*cond, turn, 0));
        let choice = if pattern { Choice::Pattern } else { Choice::Other };
        self.effect(turn, EffectKind::Chooses(choice), span);
    }

    /// The function asks whether the map has one entry.
    fn is_alone(&self, turn: &Turn<'_, 'w>) -> bool {
        let body =
            turn.of.function.and_then(|at| self.facts.functions.get(crate::world::index(at)));
        let text = body.map_or("", |fact| self.r.text(fact.body));
        turn.subject.is_some_and(|subject| text.contains(&format!("len({subject})")))
    }

    /// A condition that is a pattern which several keys may match.
    fn is_pattern(&self, cond: ExprId, turn: &Turn<'_, 'w>, depth: u32) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(cond)).kind {
            ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, left, right } if depth < 16 => {
                let depth = depth.saturating_add(1);
                self.is_pattern(left, turn, depth) || self.is_pattern(right, turn, depth)
            }
            ExprKind::Call { fun, args, .. } => {
                let ExprKind::Selector { base, name } = hir.expr(hir.unparen(fun)).kind else {
                    return false;
                };
                let import = self.imported(base);
                PATTERNS.contains(&self.r.text(name))
                    && matches!(
                        import,
                        Some("strings" | "bytes" | "path" | "path/filepath" | "regexp")
                    )
                    && hir.exprs(args).iter().any(|arg| turn.key == Some(self.written(*arg)))
            }
            _ => false,
        }
    }

    /// The calls whose results are assigned.
    fn turn_calls(&mut self, left: &[ExprId], right: &[ExprId], turn: &mut Turn<'_, 'w>) {
        turn.yields = left.len() > right.len();
        for value in right {
            self.turn_call(*value, turn);
        }
        turn.yields = false;
    }

    fn turn_call(&mut self, id: ExprId, turn: &Turn<'_, 'w>) {
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
    fn ended(&mut self, id: ExprId, fun: ExprId, args: &[ExprId], turn: &Turn<'_, 'w>) {
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
        if ends && turn.breakable == 0 && !turn.ends && turn.end > 0 {
            self.effect(turn, EffectKind::Ends, hir.expr(id).span);
        }
    }

    /// A target that is an entry of the map that the loop is over.
    fn insertion(&mut self, target: ExprId, turn: &Turn<'_, 'w>) {
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
    fn is_joined(&self, key: ExprId, turn: &Turn<'_, 'w>, depth: u32) -> bool {
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

    /// Whether one of some names occurs in an expression, outside of function literals.
    fn mentions(&self, id: ExprId, names: &FxHashSet<&'w str>) -> bool {
        let hir = self.r.hir();
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let expr = hir.expr(id);
            match expr.kind {
                ExprKind::Name if names.contains(self.r.text(expr.span)) => return true,
                ExprKind::Paren(x)
                | ExprKind::Star(x)
                | ExprKind::Unary { x, .. }
                | ExprKind::Selector { base: x, .. }
                | ExprKind::Assert { base: x, .. } => todo.push(x),
                ExprKind::Index { base, args } | ExprKind::Slice { base, bounds: args } => {
                    todo.push(base);
                    todo.extend(hir.exprs(args));
                }
                ExprKind::Call { fun, args, .. } => {
                    todo.push(fun);
                    todo.extend(hir.exprs(args));
                }
                ExprKind::Binary { left, right, .. } => todo.extend([left, right]),
                ExprKind::Composite { elements, .. } => {
                    todo.extend(hir.elements(elements).iter().map(|element| element.value));
                }
                _ => {}
            }
        }
        false
    }
}
