//! A stress test that calls the real functions: what touches the map, from many goroutines at once.
//!
//! Arguments are made by type, and whatever cannot be called that way is left out: functions that do
//! not return, helpers that expect the lock to be held, generic ones.

mod value;

use crate::callers::CallersHold;
use crate::locks::{self, Relation, Under};
use crate::owner::struct_of;
use crate::trees::{self, Trees};
use finding::{Code, DeclKind, MapDecl};
use go_source::Program;
use go_syntax::ast::{Field, ForStmt, FuncDecl, RangeStmt, UnaryExpr, ValueSpec};
use go_syntax::{File, Kind, Node, UnaryOp, View};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::rc::Rc;
use value::Values;

/// Functions called at most.
const CALLS: usize = 12;

/// A test that runs every function that touches the map from many goroutines; `None` where none of
/// them can be called without knowing more.
pub fn test(program: &Program, map: &MapDecl) -> Option<Code> {
    write(program, map, false)
}

/// The same for a map that a repair gives another type: a test that is good with both, which gives the map no value itself.
pub fn test_retyped(program: &Program, map: &MapDecl) -> Option<Code> {
    write(program, map, true)
}

fn write(program: &Program, map: &MapDecl, retyped: bool) -> Option<Code> {
    let trees = Trees::new(program);
    let file = trees.file(&map.site.file)?;
    let mut values = Values::default();
    let owner = match map.decl {
        DeclKind::Field => map
            .path
            .split_once('.')
            .filter(|(_, field)| !field.contains('.'))
            .map(|(owner, _)| owner),
        DeclKind::PackageVar => None,
        DeclKind::Local | DeclKind::Parameter | DeclKind::Element => return None,
    };
    if map.decl == DeclKind::Field && owner.is_none() {
        return None;
    }
    let subject = match owner {
        Some(owner) => Some(subject(program, &trees, map, (owner, retyped), &mut values)?),
        None => None,
    };
    let calls = calls(program, &trees, map, owner, &mut values);
    if calls.is_empty() {
        return None;
    }
    let title: String = map.path.split(['.', '_']).map(capital).collect();
    let package = file.package_name();
    let text = text(package, &title, &map.path, subject.as_deref(), &calls, &values);
    // What does not parse is not offered.
    if !go_syntax::parse(text.as_str()).errors().is_empty() {
        return None;
    }
    let directory = map
        .site
        .file
        .rsplit_once('/')
        .map_or(String::new(), |(directory, _)| format!("{directory}/"));
    let stem = map.path.replace('.', "_").to_lowercase();
    Some(Code { file: format!("{directory}{stem}_load_test.go"), language: "go", text })
}

