//! The tables are what they say they are: in order, without duplicates, and seen where they claim.

use finding::{KeyHint, Operation};
use go_runtime::fault::{Channel, FaultKind, classify, find, messages};
use go_runtime::{Role, map_function, map_functions};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_function_is_found_by_its_name() {
    let names: Vec<_> = map_functions().iter().map(|function| function.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
    for function in map_functions() {
        assert_eq!(map_function(function.name), Some(function));
        assert!(
            function.versions.last.is_none_or(|last| last >= function.versions.first),
            "{}",
            function.name
        );
    }
    assert_eq!(map_function("runtime.mapassign_faststr2"), None);
    assert_eq!(map_function("main.mapassign"), None);
}

#[test]
fn names_tell_operation_key_and_form() {
    let told = |name: &str| map_function(name).map(|f| (f.operation(), f.key, f.comma_ok));
    assert_eq!(
        told("runtime.mapaccess2_faststr"),
        Some((Some(Operation::Read), Some(KeyHint::String), Some(true)))
    );
    assert_eq!(told("runtime.mapaccess1"), Some((Some(Operation::Read), None, Some(false))));
    assert_eq!(
        told("runtime.mapassign_fast64ptr"),
        Some((Some(Operation::Write), Some(KeyHint::Pointer), None))
    );
    assert_eq!(
        told("runtime.mapdelete_fast32"),
        Some((Some(Operation::Delete), Some(KeyHint::Bits32), None))
    );
    assert_eq!(
        told("internal/runtime/maps.(*Iter).Next"),
        Some((Some(Operation::Iterate), None, None))
    );
    assert_eq!(told("maps.Clone[...]"), Some((Some(Operation::Clone), None, None)));
    assert_eq!(
        map_function("internal/runtime/maps.(*table).rehash").map(|f| f.role),
        Some(Role::Growth)
    );
}

#[test]
fn messages_are_classified() {
    assert_eq!(classify(Channel::Fatal, "concurrent map writes"), FaultKind::ConcurrentMapWrites);
    assert_eq!(
        classify(Channel::Fatal, "small map with no empty slot (concurrent map writes?)"),
        FaultKind::ConcurrentMapWrites
    );
    assert_eq!(
        classify(Channel::Panic, "runtime error: hash of unhashable type []int"),
        FaultKind::UnhashableKey
    );
    assert_eq!(
        classify(Channel::Panic, "runtime error: hash of unhashable type: []int"),
        FaultKind::UnhashableKey
    );
    assert_eq!(classify(Channel::Panic, "boom"), FaultKind::OtherPanic);
    assert_eq!(classify(Channel::Fatal, "boom"), FaultKind::OtherFatal);
    // A message that begins like another stands before it.
    for (at, message) in messages().iter().enumerate() {
        let first = messages().iter().position(|other| {
            other.channel == message.channel && message.text.starts_with(other.text)
        });
        assert_eq!(first, Some(at), "{} is hidden by an earlier entry", message.text);
        assert_eq!(find(message.channel, message.text).map(|found| found.text), Some(message.text));
    }
}

fn texts_below(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            texts_below(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "txt") {
            texts.extend(
                std::fs::read(&path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            );
        }
    }
}

/// `tested` says that the recorded runs of the fixtures show it, and nothing else.
#[test]
fn what_is_marked_tested_was_recorded_and_all_that_was_recorded_is_marked() {
    let mut texts = Vec::new();
    texts_below(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/go/recorded"),
        &mut texts,
    );
    assert!(texts.len() >= 1_000, "only {} recorded texts", texts.len());
    let lines: BTreeSet<&str> = texts.iter().flat_map(|text| text.lines()).map(str::trim).collect();
    let calls: BTreeSet<&str> = lines
        .iter()
        .filter_map(|line| {
            let map = map_functions().iter().find(|function| {
                line.strip_prefix(function.name).is_some_and(|rest| rest.starts_with('('))
            })?;
            Some(map.name)
        })
        .collect();
    let wrong: Vec<_> = map_functions()
        .iter()
        .filter(|f| f.tested != calls.contains(f.name))
        .map(|f| (f.name, f.tested))
        .collect();
    assert!(wrong.is_empty(), "marked otherwise than recorded: {wrong:?}");
    let printed = |channel: Channel, text: &str| {
        let lead = if channel == Channel::Fatal { "fatal error: " } else { "panic" };
        lines.iter().any(|line| line.contains(lead) && line.contains(text))
    };
    let wrong: Vec<_> = messages()
        .iter()
        .filter(|m| m.tested != printed(m.channel, m.text))
        .map(|m| (m.text, m.tested))
        .collect();
    assert!(wrong.is_empty(), "marked otherwise than recorded: {wrong:?}");
}
