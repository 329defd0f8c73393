//! What the locks of `Locked` and `Sharded` promise: waits are told while they last, no thread waits for itself, and a
//! panic leaves a map that works.
#![cfg(feature = "locked")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tophash::{ConcurrentMap, HashMap, Locked, Lookup, Mode, NeverWaits, Sharded, Wait, Watch};

/// What a watch was told.
#[derive(Debug)]
enum Told {
    Waiting(Wait),
    Waited(Mode, Duration),
    Held(Mode, Duration),
}

/// Tells everything to a test.
struct Teller {
    patience: Duration,
    times: bool,
    tell: Mutex<Sender<Told>>,
}

impl Teller {
    fn new(patience: Duration, times: bool) -> (Arc<Self>, Receiver<Told>) {
        let (tell, told) = channel();
        (Arc::new(Self { patience, times, tell: Mutex::new(tell) }), told)
    }

    fn tell(&self, told: Told) {
        let _ = self.tell.lock().unwrap().send(told);
    }
}

impl Watch for Teller {
    fn patience(&self, _: Mode) -> Duration {
        self.patience
    }
    fn waiting(&self, wait: &Wait) {
        self.tell(Told::Waiting(wait.clone()));
    }
    fn waited(&self, mode: Mode, waited: Duration) {
        self.tell(Told::Waited(mode, waited));
    }
    fn times(&self) -> bool {
        self.times
    }
    fn held(&self, mode: Mode, held: Duration) {
        self.tell(Told::Held(mode, held));
    }
}

const SECOND: Duration = Duration::from_secs(10);

/// A map of one key that others are asked to hold.
trait Blocked: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64> + Send + Sync + 'static {}

impl<M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64> + Send + Sync + 'static> Blocked for M {}

/// A thread called `name` that reads key 1 until told to stop, and the line where it does.
fn holder(map: &Arc<impl Blocked>, name: &str) -> (Sender<()>, u32, thread::JoinHandle<()>) {
    let (stop, stopped) = channel();
    let (begun, begins) = channel();
    let map = Arc::clone(map);
    let line = line!() + 4;
    let thread = thread::Builder::new().name(name.into());
    let thread = thread.spawn(move || {
        let hold = || begun.send(()).is_ok() && stopped.recv().is_ok();
        map.get_with(&1, |_| hold()).unwrap();
    });
    begins.recv().unwrap();
    (stop, line, thread.unwrap())
}

fn waits_are_told_while_they_last(map: impl Blocked) {
    let map = Arc::new(map);
    let (watch, told) = Teller::new(Duration::from_millis(20), false);
    map.watch(watch).unwrap();
    ConcurrentMap::insert(&*map, 1, 1).unwrap();
    let (stop, line, thread) = holder(&map, "never releases");
    let site = line!() + 3;
    let writer = {
        let map = Arc::clone(&map);
        thread::spawn(move || ConcurrentMap::insert(&*map, 1, 2))
    };
    // It is still waiting, and says so again and again.
    let mut last = Duration::ZERO;
    for turn in 1..=5 {
        let Told::Waiting(wait) = told.recv_timeout(SECOND).unwrap() else { panic!("not waiting") };
        assert_eq!((wait.mode, wait.site.line(), wait.site.file()), (Mode::Write, site, file!()));
        assert!(wait.waited >= last + Duration::from_millis(20) && wait.waited < SECOND * turn);
        last = wait.waited;
        let holder = wait.holder.expect("its note is there");
        assert_eq!(holder.thread.as_deref(), Some("never releases"));
        assert_eq!((holder.mode, holder.site.line()), (Mode::Read, line));
    }
    assert!(!writer.is_finished());
    // Numbers are to be had meanwhile.
    assert_eq!((map.len(), map.summary().entries), (1, 1));
    drop(stop);
    thread.join().unwrap();
    assert_eq!(writer.join().unwrap(), Ok(Some(1)));
    let waited = told.iter_until_waited();
    assert!(waited.0 == Mode::Write && waited.1 >= last, "{waited:?}");
    assert_eq!(Lookup::get(&*map, &1), Some(2));
}

trait UntilWaited {
    fn iter_until_waited(&self) -> (Mode, Duration);
}

impl UntilWaited for Receiver<Told> {
    fn iter_until_waited(&self) -> (Mode, Duration) {
        loop {
            match self.recv_timeout(SECOND).unwrap() {
                Told::Waited(mode, waited) => return (mode, waited),
                Told::Waiting(_) => {}
                Told::Held(..) => panic!("nobody wants to hear of that"),
            }
        }
    }
}

#[test]
fn a_writer_that_waits_for_a_reader_says_so_while_it_waits() {
    waits_are_told_while_they_last(Locked::new());
    waits_are_told_while_they_last(Sharded::with_shards(8));
}

