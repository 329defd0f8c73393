//! The forms of a patch: what each shape of access becomes, and what is refused.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use finding::{Diagnosis, Repair};
use go_source::{MemoryTree, Program};

/// The service around the function under test: a map with its lock, written under it elsewhere.
const REST: &str = "
type cache struct {
	mu sync.RWMutex
	m  map[string]int
	ch chan int
}

func (c *cache) put(k string, v int) {
	c.mu.Lock()
	c.m[k] = v
	c.mu.Unlock()
}

func slow() int { return <-make(chan int) }

func main() {
	c := &cache{m: make(map[string]int)}
	go c.touch(\"a\")
	c.put(\"a\", 1)
}
";

/// The repair of a fault in `touch`, at the line that holds `HERE`.
fn repair(function: &str, message: &str) -> Repair {
    let source =
        format!("package main\n\nimport \"sync\"\n\n{}\n{REST}", function.replace(" // HERE", ""));
    let line = 5 + function.lines().position(|line| line.contains("// HERE")).unwrap();
    let mut tree = MemoryTree::new();
    tree.insert("go.mod", "module example.com/p\n\ngo 1.21\n");
    tree.insert("main.go", source.as_str());
    let program = Program::load(&tree, &go_source::LoadOptions::default());
    let text = format!(
        "fatal error: {message}\n\ngoroutine 7 [running]:\nmain.(*cache).touch(0xc000010000)\n\t/app/main.go:{line} +0x1d\n"
    );
    let crash = go_crash::read(text.as_bytes());
    let Diagnosis { cases, .. } =
        diagnosis::diagnose(&crash, Some(&program), &diagnosis::Options::default());
    let case = cases.into_iter().next().unwrap();
    assert_eq!(case.subject.map().unwrap().path.as_ref(), "cache.m", "{:?}", case.subject);
    case.repair.unwrap()
}

/// The lines that a read's patch adds.
fn added(function: &str) -> String {
    let repair = repair(function, "concurrent map read and map write");
    let patch = repair.patch.unwrap_or_else(|| panic!("{:?}", repair.by_hand));
    assert!(patch.complete);
    let lines = patch.diff.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++"));
    lines.map(|line| line[1..].trim()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_function_about_the_map_is_locked_whole() {
    assert_eq!(
        added("func (c *cache) touch(k string) int {\n\treturn c.m[k] // HERE\n}"),
        "c.mu.RLock(); defer c.mu.RUnlock()"
    );
    assert_eq!(
        added("func (c *cache) touch(k string) int { return c.m[k] } // HERE"),
        "func (c *cache) touch(k string) int {; c.mu.RLock(); defer c.mu.RUnlock(); return c.m[k]; }"
    );
}

#[test]
fn reads_are_taken_out_of_what_may_wait() {
    assert_eq!(
        added("func (c *cache) touch(k string) {\n\tc.ch <- c.m[k] // HERE\n}"),
        "c.mu.RLock(); value := c.m[k]; c.mu.RUnlock(); c.ch <- value"
    );
    assert_eq!(
        added("func (c *cache) touch(k string) int {\n\tslow()\n\treturn c.m[k] // HERE\n}"),
        "c.mu.RLock(); value := c.m[k]; c.mu.RUnlock(); return value"
    );
    assert_eq!(
        added(
            "func (c *cache) touch(k string) {\n\tif v, ok := c.m[k]; ok { // HERE\n\t\tc.ch <- v\n\t}\n}"
        ),
        "c.mu.RLock(); v, ok := c.m[k]; c.mu.RUnlock(); if ok {"
    );
    assert_eq!(
        added("func (c *cache) touch(k string) {\n\tif c.m[k] > 1 { // HERE\n\t\tslow()\n\t}\n}"),
        "c.mu.RLock(); value := c.m[k]; c.mu.RUnlock(); if value > 1 {"
    );
}

#[test]
fn names_that_are_used_elsewhere_stay_apart_in_a_block() {
    let text = added(
        "func (c *cache) touch(k string) {\n\tok := true\n\tif v, ok := c.m[k]; ok { // HERE\n\t\tc.ch <- v\n\t}\n\tif ok {\n\t\tslow()\n\t}\n}",
    );
    assert!(
        text.starts_with("{; c.mu.RLock(); v, ok := c.m[k]; c.mu.RUnlock(); if ok {"),
        "{text}"
    );
}

#[test]
fn a_read_and_the_write_that_depends_on_it_are_one_step() {
    let text = "func (c *cache) touch(k string) {\n\tslow()\n\tn := c.m[k] // HERE\n\tn++\n\tc.m[k] = n\n}";
    assert_eq!(added(text), "c.mu.Lock(); c.mu.Unlock()");
}

#[test]
fn a_loop_that_waits_runs_over_a_copy() {
    let repair = repair(
        "func (c *cache) touch(k string) {\n\tfor _, v := range c.m { // HERE\n\t\tc.ch <- v\n\t}\n}",
        "concurrent map iteration and map write",
    );
    let diff = repair.patch.unwrap().diff;
    assert!(diff.contains("+\tsnapshot := make(map[string]int, len(c.m))"), "{diff}");
    assert!(diff.contains("+\tfor _, v := range snapshot {"), "{diff}");
}

#[test]
fn a_value_is_computed_before_the_lock_is_taken() {
    let repair = repair(
        "func (c *cache) touch(k string) {\n\tc.m[k] = slow() // HERE\n}",
        "concurrent map writes",
    );
    let diff = repair.patch.unwrap().diff;
    assert!(
        diff.contains("+\tvalue := slow()\n+\tc.mu.Lock()\n+\tc.m[k] = value\n+\tc.mu.Unlock()"),
        "{diff}"
    );
}

#[test]
fn what_could_deadlock_is_left_to_a_person() {
    for function in [
        // Whether the read happens at all depends on something that waits.
        "func (c *cache) touch(k string) {\n\tif slow() > 1 && c.m[k] > 1 { // HERE\n\t\tslow()\n\t}\n}",
        // The map comes out of a method that takes the lock itself.
        "func (c *cache) all() map[string]int {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\treturn c.m\n}\n\nfunc (c *cache) touch(k string) int {\n\treturn c.all()[k] // HERE\n}",
        // Another lock is held there: the two may be taken in the other order elsewhere.
        "var other sync.Mutex\n\nfunc (c *cache) touch(k string) int {\n\tother.Lock()\n\tdefer other.Unlock()\n\treturn c.m[k] // HERE\n}",
        // The caller holds the lock already on one of two ways.
        "func (c *cache) outer(k string) {\n\tc.mu.Lock()\n\tc.touch(k)\n\tc.mu.Unlock()\n}\n\nfunc (c *cache) touch(k string) int {\n\treturn c.m[k] // HERE\n}",
    ] {
        let repair = repair(function, "concurrent map read and map write");
        assert!(repair.patch.is_none(), "{}", repair.patch.unwrap().diff);
        assert_eq!(repair.by_hand.len(), 1, "{:?}", repair.by_hand);
        assert!(!repair.by_hand[0].why.is_empty());
    }
}
