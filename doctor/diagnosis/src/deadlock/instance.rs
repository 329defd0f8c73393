//! Which lock of the process a path in a function means, where that can be proved.

use go_crash::Frame;
use go_repair::trees::{self, Trees};
use go_source::Function;
use go_syntax::ast::{AssignStmt, FuncDecl, ValueSpec};
use go_syntax::{Kind, Node, View};

/// One lock of the process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Instance {
    /// Of a variable of a package, by the variable's name and the fields behind it.
    Package(String),
    /// Beside the value at an address: `.mu`, or nothing for an embedded lock.
    Value(u64, String),
}

/// The lock that a path means in a function whose frame is at hand; `None` where it cannot be told.
pub(super) fn of(
    trees: &Trees<'_>,
    frame: &Frame,
    function: &Function,
    path: &str,
    declared: &str,
) -> Option<Instance> {
    let (root, rest) = path.find('.').map_or((path, ""), |at| path.split_at(at));
    if declared == format!("{}.{path}", function.package) && rest.is_empty() {
        return Some(Instance::Package(declared.to_owned()));
    }
    let file = trees.file(&function.site.file)?;
    let declaration = trees::exact(&file, function.span).cast::<FuncDecl<'_>>()?;
    if rest.matches('.').count() > 1 || path.contains(['[', '(']) {
        return None;
    }
    if let Some(first) = first_pointer(declaration) {
        if first == root {
            let generic = frame.symbol.contains("[...]");
            let address =
                argument(frame).filter(|_| !generic && !trees::assigned(declaration, root))?;
            return Some(Instance::Value(address, rest.to_owned()));
        }
    }
    let declares = |name: &str| names(declaration).iter().any(|known| known == name);
    if !rest.is_empty() && !declares(root) && is_value_of_package(trees, &function.package, root) {
        return Some(Instance::Package(format!("{}.{path}", function.package)));
    }
    None
}

/// The name of the receiver, or else of the first parameter, where that is a pointer.
fn first_pointer(declaration: FuncDecl<'_>) -> Option<String> {
    let first =
        declaration.receiver().or_else(|| declaration.signature().params().fields().next())?;
    let pointer = first.ty().node().text().starts_with('*');
    let name = first.names().next()?.text().to_owned();
    pointer.then_some(name)
}

/// Every name that a function declares, its parameters among them.
fn names(declaration: FuncDecl<'_>) -> Vec<String> {
    let receiver = declaration.receiver().into_iter().flat_map(go_syntax::ast::Field::names);
    let mut found: Vec<_> = receiver.map(|name| name.text().to_owned()).collect();
    for node in declaration.node().descendants() {
        if let Some(field) = node.cast::<go_syntax::ast::Field<'_>>() {
            found.extend(field.names().map(|name| name.text().to_owned()));
        } else if let Some(assign) = node.cast::<AssignStmt<'_>>() {
            found.extend(assign.left().map(|left| left.node().text().to_owned()));
        } else if let Some(spec) = node.cast::<ValueSpec<'_>>() {
            found.extend(spec.names().map(|name| name.text().to_owned()));
        } else if node.kind() == Kind::RangeStmt {
            found.extend(node.children().map(|child| child.text().to_owned()));
        }
    }
    found
}

/// True when a package declares a variable of this name that holds a value, not a pointer to one.
fn is_value_of_package(trees: &Trees<'_>, package: &str, name: &str) -> bool {
    let files = trees.program().files().iter().filter(|file| file.package() == package);
    files.filter(|file| file.text().contains(name)).any(|file| {
        let Some(tree) = trees.file(file.path()) else { return false };
        let specs = tree.root().children().flat_map(Node::children);
        let mut specs = specs.filter_map(Node::cast::<ValueSpec<'_>>);
        specs.any(|spec| {
            let value = spec
                .ty()
                .is_some_and(|ty| matches!(ty.node().kind(), Kind::Ident | Kind::StructType));
            value && spec.names().any(|ident| ident.text() == name)
        })
    })
}

/// The first argument of a frame, where it is printed as sure.
fn argument(frame: &Frame) -> Option<u64> {
    let first = frame.args.as_deref()?.split(',').next()?.trim();
    let value = u64::from_str_radix(first.strip_prefix("0x")?, 16).ok()?;
    (value > 4096).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(args: &str) -> Option<u64> {
        argument(&Frame { args: Some(args.into()), ..Frame::default() })
    }

    #[test]
    fn an_address_that_may_be_stale_proves_nothing() {
        assert_eq!(address("0xc000014060, {0x48d7f8, 0x1}"), Some(0xc0_0001_4060));
        assert_eq!(address("0xc000014060?, {0x48d7f8, 0x1}"), None);
        assert_eq!(address("0x0"), None);
        assert_eq!(address("..."), None);
        assert_eq!(address("{0xc000014060, 0x1}"), None);
    }
}
