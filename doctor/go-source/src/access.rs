//! An access together with its place in the text, as whoever rewrites the text needs it.

use crate::{Base, FunctionId, Span};
use finding::{Access, HeldLock, MapId, Site};
use std::sync::Arc;

/// The syntactic shape of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// `m[k]` as one value, or the bare `m` of a `range`-less read.
    Value,
    /// `v, ok := m[k]`, in an assignment or a declaration.
    CommaOk,
    /// `m[k] = v`, also as one of several targets; `m = …` for a replacement.
    Assign,
    /// `m[k] += v` and its like: reads and writes.
    OpAssign,
    /// `m[k]++` and `m[k]--`: reads and writes.
    IncDec,
    /// `for … range m`.
    Range,
    /// An argument or receiver of a call: `len(m)`, `delete(m, k)`, `maps.Clone(m)`, `m.Load(k)`.
    Call,
    /// A field of a composite literal, or the initialiser of a declaration.
    Initialise,
}

/// What a variable or field of map type is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Assigned {
    /// `nil`.
    Nil,
    /// A map that is made there: `make`, a literal.
    Made,
    /// Something else, or nothing is assigned.
    #[default]
    Other,
}

/// How an operation goes over the elements of a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Walk {
    /// As the text says, where it stands: `range`, `maps.Clone`; or not at all.
    #[default]
    Said,
    /// By code that goes over whatever it is given: printing, encoding, comparing.
    Implicit,
    /// The same of a struct that holds the map.
    Within,
    /// By an iterator, when that is run: `maps.Keys`.
    Later,
}

/// What a write makes of a look at the same key of the same map, earlier in the same function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Where the look stands in the file: the start of its operation.
    pub look: u32,
    /// Whether the write is reached only where the key was not found.
    pub missing: bool,
    /// Whether what is written comes from what was found.
    pub derived: bool,
}

/// What kind of statement the access stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// A statement of a block that does nothing else: assignment, expression, `++`, send, declaration.
    Simple,
    /// The init statement, condition or tag of `if`, `switch` or `for`.
    Header,
    /// The header of a `for … range` statement.
    RangeHeader,
    /// The expressions of a `case`, or the communication of a `select` case.
    Case,
    /// A `return` statement.
    Return,
    /// The call of a `go` or `defer` statement, evaluated where the statement stands.
    Deferred,
    /// The initialiser of a package-level variable.
    Package,
}

/// Where an access stands in its file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The expression that denotes the map: `c.entries` in `c.entries[k] = v`.
    pub map: Span,
    /// The whole operation: `c.entries[k]`, `delete(c.entries, k)`, `range c.entries`.
    pub operation: Span,
    /// The innermost statement around it; for a header, the whole `if`, `for` or `switch`.
    pub statement: Span,
    /// The block that holds the statement, with its braces; a `case` clause counts as a block.
    pub block: Span,
    /// The body of the innermost function or closure, with its braces; empty at package level.
    pub body: Span,
    /// What the operation looks like.
    pub shape: Shape,
    /// What kind of statement it stands in.
    pub context: Context,
}

/// One access to one declared map, and its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceAccess {
    /// What is known of it in the words every crate shares.
    pub access: Access,
    /// Where it stands.
    pub placement: Placement,
    /// The innermost function or closure; `None` for the initialiser of a package-level variable
    /// outside any closure.
    pub function: Option<FunctionId>,
    /// The function that names the map: the outermost one of [`calls`](Self::calls), where there are any.
    pub names: Option<FunctionId>,
    /// The variable or field that the expression names; differs from the map of the access where a
    /// local variable holds the same map.
    pub named: MapId,
    /// The variable that the expression begins with, where it is one.
    pub base: Option<Base>,
    /// True where the map is a field of a struct that was copied, from a parameter or another variable: both share the map.
    pub of_copy: bool,
    /// True where the map is a field of a struct that the same function makes without that map, and that nobody else knows
    /// so far: it is nil there.
    pub not_given: bool,
    /// What is assigned, where the operation replaces the map.
    pub assigned: Assigned,
    /// How it goes over the map's elements.
    pub walk: Walk,
    /// The value whose field the map is, as the paths of locks are written: `c` in `c.entries`, `s.cache` in
    /// `s.cache.entries`. `None` for other maps.
    pub object: Option<Arc<str>>,
    /// Looks at the same key that a write depends on.
    pub decisions: Vec<Decision>,
    /// For a `sync.Map`, the type of the value that is stored, or that what is found is asserted to be without a check.
    pub value_type: Option<Arc<str>>,
    /// Whether a value that is stored in a `sync.Map` is one that its users change or wait on: a lock, a channel, a map, or
    /// a pointer to a struct that has some.
    pub stores_state: bool,
    /// True where the map was reached through a local variable that holds the same map
    /// (`m := c.entries`) rather than named at the site.
    pub through_alias: bool,
    /// The declaration of each lock in [`Access::locks`], in the same order, named as a map would
    /// be: `example.com/orders/registry.Registry.mu`. `None` where it is not known.
    pub guards: Vec<Option<Arc<str>>>,
    /// Where the locks are not known: the declarations of all that may be among them, if those are.
    pub perhaps: Option<Vec<Arc<str>>>,
    /// True where the function took the map out of where the program shares it and left another one there, both under one
    /// lock: nobody else finds it any more.
    pub taken_out: bool,
    /// What every known caller of the function holds besides: a helper that is only ever called
    /// under a lock. Empty where that is not so or not known.
    pub inherited: Vec<Inherited>,
    /// Where the map was handed to the function as an argument or receiver: the calls on the way,
    /// innermost first. What their callers hold is part of [`Access::locks`] then. Empty where the
    /// function names the map itself.
    pub calls: Vec<Site>,
}

/// A lock that all callers of a function hold when they call it.
///
/// It is told by the declaration of its mutex; that it is the same instance is likely, not proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inherited {
    /// The lock as one of the callers holds it.
    pub lock: HeldLock,
    /// The declaration of its mutex, as in [`SourceAccess::guards`].
    pub guard: Arc<str>,
}

/// Where the map under a declared name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The name is the map's own: a package-level variable, a field, or a local variable that holds
    /// nothing but what its function makes.
    Own,
    /// A parameter or receiver that is never assigned: each access is listed for every map that a
    /// call in the program hands over, too.
    Given,
    /// A local variable that holds the map of one other name and nothing else; each access is
    /// listed for that map too.
    Known,
    /// A variable whose map comes from where it cannot be followed (a channel, a type assertion, a
    /// call), or that is assigned different maps. Which map it is at an access cannot be told from
    /// the source.
    Unknown,
}
