//! Every recorded run of the Go fixtures is read as its manifest says.
//!
//! Two oracles, both independent of the reader: the manifests, written from the source before any
//! output was seen, name the accesses that can meet; and a plain search of the recorded text finds
//! the faulting goroutine's heading and the first line of a file that is the fixture's own.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use finding::Operation;
use go_crash::{CrashText, Fault, FaultKind, Frame, RaceSide, read, read_grouped};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Run {
    fixture: String,
    go: String,
    level: String,
    message: String,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    map: Vec<Map>,
    #[serde(default)]
    case: Vec<Case>,
}

#[derive(Deserialize, Clone)]
struct Map {
    #[serde(default)]
    access: Vec<Access>,
}

#[derive(Deserialize, Clone)]
struct Access {
    at: String,
    operation: String,
}

#[derive(Deserialize, Clone)]
struct Case {
    name: String,
    kind: String,
    #[serde(default)]
    sides: Vec<String>,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/go")
}

/// Cases by name, each with the accesses of its manifest.
fn cases() -> BTreeMap<String, (Case, Vec<Access>)> {
    let root = fixtures();
    let mut folders = vec![root.join("orders"), root.join("vendored")];
    folders.extend(
        std::fs::read_dir(root.join("faults"))
            .expect("the faults")
            .flatten()
            .map(|entry| entry.path()),
    );
    let mut cases = BTreeMap::new();
    for folder in folders {
        let Ok(text) = std::fs::read_to_string(folder.join("manifest.toml")) else {
            continue;
        };
        let manifest: Manifest = toml::from_str(&text).expect("a manifest");
        let accesses: Vec<Access> =
            manifest.map.iter().flat_map(|map| map.access.clone()).collect();
        for case in manifest.case {
            cases.insert(case.name.clone(), (case, accesses.clone()));
        }
    }
    cases
}

/// `-trimpath` prints a vendored file as `module@version/file`, and any other below its module.
fn is_at(frame: &Frame, at: &str) -> bool {
    let Some((file, line)) = at.rsplit_once(':') else {
        return false;
    };
    let printed = match frame.file.split_once('@') {
        Some((module, rest)) => {
            format!("/vendor/{module}/{}", rest.split_once('/').map_or(rest, |(_, path)| path))
        }
        None => frame.file.to_string(),
    };
    printed.ends_with(&format!("/{file}")) && line.parse() == Ok(frame.line)
}

/// The kinds that the recording's own message allows.
fn kinds(case: &Case, run: &Run) -> Vec<FaultKind> {
    let message = run.message.as_str();
    let concurrent = [
        ("concurrent map read and map write", FaultKind::ConcurrentMapReadAndWrite),
        ("concurrent map iteration and map write", FaultKind::ConcurrentMapIterationAndWrite),
        ("concurrent map clone and map write", FaultKind::ConcurrentMapCloneAndWrite),
        ("concurrent map writes", FaultKind::ConcurrentMapWrites),
    ];
    if let Some((_, kind)) = concurrent.iter().find(|(text, _)| message.contains(text)) {
        return vec![*kind];
    }
    match case.kind.as_str() {
        // Through Go 1.23 the runtime's frames are hidden by default, and nothing else tells.
        "corrupted" if message.contains("SIGSEGV") && hides_frames(run) => vec![FaultKind::Segv],
        "corrupted" if message.contains("SIGSEGV") => vec![FaultKind::SegvInMap],
        "corrupted" => vec![FaultKind::MapCorruption],
        "nil-map" => vec![FaultKind::NilMapWrite],
        "unhashable-key" => vec![FaultKind::UnhashableKey],
        "race" => vec![FaultKind::DataRace],
        "checkptr" => vec![FaultKind::Checkptr],
        "unlock" => vec![FaultKind::UnlockOfUnlocked],
        "deadlock" => vec![FaultKind::Deadlock],
        "panic" => vec![FaultKind::OtherPanic],
        _ => Vec::new(),
    }
}

fn hides_frames(run: &Run) -> bool {
    matches!(run.level.as_str(), "single" | "all")
        && matches!(run.go.as_str(), "1.21" | "1.22" | "1.23")
}

/// The id in the first heading of a running goroutine behind the message.
fn heading_behind(text: &str, message: &str) -> Option<u64> {
    let behind = text.find(message).and_then(|at| text.get(at..))?;
    let lines = behind.lines().filter_map(|line| line.strip_prefix("goroutine "));
    let running = lines
        .filter(|line| line.contains("[running") || message.contains("deadlock"))
        .find(|line| line.ends_with(':'));
    running.and_then(|line| line.split(' ').next()?.parse().ok())
}

