//! What is known of code that is not read, and of locks that have several names.

mod common;

use finding::Findings;

/// The functions that TH101 is about.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let module = [("go.mod", "module example.com/t\n\ngo 1.21\n")];
    functions(&common::check(module.iter().chain(files).copied()))
}

fn functions(findings: &Findings) -> Vec<String> {
    let of = findings.findings.iter().filter(|finding| &*finding.code == "TH101");
    of.filter_map(|finding| Some(finding.access.site.function.as_deref()?.to_owned())).collect()
}

#[test]
fn a_lock_of_another_package_is_a_lock() {
    let wrapper = "package safe\n\nimport \"sync\"\n\ntype state struct{ inner sync.Mutex; depth int }\n
type Mutex struct{ state state }\n
func (m *Mutex) Lock() { m.state.inner.Lock(); m.state.depth++ }\nfunc (m *Mutex) Unlock() { m.state.depth--; m.state.inner.Unlock() }\n";
    let cache = "package t\n\nimport \"example.com/t/safe\"\n
type C struct {\n\tmu safe.Mutex\n\tm  map[int]int\n}\n
func (c *C) Put(k int) { c.mu.Lock(); defer c.mu.Unlock(); c.m[k] = 1 }
func (c *C) Drop(k int) { c.mu.Lock(); defer c.mu.Unlock(); delete(c.m, k) }
func (c *C) Get(k int) int { return c.m[k] }\n";
    let found = found(&[("safe/safe.go", wrapper), ("t.go", cache)]);
    assert_eq!(found, ["example.com/t.(*C).Get"]);
}

#[test]
fn a_lock_that_a_field_points_to_has_both_names() {
    let keeper = "package t\n\nimport \"sync\"\n
type T struct {\n\tmu   sync.Mutex\n\tkeep *keeper\n}\n
type keeper struct {\n\tmu    *sync.Mutex\n\tuntil map[int]int\n}\n
func New() *T { t := &T{}; t.keep = &keeper{mu: &t.mu, until: map[int]int{}}; return t }
func (t *T) Give(k int) { t.mu.Lock(); defer t.mu.Unlock(); t.keep.add(k) }
func (k *keeper) add(n int) { k.until[n] = 1 }
func (k *keeper) drop(n int) { k.mu.Lock(); defer k.mu.Unlock(); delete(k.until, n) }
func (k *keeper) of(n int) int { k.mu.Lock(); defer k.mu.Unlock(); return k.until[n] }
func (t *T) Run() { go t.keep.drop(1); go t.keep.of(1) }\n";
    assert_eq!(found(&[("t.go", keeper)]), [] as [&str; 0]);
    let other = keeper.replace("mu: &t.mu", "mu: new(sync.Mutex)");
    assert_eq!(found(&[("t.go", &other)]), ["example.com/t.(*keeper).add"]);
}

#[test]
fn the_methods_of_a_heap_run_under_the_lock_of_its_users() {
    let queue = "package t\n\nimport (\n\t\"container/heap\"\n\t\"sync\"\n)\n
type Q struct {\n\tmu sync.Mutex\n\th  order\n}\n
type order struct {\n\tnames []string\n\tat    map[string]int\n}\n
func (o *order) Len() int { return len(o.names) }
func (o *order) Less(i, j int) bool { return true }
func (o *order) Swap(i, j int) {}
func (o *order) Pop() any { return nil }
func (o *order) Push(x any) { o.at[x.(string)] = 1 }
func (q *Q) Add(n string) { q.mu.Lock(); defer q.mu.Unlock(); heap.Push(&q.h, n) }
func (q *Q) Has(n string) int { q.mu.Lock(); defer q.mu.Unlock(); return q.h.at[n] }
func (q *Q) Drop(n string) { q.mu.Lock(); defer q.mu.Unlock(); delete(q.h.at, n) }\n";
    assert_eq!(functions(&common::check_all(queue)), [] as [&str; 0]);
    let without = queue.replace("q.mu.Lock(); defer q.mu.Unlock(); heap", "heap");
    assert_eq!(functions(&common::check_all(&without)), ["example.com/t.(*order).Push"]);
}
