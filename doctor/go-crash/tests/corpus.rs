//! Crash texts from the wild, collected outside of this repository.
//!
//! The folder is named by `TOPHASH_CORPUS`; it holds `crash-text.json`, an index of what each text
//! is, and `crash-text/ID.txt`. Without it the test says that it was skipped.

use go_crash::{CrashText, FaultKind, Frame, Race};
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Deserialize)]
struct Entry {
    id: String,
    kind: String,
    faulting_function: Option<String>,
    goroutines: u64,
}

/// What stands in any text that still holds its fault; some in the corpus were cut before it.
const SIGNS: [&str; 7] =
    ["fatal error", "panic", "PANIC", "DATA RACE", "runtime.throw", "runtime.fatal", "maps.fatal"];

fn kind_is_right(entry: &Entry, text: &str, crash: &CrashText) -> Result<(), String> {
    let map_kinds: Vec<FaultKind> =
        crash.faults.iter().map(|fault| fault.kind).filter(|kind| kind.concerns_map()).collect();
    let expected = match entry.kind.as_str() {
        "assignment to entry in nil map" => FaultKind::NilMapWrite,
        "concurrent map writes" => FaultKind::ConcurrentMapWrites,
        "concurrent map read and map write" => FaultKind::ConcurrentMapReadAndWrite,
        "concurrent map iteration and map write" => FaultKind::ConcurrentMapIterationAndWrite,
        kind if kind.starts_with("map corruption") => FaultKind::MapCorruption,
        "race-report (map)" => {
            let found = crash.races().any(Race::concerns_map);
            return if found { Ok(()) } else { Err("no race on a map found".into()) };
        }
        "race-report (not a map)" => {
            let races = crash.races().count();
            let on_map = crash.races().any(Race::concerns_map);
            return if races > 0 && !on_map && map_kinds.is_empty() {
                Ok(())
            } else {
                Err(format!("{races} races, on a map: {on_map}"))
            };
        }
        "goroutine dump" => {
            return if crash.map_fault().is_none() {
                Ok(())
            } else {
                Err(format!("a fault is claimed: {map_kinds:?}"))
            };
        }
        other => return Err(format!("the index names a kind this test does not know: {other}")),
    };
    let holds_fault = SIGNS.iter().any(|sign| text.contains(sign));
    match (holds_fault, map_kinds.first()) {
        (true, Some(first)) if *first == expected => Ok(()),
        (false, None) => Ok(()),
        (holds, found) => {
            Err(format!("expected {expected:?} (text holds it: {holds}), found {found:?}"))
        }
    }
}

/// An index names a function, the beginning of one, the end of one, or `file.go:line`; a question
/// mark says that the text does not tell.
fn function_is_right(named: &str, suspect: Option<&Frame>) -> bool {
    if let Some(rest) = named.strip_prefix('?') {
        let maybe = rest.trim_start_matches([' ', '/']);
        return maybe.starts_with('(')
            || suspect.is_none_or(|frame| maybe.is_empty() || frame.symbol.contains(maybe));
    }
    let Some(frame) = suspect else {
        return false;
    };
    match named.rsplit_once(':') {
        Some((file, line)) => frame.file.ends_with(file) && line.parse() == Ok(frame.line),
        None => frame.symbol.contains(named),
    }
}

#[test]
fn every_text_of_the_corpus_is_read_right() {
    let Some(folder) = std::env::var_os("TOPHASH_CORPUS").map(PathBuf::from) else {
        eprintln!("SKIPPED every_text_of_the_corpus_is_read_right: needs TOPHASH_CORPUS");
        return;
    };
    let index = std::fs::read(folder.join("crash-text.json")).expect("the index is readable");
    let index: Vec<Entry> = serde_json::from_slice(&index).expect("the index is JSON");
    let mut wrong = Vec::new();
    for entry in &index {
        let bytes = std::fs::read(folder.join("crash-text").join(format!("{}.txt", entry.id)))
            .expect("the text is readable");
        let crash = go_crash::read(&bytes);
        if let Err(why) = kind_is_right(entry, &String::from_utf8_lossy(&bytes), &crash) {
            wrong.push(format!("{}: {why}", entry.id));
        }
        if let Some(named) = &entry.faulting_function {
            if !function_is_right(named, crash.suspect()) {
                let found = crash.suspect().map(ToString::to_string);
                wrong.push(format!("{}: function {named:?}, found {found:?}", entry.id));
            }
        }
        if entry.goroutines > 0 && crash.goroutine_count < entry.goroutines {
            wrong.push(format!(
                "{}: {} goroutines, the index says {}",
                entry.id, crash.goroutine_count, entry.goroutines
            ));
        }
        let grouped = go_crash::read_grouped(&bytes);
        assert_eq!(grouped.faults, crash.faults, "{}: grouping changes the faults", entry.id);
    }
    println!("{} texts read", index.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
