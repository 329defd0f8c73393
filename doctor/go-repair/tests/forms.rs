//! What each kind of finding becomes, and what is refused: a repair that could wait for ever, lose what is written, or
//! change what callers see is none.

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use common::{Files, Repaired, repair};
use finding::Grade;

/// One file of a module of its own.
fn repaired(go: u32, source: &str) -> Repaired {
    let files: Files = [
        ("go.mod".to_owned(), format!("module example.com/t\n\ngo 1.{go}\n")),
        ("t.go".to_owned(), source.to_owned()),
    ]
    .into();
    repair(&files, Grade::Low)
}

/// The text of the file behind the repair of everything.
fn text(source: &str) -> String {
    let repaired = repaired(21, source);
    assert!(!repaired.findings.is_empty(), "nothing is found");
    assert!(repaired.plan.left.is_empty(), "{:?}", repaired.plan.left);
    repaired.files["t.go"].clone()
}

/// Why nothing is repaired.
fn refused(go: u32, source: &str) -> String {
    let repaired = repaired(go, source);
    assert!(!repaired.findings.is_empty(), "nothing is found");
    assert_eq!(repaired.files["t.go"], source, "it is edited");
    repaired.plan.left.iter().map(|left| left.why.clone()).collect::<Vec<_>>().join("; ")
}

const CACHE: &str = "package t

import \"sync\"

type Cache struct {
	mu      sync.RWMutex
	entries map[string]int
}

func New() *Cache { return &Cache{entries: make(map[string]int)} }

func (c *Cache) Put(k string, v int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[k] = v
}

func (c *Cache) Drop(k string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, k)
}

func (c *Cache) Get(k string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.entries[k]
}
";

fn cache(more: &str) -> String {
    format!("{CACHE}\n{more}\n")
}

#[test]
fn only_the_access_that_is_found_is_locked() {
    let after = text(&cache("func (c *Cache) Bump(k string) {\n\tc.entries[k]++\n}"));
    assert!(
        after.contains("Bump(k string) {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.entries[k]++")
    );
    assert_eq!(
        after.lines().count(),
        cache("func (c *Cache) Bump(k string) {\n\tc.entries[k]++\n}").lines().count() + 2
    );
}

#[test]
fn a_lock_is_not_taken_where_a_caller_may_hold_it() {
    let why = refused(
        21,
        &cache(
            "func (c *Cache) bump(k string) { c.entries[k]++ }

func (c *Cache) Twice(k string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bump(k)
}

func (c *Cache) Once(k string) {
	c.mu.Lock()
	c.mu.Unlock()
	c.bump(k)
}",
        ),
    );
    assert!(why.contains("c.mu") || why.contains("Cache.mu"), "{why}");
}

#[test]
fn a_goroutine_that_gives_back_its_starters_lock_takes_none() {
    let source = cache(
        "func (c *Cache) Later(k string, done chan bool) {
	c.mu.Lock()
	go func() {
		c.entries[k] = 1
		c.mu.Unlock()
		done <- true
	}()
}",
    );
    let why = refused(21, &source);
    assert!(why.contains("Cache.mu"), "{why}");
}

#[test]
fn a_goroutine_that_is_waited_for_under_the_lock_takes_none() {
    let source = cache(
        "func (c *Cache) Fill(keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all sync.WaitGroup
	for _, k := range keys {
		all.Add(1)
		go func(k string) {
			defer all.Done()
			c.entries[k] = len(k)
		}(k)
	}
	all.Wait()
}",
    );
    let why = refused(21, &source);
    assert!(why.contains("Cache.mu"), "{why}");
}

#[test]
fn two_locks_are_not_taken_in_both_orders() {
    let why = refused(
        21,
        &cache(
            "type Log struct {
	mu    sync.Mutex
	lines []string
	cache *Cache
}

func (l *Log) Add(c *Cache) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.mu.Lock()
	l.lines = append(l.lines, \"add\")
	l.mu.Unlock()
}

func (l *Log) Flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		l.cache.entries[line]++
	}
}

func Run(l *Log) {
	go l.Flush()
	go l.Add(l.cache)
}",
        ),
    );
    assert!(why.contains("two that wait for each other"), "{why}");
}

const TWO_MAPS: &str = "package t

type Stats struct {
	seen  map[string]int
	times map[string]int
}

func New() *Stats { return &Stats{seen: make(map[string]int), times: make(map[string]int)} }

func (s *Stats) Start(events <-chan string) {
	go func() {
		for event := range events {
			s.seen[event]++
			s.times[event]++
		}
	}()
}

func (s *Stats) Seen(event string) int { return s.seen[event] }

func (s *Stats) Times(event string) int { return s.times[event] }
";

