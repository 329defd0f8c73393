//! Typed views of nodes, one for each [`crate::Kind`].
//!
//! A view is a [`crate::Node`] that is known to be of one kind: it has the node's methods and adds
//! its parts by name. [`Expr`], [`Stmt`], [`Decl`] and [`Spec`] are for matching on a kind.
//!
//! Parts that the grammar requires are not optional. If broken source lacks one, the view hands
//! out an empty `Bad` node or an empty name instead.

mod decl;
mod expr;
mod field;
mod stmt;
mod types;

pub use decl::{Decl, FuncDecl, GenDecl, ImportSpec, Spec, TypeSpec, ValueSpec};
pub use expr::{
    BasicLit, BinaryExpr, CallExpr, CompositeLit, Ellipsis, Expr, FuncLit, Ident, IndexExpr,
    IndexListExpr, KeyValueExpr, ParenExpr, SelectorExpr, SliceExpr, StarExpr, TypeAssertExpr,
    UnaryExpr,
};
pub use field::{Field, FieldList};
pub use stmt::{
    AssignStmt, BlockStmt, BranchStmt, CaseClause, CommClause, DeclStmt, DeferStmt, EmptyStmt,
    ExprStmt, ForStmt, GoStmt, IfStmt, IncDecStmt, LabeledStmt, RangeStmt, ReturnStmt, SelectStmt,
    SendStmt, Stmt, SwitchStmt, TypeSwitchStmt,
};
pub use types::{ArrayType, ChanType, FuncType, InterfaceType, MapType, StructType};
