//! **A guard that is held.** A reference or an iterator that holds a lock makes the next call of the same thread wait
//! for ever, and the next call of every other thread wait as long as the guard lives: across an `.await`, for another
//! task.
//!
//! The best known trouble of maps with locked shards: dashmap's issues 369, 233, 79 and 74.

use crate::{few, within_a_minute};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tophash::{Entry, HashMap};

#[test]
fn nothing_that_is_held_makes_a_call_wait() {
    const KEYS: u64 = few(1_000, 60);
    let map: HashMap<String, u64> = (0..KEYS).map(|key| (key.to_string(), key)).collect();
    let held: Vec<_> = map.iter().collect();
    let mut iterator = map.iter();
    let entry = map.entry("7".to_owned());
    iterator.next();
    for key in 0..KEYS {
        assert_eq!(map.insert(key.to_string(), key + 1).unwrap(), key);
        assert!(map.remove(&key.to_string()).is_some());
    }
    let Entry::Occupied(entry) = entry else { panic!("it was there") };
    assert!(entry.replace(3).is_err());
    assert_eq!(map.len(), 0);
    assert_eq!(held.iter().map(|entry| **entry).sum::<u64>(), (KEYS - 1) * KEYS / 2);
    assert!(iterator.count() < KEYS as usize);
}

#[test]
fn entries_hold_no_lock() {
    let map: HashMap<String, u64> = HashMap::new();
    let Entry::Vacant(vacant) = map.entry("a".into()) else { panic!("nothing is there") };
    map.insert("a".into(), 1);
    let occupied = vacant.insert(2).unwrap_err();
    assert_eq!((*occupied.current, occupied.key.as_str(), occupied.value), (1, "a", 2));
    let Entry::Occupied(entry) = map.entry("a".into()) else { panic!("it was put in") };
    map.insert("a".into(), 3);
    assert_eq!(**entry.get(), 1);
    assert!(entry.remove().is_err());
    assert_eq!(*map.entry("a".into()).or_insert(9), 3);
    assert_eq!(*map.entry("b".into()).or_default(), 0);
}

/// Ready the second time it is asked.
#[derive(Default)]
struct Later(bool);

impl Future for Later {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Reads, waits with all that was read still held, and writes what the other task holds.
async fn task(map: &HashMap<u64, String>, name: &str) -> usize {
    let mut seen = 0;
    for round in 0..10 {
        let held = map.get_ref(&round);
        let entry = map.entry(round);
        let mut iterator = map.iter();
        let first = iterator.next();
        Later::default().await;
        map.insert(round, name.to_owned());
        map.remove(&(round + 1));
        seen += usize::from(held.is_some()) + usize::from(first.is_some()) + iterator.count();
        drop(entry);
    }
    seen
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn tasks_of_one_thread_hold_entries_across_await() {
    within_a_minute(|| {
        let map: HashMap<u64, String> = (0..20).map(|key| (key, key.to_string())).collect();
        let mut one = pin!(is_send(task(&map, "one")));
        let mut two = pin!(is_send(task(&map, "two")));
        let mut context = Context::from_waker(Waker::noop());
        let mut done = [false; 2];
        while done != [true; 2] {
            if !done[0] {
                done[0] = one.as_mut().poll(&mut context).is_ready();
            }
            if !done[1] {
                done[1] = two.as_mut().poll(&mut context).is_ready();
            }
        }
        // The second task wrote last, and took the next key out each time.
        assert_eq!(map.get(&9).as_deref(), Some("two"));
        assert!(!map.contains_key(&10));
    });
}
