//! Whether code may run while the lock is held: it must not wait, must not take locks, and must not
//! call what is not known.
//!
//! What is not recognised is not quiet. So a patch is refused rather than one made that could
//! deadlock.

use crate::calls::Calls;
use crate::trees::{self, Trees};
use go_source::{FunctionId, Span};
use go_syntax::ast::{CallExpr, RangeStmt, UnaryExpr};
use go_syntax::{File, Kind, Node, UnaryOp, View};
use std::cell::RefCell;
use std::collections::HashMap;

/// Predeclared functions and types: calls of them never wait.
const PREDECLARED: &[&str] = &[
    "append",
    "cap",
    "clear",
    "complex",
    "copy",
    "delete",
    "imag",
    "len",
    "make",
    "max",
    "min",
    "new",
    "panic",
    "real",
    "bool",
    "byte",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "rune",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
    "any",
];

/// Packages of the library whose functions compute and return.
const PURE: &[&str] = &[
    "strings", "strconv", "math", "bytes", "errors", "unicode", "utf8", "sort", "slices", "maps",
    "cmp", "bits", "path", "atomic",
];

/// Single functions of other packages that compute and return.
const PURE_FUNCTIONS: &[&str] = &[
    "time.Now",
    "time.Since",
    "time.Until",
    "time.Unix",
    "time.UnixMilli",
    "time.Duration",
    "time.Date",
    "fmt.Sprint",
    "fmt.Sprintf",
    "fmt.Sprintln",
    "fmt.Errorf",
];

/// Methods of the library's value types that compute and return.
const PURE_METHODS: &[&str] = &[
    "After",
    "Before",
    "Equal",
    "Compare",
    "Sub",
    "Add",
    "Unix",
    "UnixNano",
    "UnixMilli",
    "IsZero",
    "Seconds",
    "Milliseconds",
    "Load",
    "Store",
    "Microseconds",
    "Minutes",
    "Hours",
    "Round",
    "Truncate",
    "Year",
    "Month",
    "Day",
];

/// Answers whether code is quiet.
#[derive(Debug)]
pub(crate) struct Quiet<'t> {
    trees: &'t Trees<'t>,
    calls: &'t Calls,
    known: RefCell<HashMap<FunctionId, bool>>,
    /// Functions that take the lock once they are patched: they must not be called under it.
    locking: Vec<FunctionId>,
}

impl<'t> Quiet<'t> {
    pub(crate) fn new(trees: &'t Trees<'t>, calls: &'t Calls, locking: Vec<FunctionId>) -> Self {
        Self { trees, calls, known: RefCell::default(), locking }
    }

    /// True when a node, with everything in it, is quiet.
    pub(crate) fn node(&self, path: &str, node: Node<'_>) -> bool {
        let own = match node.kind() {
            Kind::SendStmt
            | Kind::SelectStmt
            | Kind::GoStmt
            | Kind::DeferStmt
            | Kind::LabeledStmt => false,
            Kind::UnaryExpr => {
                node.cast::<UnaryExpr<'_>>().is_some_and(|unary| unary.op() != UnaryOp::Receive)
            }
            Kind::RangeStmt => {
                node.cast::<RangeStmt<'_>>().is_some_and(|range| self.range(path, range))
            }
            Kind::CallExpr => node.cast::<CallExpr<'_>>().is_some_and(|call| self.call(path, call)),
            _ => !node.kind().is_bad(),
        };
        own && node.children().all(|child| self.node(path, child))
    }

    /// With two variables it is no channel; with one, it must be a map that is known, or a number.
    pub(crate) fn range(&self, path: &str, range: RangeStmt<'_>) -> bool {
        let over = range.subject().node();
        let known_map = self.calls.is_map(path, over.start(), over.end());
        let two = range.value().is_some();
        let walks_function = matches!(over.kind(), Kind::CallExpr | Kind::FuncLit);
        known_map || (two && !walks_function) || over.kind() == Kind::BasicLit
    }

