//! What a walk writes down.

use crate::hir::{ExprId, FuncId};
use crate::key::KeySource;
use crate::types::Def;
use crate::world::{DeclRef, FileId, FuncRef};
use crate::{CallKind, Placement, Span};
use finding::{DeclKind, LockMode, MapKind, Operation, RootKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// The identity of a declared map: where its name stands, and how many elements deep the map lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Where the declaring name stands.
    pub(crate) def: Def,
    /// 0 for what is declared, 1 for a map that is an element of it, and so on.
    pub(crate) depth: u32,
}

/// A declared map.
#[derive(Clone, Debug)]
pub(crate) struct DeclFact {
    pub(crate) kind: DeclKind,
    pub(crate) map: MapKind,
    /// The function that declares it, for locals and parameters.
    pub(crate) function: Option<u32>,
    pub(crate) text: String,
    pub(crate) key: String,
    pub(crate) value: String,
}

/// One access.
#[derive(Clone, Debug)]
pub(crate) struct AccessFact {
    /// The map, with aliases followed.
    pub(crate) map: Key,
    /// The variable or field that the expression names.
    pub(crate) named: Key,
    pub(crate) operation: Operation,
    /// `*m = …`: what the pointer leads to is replaced, not the variable that holds the pointer.
    pub(crate) through_pointer: bool,
    pub(crate) function: Option<u32>,
    pub(crate) file: FileId,
    /// The expression at which the lock analysis asks what is held.
    pub(crate) anchor: ExprId,
    pub(crate) placement: Placement,
    /// The variable that is the map, or whose own field it is.
    pub(crate) owner: Option<u32>,
    /// The variable that the map's expression begins with.
    pub(crate) base: Option<BaseFact>,
    /// Its map is a field of a struct that was copied, from a parameter or another variable: both share the map.
    pub(crate) of_copy: bool,
    /// Its map is a field of a new struct that was given the map of another.
    pub(crate) of_other: bool,
    /// What is assigned, where the operation replaces the map.
    pub(crate) value: Assigned,
    /// How it goes over the map's elements.
    pub(crate) walk: Walk,
    /// The field that the map is of what the expression denotes, where that is not the map itself.
    pub(crate) field: Option<String>,
    /// The path of the value whose field the map is.
    pub(crate) object: Option<String>,
    /// Looks at the same key that a write depends on.
    pub(crate) decisions: Vec<Decision>,
    /// The type of what is stored in a `sync.Map`, or is asserted of what it yields.
    pub(crate) value_type: Option<String>,
    /// It stores a value in a `sync.Map` that its users change or wait on.
    pub(crate) stores_state: bool,
    /// Its map was known to its maker alone.
    pub(crate) before_sharing: bool,
    /// It stands in an `init` function itself, or in the initialiser of a package's variable:
    /// nothing else runs yet but what the initialisation has started.
    pub(crate) initial: bool,
    /// Whether the map is a field of the variable [`owner`](Self::owner) itself, and of nothing that is embedded there.
    pub(crate) own_field: bool,
}

pub(crate) use crate::access::{Assigned, Decision, Walk};

/// The variable that an expression begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaseFact {
    /// A variable of a package.
    Package,
    /// A variable of a function, by its number among [`Facts::variables`]; `direct` where the expression is that variable
    /// itself, its address, or what it points to.
    Variable { variable: u32, direct: bool },
}

/// A variable of a function.
#[derive(Clone, Debug)]
pub(crate) struct VariableFact {
    /// The function that declares it.
    pub(crate) function: u32,
    pub(crate) origin: VariableOrigin,
    /// Where the innermost loop starts that it is declared in: each turn has another.
    pub(crate) turn: Option<u32>,
    /// Where others may first know what it holds, functions that are called among them.
    pub(crate) escape: u32,
    /// The same without functions that it is lent to for a call.
    pub(crate) taken: u32,
    /// It is a struct, not a pointer to one.
    pub(crate) by_value: bool,
    /// It is a struct that was copied from what another variable holds or leads to.
    pub(crate) copied: bool,
    /// Its own fields that were given another map.
    pub(crate) renewed: Vec<Key>,
    /// It is a struct that its function makes, or a pointer to one: the fields that are given a value there. `None` where
    /// that is not so, or not known.
    pub(crate) given: Option<Vec<Def>>,
}