#[test]
fn a_reader_that_waits_for_a_writer_names_it() {
    let map = Arc::new(Locked::from([(1, 1)]));
    let (watch, told) = Teller::new(Duration::from_millis(10), true);
    map.watch(watch).unwrap();
    let (go, gone) = channel::<()>();
    let (begun, begins) = channel();
    let line = line!() + 4;
    let writer = {
        let map = Arc::clone(&map);
        thread::Builder::new().name("writer".into()).spawn(move || {
            map.update(&1, |value| {
                *value = 2;
                let _ = begun.send(()).is_ok() && gone.recv().is_ok();
            })
        })
    };
    begins.recv().unwrap();
    let reader = Arc::clone(&map);
    let reader = thread::spawn(move || reader.get(&1));
    let Told::Waiting(wait) = told.recv_timeout(SECOND).unwrap() else { panic!("not waiting") };
    let holder = wait.holder.unwrap();
    assert_eq!((wait.mode, holder.mode, holder.site.line()), (Mode::Read, Mode::Write, line));
    assert_eq!(holder.thread.as_deref(), Some("writer"));
    drop(go);
    assert_eq!(reader.join().unwrap(), Some(2));
    writer.unwrap().join().unwrap();
    // Both that waited and what was held is told.
    let rest: Vec<_> = told.try_iter().collect();
    let waited = rest.iter().filter(|told| matches!(told, Told::Waited(Mode::Read, _))).count();
    let held = |long: u64| {
        let long = Duration::from_millis(long);
        rest.iter().any(|told| matches!(told, Told::Held(Mode::Write, held) if *held >= long))
    };
    assert!(waited == 1 && held(10) && !held(10_000), "{rest:?}");
}

#[test]
fn who_has_no_lock_refuses_a_watch() {
    let (watch, _told) = Teller::new(SECOND, false);
    assert_eq!(HashMap::<u64, u64>::new().watch(watch), Err(NeverWaits));
}

/// What panics in every call.
struct Broken;

impl Watch for Broken {
    fn patience(&self, _: Mode) -> Duration {
        Duration::from_millis(2)
    }
    fn waiting(&self, _: &Wait) {
        panic!("broken");
    }
    fn waited(&self, _: Mode, _: Duration) {
        panic!("broken");
    }
    fn times(&self) -> bool {
        true
    }
    fn held(&self, _: Mode, _: Duration) {
        panic!("broken");
    }
}

#[test]
fn a_watch_that_panics_harms_nobody() {
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let map = Arc::new(Sharded::from([(1, 1)]));
    map.watch(Arc::new(Broken)).unwrap();
    let (stop, _, thread) = holder(&map, "holder");
    let writer = {
        let map = Arc::clone(&map);
        thread::spawn(move || map.insert(1, 2))
    };
    thread::sleep(Duration::from_millis(30));
    drop(stop);
    let results = (thread.join().is_ok(), writer.join().ok());
    // While another panic is under way, too.
    let both = catch_unwind(AssertUnwindSafe(|| map.update(&1, |_| panic!("of the user's"))));
    std::panic::set_hook(quiet);
    assert_eq!(results, (true, Some(Some(1))));
    assert_eq!(both.unwrap_err().downcast_ref::<&str>(), Some(&"of the user's"));
    assert_eq!(map.get(&1), Some(2));
}

/// A watch that uses the map which it watches.
struct Nosy(std::sync::OnceLock<std::sync::Weak<Locked<u64, u64>>>, AtomicBool);

impl Watch for Nosy {
    fn patience(&self, _: Mode) -> Duration {
        Duration::from_millis(2)
    }
    fn waiting(&self, _: &Wait) {
        let map = self.0.get().unwrap().upgrade().unwrap();
        assert_eq!(map.get(&1), Some(1));
        self.1.store(true, Ordering::Relaxed);
    }
    fn waited(&self, _: Mode, _: Duration) {}
}

#[test]
fn a_watch_that_waits_for_the_map_itself_waits_once_and_in_silence() {
    let map = Arc::new(Locked::from([(1, 1)]));
    let nosy = Arc::new(Nosy(Default::default(), AtomicBool::new(false)));
    nosy.0.set(Arc::downgrade(&map)).unwrap();
    map.watch(Arc::clone(&nosy) as _).unwrap();
    thread::scope(|scope| {
        map.with_mut(|_| {
            scope.spawn(|| map.insert(2, 2));
            thread::sleep(Duration::from_millis(50));
        });
    });
    assert!(nosy.1.load(Ordering::Relaxed) && map.len() == 2);
}

/// The text of the panic that `call` ends with.
fn panic_of<R>(call: impl FnOnce() -> R) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(call)) else { panic!("it went through") };
    payload.downcast_ref::<String>().expect("a formatted message").clone()
}

