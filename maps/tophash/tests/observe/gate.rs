//! A map behind one lock that tells who waits for it, for what the observer makes of that.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tophash::{
    Altered, ConcurrentMap, Full, Holder, Lookup, Mode, NeverWaits, Operation, Summary, Wait, Watch,
};

/// A map behind one lock, which readers take alone too.
#[derive(Default)]
pub(crate) struct Gate {
    holder: Mutex<Option<Holder>>,
    free: Condvar,
    entries: Mutex<BTreeMap<u64, u64>>,
    watch: OnceLock<Arc<dyn Watch>>,
    /// What it says of itself beside its entries.
    told: Summary,
}

impl Gate {
    /// One that says this of itself beside its entries.
    pub(crate) fn telling(told: Summary) -> Self {
        Self { told, ..Self::default() }
    }

    fn summary_of(&self, entries: usize) -> Summary {
        let mut summary = self.told.clone();
        (summary.kind, summary.entries) = ("Gate", entries);
        summary
    }

    #[track_caller]
    fn with<R>(&self, mode: Mode, act: impl FnOnce(&mut BTreeMap<u64, u64>) -> R) -> R {
        let site = Location::caller();
        let thread = std::thread::current().name().map(str::to_owned);
        let mut holder = self.holder.lock().unwrap();
        if holder.is_some() {
            let begun = Instant::now();
            let patience = self.watch.get().map_or(Duration::MAX, |watch| watch.patience(mode));
            while holder.is_some() {
                let (now, timeout) = self.free.wait_timeout(holder, patience).unwrap();
                holder = now;
                if timeout.timed_out() && holder.is_some() {
                    let wait = Wait::new(mode, site, begun.elapsed(), holder.clone());
                    drop(holder);
                    self.watch.get().unwrap().waiting(&wait);
                    holder = self.holder.lock().unwrap();
                }
            }
            if let Some(watch) = self.watch.get() {
                watch.waited(mode, begun.elapsed());
            }
        }
        *holder = Some(Holder::new(thread, site, mode));
        drop(holder);
        let times = self.watch.get().is_some_and(|watch| watch.times());
        let begun = Instant::now();
        let result = act(&mut self.entries.lock().unwrap());
        *self.holder.lock().unwrap() = None;
        self.free.notify_one();
        if times {
            self.watch.get().unwrap().held(mode, begun.elapsed());
        }
        result
    }
}

impl Lookup<u64> for Gate {
    type Value = u64;

    #[track_caller]
    fn get_with<R>(&self, key: &u64, read: impl FnOnce(&u64) -> R) -> Option<R> {
        self.with(Mode::Read, |entries| entries.get(key).map(read))
    }

    #[track_caller]
    fn remove_with<R>(&self, key: &u64, read: impl FnOnce(&u64) -> R) -> Option<R> {
        self.with(Mode::Write, |entries| entries.remove(key)).map(|old| read(&old))
    }
}

impl ConcurrentMap for Gate {
    type Key = u64;

    #[track_caller]
    fn insert_with<R>(
        &self,
        key: u64,
        value: u64,
        replaced: impl FnOnce(Option<&u64>) -> R,
    ) -> Result<R, Full> {
        Ok(replaced(self.with(Mode::Write, |entries| entries.insert(key, value)).as_ref()))
    }

    fn insert_new(&self, key: u64, value: u64) -> Result<bool, Full> {
        Ok(self.with(Mode::Write, |entries| *entries.entry(key).or_insert(value) == value))
    }

    fn alter<T>(
        &self,
        _: u64,
        mut decide: impl FnMut(Option<&u64>) -> Operation<u64, T>,
    ) -> Result<Altered<T>, Full> {
        match decide(None) {
            Operation::Abort(value) => Ok(Altered::Aborted(value)),
            _ => Err(Full),
        }
    }

    #[track_caller]
    fn for_each(&self, mut meet: impl FnMut(&u64, &u64)) {
        self.with(Mode::Read, |entries| entries.iter().for_each(|(key, value)| meet(key, value)));
    }

    fn clear(&self) {
        self.with(Mode::Write, BTreeMap::clear);
    }

    fn len(&self) -> usize {
        self.with(Mode::Read, |entries| entries.len())
    }

    fn summary(&self) -> Summary {
        self.summary_of(self.len())
    }

    fn try_summary(&self) -> Option<Summary> {
        let holder = self.holder.lock().unwrap();
        let entries = holder.is_none().then(|| self.entries.lock().unwrap().len());
        entries.map(|entries| self.summary_of(entries))
    }

    fn watch(&self, watch: Arc<dyn Watch>) -> Result<(), NeverWaits> {
        self.watch.set(watch).map_err(|_| NeverWaits)
    }
}
