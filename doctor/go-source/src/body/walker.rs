//! The walk over one package: its variables' initialisers and its functions, in source order.

use super::facts::{Facts, FunctionFact, Key, LiteralUse, VariableOrigin};
use super::init_node::Node;
use super::starters::HANDLERS;
use crate::hir::{DeclKind, ExprId, ExprKind, FuncId, List, StmtId};
use crate::types::{Binding, Def, Kind, Resolver, Ty};
use crate::world::{DeclRef, FileId, FuncRef, Index, PackageId, World};
use crate::{CallKind, Context, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// What kind of variable a local is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalKind {
    Variable,
    Parameter,
}

/// A variable of the function at hand.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) def: Def,
    pub(super) ty: Ty,
    pub(super) kind: LocalKind,
    /// The function that declares it.
    pub(super) function: u32,
    /// What it was initialised with, where it is never assigned again.
    pub(super) init: Option<ExprId>,
    /// True where it holds what its own function has just made.
    pub(super) fresh: bool,
    /// Where it may first become known to others; `u32::MAX` where it does not.
    pub(super) escape: u32,
    /// The same without functions that it is lent to for a call.
    pub(super) taken: u32,
    /// How many loops it is declared inside.
    pub(super) loops: usize,
    /// Its number among the facts.
    pub(super) fact: u32,
    /// True for a parameter, but not for a receiver or a result.
    pub(super) given: bool,
}

/// The function at hand.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Its number among the facts.
    pub(super) function: u32,
    /// The function whose variables its own are: for the body of a loop over a function, the
    /// function around it.
    pub(super) owner: u32,
    pub(super) results: Ty,
}

/// Counters that name the closures of one function.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counters {
    pub(super) literals: u32,
    pub(super) ranges: u32,
}

/// Where the walk stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) statement: Span,
    pub(super) block: Span,
    pub(super) body: Span,
    pub(super) context: Context,
}

/// The walk.
pub(super) struct Walker<'w> {
    pub(super) r: Resolver<'w>,
    pub(super) facts: Facts,
    pub(super) locals: Vec<Local>,
    /// Names that are assigned after their declaration, anywhere in the declaration at hand.
    pub(super) reassigned: FxHashSet<&'w str>,
    /// Names and what is selected from each, as `reassigned`.
    pub(super) selected: FxHashMap<&'w str, Vec<&'w str>>,
    /// Types of the expressions of the declaration at hand.
    pub(super) types: FxHashMap<ExprId, Ty>,
    pub(super) frames: Vec<Frame>,
    pub(super) counters: FxHashMap<u32, Counters>,
    /// Where each loop around the walk starts.
    pub(super) loops: Vec<u32>,
    pub(super) place: Place,
    /// The statements that follow the one at hand in its block.
    pub(super) following: &'w [StmtId],
    /// The statement at hand, where it is one of a block.
    pub(super) statement: Option<StmtId>,
    /// Statements that store a map which the statement before made for a variable.
    pub(super) stores: FxHashMap<StmtId, Key>,
    /// Closures of package-level initialisers are counted through the whole package.
    pub(super) package_literals: Vec<(u32, DeclRef)>,
    /// The variables of the package, a declaration each, in order.
    pub(super) variables: Vec<DeclRef>,
    /// The declaration at hand.
    pub(super) top: Option<Node>,
    /// What each declaration refers to.
    pub(super) references: FxHashMap<Node, FxHashSet<Node>>,
    pub(super) symbol: String,
    pub(super) go_minor: u32,
    /// Accesses of the declaration at hand whose freshness is decided at its end.
    pub(super) pending: Vec<(usize, u32)>,
    /// Fields of local structs that were assigned another map.
    pub(super) own_fields: FxHashSet<(u32, Key)>,
    /// Fields of new structs that were given the map of another.
    pub(super) shared_fields: FxHashSet<(u32, Key)>,
    /// How the literal that is walked next is used.
    pub(super) literal_use: Option<LiteralUse>,
    /// How the call that is walked next is made.
    pub(super) call_kind: Option<CallKind>,
    /// Types of package-level variables.
    pub(super) variable_types: FxHashMap<(DeclRef, u32), Ty>,
    /// The maps that functions return.
    pub(super) accessors: FxHashMap<FuncRef, Option<super::map_place::MapPlace>>,
    /// How many walks over other declarations are under way, for their types alone.
    pub(super) depth: u32,
    /// Loops over maps around the walk.
    pub(super) map_loops: u32,
    /// Loops over maps of the declaration at hand.
    pub(super) turns: Vec<super::turn::MapLoop>,
    /// What variables without an initialiser take their values from.
    pub(super) derived: FxHashMap<u32, super::key_source::Derived>,
    /// The types that packages enumerate.
    pub(super) enumerated: super::key_source::Enumerated<'w>,
    /// Functions that sort something themselves, or do not.
    pub(super) sorters: FxHashMap<FuncRef, bool>,
    /// Whether every place that names a map is written down.
    pub(super) uses: bool,
}