/// Where a variable gets its value from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VariableOrigin {
    Receiver,
    /// By its place.
    Parameter(u32),
    /// It is declared without a value and has none yet: a named result, `var x T`.
    Unassigned,
    /// Its own function makes it.
    Fresh,
    /// It holds what that function returns first.
    Call(FuncRef),
    /// It holds what is reached from another.
    Alias(BaseFact),
    Unknown,
}

/// What a function returns first, at one of its ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReturnFact {
    pub(crate) function: u32,
    pub(crate) at: u32,
    pub(crate) value: VariableOrigin,
}

/// A map that a local variable gets out of a field or a variable of a package, where another one is left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TakenOutFact {
    pub(crate) file: FileId,
    /// The local variable.
    pub(crate) variable: Key,
    /// Where its map was.
    pub(crate) map: Key,
    /// The expression that it is taken by, and the target of the assignment that leaves another one.
    pub(crate) from: ExprId,
    pub(crate) by: ExprId,
    /// Where the latter ends.
    pub(crate) after: u32,
    /// Whether the variable is declared with that map.
    pub(crate) declared: bool,
}

/// A function, closure or body of a loop over a function.
#[derive(Clone, Debug)]
pub(crate) struct FunctionFact {
    pub(crate) at: FuncRef,
    pub(crate) symbol: String,
    pub(crate) parent: Option<u32>,
    pub(crate) span: Span,
    pub(crate) body: Span,
    /// Where its name or its `func` stands.
    pub(crate) site: u32,
    /// True for the body of a loop over a function, which is part of its parent's control flow.
    pub(crate) range_body: bool,
    /// What makes it concurrent by itself: the shape of an HTTP handler.
    pub(crate) handler: bool,
    /// True for a package's `init`.
    pub(crate) init: bool,
    /// True for a literal that `sync.Once` runs: whoever comes later waits for its end.
    pub(crate) once: bool,
    /// True where it has a loop without a condition, or over a channel: it goes on until something ends it.
    pub(crate) endless: bool,
}

/// Who is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallTarget {
    /// A declared function or method, of any package.
    Declared(FuncRef),
    /// A method of an interface: its name, number of parameters, and the names of all methods.
    Abstract { name: String, params: usize, all: Vec<String> },
}

/// One call, or one function handed over as a value.
#[derive(Clone, Debug)]
pub(crate) struct CallFact {
    pub(crate) caller: Option<u32>,
    pub(crate) target: CallTarget,
    pub(crate) kind: CallKind,
    pub(crate) file: FileId,
    pub(crate) expr: ExprId,
    pub(crate) at: u32,
    /// Where it may first happen: the start of the outermost loop around it, else its place.
    pub(crate) since: u32,
    /// What the receiver begins with, and whether it is an element of that: one of many.
    pub(crate) receiver: Option<BaseFact>,
    pub(crate) of_element: bool,
    /// What the arguments begin with, by their places; numbers and strings are left out.
    pub(crate) given: Vec<(u32, BaseFact)>,
    /// Whether a function is handed to code that is not of the program.
    pub(crate) foreign: bool,
    /// Where its arguments come from, by their places; those of which it cannot be told are left out.
    pub(crate) sources: Vec<(u32, KeySource)>,
}

/// A map handed to a call as an argument or receiver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArgumentFact {
    /// The call, by its number in [`Facts::calls`].
    pub(crate) call: u32,
    /// Which parameter takes it; `None` for the receiver.
    pub(crate) parameter: Option<u32>,
    pub(crate) map: Key,
    /// The variable or field that the call names.
    pub(crate) named: Key,
}

/// What holds a function: whoever calls it may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// A variable, by its number among [`Facts::variables`].
    Variable(u32),
    /// A field.
    Field(Def),
}

