//! Gives a map another type at its declaration, with methods of its owner that stand behind it, and takes out what gives it
//! a first value.

use crate::align;
use crate::edit::Edit;
use crate::every_use::{self, Place};
use crate::lines::{indent_of, line_end};
use crate::planner::Planner;
use crate::{imports, trees};
use finding::{DeclKind, MapDecl};
use go_source::Span;
use go_syntax::ast::{
    AssignStmt, CallExpr, CompositeLit, Field, FuncDecl, GenDecl, KeyValueExpr, ReturnStmt,
    StructType, TypeSpec, ValueSpec,
};
use go_syntax::{AssignOp, File, Kind, Node, View};
use std::rc::Rc;

/// The declaration of a map whose type may be another.
pub(crate) struct Declared<'p> {
    decl: &'p MapDecl,
    pub(crate) path: &'p str,
    pub(crate) file: Rc<File>,
    text: &'p str,
    /// The type as written; of a variable without one, what follows its name.
    ty: Span,
    /// The map's type as written.
    pub(crate) map_type: String,
    /// The declaration that methods may stand behind.
    group: Span,
    /// The value of a variable of a package.
    value: Option<Span>,
}

/// How functions and methods beside a map are written.
pub(crate) struct Owner {
    /// `(c *Cache) ` for a field, nothing for a variable of a package.
    pub(crate) receiver: String,
    /// The map in such a function: `c.entries`, `routes`.
    pub(crate) map: String,
    /// The name of the receiver.
    pub(crate) name: Option<String>,
}