    fn call(&self, path: &str, call: CallExpr<'_>) -> bool {
        let fun = call.fun().node();
        if let Some(callees) = self.calls.of(path, call) {
            return callees.iter().all(|callee| self.function(*callee));
        }
        match fun.kind() {
            Kind::Ident => PREDECLARED.contains(&fun.text()) || self.is_type(path, fun.text()),
            Kind::ArrayType | Kind::MapType | Kind::InterfaceType => true,
            Kind::SelectorExpr => {
                let text = fun.text();
                let (operand, name) = text.rsplit_once('.').unwrap_or(("", text));
                PURE.contains(&operand)
                    || PURE_FUNCTIONS.contains(&text)
                    || PURE_METHODS.contains(&name)
                    || self.is_type_of(operand, name)
            }
            _ => false,
        }
    }

    /// True when a function of the program is quiet. A call that leads back to itself adds nothing.
    fn function(&self, id: FunctionId) -> bool {
        if self.locking.contains(&id) {
            return false;
        }
        if let Some(known) = self.known.borrow().get(&id) {
            return *known;
        }
        self.known.borrow_mut().insert(id, true);
        let quiet = self.body(id).unwrap_or(false);
        self.known.borrow_mut().insert(id, quiet);
        quiet
    }

    fn body(&self, id: FunctionId) -> Option<bool> {
        let function = self.trees.program().function_by_id(id)?;
        let file = self.trees.file(&function.site.file)?;
        let body = trees::exact(&file, function.body);
        Some(body.kind() == Kind::BlockStmt && self.node(&function.site.file, body))
    }

    /// True for the name of a type of the file's own package: a conversion.
    fn is_type(&self, path: &str, name: &str) -> bool {
        let package = self.trees.program().file(path).map(go_source::SourceFile::package);
        self.declares(|other| Some(other) == package, name)
    }

    /// True for a type of an imported package of the program, by the last element of its path.
    fn is_type_of(&self, qualifier: &str, name: &str) -> bool {
        self.declares(|package| package.rsplit('/').next() == Some(qualifier), name)
    }

    fn declares(&self, package: impl Fn(&str) -> bool, name: &str) -> bool {
        let files = self.trees.program().files().iter().filter(|file| package(file.package()));
        let mut trees = files.filter_map(|file| self.trees.file(file.path()));
        trees.any(|tree| declares_type(&tree, name))
    }
}

fn declares_type(file: &File, name: &str) -> bool {
    let mut walk = file.root().descendants();
    while let Some(node) = walk.next() {
        match node.kind() {
            Kind::FuncDecl => walk.skip_subtree(),
            Kind::TypeSpec if names(node, name) => return true,
            _ => {}
        }
    }
    false
}

fn names(spec: Node<'_>, name: &str) -> bool {
    spec.cast::<go_syntax::ast::TypeSpec<'_>>().is_some_and(|spec| spec.name().text() == name)
}

/// True when a statement may leave its block other than by its end: a return, a jump to a label, or
/// a break or continue of a loop around it.
pub(crate) fn leaves(node: Node<'_>) -> bool {
    leaves_within(node, false, false)
}

fn leaves_within(node: Node<'_>, in_loop: bool, in_switch: bool) -> bool {
    match node.kind() {
        Kind::ReturnStmt => true,
        Kind::BranchStmt => {
            let text = node.text();
            !((text == "continue" && in_loop)
                || (text == "break" && (in_loop || in_switch))
                || text == "fallthrough")
        }
        Kind::FuncLit => false,
        Kind::ForStmt | Kind::RangeStmt => {
            node.children().any(|child| leaves_within(child, true, true))
        }
        Kind::SwitchStmt | Kind::TypeSwitchStmt | Kind::SelectStmt => {
            node.children().any(|child| leaves_within(child, in_loop, true))
        }
        _ => node.children().any(|child| leaves_within(child, in_loop, in_switch)),
    }
}

/// The statement of a span and its place: the statement that stands in a block, and the block.
pub(crate) fn statement_in_block(file: &File, span: Span) -> Option<(Node<'_>, Node<'_>)> {
    let node = trees::covering(file, span);
    let mut ancestors = node.ancestors();
    ancestors.push(node);
    let is_block = |node: &Node<'_>| {
        matches!(node.kind(), Kind::BlockStmt | Kind::CaseClause | Kind::CommClause)
    };
    let at = ancestors.windows(2).rposition(|pair| {
        matches!(pair, [block, statement] if is_block(block) && statement.kind().is_stmt() && !is_block_clause(*statement))
    })?;
    Some((*ancestors.get(at.saturating_add(1))?, *ancestors.get(at)?))
}

fn is_block_clause(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::CaseClause | Kind::CommClause)
}