const NO_SPAN: Span = Span { start: 0, end: 0 };

/// Walks a package.
pub(crate) fn walk_package<'w>(
    world: &'w World,
    index: &'w Index<'w>,
    package: PackageId,
    go_minor: u32,
    uses: bool,
) -> Facts {
    let Some(of) = world.package(package) else { return Facts::default() };
    let mut walker = Walker {
        r: Resolver::new(world, index),
        facts: Facts::default(),
        locals: Vec::new(),
        reassigned: FxHashSet::default(),
        selected: FxHashMap::default(),
        types: FxHashMap::default(),
        frames: Vec::new(),
        counters: FxHashMap::default(),
        loops: Vec::new(),
        place: Place {
            statement: NO_SPAN,
            block: NO_SPAN,
            body: NO_SPAN,
            context: Context::Package,
        },
        following: &[],
        statement: None,
        stores: FxHashMap::default(),
        package_literals: Vec::new(),
        variables: Vec::new(),
        top: None,
        references: FxHashMap::default(),
        symbol: of.symbol().to_owned(),
        go_minor,
        pending: Vec::new(),
        own_fields: FxHashSet::default(),
        shared_fields: FxHashSet::default(),
        literal_use: None,
        call_kind: None,
        variable_types: FxHashMap::default(),
        accessors: FxHashMap::default(),
        depth: 0,
        map_loops: 0,
        turns: Vec::new(),
        derived: FxHashMap::default(),
        enumerated: FxHashMap::default(),
        sorters: FxHashMap::default(),
        uses,
    };
    walker.types_of(&of.files);
    let mut inits = 0u32;
    for file in &of.files {
        walker.r.env.file = *file;
        for decl in &walker.r.hir().top {
            walker.top(*decl, &mut inits);
        }
    }
    walker.renumber();
    walker.facts
}

impl<'w> Walker<'w> {
    fn top(&mut self, decl: crate::hir::DeclId, inits: &mut u32) {
        let hir = self.r.hir();
        let span = hir.decl(decl).span;
        self.reset(span);
        let (calls, accesses) = (self.facts.calls.len(), self.facts.accesses.len());
        let here = DeclRef { file: self.r.env.file, decl };
        self.top = Some(Node::Variables(here));
        match hir.decl(decl).kind {
            DeclKind::Var { names, ty, values } => {
                self.variables.push(here);
                self.package_vars(names, ty, values);
            }
            DeclKind::Func(func) => {
                self.top = Some(Node::Function(FuncRef { file: here.file, func }));
                self.function(func, inits);
            }
            DeclKind::Type { .. }
            | DeclKind::Const { .. }
            | DeclKind::Import { .. }
            | DeclKind::Bad => {}
        }
        self.settle_turns(calls);
        self.settle_costs(decl, accesses);
        self.settle();
    }

    fn reset(&mut self, span: Span) {
        self.locals.clear();
        self.types.clear();
        self.frames.clear();
        self.reassigned.clear();
        self.selected.clear();
        self.loops.clear();
        self.stores.clear();
        self.derived.clear();
        self.own_fields.clear();
        self.shared_fields.clear();
        self.r.unbind(0);
        self.place =
            Place { statement: span, block: NO_SPAN, body: NO_SPAN, context: Context::Package };
    }

