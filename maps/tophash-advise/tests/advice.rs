//! Workloads whose answer is known get it, and every threshold is where it is said to be.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod support;

use std::sync::Barrier;
use std::time::Duration;
use support::{Map, read, recorded};
use tophash::observe::trace::{Header, Record, Writer};
use tophash::observe::{Call, Observed, Outcome, Registry};
use tophash::{HashMap, Operation};
use tophash_advise::reader::{self, Limits, ReadErrorKind, Trace};
use tophash_advise::rules::DIMENSIONS;
use tophash_advise::workload::{Evidence, Fact, Workload, from_dump, from_text, from_trace};
use tophash_advise::{Advice, Kind, Leave, Signal, Verdict, advise};

fn advised(run: impl FnOnce(&Map)) -> (Workload, Advice) {
    let workload = from_trace(&recorded(run));
    let advice = advise(&workload).unwrap();
    (workload, advice)
}

fn signal(advice: &Advice, name: &str) -> Signal {
    advice.dimensions.iter().find(|row| row.name == name).unwrap().signal
}

fn verdict(advice: &Advice, kind: Kind) -> Verdict {
    advice.maps.iter().find(|fit| fit.map == kind).unwrap().verdict
}

/// A workload of which these facts are known and no other.
fn known(facts: &[(Fact, f64)]) -> Workload {
    let mut workload = Workload::default();
    workload.evidence = serde_json::from_str::<Operations>("{\"operations\": 5}").unwrap().into();
    facts.iter().for_each(|(fact, value)| workload.know(*fact, *value));
    workload
}

#[derive(serde::Deserialize)]
struct Operations {
    operations: u64,
}

impl From<Operations> for Evidence {
    fn from(Operations { operations }: Operations) -> Self {
        let mut evidence = Self::default();
        evidence.operations = operations;
        evidence
    }
}

#[test]
fn a_map_that_is_mostly_read() {
    let (workload, advice) = advised(|map| {
        (0..20).for_each(|key| {
            map.insert(key, key).unwrap();
        });
        (0..980).for_each(|step| assert!(map.get(&(step % 20)).is_some()));
    });
    assert_eq!(workload.fact(Fact::ReadShare), Some(0.98));
    assert_eq!(workload.fact(Fact::HitShare), Some(1.0));
    assert_eq!(workload.fact(Fact::PeakEntries), Some(20.0));
    assert_eq!(workload.fact(Fact::Threads), Some(1.0));
    assert_eq!((advice.take, signal(&advice, "read/write mix")), (Kind::HashMap, Signal::Calm));
}

#[test]
fn a_map_that_is_mostly_written() {
    let (workload, advice) = advised(|map| {
        for step in 0..1_000 {
            map.insert(step, step).unwrap();
            if step % 10 == 0 {
                map.get(&step);
            }
        }
    });
    assert_eq!(workload.fact(Fact::WriteShare), Some(1_000.0 / 1_100.0));
    assert_eq!(signal(&advice, "read/write mix"), Signal::Risk);
    assert_eq!(verdict(&advice, Kind::SnapshotMap), Verdict::Unfit);
    assert_eq!(verdict(&advice, Kind::SyncMap), Verdict::Unfit);
}

#[test]
fn a_key_that_is_hot() {
    let (workload, advice) = advised(|map| {
        for step in 0..500 {
            map.get(&7);
            map.get(&(1_000 + step));
        }
    });
    assert_eq!(workload.fact(Fact::TopKeyShare), Some(0.5));
    assert_eq!(workload.fact(Fact::TopTenShare), Some(0.509));
    assert_eq!(signal(&advice, "skew"), Signal::Risk);
    let (_, even) = advised(|map| {
        (0..1_000).for_each(|step| {
            map.get(&(step % 11));
        });
    });
    assert_eq!(signal(&even, "skew"), Signal::Calm);
}

