//! What a map implements to be measured: three calls and a walk.

/// What was found: how many entries, and something of their values, so that reading them cannot be left out.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Tally {
    pub(crate) found: u64,
    pub(crate) digest: u64,
}

impl Tally {
    #[inline]
    pub(crate) fn add(&mut self, digest: Option<u64>) {
        if let Some(digest) = digest {
            self.found += 1;
            self.digest = self.digest.wrapping_add(digest);
        }
    }
}

/// A map under measurement.
pub(crate) trait Map<K, V>: Sync + Sized {
    /// Whether two threads may have sessions at once.
    const CONCURRENT: bool = true;

    /// Whether it can be walked.
    const ITERABLE: bool = true;

    /// What a thread holds for a run of calls: a guard, or nothing but the map.
    type Session<'m>: Session<K, V>
    where
        Self: 'm;

    /// An empty map that knows nothing of how large it will be.
    fn new() -> Self;

    fn session(&self) -> Self::Session<'_>;

    /// Visits every entry in the way that is quickest for this map.
    fn iterate(&self) -> Tally;
}

/// A run of calls of one thread.
pub(crate) trait Session<K, V> {
    /// The digest of the value, read where it lies if the map allows that.
    fn get(&mut self, key: &K) -> Option<u64>;

    /// Inserts or replaces.
    fn insert(&mut self, key: K, value: V);

    fn remove(&mut self, key: &K) -> bool;

    /// Looks all of them up; one by one where the map has nothing better.
    #[inline]
    fn get_many(&mut self, keys: &[K; MANY]) -> Tally {
        let mut tally = Tally::default();
        for key in keys {
            tally.add(self.get(key));
        }
        tally
    }
}

/// Keys of one `get_many`.
pub(crate) const MANY: usize = 16;
