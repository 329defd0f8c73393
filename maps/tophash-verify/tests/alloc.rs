//! The allocators, in the place where they are meant to stand.

use std::alloc::System;
use tophash_verify::alloc::{Counting, Failing, Poisoning, disarm, fail_at};

#[global_allocator]
static ALLOCATOR: Counting<Failing<Poisoning<System>>> =
    Counting::new(Failing::new(Poisoning::new(System)));

#[test]
fn allocations_are_counted_and_fail_where_told() {
    let (calls, live) = (ALLOCATOR.calls(), ALLOCATOR.live());
    let block: Vec<u8> = Vec::with_capacity(1 << 20);
    assert!(ALLOCATOR.calls() > calls && ALLOCATOR.live() >= live + (1 << 20));
    assert!(ALLOCATOR.peak() >= ALLOCATOR.live());
    drop(block);
    assert!(ALLOCATOR.live() < live + (1 << 20));

    let mut list: Vec<u64> = Vec::new();
    fail_at(2);
    let first = list.try_reserve_exact(10).is_ok();
    let second = list.try_reserve_exact(100).is_ok();
    let third = list.try_reserve_exact(100).is_ok();
    assert!(disarm());
    assert_eq!((first, second, third), (true, false, true));
    assert!(!disarm());
}