#[test]
fn maps_of_one_struct_share_their_new_lock() {
    let source = format!(
        "{TWO_MAPS}
func Run(events <-chan string) int {{
	s := New()
	s.Start(events)
	return s.Seen(\"a\") + s.Times(\"a\")
}}
"
    );
    let after = text(&source);
    assert!(
        after.contains("\tmu sync.RWMutex // guards seen and times\n")
            || after.contains("\tmu sync.Mutex // guards seen and times\n"),
        "{after}"
    );
    assert!(
        after.contains(
            "\t\t\ts.mu.Lock()\n\t\t\ts.seen[event]++\n\t\t\ts.times[event]++\n\t\t\ts.mu.Unlock()"
        ),
        "{after}"
    );
}

#[test]
fn a_struct_that_is_copied_gets_no_lock() {
    let source = format!(
        "{TWO_MAPS}
func Copy(s Stats) Stats {{ return s }}

func Run(events <-chan string) int {{
	s := New()
	s.Start(events)
	return s.Seen(\"a\") + s.Times(\"a\")
}}
"
    );
    let why = refused(21, &source);
    assert!(why.contains("must not be copied"), "{why}");
}

#[test]
fn a_look_and_the_change_that_follows_stay_one_step() {
    let source = "package t

type Set struct {
	seen map[string]bool
}

func Run(names []string, visit func(string)) {
	s := &Set{seen: make(map[string]bool)}
	for i := 0; i < 2; i++ {
		go s.walk(names, visit)
	}
}

func (s *Set) walk(names []string, visit func(string)) {
	for _, name := range names {
		if !s.seen[name] {
			s.seen[name] = true
			visit(name)
		}
	}
}
";
    let why = refused(21, source);
    assert!(why.contains("one step"), "{why}");
}

const HAND_OUT: &str = "func (c *Cache) All() map[string]int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.entries
}";

#[test]
fn a_copy_is_handed_out_and_package_maps_imported() {
    let after = text(&cache(HAND_OUT));
    assert!(after.contains("\treturn maps.Clone(c.entries)\n"), "{after}");
    assert!(after.contains("import (\n\t\"maps\"\n\t\"sync\"\n)\n"), "{after}");
}

#[test]
fn no_copy_is_handed_out_to_who_changes_it_or_before_go_1_21() {
    let why = refused(20, &cache(HAND_OUT));
    assert!(why.contains("Go 1.21"), "{why}");
    let changes = "func Reset(c *Cache) {\n\tall := c.All()\n\tall[\"a\"] = 0\n}";
    let source = cache(&format!("{HAND_OUT}\n\n{changes}"));
    let after = repaired(21, &source);
    let left = &after.plan.left;
    assert!(left.iter().any(|left| left.why.contains("changes what it gets")), "{left:?}");
}

#[test]
fn a_lock_for_reading_becomes_one_for_writing_on_all_ways_out() {
    let after = text(&cache(
        "func (c *Cache) Length(k string) int {
	c.mu.RLock()
	if n, ok := c.entries[k]; ok {
		c.mu.RUnlock()
		return n
	}
	c.entries[k] = len(k)
	c.mu.RUnlock()
	return len(k)
}",
    ));
    let (_, length) = after.split_once("Length(").unwrap();
    assert!(!length.contains("RLock") && !length.contains("RUnlock"), "{length}");
    assert_eq!(length.matches("c.mu.Unlock()").count(), 2);
}

#[test]
fn a_map_of_a_copied_struct_is_not_made_in_the_copy() {
    let why = refused(
        21,
        "package t

type Bag struct{ items map[string]int }

func (b Bag) Put(k string) { b.items[k] = 1 }

func New() Bag {
	var b Bag
	return b
}

func Other() *Bag { return &Bag{} }
",
    );
    assert!(why.contains("would be lost"), "{why}");
}

#[test]
fn generated_files_are_not_edited() {
    let generated = "// Code generated by t. DO NOT EDIT.\n\npackage t\n\ntype Held struct {\n\tcounts map[string]int\n}\n";
    let uses = "package t

func NewHeld() *Held { return &Held{counts: make(map[string]int)} }

func (h *Held) Start(events <-chan string) {
	go func() {
		for event := range events {
			h.counts[event]++
		}
	}()
}

func (h *Held) Count(event string) int { return h.counts[event] }

func Run(events <-chan string) int {
	h := NewHeld()
	h.Start(events)
	return h.Count(\"a\")
}
";
    let files: Files =
        [("go.mod", "module example.com/t\n\ngo 1.21\n"), ("held.go", generated), ("t.go", uses)]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into();
    let after = repair(&files, Grade::Low);
    assert_eq!(after.files, files);
    let left = &after.plan.left;
    assert!(left.iter().any(|left| left.why.contains("generated")), "{left:?}");
}

#[test]
fn methods_of_a_type_that_embeds_its_mutex_are_no_use_of_the_lock() {
    let embedded = cache(
        "func (c *Cache) size() int { return 1 }

func (c *Cache) Fill(k string, load func() int) int {
	n := load() + c.size()
	c.entries[k] = n
	return n
}",
    );
    let after =
        text(&embedded.replace("mu      sync.RWMutex", "sync.RWMutex").replace(".mu.", "."));
    assert!(after.contains("\tc.Lock()\n\tc.entries[k] = n\n\tc.Unlock()\n"), "{after}");
}
