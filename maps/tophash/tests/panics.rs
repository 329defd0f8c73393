//! `tophash::observe::panic_hook`: a panic is counted at once, and told in a line. In a process of its own, since a hook is the
//! whole process's.
#![cfg(feature = "std")]

use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};
use tophash::observe::prometheus::{Format, encode};
use tophash::observe::{PanicHook, Registry, panic_hook, trace};

const CHILD: &str = "TOPHASH_TEST_PANICKING_CHILD";

#[inline(never)]
fn innermost(items: &[u32], at: usize) -> u32 {
    items[at]
}

#[inline(never)]
fn outer(items: &[u32]) -> u32 {
    innermost(items, std::hint::black_box(7)) + 1
}

fn counted() -> u64 {
    let text = encode(&Registry::new(), Format::Text);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("tophash_panics_total{component=\"orders\"} "));
    line.unwrap().parse().unwrap()
}

/// What the child does: two panics, and a look at the count while each is being told.
fn panic_twice() {
    std::panic::set_hook(Box::new(|_| {
        std::io::stderr().write_all(b"the hook that was there before\n").unwrap();
    }));
    assert!(PanicHook::new().component("orders").install());
    assert!(!panic_hook(), "a program has one hook");
    assert_eq!(counted(), 0);
    for panics in 1..=2 {
        let begun = Instant::now();
        let thread = std::thread::Builder::new().name("worker 1".into()).spawn(move || {
            let _trace = (panics == 1).then(|| trace("4bf92f3577b34da6a3ce929d0e0e4736"));
            outer(&[1, 2, 3])
        });
        while counted() < panics {
            assert!(begun.elapsed() < Duration::from_secs(20));
        }
        let took = begun.elapsed();
        assert!(took < Duration::from_millis(200), "counted after {took:?}");
        assert!(thread.unwrap().join().is_err());
    }
}

#[test]
fn a_panic_is_counted_at_once_and_told_in_a_line() {
    if std::env::var_os(CHILD).is_some() {
        return panic_twice();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_panic_is_counted_at_once_and_told_in_a_line", "--nocapture"])
        .env(CHILD, "1")
        .env("POD_NAME", "orders-7c9")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stdout));
    let lines: Vec<_> = said.lines().filter(|line| line.starts_with("tophash: panic ")).collect();
    let [first, second] = lines[..] else { panic!("{said}") };
    for part in [
        " component=orders ",
        " thread=\"worker 1\" ",
        "message=\"index out of bounds: the len is 3 but the index is 7\"",
        " pod=orders-7c9",
    ] {
        assert!(first.contains(part) && second.contains(part), "no {part} in {first}");
    }
    assert!(
        first.contains(" trace=4bf92f3577b34da6a3ce929d0e0e4736 ") && !second.contains("trace=")
    );
    assert!(first.contains("tests/panics.rs:") || first.contains("tests\\panics.rs:"), "{first}");
    let frames = first.split("frames=\"").nth(1).unwrap().split('"').next().unwrap();
    let names: Vec<_> = frames.split(" < ").collect();
    assert!(names.len() == 3, "{frames}");
    assert!(names[0].contains("panics::innermost") && names[1].contains("outer"), "{frames}");
    assert_eq!(said.matches("the hook that was there before").count(), 2, "{said}");
}