    /// Decides which accesses came before their owner was known to others.
    fn settle(&mut self) {
        self.settle_variables();
        for (access, local) in std::mem::take(&mut self.pending) {
            let escape =
                self.locals.get(crate::world::index(local)).map_or(0, |local| local.escape);
            if let Some(access) = self.facts.accesses.get_mut(access) {
                access.before_sharing |=
                    !access.of_other && access.placement.operation.end <= escape;
            }
        }
    }

    fn package_vars(&mut self, names: List, ty: Option<ExprId>, values: List) {
        let hir = self.r.hir();
        let declared = ty.map(|ty| self.r.convert(ty));
        let values = hir.exprs(values);
        // A zero value is one of its type; a nil pointer is none.
        let zero = declared
            .filter(|ty| values.is_empty() && !matches!(self.r.types.kind(*ty), Kind::Pointer(_)));
        if let Some(ty) = zero {
            self.made(ty);
            self.made_without(ty, None);
        }
        let mut found = Vec::new();
        for value in values {
            found.push(self.value(*value, declared.unwrap_or(Ty::UNKNOWN)));
        }
        for (at, name) in hir.names(names).iter().enumerate() {
            let inferred = match (values.len(), found.first()) {
                (1, Some(one)) if names.len() > 1 => self.r.types.part(*one, at),
                _ => found.get(at).copied().unwrap_or(Ty::UNKNOWN),
            };
            let of = declared.unwrap_or(inferred);
            let def = Def { file: self.r.env.file, name: *name };
            if self.r.text(*name) != "_" {
                let written = ty.map(|ty| hir.expr(ty).span);
                self.declare_map(def, of, finding::DeclKind::PackageVar, None, written);
                if let Some(value) = values.get(at) {
                    self.initialised(def, of, *name, *value);
                }
            }
        }
    }

    /// Declares the fields of all types before any use of them: a use of a generic type knows them
    /// with its own arguments, the declaration with its parameters.
    fn types_of(&mut self, files: &[FileId]) {
        for file in files {
            self.r.env.file = *file;
            let hir = self.r.hir();
            for decl in &hir.top {
                if let DeclKind::Type { params, ty, .. } = hir.decl(*decl).kind {
                    self.r.declare_params(params);
                    self.declare_fields(ty);
                    self.r.unbind(0);
                }
            }
        }
    }

    /// Every field of map type inside a declared type is a map of its own.
    pub(super) fn declare_fields(&mut self, ty: ExprId) {
        let hir = self.r.hir();
        match hir.expr(ty).kind {
            ExprKind::Struct { fields } => {
                for field in hir.fields(fields) {
                    let name = field.name.or_else(|| crate::types::embedded_name(hir, field.ty));
                    if let Some(name) = name {
                        let of = self.r.convert(field.ty);
                        let def = Def { file: self.r.env.file, name };
                        self.declare_map(
                            def,
                            of,
                            finding::DeclKind::Field,
                            None,
                            Some(hir.expr(field.ty).span),
                        );
                    }
                    self.declare_fields(field.ty);
                }
            }
            ExprKind::Star(inner) | ExprKind::Paren(inner) | ExprKind::SliceOf(inner) => {
                self.declare_fields(inner);
            }
            ExprKind::Array { elem, .. } | ExprKind::Chan { elem } => self.declare_fields(elem),
            ExprKind::Map { value, .. } => self.declare_fields(value),
            _ => {}
        }
    }