/// A batch that is interrupted is none, be it by another operation or by another thread's pace; so each is tried often.
#[test]
fn batches_of_deletes_on_both_sides_of_the_threshold() {
    let batches = |of: u64| {
        move |map: &Map| {
            for _ in 0..30 {
                (0..of).for_each(|key| {
                    map.insert(key, key).unwrap();
                });
                map.get(&0);
                (0..of).for_each(|key| {
                    map.remove(&key);
                });
                map.get(&0);
            }
        }
    };
    for (of, expected) in [(100, Signal::Calm), (101, Signal::Risk)] {
        let (workload, advice) = advised(batches(of));
        assert_eq!(workload.fact(Fact::LargestDeleteBatch), Some(of as f64));
        assert_eq!(signal(&advice, "delete bursts"), expected);
    }
    let (workload, _) = advised(|map| {
        (0..50).for_each(|key| {
            map.insert(key, key).unwrap();
        });
        map.clear();
    });
    assert_eq!(workload.fact(Fact::LargestDeleteBatch), Some(50.0));
    assert_eq!(workload.fact(Fact::Clears), Some(1.0));
}

#[test]
fn a_map_that_is_walked() {
    let (workload, advice) = advised(|map| {
        (0..20).for_each(|key| {
            map.insert(key, key).unwrap();
        });
        for step in 0..1_000 {
            map.get(&(step % 20));
            if step % 10 == 0 {
                map.for_each(|_, _| {});
            }
        }
    });
    assert_eq!(workload.fact(Fact::Scans), Some(100.0));
    assert_eq!(workload.fact(Fact::ScannedShare), Some(2_000.0 / 3_020.0));
    assert_eq!((advice.take, signal(&advice, "full scans")), (Kind::SnapshotMap, Signal::Risk));
    assert_eq!(advice.beyond.verdict, Leave::NearCacheOrSplit);
    assert!(advice.beyond.meaning.contains("KEYS"), "{}", advice.beyond.meaning);
}

#[test]
fn large_values_that_are_changed_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.trace");
    let map =
        Observed::builder("large").record(tophash::observe::trace::Trace::to_file(&path).unwrap());
    let map = map.value_bytes(Vec::len).build(HashMap::<u64, Vec<u8>>::new()).unwrap();
    for step in 0..1_000u64 {
        map.alter(step % 10, |_| Operation::<_, ()>::Insert(vec![0; 256])).unwrap();
    }
    map.end_recording().unwrap();
    let workload = from_trace(&read(&path));
    assert_eq!(workload.fact(Fact::ValueBytes), Some(256.0));
    assert_eq!(workload.fact(Fact::UpdateShare), Some(0.99));
    assert_eq!(advise(&workload).unwrap().take, Kind::Sharded);
}

/// Whether two threads run at once is the machine's decision: it is asked until it lets them.
#[test]
fn two_threads_that_meet() {
    for _ in 0..50 {
        let barrier = Barrier::new(2);
        let (workload, advice) = advised(|map| {
            std::thread::scope(|scope| {
                for thread in 0..2u64 {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        (0..20_000).for_each(|step| {
                            map.insert(step % 100, thread).unwrap();
                        });
                    });
                }
            });
        });
        assert_eq!(workload.fact(Fact::Threads), Some(2.0));
        if workload.fact(Fact::ThreadsAtOnce).unwrap() >= 1.5 {
            assert_eq!(signal(&advice, "contention"), Signal::Risk);
            assert_eq!(verdict(&advice, Kind::Locked), Verdict::Poor);
            assert_eq!(advice.take, Kind::HashMap);
            return;
        }
    }
    eprintln!("SKIPPED two threads that meet: the machine never ran two at once");
}

