//! Dumps: what all maps tell, in files that are bounded in number and size.

use crate::gate::Gate;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tophash::observe::prometheus::{Format, encode};
use tophash::observe::{Dump, Event, Keys, Observed, Registry};
use tophash::{HashMap, Mode};

/// A directory of the test's own, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("tophash-dumps-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn files(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.0).into_iter().flatten().flatten().map(|file| file.path());
        let mut files: Vec<_> = files.collect();
        files.sort();
        files
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn people(registry: &Registry, keys: Option<Keys>) -> Arc<Observed<HashMap<String, u64>>> {
    let builder = Observed::builder("people").sample_every(1).alarms_to(registry);
    let builder = match keys {
        Some(keys) => builder.show_keys(keys),
        None => builder,
    };
    let map = Arc::new(builder.build(HashMap::new()).unwrap());
    registry.add(&map);
    map.insert("Ada \"the first\"\n".into(), 1).unwrap();
    map
}

#[test]
fn a_dump_is_json_and_shows_keys_as_far_as_it_was_asked_to() {
    let scratch = Scratch::new("keys");
    for (keys, shown) in [
        (None, None),
        (Some(Keys::Hashed), None),
        (Some(Keys::Truncated(4)), Some("\"Ada…")),
        (Some(Keys::Whole), Some("\"Ada \\\"the first\\\"\\n\"")),
    ] {
        let registry = Registry::new();
        registry.dump(Dump::to(&scratch.0));
        let _map = people(&registry, keys);
        let path = registry.dump_now().unwrap().unwrap();
        let text = json(&path);
        assert_eq!(
            (&text["reason"], &text["alarm"], &text["left_out"]),
            (&"request".into(), &().into(), &0.into())
        );
        let map = &text["maps"][0];
        assert_eq!((&map["map"], &map["summary"]["entries"]), (&"people".into(), &1.into()));
        let key = map["hot_keys"][0]["key"].as_str().unwrap();
        match shown {
            Some(shown) => assert_eq!(key, shown),
            None => assert!(
                key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{key}"
            ),
        }
    }
}

#[test]
fn files_are_bounded_in_number_and_size() {
    let scratch = Scratch::new("bounds");
    let registry = Registry::new();
    let maps: Vec<_> = (0..50).map(|_| people(&registry, None)).collect();
    registry.dump(Dump::to(&scratch.0).keep(3).most_bytes(4096));
    fs::create_dir_all(&scratch.0).unwrap();
    fs::write(scratch.0.join("somebody-elses.json"), "{}").unwrap();
    fs::write(
        scratch.0.join("tophash-0000000000001-7-0.part"),
        "left by a process that was killed",
    )
    .unwrap();
    let mut last = None;
    for _ in 0..7 {
        last = registry.dump_now().unwrap();
    }
    let files = scratch.files();
    assert_eq!(files.len(), 4, "{files:?}");
    assert!(files.contains(last.as_ref().unwrap()));
    for file in files.iter().filter(|file| !file.ends_with("somebody-elses.json")) {
        assert!(fs::metadata(file).unwrap().len() <= 4096);
        let dump = json(file);
        let kept = dump["maps"].as_array().unwrap().len() as u64;
        assert_eq!(dump["left_out"].as_u64().unwrap() + kept, maps.len() as u64);
        assert!(kept > 1);
    }
}

#[test]
fn there_is_one_every_so_often() {
    let scratch = Scratch::new("period");
    let registry = Registry::new();
    let _map = people(&registry, None);
    registry.dump(Dump::to(&scratch.0).every(Duration::from_millis(20)));
    let begun = Instant::now();
    while scratch
        .files()
        .iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "json"))
        .count()
        < 3
    {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(registry);
}

#[test]
fn a_dump_that_cannot_be_written_is_counted_and_told() {
    let scratch = Scratch::new("failing");
    fs::write(&scratch.0, "a file in the place of the directory").unwrap();
    let registry = Registry::new();
    let (tell, told) = channel();
    registry.on_event(move |event| {
        if let Event::DumpFailed(error) = event {
            tell.send(error.to_string()).unwrap();
        }
    });
    registry.dump(Dump::to(&scratch.0).every(Duration::from_millis(20)));
    let error = told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(
        error.starts_with("cannot write the dump ") && error.ends_with("; name another directory"),
        "{error}"
    );
    assert!(registry.dump_now().is_err());
    let text = encode(&registry, Format::Text);
    let failures = text.lines().find_map(|line| line.strip_prefix("tophash_dump_failures_total "));
    assert!(failures.unwrap().parse::<u64>().unwrap() >= 2, "{text}");
    fs::remove_file(&scratch.0).unwrap();
}

#[test]
fn an_alarm_is_a_reason_for_a_dump() {
    let scratch = Scratch::new("alarm");
    let registry = Registry::new();
    registry.dump(Dump::to(&scratch.0));
    let map = Observed::builder("stuck").alarms_to(&registry);
    let map = map.blocked_after(Mode::Write, Duration::from_millis(5)).build(Gate::default());
    let map = Arc::new(map.unwrap());
    registry.add(&map);
    map.insert(1, 1).unwrap();
    let begun = Instant::now();
    let written = || {
        scratch.files().into_iter().find(|file| file.extension().is_some_and(|kind| kind == "json"))
    };
    std::thread::scope(|scope| {
        map.get_with(&1, |_| {
            scope.spawn(|| map.insert(2, 2).unwrap());
            // Until it is written the lock stays taken: the dump does not wait for it.
            while written().is_none() {
                assert!(begun.elapsed() < Duration::from_secs(20));
                std::thread::sleep(Duration::from_millis(5));
            }
        });
    });
    let dump = json(&written().unwrap());
    assert_eq!(dump["reason"], "alarm");
    let alarm = dump["alarm"].as_str().unwrap();
    assert!(alarm.contains("map \"stuck\": a write at") && alarm.contains("dumps.rs"), "{alarm}");
    let map = &dump["maps"][0];
    assert_eq!((&map["summary"], &map["locks"]["blocked"]), (&().into(), &1.into()));
}
