//! Real maps in every kind of trouble that there is an alert for, until they are out of it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use tophash::observe::{Observed, Registry};
use tophash::{ConcurrentMap, HashMap, Locked, Mode, Sharded};

/// How many maps there are.
pub(crate) const MAPS: usize = 5;

/// The maps.
pub(crate) struct Trouble {
    /// Grows and shrinks all the time.
    filled: Arc<Observed<HashMap<u64, u64>>>,
    /// Only ever grows.
    leaking: Arc<Observed<HashMap<u64, u64>>>,
    /// Its lock is held by a reader who does not come to an end.
    held: Arc<Observed<Locked<u64, u64>>>,
    /// All its keys go to one shard.
    uneven: Arc<Observed<Sharded<u64, u64>>>,
    /// Meets one key.
    asked: Arc<Observed<HashMap<u64, u64>>>,
}

impl Trouble {
    /// Maps that are well so far.
    pub(crate) fn new(registry: &Registry) -> Self {
        let trouble = Self {
            filled: observed("filled-and-emptied", HashMap::new()),
            leaking: observed("leaking", HashMap::new()),
            held: Arc::new(
                Observed::builder("held")
                    .sample_every(1)
                    .blocked_after(Mode::Write, Duration::from_millis(100))
                    .build(Locked::new())
                    .unwrap(),
            ),
            uneven: observed("in-one-shard", Sharded::with_shards(32)),
            asked: observed("asked-for-one-key", HashMap::new()),
        };
        registry.add(&trouble.filled);
        registry.add(&trouble.leaking);
        registry.add(&trouble.held);
        registry.add(&trouble.uneven);
        registry.add(&trouble.asked);
        trouble
    }

    /// The maps are in trouble as long as `look` runs, and out of it afterwards.
    pub(crate) fn during(&self, look: impl FnOnce()) {
        let over = AtomicBool::new(false);
        let until_over = |work: &mut dyn FnMut()| {
            while !over.load(Relaxed) {
                work();
            }
        };
        for key in 0..12_000 {
            self.leaking.insert(key, key).unwrap();
        }
        let of_one_shard = |key: &u64| self.uneven.inner().shard_of(key) == 0;
        for key in (0..).filter(of_one_shard).take(12_000) {
            self.uneven.insert(key, key).unwrap();
        }
        self.held.insert(1, 1).unwrap();
        self.asked.insert(1, 1).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| until_over(&mut || self.fill_and_empty()));
            scope.spawn(|| {
                self.held
                    .get_with(&1, |_| until_over(&mut || thread::sleep(Duration::from_millis(20))))
            });
            // Waits for the one above, once that has the lock.
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(500));
                self.held.insert(1, 2).unwrap();
            });
            let mut new = 12_000..;
            scope.spawn(move || {
                until_over(&mut || {
                    for key in new.by_ref().take(100) {
                        self.leaking.insert(key, key).unwrap();
                        self.asked.get(&1);
                    }
                    thread::sleep(Duration::from_millis(50));
                });
            });
            scope.spawn(|| assert!(thread::spawn(|| panic!("planted")).join().is_err()));
            // Also where `look` panics, or the threads would never end.
            let _over = OnDrop(&over);
            look();
        });
        self.uneven.clear();
    }

    fn fill_and_empty(&self) {
        for key in 0..20_000 {
            self.filled.insert(key, key).unwrap();
        }
        for key in 0..20_000 {
            self.filled.remove(&key);
        }
        self.filled.inner().shrink_to_fit();
        // The server needs a processor, too.
        thread::sleep(Duration::from_millis(20));
    }
}

/// A map of which everything is sampled, and whose keys are hot for two seconds.
fn observed<M: ConcurrentMap<Key = u64>>(name: &str, map: M) -> Arc<Observed<M>> {
    let builder = Observed::builder(name).sample_every(1).window(Duration::from_secs(2));
    Arc::new(builder.build(map).unwrap())
}

/// Sets a flag when it is dropped.
struct OnDrop<'f>(&'f AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}
