//! A `FixedMap` in a signal handler that interrupts threads which are changing it, again and again.
#![cfg(all(target_os = "linux", not(miri)))]

use nix::sys::pthread::{pthread_kill, pthread_self};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{sync, thread};
use tophash::FixedMap;

static MAP: FixedMap<u64, u64, 1> = FixedMap::new();
static HANDLED: AtomicU64 = AtomicU64::new(0);

/// How many keys the handler and the threads are at together: few, so that they meet in lists and nodes.
const KEYS: u64 = 20;

extern "C" fn handle(_: std::ffi::c_int) {
    let number = HANDLED.fetch_add(1, Ordering::Relaxed);
    // A key that everybody adds to, one that the handler alone has, and those of the threads.
    let counted = MAP.fetch_update(0, |count| Some(count.unwrap_or(0) + 1)).is_ok();
    let own = 1_000 + number % 3;
    let put = MAP.insert(own, number).is_ok() && MAP.get(&own).is_some();
    let there = MAP.remove(&(1 + number % KEYS)).is_some();
    // Nothing may panic in a handler.
    if !counted || !put || (there && MAP.len() > 64) {
        std::process::abort();
    }
    MAP.remove(&own);
}

#[test]
fn a_handler_changes_the_map_that_it_interrupts_a_change_of() {
    const SIGNALS: u64 = 4_000;
    let action = SigAction::new(SigHandler::Handler(handle), SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handler uses a map that allocates nothing and waits for nobody, and atomics.
    #[expect(unsafe_code, reason = "what a handler may do is for who installs it to vouch for")]
    unsafe { sigaction(Signal::SIGUSR1, &action) }.unwrap();
    let done = AtomicBool::new(false);
    let (tell, threads) = sync::mpsc::channel();
    let added = thread::scope(|scope| {
        let workers = [0, 1].map(|number| {
            let (tell, done) = (tell.clone(), &done);
            scope.spawn(move || {
                tell.send(pthread_self()).unwrap();
                let mut added = 0;
                while !done.load(Ordering::Relaxed) {
                    for key in 1..=KEYS {
                        MAP.insert(key, number).unwrap();
                        MAP.fetch_update(0, |count| Some(count.unwrap_or(0) + 1)).unwrap();
                        added += 1;
                        if key % 2 == number {
                            MAP.remove(&key);
                        }
                    }
                }
                added
            })
        });
        let threads = [threads.recv().unwrap(), threads.recv().unwrap()];
        for signal in 0..SIGNALS {
            // The thread ends when it is told, which is later.
            pthread_kill(threads[signal as usize % 2], Signal::SIGUSR1).unwrap();
            if signal % 8 == 0 {
                thread::yield_now();
            }
        }
        done.store(true, Ordering::Relaxed);
        workers.map(|worker| worker.join().unwrap()).iter().sum::<u64>()
    });
    let handled = HANDLED.load(Ordering::Relaxed);
    assert!(handled > SIGNALS / 100, "only {handled} signals came through");
    assert_eq!(MAP.get(&0), Some(added + handled), "{handled} signals");
    MAP.clear();
    assert!(MAP.is_empty() && (0..64).all(|key| MAP.insert(key, 0).is_ok()), "room was lost");
}
