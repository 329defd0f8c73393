//! The flat tree of a file, as stored.
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
//! bracket stands follows from the children around it (see [`crate::File::token_at`]).

use crate::kind::Kind;

/// Names a node within its [`crate::File`], where a [`crate::Node`] cannot be kept.
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