/// The declaration of a map.
///
/// # Errors
///
/// The reason why its type cannot be changed there.
pub(crate) fn declared<'p>(
    planner: &Planner<'_, 'p>,
    decl: &'p MapDecl,
) -> Result<Declared<'p>, String> {
    let missing = "the declaration was not found";
    let path: &str = &decl.site.file;
    let text = planner.program().file(path).ok_or(missing)?.text();
    let file = planner.trees.file(path).ok_or(missing)?;
    let start = planner.trees.offset(path, decl.site.line, decl.site.column).ok_or(missing)?;
    let name = trees::covering(&file, Span::new(start, start.saturating_add(1)));
    let ancestors = name.ancestors();
    let up = |kind: Kind| ancestors.iter().rev().find(|up| up.kind() == kind).copied();
    let group = up(Kind::GenDecl).ok_or(missing)?;
    let span = |node: Node<'_>| Span::new(node.start(), node.end());
    let (ty, map_type, value) = if decl.decl == DeclKind::Field {
        let field = up(Kind::Field).and_then(Node::cast::<Field<'_>>).ok_or(missing)?;
        let spec = up(Kind::TypeSpec).and_then(Node::cast::<TypeSpec<'_>>).ok_or(missing)?;
        let owner = decl.path.split('.').next().unwrap_or_default();
        let fields = up(Kind::StructType).and_then(Node::cast::<StructType<'_>>).ok_or(missing)?;
        if spec.name().text() != owner || spec.ty().node() != fields.node() {
            return Err("its struct has no name of its own".into());
        }
        if spec.type_params().is_some() {
            return Err("its struct is generic".into());
        }
        if field.names().count() != 1 {
            return Err("it is declared together with other fields".into());
        }
        if field.tag().is_some() {
            return Err("its field has a tag: it may be encoded by its name".into());
        }
        let ty = field.ty().node();
        (span(ty), ty.text().to_owned(), None)
    } else {
        let spec = up(Kind::ValueSpec).and_then(Node::cast::<ValueSpec<'_>>).ok_or(missing)?;
        if spec.names().count() != 1 {
            return Err("it is declared together with other variables".into());
        }
        let grouped = group.cast::<GenDecl<'_>>().is_some_and(GenDecl::is_grouped);
        if grouped && has_neighbours(text, spec.node()) {
            return Err("it is declared in a group, whose columns would change".into());
        }
        let value = spec.values().next().map(View::node);
        match (spec.ty().map(View::node), value) {
            (Some(ty), value) => {
                let end = value.map_or(ty.end(), Node::end);
                (Span::new(ty.start(), end), ty.text().to_owned(), value.map(span))
            }
            (None, Some(value)) => {
                let ty = made_type(value).ok_or("its type is not written at its declaration")?;
                (Span::new(name.end(), value.end()), ty, Some(span(value)))
            }
            (None, None) => return Err(missing.into()),
        }
    };
    if map_type.contains('\n') {
        return Err("its type goes over several lines".into());
    }
    let group = span(group);
    Ok(Declared { decl, path, file, text, ty, map_type, group, value })
}

/// True where the lines above or below a specification are specifications too.
fn has_neighbours(text: &str, spec: Node<'_>) -> bool {
    let at = usize::try_from(spec.start()).unwrap_or(usize::MAX);
    let until = usize::try_from(line_end(text, spec.end())).unwrap_or(usize::MAX);
    let above = text.get(..at).and_then(|before| before.lines().rev().nth(1)).unwrap_or_default();
    let below = text.get(until..).and_then(|after| after.lines().nth(1)).unwrap_or_default();
    let none = |line: &str| {
        let line = line.trim();
        line.is_empty() || line.ends_with('(') || line == ")" || line.starts_with("//")
    };
    !none(above) || !none(below)
}

/// The type that an expression makes a map of: `make(T)`, `T{…}`.
pub(crate) fn made_type(value: Node<'_>) -> Option<String> {
    if let Some(literal) = value.cast::<CompositeLit<'_>>() {
        return Some(literal.ty()?.node().text().to_owned());
    }
    let call = value.cast::<CallExpr<'_>>().filter(|call| call.fun().node().text() == "make")?;
    Some(call.args().next()?.node().text().to_owned())
}

/// True for what makes a map without entries, and for nil.
pub(crate) fn is_empty(value: Node<'_>) -> bool {
    match value.cast::<CompositeLit<'_>>() {
        Some(literal) => literal.elements().next().is_none(),
        None => value.text() == "nil" || made_type(value).is_some(),
    }
}

impl Declared<'_> {
    /// What gives a variable of a package its first value.
    pub(crate) fn value(&self) -> Option<Node<'_>> {
        self.value.map(|value| trees::exact(&self.file, value))
    }

    /// The edits that give it another type, without a value, and put functions behind its declaration.
    pub(crate) fn retyped(&self, ty: &str, functions: &str) -> Result<Vec<Edit>, String> {
        let untyped = self.ty.start.checked_sub(1).is_none_or(|before| {
            align::slice(self.text, before, self.ty.start).is_none_or(|c| !c.trim().is_empty())
        });
        let space = if untyped { " " } else { "" };
        let edit = Edit { start: self.ty.start, end: self.ty.end, text: format!("{space}{ty}") };
        let mut edits = align::comments(&self.file, self.text, edit)
            .ok_or("its line is aligned with others that have tags")?;
        if !functions.is_empty() {
            let at = line_end(self.text, self.group.end);
            edits.push(Edit::insert(at, format!("\n\n{}", functions.trim_end())));
        }
        Ok(edits)
    }

    /// How functions beside it are written.
    pub(crate) fn owner(&self, planner: &Planner<'_, '_>) -> Owner {
        let path = &*self.decl.path;
        let Some((owner, field)) = path.split_once('.') else {
            return Owner { receiver: String::new(), map: path.to_owned(), name: None };
        };
        let files = planner.program().files().iter();
        let mut own = files.filter(|file| file.package() == &*self.decl.package);
        let known = own.find_map(|file| {
            let tree = planner.trees.file(file.path())?;
            tree.funcs().find_map(|function: FuncDecl<'_>| {
                let receiver = function.receiver()?;
                let of = receiver.ty().node().text().trim_start_matches('*') == owner;
                let name = receiver.names().next()?.text().to_owned();
                (of && name != "_").then_some(name)
            })
        });
        let first = || owner.chars().take(1).flat_map(char::to_lowercase).collect();
        let name: String = known.unwrap_or_else(first);
        Owner {
            receiver: format!("({name} *{owner}) "),
            map: format!("{name}.{field}"),
            name: Some(name),
        }
    }

    /// True where the types that the declaration is written with mean the same in another file of the package.
    pub(crate) fn reads_alike_in(&self, file: &File) -> bool {
        if std::ptr::eq(file, &*self.file) {
            return true;
        }
        let words = self.map_type.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
        let mut qualifiers = words.filter_map(|word| Some(word.split_once('.')?.0));
        qualifiers.all(|qualifier| {
            let path = |file: &File| {
                let named = file.imports().find(|import| match import.name() {
                    Some(name) => name.text() == qualifier,
                    None => import.path_text().rsplit('/').next() == Some(qualifier),
                });
                named.map(|import| import.path_text().to_owned())
            };
            let here = path(&self.file);
            here.is_some() && here == path(file)
        })
    }
}

