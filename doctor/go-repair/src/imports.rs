//! Imports that edits need.

use crate::edit::Edit;
use crate::lines::line_end;
use crate::trees;
use go_source::Span;
use go_syntax::ast::{GenDecl, ImportSpec};
use go_syntax::{File, Keyword, Kind, Node, View};

/// True when a package is imported under its own name.
pub(crate) fn has(file: &File, path: &str) -> bool {
    file.imports().any(|import| import.path_text() == path && import.name().is_none())
}

/// True when the last element of an import path may name that package in a file: nothing else is called so there.
pub(crate) fn is_free(file: &File, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let other = file.imports().any(|import| {
        let last = import.path_text().rsplit('/').next();
        match import.name() {
            Some(own) => own.text() == name || own.text() == ".",
            None => import.path_text() != path && last == Some(name),
        }
    });
    if other {
        return false;
    }
    let (parents, imported) = (file.parents(), has(file, path));
    // Whoever names a variable so hides the package there; a selector names the package or one of its own.
    let hides = |node: Node<'_>| {
        !parents.parent(node).is_some_and(|up| {
            let package = up.start() == node.start() && imported;
            up.kind() == Kind::SelectorExpr && (package || up.end() == node.end())
        })
    };
    let named = |node: &Node<'_>| node.kind() == Kind::Ident && node.text() == name;
    !file.root().descendants().filter(named).any(hides)
}

/// The edits that import standard packages, as far as the file does not yet.
pub(crate) fn add(file: &File, wanted: &[&str]) -> Vec<Edit> {
    let mut missing: Vec<&str> = wanted.iter().copied().filter(|path| !has(file, path)).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Vec::new();
    }
    let groups = file.root().children().filter_map(Node::cast::<GenDecl<'_>>);
    // What imports C stands by itself, with the code in its comment.
    let group = groups
        .filter(|group| group.keyword() == Keyword::Import)
        .find(|group| specs(file, *group).iter().any(|spec| spec.path_text() != "C"));
    match group {
        None => vec![alone(file, &missing)],
        Some(group) if group.is_grouped() => grouped(file, group, &missing),
        Some(group) => {
            let specs = specs(file, group);
            let only = specs.first().map_or("", |spec| spec.text());
            let path = specs.first().map_or("", |spec| spec.path_text());
            let text = if go_runtime::symbol::is_standard(path) {
                let mut lines: Vec<(&str, String)> =
                    missing.iter().map(|path| (*path, format!("\"{path}\""))).collect();
                lines.push((path, only.to_owned()));
                lines.sort();
                lines.iter().map(|(_, line)| format!("\t{line}\n")).collect::<String>()
            } else {
                format!("{}\n\t{only}\n", listed(&missing))
            };
            vec![Edit {
                start: group.start(),
                end: group.end(),
                text: format!("import (\n{text})"),
            }]
        }
    }
}

/// An import declaration behind the package clause, or behind the declarations that import C.
fn alone(file: &File, missing: &[&str]) -> Edit {
    let clause = file.root().children().next().map_or(0, Node::end);
    let last = file.imports().map(|spec| spec.end()).max();
    let text = match missing {
        [one] => format!("\n\nimport \"{one}\""),
        many => format!("\n\nimport (\n{})", listed(many)),
    };
    Edit::insert(last.unwrap_or(clause), text)
}

/// In order among the standard packages of a group, or before the others.
fn grouped(file: &File, group: GenDecl<'_>, missing: &[&str]) -> Vec<Edit> {
    let specs = specs(file, group);
    let source = String::from_utf8_lossy(file.src());
    // Imports are sorted within lines that follow each other without a gap.
    let mut run: Vec<ImportSpec<'_>> = Vec::new();
    let mut open = true;
    for spec in specs {
        let gap = run.last().is_some_and(|last| {
            let between = usize::try_from(last.end()).ok().zip(usize::try_from(spec.start()).ok());
            between
                .and_then(|(from, to)| source.get(from..to))
                .is_some_and(|text| text.matches('\n').count() > 1)
        });
        if gap {
            open &= !is_standard(&run);
            if open {
                run.clear();
            }
        }
        if open {
            run.push(spec);
        }
    }
    if !is_standard(&run) {
        let Some(first) = file
            .imports()
            .find(|spec| trees::covers(group.node(), Span::new(spec.start(), spec.end())))
        else {
            return Vec::new();
        };
        return vec![Edit::insert(first.start(), format!("{}\n\t", listed(missing).trim_start()))];
    }
    let mut edits = Vec::new();
    for path in missing {
        let after = run.iter().find(|spec| spec.path_text() > *path);
        edits.extend(match (after, run.last()) {
            (Some(spec), _) => Some(Edit::insert(spec.start(), format!("\"{path}\"\n\t"))),
            (None, Some(last)) => {
                Some(Edit::insert(line_end(&source, last.end()), format!("\n\t\"{path}\"")))
            }
            (None, None) => None,
        });
    }
    edits
}

fn is_standard(run: &[ImportSpec<'_>]) -> bool {
    run.iter().any(|spec| go_runtime::symbol::is_standard(spec.path_text()))
}

fn specs<'f>(file: &'f File, group: GenDecl<'_>) -> Vec<ImportSpec<'f>> {
    let inside =
        |spec: &ImportSpec<'_>| trees::covers(group.node(), Span::new(spec.start(), spec.end()));
    file.imports().filter(inside).collect()
}

fn listed(paths: &[&str]) -> String {
    paths.iter().map(|path| format!("\t\"{path}\"\n")).collect()
}
