//! Traces are read as they were written, however they are cut or damaged.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tophash::observe::trace::{Header, Record, Trace, Writer, code_of};
use tophash::observe::{Call, Observed, Outcome};
use tophash::{HashMap, Operation};
use tophash_advise::reader::{Limits, ReadErrorKind, read};

fn operation() -> impl Strategy<Value = (Call, Outcome)> {
    use Outcome::{Absent, Done, Full, Hit, Inserted, Miss, Present, Removed, Replaced, Unchanged};
    let all: Vec<(Call, Outcome)> = Call::ALL
        .into_iter()
        .flat_map(|call| {
            [Hit, Miss, Inserted, Replaced, Present, Removed, Absent, Unchanged, Full, Done]
                .map(|outcome| (call, outcome))
        })
        .filter(|(call, outcome)| code_of(*call, *outcome).is_some())
        .collect();
    assert_eq!(all.len(), 16);
    prop::sample::select(all)
}

/// Records as they can be: no sizes where there are none, times in order.
fn records() -> impl Strategy<Value = Vec<Record>> {
    let number = prop_oneof![0..300u64, any::<u64>()];
    let gap = prop_oneof![0..1000u64, 0..1u64 << 40];
    let record = (operation(), gap, 0..5u32, any::<u64>(), number.clone(), number);
    prop::collection::vec(record, 0..200).prop_map(|drawn| {
        let mut at = 0;
        drawn
            .into_iter()
            .map(|((call, outcome), gap, thread, key, key_bytes, value_bytes)| {
                at += gap;
                let whole = matches!(call, Call::Iterate | Call::Clear);
                let brings = tophash::observe::trace::brings_value(outcome);
                Record {
                    at,
                    thread,
                    call,
                    outcome,
                    key,
                    key_bytes: if whole { 0 } else { key_bytes },
                    value_bytes: if brings { value_bytes } else { 0 },
                }
            })
            .collect()
    })
}

fn header() -> impl Strategy<Value = Header> {
    let flags = any::<[bool; 4]>();
    let numbers = any::<[u64; 5]>();
    ("\\PC{0,30}", flags, numbers, prop::option::of(0..u64::MAX)).prop_map(
        |(map, [plain_hashes, key, value, measured_values], numbers, capacity)| {
            let [began, parallelism, key_bytes, value_bytes, entries] = numbers;
            let (type_bytes, owns) = ([key_bytes, value_bytes], [key, value]);
            let kind = "HashMap".into();
            Header {
                map,
                kind,
                plain_hashes,
                began,
                parallelism,
                type_bytes,
                owns,
                measured_values,
                entries,
                capacity,
            }
        },
    )
}

fn written(header: &Header, records: &[Record]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), header).unwrap();
    records.iter().for_each(|record| writer.push(record).unwrap());
    writer.finish().unwrap()
}

