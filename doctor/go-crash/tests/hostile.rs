//! Texts made to be slow or large are read in linear time and bounded memory.

use go_crash::{NoteKind, read, read_grouped};
use std::time::{Duration, Instant};

const UNITS: &[&str] = &[
    "goroutine 1 [",
    "goroutine 1 [\"",
    "goroutine 1 [running] {",
    "a.(*",
    "a.(*T",
    "a.b(0x1 ",
    "a.b(0x1, ",
    "a.b(",
    "a.b[",
    "a.b() /x.go:1 ",
    "/a.go:1 ",
    "/a.go:1 +0x1 ",
    ":/a.go:1",
    "a:b",
    "a.go:",
    "panic: ",
    "panic: x [recovered] ",
    "fatal error: concurrent map writes ",
    "assignment to entry in nil map",
    "panic serving x: ",
    "[signal ",
    "[originating from goroutine 1",
    "created by ",
    "created by a.b ",
    "Read at 0x1 by goroutine 1: ",
    "1 @ 0x1 ",
    "# labels: {\"",
    "#\t0x1\ta.b+0x1\t",
    "\\n",
    "\\x",
    "\\\\",
    "C:\\a\\n",
    "\\u001b[",
    "\u{1b}[0",
    "&lt",
    "&amp;lt;",
    "#012",
    "\"",
    "=",
    " ",
    "\t",
    "{",
    "...",
    "SIGSEGV: ",
];

fn time(text: &[u8]) -> Duration {
    (0..3)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(read_grouped(text));
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

/// A quadratic reader would take sixteen times as long for four times the text.
#[test]
fn time_grows_with_the_text_and_no_faster() {
    for unit in UNITS {
        for end in ["", "\n"] {
            let piece = format!("{unit}{end}");
            let small = piece.repeat(150_000 / piece.len());
            let large = piece.repeat(600_000 / piece.len());
            // The machine may be busy with something else: only what is slow every time is slow.
            let slow = |_: &u32| {
                let (short, long) = (time(small.as_bytes()), time(large.as_bytes()));
                (long > short * 9 + Duration::from_millis(30)).then_some((short, long))
            };
            let times: Vec<_> = (0..4_u32).map_while(|round| slow(&round)).collect();
            assert!(times.len() < 4, "{piece:?}: for 150 and for 600 kB {times:?}");
        }
    }
}

#[test]
fn a_stack_without_end_is_cut() {
    let text = "main.f(0x1)\n\t/src/a.go:1 +0x1\n".repeat(50_000);
    let crash = read(text.as_bytes());
    assert_eq!(crash.goroutine_count, 1);
    assert!(
        crash
            .goroutines
            .iter()
            .all(|goroutine| goroutine.frames.len() <= 1_000 && goroutine.frames_elided)
    );
}

#[test]
fn distinct_stacks_without_end_are_counted() {
    let mut text = String::new();
    for n in 0..60_000 {
        text.push_str(&format!("goroutine {n} [select]:\nmain.f{n}()\n\t/src/a.go:{n} +0x1\ncreated by main.main\n\t/src/main.go:1 +0x1\n\n"));
    }
    let crash = read_grouped(text.as_bytes());
    assert_eq!(crash.goroutine_count, 60_000);
    assert!(crash.groups.len() < 60_000);
    assert!(crash.notes.iter().any(|note| note.kind == NoteKind::LimitReached));
}

#[test]
fn a_binary_file_says_nothing() {
    let bytes: Vec<u8> =
        (0..300_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let crash = read(&bytes);
    assert!(crash.faults.is_empty() && crash.goroutines.is_empty());
}
