//! Functions and closures by the names the runtime prints for them, and who calls them.

use crate::{Base, KeySource, Span};
use finding::{ConcurrentRoot, HeldLock, LockSet, Site};
use std::sync::Arc;

/// A function of a [`Program`](crate::Program), by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub(crate) u32);

/// A function, method or closure that has a body.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its number.
    pub id: FunctionId,
    /// The runtime symbol: `example.com/orders/status.(*Cache).Put.func1`, `main.main`.
    pub symbol: Arc<str>,
    /// Import path of its package; `main` packages have their directory's import path here.
    pub package: Arc<str>,
    /// Where its name stands, or the `func` keyword of a closure.
    pub site: Site,
    /// The whole declaration or literal.
    pub span: Span,
    /// The body with its braces.
    pub body: Span,
    /// The first and last line of the body.
    pub lines: (u32, u32),
    /// The function that a closure stands in.
    pub parent: Option<FunctionId>,
    /// Why it may run beside other code, where a root was found.
    pub root: Option<ConcurrentRoot>,
    /// Whether it has a loop without a condition, or over a channel: it goes on until something ends it.
    pub endless: bool,
    /// The declarations of locks that it gives back without having taken them: whoever calls it holds them.
    pub gives_back: Vec<Arc<str>>,
    /// Whether it returns a struct that it makes, or a pointer to one.
    pub makes_result: bool,
}

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// `f()`, `v.Method()`.
    Direct,
    /// A method of an interface that the callee's type satisfies by name and number of parameters.
    Interface,
    /// `go f()`.
    Go,
    /// `defer f()`.
    Defer,
    /// What a field holds: the function was stored there, one of several perhaps.
    Held,
    /// The function is handed over as a value and may be called later, by whom is not known.
    Value,
}

/// One edge of the call graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who calls; `None` for the initialiser of a package-level variable.
    pub caller: Option<FunctionId>,
    /// Who is called.
    pub callee: FunctionId,
    /// How.
    pub kind: CallKind,
    /// Where.
    pub site: Site,
    /// What the calling function itself holds there.
    pub holding: Holding,
    /// Whether it is a method's call on an object that the calling function is still making.
    pub on_own: bool,
    /// What the receiver begins with.
    pub receiver: Option<Base>,
    /// Whether the receiver is an element of that, one of many: `c.peers[name].run()`.
    pub of_element: bool,
    /// What the arguments begin with, by their places; numbers and strings are left out.
    pub given: Vec<(u32, Base)>,
    /// Whether the callee is handed to code that is not of the program, which holds none of its locks: what is held when it
    /// is called is what is held here, or nothing.
    pub foreign: bool,
    /// Where its arguments come from, by their places; those of which it cannot be told are left out.
    pub sources: Vec<(u32, KeySource)>,
    /// Whether it stands in a loop.
    pub looped: bool,
    /// Where in the file it may first happen: at the start of the outermost loop around it, else at its place.
    pub since: u32,
    /// Where in the file.
    pub at: u32,
}

/// What a function itself holds at one point; its callers may hold more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The locks, in the order in which they were taken.
    pub locks: LockSet,
    /// The declaration of each of [`locks`](Self::locks), in the same order, as in
    /// [`SourceAccess::guards`](crate::SourceAccess::guards).
    pub guards: Vec<Option<Arc<str>>>,
    /// Where the locks are not known: the declarations of all that may be among them, if those are.
    pub perhaps: Option<Vec<Arc<str>>>,
    /// Locks that it may have given back without having taken them, by their paths: its callers may
    /// not hold these any more.
    pub released: Vec<Arc<str>>,
}

/// A place where a function takes a lock itself: `c.mu.Lock()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquisition {
    /// Who takes it; `None` for the initialiser of a package-level variable.
    pub function: Option<FunctionId>,
    /// The lock, and where it is taken.
    pub lock: HeldLock,
    /// The declaration of its mutex, where it is known.
    pub guard: Option<Arc<str>>,
    /// What is held when it is asked for.
    pub before: Holding,
}