/// A name for something new that the package does not use: the first of these words with the map's name behind.
///
/// # Errors
///
/// The reason where all are taken.
pub(crate) fn free_name(
    planner: &Planner<'_, '_>,
    decl: &MapDecl,
    words: &[&str],
) -> Result<String, String> {
    let name = decl.path.rsplit('.').next().unwrap_or(&decl.path).trim_start_matches('_');
    let mut chars = name.chars();
    let capital: String =
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default();
    let mut names = words.iter().map(|word| format!("{word}{capital}"));
    let free = names.find(|name| !every_use::is_used_in_package(planner, &decl.package, name));
    free.ok_or_else(|| format!("the names {} and their like are taken", words.concat()))
}

/// An error where a standard package cannot be named in the declaring file.
pub(crate) fn importable(declared: &Declared<'_>, package: &str) -> Result<(), String> {
    if imports::is_free(&declared.file, package) {
        return Ok(());
    }
    let name = package.rsplit('/').next().unwrap_or(package);
    Err(format!("{name} is the name of something else in the declaring file"))
}

/// Takes the value out of a composite literal.
pub(crate) fn not_given(
    place: &Place,
    text: &str,
    pair: KeyValueExpr<'_>,
    literal: CompositeLit<'_>,
) -> Result<Vec<Edit>, String> {
    align::without(text, literal, pair)
        .ok_or_else(|| format!("it cannot be taken out of the literal at {}", place.at()))
}

/// The edits that store what a literal gives to the map behind the statement that makes the struct.
///
/// `store` writes the statement for the name of the struct; `first` stands before it all.
pub(crate) fn stored_behind(
    place: &Place,
    text: &str,
    literal: CompositeLit<'_>,
    names: &[&str],
    first: &str,
    store: &dyn Fn(&str) -> String,
) -> Result<Vec<Edit>, String> {
    let elsewhere = || format!("it is made at {} where nothing can be stored into it", place.at());
    let mut made = literal.node();
    let mut up = made.parent().ok_or_else(elsewhere)?;
    if up.kind() == Kind::UnaryExpr {
        made = up;
        up = made.parent().ok_or_else(elsewhere)?;
    }
    let in_block = up.parent().is_some_and(|block| {
        matches!(block.kind(), Kind::BlockStmt | Kind::CaseClause | Kind::CommClause)
    });
    if !in_block || !crate::lines::alone(text, up.start(), up.end()) {
        return Err(elsewhere());
    }
    let indent = indent_of(text, up.start());
    let head = if first.is_empty() { String::new() } else { format!("{first}\n{indent}") };
    if let Some(assign) = up.cast::<AssignStmt<'_>>() {
        let left: Vec<Node<'_>> = assign.left().map(View::node).collect();
        let [name] = left.as_slice() else { return Err(elsewhere()) };
        if assign.op() != AssignOp::Define || name.text() == "_" {
            return Err(elsewhere());
        }
        let mut edits = vec![Edit::insert(
            line_end(text, up.end()),
            format!("\n{indent}{}", store(name.text())),
        )];
        if !head.is_empty() {
            edits.push(Edit::insert(up.start(), head));
        }
        return Ok(edits);
    }
    let returned = up.cast::<ReturnStmt<'_>>().ok_or_else(elsewhere)?;
    let results: Vec<Node<'_>> = returned.results().map(View::node).collect();
    let (one, rest) = results.split_first().ok_or_else(elsewhere)?;
    let plain = rest.iter().all(|node| matches!(node.kind(), Kind::Ident | Kind::BasicLit));
    let pointer = made.kind() == Kind::UnaryExpr;
    if *one != made || !plain || !pointer {
        return Err(elsewhere());
    }
    let name = names
        .iter()
        .find(|name| !every_use::is_used_around(literal.node(), name))
        .ok_or_else(elsewhere)?;
    let rest = align::slice(text, made.end(), up.end()).ok_or_else(elsewhere)?;
    Ok(vec![
        Edit { start: up.start(), end: made.start(), text: format!("{head}{name} := ") },
        Edit {
            start: made.end(),
            end: up.end(),
            text: format!("\n{indent}{}\n{indent}return {name}{rest}", store(name)),
        },
    ])
}
