//! Who is kept as the other side, who is ruled out, and who comes first.

use finding::{Case, Confidence, Meets, Operation};
use go_source::{LoadOptions, MemoryTree, Program};

/// The one case of a fault at a line of `main.go`.
fn case(source: &str, message: &str, function: &str, at: &str) -> Case {
    let line =
        (1u32..).zip(source.lines()).find(|(_, line)| line.contains(at)).map(|(line, _)| line);
    let line = line.unwrap_or_default();
    let text = format!(
        "fatal error: {message}\n\ngoroutine 7 [running]:\n{function}(0xc000010000)\n\
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

const TWO_LOCKS: &str = "package main

import \"sync\"

type table struct {
	mu   sync.Mutex
	rows map[string]int
}

type loader struct {
	*table
	mu sync.Mutex
}

func (l *loader) load() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows[\"loaded\"] = 1
}

func (t *table) put() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[\"put\"] = 2
}

func (t *table) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.rows, \"put\")
}

func main() {}
";

#[test]
fn a_lock_of_the_same_name_and_another_declaration_rules_nobody_out() {
    let case = case(TWO_LOCKS, "concurrent map writes", "main.(*table).put", "\"put\"] = 2");
    let sides: Vec<_> =
        case.other_sides.iter().map(|side| side.site.function.as_deref().unwrap_or("")).collect();
    assert_eq!(sides, ["main.(*loader).load"]);
    let out: Vec<_> = case.excluded.iter().map(|out| out.access.operation).collect();
    assert_eq!(out, [Operation::Delete]);
}

const ONE_ROOT: &str = "package main

type cache struct {
	m map[string]int
}

func (c *cache) run() {
	for {
		seen := c.m[\"a\"]
		c.m[\"b\"] = seen
	}
}

func main() {
	c := &cache{m: map[string]int{}}
	go c.run()
	select {}
}
";

const READ_AND_WRITE: &str = "concurrent map read and map write";

#[test]
fn the_only_writer_stays_possible_though_one_place_starts_it() {
    let case = case(ONE_ROOT, READ_AND_WRITE, "main.(*cache).run", "seen := c.m");
    let [side] = case.other_sides.as_slice() else { panic!("{:?}", case.other_sides) };
    assert_eq!(side.operation, Some(Operation::Write));
    assert_eq!(side.confidence, Confidence::Possible);
    assert!(side.reasons.iter().any(|reason| reason.text.contains("one goroutine runs both")));
    assert!(case.excluded.is_empty());
}

#[test]
fn it_stays_ruled_out_where_another_writer_is_left() {
    let source = format!("{ONE_ROOT}\nfunc (c *cache) reset() {{\n\tdelete(c.m, \"a\")\n}}\n");
    let case = case(&source, READ_AND_WRITE, "main.(*cache).run", "seen := c.m");
    let [side] = case.other_sides.as_slice() else { panic!("{:?}", case.other_sides) };
    assert_eq!(side.operation, Some(Operation::Delete));
    assert_eq!(case.excluded.len(), 1);
}

const HANDED: &str = "package main

func work(b map[string]int) {
	b[\"a\"]++
}

func main() {
	ch := make(chan map[string]int)
	go work(<-ch)
}
";

#[test]
fn a_map_the_source_does_not_name_is_not_answered_by_asking_for_the_source() {
    let case = case(HANDED, "concurrent map writes", "main.work", "b[\"a\"]++");
    assert!(case.subject.map().is_none(), "{:?}", case.subject);
    let advice = case.steps.stop.text.concat();
    assert!(!advice.contains("--source DIR"), "{advice}");
    assert!(
        advice.contains("does not tell which map it was in work at /app/main.go:4"),
        "{advice}"
    );
}

const IN_ORDER: &str = "package main

import \"sync\"

type board struct {
	mu     sync.Mutex
	scores map[string]int
}

func (b *board) collect() {
	b.scores[\"collected\"] = 1
}

func (b *board) serve() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.add()
}

func (b *board) add() {
	b.scores[\"added\"] = 2
}

func (b *board) reset() {
	delete(b.scores, \"added\")
}

func main() {
	var done sync.WaitGroup
	b := &board{scores: map[string]int{}}
	go b.serve()
	b.scores[\"first\"] = 3
	done.Add(1)
	go func() {
		defer done.Done()
		b.collect()
	}()
	b.scores[\"meanwhile\"] = 4
	done.Wait()
}
";

fn site_of(source: &str, at: &str) -> u32 {
    let found = (1u32..).zip(source.lines()).find(|(_, line)| line.contains(at));
    found.map(|(line, _)| line).unwrap_or_default()
}

#[test]
fn what_is_seen_to_meet_comes_first_and_what_runs_before_the_start_is_ruled_out() {
    let case = case(IN_ORDER, "concurrent map writes", "main.(*board).collect", "\"collected\"");
    let lines: Vec<_> = case.other_sides.iter().map(|side| side.site.line).collect();
    let line = |at| site_of(IN_ORDER, at);
    assert_eq!(lines, [line("\"meanwhile\""), line("\"added\"] = 2"), line("\"collected\"")]);
    let meets: Vec<_> = case.other_sides.iter().map(|side| side.meets).collect();
    assert_eq!(meets, [Meets::Seen, Meets::Seen, Meets::Unknown]);
    let out: Vec<_> = case.excluded.iter().map(|out| (out.access.site.line, &*out.why)).collect();
    let start = format!("main.go:{}:5", line("go func()"));
    let before = format!("one of the two is over before the other is started at {start}");
    let waited = format!("what is started at {start} is waited for before the other goes on");
    assert_eq!(out, [(line("delete"), &*waited), (line("\"first\""), &*before)]);
}

#[test]
fn a_candidate_says_what_it_runs_from() {
    let case = case(IN_ORDER, "concurrent map writes", "main.main", "\"meanwhile\"");
    let side = case
        .other_sides
        .iter()
        .find(|side| side.site.function.as_deref() == Some("main.(*board).add"));
    let root = side.and_then(|side| side.root.as_ref()).map(|root| (root.site.line, &root.path));
    let way = ["main.(*board).serve".into(), "main.(*board).add".into()];
    assert_eq!(root, Some((site_of(IN_ORDER, "go b.serve()"), &way.to_vec())));
}

#[test]
fn a_lock_that_the_callers_of_one_side_hold_rules_it_out() {
    let source = IN_ORDER.replace(
        "\tb.scores[\"collected\"] = 1\n",
        "\tb.mu.Lock()\n\tdefer b.mu.Unlock()\n\tb.scores[\"collected\"] = 1\n",
    );
    let case = case(&source, "concurrent map writes", "main.(*board).collect", "\"collected\"");
    let out = case
        .excluded
        .iter()
        .find(|out| out.access.site.function.as_deref() == Some("main.(*board).add"));
    let why = out.map(|out| out.why.as_str()).unwrap_or_default();
    assert_eq!(why, "its callers hold b.mu, and the faulting access holds it too");
    let guard = case.guard.as_ref().map(|guard| (&*guard.name, guard.under, guard.of));
    assert_eq!(guard, Some(("board.mu", 2, 5)));
}
