//! The meaning of a node's auxiliary byte, by kind. What is not listed carries none.
//!
//! | kind | bits |
//! |---|---|
//! | `BasicLit`, `UnaryExpr`, `BinaryExpr`, `BranchStmt`, `ChanType` | the code of its enum |
//! | `AssignStmt` | low half: [`crate::AssignOp`]; high half: expressions on the left, 15 = count them |
//! | `RangeStmt` | low half: [`crate::AssignOp`]; then `KEY`, `VALUE` |
//! | `IncDecStmt` | `DECREMENT` |
//! | `GenDecl` | low two bits: [`crate::Keyword`]; then `GROUPED` |
//! | `ValueSpec` | `TYPED`; the rest: names, 127 = count them |
//! | others | which optional children are there |

pub(crate) const FIRST: u8 = 1;
pub(crate) const SECOND: u8 = 2;
pub(crate) const THIRD: u8 = 4;
pub(crate) const FOURTH: u8 = 8;

/// `FuncDecl`.
pub(crate) const RECEIVER: u8 = FIRST;
pub(crate) const BODY: u8 = SECOND;
/// `BlockStmt`: statements were left out on request.
pub(crate) const SKIPPED: u8 = FIRST;
/// `FuncType`.
pub(crate) const TYPE_PARAMS: u8 = FIRST;
pub(crate) const RESULTS: u8 = SECOND;
pub(crate) const FUNC_KEYWORD: u8 = THIRD;
/// `TypeSpec`, besides `TYPE_PARAMS`.
pub(crate) const ALIAS: u8 = SECOND;
/// `ImportSpec`.
pub(crate) const NAMED: u8 = FIRST;
/// `FieldList`.
pub(crate) const BRACKETED: u8 = FIRST;
/// `Field`.
pub(crate) const TAGGED: u8 = FIRST;
/// `GenDecl`.
pub(crate) const GROUPED: u8 = THIRD;
/// `ValueSpec`, `CompositeLit`, `TypeAssertExpr`.
pub(crate) const TYPED: u8 = FIRST;
pub(crate) const NAMES_SHIFT: u32 = 1;
pub(crate) const NAMES_MANY: u8 = 127;
/// `AssignStmt`.
pub(crate) const OPERATOR: u8 = 15;
pub(crate) const LEFT_SHIFT: u32 = 4;
pub(crate) const LEFT_MANY: u8 = 15;
/// `RangeStmt`.
pub(crate) const KEY: u8 = 16;
pub(crate) const VALUE: u8 = 32;
pub(crate) const RANGE_OPERATOR: u8 = 64;
/// `IncDecStmt`.
pub(crate) const DECREMENT: u8 = FIRST;
/// `IfStmt`, `ForStmt`, `SwitchStmt`, `TypeSwitchStmt`.
pub(crate) const INIT: u8 = FIRST;
pub(crate) const ELSE: u8 = SECOND;
pub(crate) const COND: u8 = SECOND;
pub(crate) const POST: u8 = THIRD;
pub(crate) const TAG: u8 = SECOND;
/// `CaseClause`, `CommClause`.
pub(crate) const DEFAULT: u8 = FIRST;
/// `EmptyStmt`.
pub(crate) const IMPLICIT: u8 = FIRST;
/// `CallExpr`.
pub(crate) const SPREAD: u8 = FIRST;
/// `SliceExpr`.
pub(crate) const LOW: u8 = FIRST;
pub(crate) const HIGH: u8 = SECOND;
pub(crate) const MAX: u8 = THIRD;
pub(crate) const THREE: u8 = FOURTH;
/// `ArrayType`.
pub(crate) const LENGTH: u8 = FIRST;
