//! A parsed file: its source, its flat tree, its lines, comments and errors.
//!
//! # Layout
//!
//! Nodes lie in pre-order in one array, twelve bytes each. A node stores where it starts, how long
//! it is, and the index behind its subtree:
//!
//! ```text
//! index   0        1     2         3         4     5      6
//!         File     Ident FuncDecl  Ident     …            FuncDecl …
//! next    n        2     6         4                      n
//! ```
//!
//! The first child of `i` is `i + 1` unless `next(i)` is that already; the sibling of a child `c`
//! is `next(c)`. A subtree is a range of indices. Nothing else is stored: where an operator or a
//! bracket stands follows from the children around it (see [`File::token_at`]).

use crate::comment::Comments;
use crate::error::{ErrorList, SyntaxError};
use crate::kind::Kind;
use crate::line::{LineCol, LineTable};
use crate::node::Node;
use crate::trivia;

/// A range of bytes of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// How many bytes it covers.
    #[must_use]
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether it covers the byte at `offset`.
    #[must_use]
    pub fn contains(self, offset: u32) -> bool {
        (self.start..self.end).contains(&offset)
    }
}

/// Names a node within its [`File`], where a [`Node`] cannot be kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Position in pre-order: a node comes before its children, and those in source order.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A node as stored. Lengths that do not fit are in `Tree::long`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawNode {
    pub(crate) start: u32,
    pub(crate) next: u32,
    pub(crate) len: u16,
    pub(crate) kind: Kind,
    pub(crate) aux: u8,
}

impl RawNode {
    /// The value of `len` that refers to `Tree::long`.
    pub(crate) const LONG: u16 = u16::MAX;
}

/// The nodes of a file. The last one is [`Kind::BadExpr`], empty and outside the root: what a view
/// hands out for a child that is not there, so that views need not be optional everywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<RawNode>,
    /// Index and length of each node of 65,535 bytes or more, by index.
    pub(crate) long: Vec<(u32, u32)>,
}

impl Tree {
    pub(crate) fn raw(&self, id: NodeId) -> RawNode {
        self.nodes.get(id.index()).copied().unwrap_or(RawNode {
            start: 0,
            next: 0,
            len: 0,
            kind: Kind::BadExpr,
            aux: 0,
        })
    }

    pub(crate) fn len_of(&self, id: NodeId, raw: RawNode) -> u32 {
        if raw.len != RawNode::LONG {
            return u32::from(raw.len);
        }
        match self.long.binary_search_by_key(&id.0, |&(index, _)| index) {
            Ok(at) => self.long.get(at).map_or(0, |&(_, len)| len),
            Err(_) => u32::from(raw.len),
        }
    }

    pub(crate) fn missing(&self) -> NodeId {
        NodeId(u32::try_from(self.nodes.len().saturating_sub(1)).unwrap_or(u32::MAX))
    }
}

/// One parsed Go file. Cheap to share behind an `Arc`; [`Node`] and all views borrow from it.
#[derive(Clone, Debug)]
pub struct File {
    pub(crate) src: Vec<u8>,
    pub(crate) tree: Tree,
    pub(crate) lines: LineTable,
    pub(crate) comments: Comments,
    pub(crate) errors: ErrorList,
    pub(crate) steps: u64,
}

impl File {
    /// The source as given to [`crate::parse`].
    #[must_use]
    pub fn src(&self) -> &[u8] {
        &self.src
    }

