//! Maps that keep their type, and why: not every use of them is known, or one would mean something else.

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use common::{Files, Repaired, repair_with};
use finding::Grade;
use go_repair::Allowed;

/// A map that is replaced in a goroutine and read outside of it; `more` stands behind.
fn replaced(more: &str) -> String {
    format!(
        "package t

type Held struct {{
	byName map[string]int
}}

func (h *Held) Start(events <-chan string) {{
	go func() {{
		for event := range events {{
			next := map[string]int{{event: 1}}
			h.byName = next
		}}
	}}()
}}

func (h *Held) Of(name string) int {{ return h.byName[name] }}

func Run(events <-chan string) int {{
	h := &Held{{}}
	h.Start(events)
	return h.Of(\"a\")
}}
{more}"
    )
}

fn files(go: u32, source: &str, others: &[(&str, &str)]) -> Files {
    let mut files: Files = [
        ("go.mod".to_owned(), format!("module example.com/t\n\ngo 1.{go}\n")),
        ("t.go".to_owned(), source.to_owned()),
    ]
    .into();
    files.extend(others.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    files
}

fn repaired(files: &Files) -> Repaired {
    let allowed = Allowed { unsafe_fixes: true, ..Allowed::default() };
    repair_with(files, Grade::Low, allowed)
}

/// The file behind the repair.
fn after(go: u32, source: &str, others: &[(&str, &str)]) -> String {
    repaired(&files(go, source, others)).files["t.go"].clone()
}

/// A release of Go, what stands behind the map, and other files.
type Case<'c> = (u32, &'c str, &'c [(&'c str, &'c str)]);

const POINTER: &str = "byName atomic.Pointer[map[string]int]";

#[test]
fn a_map_that_is_replaced_needs_no_lock() {
    let text = after(19, &replaced(""), &[]);
    assert!(text.contains(POINTER), "{text}");
    assert!(text.contains("\t\t\th.byName.Store(&next)\n"), "{text}");
    assert!(text.contains("{ return h.loadByName()[name] }"), "{text}");
}

#[test]
fn a_lock_is_taken_where_the_pointer_would_not_do() {
    let cases: &[Case<'_>] = &[
        // The type came with Go 1.19.
        (18, "", &[]),
        // Somebody changes it in place, or may.
        (21, "\nfunc (h *Held) Put(name string) { h.byName[name] = 1 }\n", &[]),
        (21, "\nfunc (h *Held) Fill(fill func(*map[string]int)) { fill(&h.byName) }\n", &[]),
        (21, "\nfunc (h *Held) Set(all map[string]int) { h.byName = all }\n", &[]),
        (21, "\nvar last map[string]int\n\nfunc (h *Held) Keep() { h.byName = last }\n", &[]),
        // The name of the function is taken.
        (21, "\nfunc loadByName() {}\n\nfunc currentByName() {}\n", &[]),
        // It is used where this build does not look.
        (
            21,
            "",
            &[("t_windows.go", "package t\n\nfunc (h *Held) n() int { return len(h.byName) }\n")],
        ),
        (21, "", &[("t_test.go", "package t\n\nfunc fill(h *Held) { h.byName = nil }\n")]),
    ];
    for (go, more, others) in cases {
        let text = after(*go, &replaced(more), others);
        assert!(!text.contains("atomic.Pointer"), "{more} {others:?}\n{text}");
    }
    // Whoever is seen to leave it alone may hand it over.
    let set = "\nfunc (h *Held) Set(all map[string]int) { h.byName = all }\n\nfunc Reset(h *Held) { h.Set(map[string]int{\"a\": 1}) }\n";
    assert!(after(21, &replaced(set), &[]).contains("h.byName.Store(&all)"));
}

#[test]
fn what_is_stored_keeps_its_order_and_type() {
    let more = "
type table map[string]int

func (h *Held) Named(read func() table) {
	h.byName = read()
}

func (h *Held) Drop() { h.byName = nil }
";
    let text = after(21, &replaced(more), &[]);
    let stored = "\tvar next map[string]int = read()\n\th.byName.Store(&next)\n";
    assert!(text.contains(stored) && text.contains("{ h.byName.Store(nil) }"), "{text}");
}

/// A map whose lock would be held while something waits.
fn waiting(more: &str) -> String {
    format!(
        "package t

type Held struct {{
	byName map[string]*int
}}

func (h *Held) Start(events <-chan string, out chan<- *int) {{
	go func() {{
		for event := range events {{
			if known, ok := h.byName[event]; ok {{
				out <- known
			}}
			delete(h.byName, event)
		}}
	}}()
}}

func (h *Held) Put(name string, value *int) {{ h.byName[name] = value }}

func Run(events <-chan string, out chan<- *int) {{
	h := &Held{{byName: map[string]*int{{}}}}
	h.Start(events, out)
	h.Put(\"a\", nil)
}}
{more}"
    )
}

#[test]
fn a_sync_map_takes_the_place_of_a_map_that_no_lock_fits() {
    let text = after(21, &waiting(""), &[]);
    assert!(text.contains("\tbyName sync.Map\n"), "{text}");
    assert!(text.contains("if known, ok := h.loadByName(event); ok {"), "{text}");
    assert!(
        text.contains("h := &Held{}\n") && text.contains("{ h.byName.Store(name, value) }"),
        "{text}"
    );
}

#[test]
fn a_map_stays_one_where_a_sync_map_would_mean_something_else() {
    let cases = [
        (
            "\nfunc (h *Held) Twice(name string) { h.byName[name], h.byName[\"b\"] = nil, nil }\n",
            "together with others",
        ),
        (
            "\nfunc (h *Held) Add(name string) { h.byName[name] = next(h.byName[name]) }\n\nfunc next(n *int) *int { return n }\n",
            "in one step",
        ),
        ("\nfunc (h *Held) All() map[string]*int { return h.byName }\n", "handed on"),
        ("\nfunc (h *Held) Reset() { h.byName = nil }\n", "replaced as a whole"),
        (
            "\nfunc (h *Held) First() *int {\n\tfor _, value := range h.byName {\n\t\treturn value\n\t}\n\treturn nil\n}\n",
            "returns from its function",
        ),
        ("\nfunc (h *Held) Wait() {\n\tfor len(h.byName) > 0 {\n\t}\n}\n", "asked for in a loop"),
    ];
    for (more, why) in cases {
        let source = waiting(more);
        let Repaired { files, plan, .. } = repaired(&files(21, &source, &[]));
        assert!(!files["t.go"].contains("sync.Map"), "{more}");
        let left: Vec<&str> = plan.left.iter().map(|left| &*left.why).collect();
        assert!(left.iter().any(|left| left.contains(why)), "{more}: {left:?}");
    }
}
