//! Maps with locks: who waits, for how long and for whom, while it lasts.

use crate::gate::Gate;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use tophash::observe::prometheus::{Format, encode};
use tophash::observe::{Alarm, Event, Observed, Registry};
use tophash::{HashMap, Mode, NeverWaits};

const SOON: Duration = Duration::from_millis(40);
const LONG: Duration = Duration::from_secs(20);

/// Has the lock of the map until `done`, on a thread called `holder`.
fn hold<'s, 'e>(
    scope: &'s std::thread::Scope<'s, 'e>,
    map: &'e Observed<Gate>,
) -> std::sync::mpsc::Sender<()> {
    let (done, until) = channel();
    let begun = Arc::new(Barrier::new(2));
    let inside = Arc::clone(&begun);
    let act = move || {
        map.get_with(&1, |_| {
            inside.wait();
            until.recv().unwrap();
        })
    };
    std::thread::Builder::new().name("holder".into()).spawn_scoped(scope, act).unwrap();
    begun.wait();
    done
}

#[test]
fn a_waiter_raises_the_alarm_while_it_waits_and_names_the_holder() {
    let registry = Registry::new();
    let (tell, told) = channel::<Alarm>();
    let map = Observed::builder("sessions")
        .alarms_to(&registry)
        .blocked_after(Mode::Write, SOON)
        .blocked_after(Mode::Read, LONG)
        .on_alarm(move |alarm| tell.send(alarm.clone()).unwrap())
        .build(Gate::default())
        .unwrap();
    map.insert(1, 10).unwrap();
    std::thread::scope(|scope| {
        let done = hold(scope, &map);
        let wait = || map.insert(2, 20).unwrap();
        let waiter = std::thread::Builder::new().name("waiter".into()).spawn_scoped(scope, wait);
        let alarm = told.recv_timeout(LONG).unwrap();
        // The waiter waits still.
        assert!(!waiter.as_ref().unwrap().is_finished());
        assert_eq!((&*alarm.map, alarm.thread.as_deref()), ("sessions", Some("waiter")));
        assert!(alarm.wait.waited >= SOON && alarm.wait.mode == Mode::Write);
        let holder = alarm.wait.holder.as_ref().unwrap();
        assert_eq!((holder.thread.as_deref(), holder.mode), (Some("holder"), Mode::Read));
        for site in [holder.site, alarm.wait.site] {
            assert!(site.file().ends_with("locks.rs"), "{site} is not where the caller is");
        }
        let text = alarm.to_string();
        assert!(
            text.contains("a write at") && text.contains("\"holder\" holds the lock"),
            "{text}"
        );

        // Whoever scrapes now does not wait, and says so.
        let shared = Registry::new();
        let report = told_while_locked(&shared, &map);
        assert!(report.contains("blocked now: 1"), "{report}");
        // A wait that goes on is no second alarm.
        std::thread::sleep(3 * SOON);
        assert!(told.try_recv().is_err());
        done.send(()).unwrap();
        waiter.unwrap().join().unwrap();
    });
    let locks = map.stats().locks.unwrap();
    assert_eq!((locks.write_alarms, locks.read_alarms, locks.blocked), (1, 0, 0));
    assert_eq!(locks.dropped_alarms, 0);
    assert!(locks.write_waits.count() == 1 && locks.write_waits.total() >= 4 * SOON);
}

fn told_while_locked(registry: &Registry, map: &Observed<Gate>) -> String {
    let begun = Instant::now();
    assert!(registry.reports().is_empty());
    let report = map.try_stats();
    assert!(report.summary.is_none() && begun.elapsed() < LONG / 4);
    report.to_string()
}

