//! Which map each expression touches, and how.

#[path = "common/go.rs"]
mod go;

use finding::{DeclKind, Operation, RootKind};
use go_source::{Context, Origin, Program, Shape};

/// All accesses as lines, initial values aside, in the order of the text.
fn rows(program: &Program) -> Vec<String> {
    let mut rows: Vec<(u32, String)> = program
        .all_accesses()
        .iter()
        .filter(|access| access.placement.shape != go_source::Shape::Initialise)
        .map(|access| (access.placement.operation.start, go::row(access)))
        .collect();
    rows.sort();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Checks all accesses of a file of package `t`, initial values aside.
fn check(source: &str, expected: &[&str]) {
    let program = go::load(&[("t.go", source)]);
    assert_eq!(rows(&program), expected, "{source}");
}

#[test]
fn operations_are_told_apart() {
    check(
        "package t\nvar m = map[string]int{}\nfunc f(k string) {\n_ = m[k]\nm[k] = 1\nm[k] += 2\nm[k]++\ndelete(m, k)\nclear(m)\n_ = len(m)\nfor range m {\n}\nm = nil\nif _, ok := m[k]; ok {\n}\n}\n",
        &[
            "4 read m []",
            "5 write m []",
            "6 write m []",
            "7 write m []",
            "8 delete m []",
            "9 clear m []",
            "10 length m []",
            "11 iterate m []",
            "13 replace m []",
            "14 read m []",
        ],
    );
}

#[test]
fn functions_of_package_maps_are_operations() {
    check(
        "package t\nimport \"maps\"\nvar a, b map[string]int\nfunc f() {\n_ = maps.Clone(a)\nmaps.Copy(a, b)\nmaps.DeleteFunc(a, func(string, int) bool { return true })\nfor range maps.Keys(b) {\n}\n}\n",
        &["5 clone a []", "6 iterate b []", "6 write a []", "7 delete a []", "8 iterate b []"],
    );
}

#[test]
fn sync_map_methods_are_operations() {
    let source = "package t\nimport \"sync\"\ntype s struct { m sync.Map }\ntype e struct { sync.Map }\nvar g sync.Map\nfunc f(s *s, e *e) {\ns.m.Store(1, 2)\ng.Load(1)\ne.Range(func(k, v any) bool { return true })\ns.m.LoadAndDelete(1)\n}\n";
    check(source, &["7 write s.m []", "8 read g []", "9 iterate e.Map []", "10 delete s.m []"]);
}

#[test]
fn fields_are_found_through_embedding_and_pointers() {
    check(
        "package t\ntype base struct { m map[int]int }\ntype mid struct { *base }\ntype top struct { mid; inner struct { n map[int]int } }\nfunc (t *top) f() {\nt.m[1]++\nt.mid.base.m[1]++\nt.inner.n[1]++\n(*t).m[2]++\n}\n",
        &["6 write base.m []", "7 write base.m []", "8 write top.inner.n []", "9 write base.m []"],
    );
}

#[test]
fn shadowing_and_ambiguity_follow_the_specification() {
    check(
        "package t\ntype a struct { m map[int]int }\ntype b struct { m map[int]int }\ntype both struct { a; b }\ntype outer struct { a; m map[int]int }\nfunc f(x both, y outer) {\n_ = x.m[1]\n_ = y.m[1]\n_ = x.b.m[1]\n}\n",
        &["8 read outer.m []", "9 read b.m []"],
    );
}

#[test]
fn locals_of_one_name_are_numbered_in_source_order() {
    check(
        "package t\nfunc f(k int) {\nm := map[int]int{}\n{\nm := map[int]int{}\nm[1]++\n}\nm[k]++\nfunc() {\nseen := map[int]int{}\nseen[1]++\n}()\n}\n",
        &["6 write f.m#2 []", "8 write f.m []", "11 write f.func1.seen []"],
    );
}

#[test]
fn an_alias_is_the_field_it_holds() {
    let program = go::load(&[(
        "t.go",
        "package t\ntype c struct { m map[int]int }\nfunc (c *c) f() {\nm := c.m\nm[1]++\n}\nfunc (c *c) g(o *c) {\nm := c.m\nif m == nil {\nm = o.m\n}\nm[1]++\n}\n",
    )]);
    let first = program.accesses_at("t.go", 5);
    assert_eq!(first.len(), 1);
    assert!(first[0].through_alias);
    assert_eq!(first[0].access.map.as_str(), "example.com/t.c.m");
    assert_eq!(first[0].named.as_str(), "example.com/t.(*c).f.m");
    let several = program.accesses_at("t.go", 12);
    assert_eq!(several.len(), 2, "the variable itself and the field it holds on every way");
}

/// The maps that the accesses on one line of a file of package `t` are claimed for, replacements
/// aside.
fn claimed(program: &Program, line: u32) -> Vec<&str> {
    let accesses = program.accesses_at("t.go", line).into_iter();
    accesses
        .filter(|access| access.access.operation != Operation::Replace)
        .map(|access| access.access.map.as_str().trim_start_matches("example.com/t."))
        .collect()
}

#[test]
fn a_variable_that_is_assigned_another_map_is_not_the_field() {
    // What happens between `held := b.labels` and `held[k] = 1`, on lines of its own.
    let between = [
        "held = maps.Clone(held)",
        "held = make(map[string]int)",
        "held = map[string]int{}",
        "held = b.others",
        "held = nil",
        "if k == \"\" { held = given }",
        "held, _ = load()",
        "func() { held = given }()",
        "for _, held = range all { break }",
        "fill(&held)",
        "at := &held; *at = given",
        "select { case held = <-sent: default: }",
    ];
    for step in between {
        let source = format!(
            "package t\nimport \"maps\"\nvar _ = maps.Clone[map[int]int]\nvar all []map[string]int\nvar sent chan map[string]int\ntype box struct {{ labels, others map[string]int }}\nfunc load() (map[string]int, error) {{ return nil, nil }}\nfunc fill(m *map[string]int) {{ *m = nil }}\nfunc (b *box) put(k string, given map[string]int) {{\nheld := b.labels\n{step}\nheld[k] = 1\n}}\n"
        );
        let program = go::load(&[("t.go", &source)]);
        assert_eq!(claimed(&program, 12), ["(*box).put.held"], "{step}");
        let access = program.accesses_at("t.go", 12)[0];
        assert_eq!(program.origin(&access.access.map), Origin::Unknown, "{step}");
    }
}

#[test]
fn a_variable_that_is_only_ever_assigned_one_field_is_that_field() {
    for step in ["", "held = b.labels", "func() { held = b.labels }()", "held = o.labels"] {
        let source = format!(
            "package t\ntype box struct {{ labels map[string]int }}\nfunc (b *box) put(k string, o *box) {{\nheld := b.labels\n{step}\nheld[k] = 1\n}}\n"
        );
        let program = go::load(&[("t.go", &source)]);
        assert!(claimed(&program, 6).contains(&"box.labels"), "{step}");
    }
    let declared = "package t\ntype box struct { labels map[string]int }\nfunc (b *box) put(k string) {\nvar held map[string]int\nheld = b.labels\nheld[k] = 1\n}\n";
    let program = go::load(&[("t.go", declared)]);
    assert!(claimed(&program, 6).contains(&"box.labels"), "the declaration gave it no map");
}

#[test]
fn a_map_that_is_made_and_stored_at_once_is_the_one_that_it_is_stored_as() {
    let get = |lines: [&str; 4]| {
        format!(
            "package t\ntype box struct {{ byTenant, spare map[string]map[string]int; labels map[string]int }}\nfunc (b *box) put(k string) {{\n{}\ninner[k] = 1\n}}\n",
            lines.join("\n")
        )
    };
    let made = "inner = make(map[string]int)";
    let stored = [
        ["inner := b.byTenant[k]", "if inner == nil {", made, "b.byTenant[k] = inner }"],
        ["inner, ok := b.byTenant[k]", "if !ok {", made, "b.byTenant[k] = inner }"],
        [
            "inner, ok := b.byTenant[k]",
            "if !ok { inner = map[string]int{}",
            "k := k",
            "b.byTenant[k] = inner }",
        ],
        [
            "var inner map[string]int",
            "if inner = b.byTenant[k]; inner == nil {",
            made,
            "b.byTenant[k] = inner }",
        ],
        ["inner := make(map[string]int)", "", "", "b.byTenant[k] = inner"],
    ];
    for lines in stored {
        let source = get(lines);
        let program = go::load(&[("t.go", &source)]);
        assert!(claimed(&program, 8).contains(&"box.byTenant[]"), "{source}");
        assert_eq!(program.origin(&program.accesses_at("t.go", 8)[0].named), Origin::Known);
    }
    let field = get(["inner := b.labels", "if inner == nil {", made, "b.labels = inner }"]);
    assert!(claimed(&go::load(&[("t.go", &field)]), 8).contains(&"box.labels"));
    let elsewhere = [
        // Not stored, stored as another map, or not on every way.
        ["inner := b.byTenant[k]", "if inner == nil {", made, "}"],
        ["inner := b.byTenant[k]", "if inner == nil {", made, "b.spare[k] = inner }"],
        ["inner := b.byTenant[k]", made, "if k == \"\" {", "b.byTenant[k] = inner }"],
        [
            "inner := b.byTenant[k]",
            "for inner == nil {",
            made,
            "if k == \"\" { break }; b.byTenant[k] = inner }",
        ],
        ["inner := b.byTenant[k]", made, "inner = nil", "b.byTenant[k] = inner"],
        ["inner := b.byTenant[k]", made, "other := inner", "b.byTenant[k] = other"],
        [
            "inner := b.byTenant[k]",
            "if inner == nil {",
            made,
            "b.byTenant[k] = inner }; inner = b.labels",
        ],
    ];
    for lines in elsewhere {
        let source = get(lines);
        let program = go::load(&[("t.go", &source)]);
        assert_eq!(claimed(&program, 8), ["(*box).put.inner"], "{source}");
    }
}

#[test]
fn a_parameter_that_is_assigned_is_not_what_it_was_given() {
    for (step, field) in [
        ("", true),
        ("into = maps.Clone(into)", false),
        ("if into == nil { into = make(map[string]int) }", false),
        ("into = spare", false),
        ("func() { into = spare }()", false),
    ] {
        let source = format!(
            "package t\nimport \"maps\"\nvar _ = maps.Clone[map[int]int]\nvar spare map[string]int\ntype box struct {{ labels map[string]int }}\nfunc put(into map[string]int, k string) {{\n{step}\ninto[k] = 1\n}}\nfunc (b *box) f() {{ put(b.labels, \"a\") }}\n"
        );
        let program = go::load(&[("t.go", &source)]);
        let found = claimed(&program, 8);
        assert_eq!(found.contains(&"box.labels"), field, "{step}");
        assert!(found.contains(&"put.into"), "{step}");
        assert!(!found.contains(&"spare"), "{step}");
        let id = program.accesses_at("t.go", 8)[0].named.clone();
        let origin = if field { Origin::Given } else { Origin::Unknown };
        assert_eq!(program.origin(&id), origin, "{step}");
    }
}

#[test]
fn what_a_pointer_to_a_map_leads_to_is_replaced() {
    let source = "package t\ntype set map[string]bool\nfunc (s *set) reset() { *s = set{} }\nfunc (s *set) clear() {\ns.reset()\n}\nfunc drop(m *map[string]int) { *m = nil }\ntype box struct { held set; labels map[string]int }\ntype shelf struct { set }\nfunc (b *box) f(s *shelf) {\nb.held.clear()\ndrop(&b.labels)\ns.reset()\np := &b.labels\n*p = nil\n}\n";
    let program = go::load(&[("t.go", source)]);
    let replaced = |line| {
        let accesses = program.accesses_at("t.go", line).into_iter();
        let maps = accesses.filter(|access| access.access.operation == Operation::Replace);
        maps.map(|access| {
            access.access.map.as_str().trim_start_matches("example.com/t.").to_owned()
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(replaced(3), ["(*set).clear.s", "(*set).reset.s", "box.held", "shelf.set"]);
    assert_eq!(replaced(7), ["box.labels", "drop.m"]);
    assert_eq!(replaced(15), ["box.labels"]);
}

#[test]
fn a_variable_whose_method_may_assign_to_it_is_not_the_field() {
    for (step, field) in [("held.reset()", false), ("held.add(k)", true), ("", true)] {
        let source = format!(
            "package t\ntype set map[string]bool\nfunc (s *set) reset() {{ *s = set{{}} }}\nfunc (s set) add(k string) {{ s[k] = true }}\ntype box struct {{ held set }}\nfunc (b *box) f(k string) {{\nheld := b.held\n{step}\nheld[k] = true\n}}\n"
        );
        let program = go::load(&[("t.go", &source)]);
        assert_eq!(claimed(&program, 9).contains(&"box.held"), field, "{step}");
    }
}

#[test]
fn literals_of_package_variables_follow_the_same_rule() {
    let program = go::load(&[(
        "t.go",
        "package t\nvar labels map[string]int\nvar put = func(k string) {\nheld := labels\nheld[k] = 1\n}\nvar move = func(k string) {\nheld := labels\nheld = map[string]int{}\nheld[k] = 1\n}\n",
    )]);
    assert_eq!(claimed(&program, 5), ["labels"]);
    assert_eq!(claimed(&program, 10).len(), 1);
    assert!(!claimed(&program, 10).contains(&"labels"));
}

#[test]
fn accessors_lead_to_the_field_and_other_calls_do_not() {
    check(
        "package t\ntype c struct { m, n map[int]int }\nfunc (c *c) get() map[int]int { return c.m }\nfunc (c *c) either(b bool) map[int]int { if b { return c.m }; return c.n }\nfunc fresh() map[int]int { m := map[int]int{}; return m }\nfunc f(c *c) {\nc.get()[1]++\nc.either(true)[1]++\nfresh()[1]++\n}\n",
        &["7 write c.m []"],
    );
}

#[test]
fn what_a_function_does_to_its_parameter_it_does_to_what_it_is_given() {
    let program = go::load(&[(
        "t.go",
        "package t\nimport \"sync\"\ntype set map[int]bool\nfunc (s set) add(k int) { s[k] = true }\ntype c struct { mu sync.Mutex; s set }\nfunc (c *c) f() {\nc.mu.Lock()\nc.s.add(1)\nc.mu.Unlock()\n}\n",
    )]);
    let id =
        program.decls().iter().find(|decl| &*decl.path == "c.s").expect("the field").id.clone();
    let accesses = program.accesses(&id);
    assert_eq!(accesses.len(), 1);
    assert_eq!(go::row(&accesses[0]), "4 write c.s [w:c.mu]");
    assert_eq!(accesses[0].calls[0].line, 8);
}

#[test]
fn generic_types_and_functions_are_instantiated() {
    check(
        "package t\ntype store[K comparable, V any] struct { m map[K]V; in struct { byName map[string]map[K]V } }\nfunc (s *store[K, V]) put(k K, v V) { s.m[k] = v }\nfunc first[T any](list []T) T { return list[0] }\nfunc keys[M ~map[K]V, K comparable, V any](m M) { for range m { } }\nfunc f(s *store[string, map[int]int], list []map[int]int) {\ns.m[\"a\"][1]++\ns.in.byName[\"x\"][\"y\"] = nil\nfirst(list)[1]++\n}\n",
        &[
            "3 write store.m []",
            "5 iterate keys.m []",
            "7 read store.m []",
            "7 write store.m[] []",
            "8 read store.in.byName []",
            "8 write store.in.byName[] []",
        ],
    );
}

#[test]
fn packages_see_each_other() {
    let program = go::load(&[
        (
            "t.go",
            "package t\nimport (\n\tcfg \"example.com/t/config\"\n)\nfunc F() { cfg.Values[\"a\"] = \"b\"; cfg.Default().M[\"x\"]++ }\n",
        ),
        (
            "config/config.go",
            "package config\nvar Values = load()\nfunc load() map[string]string { return nil }\ntype C struct { M map[string]int }\nvar std = &C{}\nfunc Default() *C { return std }\n",
        ),
    ]);
    let found: Vec<&str> =
        program.accesses_at("t.go", 5).iter().map(|a| a.access.map.as_str()).collect();
    assert_eq!(found, ["example.com/t/config.C.M", "example.com/t/config.Values"]);
}

#[test]
fn placements_tell_what_stands_around() {
    let source = "package t\nvar m map[int]int\nfunc f() int {\nif v, ok := m[1]; ok {\nreturn m[v]\n}\nfor k := range m {\ndelete(m, k)\n}\ndefer delete(m, 2)\nm[3] = 1\nreturn 0\n}\n";
    let program = go::load(&[("t.go", source)]);
    let file = program.file("t.go").expect("the file");
    let at = |line| program.accesses_at("t.go", line)[0].clone();
    let header = at(4);
    assert_eq!(
        (header.placement.context, header.placement.shape),
        (Context::Header, Shape::CommaOk)
    );
    assert!(file.slice(header.placement.statement).starts_with("if v, ok"));
    assert!(file.slice(header.placement.block).ends_with("return 0\n}"));
    assert_eq!(at(5).placement.context, Context::Return);
    assert_eq!(at(7).placement.context, Context::RangeHeader);
    assert_eq!(file.slice(at(7).placement.operation), "range m");
    assert_eq!(
        (at(8).placement.context, file.slice(at(8).placement.statement)),
        (Context::Simple, "delete(m, k)")
    );
    assert_eq!(at(10).placement.context, Context::Deferred);
    assert_eq!(file.slice(at(11).placement.map), "m");
    assert_eq!(file.slice(at(11).placement.operation), "m[3]");
}

#[test]
fn what_has_not_left_its_maker_is_before_sharing() {
    let source = "package t\ntype c struct { m map[int]int }\nfunc make1() *c {\nx := &c{m: map[int]int{}}\nx.m[1] = 1\ngo x.run()\nx.m[2] = 2\nreturn x\n}\nfunc (c *c) run() { c.m[3] = 3 }\nfunc init() { global[1] = 1 }\nvar global = map[int]int{}\nfunc local() {\nseen := map[int]int{}\nfor i := 0; i < 3; i++ {\nseen[i]++\n}\n}\n";
    let program = go::load(&[("t.go", source)]);
    let before = |line| program.accesses_at("t.go", line)[0].access.before_sharing;
    assert!(before(5), "not yet started");
    assert!(!before(7), "the goroutine runs");
    assert!(!before(10));
    assert!(before(11), "package initialisation");
    assert!(before(16), "never leaves its function");
}

#[test]
fn roots_say_what_makes_code_concurrent() {
    let source = "package t\nimport (\n\"net/http\"\n\"sync\"\n\"time\"\n)\nvar m map[int]int\nfunc leaf() { m[1]++ }\nfunc mid() { leaf() }\nfunc start() { for { go mid() } }\nfunc timer() { time.AfterFunc(1, timed) }\nfunc timed() { m[2]++ }\ntype s struct{}\nfunc (s *s) handle(w http.ResponseWriter, r *http.Request) { m[3]++ }\nfunc (s *s) routes(mux *http.ServeMux) { mux.HandleFunc(\"/\", s.handle) }\nfunc group() { var wg sync.WaitGroup; wg.Go(func() { m[4]++ }) }\nfunc alone() { m[5]++ }\ntype job interface { do() }\ntype real struct{}\nfunc (real) do() { m[6]++ }\nfunc run(j job) { go j.do() }\n";
    let program = go::load(&[("t.go", source)]);
    let root = |line| program.accesses_at("t.go", line)[0].access.root.clone();
    let go = root(8).expect("a root");
    assert_eq!((go.kind, go.site.line, go.many), (RootKind::Go, 10, true));
    assert_eq!(
        go.path.iter().map(|s| &**s).collect::<Vec<_>>(),
        ["example.com/t.mid", "example.com/t.leaf"]
    );
    assert_eq!(root(12).map(|root| (root.kind, root.site.line)), Some((RootKind::Callback, 11)));
    assert_eq!(root(14).map(|root| (root.kind, root.site.line)), Some((RootKind::Handler, 15)));
    assert_eq!(root(16).map(|root| (root.kind, root.site.line)), Some((RootKind::Callback, 16)));
    assert_eq!(root(17), None);
    assert_eq!(root(20).map(|root| (root.kind, root.site.line)), Some((RootKind::Go, 21)));
}

#[test]
fn where_a_map_comes_from_is_said() {
    let source = "package t\nfunc f(p map[int]int, ch chan map[int]int, x any, all []map[int]int) {\nown := map[int]int{}\nown[1]++\nsent := <-ch\nsent[1]++\ncast := x.(map[int]int)\ncast[1]++\nfor _, each := range all {\neach[1]++\n}\np[1]++\n}\n";
    let program = go::load(&[("t.go", source)]);
    let origin = |path: &str| {
        let decl = program.decls().iter().find(|decl| &*decl.path == path).expect("the variable");
        program.origin(&decl.id)
    };
    assert_eq!(origin("f.own"), Origin::Own);
    assert_eq!(origin("f.sent"), Origin::Unknown);
    assert_eq!(origin("f.cast"), Origin::Unknown);
    assert_eq!(origin("f.each"), Origin::Known);
    assert_eq!(origin("f.p"), Origin::Given);
    let element = program
        .accesses_at("t.go", 10)
        .into_iter()
        .find(|access| access.access.map.as_str().ends_with("all[]"));
    assert!(element.is_some());
}

#[test]
fn declarations_carry_their_type() {
    let program = go::load(&[(
        "t.go",
        "package t\nimport \"time\"\ntype key struct{ a, b int }\ntype cache map[key]*time.Time\ntype s struct { c cache }\n",
    )]);
    let decl = &program.decls()[0];
    assert_eq!((&*decl.path, decl.decl, &*decl.map_type.text), ("s.c", DeclKind::Field, "cache"));
    assert_eq!((&*decl.map_type.key, &*decl.map_type.value), ("key", "*time.Time"));
    assert_eq!((decl.site.line, decl.site.column), (5, 17));
}

#[test]
fn variants_of_one_declaration_are_never_merged() {
    let program = go::load(&[
        ("a_linux.go", "package t\nvar m map[string]int\n"),
        ("a_windows.go", "package t\nvar m []int\n"),
        ("b.go", "//go:build ignore\n\npackage main\nvar x map[int]int\n"),
        ("t.go", "package t\nfunc f() { m[\"a\"]++ }\n"),
    ]);
    assert_eq!(program.accesses_at("t.go", 2)[0].access.operation, Operation::Write);
    assert_eq!(program.files().len(), 2);
}

#[test]
fn initialisation_is_alone_until_it_starts_something() {
    // What `init` does before it touches the map, or around that; lines 9 and 10 touch it.
    for (first, before, second, alone) in [
        ("", "", "", true),
        ("", "_ = make(chan int)", "", true),
        ("", "go work()", "", false),
        ("", "go func() { global[1]++ }()", "", false),
        ("", "begin()", "", false),
        ("", "func() { begin() }()", "", false),
        ("", "once.Do(func() { go work() })", "", false),
        ("", "time.AfterFunc(1, work)", "", false),
        ("", "defer begin()", "", false),
        (
            "",
            "http.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { go work() })",
            "",
            true,
        ),
        ("", "for range 3 {", "go work() }", false),
        ("", "if true {", "}", true),
        ("func init() { go work() }", "", "", false),
        ("func init() { begin() }", "", "", false),
        ("var started = begin()", "", "", false),
        ("var later = func() { begin() }", "", "", true),
    ] {
        let source = format!(
            "package t\nimport (\"net/http\"; \"sync\"; \"time\")\nvar _ = http.HandleFunc\nvar _ = time.AfterFunc\nvar once sync.Once\nvar global = map[int]int{{}}\n{first}\nfunc init() {{ {before}\nglobal[1] = 1\n{second} }}\nfunc work() {{ global[1]++ }}\nfunc begin() int {{ go work(); return 1 }}\n"
        );
        let program = go::load(&[("t.go", &source)]);
        let access = program.accesses_at("t.go", 9)[0];
        assert_eq!(access.access.before_sharing, alone, "{source}");
        let given = program.accesses_at("t.go", 6)[0];
        assert!(given.access.before_sharing, "what refers to it is initialised after it");
    }
    let source = "package t\nvar global = map[int]int{}\nfunc init() {\nglobal[1] = 1\ngo work()\nglobal[2] = 2\n}\nfunc init() { global[3] = 3 }\nfunc work() {}\n";
    let program = go::load(&[("t.go", source)]);
    let alone = |line| program.accesses_at("t.go", line)[0].access.before_sharing;
    assert_eq!([alone(4), alone(6), alone(8)], [true, false, false]);
}
