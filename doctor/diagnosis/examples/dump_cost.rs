//! What the diagnosis of a large dump costs beside reading it.
//!
//! ```text
//! cargo run --release -p diagnosis --example dump_cost -- GOROUTINES STACKS
//! ```
//!
//! Makes a dump of that many goroutines on that many distinct stacks, all in the functions of a
//! small program with two guarded maps, reads it, and joins it with the source. Prints the time of
//! each; under `valgrind --tool=callgrind`, `diagnosis::diagnose` and `go_crash::read_grouped` have
//! their instructions side by side.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use go_source::{LoadOptions, MemoryTree, Program};
use std::fmt::Write as _;
use std::time::Instant;

const SOURCE: &str = "package main

import \"sync\"

type cache struct {
	mu sync.RWMutex
	m  map[string]int
	n  map[string]int
}

func (c *cache) get(k string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.m[k] + c.n[k]
}

func (c *cache) serve(k string) {
	c.get(k)
}

func main() {}
";

fn dump(goroutines: u64, stacks: u64) -> String {
    let mut text = String::new();
    for id in 1..=goroutines {
        let stack = id.checked_rem(stacks.max(1)).unwrap_or(0);
        let _ = write!(
            text,
            "goroutine {id} [sync.RWMutex.RLock, 3 minutes]:\nsync.runtime_SemacquireRWMutexR(0x{id:x}?, 0x0?, 0x0?)\n\
             \t/usr/local/go/src/runtime/sema.go:100 +0x25\nsync.(*RWMutex).RLock(...)\n\t/usr/local/go/src/sync/rwmutex.go:74\n\
             main.(*cache).get(0xc000010000, {{0x1, 0x1}})\n\t/app/main.go:12 +0x58\n\
             main.(*cache).serve(0xc000010000, {{0x1, 0x1}})\n\t/app/main.go:18 +0x58\n\
             example.com/kit/mux.(*Router).ServeHTTP(0xc000010000)\n\t/root/go/pkg/mod/example.com/kit@v1.2.3/mux/mux.go:{} +0x58\n\
             net/http.(*conn).serve(0xc000010000)\n\t/usr/local/go/src/net/http/server.go:2009 +0x5f4\n\
             created by net/http.(*Server).Serve in goroutine 1\n\t/usr/local/go/src/net/http/server.go:3086 +0x58\n\n",
            stack.saturating_add(1)
        );
    }
    text
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let goroutines = numbers.next().unwrap_or(100_000);
    let stacks = numbers.next().unwrap_or(30);
    let mut tree = MemoryTree::new();
    tree.insert("go.mod", "module example.com/p\n\ngo 1.21\n");
    tree.insert("main.go", SOURCE);
    let program = Program::load(&tree, &LoadOptions::default());
    let text = dump(goroutines, stacks);
    let begun = Instant::now();
    let crash = go_crash::read_grouped(text.as_bytes());
    let read = begun.elapsed();
    let begun = Instant::now();
    let found = diagnosis::diagnose(&crash, Some(&program), &diagnosis::Options::default());
    let joined = begun.elapsed();
    println!(
        "{goroutines} goroutines on {stacks} stacks, {} MB: read in {read:?}, joined in {joined:?}, {} cases",
        text.len() >> 20,
        found.cases.len()
    );
}
