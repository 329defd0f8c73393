//! Comments about locks: what they make sure, what they ask of callers, and when they count for nothing.

mod common;

use finding::{Finding, Findings, Grade, Role};

/// Accesses of a map: two take the lock, and one in a goroutine does not.
fn cache(field: &str, lock: &str, more: &str) -> Findings {
    let head = "package t\n\nimport \"sync\"\n\ntype C struct {\n";
    common::check_all(&format!(
        "{head}\tmu sync.Mutex {lock}\n\tm  map[int]int {field}\n}}\n
func New() *C {{ c := &C{{m: make(map[int]int)}}; go c.sweep(); return c }}\n
func (c *C) Put(k int) {{ c.mu.Lock(); c.m[k] = 1; c.mu.Unlock() }}\n
func (c *C) Add(k int) {{ c.mu.Lock(); c.m[k]++; c.mu.Unlock() }}\n
func (c *C) sweep() {{ delete(c.m, 1) }}\n{more}"
    ))
}

/// The findings of one rule.
fn of<'f>(findings: &'f Findings, code: &str) -> Vec<&'f Finding> {
    findings.findings.iter().filter(|finding| *finding.code == *code).collect()
}

/// The grade of the access in the goroutine, and whether a comment is among its grounds.
fn swept(findings: &Findings) -> Option<(Grade, bool)> {
    let swept = of(findings, "TH101");
    let swept = swept.iter().find(|finding| finding.message.contains("deleted"))?;
    Some((swept.grade, swept.because.iter().any(|why| why.contains("the comment at t.go:"))))
}

#[test]
fn a_comment_makes_the_guard_sure() {
    let with =
        "func (c *C) Get(k int) int { return c.m[k] }\nfunc main() { c := New(); c.Put(1) }\n";
    assert_eq!(swept(&cache("", "", with)), Some((Grade::Medium, false)));
    for (field, lock) in [
        ("// guarded by mu", ""),
        ("// Protected by C.mu.", ""),
        ("// +checklocks:mu", ""),
        ("// only with mu held", ""),
        ("", "// protects m"),
        ("", "// guards the fields below"),
        ("", "// protects everything in this struct"),
        ("", "// protects the map"),
    ] {
        assert_eq!(swept(&cache(field, lock, with)), Some((Grade::High, true)), "{field}{lock}");
    }
}

#[test]
fn what_names_no_lock_at_hand_says_nothing() {
    let with = "func main() { c := New(); c.Put(1) }\n";
    let plain = swept(&cache("", "", with));
    for field in [
        "// guarded by other",
        "// guards against loops",
        "// not guarded by mu",
        "// guarded by d.mu, see there",
    ] {
        let more = format!("{with}type D struct {{ mu sync.Mutex }}\nvar d D\n");
        assert_eq!(swept(&cache(field, "", &more)), plain, "{field}");
    }
}

#[test]
fn a_comment_that_no_access_heeds_is_stale() {
    let source = "package t\n\nimport \"sync\"\n\ntype C struct {\n\tmu sync.Mutex\n\tm  map[int]int // guarded by mu\n\tn  int\n}\n
func New() *C { c := &C{m: make(map[int]int)}; go c.sweep(); return c }
func (c *C) Put(k int) { c.m[k] = 1 }
func (c *C) Add() { c.mu.Lock(); c.n++; c.mu.Unlock() }
func (c *C) sweep() { delete(c.m, 1) }
";
    let findings = common::check_all(source);
    assert!(of(&findings, "TH101").is_empty(), "{findings:?}");
    let stale = |note: &&String| note.starts_with("t.go:7: the comment says that ");
    assert_eq!(findings.notes.iter().filter(stale).count(), 1, "{:?}", findings.notes);
}

#[test]
fn a_function_holds_what_its_comment_asks_for() {
    let drop = "\nfunc (c *C) drop(k int) { delete(c.m, k) }\n";
    let locked = "func (c *C) Drop(k int) { c.mu.Lock(); c.drop(k); c.mu.Unlock() }\n";
    for comment in ["// The caller must hold c.mu.", "// +checklocks:c.mu", "// mu must be held"] {
        let findings = cache("", "", &format!("{comment}{drop}{locked}"));
        let of_drop = |finding: &&&Finding| {
            finding.access.site.function.as_deref().is_some_and(|name| name.ends_with(".drop"))
        };
        assert_eq!(of(&findings, "TH101").iter().filter(of_drop).count(), 0, "{comment}");
    }
}

#[test]
fn a_caller_that_does_not_do_what_it_is_asked_is_found() {
    let more = "// The caller must hold c.mu.
func (c *C) drop(k int) { delete(c.m, k) }
func (c *C) Drop(k int) { c.mu.Lock(); c.drop(k); c.mu.Unlock() }
func (c *C) expire() { c.drop(2) }
func (c *C) Run() { go c.expire() }
";
    let findings = cache("", "", more);
    let found = of(&findings, "TH101");
    let found: Vec<_> = found.iter().filter(|f| f.message.contains("a caller of drop")).collect();
    assert_eq!(found.len(), 1, "{findings:?}");
    let call = found.iter().flat_map(|f| &f.related).find(|place| place.role == Role::Call);
    assert!(
        call.is_some_and(|call| call.site.function.as_deref() == Some("example.com/t.(*C).expire"))
    );
}

#[test]
fn what_a_comment_takes_out_of_the_check_is_left() {
    let ignored =
        cache("", "", "// +checklocksignore\nfunc (c *C) Peek(k int) int { return c.m[k] }\n");
    let forced = cache(
        "",
        "",
        "func (c *C) Peek(k int) int {\n\treturn c.m[k] // +checklocksforce: one goroutine\n}\n",
    );
    let checked = cache("", "", "func (c *C) Peek(k int) int { return c.m[k] }\n");
    let peeks = |findings: &Findings| {
        of(findings, "TH101").iter().filter(|finding| finding.message.contains("read")).count()
    };
    assert_eq!((peeks(&ignored), peeks(&forced), peeks(&checked)), (0, 0, 1));
}
