//! Variables of functions, and what starts functions beside others: what an analysis needs that follows an object
//! from function to function.

use crate::{FunctionId, Holding};
use finding::{RootKind, Site};

/// A variable of a function, by its number in the [`Program`](crate::Program).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableId(pub(crate) u32);

/// The variable that an expression begins with: `c` in `c.entries`, `s` in `s.cache.entries`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// A variable of a package.
    Package,
    /// A variable of a function.
    Variable {
        /// Which.
        id: VariableId,
        /// Whether the expression is that variable itself, its address or what it points to, rather than something
        /// that is reached from it.
        direct: bool,
    },
}

/// A variable of a function.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The function or closure that declares it; `None` for those of initialisers.
    pub function: Option<FunctionId>,
    /// Where it gets its value from.
    pub origin: VariableOrigin,
    /// The variable by which the constructor that made the object had it, where there is one.
    pub made: Option<VariableId>,
    /// Where in the file the innermost loop starts that it is declared in: each turn has another variable.
    pub turn: Option<u32>,
    /// Whether it is a struct rather than a pointer to one: who is given it has a copy.
    pub by_value: bool,
}

/// Where a variable gets its value from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableOrigin {
    /// It is a receiver.
    Receiver,
    /// It is the parameter at that place, and never assigned.
    Parameter(u32),
    /// Its function makes what it holds, or gets it from a function that makes it.
    Fresh,
    /// It holds what is reached from another variable.
    Alias(Base),
    /// Not known: results of calls, channels, assertions, several values.
    Unknown,
}

/// A place where a function waits for others to end: `Wait` of a group, a receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    /// Where in the file.
    pub at: u32,
    /// Where in the file the innermost loop around it starts.
    pub turn: Option<u32>,
}

/// What is known of a map that may be nil.
#[derive(Clone, Debug, Default)]
pub struct Nilness {
    /// Its address is taken: somebody else may assign to it.
    pub addressed: bool,
    /// It is a local variable that is declared without a value.
    pub valueless: bool,
    /// It is a local variable that holds the clone of a map, which is nil where that is.
    pub cloned: bool,
    /// It is a local variable that holds what a function returns, which returns nil on some way.
    pub returned_nil: bool,
    /// Functions that make the struct whose field it is, and leave it out.
    pub lacking: Vec<FunctionId>,
    /// Functions that compare it with nil, or ask for its length.
    pub checked: Vec<FunctionId>,
}

/// A place that starts a function beside the code that goes on there.
#[derive(Clone, Debug)]
pub struct Start {
    /// What is started.
    pub function: FunctionId,
    /// How.
    pub kind: RootKind,
    /// Where.
    pub site: Site,
    /// Who starts it; `None` for an initialiser, and for handlers that are known by their shape.
    pub starter: Option<FunctionId>,
    /// What the starter itself holds there; `None` where it cannot be told.
    pub holding: Option<Holding>,
    /// Where in the file.
    pub at: u32,
    /// Where it may first happen: at the start of the outermost loop around it, else at its place.
    pub since: u32,
    /// Where in the file the innermost loop around it starts.
    pub turn: Option<u32>,
    /// Whether it may start several at once.
    pub many: bool,
}
