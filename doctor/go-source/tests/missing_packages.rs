//! What is known of maps whose types come from packages that are not in the tree.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(missing_docs, clippy::allow_attributes, reason = "a test needs no documentation")]

use finding::{LockSet, MapType};
use go_source::{LoadOptions, MemoryTree, Program};

fn load(source: &str) -> Program {
    let tree: MemoryTree =
        [("go.mod", "module example.com/shop\n"), ("shop.go", source)].into_iter().collect();
    Program::load(&tree, &LoadOptions::default())
}

fn type_of(program: &Program, id: &str) -> MapType {
    let id = format!("example.com/shop.{id}");
    let decl = program.decls().iter().find(|decl| decl.id.as_str() == id);
    decl.expect("the map is declared").map_type.clone()
}

#[test]
fn their_types_are_written_as_the_source_writes_them() {
    let program = load(
        r#"package shop

import (
	"bufio"
	goods "example.org/stock/types"
)

var prices = map[goods.Code]*goods.Price{}

func count() {
	readers := make(map[string]*bufio.Scanner)
	lists := map[string][]goods.Price{}
	readers["a"], lists["b"] = nil, nil
}
"#,
    );
    let found = type_of(&program, "prices");
    assert_eq!(
        [&*found.text, &*found.key, &*found.value],
        ["map[goods.Code]*goods.Price", "goods.Code", "*goods.Price"]
    );
    assert_eq!(&*type_of(&program, "count.readers").value, "*bufio.Scanner");
    assert_eq!(&*type_of(&program, "count.lists").text, "map[string][]goods.Price");
}

#[test]
fn a_call_of_an_unknown_function_is_no_conversion_and_yields_no_map() {
    let program = load(
        r#"package shop

import "example.org/stock/types"

type basket struct{ items map[string]int }

func (b *basket) fill() {
	own := types.Header(b.items)
	own["a"] = 1
	var given types.Header
	given["b"] = 2
}
"#,
    );
    let touched: Vec<String> = program
        .all_accesses()
        .iter()
        .map(|found| format!("{} {}", found.access.operation, found.access.expression))
        .collect();
    assert_eq!(touched, Vec::<String>::new(), "whether these are maps cannot be known");
}

#[test]
fn a_field_of_a_generic_type_has_the_types_of_its_declaration() {
    let program = load(
        r#"package shop

func used() *shelf[int, string] {
	return &shelf[int, string]{items: map[int]string{}}
}

type shelf[K comparable, V any] struct{ items map[K]V }
"#,
    );
    let found = type_of(&program, "shelf.items");
    assert_eq!([&*found.text, &*found.key, &*found.value], ["map[K]V", "K", "V"]);
}

#[test]
fn an_unknown_embedded_type_may_hide_an_exported_field_that_lies_deeper() {
    let program = load(
        r#"package shop

import "example.org/stock/types"

type rack struct {
	Goods map[string]int
	goods map[string]int
}

type wall struct{ rack }

type room struct {
	types.Base
	wall
}

func (r *room) put() {
	r.Goods["a"] = 1
	r.goods["a"] = 1
	r.wall.Goods["b"] = 1
}
"#,
    );
    let touched: Vec<&str> =
        program.all_accesses().iter().map(|found| &*found.access.expression).collect();
    // `types.Base` may well have a field `Goods`, but none that this package could call `goods`.
    assert_eq!(touched, ["r.wall.Goods", "r.goods"]);
}

/// The paths of the locks at each access, in the order of the source.
fn held(program: &Program) -> Vec<(u32, Option<Vec<String>>)> {
    let mut found: Vec<_> = program
        .all_accesses()
        .iter()
        .map(|found| {
            let locks = match &found.access.locks {
                LockSet::Held(held) => {
                    Some(held.iter().map(|lock| lock.path.to_string()).collect())
                }
                LockSet::Unknown => None,
            };
            (found.access.site.line, locks)
        })
        .collect();
    found.sort();
    found
}

const LOCKED: &str = r#"package shop

import "example.org/deadlock"

type till struct {
	mu  deadlock.RWMutex
	sum map[string]int
}

func (t *till) add() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum["a"] = 1
}

func (t *till) read() int {
	t.mu.RLock()
	n := t.sum["a"]
	t.mu.RUnlock()
	return n + t.sum["b"]
}

type safe struct {
	deadlock.RWMutex
	sum map[string]int
}

func (s *safe) add() {
	s.Lock()
	s.sum["a"] = 1
	s.Unlock()
	s.sum["b"] = 1
}

type file struct {
	lease deadlock.Lease
	sum   map[string]int
}

func (f *file) add() error {
	if err := f.lease.Lock(); err != nil {
		return err
	}
	f.sum["a"] = 1
	return nil
}
"#;

fn expected() -> Vec<(u32, Option<Vec<String>>)> {
    let of = |path: &str| Some(vec![path.to_owned()]);
    vec![
        (13, of("t.mu")),
        (18, of("t.mu")),
        (20, Some(Vec::new())),
        (30, of("s")),
        (32, Some(Vec::new())),
        (44, Some(Vec::new())),
    ]
}

#[test]
fn a_lock_of_an_unknown_type_is_a_lock_and_one_that_may_fail_is_none() {
    let program = load(LOCKED);
    assert_eq!(held(&program), expected());
    let guards = program.accesses_at("shop.go", 30);
    let guards = guards.first().expect("an access").guards.first().expect("a lock").as_deref();
    assert_eq!(guards, Some("example.com/shop.safe.RWMutex"));
}

#[test]
fn so_is_one_of_a_dependency_whose_bodies_are_not_read() {
    let library = "package deadlock

type RWMutex struct{ state int }

func (m *RWMutex) Lock() {}
func (m *RWMutex) Unlock() {}
func (m *RWMutex) RLock() {}
func (m *RWMutex) RUnlock() {}

type Lease struct{}

func (l *Lease) Lock() error { return nil }
";
    let tree: MemoryTree = [
        ("go.mod", "module example.com/shop\n"),
        ("shop.go", LOCKED),
        ("vendor/example.org/deadlock/deadlock.go", library),
    ]
    .into_iter()
    .collect();
    assert_eq!(held(&Program::load(&tree, &LoadOptions::default())), expected());
}
