//! Goroutines that can never go on: named where text and source prove it, and only then.

use finding::{Case, Confidence};
use go_source::{LoadOptions, MemoryTree, Program};
use std::fmt::Write as _;

const SOURCE: &str = "package main

import \"sync\"

type stock struct {
	mu   sync.RWMutex
	rows map[string]int
}

type orders struct {
	mu   sync.Mutex
	rows map[string]int
}

var x, y sync.Mutex
var seen = map[string]int{}

func xy() {
	x.Lock() // XY-X
	defer x.Unlock()
	y.Lock() // XY-Y
	seen[\"a\"]++
	y.Unlock()
}

func yx() {
	y.Lock() // YX-Y
	defer y.Unlock()
	x.Lock() // YX-X
	seen[\"a\"]++
	x.Unlock()
}

func (s *stock) get(k string) int {
	s.mu.RLock() // GET
	defer s.mu.RUnlock()
	return s.rows[k]
}

func (s *stock) total() int {
	s.mu.RLock() // TOTAL
	defer s.mu.RUnlock()
	return s.get(\"a\") // TOTAL-GET
}

func (s *stock) set(k string) {
	s.mu.Lock() // SET
	defer s.mu.Unlock()
	s.rows[k] = s.get(k) // SET-GET
}

func (s *stock) sell(o *orders) {
	s.mu.Lock() // SELL
	defer s.mu.Unlock()
	s.rows[\"a\"]--
	o.put() // SELL-PUT
}

func (o *orders) put() {
	o.mu.Lock() // PUT
	defer o.mu.Unlock()
	o.rows[\"a\"]++
}

func (o *orders) check(s *stock) {
	o.mu.Lock() // CHECK
	defer o.mu.Unlock()
	o.rows[\"a\"] = s.get(\"a\") // CHECK-GET
}

func (o *orders) move(other *orders) {
	o.mu.Lock() // MOVE
	defer o.mu.Unlock()
	o.rows[\"a\"]--
	other.put() // MOVE-PUT
}

func (o *orders) outer() {
	o.mu.Lock() // OUTER
	defer o.mu.Unlock()
	o.rows[\"a\"]++
	o.apart() // OUTER-APART
}

func (o *orders) apart() {
	o.mu.Unlock()
	o.mu.Lock() // APART
	o.rows[\"b\"]++
}

func main() {}
";

/// Go's own frames above a lock, then the program's: function with arguments, and the mark of a line.
fn goroutine(id: u64, lock: &str, frames: &[(&str, &str)]) -> String {
    let inner = match lock {
        "sync.Mutex.Lock" => {
            "sync.(*Mutex).lockSlow(0xc000026060)\n\t/go/src/sync/mutex.go:171 +0x15d\nsync.(*Mutex).Lock(...)"
        }
        "sync.RWMutex.RLock" => "sync.(*RWMutex).RLock(...)",
        _ => "sync.(*RWMutex).Lock(0x2faf080?)",
    };
    let mut text =
        format!("goroutine {id} [{lock}, 3 minutes]:\n{inner}\n\t/go/src/sync/mutex.go:90\n");
    for (call, mark) in frames {
        let line =
            (1u32..).zip(SOURCE.lines()).find(|(_, line)| line.ends_with(&format!("// {mark}")));
        let line = line.map(|(line, _)| line).unwrap_or_default();
        assert!(line > 0, "no line {mark}");
        let _ = write!(text, "main.{call}\n\t/app/main.go:{line} +0x5c\n");
    }
    text.push_str("created by main.main in goroutine 1\n\t/app/main.go:90 +0x58\n\n");
    text
}

fn cases(goroutines: &[String]) -> Vec<Case> {
    let mut tree = MemoryTree::new();
    tree.insert("go.mod", "module example.com/p\n\ngo 1.21\n");
    tree.insert("main.go", SOURCE);
    let program = Program::load(&tree, &LoadOptions::default());
    let text = goroutines.concat();
    let options = diagnosis::Options::default();
    diagnosis::diagnose(&go_crash::read(text.as_bytes()), Some(&program), &options).cases
}

const MUTEX: &str = "sync.Mutex.Lock";
const RLOCK: &str = "sync.RWMutex.RLock";

#[test]
fn two_locks_in_two_orders_are_named_with_who_where_and_since_when() {
    let cases = cases(&[
        goroutine(7, MUTEX, &[("xy()", "XY-Y")]),
        goroutine(8, MUTEX, &[("yx()", "YX-X")]),
    ]);
    let [case] = cases.as_slice() else { panic!("{cases:?}") };
    assert_eq!(case.subject.map().map(|map| &*map.path), Some("seen"));
    assert_eq!(case.verdict.confidence, Confidence::Certain);
    assert_eq!(
        case.verdict.sentence,
        "A deadlock: goroutine 7 holds x since main.go:19:2 and waits at main.go:21:2 for y; \
         goroutine 8 holds y since main.go:27:2 and waits at main.go:29:2 for x. None of them can go on."
    );
    let [deadlock] = case.deadlocks.as_slice() else { panic!("{:?}", case.deadlocks) };
    assert_eq!(deadlock.members.len(), 2);
    assert!(case.steps.repair.text.concat().contains("Take x and y in one order"));
}

#[test]
fn one_that_asks_for_its_own_lock_is_named_though_no_address_is_sure() {
    let cases = cases(&[goroutine(
        7,
        RLOCK,
        &[("(*stock).get(0x0?)", "GET"), ("(*stock).set(0x0?)", "SET-GET")],
    )]);
    let Some(case) = cases.first() else { panic!() };
    assert_eq!(case.verdict.confidence, Confidence::Certain);
    assert_eq!(
        case.verdict.sentence,
        "Goroutine 7 waits at main.go:35:2 for stock.mu, which it holds itself since main.go:47:2: \
         it can never go on."
    );
}

#[test]
fn a_second_read_lock_behind_a_writer_is_named_with_the_writer() {
    let reader = goroutine(
        7,
        RLOCK,
        &[("(*stock).get(0xc000014060)", "GET"), ("(*stock).total(0xc000014060)", "TOTAL-GET")],
    );
    let writer = |address: &str| {
        goroutine(9, "sync.RWMutex.Lock", &[(&format!("(*stock).set({address})"), "SET")])
    };
    let found = cases(&[reader.clone(), writer("0xc000014060")]);
    let sentence = found.first().map(|case| case.verdict.sentence.clone()).unwrap_or_default();
    assert!(sentence.contains("goroutine 9 waits at main.go:47:2 to write"), "{sentence}");
    // The writer of another value is not the one.
    let found = cases(&[reader, writer("0xc0000140a0")]);
    let sentence = found.first().map(|case| case.verdict.sentence.clone()).unwrap_or_default();
    assert!(sentence.contains("holds itself for reading since main.go:41:2"), "{sentence}");
    assert!(!sentence.contains("goroutine 9"), "{sentence}");
}

fn sold(stock: &str, orders: &str, checked: &str) -> Vec<Case> {
    cases(&[
        goroutine(
            7,
            MUTEX,
            &[
                (&format!("(*orders).put({orders})"), "PUT"),
                (&format!("(*stock).sell({stock})"), "SELL-PUT"),
            ],
        ),
        goroutine(
            8,
            RLOCK,
            &[
                (&format!("(*stock).get({stock})"), "GET"),
                (&format!("(*orders).check({checked})"), "CHECK-GET"),
            ],
        ),
    ])
}

#[test]
fn fields_are_one_lock_where_their_values_have_one_address_and_perhaps_where_none_is_known() {
    let sure = sold("0xc000014060", "0xc000026060", "0xc000026060");
    let first = sure.first().and_then(|case| case.deadlocks.first());
    assert_eq!(first.map(|deadlock| deadlock.confidence), Some(Confidence::Certain));
    let unsure = sold("0xc000014060", "0xc000026060?", "0x0?");
    let Some(case) = unsure.first() else { panic!() };
    assert_eq!(case.verdict.confidence, Confidence::Possible);
    assert!(case.verdict.sentence.starts_with("Perhaps a deadlock: goroutine "));
    assert!(case.verdict.because.contains("does not show"));
    let other = sold("0xc000014060", "0xc000026060", "0xc0000260a0");
    assert!(other.iter().all(|case| case.deadlocks.is_empty()), "{other:?}");
}

#[test]
fn nothing_is_claimed_of_two_values_or_of_a_lock_given_back_in_between() {
    let moved = cases(&[
        goroutine(
            7,
            MUTEX,
            &[("(*orders).put(0x0?)", "PUT"), ("(*orders).move(0x0?)", "MOVE-PUT")],
        ),
        goroutine(
            8,
            MUTEX,
            &[("(*orders).put(0x0?)", "PUT"), ("(*orders).move(0x0?)", "MOVE-PUT")],
        ),
    ]);
    assert!(moved.iter().all(|case| case.deadlocks.is_empty()), "{moved:?}");
    let apart = cases(&[goroutine(
        7,
        MUTEX,
        &[
            ("(*orders).apart(0xc000026060)", "APART"),
            ("(*orders).outer(0xc000026060)", "OUTER-APART"),
        ],
    )]);
    assert!(!apart.is_empty());
    assert!(apart.iter().all(|case| case.deadlocks.is_empty()), "{apart:?}");
}