/// A trace of a clock that runs as it likes: keys come every second, live as long as they are told to, and are looked up often.
fn lives(life: u64, seconds: u64, began: u64) -> Trace {
    const SECOND: u64 = 1_000_000_000;
    let header = Header { map: "lives".into(), began, ..Header::default() };
    let mut writer = Writer::new(Vec::new(), &header).unwrap();
    let record = |at, call, outcome, key| Record {
        at,
        thread: 1,
        call,
        outcome,
        key,
        key_bytes: 8,
        value_bytes: if call == Call::Insert { 32 } else { 0 },
    };
    for second in 0..seconds {
        let at = second * SECOND;
        writer.push(&record(at, Call::Insert, Outcome::Inserted, second)).unwrap();
        for step in 1..8 {
            writer.push(&record(at + step, Call::Get, Outcome::Hit, second)).unwrap();
        }
        if let Some(old) = second.checked_sub(life) {
            writer.push(&record(at + 9, Call::Remove, Outcome::Removed, old)).unwrap();
        }
    }
    reader::read(&*writer.finish().unwrap(), Limits::default()).unwrap()
}

#[test]
fn keys_that_live_long_enough_for_a_cluster_and_keys_that_do_not() {
    let long = from_trace(&lives(8_000, 60_000, 0));
    let life = long.fact(Fact::MeanLife).unwrap();
    assert!((7_900.0..9_300.0).contains(&life), "{life}");
    // Removals make the share of reads 7 of 9.
    assert_eq!(advise(&long).unwrap().beyond.verdict, Leave::Stay);
    let short = from_trace(&lives(100, 10_000, 0));
    let life = short.fact(Fact::MeanLife).unwrap();
    assert!((99.0..102.0).contains(&life), "{life}");
    // Nobody has left: they may live for ever, or until a moment after the trace.
    let none = from_trace(&lives(20_000, 10_000, 0));
    assert_eq!(none.fact(Fact::MeanLife), None);
    let advice = advise(&none).unwrap();
    let unknown = advice.unknown.iter().find(|unknown| unknown.fact == Fact::MeanLife).unwrap();
    assert_eq!(unknown.why, "no key was removed");
    assert_eq!(advice.beyond.verdict, Leave::Unknown);
    // The map is still being filled when the first leave.
    assert_eq!(from_trace(&lives(9_000, 10_000, 0)).fact(Fact::MeanLife), None);
}

/// Times are of the monotonic clock: what the wall clock said at the beginning changes nothing.
#[test]
fn a_step_of_the_clock_changes_no_fact() {
    let facts = |began| {
        let workload = from_trace(&lives(100, 1_000, began));
        DIMENSIONS.map(|dimension| workload.fact(dimension.risk.fact))
    };
    assert_eq!(facts(0), facts(1_900_000_000_000_000_000));
}

#[test]
fn a_map_that_grows_steadily_and_one_of_which_that_cannot_be_told() {
    assert!(from_trace(&lives(20_000, 10_000, 0)).fact(Fact::GrowthPerHour).unwrap() > 0.1);
    assert_eq!(from_trace(&lives(100, 10_000, 0)).fact(Fact::GrowthPerHour), Some(0.0));
    assert_eq!(from_trace(&lives(100, 1_000, 0)).fact(Fact::GrowthPerHour), None);
    assert_eq!(from_trace(&lives(100, 50, 0)).fact(Fact::GrowthPerHour), None);
}