/// A call of what a variable or field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeldCall {
    pub(crate) function: Option<u32>,
    pub(crate) holder: Holder,
    pub(crate) file: FileId,
    pub(crate) expr: ExprId,
    /// Whether it is `go f()`, and whether that stands in a loop.
    pub(crate) started: Option<bool>,
}

/// A function, or what holds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Callable {
    Function(FuncRef),
    Held(Holder),
}

/// A function, or what holds one, that goes into a call or a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HandOver {
    pub(crate) what: Callable,
    pub(crate) to: HandTo,
    /// Who hands it over, and where.
    pub(crate) function: Option<u32>,
    pub(crate) file: FileId,
    /// The call that takes it, where one does.
    pub(crate) call: Option<ExprId>,
    pub(crate) at: u32,
    /// As in [`CallFact`].
    pub(crate) since: u32,
    /// Where the innermost loop around it starts.
    pub(crate) turn: Option<u32>,
    /// Whether the call that takes it gives back as many values as it does: it waits for what it calls.
    pub(crate) answered: bool,
}

/// Where a function is handed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum HandTo {
    /// A parameter, by its place.
    Parameter(FuncRef, u32),
    Field(Def),
}

/// A place that starts concurrent code.
#[derive(Clone, Debug)]
pub(crate) struct RootFact {
    pub(crate) kind: RootKind,
    pub(crate) target: CallTarget,
    pub(crate) file: FileId,
    /// The call that starts it.
    pub(crate) expr: ExprId,
    pub(crate) at: u32,
    pub(crate) caller: Option<u32>,
    pub(crate) looped: bool,
    /// As in [`CallFact`].
    pub(crate) since: u32,
    /// Where the innermost loop around it starts.
    pub(crate) turn: Option<u32>,
}

/// A place from which on something else runs, whether or not it is known what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StartFact {
    pub(crate) caller: Option<u32>,
    /// As in [`CallFact`].
    pub(crate) since: u32,
}

/// A lock by its access path, as the function at hand sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LockPath {
    /// Canonical text: `c.mu`, `registryMu`, `s.Mutex` for an embedded one.
    pub(crate) text: String,
    /// How much of the text the source writes: an embedded lock's own name is left out.
    pub(crate) written: usize,
    /// The declaration of the first name, which tells shadowed variables apart.
    pub(crate) root: Option<Def>,
    /// The declaration of the mutex itself, where it is known.
    pub(crate) mutex: Option<Def>,
}

impl LockPath {
    /// The text as the source writes it.
    pub(crate) fn written(&self) -> &str {
        self.text.get(..self.written).unwrap_or(&self.text)
    }
}

/// What a call does to locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LockFact {
    Acquire {
        path: LockPath,
        mode: LockMode,
    },
    Release {
        path: LockPath,
        mode: LockMode,
    },
    /// The call yields whether the lock was taken.
    Try {
        path: LockPath,
        mode: LockMode,
    },
    /// A lock is perhaps taken or given back.
    Perhaps {
        path: LockPath,
    },
    /// A lock is touched whose path cannot be followed.
    Opaque,
}

/// How a literal stands to the function it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LiteralUse {
    /// Called where it stands: it inherits what is held.
    Immediate,
    /// Called when the function ends.
    Deferred,
    /// Handed to a call that runs it before it returns: it inherits what is held.
    Synchronous,
    /// The same by `sync.Once`: once, and before anybody else goes on.
    Once,
    /// Handed to a call of which nothing is known, or stored: it may be called while what is held is still held.
    Argument,
    /// Handed to a call of code that is not of the program: it is called under nothing but what is held here, perhaps.
    Foreign,
    /// Started by `go` or a function that starts goroutines: it inherits nothing.
    Detached,
}

