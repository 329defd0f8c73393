//! Broken source keeps what is whole in it.

use go_syntax::ast::{BlockStmt, CallExpr, Expr, FuncDecl, Stmt};
use go_syntax::{File, Node, Options};

fn errors(file: &File) -> Vec<String> {
    let place = |offset: u32| file.line_col(offset);
    let line = |error: &go_syntax::SyntaxError| {
        let at = place(error.span().start);
        format!("{}:{}: {error}", at.line, at.column)
    };
    file.errors().iter().map(line).collect()
}

fn calls(file: &File) -> Vec<&str> {
    let calls = file.root().descendants().filter_map(Node::cast::<CallExpr<'_>>);
    calls.map(|call| call.fun().text()).collect()
}

#[test]
fn a_file_being_typed_keeps_its_functions_and_calls() {
    let src = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/edited.go"))
        .expect("it is there");
    let file = go_syntax::parse(src);
    let names: Vec<&str> = file.funcs().map(|func| func.name().name()).collect();
    assert_eq!(names, ["Get", "Set", "Len", "odd", "last"]);
    for call in ["c.mu.Lock", "delete", "len", "done"] {
        assert!(calls(&file).contains(&call), "{call} among {:?}", calls(&file));
    }
    let get = file.funcs().next().expect("five functions");
    let receiver = get.receiver().expect("a method");
    assert_eq!(receiver.ty().text(), "*Cache");
    assert_eq!(get.body().expect("a body").stmts().count(), 3);
}

#[test]
fn one_mistake_is_one_error_where_it_is() {
    for (body, expected) in [
        ("x := 1 +", "4:1: expected an operand, found '}'"),
        ("f(1, 2", "3:7: missing ',' before the line break"),
        ("if x == 1\n{\n}", "3:10: unexpected line break before '{'"),
        ("for i := 0; i < 10 {\n}", "3:20: expected ';' in the for header, found '{'"),
        ("x := \"text", "3:6: string literal not terminated"),
        ("x := 'ab'", "3:6: rune literal must hold one character"),
        ("x := 0o9", "3:8: digit is too high for this base"),
        ("go f", "3:4: expression here must be a function call"),
        ("var x int = ", "4:1: expected an operand, found '}'"),
        ("case 1:\nf()", "3:1: expected a statement, found a keyword"),
        ("return 1 2", "3:10: expected ';' or a line break, found a number"),
        ("a, b", "3:5: expected an assignment operator, found a line break"),
    ] {
        let file =
            go_syntax::parse(format!("package p\nfunc f() {{\n{body}\n}}\nfunc g() {{ h() }}\n"));
        let found = errors(&file);
        assert!(found.iter().any(|error| error == expected), "{body:?}: {found:?}");
        let name = file.funcs().last().map(|func| func.name().name());
        assert_eq!(name, Some("g"), "{body:?}");
    }
}

#[test]
fn a_missing_brace_ends_with_its_function() {
    let file = go_syntax::parse(
        "package p\n\nfunc (c *C) A() {\n\tif x {\n\t\ta()\n}\n\nfunc (c *C) B() {\n\tb()\n}\n\ntype T struct {\n\tx int\n\nfunc C() { c() }\n",
    );
    let names: Vec<&str> = file.funcs().map(|func| func.name().name()).collect();
    assert_eq!(names, ["A", "B", "C"]);
    assert_eq!(calls(&file), ["a", "b", "c"]);
    assert_eq!(file.decls().count(), 4);
}

#[test]
fn a_selector_without_a_name_keeps_its_operand() {
    let file = go_syntax::parse("package p\nfunc f() {\n\tcache.\n}\n");
    let body = file.funcs().next().and_then(FuncDecl::body).expect("a body");
    let Some(Stmt::Expr(stmt)) = body.stmts().next() else { panic!("an expression statement") };
    let Expr::Selector(selector) = stmt.expr() else { panic!("a selector") };
    assert_eq!((selector.operand().text(), selector.sel().name()), ("cache", ""));
}

#[test]
fn a_file_without_package_clause_has_its_declarations() {
    let file = go_syntax::parse("func f() {}\nvar x = 1\n");
    assert_eq!(errors(&file), ["1:1: expected 'package', found 'func'"]);
    assert_eq!((file.package_name(), file.decls().count()), ("", 2));
}

#[test]
fn skipped_bodies_end_at_a_declaration_if_their_brace_is_missing() {
    let options = Options { skip_bodies: true };
    let file =
        go_syntax::parse_with("package p\nfunc f() {\n\tif x {\n}\n\nfunc g() {\n}\n", options);
    let names: Vec<&str> = file.funcs().map(|func| func.name().name()).collect();
    assert_eq!(names, ["f", "g"]);
    assert!(file.funcs().all(|func| func.body().is_some_and(BlockStmt::is_skipped)));
    assert!(!file.errors().is_empty());
}

#[test]
fn files_that_are_no_text_say_so_and_are_bounded() {
    for (src, kind) in [
        (&b"package p\nvar x = \"\xff\"\n"[..], go_syntax::ErrorKind::Encoding),
        (b"package p\0\n", go_syntax::ErrorKind::Encoding),
        (b"package p\n// \xEF\xBB\xBF\n", go_syntax::ErrorKind::Encoding),
    ] {
        let file = go_syntax::parse(src);
        assert_eq!(file.errors().first().map(go_syntax::SyntaxError::kind), Some(kind));
        assert_eq!(file.package_name(), "p");
    }
    let file = go_syntax::parse(vec![0xFF; 100_000]);
    assert_eq!(file.errors().len(), 200);
    assert!(file.omitted_errors() > 90_000);
    assert!(go_syntax::parse("").errors().len() == 1);
}
