//! The way up: the parent of each node, for a consumer that goes upwards a lot.

use crate::file::File;
use crate::node::Node;
use crate::tree::NodeId;

impl File {
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
