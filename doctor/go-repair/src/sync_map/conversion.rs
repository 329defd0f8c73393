//! What is put into a `sync.Map` must have the type of its keys or values: an untyped constant would not, nor would `nil`.

use super::Rewrite;
use crate::every_use::Place;
use crate::retype::made_type;
use go_syntax::ast::CallExpr;
use go_syntax::{Kind, Node, View};

/// Types that whatever may be assigned to them has already.
const SAME: &[&str] =
    &["string", "bool", "int", "float64", "error", "any", "interface{}", "struct{}"];

/// What stands before and behind an expression so that it has a type.
///
/// # Errors
///
/// Where the type means something else in the file of the place.
pub(super) fn of(
    rewrite: &Rewrite<'_, '_>,
    place: &Place,
    ty: &str,
    value: Node<'_>,
) -> Result<(String, String), String> {
    let plain = || Ok((String::new(), String::new()));
    if SAME.contains(&ty) {
        // A constant such as 1.0 or 'a' is an int where one is wanted.
        let constant = value.descendants().chain([value]).any(|node| node.kind() == Kind::BasicLit);
        if !(constant && matches!(ty, "int" | "float64")) || is_integer(ty, value) {
            return plain();
        }
    }
    let literal = value.kind() == Kind::FuncLit && ty.starts_with("func(");
    let converted = value.cast::<CallExpr<'_>>().is_some_and(|call| call.fun().node().text() == ty);
    let address = ty.strip_prefix('*').is_some_and(|to| {
        let made = value.children().next().and_then(made_type);
        value.kind() == Kind::UnaryExpr && made.as_deref() == Some(to)
    });
    if literal || converted || address || made_type(value).as_deref() == Some(ty) {
        return plain();
    }
    // What is assigned to a pointer is one already, but for nil.
    if ty.starts_with('*') && value.text() != "nil" {
        return plain();
    }
    if !rewrite.declared.reads_alike_in(&place.file) {
        return Err(format!("{ty} means something else in {}", place.path));
    }
    let name = ty.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let open = if name || ty.starts_with('[') { ty.to_owned() } else { format!("({ty})") };
    Ok((format!("{open}("), ")".to_owned()))
}

/// True for a literal whose own type is the wanted one.
fn is_integer(ty: &str, value: Node<'_>) -> bool {
    ty == "int" && value.text().chars().all(|c| c.is_ascii_digit())
}
