//! What is held at each access, in every way Go code takes and gives back locks.

#[path = "common/go.rs"]
mod go;

use finding::LockSet;

/// Checks the locks at the accesses of `body`, a list of statements of a method of `c`. A line that
/// ends in `// x` expects `x`.
fn check(body: &str) {
    let source = format!(
        "package t\n\nimport \"sync\"\n\ntype cache struct {{\n\tmu sync.Mutex\n\trw sync.RWMutex\n\tm map[string]int\n}}\n\nvar global sync.Mutex\nvar flag bool\n\nfunc (c *cache) lock() {{ c.mu.Lock() }}\nfunc (c *cache) unlock() {{ c.mu.Unlock() }}\nfunc (c *cache) maybe() {{ if flag {{ c.mu.Lock() }} }}\nfunc call(f func()) {{ f() }}\nvar sink func(f func())\n\nfunc (c *cache) f(other *cache, ch chan int) {{\n{body}\n}}\n"
    );
    let program = go::load(&[("t.go", &source)]);
    assert!(program.notes().is_empty(), "{:?}", program.notes());
    for (line, text) in (1u32..).zip(source.lines()) {
        let Some((_, expected)) = text.rsplit_once("// ") else { continue };
        let found: Vec<String> =
            program.accesses_at("t.go", line).into_iter().map(go::row).collect();
        let locks: Vec<&str> = found
            .iter()
            .filter_map(|row| row.split_once('['))
            .map(|(_, rest)| rest.trim_end_matches(']'))
            .collect();
        let expected = if expected == "none" { "" } else { expected };
        assert_eq!(locks, [expected], "line {line}: {text}\n{source}");
    }
}

#[test]
fn a_region_reaches_from_lock_to_unlock() {
    check(
        "c.m[\"a\"]++ // none\nc.mu.Lock()\nc.m[\"a\"]++ // w:c.mu\nc.mu.Unlock()\ndelete(c.m, \"a\") // none",
    );
}

#[test]
fn a_read_lock_is_told_from_a_write_lock() {
    check(
        "c.rw.RLock()\n_ = c.m[\"a\"] // r:c.rw\nc.rw.RUnlock()\nc.rw.Lock()\n_ = c.m[\"a\"] // w:c.rw\nc.rw.Unlock()",
    );
}

#[test]
fn a_deferred_unlock_holds_to_the_end() {
    check(
        "c.mu.Lock()\ndefer c.mu.Unlock()\nif flag {\n_ = c.m[\"a\"] // w:c.mu\nreturn\n}\n_ = c.m[\"b\"] // w:c.mu",
    );
}

#[test]
fn a_deferred_literal_unlocks_at_the_end_and_runs_under_the_lock() {
    check(
        "c.mu.Lock()\ndefer func() {\nc.m[\"z\"]++ // w:c.mu\nc.mu.Unlock()\nc.m[\"z\"]++ // none\n}()\n_ = c.m[\"a\"] // w:c.mu",
    );
}

#[test]
fn deferred_calls_run_last_first() {
    check(
        "c.mu.Lock()\ndefer func() {\nc.m[\"z\"]++ // none\n}()\ndefer c.mu.Unlock()\n_ = c.m[\"a\"] // w:c.mu",
    );
}

#[test]
fn an_early_return_ends_its_own_way_only() {
    check(
        "c.mu.Lock()\nif flag {\nc.mu.Unlock()\nc.m[\"a\"]++ // none\nreturn\n}\nc.m[\"b\"]++ // w:c.mu\nc.mu.Unlock()",
    );
}

#[test]
fn a_lock_taken_on_one_way_only_is_not_known_behind() {
    check("if flag {\nc.mu.Lock()\n}\nc.m[\"a\"]++ // ?\nif flag {\nc.mu.Unlock()\n}");
    check("c.mu.Lock()\nif flag {\nc.mu.Unlock()\n}\nc.m[\"a\"]++ // ?");
}

#[test]
fn both_ways_together_hold_what_each_holds() {
    check(
        "if flag {\nc.mu.Lock()\n} else {\nc.mu.Lock()\n}\nc.m[\"a\"]++ // w:c.mu\nc.mu.Unlock()",
    );
}

#[test]
fn a_try_holds_where_it_succeeded() {
    check(
        "if c.mu.TryLock() {\nc.m[\"a\"]++ // w:c.mu\nc.mu.Unlock()\n} else {\nc.m[\"b\"]++ // none\n}",
    );
    check("if !c.mu.TryLock() {\nc.m[\"b\"]++ // none\nreturn\n}\nc.m[\"a\"]++ // w:c.mu");
    check("if flag && c.rw.TryRLock() {\n_ = c.m[\"a\"] // r:c.rw\n}");
    check("ok := c.mu.TryLock()\nif ok {\nc.m[\"a\"]++ // ?\n}");
}

