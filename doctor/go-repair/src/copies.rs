//! Whether values of a struct type are copied: one with a lock must not be.

use crate::trees::Trees;
use finding::MapDecl;
use go_syntax::ast::{AssignStmt, CompositeLit, Field, FuncDecl, StarExpr};
use go_syntax::{Kind, Node, View};

/// Why a lock must not be put into the struct of a map: its values are passed, held or assigned as such.
pub(crate) fn of_owner(trees: &Trees<'_>, map: &MapDecl) -> Option<String> {
    let (owner, _) = map.path.rsplit_once('.')?;
    let last = map.package.rsplit('/').next().unwrap_or_default();
    let abroad = format!("{last}.{owner}");
    for file in trees.program().files().iter().filter(|file| file.text().contains(owner)) {
        let name = if file.package() == &*map.package { owner } else { &abroad };
        let tree = trees.file(file.path())?;
        let copied = tree.root().descendants().find(|node| copies(*node, name));
        if let Some(node) = copied {
            let line = tree.line_col(node.start()).line;
            return Some(format!(
                "{owner} is used as a value at {}:{line}: a lock in it must not be copied",
                file.path()
            ));
        }
    }
    None
}

fn copies(node: Node<'_>, owner: &str) -> bool {
    let is_it = |node: Node<'_>| node.text().split('[').next() == Some(owner);
    match node.kind() {
        // A parameter, a result, or a field of another struct, which may be copied itself.
        Kind::Field => node.cast::<Field<'_>>().is_some_and(|field| is_it(field.ty().node())),
        Kind::ArrayType | Kind::MapType | Kind::ChanType => node.children().any(is_it),
        // `*c` as a value, in a method of the type.
        Kind::StarExpr => {
            let receiver = node.ancestors().iter().find_map(|up| {
                let field = up.cast::<FuncDecl<'_>>()?.receiver()?;
                is_it_behind(field, owner).then(|| field.names().next().map(|name| name.text()))?
            });
            let operand = node.cast::<StarExpr<'_>>().map(|star| star.operand().node().text());
            let assigned = node.parent().is_some_and(|up| up.cast::<AssignStmt<'_>>().is_some());
            assigned && receiver.is_some() && operand == receiver
        }
        _ => false,
    }
}

fn is_it_behind(field: Field<'_>, owner: &str) -> bool {
    let ty = field.ty().node().text().trim_start_matches('*');
    ty.split('[').next() == Some(owner)
}

/// An error where the methods of the struct of a map copy it, or a literal of it names no fields: it takes no lock.
pub(crate) fn by_methods(trees: &Trees<'_>, map: &MapDecl) -> Result<(), String> {
    let owner = map.path.rsplit_once('.').map_or("", |(owner, _)| owner);
    let files = trees.program().files().iter().filter(|file| file.package() == &*map.package);
    for file in files.filter_map(|file| trees.file(file.path())) {
        for node in file.root().descendants() {
            if let Some(function) = node.cast::<FuncDecl<'_>>() {
                let by_value =
                    function.receiver().is_some_and(|field| field.ty().node().text() == owner);
                if by_value {
                    return Err(format!(
                        "{owner} has methods on values, which copy it: a lock must not be copied"
                    ));
                }
            }
            if let Some(literal) = node.cast::<CompositeLit<'_>>() {
                let is_it = literal.ty().is_some_and(|ty| ty.node().text() == owner);
                let unkeyed = literal
                    .elements()
                    .next()
                    .is_some_and(|first| first.node().kind() != Kind::KeyValueExpr);
                if is_it && unkeyed {
                    return Err(format!(
                        "{owner} is written without field names, so that a field cannot be added"
                    ));
                }
            }
        }
    }
    Ok(())
}