/// The name of the test in its text.
pub fn name(text: &str) -> Option<String> {
    let after = text.split_once("func Test")?.1;
    let rest = after.split_once('(')?.0;
    Some(format!("Test{rest}"))
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn text(
    package: &str,
    title: &str,
    path: &str,
    subject: Option<&str>,
    calls: &[String],
    values: &Values,
) -> String {
    let mut imports: BTreeSet<String> = values.imports.clone();
    imports.extend(["sync".to_owned(), "testing".to_owned()]);
    let mut out = format!("package {package}\n\nimport (\n");
    // The library's packages have no dot in their first element and come first.
    let (library, others): (Vec<_>, Vec<_>) =
        imports.iter().partition(|import| go_runtime::symbol::is_standard(import));
    for import in &library {
        let _ = writeln!(out, "\t\"{import}\"");
    }
    if !others.is_empty() {
        out.push('\n');
    }
    for import in &others {
        let _ = writeln!(out, "\t\"{import}\"");
    }
    let _ = writeln!(
        out,
        ")\n\n// Test{title}UnderLoad runs what touches {path} from many goroutines at once."
    );
    let _ = writeln!(out, "func Test{title}UnderLoad(t *testing.T) {{");
    if let Some(subject) = subject {
        let _ = writeln!(out, "\t{subject}");
    }
    out.push_str("\tcalls := []func(){\n");
    for call in calls {
        let _ = writeln!(out, "\t\tfunc() {{ {call} }},");
    }
    out.push_str(
        "\t}\n\tvar group sync.WaitGroup\n\tfor _, call := range calls {\n\t\tcall := call\n\t\tfor worker := 0; worker < 4; worker++ {\n\
         \t\t\tgroup.Add(1)\n\t\t\tgo func() {\n\t\t\t\tdefer group.Done()\n\t\t\t\tfor round := 0; round < 1000; round++ {\n\
         \t\t\t\t\tcall()\n\t\t\t\t}\n\t\t\t}()\n\t\t}\n\t}\n\tgroup.Wait()\n}\n",
    );
    out
}

/// `subject := NewCache(…)`, or a literal with the map made, where there is no such function.
fn subject(
    program: &Program,
    trees: &Trees<'_>,
    map: &MapDecl,
    (owner, retyped): (&str, bool),
    values: &mut Values,
) -> Option<String> {
    if owner.contains('[') {
        return None;
    }
    let pointer = format!("*{owner}");
    for file in package_files(program, trees, map) {
        for function in file.funcs() {
            let results =
                function.signature().results().map(|list| list.fields().count()).unwrap_or(0);
            let result = function
                .signature()
                .results()
                .and_then(|list| list.fields().next())
                .map(|field| field.ty().node().text().to_owned());
            let makes = result.as_deref().is_some_and(|ty| ty == owner || ty == pointer);
            if function.recv().is_some() || !function.name().text().starts_with("New") || !makes {
                continue;
            }
            let mut own = values.clone();
            if let Some(arguments) = own.arguments(&file, function) {
                *values = own;
                let rest = if results > 1 { ", _" } else { "" };
                return Some(format!("subject{rest} := {}({arguments})", function.name().text()));
            }
        }
    }
    // A literal leaves the other fields empty: calling a function that is not there ends the test.
    let file = trees.file(&map.site.file)?;
    let called = struct_of(trees, map, &file).is_some_and(|fields| {
        let mut inside = fields.descendants().filter_map(Node::cast::<Field<'_>>);
        inside.any(|field| field.ty().node().kind() == Kind::FuncType)
    });
    if called || retyped {
        return None;
    }
    let field = map.path.rsplit('.').next()?;
    let plain = !map.map_type.text.contains('.');
    plain.then(|| format!("subject := &{owner}{{{field}: make({})}}", map.map_type.text))
}

/// The calls of the functions of the package that touch the map.
fn calls(
    program: &Program,
    trees: &Trees<'_>,
    map: &MapDecl,
    owner: Option<&str>,
    values: &mut Values,
) -> Vec<String> {
    let callers = CallersHold::new(trees);
    let channels = channels(&package_files(program, trees, map));
    let mut found: Vec<String> = Vec::new();
    let mut touched: Vec<(Under, bool)> = Vec::new();
    for source in program.accesses(&map.id) {
        let site = &source.access.site;
        // A map that a call handed over would be another one here.
        if source.access.before_sharing
            || !source.calls.is_empty()
            || !callers.of(source.function).is_empty()
            || site.file.ends_with("_test.go")
        {
            continue;
        }
        let Some(file) = trees.file(&site.file) else { continue };
        let in_package =
            program.file(&site.file).is_some_and(|file| file.package() == &*map.package);
        let node = trees::covering(&file, source.placement.operation);
        let ancestors = node.ancestors();
        let function = ancestors.iter().find_map(|up| up.cast::<FuncDecl<'_>>());
        let Some(function) = function.filter(|_| in_package) else { continue };
        let name = function.name().text();
        if function.signature().type_params().is_some()
            || matches!(name, "main" | "init")
            || endless(function.node(), &channels)
            || is_kept(node)
        {
            continue;
        }
        let mut own = values.clone();
        let Some(arguments) = own.arguments(&file, function) else { continue };
        let call = match (function.receiver(), owner) {
            (Some(receiver), Some(owner))
                if receiver.ty().node().text().trim_start_matches('*') == owner =>
            {
                format!("subject.{name}({arguments})")
            }
            (None, None) => format!("{name}({arguments})"),
            _ => continue,
        };
        // `go vet` asks that the result of a String method be used.
        let call = if one_result(function) { format!("_ = {call}") } else { call };
        if !found.contains(&call) && found.len() < CALLS {
            *values = own;
            found.push(call.clone());
        }
        if found.contains(&call) {
            let under = locks::under(source, &[]);
            touched.push((under, source.access.operation.mutates()));
        }
    }
    if can_meet(&touched) { found } else { Vec::new() }
}

/// True when two of the accesses, or one in two goroutines, are not kept apart by a lock and one of
/// them changes the map: otherwise the test could not fail.
fn can_meet(touched: &[(Under, bool)]) -> bool {
    touched.iter().any(|(one, changes)| {
        touched.iter().any(|(other, other_changes)| {
            (*changes || *other_changes)
                && !matches!(locks::relation(one, other), Relation::Apart(_))
        })
    })
}

fn one_result(function: FuncDecl<'_>) -> bool {
    let fields = function.signature().results().map(|list| list.fields().collect::<Vec<_>>());
    match fields.as_deref() {
        Some([one]) => one.names().count() <= 1,
        _ => false,
    }
}

/// True inside a function literal that is returned or stored: whoever calls the function around it does not run it.
fn is_kept(node: Node<'_>) -> bool {
    let ancestors = node.ancestors();
    let Some(literal) = ancestors.iter().position(|up| up.kind() == Kind::FuncLit) else {
        return false;
    };
    let around = ancestors.iter().take(literal).rev();
    around
        .take_while(|up| up.kind() != Kind::BlockStmt)
        .any(|up| matches!(up.kind(), Kind::ReturnStmt | Kind::CompositeLit))
}

/// The names of channels in fields, parameters and variables of a package.
fn channels(files: &[Rc<File>]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files {
        for node in file.root().descendants() {
            let names: Vec<_> = match (node.cast::<Field<'_>>(), node.cast::<ValueSpec<'_>>()) {
                (Some(field), _) if field.ty().node().kind() == Kind::ChanType => {
                    field.names().collect()
                }
                (_, Some(spec))
                    if spec.ty().is_some_and(|ty| ty.node().kind() == Kind::ChanType) =>
                {
                    spec.names().collect()
                }
                _ => Vec::new(),
            };
            found.extend(names.iter().map(|name| name.text().to_owned()));
        }
    }
    found
}

/// True for a function that may not return by itself: it loops without a condition, or uses channels.
fn endless(node: Node<'_>, channels: &BTreeSet<String>) -> bool {
    let over_channel = |range: RangeStmt<'_>| {
        let subject = range.subject().node().text();
        subject.rsplit('.').next().is_some_and(|name| channels.contains(name))
    };
    node.descendants().any(|inner| {
        let receives = |unary: UnaryExpr<'_>| unary.op() == UnaryOp::Receive;
        matches!(inner.kind(), Kind::SelectStmt | Kind::GoStmt | Kind::SendStmt)
            || inner.cast::<UnaryExpr<'_>>().is_some_and(receives)
            || inner.cast::<RangeStmt<'_>>().is_some_and(over_channel)
            || inner.cast::<ForStmt<'_>>().is_some_and(|stmt| stmt.cond().is_none())
    })
}

fn package_files(program: &Program, trees: &Trees<'_>, map: &MapDecl) -> Vec<Rc<File>> {
    let files = program
        .files()
        .iter()
        .filter(|file| file.package() == &*map.package && !file.path().ends_with("_test.go"));
    files.filter_map(|file| trees.file(file.path())).collect()
}