#[test]
fn a_scrape_of_a_locked_map_does_not_wait_and_tells_the_size_of_before() {
    let registry = Registry::new();
    let map: &'static Observed<Gate> = Box::leak(Box::new(Observed::new("held", Gate::default())));
    registry.add_static(map);
    for key in 0..7 {
        map.insert(key, key).unwrap();
    }
    assert!(encode(&registry, Format::Text).contains("tophash_map_entries{map=\"held\"} 7\n"));
    std::thread::scope(|scope| {
        let done = hold(scope, map);
        let begun = Instant::now();
        let text = encode(&registry, Format::Text);
        assert!(begun.elapsed() < LONG / 4);
        assert!(text.contains("tophash_map_entries{map=\"held\"} 7\n"), "{text}");
        assert!(text.contains("tophash_map_missed_summaries_total{map=\"held\"} 1\n"), "{text}");
        done.send(()).unwrap();
    });
}

#[test]
fn a_handler_that_is_slow_or_panics_delays_no_operation_and_what_overflows_is_counted() {
    let registry = Registry::new();
    let (tell, told) = channel();
    registry.on_event(|_| panic!("a handler of the test that panics"));
    let (go, gate) = channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let map = Observed::builder("slow")
        .alarms_to(&registry)
        .blocked_after(Mode::Write, Duration::from_millis(1))
        .on_alarm(move |_| {
            let _ = gate.lock().unwrap().recv();
            tell.send(()).unwrap();
        })
        .build(Gate::default())
        .unwrap();
    map.insert(1, 1).unwrap();
    // More alarms than the queue holds, while the handler is stuck in the first one.
    for _ in 0..10 {
        std::thread::scope(|scope| {
            let done = hold(scope, &map);
            for key in 0..40 {
                let map = &map;
                scope.spawn(move || map.insert(key, key).unwrap());
            }
            let blocked = || map.try_stats().locks.unwrap().blocked;
            let begun = Instant::now();
            while blocked() < 40 && begun.elapsed() < LONG {
                std::thread::yield_now();
            }
            assert_eq!(blocked(), 40);
            done.send(()).unwrap();
        });
    }
    let locks = map.stats().locks.unwrap();
    assert_eq!((locks.write_alarms, locks.blocked), (400, 0));
    // One is being handled, and 256 wait; the handler may have taken its first one late.
    assert!((143..=144).contains(&locks.dropped_alarms), "{}", locks.dropped_alarms);
    drop(go);
    for _ in 0..400 - locks.dropped_alarms {
        told.recv_timeout(LONG).unwrap();
    }
    let text = encode(&registry, Format::Text);
    let panics = text.lines().find_map(|line| line.strip_prefix("tophash_handler_panics_total "));
    assert!(panics.unwrap().parse::<u64>().unwrap() > 200, "{text}");
}

#[test]
fn a_map_that_never_waits_refuses_to_be_asked_for_waits() {
    let builder = || Observed::builder("never");
    let map = HashMap::<u64, u64>::new;
    assert_eq!(builder().blocked_after(Mode::Read, SOON).build(map()).err(), Some(NeverWaits));
    assert_eq!(builder().hold_times().build(map()).err(), Some(NeverWaits));
    let map = builder().build(map()).unwrap();
    assert!(map.stats().locks.is_none());
}

#[test]
fn a_map_that_grows_is_an_event_when_somebody_sees_it() {
    let registry = Registry::new();
    let (tell, told) = channel();
    registry.on_event(move |event| {
        if let Event::Grew { map, growth } = event {
            tell.send((map.to_string(), growth.clone())).unwrap();
        }
    });
    let map = Observed::builder("growing")
        .alarms_to(&registry)
        .build(HashMap::<u64, u64>::new())
        .unwrap();
    assert!(map.stats().growths.is_empty());
    for key in 0..100_000 {
        map.insert(key, key).unwrap();
    }
    let report = map.stats();
    let last = report.growths.last().unwrap();
    assert_eq!((last.entries, last.capacity), (100_000, report.summary.unwrap().capacity));
    let (name, growth) = told.recv_timeout(LONG).unwrap();
    assert_eq!(name, "growing");
    assert!(growth.growths > 0 && map.stats().growths.len() == report.growths.len());
}