fn check(
    run: &Run,
    case: &Case,
    accesses: &[Access],
    text: &str,
    crash: &CrashText,
) -> Result<(), String> {
    let allowed = kinds(case, run);
    if allowed.is_empty() {
        return match crash.faults.first() {
            None => Ok(()),
            Some(fault) => Err(format!("claims {:?} in a dump", fault.kind)),
        };
    }
    let fault =
        crash.faults.iter().find(|fault| allowed.contains(&fault.kind)).ok_or_else(|| {
            format!(
                "no {allowed:?}, but {:?}",
                crash.faults.iter().map(|fault| fault.kind).collect::<Vec<_>>()
            )
        })?;
    if case.kind == "race" {
        return check_race(case, accesses, crash);
    }
    if run.level == "none" && case.kind != "race" {
        return if fault.goroutine.is_none() {
            Ok(())
        } else {
            Err("a goroutine where none is printed".into())
        };
    }
    check_goroutine(fault, text, &run.message)?;
    check_frame(fault, case, accesses)
}

fn check_goroutine(fault: &Fault, text: &str, message: &str) -> Result<(), String> {
    let found = fault.goroutine.as_ref().and_then(|goroutine| goroutine.id);
    let expected = heading_behind(text, message);
    if found == expected {
        Ok(())
    } else {
        Err(format!("goroutine {found:?}, expected {expected:?}"))
    }
}

fn check_frame(fault: &Fault, case: &Case, accesses: &[Access]) -> Result<(), String> {
    if case.sides.is_empty() {
        return Ok(());
    }
    let frame = fault.user_frame.as_ref().ok_or("no user frame")?;
    if !case.sides.iter().any(|side| is_at(frame, side)) {
        return Err(format!("the first user frame is {frame}, the sides are {:?}", case.sides));
    }
    if !fault.kind.concerns_map() {
        return Ok(());
    }
    let expected: Vec<&str> = accesses
        .iter()
        .filter(|access| is_at(frame, &access.at))
        .map(|access| access.operation.as_str())
        .collect();
    operation_fits(fault.possible_operations(), &expected)
        .map_err(|why| format!("{why} at {frame}"))?;
    if fault.operation.is_some() { Ok(()) } else { fits_hidden(fault) }
}

fn operation_fits(found: &[Operation], expected: &[&str]) -> Result<(), String> {
    // The manifests call `m[k]++` a write, and what goes through a map by reflection an iteration;
    // the runtime may catch either at its read.
    let by_its_read = found == [Operation::Read]
        && (expected.contains(&"write") || expected.contains(&"iterate"));
    if by_its_read || found.iter().any(|operation| expected.contains(&operation.word())) {
        return Ok(());
    }
    Err(format!("operation {found:?}, expected {expected:?}"))
}

/// The operation may be open only where the text hides the runtime's frames.
fn fits_hidden(fault: &Fault) -> Result<(), String> {
    let frames =
        fault.goroutine.as_ref().map(|goroutine| goroutine.frames.as_slice()).unwrap_or_default();
    match frames.iter().find(|frame| frame.symbol.starts_with("runtime.map")) {
        Some(frame) => Err(format!("the operation is open although {frame} is printed")),
        None => Ok(()),
    }
}

fn check_race(case: &Case, accesses: &[Access], crash: &CrashText) -> Result<(), String> {
    let mut matched = false;
    for race in crash.races() {
        // A stack may be lost, and Go 1.27 leaves out the callers of what it inlined.
        let fits = |side: &RaceSide| {
            side.user_frame().is_none_or(|frame| case.sides.iter().any(|at| is_at(frame, at)))
        };
        let named = race.sides.iter().any(|side| side.user_frame().is_some());
        let both = race.sides.len() >= 2 && race.sides.iter().all(fits) && named;
        if !both {
            continue;
        }
        matched = true;
        for side in &race.sides {
            let (Some(frame), Some(operation)) = (side.user_frame(), side.operation) else {
                continue;
            };
            let expected: Vec<&str> = accesses
                .iter()
                .filter(|access| is_at(frame, &access.at))
                .map(|access| access.operation.as_str())
                .collect();
            operation_fits(&[operation], &expected).map_err(|why| format!("{why} at {frame}"))?;
        }
    }
    if matched {
        Ok(())
    } else {
        Err(format!(
            "none of {} reports has its sides among {:?}",
            crash.races().count(),
            case.sides
        ))
    }
}

#[test]
fn every_recorded_run_is_read_right() {
    let root = fixtures().join("recorded");
    let index = std::fs::read(root.join("index.json")).expect("the index of the recorded runs");
    let runs: Vec<Run> = serde_json::from_slice(&index).expect("the index is JSON");
    let cases = cases();
    let mut wrong = Vec::new();
    for run in &runs {
        let name = format!("{}/{}-{}", run.fixture, run.go, run.level);
        let (case, accesses) = cases.get(&run.fixture).expect("a manifest for the case");
        let bytes = std::fs::read(root.join(format!("{name}.txt"))).expect("a recorded text");
        let text = String::from_utf8_lossy(&bytes);
        let crash = read(&bytes);
        if let Err(why) = check(run, case, accesses, &text, &crash) {
            wrong.push(format!("{name}: {why}"));
        }
        let grouped = read_grouped(&bytes);
        if grouped.faults != crash.faults || grouped.groups != crash.groups {
            wrong.push(format!("{name}: the grouped form differs"));
        }
    }
    println!("{} recorded runs of {} cases", runs.len(), cases.len());
    assert!(runs.len() >= 1_000, "only {} recorded runs", runs.len());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), runs.len(), wrong.join("\n"));
}
