//! What holds for any bytes and any cut.

#![expect(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use go_reports::{Reports, read};
use proptest::prelude::*;
use std::path::Path;

fn outputs() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/go/reported/output");
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = files.map(|file| file.expect("it can be listed").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("it can be read")).collect()
}

/// Names hold nothing that could end a line or a column of ours, and messages are one line.
fn is_clean(reports: &Reports) -> bool {
    reports.entries.iter().all(|entry| {
        !entry.name().contains(char::is_whitespace)
            && entry.check.matches(':').count() == 0
            && !entry.message.contains('\n')
            && entry.text_line >= 1
            && entry.text_line <= reports.lines
    })
}

/// Every beginning of every output, of the longest in steps.
#[test]
fn every_cut_of_every_output_is_read() {
    for output in outputs() {
        let whole = read(&output);
        let step = (output.len() / 2000).max(1);
        for end in (0..=output.len()).step_by(step) {
            let cut = read(output.get(..end).expect("it lies within"));
            assert!(cut.entries.len() <= whole.entries.len() + 1, "cut at {end}");
            assert!(is_clean(&cut), "cut at {end}");
        }
        for start in (0..output.len()).step_by(step) {
            assert!(is_clean(&read(output.get(start..).expect("it lies within"))));
        }
    }
}

#[test]
fn hostile_texts_end() {
    for text in [
        "{\"a\":".repeat(100_000),
        "{\"a\":[\n".repeat(50_000),
        "{".repeat(1_000_000),
        "{}\n".repeat(200_000),
        "x.go:1:1: ".repeat(100_000),
        format!("x.go:{}:1: y\n", "9".repeat(100_000)),
        "\u{1b}[".repeat(300_000),
        format!("{{\"runs\":[{{\"results\":[{}]}}]}}", vec!["{}"; 50_000].join(",")),
    ] {
        assert!(is_clean(&read(text.as_bytes())));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(is_clean(&read(&bytes)));
    }

    /// Pieces of outputs in any order, some with bytes changed.
    #[test]
    fn mixed_outputs_are_read(picks in proptest::collection::vec((0usize..100, 0usize..400, any::<u8>()), 0..40)) {
        let outputs = outputs();
        let mut text = Vec::new();
        for (which, line, byte) in picks {
            let output = &outputs[which % outputs.len()];
            let mut lines = output.split_inclusive(|byte| *byte == b'\n');
            let mut piece = lines.nth(line % 40).unwrap_or_default().to_vec();
            piece.truncate(4000);
            if let Some(last) = piece.last_mut().filter(|_| byte < 64) {
                *last = byte;
            }
            text.extend(piece);
        }
        prop_assert!(is_clean(&read(&text)));
    }
}
