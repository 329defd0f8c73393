//! An untyped view of a node, and the ways to walk from it.

use std::borrow::Cow;
use std::fmt;

use crate::file::File;
use crate::kind::Kind;
use crate::span::Span;
use crate::tree::NodeId;

impl File {
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
}

/// A node of a [`File`]: two words, freely copied.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    file: &'a File,
    id: NodeId,
}

impl<'a> Node<'a> {
    pub(crate) fn new(file: &'a File, id: NodeId) -> Self {
        Self { file, id }
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.file.tree.raw(self.id).kind
    }

    /// Its name within the file.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The file it is part of.
    #[must_use]
    pub fn file(self) -> &'a File {
        self.file
    }

    /// Offset of its first byte.
    #[must_use]
    pub fn start(self) -> u32 {
        self.file.tree.raw(self.id).start
    }

    /// Offset behind its last byte.
    #[must_use]
    pub fn end(self) -> u32 {
        self.span().end
    }

    /// The bytes it covers, without surrounding space and comments.
    #[must_use]
    pub fn span(self) -> Span {
        let raw = self.file.tree.raw(self.id);
        let len = self.file.tree.len_of(self.id, raw);
        Span::new(raw.start, raw.start.saturating_add(len))
    }

    /// Its source text. Exact for names; elsewhere it stops at a byte that is not UTF-8.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.file.text(self.span())
    }

    /// Its source text with invalid bytes replaced.
    #[must_use]
    pub fn lossy_text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.file.bytes(self.span()))
    }

    /// Its children in source order.
    #[must_use]
    pub fn children(self) -> Children<'a> {
        let stop = self.file.tree.raw(self.id).next;
        Children { file: self.file, at: self.id.0.saturating_add(1), stop }
    }

    /// All nodes below it in source order, parents first. It is not among them itself.
    #[must_use]
    pub fn descendants(self) -> Walk<'a> {
        let Children { file, at, stop } = self.children();
        Walk { file, at, stop, last: NodeId(at) }
    }

    /// Its parent; none for the root. O(depth × siblings): going upwards a lot wants [`File::parents`].
    #[must_use]
    pub fn parent(self) -> Option<Node<'a>> {
        self.ancestors().last().copied()
    }

    /// Its ancestors from the root down. O(depth × siblings).
    #[must_use]
    pub fn ancestors(self) -> Vec<Node<'a>> {
        let mut path = Vec::new();
        let mut node = self.file.root();
        while node.id < self.id {
            path.push(node);
            match node.children().find(|child| child.next() > self.id.0) {
                Some(child) => node = child,
                None => break,
            }
        }
        path
    }

    /// Whether `other` is this node or below it.
    #[must_use]
    pub fn contains(self, other: Node<'_>) -> bool {
        self.id <= other.id && other.id.0 < self.next()
    }

    pub(crate) fn aux(self) -> u8 {
        self.file.tree.raw(self.id).aux
    }

    pub(crate) fn has(self, flag: u8) -> bool {
        self.aux() & flag != 0
    }

    fn next(self) -> u32 {
        self.file.tree.raw(self.id).next
    }

    /// The child at a place, or the file's empty node.
    pub(crate) fn child(self, place: usize) -> Node<'a> {
        let missing = Node::new(self.file, self.file.tree.missing());
        self.children().nth(place).unwrap_or(missing)
    }

    /// The child at a place if the node's flag says that it is there.
    pub(crate) fn child_if(self, flag: u8, place: usize) -> Option<Node<'a>> {
        if self.has(flag) { self.children().nth(place) } else { None }
    }

    /// The last child, or the file's empty node.
    pub(crate) fn last_or_missing(self) -> Node<'a> {
        self.last_child().unwrap_or(Node::new(self.file, self.file.tree.missing()))
    }

    /// The children of a list that starts the node, and those behind it. The list has `stored`
    /// members, or is `long` and ends where no comma follows.
    pub(crate) fn split_list(self, stored: usize, long: bool) -> (Children<'a>, Children<'a>) {
        let all = self.children();
        let mut rest = all;
        if long {
            let is_followed = |child: &Node<'a>| {
                let at = self.file.token_at(child.end());
                self.file.bytes(Span::new(at, at.saturating_add(1))) == b","
            };
            while rest.next().as_ref().is_some_and(is_followed) {}
        } else if let Some(last) = stored.checked_sub(1) {
            rest.nth(last);
        }
        (Children { stop: rest.at.min(all.stop), ..all }, rest)
    }

    /// The last child, if there is one.
    pub(crate) fn last_child(self) -> Option<Node<'a>> {
        self.children().last()
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.file, other.file) && self.id == other.id
    }
}

impl Eq for Node<'_> {}

impl std::hash::Hash for Node<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { start, end } = self.span();
        write!(f, "{:?}@{start}..{end}", self.kind())
    }
}

/// The children of a node; see [`Node::children`].
#[derive(Clone, Copy, Debug)]
pub struct Children<'a> {
    file: &'a File,
    at: u32,
    stop: u32,
}

impl<'a> Children<'a> {
    /// Those before `node`, which must be one of them.
    pub(crate) fn before(self, node: Node<'a>) -> Self {
        Self { stop: self.stop.min(node.id.0), ..self }
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.at >= self.stop {
            return None;
        }
        let node = Node::new(self.file, NodeId(self.at));
        self.at = node.next().max(self.at.saturating_add(1));
        Some(node)
    }
}

/// All nodes of a subtree in pre-order; see [`Node::descendants`].
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    file: &'a File,
    at: u32,
    stop: u32,
    last: NodeId,
}

impl<'a> Walk<'a> {
    /// Leaves out what is below the node handed out last.
    ///
    /// ```
    /// use go_syntax::Kind;
    /// let file = go_syntax::parse("package p; func f() { go func() { g() }(); h() }");
    /// let mut names = Vec::new();
    /// let mut walk = file.root().descendants();
    /// while let Some(node) = walk.next() {
    ///     match node.kind() {
    ///         Kind::FuncLit => walk.skip_subtree(),
    ///         Kind::Ident => names.push(node.text()),
    ///         _ => {}
    ///     }
    /// }
    /// assert_eq!(names, ["p", "f", "h"]);
    /// ```
    pub fn skip_subtree(&mut self) {
        self.at = self.at.max(self.file.tree.raw(self.last).next);
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.at >= self.stop {
            return None;
        }
        self.last = NodeId(self.at);
        self.at = self.at.saturating_add(1);
        Some(Node::new(self.file, self.last))
    }
}
