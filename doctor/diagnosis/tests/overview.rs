//! A program without a crash: what is locked unevenly comes first, what cannot race is left out.

use finding::{Locking, Overview};
use go_source::{LoadOptions, MemoryTree, Program};

const SOURCE: &str = "package main

import \"sync\"

type registry struct {
	mu    sync.RWMutex
	conns map[string]int
	seen  map[string]int
	safe  map[string]int
	sync  sync.Map
}

var free = map[string]int{}

var fixed = map[string]int{\"a\": 1}

func (r *registry) add(k string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[k] = 1
	r.safe[k] = 1
}

func (r *registry) get(k string) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.conns[k] + r.safe[k]
}

// drop changes conns without the lock, and seen under a lock for reading.
func (r *registry) drop(k string) {
	delete(r.conns, k)
	r.mu.RLock()
	r.seen[k] = 1
	r.mu.RUnlock()
	r.sync.Store(k, 1)
	free[k] = fixed[k]
	r.evictLocked(k)
}

// evictLocked is called both with and without the lock, so that nothing is inherited.
func (r *registry) evictLocked(k string) {
	_ = len(r.safe)
}

func main() {
	r := &registry{conns: map[string]int{}, seen: map[string]int{}, safe: map[string]int{}}
	for range 3 {
		go r.add(\"a\")
		go r.get(\"a\")
		go r.drop(\"a\")
	}
}
";

fn overview() -> Overview {
    let mut files = MemoryTree::new();
    files.insert("go.mod", "module example.com/m\n\ngo 1.22\n");
    files.insert("main.go", SOURCE);
    diagnosis::overview(&Program::load(&files, &LoadOptions::default()))
}

#[test]
fn maps_are_ordered_by_risk_and_only_those_that_can_race_have_a_row() {
    let overview = overview();
    let rows: Vec<_> =
        overview.maps.iter().map(|row| (&*row.declaration.path, row.locking)).collect();
    assert_eq!(
        rows,
        [
            ("registry.conns", Locking::Mixed),
            ("registry.seen", Locking::Mixed),
            ("free", Locking::None),
            ("registry.safe", Locking::Locked),
        ]
    );
    assert_eq!((overview.declared, overview.sync_maps), (6, 1));
}

#[test]
fn an_access_without_the_lock_is_named_with_its_place() {
    let overview = overview();
    let conns = &overview.maps[0];
    assert_eq!(conns.lock.as_deref(), Some("example.com/m.registry.mu"));
    assert_eq!((conns.accesses, conns.changes, conns.under_lock), (3, 2, 2));
    let sites: Vec<_> = conns.unlocked.iter().map(|access| access.site.line).collect();
    assert_eq!(sites, [32]);
    assert!(conns.beside_others && !conns.vendored);
}

/// `RLock` lets other readers in, and each of them may be such a writer.
#[test]
fn a_change_under_a_lock_for_reading_counts_as_unlocked() {
    let seen = &overview().maps[1];
    assert_eq!((seen.unlocked.len(), seen.under_lock), (1, 1));
}
