//! Whether the name a patch would write at an access means the lock that guards the map.
//!
//! `x.mu` beside `x.m` is the map's own lock only where `x` is a value of the type that declares
//! the map: a type that embeds that one may have a `mu` of its own. A bare `mu` is the package's
//! only in that package, and only where no parameter or local variable hides it.

use crate::guard::Guard;
use crate::locks::LockKey;
use crate::owner::{beside, struct_of};
use crate::trees::{self, Trees};
use finding::MapDecl;
use go_source::SourceAccess;
use go_syntax::ast::{AssignStmt, Field, FuncDecl, RangeStmt, TypeSpec, ValueSpec};
use go_syntax::{AssignOp, File, Kind, Node, View};

/// Why the lock's name would mean another lock at an access; `None` where it means the right one.
pub(crate) fn another(
    trees: &Trees<'_>,
    map: &MapDecl,
    guard: &Guard,
    source: &SourceAccess,
) -> Option<String> {
    match &guard.key {
        LockKey::Beside(rest) => beside_another(trees, map, guard, rest, source),
        LockKey::Elsewhere(name) => elsewhere_another(trees, map, guard, name, source),
    }
}

fn beside_another(
    trees: &Trees<'_>,
    map: &MapDecl,
    guard: &Guard,
    rest: &str,
    source: &SourceAccess,
) -> Option<String> {
    let file = trees.file(&map.site.file)?;
    let fields = struct_of(trees, map, &file)?;
    let name = rest.trim_start_matches('.').split('.').next().unwrap_or_default();
    if let Some(declared) = guard.declared.as_deref().filter(|_| !guard.new) {
        let own = declared.strip_prefix(&beside(map));
        let in_owner = match own {
            Some(own) => name.is_empty() || own == name,
            None => through_field(fields, rest, name, declared),
        };
        if !in_owner {
            let short = declared.rsplit('/').next().unwrap_or(declared);
            return Some(format!(
                "the lock that is held elsewhere is {short}, of a value around the one with the map"
            ));
        }
    }
    // The type that declares the map may be embedded in one with a lock of that name.
    let owner = map.path.rsplit_once('.').map_or("", |(owner, _)| owner);
    if through_receiver(trees, source, owner) {
        return None;
    }
    let hides = hiding(trees, owner, name)?;
    Some(format!("{} may be a {hides} there, which has another lock of that name", base(source)))
}

/// The value that the map is reached through, as written.
fn base(source: &SourceAccess) -> &str {
    source.access.expression.rsplit_once('.').map_or("", |(base, _)| base)
}

/// True where a field of the struct leads to a lock declared elsewhere: a named one that the path
/// begins with, or an embedded type that declares the lock.
fn through_field(fields: Node<'_>, rest: &str, name: &str, declared: &str) -> bool {
    let deep = rest.matches('.').count() > 1;
    let owner = declared.rsplit('.').nth(1).unwrap_or_default();
    own_fields(fields).any(|field| {
        if deep {
            return field_names(field).iter().any(|known| known == name);
        }
        field.is_embedded() && field_names(field).iter().any(|known| known == owner)
    })
}

