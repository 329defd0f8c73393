//! Declares a new lock beside a map.

use crate::copies;
use crate::edit::Edit;
use crate::guard::Guard;
use crate::lines::{alone, before_comments, indent_of};
use crate::owner::struct_of;
use crate::trees::{self, Trees};
use finding::{DeclKind, MapDecl};
use go_source::Span;
use go_syntax::Kind;

/// The edits of the declaring file; the reason where a lock cannot be declared safely.
///
/// `guards` says in its comment what it guards.
pub(crate) fn lock(
    trees: &Trees<'_>,
    map: &MapDecl,
    guard: &Guard,
    guards: &str,
) -> Result<Vec<Edit>, String> {
    let source =
        trees.program().file(&map.site.file).ok_or("the declaring file is not in the tree")?;
    let file = trees.file(&map.site.file).ok_or("the declaring file is not in the tree")?;
    let start = trees
        .offset(&map.site.file, map.site.line, map.site.column)
        .ok_or("the declaration was not found")?;
    let name = trees::covering(&file, Span::new(start, start.saturating_add(1)));
    let kind = if guard.rw { "sync.RWMutex" } else { "sync.Mutex" };
    let lock_name = &guard.name;
    if is_taken(trees, map, lock_name) {
        return Err(format!("the name {lock_name} is taken"));
    }
    let mut edits = Vec::new();
    match map.decl {
        DeclKind::PackageVar => {
            let decl = name
                .ancestors()
                .into_iter()
                .find(|up| up.kind() == Kind::GenDecl)
                .ok_or("the declaration was not found")?;
            let at = before_comments(source.text(), decl.start());
            edits.push(Edit::insert(at, format!("var {lock_name} {kind} // guards {guards}\n\n")));
        }
        DeclKind::Field => {
            let fields = struct_of(trees, map, &file).ok_or("the struct was not found")?;
            copies::by_methods(trees, map)?;
            let brace = fields
                .text()
                .find('{')
                .and_then(|at| u32::try_from(at).ok())
                .ok_or("the struct was not found")?;
            let open = fields.start().saturating_add(brace).saturating_add(1);
            if !fields.text().contains('\n') {
                return Err("the struct stands on one line".into());
            }
            let indent = format!("{}\t", indent_of(source.text(), fields.start()));
            edits.push(Edit::insert(
                open,
                format!("\n{indent}{lock_name} {kind} // guards {guards}\n"),
            ));
        }
        DeclKind::Local => {
            let statement =
                crate::quiet::statement_in_block(&file, Span::new(start, start.saturating_add(1)))
                    .map(|(statement, _)| statement)
                    .filter(|statement| {
                        matches!(statement.kind(), Kind::AssignStmt | Kind::DeclStmt)
                    })
                    .ok_or("it is not declared by a statement of its own")?;
            if !alone(source.text(), statement.start(), statement.end()) {
                return Err("its declaration shares a line".into());
            }
            let indent = indent_of(source.text(), statement.start());
            edits.push(Edit::insert(
                statement.start(),
                format!("var {lock_name} {kind} // guards {guards}\n{indent}"),
            ));
        }
        DeclKind::Parameter | DeclKind::Element => {
            return Err("the map has no declaration of its own".into());
        }
    }
    Ok(edits)
}

/// True when the package, or the file of a local map, already uses the name.
fn is_taken(trees: &Trees<'_>, map: &MapDecl, name: &str) -> bool {
    let files = trees.program().files().iter().filter(|file| file.package() == &*map.package);
    files.filter_map(|file| trees.file(file.path())).any(|file| {
        file.root().descendants().any(|node| node.kind() == Kind::Ident && node.text() == name)
    })
}