#[test]
fn a_call_that_would_wait_for_itself_panics_and_names_both_sites() {
    fn named(text: &str, first: u32, second: u32) {
        for line in [first, second] {
            assert!(text.contains(&format!("tests/locks.rs:{line}:")), "{line} in: {text}");
        }
        assert!(text.contains("take `HashMap`"), "{text}");
    }
    let map = Locked::from([(1, 1), (2, 2)]);
    named(&panic_of(|| map.get_with(&1, |_| map.insert(3, 3))), line!(), line!());
    named(&panic_of(|| map.update(&1, |_| map.get(&2))), line!(), line!());
    let inner = line!() + 1;
    let insert = || map.insert(3, 3);
    named(&panic_of(|| map.with(|_| map.get_with(&1, |_| insert()))), line!(), inner);
    assert!(
        panic_of(|| map.retain(|_, _| map.is_empty() || map.contains_key(&1))).contains("read")
    );
    // Each of them has given its lock back.
    assert_eq!((map.insert(3, 3), map.len()), (None, 3));

    let map: Sharded<u64, u64> = (0..1_000).map(|key| (key, key)).collect();
    let other = (2..).find(|key| map.shard_of(key) != map.shard_of(&1)).unwrap();
    // It makes no difference whether the shard is another one.
    for key in [1, other] {
        named(&panic_of(|| map.get_with(&1, |_| map.insert(key, 3))), line!(), line!());
        named(&panic_of(|| map.update(&1, |_| map.get(&key))), line!(), line!());
        named(&panic_of(|| map.update(&1, |_| map.remove(&key))), line!(), line!());
    }
    named(&panic_of(|| map.for_each(|_, _| map.set_shards(4))), line!(), line!());
    map.set_shards(4);
    assert_eq!((map.shards(), map.len()), (4, 1_000));
}

#[test]
fn what_may_be_read_under_the_lock_is_read_whoever_waits() {
    let map = Arc::new(Locked::from([(1, 1), (2, 2)]));
    let sharded: Arc<Sharded<u64, u64>> = Arc::new((0..100).map(|key| (key, key)).collect());
    let writers = map.get_with(&1, |_| {
        sharded.get_with(&1, |_| {
            let writer = Arc::clone(&map);
            let first = thread::spawn(move || writer.insert(3, 3));
            let writer = Arc::clone(&sharded);
            let second = thread::spawn(move || writer.retain(|_, _| true));
            // Now both wait, so that the locks are free for nobody but their holder.
            thread::sleep(Duration::from_millis(50));
            assert_eq!((map.get(&2), map.with(tophash::hashbrown::HashMap::len)), (Some(2), 2));
            assert!((0..100).all(|key| sharded.get(&key) == Some(key)));
            assert!(format!("{map:?}{sharded:?}").contains("1: 1"));
            (first, second)
        })
    });
    let (first, second) = writers.flatten().unwrap();
    assert_eq!(first.join().unwrap(), None);
    second.join().unwrap();
}

#[test]
fn a_closure_that_panics_leaves_what_it_did() {
    let map = Locked::from([(1, vec![1]), (2, vec![2])]);
    let broken = |value: &mut Vec<u64>| {
        value.push(9);
        panic!("of the user's")
    };
    for _ in 0..3 {
        assert!(catch_unwind(AssertUnwindSafe(|| map.update(&1, broken))).is_err());
    }
    assert_eq!(map.get(&1), Some(vec![1, 9, 9, 9]));
    let put = |map: &mut tophash::hashbrown::HashMap<_, _, _>| {
        map.extend((10..1_000).map(|key| (key, vec![key])));
        panic!("of the user's")
    };
    assert!(catch_unwind(AssertUnwindSafe(|| map.with_mut(put))).is_err());
    // Its numbers are those of what is there.
    assert_eq!((map.len(), map.clone().into_iter().count()), (992, 992));
    assert!(map.capacity() >= 992 && map.summary().bytes > Some(992 * 32));
    let sharded: Sharded<u64, u64> = (0..100).map(|key| (key, key)).collect();
    let mut seen = 0;
    let keep = |_: &u64, _: &mut u64| {
        seen += 1;
        assert!(seen < 50, "of the user's");
        false
    };
    assert!(catch_unwind(AssertUnwindSafe(|| sharded.retain(keep))).is_err());
    let mut left = 0;
    sharded.for_each(|_, _| left += 1);
    assert_eq!((left, sharded.len()), (51, 51));
}

#[test]
fn a_thousand_maps_are_watched_by_one() {
    let (watch, told) = Teller::new(Duration::from_millis(5), false);
    let maps: Vec<Arc<Locked<u64, u64>>> =
        (0..1_000).map(|key| Arc::new(Locked::from([(1, key)]))).collect();
    maps.iter().for_each(|map| map.watch(Arc::clone(&watch) as _).unwrap());
    let begun = Instant::now();
    let (stop, line, thread) = holder(&maps[777], "one of them");
    thread::scope(|scope| {
        scope.spawn(|| maps.iter().for_each(|map| assert!(map.insert(1, 0).is_some())));
        let Told::Waiting(wait) = told.recv_timeout(SECOND).unwrap() else { panic!("not waiting") };
        assert_eq!(wait.holder.unwrap().site.line(), line);
        drop(stop);
    });
    thread.join().unwrap();
    assert!(begun.elapsed() < SECOND && maps.iter().all(|map| map.get(&1) == Some(0)));
}