/// True when the access goes through the receiver of a method of the type itself.
fn through_receiver(trees: &Trees<'_>, source: &SourceAccess, owner: &str) -> bool {
    let found = || {
        let file = trees.file(&source.access.site.file)?;
        let node = trees::covering(&file, source.placement.operation);
        let ancestors = node.ancestors();
        let function = ancestors.iter().find_map(|up| up.cast::<FuncDecl<'_>>())?;
        let receiver = function.receiver()?;
        let named = receiver.names().next()?.text() == base(source);
        let ty = receiver.ty().node().text().trim_start_matches('*');
        Some(named && ty.split('[').next() == Some(owner) && !hidden(function, base(source)))
    };
    found().unwrap_or(false)
}

/// The first type that embeds `owner` and has a lock of its own of this name.
fn hiding(trees: &Trees<'_>, owner: &str, name: &str) -> Option<String> {
    for file in trees.program().files().iter().filter(|file| file.text().contains(owner)) {
        let Some(tree) = trees.file(file.path()) else { continue };
        if let Some(found) = hiding_in(&tree, owner, name) {
            return Some(found);
        }
    }
    None
}

fn hiding_in(file: &File, owner: &str, name: &str) -> Option<String> {
    let specs = file.root().descendants().filter_map(Node::cast::<TypeSpec<'_>>);
    for spec in specs {
        let Some(fields) = spec.node().children().find(|c| c.kind() == Kind::StructType) else {
            continue;
        };
        let embeds = own_fields(fields).any(|field| {
            field.is_embedded() && field_names(field).iter().any(|known| known == owner)
        });
        let locks = own_fields(fields).any(|field| {
            field_names(field).iter().any(|known| {
                if name.is_empty() {
                    field.is_embedded() && known.ends_with("Mutex")
                } else {
                    known == name
                }
            })
        });
        if embeds && locks {
            return Some(spec.name().text().to_owned());
        }
    }
    None
}

/// The fields of a struct type, without those of structs inside it.
fn own_fields<'f>(fields: Node<'f>) -> impl Iterator<Item = Field<'f>> {
    fields
        .children()
        .flat_map(|child| match child.kind() {
            Kind::Field => vec![child],
            _ => child.children().filter(|inner| inner.kind() == Kind::Field).collect(),
        })
        .filter_map(Node::cast::<Field<'_>>)
}

/// What a field is called; an embedded one by its type.
fn field_names(field: Field<'_>) -> Vec<String> {
    if !field.is_embedded() {
        return field.names().map(|name| name.text().to_owned()).collect();
    }
    let ty = field.ty().node().text().trim_start_matches('*');
    let plain = ty.split('[').next().unwrap_or_default();
    vec![plain.rsplit('.').next().unwrap_or_default().to_owned()]
}

fn elsewhere_another(
    trees: &Trees<'_>,
    map: &MapDecl,
    guard: &Guard,
    name: &str,
    source: &SourceAccess,
) -> Option<String> {
    let site = &source.access.site;
    let package = trees.program().file(&site.file).map_or("", |file| file.package());
    let declared = guard.declared.as_deref().unwrap_or_default();
    let of_package = if guard.new {
        map.decl == finding::DeclKind::PackageVar
    } else {
        declared == format!("{}.{name}", map.package) || declared == format!("{package}.{name}")
    };
    if of_package && !guard.new && declared != format!("{package}.{name}") {
        return Some(format!("{declared} is of another package"));
    }
    if !of_package && !declared.is_empty() {
        // A local lock is known in its function and the closures of it.
        let home = declared.rsplit_once('.').map_or("", |(home, _)| home);
        let symbol = site.function.as_deref().unwrap_or_default().replace("[...]", "");
        let within = |home: &str| {
            symbol.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // Package main is printed as `main.`, whatever its import path.
        let in_main = home.strip_prefix(package).is_some_and(|rest| within(&format!("main{rest}")));
        let known = within(home) || in_main;
        return (!known).then(|| format!("{name} is not known in that function"));
    }
    let file = trees.file(&site.file)?;
    let node = trees::covering(&file, source.placement.operation);
    let ancestors = node.ancestors();
    let function = ancestors.iter().find_map(|up| up.cast::<FuncDecl<'_>>())?;
    (of_package && hidden(function, name))
        .then(|| format!("{name} is the name of something else in that function"))
}

/// True when a function declares the name inside, as a parameter or variable.
fn hidden(function: FuncDecl<'_>, name: &str) -> bool {
    let body = function.body();
    let parameter = function
        .signature()
        .params()
        .fields()
        .flat_map(Field::names)
        .any(|ident| ident.text() == name);
    let inside = body.is_some_and(|body| {
        body.node().descendants().any(|node| {
            if let Some(assignment) = node.cast::<AssignStmt<'_>>() {
                return assignment.op() == AssignOp::Define
                    && assignment.left().any(|left| left.node().text() == name);
            }
            if let Some(range) = node.cast::<RangeStmt<'_>>() {
                return range.op() == Some(AssignOp::Define)
                    && [range.key(), range.value()]
                        .into_iter()
                        .flatten()
                        .any(|left| left.node().text() == name);
            }
            if let Some(field) = node.cast::<Field<'_>>() {
                return field.names().any(|ident| ident.text() == name);
            }
            node.cast::<ValueSpec<'_>>()
                .is_some_and(|spec| spec.names().any(|ident| ident.text() == name))
        })
    });
    parameter || inside
}