    /// The node of the whole file.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node::new(self, NodeId(0))
    }

    /// The node with this id. An id of another file gives some node or an empty [`Kind::BadExpr`].
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node::new(self, id)
    }

    /// How many nodes the tree has.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.tree.nodes.len().saturating_sub(1)
    }

    /// What is wrong with the source, by position. Empty exactly if the source is Go.
    ///
    /// At most 200 are kept; [`File::omitted_errors`] counts the rest.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors.list
    }

    /// How many errors were found beyond those that [`File::errors`] lists.
    #[must_use]
    pub fn omitted_errors(&self) -> usize {
        self.errors.omitted
    }

    /// All comments, by position.
    #[must_use]
    pub fn comments(&self) -> &Comments {
        &self.comments
    }

    /// Where the lines start.
    #[must_use]
    pub fn lines(&self) -> &LineTable {
        &self.lines
    }

    /// Line and column of a byte offset, both from 1. O(log lines).
    #[must_use]
    pub fn line_col(&self, offset: u32) -> LineCol {
        self.lines.line_col(offset)
    }

    /// The bytes of a span, or as many of them as the file has.
    #[must_use]
    pub fn bytes(&self, span: Span) -> &[u8] {
        let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX).min(self.src.len());
        self.src.get(at(span.start)..at(span.end)).unwrap_or_default()
    }

    /// The text of a span: all of it, or what precedes the first byte that is not UTF-8.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.bytes(span).utf8_chunks().next().map_or("", |chunk| chunk.valid())
    }

    /// The offset of the first token at or behind `offset`: space and comments are skipped.
    ///
    /// Every bracket and operator of a node stands between two children, so this finds it.
    #[must_use]
    pub fn token_at(&self, offset: u32) -> u32 {
        trivia::skip(&self.src, offset)
    }

    /// The innermost node that covers the byte at `offset`.
    ///
    /// O(depth × siblings). Offsets in space or comments give the node around them.
    #[must_use]
    pub fn node_at(&self, offset: u32) -> Node<'_> {
        let mut node = self.root();
        while let Some(child) = node.children().find(|child| child.span().contains(offset)) {
            node = child;
        }
        node
    }

    /// The parent of every node, for a consumer that goes upwards a lot. O(nodes).
    #[must_use]
    pub fn parents(&self) -> Parents {
        let mut parents = vec![0; self.node_count()];
        let mut open: Vec<(u32, u32)> = Vec::new();
        for (index, (raw, parent)) in (0u32..).zip(self.tree.nodes.iter().zip(&mut parents)) {
            while open.last().is_some_and(|&(_, next)| next <= index) {
                open.pop();
            }
            *parent = open.last().map_or(0, |&(up, _)| up);
            if raw.next > index.saturating_add(1) {
                open.push((index, raw.next));
            }
        }
        Parents { parents }
    }

    /// Heap bytes held besides the source: nodes, comments, lines and errors.
    #[must_use]
    pub fn tree_bytes(&self) -> usize {
        let nodes = self.tree.nodes.capacity().saturating_mul(size_of::<RawNode>());
        let long = self.tree.long.capacity().saturating_mul(size_of::<(u32, u32)>());
        let errors = self.errors.list.capacity().saturating_mul(size_of::<SyntaxError>());
        [nodes, long, errors, self.lines.heap_bytes(), self.comments.heap_bytes()]
            .iter()
            .fold(0, |sum, part| sum.saturating_add(*part))
    }

    /// Tokens read plus nodes made, recovery included: grows linearly with the source, whatever it is.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }
}

/// The parent of each node of one file; see [`File::parents`].
#[derive(Clone, Debug)]
pub struct Parents {
    parents: Vec<u32>,
}

impl Parents {
    /// The parent of `node`, which must be of the same file; none for the root.
    #[must_use]
    pub fn parent<'a>(&self, node: Node<'a>) -> Option<Node<'a>> {
        let id = node.id();
        if id.0 == 0 {
            return None;
        }
        self.parents.get(id.index()).map(|&up| Node::new(node.file(), NodeId(up)))
    }

    /// The ancestors of `node`, nearest first, up to the root.
    pub fn ancestors<'a>(&self, node: Node<'a>) -> impl Iterator<Item = Node<'a>> {
        std::iter::successors(self.parent(node), |&up| self.parent(up))
    }
}
