//! Declares a new lock beside a map, and imports `sync` for it.

use crate::edit::Edit;
use crate::guard::Guard;
use crate::lines::{alone, indent_of};
use crate::owner::struct_of;
use crate::trees::{self, Trees};
use finding::{DeclKind, MapDecl};
use go_source::Span;
use go_syntax::ast::{CompositeLit, FuncDecl, GenDecl};
use go_syntax::{File, Keyword, Kind, Node, View};

/// The edits of the declaring file; the reason where a lock cannot be declared safely.
pub(crate) fn lock(trees: &Trees<'_>, map: &MapDecl, guard: &Guard) -> Result<Vec<Edit>, String> {
    let source =
        trees.program().file(&map.site.file).ok_or("the declaring file is not in the tree")?;
    let file = trees.file(&map.site.file).ok_or("the declaring file is not in the tree")?;
    let start = trees
        .offset(&map.site.file, map.site.line, map.site.column)
        .ok_or("the declaration was not found")?;
    let name = trees::covering(&file, Span::new(start, start.saturating_add(1)));
    let short = map.path.rsplit('.').next().unwrap_or(&map.path);
    let kind = if guard.rw { "sync.RWMutex" } else { "sync.Mutex" };
    let lock_name = &guard.name;
    if taken(trees, map, lock_name) {
        return Err(format!("the name {lock_name} is taken"));
    }
    let mut edits = import_sync(&file);
    match map.decl {
        DeclKind::PackageVar => {
            let decl = name
                .ancestors()
                .into_iter()
                .find(|up| up.kind() == Kind::GenDecl)
                .ok_or("the declaration was not found")?;
            let at = before_comments(source.text(), decl.start());
            edits.push(Edit::insert(at, format!("var {lock_name} {kind} // guards {short}\n\n")));
        }
        DeclKind::Field => {
            let fields = struct_of(trees, map, &file).ok_or("the struct was not found")?;
            let owner = map.path.rsplit_once('.').map_or("", |(owner, _)| owner);
            copied(trees, map, owner)?;
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
                format!("\n{indent}{lock_name} {kind} // guards {short}\n"),
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
                format!("var {lock_name} {kind} // guards {short}\n{indent}"),
            ));
        }
        DeclKind::Parameter | DeclKind::Element => {
            return Err("the map has no declaration of its own".into());
        }
    }
    Ok(edits)
}

/// True when the package, or the file of a local map, already uses the name.
fn taken(trees: &Trees<'_>, map: &MapDecl, name: &str) -> bool {
    let files = trees.program().files().iter().filter(|file| file.package() == &*map.package);
    files.filter_map(|file| trees.file(file.path())).any(|file| {
        file.root().descendants().any(|node| node.kind() == Kind::Ident && node.text() == name)
    })
}

/// A struct that is copied, or written without field names, takes no lock.
fn copied(trees: &Trees<'_>, map: &MapDecl, owner: &str) -> Result<(), String> {
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

/// Imports `sync` where the file does not.
pub(crate) fn import_sync(file: &File) -> Vec<Edit> {
    let mut imports = file.imports();
    if imports.any(|import| import.path_text() == "sync" && import.name().is_none()) {
        return Vec::new();
    }
    let groups = file.root().children().filter_map(Node::cast::<GenDecl<'_>>);
    let group = groups.into_iter().find(|group| group.keyword() == Keyword::Import);
    let Some(group) = group else {
        let package = file.root().children().next().map_or(0, Node::end);
        return vec![Edit::insert(package, "\n\nimport \"sync\"")];
    };
    let specs: Vec<_> = file
        .imports()
        .filter(|spec| trees::covers(group.node(), Span::new(spec.start(), spec.end())))
        .collect();
    if !group.is_grouped() {
        let Some(only) = specs.first() else { return Vec::new() };
        let mut lines = [only.text().to_owned(), "\"sync\"".to_owned()];
        lines.sort();
        let text = format!("import (\n\t{}\n\t{}\n)", lines[0], lines[1]);
        return vec![Edit { start: group.start(), end: group.end(), text }];
    }
    // Imports are sorted within lines that follow each other without a gap.
    let source = String::from_utf8_lossy(file.src());
    let mut last = None;
    for spec in specs {
        let gap = last.is_some_and(|end: u32| {
            let between = usize::try_from(end).ok().zip(usize::try_from(spec.start()).ok());
            between
                .and_then(|(from, to)| source.get(from..to))
                .is_some_and(|text| text.matches('\n').count() > 1)
        });
        if gap {
            break;
        }
        if spec.path_text() > "sync" {
            return vec![Edit::insert(spec.start(), "\"sync\"\n\t")];
        }
        last = Some(spec.end());
    }
    last.map(|end| Edit::insert(end, "\n\t\"sync\"")).into_iter().collect()
}

/// The beginning of the comment lines directly above an offset.
fn before_comments(text: &str, offset: u32) -> u32 {
    let mut at = usize::try_from(offset).unwrap_or(0);
    loop {
        let above = text.get(..at.saturating_sub(1)).unwrap_or_default();
        let start = above.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        if at == 0 || !above.get(start..).unwrap_or_default().trim_start().starts_with("//") {
            return u32::try_from(at).unwrap_or(offset);
        }
        at = start;
    }
}
