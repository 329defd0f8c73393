//! Trees as generators and older tools leave them.
#![allow(missing_docs, clippy::allow_attributes, reason = "a test needs no documentation")]

use go_source::{LoadOptions, MemoryTree, NoteKind, Program};

fn expressions(program: &Program) -> Vec<String> {
    let accesses = program.all_accesses().iter();
    accesses
        .map(|found| format!("{} {}", found.access.operation, found.access.expression))
        .collect()
}

#[test]
fn a_row_of_a_thousand_operators_is_read_to_its_end() {
    for operator in ["+", "||", "&&"] {
        let row = format!(" {operator}\n\t\tx").repeat(3000);
        let source = format!(
            "package tables\n\nfunc sum(first, last map[int]T, x T) T {{\n\treturn first[0]{row} {operator} last[0]\n}}\n"
        );
        let tree: MemoryTree = [("go.mod", "module m\n"), ("t.go", &source)].into_iter().collect();
        let program = Program::load(&tree, &LoadOptions::default());
        assert_eq!(program.notes(), [], "{operator}");
        assert_eq!(expressions(&program), ["read first", "read last"], "{operator}");
    }
}

#[test]
fn a_tree_of_gopath_resolves_its_own_packages_and_is_named_by_them() {
    let tree: MemoryTree = [
        ("config/config.go", "package config\n\ntype Config struct{ Labels map[string]string }\n\nfunc (c *Config) Check() {}\n"),
        ("log/log.go", "package log\n\nvar Levels = map[string]int{}\n"),
        (
            "cmd/run/main.go",
            "package main\n\nimport (\n\t\"example.com/app/config\"\n\t\"example.com/app/log\"\n\t\"example.org/set\"\n)\n\nfunc apply(c *config.Config, s set.Set) {\n\tc.Labels[\"a\"] = \"b\"\n\tlog.Levels[\"a\"] = 1\n\ts.Members[\"a\"] = true\n}\n",
        ),
        ("vendor/src/example.org/set/set.go", "package set\n\ntype Set struct{ Members map[string]bool }\n"),
    ]
    .into_iter()
    .collect();
    let program = Program::load(&tree, &LoadOptions::default());
    let written =
        |access: &&go_source::SourceAccess| access.placement.shape == go_source::Shape::Assign;
    let written: Vec<&str> = program
        .all_accesses()
        .iter()
        .filter(written)
        .map(|found| found.access.map.as_str())
        .collect();
    assert_eq!(
        written,
        [
            "example.com/app/config.Config.Labels",
            "example.com/app/log.Levels",
            "example.org/set.Set.Members"
        ]
    );
    let note = program.notes().first().expect("a note on the missing go.mod");
    assert_eq!(note.kind, NoteKind::Module);
    assert!(note.text.ends_with("the tree is example.com/app"), "{note}");
    // Crash texts of a binary built under GOPATH name the package by its full path.
    assert!(program.function("example.com/app/config.(*Config).Check").is_some());
    let printed = "/go/src/example.com/app/config/config.go";
    assert!(program.resolve_path(printed).first().expect("a file").whole);
}

#[test]
fn a_name_that_is_declared_twice_is_said_once_a_package() {
    let tree: MemoryTree = [
        ("go.mod", "module m\n"),
        ("a.go", "package m\nvar m map[string]int\nfunc init() {}\nvar _ = 1\n"),
        ("b.go", "package m\nvar m map[int]int\nfunc init() {}\nvar _ = 2\ntype T int\nfunc (T) f() {}\nfunc (T) f() {}\n"),
        ("vendor/a.b/c/c.go", "package c\nvar x, x int\n"),
    ]
    .into_iter()
    .collect();
    let program = Program::load(&tree, &LoadOptions::default());
    let notes = program.notes().iter().filter(|note| note.kind == NoteKind::Duplicate);
    assert_eq!(
        notes.map(ToString::to_string).collect::<Vec<_>>(),
        [
            "b.go: declares `m` a second time at 2:5, and 1 more of its package: the first declaration was taken"
        ]
    );
}