/// Everything a walk over one package found.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) decls: FxHashMap<Key, DeclFact>,
    pub(crate) accesses: Vec<AccessFact>,
    /// Where maps themselves are returned or sent, as reads.
    pub(crate) handed_out: Vec<AccessFact>,
    /// Where maps are compared with nil, as reads.
    pub(crate) compared: Vec<AccessFact>,
    /// Where a `sync.Map` itself is copied, as clones.
    pub(crate) copied: Vec<AccessFact>,
    /// Maps that are taken out of where they were, and places that store the map of a local variable.
    pub(crate) taken_out: Vec<TakenOutFact>,
    pub(crate) put_back: Vec<(Key, u32)>,
    /// Every place that names a field or variable of a package, where that was asked for; and the names in selectors of
    /// which it is not known what they select.
    pub(crate) uses: Vec<(Key, FileId, Span)>,
    pub(crate) unknown_selectors: Vec<(FileId, Span)>,
    pub(crate) functions: Vec<FunctionFact>,
    pub(crate) calls: Vec<CallFact>,
    pub(crate) arguments: Vec<ArgumentFact>,
    pub(crate) roots: Vec<RootFact>,
    pub(crate) starts: Vec<StartFact>,
    /// Where a function waits for others to end: `Wait` of a group, a receive that is a statement; function, place, and where
    /// the innermost loop around it starts.
    pub(crate) joins: Vec<(Option<u32>, u32, Option<u32>)>,
    /// Functions that `sync.Once` runs.
    pub(crate) once: FxHashSet<FuncRef>,
    pub(crate) variables: Vec<VariableFact>,
    /// Maps whose address is taken: somebody else may assign to them.
    pub(crate) addressed: FxHashSet<Key>,
    /// Maps that are compared with nil, or whose length is asked for, and by which function.
    pub(crate) nil_checks: FxHashSet<(Option<u32>, Key)>,
    /// Local variables that are declared without a value, and those that hold the clone of a map.
    pub(crate) valueless: FxHashSet<Key>,
    pub(crate) cloned: FxHashSet<Key>,
    /// Local variables that hold what a function returns.
    pub(crate) results: Vec<(Key, FuncRef)>,
    /// Where structs are made without a map of theirs: by whom, and the map.
    pub(crate) lacking: Vec<(Option<u32>, Key)>,
    /// Where values of declared types are made: by whom, and the type's import path and name.
    pub(crate) makers: Vec<(Option<u32>, String)>,
    /// Calls of what a variable or field holds: by whom, and of what.
    pub(crate) held_calls: Vec<HeldCall>,
    pub(crate) hand_overs: Vec<HandOver>,
    pub(crate) returns: Vec<ReturnFact>,
    /// Functions of one result that return nil on some way.
    pub(crate) nil_returns: FxHashSet<u32>,
    /// What each call does to locks, by file and call expression.
    pub(crate) locks: FxHashMap<(FileId, ExprId), LockFact>,
    /// Fields that hold the address of a lock, and the declaration of that lock.
    pub(crate) same_locks: Vec<(Def, Def)>,
    /// Calls of literals by the variables that hold them.
    pub(crate) local_calls: FxHashMap<(FileId, ExprId), FuncId>,
    /// How each literal is used.
    pub(crate) literals: FxHashMap<(FileId, FuncId), LiteralUse>,
    /// Local variables and the maps of other names that they may hold.
    pub(crate) holds: Vec<(Key, Key)>,
    /// Local variables that may hold a map of which nothing is known.
    pub(crate) foreign: FxHashSet<Key>,
    /// Local variables that hold, on some way, a map made for them, nil, or what is written through
    /// their address.
    pub(crate) renewed: FxHashSet<Key>,
    /// Parameters and receivers; results are not among them.
    pub(crate) parameters: FxHashSet<Key>,
    /// What the turns of loops over maps leave behind.
    pub(crate) effects: Vec<super::turn::EffectFact>,
    /// Fields that are assigned, or whose address is taken.
    pub(crate) changed_fields: FxHashSet<Def>,
    /// Types of which a value is set through a pointer, or whose pointers are compared.
    pub(crate) changed_types: FxHashSet<DeclRef>,
    /// What accesses cost that could cost less.
    pub(crate) costs: Vec<super::cost::CostFact>,
    /// Keys of accesses that do not work.
    pub(crate) keys: Vec<super::keys::KeyFact>,
    /// Entries that are put in.
    pub(crate) new_entries: Vec<super::key_source::NewEntryFact>,
    /// Map expressions whose map could not be told.
    pub(crate) unknown: u32,
}
