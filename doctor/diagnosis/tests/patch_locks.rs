//! Which lock a patch takes: the one that guards the map, never another of the same name.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use finding::{Case, Repair};
use go_source::{LoadOptions, MemoryTree, Program};

/// The case of a fault at the line of `main.go` that ends in `// HERE`.
fn case(source: &str, function: &str) -> Case {
    let line = (1u32..).zip(source.lines()).find(|(_, line)| line.contains("// HERE"));
    let line = line.map(|(line, _)| line).unwrap_or_default();
    let text = format!(
        "fatal error: concurrent map writes\n\ngoroutine 7 [running]:\n{function}(0xc000010000)\n\
         \t/app/main.go:{line} +0x58\ncreated by main.main in goroutine 1\n\t/app/main.go:5 +0x58\n"
    );
    let mut tree = MemoryTree::new();
    tree.insert("go.mod", "module example.com/p\n\ngo 1.21\n");
    tree.insert("main.go", source);
    let program = Program::load(&tree, &LoadOptions::default());
    let crash = go_crash::read(text.as_bytes());
    let options = diagnosis::Options::default();
    diagnosis::diagnose(&crash, Some(&program), &options).cases.remove(0)
}

fn repair(source: &str, function: &str) -> Repair {
    let Some(repair) = case(source, function).repair else { panic!("no repair") };
    repair
}

/// The lines that a patch adds, without the sign.
fn added(repair: &Repair) -> Vec<String> {
    let diff = repair.patch.as_ref().map(|patch| patch.diff.as_str()).unwrap_or_default();
    let added = diff.lines().filter_map(|line| line.strip_prefix('+'));
    added.filter(|line| !line.starts_with("++")).map(|line| line.trim().to_owned()).collect()
}

/// Why accesses are left to a person.
fn by_hand(repair: &Repair) -> Vec<&str> {
    repair.by_hand.iter().map(|hand| hand.why.as_str()).collect()
}

const TWO_TYPES: &str = "package main

import \"sync\"

type table struct {
	mu   sync.Mutex
	rows map[string]int
}

type loader struct {
	*table
	mu sync.Mutex
}
";

