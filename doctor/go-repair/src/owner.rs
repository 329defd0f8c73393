//! The type that a map is a field of: the struct as written, and how locks beside the map are called.

use crate::trees::{self, Trees};
use finding::MapDecl;
use go_source::Span;
use go_syntax::{Kind, Node};

/// What the names of locks beside a map begin with: `example.com/orders.Cache.`.
pub(crate) fn beside(map: &MapDecl) -> String {
    let owner = map.path.rsplit_once('.').map_or("", |(owner, _)| owner);
    format!("{}.{owner}.", map.package)
}

/// The struct type that holds a field.
pub(crate) fn struct_of<'f>(
    trees: &Trees<'_>,
    map: &MapDecl,
    file: &'f go_syntax::File,
) -> Option<Node<'f>> {
    let start = trees.offset(&map.site.file, map.site.line, map.site.column)?;
    let name = trees::covering(file, Span { start, end: start.saturating_add(1) });
    name.ancestors().into_iter().rev().find(|node| node.kind() == Kind::StructType)
}
