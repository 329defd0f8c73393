//! Any bytes give what they say of a crash, however they are cut into pieces, and all of it lies
//! within them.
//!
//! ```text
//! cargo +nightly fuzz run go_crash fuzz/corpus/go_crash doctor/go-crash/tests/samples
//! ```

#![no_main]

use go_crash::{Collect, CrashText, Goroutine, Group, Reader, Sink, read, read_grouped};
use libfuzzer_sys::fuzz_target;

/// As many frames of a goroutine are kept at most.
const MOST_FRAMES: usize = 1_000;

fuzz_target!(|text: &[u8]| {
    let crash = read(text);
    check(&crash, text);
    let mut grouped = read_grouped(text);
    check(&grouped, text);
    // The fuzzer can move both cuts by the length.
    for size in [text.len() * 2 / 3, text.len() % 61] {
        let pieces = in_pieces(Collect::default(), text, size).into_text();
        assert!(pieces == crash, "the place of a cut makes a difference");
        let pieces = in_pieces(Group::default(), text, size).into_text();
        assert!(pieces == grouped, "the place of a cut makes a difference when grouping");
    }
    // Grouped, fewer goroutines are kept whole; all else is the same.
    grouped.goroutines.clone_from(&crash.goroutines);
    assert!(grouped == crash, "grouping makes a difference");
});

fn in_pieces<S: Sink>(sink: S, text: &[u8], size: usize) -> S {
    let mut reader = Reader::new(sink);
    text.chunks(size.max(1)).for_each(|piece| reader.push(piece));
    reader.finish()
}

fn check(crash: &CrashText, text: &[u8]) {
    assert!(crash.lines <= text.len() as u64);
    let within = |line: u64| assert!(line <= crash.lines, "line {line} of {}", crash.lines);
    let goroutine = |goroutine: &Goroutine| {
        within(goroutine.text_line);
        assert!(goroutine.frames.len() <= MOST_FRAMES);
        for frame in &goroutine.frames {
            // A byte that is not UTF-8 is told as a character of three.
            assert!(frame.symbol.len().max(frame.file.len()) <= 3 * text.len());
        }
    };
    for fault in &crash.faults {
        within(fault.text_line);
        assert!(fault.message_printed || fault.goroutine.is_some());
        fault.goroutine.iter().for_each(|faulting| goroutine(faulting));
        fault.race.iter().for_each(|race| within(race.text_line));
    }
    crash.goroutines.iter().for_each(|found| goroutine(found));
    crash.notes.iter().for_each(|note| within(note.text_line));
    let counted: u64 = crash.groups.iter().map(|group| group.count).sum();
    assert!(counted <= crash.goroutine_count || crash.goroutines.is_empty());
}
