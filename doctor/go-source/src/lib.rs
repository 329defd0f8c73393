//! Modules, packages, declarations and types of a Go source tree, and where each map is touched.
//!
//! Two questions are answered exactly or not at all: *which declared map does this expression
//! touch*, and *where else is that map touched, how, and under which locks of the same function*.
//!
//! ```text
//! SourceTree ─► module ─► package ─► index ─► types ─► body ─► locks ─► Program
//!  files         go.mod    build      package  struct   which   what is    decls, accesses,
//!  and bytes     go.work   tags       scopes   fields   map     held       functions, roots
//!                vendor
//! ```
//!
//! *Design constraints.* No I/O: the caller brings a [`SourceTree`]. No input makes it fail whole or
//! panic: what could not be read or resolved is a [`Note`], and what is unknown is left out rather
//! than guessed. Two variants of one declaration (build tags) are never merged: one target is
//! chosen, its files are read, the others are not.

mod access;
mod body;
mod build;
mod comments;
mod cost;
mod function;
mod hir;
mod key;
mod layout;
mod link;
mod load;
mod locks;
mod mention;
mod models;
mod module;
mod note;
mod options;
mod path;
mod program;
mod source_file;
mod source_tree;
mod specification;
mod spread;
mod turn;
mod types;
mod uses;
mod variable;
mod vendored_module;
mod world;

pub use go_syntax::{LineTable, Span};

pub use access::{
    Assigned, Context, Decision, Inherited, Origin, Placement, Shape, SourceAccess, Walk,
};
pub use cost::{Copied, CopiedFor, Cost, Entries, Fill, Spot, TextKey, Turns};
pub use function::{Acquisition, Call, CallKind, Function, FunctionId, Holding};
pub use key::{KeyFault, KeySource, NewEntry};
pub use mention::Mention;
pub use note::{Note, NoteKind};
pub use options::{LoadOptions, Target};
pub use path::PathCandidate;
pub use program::Program;
pub use source_file::SourceFile;
pub use source_tree::{MemoryTree, SourceTree};
pub use specification::Specified;
pub use turn::{Choice, Effect, EffectKind, InsertedKey, Sink};
pub use uses::Use;
pub use variable::{Base, Join, Nilness, Start, Variable, VariableId, VariableOrigin};
pub use vendored_module::{Replacement, VendoredModule};
