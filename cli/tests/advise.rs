//! `tophash advise` as a user runs it, on the trace of the bundled example and on files that are none.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{run, run_with};
use std::fs;
use std::path::PathBuf;

/// A file that the example has recorded.
fn recorded(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/traces").join(name)
}

fn trace() -> String {
    recorded("sessions.trace").to_str().unwrap().to_owned()
}

#[test]
fn the_output_on_the_page_is_real() {
    let page = include_str!("../../docs/advise.md");
    let (_, after) = page.split_once("$ tophash advise sessions.trace --no-replay\n").unwrap();
    let (shown, _) = after.split_once("```").unwrap();
    let out = run(&["advise", &trace(), "--no-replay"]);
    assert_eq!((out.code, out.stderr.as_str()), (0, ""));
    assert_eq!(shown, out.stdout);
}

#[test]
fn json_has_a_schema_version_and_the_replay() {
    let out = run(&["advise", &trace(), "--json", "--replay-time", "1"]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    let json: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(json["schema_version"], 1);
    let advice = &json["maps"][0];
    assert_eq!((&advice["map"], &advice["take"]), (&"sessions".into(), &"HashMap".into()));
    // Three threads serve, one ends sessions.
    assert_eq!(advice["replay"]["threads"], 4);
    assert_eq!(advice["replay"]["maps"][0]["median"], 1.0);
    let text = run(&["advise", &trace(), "--replay-time", "1"]).stdout;
    assert!(text.contains("replayed here: ") && text.contains("RwLock<HashMap>"), "{text}");
}

#[test]
fn a_dump_is_read_from_standard_input_and_by_name() {
    let dump = fs::read(recorded("sessions.json")).unwrap();
    let out = run_with(&["advise", "-", "--map", "sessions"], &dump);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("cannot tell: life of a key"), "{}", out.stdout);
    let other = run_with(&["advise", "-", "--map", "users"], &dump);
    assert_eq!(other.code, 3);
    assert!(other.stderr.contains("there is no map users among 1 map\n"), "{}", other.stderr);
}

#[test]
fn what_is_no_trace_is_told_with_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let whole = fs::read(recorded("sessions.trace")).unwrap();
    let mut version = whole.clone();
    version[8] = 2;
    let mut damaged = whole.clone();
    damaged[100_000] ^= 1;
    for (bytes, code, said) in [
        (&b"neither"[..], 2, "neither a trace nor what an observed map tells"),
        (b"", 2, "neither a trace"),
        (b"{\"maps\":[]}", 3, "the dump has no maps"),
        (b"{\"maps\":", 2, "begins like JSON"),
        (&whole[..10], 2, "ends where the head should stand"),
        (&version, 2, "it is of version 2, and 1 is read here"),
    ] {
        fs::write(&file, bytes).unwrap();
        let out = run(&["advise", file.to_str().unwrap()]);
        assert_eq!(out.code, code, "{}", out.stderr);
        assert!(out.stderr.contains(said), "{said} is missing: {}", out.stderr);
        assert!(code == 3 || out.stderr.contains("hint: "), "{}", out.stderr);
    }
    for (bytes, said) in [(&whole[..100_000], "it ends where"), (&damaged, "checksum of a block")] {
        fs::write(&file, bytes).unwrap();
        let out = run(&["advise", file.to_str().unwrap(), "--no-replay"]);
        assert_eq!(out.code, 0, "{}", out.stderr);
        let note = out.stdout.split("note: ").nth(1).unwrap_or_default();
        let note = note.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(note.contains(said), "{said} is missing: {note}");
    }
    let out = run(&["advise", folder.path().join("none").to_str().unwrap()]);
    assert_eq!(out.code, 2);
}
