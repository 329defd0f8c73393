//! Whatever the tree holds: no panic, no hang, and what can be read is read.

use go_source::{LoadOptions, MemoryTree, NoteKind, Program, SourceTree};
use proptest::prelude::*;
use std::io;

fn load(files: &[(&str, &[u8])]) -> Program {
    let tree: MemoryTree = files.iter().copied().collect();
    Program::load(&tree, &LoadOptions::default())
}

/// A file that has most of what the resolver looks at, to be cut and mixed up.
const RICH: &str = r#"package t

import (
	"net/http"
	"sync"
)

type base struct{ sync.RWMutex; m map[string]map[int]bool }
type pair[K comparable, V any] struct { *base; byKey map[K]V; next *pair[K, V] }
type set map[string]struct{}

func (s set) add(k string) { s[k] = struct{}{} }
func (p *pair[K, V]) put(k K, v V) (old V, ok bool) {
	p.Lock()
	defer p.Unlock()
	old, ok = p.byKey[k]
	if p.byKey == nil { p.byKey = make(map[K]V) }
	p.byKey[k] = v
	return
}

var registry = map[string]func(http.ResponseWriter, *http.Request){"a": func(w http.ResponseWriter, r *http.Request) { seen.add(r.Host) }}
var seen = set{}

func serve(ch chan set, list ...set) {
	for i, s := range list { go func() { s.add("x"); delete(list[i], "y") }() }
	switch x := any(ch).(type) {
	case chan set: for s := range x { s["q"] = struct{}{} }
	case nil: goto done
	}
	select { case s := <-ch: clear(s); default: }
done:
	m := registry
	for k := range m { m[k+"b"] = m[k] }
}
"#;

#[test]
fn an_empty_tree_is_an_empty_program() {
    assert!(load(&[]).decls().is_empty());
    assert!(load(&[("go.mod", b""), ("a/go.mod", b"module \"")]).files().is_empty());
    assert_eq!(load(&[("x.go", b"")]).files().len(), 1);
}

#[test]
fn cycles_end() {
    let cyclic = "package t\nimport \"m/u\"\ntype A = B\ntype B = A\ntype C C\ntype D struct { *E }\ntype E struct { *D; m map[string]E }\ntype F[T any] struct { *F[F[T]]; g map[int]T }\nvar x = y\nvar y = x\nvar z = func() map[int]int { return z }\nfunc f(a A, c C, d D, g F[int]) { a[1]++; c[1]++; d.m[\"\"].m[\"\"] = E{}; d.nothing[1]++; g.nothing[1]++; x[1]++; u.V[1]++; z()[1]++ }\nfunc g() map[int]int { return g() }\nfunc h() { g()[1]++ }\n";
    let other = "package u\nimport \"m\"\nvar V = t.W\nvar W = V\n";
    let program = load(&[
        ("go.mod", b"module m\n"),
        ("t.go", cyclic.as_bytes()),
        ("u/u.go", other.as_bytes()),
    ]);
    assert!(program.decls().iter().any(|decl| &*decl.path == "E.m"));
}

#[test]
fn an_unreadable_file_is_a_note_and_the_rest_is_read() {
    struct Broken;
    impl SourceTree for Broken {
        fn files(&self) -> Vec<String> {
            ["go.mod", "a.go", "b.go", "latin.go"].map(str::to_owned).to_vec()
        }
        fn read(&self, path: &str) -> io::Result<Vec<u8>> {
            match path {
                "go.mod" => Ok(b"module m\n".to_vec()),
                "a.go" => Ok(b"package t\nvar m map[int]int\n".to_vec()),
                "latin.go" => Ok(b"package t\n// caf\xe9\nvar n map[int]int\n".to_vec()),
                _ => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
            }
        }
    }
    let program = Program::load(&Broken, &LoadOptions::default());
    assert_eq!(program.decls().len(), 2);
    assert_eq!(program.notes().iter().filter(|note| note.kind == NoteKind::Unreadable).count(), 2);
}

