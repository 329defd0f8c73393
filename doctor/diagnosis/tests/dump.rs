//! A dump without a fault: who waits for which map's lock, and how large their share is.

use finding::GoroutineRole;
use go_source::{LoadOptions, MemoryTree, Program};
use std::fmt::Write as _;

const SOURCE: &str = "package main

import \"sync\"

type cache struct {
	mu sync.RWMutex
	m  map[string]int
}

func (c *cache) get(k string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.m[k]
}

func main() {}
";

/// A dump of `waiting` goroutines that wait for the lock and `others` that do not.
fn diagnose(waiting: u64, others: u64) -> finding::Diagnosis {
    let mut text = String::new();
    for id in 1..=waiting {
        let _ = write!(
            text,
            "goroutine {id} [sync.RWMutex.RLock, 12 minutes]:\nsync.runtime_SemacquireRWMutexR(0x1?, 0x0?, 0x0?)\n\
             \t/usr/local/go/src/runtime/sema.go:100 +0x25\nsync.(*RWMutex).RLock(...)\n\t/usr/local/go/src/sync/rwmutex.go:74\n\
             main.(*cache).get(0xc000010000, {{0x1, 0x1}})\n\t/app/main.go:11 +0x58\ncreated by main.main in goroutine 1\n\
             \t/app/main.go:16 +0x58\n\n"
        );
    }
    for id in 1..=others {
        let id = id.saturating_add(1000);
        let _ = write!(text, "goroutine {id} [select]:\nmain.main()\n\t/app/main.go:16 +0x58\n\n");
    }
    let mut tree = MemoryTree::new();
    tree.insert("go.mod", "module example.com/p\n\ngo 1.21\n");
    tree.insert("main.go", SOURCE);
    let program = Program::load(&tree, &LoadOptions::default());
    diagnosis::diagnose(
        &go_crash::read(text.as_bytes()),
        Some(&program),
        &diagnosis::Options::default(),
    )
}

#[test]
fn a_crowd_at_a_lock_is_named_by_the_map_it_guards() {
    let diagnosis = diagnose(8, 2);
    let case = diagnosis.cases.first().unwrap();
    assert_eq!(&*case.subject.map().unwrap().path, "cache.m");
    assert!(case.fault.is_none());
    let group =
        case.goroutines.iter().find(|group| group.role == GoroutineRole::WaitingForLock).unwrap();
    assert_eq!((group.count, group.lock.as_deref()), (8, Some("c.mu")));
    let statistics = diagnosis.statistics.unwrap();
    let wait = statistics.lock_waits.first().unwrap();
    assert_eq!((wait.waiting, wait.share_percent, wait.longest_minutes), (8, 80, Some(12)));
    assert!(wait.is_alarming());
    assert_eq!(wait.guards, ["example.com/p.cache.m"]);
}

#[test]
fn seventy_percent_is_no_alarm_and_more_is() {
    let share = |waiting, others| {
        let diagnosis = diagnose(waiting, others);
        diagnosis.statistics.unwrap().lock_waits.first().unwrap().is_alarming()
    };
    assert!(!share(7, 3));
    assert!(share(72, 28));
}

#[test]
fn nothing_at_a_map_yields_no_case() {
    assert!(diagnose(0, 5).cases.is_empty());
    assert!(diagnose(0, 0).statistics.is_none());
}