#[test]
fn a_loop_is_run_until_nothing_changes() {
    check(
        "for i := 0; i < 3; i++ {\nc.mu.Lock()\nc.m[\"a\"]++ // w:c.mu\nc.mu.Unlock()\n}\nc.m[\"b\"]++ // none",
    );
    check("c.mu.Lock()\nfor range ch {\nc.m[\"a\"]++ // ?\nc.mu.Unlock()\n}");
    check(
        "for {\nc.mu.Lock()\nif flag {\nbreak\n}\nc.m[\"a\"]++ // w:c.mu\nc.mu.Unlock()\n}\nc.m[\"b\"]++ // w:c.mu",
    );
    check(
        "outer:\nfor {\nfor {\nc.mu.Lock()\nif flag {\ncontinue outer\n}\nc.m[\"a\"]++ // w:c.mu\nc.mu.Unlock()\n}\n}",
    );
}

#[test]
fn ways_through_switch_and_select_are_joined() {
    check(
        "c.mu.Lock()\nswitch {\ncase flag:\nc.m[\"a\"]++ // w:c.mu\ndefault:\nc.mu.Unlock()\nreturn\n}\nc.m[\"b\"]++ // w:c.mu",
    );
    check("switch {\ncase flag:\nc.mu.Lock()\nfallthrough\ncase !flag:\nc.m[\"a\"]++ // ?\n}");
    check(
        "select {\ncase <-ch:\nc.mu.Lock()\ncase ch <- 1:\nc.mu.Lock()\n}\nc.m[\"a\"]++ // w:c.mu",
    );
    check(
        "c.mu.Lock()\nselect {\ncase v := <-ch:\nc.m[\"a\"] = v // w:c.mu\ndefault:\n}\nc.m[\"a\"]++ // w:c.mu",
    );
}

#[test]
fn a_goroutine_inherits_nothing_and_of_a_stored_literal_it_is_not_known() {
    check(
        "c.mu.Lock()\ngo func() {\nc.m[\"a\"]++ // none\n}()\nf := func() {\nc.m[\"b\"]++ // ?\n}\nc.mu.Unlock()\nf()",
    );
    check("f := func() {\nc.m[\"b\"]++ // none\n}\nf()");
}

#[test]
fn a_literal_called_on_the_spot_inherits_and_gives_back() {
    check("c.mu.Lock()\nfunc() {\nc.m[\"a\"]++ // w:c.mu\n}()\nc.m[\"b\"]++ // w:c.mu");
    check(
        "func() {\nc.mu.Lock()\ndefer c.mu.Unlock()\nc.m[\"a\"]++ // w:c.mu\n}()\nc.m[\"b\"]++ // none",
    );
}

#[test]
fn a_literal_handed_to_an_unknown_function_is_not_known_to_be_outside() {
    check(
        "c.mu.Lock()\nsink(func() {\nc.m[\"a\"]++ // ?\n})\nc.mu.Unlock()\nsink(func() {\nc.m[\"b\"]++ // none\n})",
    );
    check("c.mu.Lock()\nsink(func() {\nc.rw.Lock()\nc.m[\"a\"]++ // w:c.rw\nc.rw.Unlock()\n})");
}

#[test]
fn locks_are_told_apart_by_path_and_followed_through_pointers() {
    check("other.mu.Lock()\nc.m[\"a\"]++ // w:other.mu\nother.mu.Unlock()");
    check("mu := &c.mu\nmu.Lock()\nc.m[\"a\"]++ // w:c.mu\nmu.Unlock()\nc.m[\"a\"]++ // none");
    check(
        "global.Lock()\nc.mu.Lock()\nc.m[\"a\"]++ // w:global,w:c.mu\nglobal.Unlock()\nc.m[\"b\"]++ // w:c.mu",
    );
    check("d := c\nd.mu.Lock()\nc.m[\"a\"]++ // w:c.mu\nc.mu.Unlock()\nc.m[\"b\"]++ // none");
}

#[test]
fn a_variable_that_moves_on_takes_its_lock_along() {
    check("d := other\nd = c\nd.mu.Lock()\nd = other\nc.m[\"a\"]++ // ?");
}

#[test]
fn helpers_of_the_package_lock_for_their_caller() {
    check("c.lock()\nc.m[\"a\"]++ // w:c.mu\nc.unlock()\nc.m[\"b\"]++ // none");
    check("c.lock()\ndefer c.unlock()\nc.m[\"a\"]++ // w:c.mu");
    check("c.maybe()\nc.m[\"a\"]++ // ?");
    check("other.lock()\nc.m[\"a\"]++ // w:other.mu");
}

#[test]
fn a_jump_carries_what_is_held() {
    check(
        "c.mu.Lock()\nif flag {\ngoto out\n}\nc.m[\"a\"]++ // w:c.mu\nout:\nc.m[\"b\"]++ // w:c.mu\nc.mu.Unlock()",
    );
    check("again:\nc.m[\"a\"]++ // ?\nc.mu.Lock()\nif flag {\ngoto again\n}");
}

#[test]
fn an_ending_call_ends_the_way() {
    check("c.mu.Lock()\nif flag {\nc.mu.Unlock()\npanic(\"no\")\n}\nc.m[\"a\"]++ // w:c.mu");
}