#[test]
fn missing_packages_are_one_note() {
    let program = load(&[
        ("go.mod", b"module m\n"),
        ("a.go", b"package t\nimport (\n\"fmt\"\n\"example.com/x\"\n\"example.org/y\"\n)\nvar v = x.Make()\nfunc f() { v[1]++; y.M[2]++; fmt.Println(v) }\n"),
    ]);
    assert!(program.all_accesses().is_empty());
    let notes: Vec<String> = program.notes().iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "2 imported packages are not in the tree, so their types are unknown: example.com/x, example.org/y"
        ]
    );
}

#[test]
fn code_that_does_not_parse_is_read_around() {
    let program = load(&[("go.mod", b"module m\n"), ("a.go", b"package t\nvar m map[int]int\nfunc f() {\nm[1] = \n}\nfunc g( { m[2]++ }\nfunc h() { m[3]++ }\n")]);
    assert!(program.notes().iter().any(|note| note.kind == NoteKind::Syntax));
    assert_eq!(program.accesses_at("a.go", 7).len(), 1);
}

#[test]
fn depth_is_bounded() {
    let deep = |open: &str, close: &str| {
        format!(
            "package t\nvar m map[int]int\nfunc f() {{ {}m[1]++{} }}\n",
            open.repeat(5_000),
            close.repeat(5_000)
        )
    };
    for (open, close) in [("{", "}"), ("func() {", "}()"), ("if true {", "}"), ("for {", "}")] {
        load(&[("a.go", deep(open, close).as_bytes())]);
    }
    let sum = format!(
        "package t\nvar x = 1{}\nvar y = {}1{}\n",
        "+1".repeat(50_000),
        "(".repeat(20_000),
        ")".repeat(20_000)
    );
    load(&[("a.go", sum.as_bytes())]);
    let types =
        format!("package t\nvar x {}int\nfunc f() {{ x[1]++ }}\n", "map[int]".repeat(20_000));
    load(&[("a.go", types.as_bytes())]);
}

#[test]
fn nested_loops_with_locks_take_bounded_time() {
    let body = format!(
        "{}c.Lock(); m[1]++; if x {{ continue }}; c.Unlock(){}",
        "for x {".repeat(60),
        "}".repeat(60)
    );
    let source = format!(
        "package t\nimport \"sync\"\nvar c sync.Mutex\nvar x bool\nvar m map[int]int\nfunc f() {{ {body} }}\n"
    );
    let program = load(&[("a.go", source.as_bytes())]);
    assert_eq!(program.all_accesses().len(), 1);
}

#[test]
fn every_prefix_is_read() {
    for end in 0..RICH.len() {
        if let Some(prefix) = RICH.get(..end) {
            load(&[("go.mod", b"module m\n"), ("t.go", prefix.as_bytes())]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_make_a_program(bytes in proptest::collection::vec(any::<u8>(), 0..400), manifest in ".{0,200}") {
        load(&[("go.mod", manifest.as_bytes()), ("a.go", &bytes)]);
    }

    #[test]
    fn any_mixture_of_tokens_makes_a_program(picks in proptest::collection::vec(0usize..400, 0..250)) {
        let tokens: Vec<&str> = RICH.split_inclusive([' ', '\n', '\t', '(', '{']).collect();
        let mixed: String = picks.iter().filter_map(|at| tokens.get(at.checked_rem(tokens.len()).expect("tokens"))).copied().collect();
        let program = load(&[("go.mod", b"module m\n"), ("a.go", format!("package t\n{mixed}").as_bytes()), ("b.go", RICH.as_bytes())]);
        for access in program.all_accesses() {
            prop_assert!(program.decl(&access.access.map).is_some());
            let file = program.file(&access.access.site.file);
            prop_assert!(file.is_some_and(|file| *file.slice(access.placement.map) == *access.access.expression));
        }
    }

    #[test]
    fn any_symbol_and_path_can_be_asked_for(symbol in ".{0,60}", path in ".{0,60}") {
        let program = load(&[("go.mod", b"module m\n"), ("t.go", RICH.as_bytes())]);
        program.functions_named(&symbol);
        program.resolve_path(&path);
        program.accesses_at(&path, 3);
    }
}
