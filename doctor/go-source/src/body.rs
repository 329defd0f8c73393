//! Bodies: what each function does to which map, which locks it takes, whom it calls.
//!
//! One walk over a package resolves every expression once and writes down facts. Facts refer to
//! declarations by place ([`Key`]), to functions by their number in the package, and to expressions
//! by their number in the file, which the lock analysis uses as anchors. Names come later.

mod access;
mod assertions;
mod assigned;
mod call;
mod callback;
mod callee;
mod cost;
mod decisions;
mod expr;
mod facts;
mod freshness;
mod holding;
mod implicit;
mod init_node;
mod init_order;
mod key_source;
mod keys;
mod lacking;
mod literal;
mod map_place;
mod objects;
mod place;
mod reflection;
mod service;
mod starters;
mod stmt;
mod sync_calls;
mod sync_map;
mod taking_out;
mod turn;
mod uses;
mod variable;
mod walker;

pub(crate) use cost::CostKind;
pub(crate) use facts::{
    AccessFact, BaseFact, CallFact, CallTarget, Callable, Facts, FunctionFact, HandTo, Holder, Key,
    LiteralUse, LockFact, LockPath, ReturnFact, TakenOutFact, VariableOrigin,
};
pub(crate) use key_source::NewEntryFact;
pub(crate) use keys::KeyFact;
pub(crate) use walker::walk_package;