#[test]
fn the_lock_of_the_type_around_is_not_taken_by_the_name_of_the_maps_own() {
    let source = format!(
        "{TWO_TYPES}
func (l *loader) load() {{
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows[\"loaded\"] = 1
}}

func (t *table) put() {{
	t.rows[\"put\"] = 2 // HERE
}}

func main() {{
	l := &loader{{table: &table{{rows: map[string]int{{}}}}}}
	go l.load()
	l.put()
}}
"
    );
    let repair = repair(&source, "main.(*table).put");
    assert!(repair.patch.is_none(), "{:?}", added(&repair));
    let [why] = *by_hand(&repair) else { panic!("{:?}", repair.by_hand) };
    assert!(why.contains("p.loader.mu, of a value around the one with the map"), "{why}");
}

#[test]
fn the_maps_own_lock_is_not_written_where_the_name_means_another() {
    let source = format!(
        "{TWO_TYPES}
func (l *loader) load() {{
	l.rows[\"loaded\"] = 1
}}

func (t *table) put() {{
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[\"put\"] = 2 // HERE
}}

func (t *table) drop() {{
	delete(t.rows, \"put\")
}}

func main() {{
	l := &loader{{table: &table{{rows: map[string]int{{}}}}}}
	go l.load()
	l.put()
	l.drop()
}}
"
    );
    let repair = repair(&source, "main.(*table).put");
    assert_eq!(added(&repair), ["t.mu.Lock()", "defer t.mu.Unlock()"]);
    let [why] = *by_hand(&repair) else { panic!("{:?}", repair.by_hand) };
    assert!(why.contains("l may be a loader there, which has another lock of that name"), "{why}");
}

#[test]
fn an_embedded_mutex_is_not_the_one_of_a_type_that_embeds_both() {
    let source = "package main

import \"sync\"

type table struct {
	sync.Mutex
	rows map[string]int
}

type loader struct {
	table
	sync.RWMutex
}

func (l *loader) load() {
	l.rows[\"loaded\"] = 1
}

func (t *table) put() {
	t.Lock()
	defer t.Unlock()
	t.rows[\"put\"] = 2 // HERE
}

func (t *table) drop() {
	delete(t.rows, \"put\")
}

func main() {
	l := &loader{}
	go l.load()
	l.put()
	l.drop()
}
";
    let repair = repair(source, "main.(*table).put");
    assert_eq!(added(&repair), ["t.Lock()", "defer t.Unlock()"]);
    let [why] = *by_hand(&repair) else { panic!("{:?}", repair.by_hand) };
    assert!(why.contains("l may be a loader there"), "{why}");
}

#[test]
fn a_lock_that_an_embedded_type_declares_is_taken_through_it() {
    let source = "package main

import \"sync\"

type base struct{ mu sync.Mutex }

type table struct {
	base
	rows map[string]int
}

func (t *table) put() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[\"put\"] = 2
}

func (t *table) drop() {
	delete(t.rows, \"put\") // HERE
}

func main() {
	t := &table{rows: map[string]int{}}
	go t.put()
	t.drop()
}
";
    let repair = repair(source, "main.(*table).drop");
    assert_eq!(added(&repair), ["t.mu.Lock()", "defer t.mu.Unlock()"]);
    assert!(repair.by_hand.is_empty());
}

const TWO_INSTANCES: &str = "package main

import \"sync\"

type cache struct {
	mu sync.Mutex
	m  map[string]int
}

func (c *cache) put() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[\"a\"] = 1
}
";

#[test]
fn the_lock_of_another_value_of_the_type_does_not_cover() {
    let source = format!(
        "{TWO_INSTANCES}
func (c *cache) take(other *cache) {{
	other.mu.Lock()
	defer other.mu.Unlock()
	c.m[\"b\"] = 2 // HERE
}}

func main() {{
	a, b := &cache{{m: map[string]int{{}}}}, &cache{{m: map[string]int{{}}}}
	go a.put()
	a.take(b)
}}
"
    );
    let repair = repair(&source, "main.(*cache).take");
    assert!(repair.patch.is_none(), "{:?}", added(&repair));
    let [why] = *by_hand(&repair) else { panic!("{:?}", repair.by_hand) };
    assert!(why.contains("other.mu is held there"), "{why}");
}

#[test]
fn what_a_caller_holds_of_another_value_is_not_what_the_callee_calls_so() {
    let source = format!(
        "{TWO_INSTANCES}
func (c *cache) drop() {{
	delete(c.m, \"a\") // HERE
}}

func (c *cache) take(other *cache) {{
	c.mu.Lock()
	defer c.mu.Unlock()
	other.drop()
}}

func main() {{
	a, b := &cache{{m: map[string]int{{}}}}, &cache{{m: map[string]int{{}}}}
	go a.put()
	b.take(a)
}}
"
    );
    let case = case(&source, "main.(*cache).drop");
    let row = case.accesses.iter().find(|row| row.access.operation == finding::Operation::Delete);
    assert_eq!(row.map(|row| row.callers_hold.clone()), Some(Vec::new()));
    assert_eq!(case.other_sides.len(), 2, "{:?}", case.other_sides);
}

#[test]
fn a_caller_that_holds_the_lock_of_the_value_it_hands_over_covers() {
    let source = format!(
        "{TWO_INSTANCES}
func drop(cache *cache) {{
	delete(cache.m, \"a\")
}}

func (c *cache) trim() {{
	c.mu.Lock()
	defer c.mu.Unlock()
	drop(c)
}}

func (c *cache) clear() {{
	c.m[\"b\"] = 3 // HERE
}}

func main() {{
	a := &cache{{m: map[string]int{{}}}}
	go a.put()
	go a.trim()
	a.clear()
}}
"
    );
    let repair = repair(&source, "main.(*cache).clear");
    assert_eq!(added(&repair), ["c.mu.Lock()", "defer c.mu.Unlock()"]);
    assert!(repair.by_hand.is_empty(), "{:?}", repair.by_hand);
}

#[test]
fn a_lock_of_the_package_is_not_taken_where_its_name_is_hidden() {
    let source = "package main

import \"sync\"

var mu sync.Mutex
var seen = map[string]int{}

func put() {
	mu.Lock()
	defer mu.Unlock()
	seen[\"a\"] = 1
}

func drop(mu *sync.Mutex) {
	delete(seen, \"a\") // HERE
}

func main() {
	go put()
	drop(&sync.Mutex{})
}
";
    let repair = repair(source, "main.drop");
    assert!(repair.patch.is_none(), "{:?}", added(&repair));
    let [why] = *by_hand(&repair) else { panic!("{:?}", repair.by_hand) };
    assert!(why.contains("mu is the name of something else in that function"), "{why}");
}