#[test]
fn every_dimension_is_a_risk_from_its_threshold_on() {
    // Dimension, fact, the last value that is none, the first that is one.
    let thresholds = [
        ("read/write mix", Fact::WriteShare, 0.0999, 0.1),
        ("new keys", Fact::NewKeyShare, 0.0099, 0.01),
        ("updates in place", Fact::UpdateShare, 0.199, 0.2),
        ("key lifetime", Fact::MeanLife, 60.0, 59.9),
        ("delete bursts", Fact::LargestDeleteBatch, 100.0, 101.0),
        ("skew", Fact::TopKeyShare, 0.099, 0.1),
        ("size", Fact::PeakBytes, 1_073_741_823.0, 1_073_741_824.0),
        ("growth", Fact::GrowthPerHour, 0.099, 0.1),
        ("contention", Fact::ThreadsAtOnce, 1.49, 1.5),
        ("lock waits", Fact::LockWaitShare, 0.0099, 0.01),
        ("write peak", Fact::PeakWritesPerSecond, 2_000.0, 2_001.0),
        ("full scans", Fact::Scans, 0.0, 1.0),
    ];
    assert_eq!(thresholds.len(), DIMENSIONS.len());
    for (name, fact, calm, risk) in thresholds {
        let of = |value| signal(&advise(&known(&[(fact, value)])).unwrap(), name);
        assert_eq!((of(calm), of(risk)), (Signal::Calm, Signal::Risk), "{name}");
    }
    let nothing = advise(&known(&[])).unwrap();
    assert!(nothing.dimensions.iter().all(|row| row.signal == Signal::Unknown));
}

#[test]
fn a_map_fits_or_not_from_its_thresholds_on() {
    use Fact::{
        NewKeyShare, ReadShare, ScannedShare, ThreadsAtOnce, TopKeyShare, UpdateShare, ValueBytes,
        WriteShare,
    };
    let verdicts = |facts: &[(Fact, f64)], kind| verdict(&advise(&known(facts)).unwrap(), kind);
    for (kind, facts, expected) in [
        (Kind::SnapshotMap, &[(WriteShare, 0.1)][..], Verdict::Unfit),
        (Kind::SnapshotMap, &[(WriteShare, 0.099)], Verdict::Possible),
        (Kind::SnapshotMap, &[(ScannedShare, 0.5), (WriteShare, 0.05)], Verdict::Take),
        (Kind::SnapshotMap, &[(ScannedShare, 0.49), (WriteShare, 0.05)], Verdict::Possible),
        (Kind::SnapshotMap, &[(ScannedShare, 0.5), (WriteShare, 0.051)], Verdict::Possible),
        (Kind::SyncMap, &[(NewKeyShare, 0.01)], Verdict::Unfit),
        (Kind::SyncMap, &[(NewKeyShare, 0.0099), (ReadShare, 0.99)], Verdict::Possible),
        (Kind::Sharded, &[(UpdateShare, 0.2), (ValueBytes, 256.0)], Verdict::Take),
        (Kind::Sharded, &[(UpdateShare, 0.19), (ValueBytes, 256.0)], Verdict::Possible),
        (Kind::Sharded, &[(UpdateShare, 0.2), (ValueBytes, 255.0)], Verdict::Possible),
        (Kind::Sharded, &[(TopKeyShare, 0.5), (ThreadsAtOnce, 1.5)], Verdict::Poor),
        (Kind::Sharded, &[(TopKeyShare, 0.49), (ThreadsAtOnce, 1.5)], Verdict::Possible),
        (Kind::Locked, &[(ThreadsAtOnce, 1.5), (WriteShare, 0.02)], Verdict::Poor),
        (Kind::Locked, &[(ThreadsAtOnce, 1.5), (WriteShare, 0.019)], Verdict::Possible),
        (Kind::Locked, &[(ThreadsAtOnce, 1.49), (WriteShare, 0.02)], Verdict::Possible),
        (Kind::Std, &[(ThreadsAtOnce, 1.5), (WriteShare, 0.02)], Verdict::Poor),
        (Kind::HashMap, &[], Verdict::Take),
    ] {
        assert_eq!(verdicts(facts, kind), expected, "{kind:?} {facts:?}");
    }
}