    fn function(&mut self, id: FuncId, inits: &mut u32) {
        let hir = self.r.hir();
        let func = hir.func(id);
        let Some(body) = func.body else { return };
        let name = self.r.text(func.name);
        let mut symbol = format!("{}.", self.symbol);
        match crate::world::receiver_name(self.r.file(), func.receiver) {
            Some(receiver) => {
                let pointer =
                    hir.params(func.receiver).first().is_some_and(|p| self.is_pointer(p.ty));
                let generic =
                    hir.params(func.receiver).first().is_some_and(|p| self.is_instance(p.ty));
                let arguments = if generic { "[...]" } else { "" };
                if pointer {
                    symbol.push_str(&format!("(*{receiver}{arguments}).{name}"));
                } else {
                    symbol.push_str(&format!("{receiver}{arguments}.{name}"));
                }
            }
            None if name == "init" => {
                symbol.push_str(&format!("init.{inits}"));
                *inits = inits.saturating_add(1);
            }
            None => {
                symbol.push_str(name);
                if !func.type_params.is_empty() {
                    symbol.push_str("[...]");
                }
            }
        }
        self.note_reassigned(body);
        let receiver = self.r.declare_receiver(func.receiver);
        self.r.declare_params(func.type_params);
        let function = self.add_function(id, symbol, None, func.name.start);
        if let Some(fact) = self.facts.functions.get_mut(crate::world::index(function)) {
            fact.init = func.receiver.is_empty() && name == "init";
        }
        self.enter(function, id, receiver);
        let first = self.facts.accesses.len();
        self.block_of(body, func.body_span);
        self.decides(body, first);
        self.frames.pop();
    }

    fn is_pointer(&self, at: ExprId) -> bool {
        matches!(self.r.hir().expr(self.r.hir().unparen(at)).kind, ExprKind::Star(_))
    }

