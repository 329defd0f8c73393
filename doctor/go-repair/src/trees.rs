//! Syntax trees of the files at hand, parsed when first asked for.

use go_source::{Program, Span};
use go_syntax::ast::{AssignStmt, FuncDecl};
use go_syntax::{File, Node, View};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The trees of one program's files.
#[derive(Debug)]
pub struct Trees<'p> {
    program: &'p Program,
    parsed: RefCell<HashMap<String, Rc<File>>>,
}

impl<'p> Trees<'p> {
    /// Nothing is parsed yet.
    pub fn new(program: &'p Program) -> Self {
        Self { program, parsed: RefCell::default() }
    }

    /// The program.
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// The tree of a file of the program.
    pub fn file(&self, path: &str) -> Option<Rc<File>> {
        if let Some(known) = self.parsed.borrow().get(path) {
            return Some(Rc::clone(known));
        }
        let text = self.program.file(path)?.text();
        let tree = Rc::new(go_syntax::parse(text));
        self.parsed.borrow_mut().insert(path.to_owned(), Rc::clone(&tree));
        Some(tree)
    }

    /// Offset of a line and column, both from 1.
    pub fn offset(&self, path: &str, line: u32, column: u32) -> Option<u32> {
        let start = self.program.file(path)?.lines().line_start(line)?;
        Some(start.saturating_add(column.saturating_sub(1)))
    }
}

/// The smallest node that covers a span whole.
pub fn covering(file: &File, span: Span) -> Node<'_> {
    let mut node = file.root();
    while let Some(child) = node.children().find(|child| covers(*child, span)) {
        node = child;
    }
    node
}

/// The node with exactly this span that is highest in the tree, or the smallest around it.
pub fn exact(file: &File, span: Span) -> Node<'_> {
    let mut node = file.root();
    loop {
        if node.start() == span.start && node.end() == span.end {
            return node;
        }
        match node.children().find(|child| covers(*child, span)) {
            Some(child) => node = child,
            None => return node,
        }
    }
}

/// True when a node covers a span whole.
pub fn covers(node: Node<'_>, span: Span) -> bool {
    node.start() <= span.start && span.end <= node.end()
}

/// True when a function assigns a variable of this name somewhere.
pub fn assigned(declaration: FuncDecl<'_>, name: &str) -> bool {
    let writes = |node: Node<'_>| {
        node.cast::<AssignStmt<'_>>()
            .is_some_and(|assign| assign.left().any(|left| left.node().text() == name))
    };
    declaration.node().descendants().any(writes)
}