#[test]
fn one_machine_is_left_from_these_thresholds_on() {
    use Fact::{Clears, LargestDeleteBatch, MeanLife, PeakWritesPerSecond, ReadShare, Scans};
    let fits = [
        (ReadShare, 0.85),
        (MeanLife, 7_200.0),
        (LargestDeleteBatch, 100.0),
        (Scans, 0.0),
        (PeakWritesPerSecond, 2_000.0),
        (Clears, 0.0),
    ];
    let verdict = |facts: &[(Fact, f64)]| advise(&known(facts)).unwrap().beyond.verdict;
    assert_eq!(verdict(&fits), Leave::Cluster);
    for (place, (worse, leave)) in [
        (0.849, Leave::Stay),
        (7_199.0, Leave::Stay),
        (101.0, Leave::Stay),
        (1.0, Leave::NearCacheOrSplit),
        (2_001.0, Leave::NearCacheOrSplit),
        (1.0, Leave::NearCacheOrSplit),
    ]
    .into_iter()
    .enumerate()
    {
        let mut facts = fits;
        facts[place].1 = worse;
        assert_eq!(verdict(&facts), leave, "{:?} of {worse}", facts[place].0);
        let mut facts = fits.to_vec();
        facts.remove(place);
        assert_eq!(verdict(&facts), Leave::Unknown);
    }
}

#[test]
fn the_hint_is_for_the_most_entries_if_the_map_grew() {
    let fill = |map: &Map| {
        (0..10_000).for_each(|key| {
            map.insert(key, key).unwrap();
        });
        (0..5_000).for_each(|key| {
            map.remove(&key);
        });
    };
    let (_, advice) = advised(fill);
    assert_eq!(advice.capacity_hint, Some(11_250));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roomy.trace");
    let builder =
        Observed::builder("roomy").record(tophash::observe::trace::Trace::to_file(&path).unwrap());
    // With the hint it has not grown.
    let map = builder.build(HashMap::with_capacity(11_250)).unwrap();
    fill(&map);
    map.end_recording().unwrap();
    assert_eq!(advise(&from_trace(&read(&path))).unwrap().capacity_hint, None);
}

#[test]
fn a_dump_tells_what_it_can_in_each_form() {
    let map = std::sync::Arc::new(
        Observed::builder("sess: of 5 entries")
            .sample_every(1)
            .build(HashMap::<u64, u64>::new())
            .unwrap(),
    );
    let registry = Registry::new();
    registry.add(&map);
    (0..100).for_each(|key| {
        map.insert(key, key).unwrap();
    });
    (0..300).for_each(|_| assert!(map.get(&1).is_some()));
    map.for_each(|_, _| {});
    let folder = tempfile::tempdir().unwrap();
    registry.dump(tophash::observe::Dump::to(folder.path()));
    let dumped = std::fs::read_to_string(registry.dump_now().unwrap().unwrap()).unwrap();
    let report = map.stats();
    let forms = [
        from_dump(&dumped).unwrap(),
        from_dump(&report.to_json()).unwrap(),
        from_text(&format!("a line of a log\n{report}\nanother: one\n")).unwrap(),
    ];
    for workloads in forms {
        let [workload] = &*workloads else { panic!("one map, not {}", workloads.len()) };
        assert_eq!(
            (workload.map.as_str(), workload.kind.as_str()),
            ("sess: of 5 entries", "HashMap")
        );
        assert_eq!(workload.evidence.operations, 401);
        assert_eq!(workload.fact(Fact::ReadShare), Some(0.75));
        assert_eq!(workload.fact(Fact::NewKeyShare), Some(0.25));
        assert_eq!(workload.fact(Fact::Scans), Some(1.0));
        assert_eq!(workload.fact(Fact::PeakEntries), Some(100.0));
        let top = workload.fact(Fact::TopKeyShare).unwrap();
        assert!((0.74..0.77).contains(&top), "{top}");
        assert_eq!(workload.fact(Fact::MeanLife), None);
        let advice = advise(workload).unwrap();
        assert!(advice.unknown.iter().any(|unknown| unknown.fact == Fact::ThreadsAtOnce && unknown.how.contains("trace")));
    }
    assert_eq!(
        from_dump(&report.to_json()).unwrap()[0].capacity_hint,
        report.capacity_hint().map(|hint| hint as u64)
    );
    for no_dump in ["{", "{}", "{\"maps\": 5}", "{\"map\": \"x\", \"operations\": [5]}"] {
        assert!(from_dump(no_dump).is_err(), "{no_dump}");
    }
    assert!(from_text("nothing of the kind").is_err());
}