    fn is_instance(&self, at: ExprId) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(at)).kind {
            ExprKind::Star(inner) => self.is_instance(inner),
            ExprKind::Index { .. } => true,
            _ => false,
        }
    }

    pub(super) fn add_function(
        &mut self,
        id: FuncId,
        symbol: String,
        parent: Option<u32>,
        site: u32,
    ) -> u32 {
        let func = self.r.hir().func(id);
        let number = narrow(self.facts.functions.len());
        self.facts.functions.push(FunctionFact {
            at: FuncRef { file: self.r.env.file, func: id },
            symbol,
            parent,
            span: func.span,
            body: func.body_span,
            site,
            range_body: false,
            handler: false,
            init: false,
            once: false,
            endless: false,
        });
        number
    }

    /// Brings receiver, parameters and results into scope and makes the function the one at hand.
    pub(super) fn enter(&mut self, function: u32, id: FuncId, receiver: Ty) {
        let hir = self.r.hir();
        let func = hir.func(id);
        let sig = hir.sig(func.sig);
        let ty = self.r.convert_sig(sig);
        let results = self.r.results(ty);
        self.frames.push(Frame { function, owner: function, results });
        // The types stand outside the scope of the names: `func (c *c) join(o *c)`.
        let types: Vec<Vec<Ty>> = [sig.params, sig.results]
            .map(|list| hir.params(list).iter().map(|param| self.r.convert(param.ty)).collect())
            .into();
        for param in hir.params(func.receiver) {
            if let Some(name) = param.name {
                let local = self.declare(name, receiver, LocalKind::Parameter, None);
                self.comes_from(local, VariableOrigin::Receiver);
                self.declare_parameter(name, receiver, param.ty);
                self.receives(name);
            }
        }
        for ((list, given), types) in
            [(sig.params, true), (sig.results, false)].into_iter().zip(types)
        {
            for ((at, param), ty) in (0u32..).zip(hir.params(list)).zip(types) {
                if let Some(name) = param.name {
                    let local = self.declare(name, ty, LocalKind::Parameter, None);
                    let pointer = matches!(self.r.types.kind(ty), Kind::Pointer(_));
                    let assigned = self.reassigned.contains(self.r.text(name));
                    if given {
                        let origin = match assigned {
                            true => VariableOrigin::Unknown,
                            false => VariableOrigin::Parameter(at),
                        };
                        self.comes_from(local, origin);
                        if let Some(local) = self.locals.get_mut(crate::world::index(local)) {
                            local.given = true;
                        }
                    } else if !assigned && !pointer {
                        // A zero value is the function's own.
                        self.comes_from(local, VariableOrigin::Fresh);
                        self.gives(local, Some(Vec::new()));
                    }
                    if !given {
                        self.facts.valueless.insert(Self::key(Def { file: self.r.env.file, name }));
                        self.made_without(ty, None);
                    }
                    self.declare_parameter(name, ty, param.ty);
                    if given {
                        self.receives(name);
                    }
                }
            }
        }
        let handler = self.is_handler(ty);
        if let Some(fact) = self.facts.functions.get_mut(crate::world::index(function)) {
            fact.handler = handler;
        }
    }

    /// Notes that callers give a variable its first value.
    fn receives(&mut self, name: Span) {
        let key = Self::key(Def { file: self.r.env.file, name });
        if self.facts.decls.contains_key(&key) {
            self.facts.parameters.insert(key);
        }
    }

    fn declare_parameter(&mut self, name: Span, ty: Ty, written: ExprId) {
        let def = Def { file: self.r.env.file, name };
        let written = self.r.hir().expr(written).span;
        let function = self.frames.last().map(|frame| frame.function);
        self.declare_map(def, ty, finding::DeclKind::Parameter, function, Some(written));
    }

    /// `func(http.ResponseWriter, *http.Request)`, and what handlers of other packages look like.
    fn is_handler(&mut self, ty: Ty) -> bool {
        let Kind::Func { params, results, .. } = self.r.types.kind(ty) else { return false };
        let results = self.r.types.list(results).len();
        match *self.r.types.list(params) {
            [one] => {
                let of = match self.r.types.kind(one) {
                    Kind::Pointer(to) => to,
                    _ => one,
                };
                self.r.named(of).is_some_and(|(import, name)| {
                    HANDLERS.iter().any(|shape| {
                        (shape.parameter, shape.results) == (name, results)
                            && shape.packages.contains(&import)
                    })
                })
            }
            [writer, request] => {
                let Kind::Pointer(request) = self.r.types.kind(request) else { return false };
                self.r.is_named(writer, "net/http", "ResponseWriter")
                    && self.r.is_named(request, "net/http", "Request")
            }
            _ => false,
        }
    }

    /// Brings a variable into scope.
    pub(super) fn declare(
        &mut self,
        name: Span,
        ty: Ty,
        kind: LocalKind,
        init: Option<ExprId>,
    ) -> u32 {
        let text = self.r.text(name);
        let number = narrow(self.locals.len());
        let init = init.filter(|_| !self.reassigned.contains(text) && !self.is_lent(text, ty));
        let fact = self.add_variable(kind);
        let under = self.r.under(ty);
        if let Some(fact) = self.facts.variables.get_mut(crate::world::index(fact)) {
            fact.by_value = matches!(self.r.types.kind(under), Kind::Struct(_));
        }
        self.locals.push(Local {
            def: Def { file: self.r.env.file, name },
            ty,
            kind,
            function: self.owner().unwrap_or(u32::MAX),
            init,
            fresh: false,
            escape: u32::MAX,
            taken: u32::MAX,
            loops: self.loops.len(),
            fact,
            given: false,
        });
        self.r.bind(text, Binding::Local(number));
        number
    }

    pub(super) fn local(&self, number: u32) -> Option<&Local> {
        self.locals.get(crate::world::index(number))
    }

    pub(super) fn function_at_hand(&self) -> Option<u32> {
        self.frames.last().map(|frame| frame.function)
    }

    /// The declared function or literal at hand; the body of a loop over a function counts as part
    /// of the function around it.
    pub(super) fn owner(&self) -> Option<u32> {
        self.frames.last().map(|frame| frame.owner)
    }

    pub(super) fn key(def: Def) -> Key {
        Key { def, depth: 0 }
    }

    /// Collects the names that a body assigns to or takes the address of.
    pub(super) fn note_reassigned(&mut self, body: List) {
        let hir = self.r.hir();
        let mut todo: Vec<_> = hir.stmts(body).to_vec();
        let mut found = super::assigned::Assigned::default();
        while let Some(stmt) = todo.pop() {
            super::assigned::assigned(hir, stmt, &mut todo, &mut found);
        }
        self.reassigned.extend(found.names.into_iter().map(|name| self.r.text(name)));
        for (name, what) in found.selected {
            self.selected.entry(self.r.text(name)).or_default().push(self.r.text(what));
        }
    }
}

pub(super) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