#[test]
fn what_all_callers_hold_is_said_apart() {
    let source = "package t\nimport \"sync\"\ntype c struct{ mu sync.Mutex; m map[int]int }\n\
         func (c *c) a() { c.mu.Lock(); defer c.mu.Unlock(); c.put(1) }\n\
         func (c *c) b() { c.mu.Lock(); c.put(2); c.mu.Unlock() }\n\
         func (c *c) put(k int) { c.m[k]++ }\n\
         func (c *c) open(k int) { c.m[k]++ }\n\
         func (c *c) d() { c.mu.Lock(); c.open(1); c.mu.Unlock(); c.open(2) }\n\
         func (c *c) spawned() { c.m[1]++ }\n\
         func (c *c) e() { c.mu.Lock(); c.spawned(); go c.spawned(); c.mu.Unlock() }\n";
    let program = go::load(&[("t.go", source)]);
    let inherited = |line| {
        let access = program.accesses_at("t.go", line)[0].clone();
        access.inherited.iter().map(|lock| lock.guard.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(inherited(6), ["example.com/t.c.mu"]);
    assert!(inherited(7).is_empty());
    assert!(inherited(9).is_empty());
}

const HELPERS: &str = "package t

import \"sync\"

type c struct {
	mu, other sync.Mutex
	m         map[string]int
}

func (x *c) begin() { x.mu.Lock() }
func (x *c) end()   { x.mu.Unlock() }
func (x *c) put()   { x.m[\"a\"]++ }
func (x *c) wait() {
	x.mu.Unlock()
	x.put()
	x.mu.Lock()
}

func (x *c) f() {
	x.begin()
	x.other.Lock()
	x.put()
	x.end()
	x.other.Unlock()
}
";

#[test]
fn a_call_is_made_under_what_is_held_before_it() {
    let program = go::load(&[("t.go", HELPERS)]);
    let held = |name: &str, line: u32| {
        let callee = program.function(&format!("example.com/t.(*c).{name}")).unwrap().id;
        let calls = program.callers(callee);
        let call = calls.into_iter().find(|call| call.site.line == line).unwrap().clone();
        let LockSet::Held(held) = &call.holding.locks else { panic!("{call:?}") };
        let held: Vec<_> = held.iter().map(|lock| lock.path.to_string()).collect();
        (held, call.holding)
    };
    assert!(held("begin", 20).0.is_empty());
    let (paths, holding) = held("put", 22);
    assert_eq!(paths, ["x.mu", "x.other"]);
    let guards: Vec<_> = holding.guards.iter().map(|guard| guard.as_deref().unwrap()).collect();
    assert_eq!(guards, ["example.com/t.c.mu", "example.com/t.c.other"]);
    assert!(holding.released.is_empty());
    assert_eq!(held("end", 23).0, ["x.mu", "x.other"]);
    let (paths, holding) = held("put", 15);
    assert!(paths.is_empty());
    assert_eq!(holding.released, ["x.mu".into()]);
}

#[test]
fn where_a_lock_is_taken_is_known_with_what_is_held_before() {
    let program = go::load(&[("t.go", HELPERS)]);
    let acquisitions = program.acquisitions_at("t.go", 21);
    let [taken] = acquisitions.as_slice() else { panic!("{acquisitions:?}") };
    assert_eq!(&*taken.lock.path, "x.other");
    assert_eq!(taken.guard.as_deref(), Some("example.com/t.c.other"));
    let LockSet::Held(before) = &taken.before.locks else { panic!("{taken:?}") };
    let before: Vec<_> = before.iter().map(|lock| &*lock.path).collect();
    assert_eq!(before, ["x.mu"]);
    assert!(program.acquisitions_at("t.go", 22).is_empty());
}

#[test]
fn a_literal_that_a_function_calls_runs_under_what_is_held_there() {
    let program = go::load(&[(
        "t.go",
        "package t

import \"sync\"

type c struct {
	mu sync.Mutex
	m  map[string]int
	f  func()
}

func call(f func()) { f() }

func (c *c) under(f func()) {
	c.mu.Lock()
	call(f)
	c.mu.Unlock()
}

func (c *c) a() {
	c.mu.Lock()
	call(func() { c.m[\"a\"]++ })
	c.mu.Unlock()
	call(func() { c.m[\"b\"]++ })
	c.under(func() { c.m[\"c\"]++ })
	c.mu.Lock()
	c.f = func() { c.m[\"d\"]++ }
	c.mu.Unlock()
}

func (c *c) b() { c.f() }
",
    )]);
    for (line, guards) in
        [(21, &["example.com/t.c.mu"][..]), (23, &[]), (24, &["example.com/t.c.mu"]), (26, &[])]
    {
        let access = program.accesses_at("t.go", line)[0];
        let inherited: Vec<&str> = access.inherited.iter().map(|lock| &*lock.guard).collect();
        assert!(access.access.locks.is_empty(), "line {line}: {:?}", access.access.locks);
        assert_eq!(inherited, guards, "line {line}");
    }
}
