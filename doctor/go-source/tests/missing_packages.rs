//! What is known of maps whose types come from packages that are not in the tree.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(missing_docs, clippy::allow_attributes, reason = "a test needs no documentation")]

use finding::MapType;
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