proptest! {
    #[test]
    fn what_is_written_is_read(header in header(), records in records()) {
        let trace = read(&*written(&header, &records), Limits::default()).unwrap();
        prop_assert_eq!(trace.header, header);
        prop_assert_eq!(&trace.records, &records);
        prop_assert_eq!(trace.damage, None);
        let end = trace.end.unwrap();
        prop_assert_eq!(end.records, records.len() as u64);
    }

    #[test]
    fn a_trace_that_is_cut_short_gives_its_whole_blocks(records in records(), cut in 0.0..1.0f64) {
        let whole = written(&Header::default(), &records);
        let cut = (whole.len() as f64 * cut) as usize;
        match read(&whole[..cut], Limits::default()) {
            Ok(trace) => {
                prop_assert!(records.starts_with(&trace.records));
                let damage = trace.damage.unwrap();
                prop_assert_eq!(damage.kind(), ReadErrorKind::CutShort);
                prop_assert!(damage.offset() <= cut as u64 && trace.end.is_none());
            }
            Err(error) => prop_assert_eq!(error.kind(), ReadErrorKind::CutShort),
        }
    }

    #[test]
    fn a_byte_that_was_changed_is_noticed(
        records in records(), at in any::<prop::sample::Index>(), flip in 1..=255u8
    ) {
        let mut bytes = written(&Header::default(), &records);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(trace) = read(&*bytes, Limits::default()) {
            prop_assert!(trace.damage.is_some());
            prop_assert!(records.starts_with(&trace.records) || trace.records.len() <= bytes.len());
        }
    }

    /// Bytes that nobody wrote, under a head and sums that are right: whatever they say, memory is bounded by what is there.
    #[test]
    fn bytes_of_a_stranger_do_no_harm(
        payload in prop::collection::vec(any::<u8>(), 0..400), base in any::<u64>(), count in 0..400u64
    ) {
        let empty = written(&Header::default(), &[]);
        // The end of an empty trace is its mark, seven numbers of one byte and the sum.
        let mut bytes = empty[..empty.len() - 12].to_vec();
        let head = bytes.len();
        bytes.push(b'B');
        for number in [payload.len() as u64, count, base, 0] {
            put(&mut bytes, number);
        }
        bytes.extend_from_slice(&payload);
        let sum = tophash::observe::trace::crc32(&bytes[head..]);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes.extend_from_slice(&empty[empty.len() - 12..]);
        let trace = read(&*bytes, Limits::default()).unwrap();
        prop_assert!(trace.records.len() <= payload.len());
        let _ = read(&*payload, Limits::default());
    }

    /// What a map records is what was done with it, key by key.
    #[test]
    fn what_a_map_records_is_what_was_done(drawn in prop::collection::vec((0..8u8, 0..20u16, 0..40usize), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.trace");
        let map = Observed::builder("words").record(Trace::to_file(&path).unwrap()).value_bytes(String::len);
        let map = map.build(HashMap::<String, String>::new()).unwrap();
        let mut done = Vec::new();
        for &(kind, key, size) in &drawn {
            let (key, value) = (key.to_string(), "x".repeat(size));
            let had = map.inner().contains_key(&key);
            let size = size as u64;
            let (call, outcome, value_bytes) = match kind {
                0 | 1 => {
                    map.get(key.as_str());
                    (Call::Get, if had { Outcome::Hit } else { Outcome::Miss }, 0)
                }
                2 => {
                    map.insert(key.clone(), value).unwrap();
                    (Call::Insert, if had { Outcome::Replaced } else { Outcome::Inserted }, size)
                }
                3 => {
                    map.insert_new(key.clone(), value).unwrap();
                    (Call::Insert, if had { Outcome::Present } else { Outcome::Inserted }, size)
                }
                4 => {
                    map.remove(key.as_str());
                    (Call::Remove, if had { Outcome::Removed } else { Outcome::Absent }, 0)
                }
                5 => {
                    map.alter(key.clone(), |_| Operation::<_, ()>::Insert(value.clone())).unwrap();
                    (Call::Update, if had { Outcome::Replaced } else { Outcome::Inserted }, size)
                }
                6 => {
                    map.alter(key.clone(), |_| Operation::<_, ()>::Remove).unwrap();
                    (Call::Update, if had { Outcome::Removed } else { Outcome::Absent }, 0)
                }
                _ => {
                    let entries = map.len() as u64;
                    map.for_each(|_, _| {});
                    done.push((Call::Iterate, Outcome::Done, entries.to_string(), 0, 0));
                    continue;
                }
            };
            // A string feeds its hash one byte more.
            done.push((call, outcome, key.clone(), key.len() as u64 + 1, value_bytes));
        }
        let recorded = map.end_recording().unwrap().unwrap();
        prop_assert_eq!((recorded.records, recorded.dropped), (drawn.len() as u64, 0));
        let trace = read(std::fs::File::open(&path).unwrap(), Limits::default()).unwrap();
        prop_assert_eq!(trace.damage, None);
        prop_assert_eq!(trace.end.unwrap().entries, Some(map.len() as u64));
        let read: Vec<_> = trace.records.iter().map(|each| (each.call, each.outcome, each.key_bytes, each.value_bytes)).collect();
        let meant: Vec<_> = done.iter().map(|each| (each.0, each.1, each.3, each.4)).collect();
        prop_assert_eq!(read, meant);
        // One hash a key, and one key a hash.
        let mut names = std::collections::HashMap::new();
        for (record, (call, _, key, ..)) in trace.records.iter().zip(&done) {
            if *call == Call::Iterate {
                prop_assert_eq!(record.key.to_string(), key.as_str());
            } else {
                prop_assert_eq!(names.entry(record.key).or_insert(key), &key);
            }
        }
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[test]
fn another_version_and_no_trace_are_told_apart() {
    let mut bytes = written(&Header::default(), &[]);
    bytes[8] = 2;
    let error = read(&*bytes, Limits::default()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ReadErrorKind::Version, 8));
    assert!(error.to_string().contains("version 2"), "{error}");
    let error = read(&b"{\"maps\": []}"[..], Limits::default()).unwrap_err();
    assert_eq!(error.kind(), ReadErrorKind::NotATrace);
}

#[test]
fn no_more_is_read_than_was_asked_for() {
    let record = Record {
        at: 0,
        thread: 1,
        call: Call::Get,
        outcome: Outcome::Miss,
        key: 1,
        key_bytes: 8,
        value_bytes: 0,
    };
    let bytes = written(&Header::default(), &[record; 100]);
    let trace = read(&*bytes, Limits { records: 10 }).unwrap();
    assert_eq!(trace.records.len(), 10);
    assert_eq!(trace.damage.unwrap().kind(), ReadErrorKind::TooLarge);
}

/// Thousands of threads, most of them beyond those that have a buffer of their own.
#[test]
fn every_operation_of_thousands_of_threads_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("threads.trace");
    let map = Observed::builder("threads").record(Trace::to_file(&path).unwrap());
    let map = Arc::new(map.build(HashMap::<u64, u64>::new()).unwrap());
    let alive = AtomicU32::new(0);
    for _ in 0..10 {
        std::thread::scope(|scope| {
            for thread in 0..200u64 {
                let (map, alive) = (&map, &alive);
                scope.spawn(move || {
                    // Many are alive at once, so that they share buffers.
                    alive.fetch_add(1, Ordering::Relaxed);
                    for step in 0..20 {
                        map.insert(thread, step).unwrap();
                    }
                });
            }
        });
    }
    let recorded = map.end_recording().unwrap().unwrap();
    assert_eq!(recorded.records + recorded.dropped, 10 * 200 * 20);
    let trace = read(std::fs::File::open(&path).unwrap(), Limits::default()).unwrap();
    assert_eq!(trace.records.len() as u64, recorded.records);
    let mut threads: Vec<u32> = trace.records.iter().map(|record| record.thread).collect();
    threads.sort_unstable();
    threads.dedup();
    assert_eq!(threads.len(), 2_000);
    // Each thread's own operations are in order.
    let mut last = std::collections::HashMap::new();
    for record in &trace.records {
        let before = last.insert(record.thread, record.at);
        assert!(before.is_none_or(|before| before <= record.at));
    }
}

/// The bound holds, the recording ends by itself, and the map goes on at its own pace.
#[test]
fn a_trace_is_bounded_in_size_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bounded.trace");
    let trace = Trace::to_file(&path).unwrap().most_bytes(100_000);
    let map = Observed::builder("bounded").record(trace).build(HashMap::<u64, u64>::new()).unwrap();
    let begun = std::time::Instant::now();
    while !path.exists() && begun.elapsed().as_secs() < 20 {
        (0..1_000).for_each(|key| assert!(map.insert(key, key).is_ok()));
    }
    let recorded = map.end_recording().unwrap().unwrap();
    assert_eq!(recorded.ended, tophash::observe::trace::Ended::Bytes);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), recorded.bytes);
    assert!(recorded.bytes <= 100_000 && recorded.records > 1_000, "{recorded:?}");
    let trace = read(std::fs::File::open(&path).unwrap(), Limits::default()).unwrap();
    assert_eq!((trace.damage, trace.end.unwrap().reason), (None, 1));

    let path = folder.path().join("short.trace");
    let trace = Trace::to_file(&path).unwrap().stop_after(std::time::Duration::from_millis(30));
    let map = Observed::builder("short").record(trace).build(HashMap::<u64, u64>::new()).unwrap();
    while !path.exists() && begun.elapsed().as_secs() < 20 {
        map.get(&1);
    }
    assert_eq!(map.end_recording().unwrap().unwrap().ended, tophash::observe::trace::Ended::Time);
    assert!(map.stats().calls(Call::Get) > 0);
}

/// The file is there when the recording has ended, by the map's drop too, and nothing is beside it.
#[test]
fn the_file_of_a_map_that_is_dropped_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dropped.trace");
    let map = Observed::builder("dropped").record(Trace::to_file(&path).unwrap().plain_hashes());
    let map = map.build(HashMap::<u64, u64>::new()).unwrap();
    map.insert(1, 1).unwrap();
    assert!(!path.exists());
    drop(map);
    let trace = read(std::fs::File::open(&path).unwrap(), Limits::default()).unwrap();
    assert_eq!((trace.records.len(), trace.header.plain_hashes), (1, true));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // One that is not used leaves nothing.
    drop(Trace::to_file(folder.path().join("unused.trace")).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let error = Trace::to_file(folder.path().join("no/such/folder.trace")).unwrap_err();
    assert!(error.to_string().ends_with("; name another file"), "{error}");
}