#[test]
fn nothing_follows_from_nothing_and_what_is_cut_short_says_so() {
    assert!(advise(&from_trace(&recorded(|_| {}))).is_none());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.trace");
    let map =
        Observed::builder("cut").record(tophash::observe::trace::Trace::to_file(&path).unwrap());
    let map = map.build(HashMap::<u64, u64>::new()).unwrap();
    (0..10_000).for_each(|key| {
        map.insert(key, key).unwrap();
    });
    map.end_recording().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let trace = reader::read(&bytes[..bytes.len() - 40_000], Limits::default()).unwrap();
    assert_eq!(trace.damage.as_ref().unwrap().kind(), ReadErrorKind::CutShort);
    let advice = advise(&from_trace(&trace)).unwrap();
    assert!(advice.notes[0].contains("end_recording"), "{:?}", advice.notes);
    assert!(advice.evidence.operations > 1_000);
}

#[test]
fn a_replay_measures_every_map_and_leaves_out_what_cannot_be() {
    let trace = recorded(|map| {
        for step in 0..5_000 {
            map.insert(step % 64, step).unwrap();
            map.get(&(step % 80));
            if step % 1_000 == 0 {
                map.for_each(|_, _| {});
                map.alter(3, |_| Operation::<_, ()>::Insert(1)).unwrap();
                map.remove(&4);
                map.insert_new(9, 9).unwrap();
            }
        }
    });
    let mut options = tophash_advise::replay::Options::default();
    options.time = Duration::from_millis(200);
    let told = std::cell::Cell::new((0, 0));
    let replay = tophash_advise::replay::replay(&trace, options, |done, all| {
        assert!(done > told.get().0 && done <= all);
        told.set((done, all));
    })
    .unwrap();
    assert!((replay.threads, replay.rounds) >= (1, 3), "{replay:?}");
    for ratio in &replay.maps {
        assert!(0.0 < ratio.least && ratio.least <= ratio.median && ratio.median <= ratio.greatest);
    }
    let ours = &replay.maps[0];
    assert_eq!((ours.map, ours.least, ours.greatest), (Kind::HashMap, 1.0, 1.0));
    let short = recorded(|map| {
        map.get(&1);
    });
    assert!(tophash_advise::replay::replay(&short, options, |_, _| {}).is_err());
}

/// More threads at once than are started: some stand for several, and that is said. Threads one after the other are few.
#[test]
fn thousands_of_threads_are_run_by_some() {
    let trace = |apart: u64| {
        let mut writer = Writer::new(Vec::new(), &Header::default()).unwrap();
        let mut records: Vec<Record> = (0..3_000u32)
            .flat_map(|thread| {
                let begin = u64::from(thread) * apart;
                [begin, begin + 2_000].map(|at| Record {
                    at,
                    thread,
                    call: Call::Insert,
                    outcome: Outcome::Replaced,
                    key: u64::from(thread % 7),
                    key_bytes: 8,
                    value_bytes: 8,
                })
            })
            .collect();
        records.sort_by_key(|record| record.at);
        records.iter().for_each(|record| writer.push(record).unwrap());
        reader::read(&*writer.finish().unwrap(), Limits::default()).unwrap()
    };
    let mut options = tophash_advise::replay::Options::default();
    options.time = Duration::from_millis(100);
    let run = |trace| tophash_advise::replay::replay(&trace, options, |_, _| {}).unwrap();
    let at_once = run(trace(0));
    assert_eq!(at_once.threads, 64);
    assert!(at_once.notes.iter().any(|note| note.contains("3,000")), "{:?}", at_once.notes);
    assert_eq!(run(trace(3_000)).threads, 1);
}
