//! `Checked`: a map that tells when two uses meet which were meant never to meet.
//!
//! # Terms
//! - A *use* is one call of the map, or a *span* of calls that belong together. Reads and walks may meet each other; a
//!   change may meet nothing else. Two uses of one thread never conflict.
//! - A *conflict* is two uses of different threads that overlap and may not. It is what Go's runtime calls a concurrent
//!   map write; Go keeps one flag in the map's header, which writers toggle and everybody looks at, so that it knows of
//!   one side alone, and misses two writers whose toggles cancel.
//!
//! # How it is noticed
//! Every use puts a word into a free *place* of the map before it begins, and takes it back when it has ended
//! (`places.rs`). The word says who it is: the thread, the line of code, and what it does. After it has put its word
//! there, a use looks at all other places. Both are sequentially consistent, so that of two uses that overlap at least
//! one sees the other's word, and with it the name and line of the other side, which need not be asked for any more.
//!
//! # Why it goes on safely
//! The map beneath is one of the crate's, which no misuse harms. The check is beside it, and keeps nobody from anything.

mod any_map;
mod conflict;
mod names;
mod places;
mod span;

pub use conflict::{Conflict, Use, Using};
pub use span::Span;

use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup};
use crate::map::Operation;
use alloc::boxed::Box;
use core::fmt;
use core::panic::Location;
use places::{InUse, Places};

/// A map for finding misuse: it notices when threads use it at once that should take turns, and names both of them.
///
/// Take it where a map is meant to be used by one thread at a time, or changed by none while it is read: because one
/// thread owns it, because a lock somewhere else guards it, because it is filled before the threads start. In tests it
/// makes a fault in that order a failure that names both lines of code; in production it is reported and counted, and the
/// program goes on, since the map beneath takes any number of threads. Do not take it for speed: each call costs two
/// locked instructions more and looks at 64 words; and do not take it where threads may use the map at once, for which
/// [`HashMap`](crate::HashMap) alone is there.
///
/// ```
/// use tophash::{Checked, HashMap};
///
/// let prices = Checked::panicking(HashMap::from([("tea", 3)]));
/// std::thread::scope(|scope| {
///     let span = prices.writing(); // Several calls that belong together.
///     assert_eq!(prices.get("tea"), Ok(Some(3)));
///     let other = scope.spawn(|| prices.get("tea"));
///     let message = *other.join().unwrap_err().downcast::<String>().unwrap();
///     assert!(message.starts_with("concurrent map read and map write: "), "{message}");
///     drop(span);
/// });
/// assert_eq!(prices.conflicts(), 1);
/// ```
///
/// # What is noticed
/// Uses that overlap in time. What would be a race but happened not to overlap is not noticed, as with Go's own check;
/// [`Checked::lingering`] makes uses longer, so that more of them overlap. Of two uses that overlap one notices the
/// other, or both do, and each of them counts. Closures given to the map run within the use, so a thread that changes the
/// map while it iterates over it does not conflict with itself.
///
/// # Progress and consistency
/// No call ever waits for another use. Otherwise both are those of the map beneath.
pub struct Checked<M> {
    map: M,
    places: Places,
    policy: Policy,
    linger: u32,
}

enum Policy {
    Panic,
    Refuse,
    Report(Box<dyn Fn(&Conflict) + Send + Sync>),
}

impl<M> Checked<M> {
    /// A map whose uses panic where they notice a conflict, before they have done anything: for tests.
    #[must_use]
    pub fn panicking(map: M) -> Self {
        Self::new(map, Policy::Panic)
    }

    /// A map whose uses return the conflict that they notice, and do nothing.
    #[must_use]
    pub fn refusing(map: M) -> Self {
        Self::new(map, Policy::Refuse)
    }

    /// A map whose uses hand the conflict that they notice to `report`, and go on: for production.
    ///
    /// `report` runs in the thread that noticed it, before its use takes effect, and may use the map. A panic in it is
    /// the call's, and leaves the map whole.
    #[must_use]
    pub fn reporting(map: M, report: impl Fn(&Conflict) + Send + Sync + 'static) -> Self {
        Self::new(map, Policy::Report(Box::new(report)))
    }

    fn new(map: M, policy: Policy) -> Self {
        Self { map, places: Places::default(), policy, linger: 0 }
    }

    /// Has every use give the processor to others so many times while it lasts, so that uses overlap more often.
    #[must_use]
    pub fn lingering(self, turns: u32) -> Self {
        Self { linger: turns, ..self }
    }

    /// How many conflicts were noticed.
    #[must_use]
    pub fn conflicts(&self) -> u64 {
        self.places.conflicts()
    }

    /// How many uses were not looked at, because more uses than the map has places for lasted at once.
    #[must_use]
    pub fn unchecked(&self) -> u64 {
        self.places.unchecked()
    }

    /// The map itself, of which no use is checked.
    #[must_use]
    pub fn unchecked_map(&self) -> &M {
        &self.map
    }

    /// The map itself.
    #[must_use]
    pub fn into_inner(self) -> M {
        self.map
    }

    /// Begins a span of calls during which nobody may change the map, to be ended by dropping it.
    ///
    /// # Panics
    /// If another thread is changing the map, where it was built to panic or to refuse.
    #[track_caller]
    pub fn reading(&self) -> Span<'_> {
        self.span(Using::Read)
    }

    /// Begins a span of calls during which nobody else may use the map, to be ended by dropping it.
    ///
    /// # Panics
    /// If another thread is using the map, where it was built to panic or to refuse.
    #[track_caller]
    pub fn writing(&self) -> Span<'_> {
        self.span(Using::Write)
    }

    #[track_caller]
    fn span(&self, using: Using) -> Span<'_> {
        match self.begin(using) {
            Ok(in_use) => Span::new(in_use),
            Err(conflict) => give_up(&conflict),
        }
    }

    #[track_caller]
    fn begin(&self, using: Using) -> Result<InUse<'_>, Conflict> {
        let (in_use, conflict) = self.places.begin(using, Location::caller());
        if let Some(conflict) = conflict {
            match &self.policy {
                // `in_use` is dropped, so that the use has ended before anybody hears of it.
                Policy::Panic => {
                    drop(in_use);
                    give_up(&conflict);
                }
                Policy::Refuse => return Err(conflict),
                Policy::Report(report) => report(&conflict),
            }
        }
        for _ in 0..self.linger {
            std::thread::yield_now();
        }
        Ok(in_use)
    }
}

/// The calls of the map beneath, each checked.
///
/// # Errors
/// All of them return the [`Conflict`] that they notice, where the map was built to refuse.
///
/// # Panics
/// All of them, where they notice a conflict and the map was built to panic.
impl<M: ConcurrentMap> Checked<M> {
    /// A clone of the value of a key.
    #[track_caller]
    pub fn get<Q: ?Sized>(&self, key: &Q) -> Result<Option<<M as Lookup<Q>>::Value>, Conflict>
    where
        M: Lookup<Q>,
        <M as Lookup<Q>>::Value: Clone,
    {
        let _use = self.begin(Using::Read)?;
        Ok(Lookup::<Q>::get(&self.map, key))
    }

    /// What `read` makes of the value of a key. It runs within the use.
    #[track_caller]
    pub fn get_with<Q: ?Sized, R>(
        &self,
        key: &Q,
        read: impl FnOnce(&<M as Lookup<Q>>::Value) -> R,
    ) -> Result<Option<R>, Conflict>
    where
        M: Lookup<Q>,
    {
        let _use = self.begin(Using::Read)?;
        Ok(Lookup::<Q>::get_with(&self.map, key, read))
    }

    /// Whether there is a value for a key.
    #[track_caller]
    pub fn contains_key<Q: ?Sized>(&self, key: &Q) -> Result<bool, Conflict>
    where
        M: Lookup<Q>,
    {
        let _use = self.begin(Using::Read)?;
        Ok(Lookup::<Q>::contains_key(&self.map, key))
    }

    /// Gives a key a value; returns a clone of the value it had.
    ///
    /// # Panics
    /// Also if the map is one of fixed room, and full.
    #[track_caller]
    pub fn insert(
        &self,
        key: M::Key,
        value: <M as Lookup<M::Key>>::Value,
    ) -> Result<Option<<M as Lookup<M::Key>>::Value>, Conflict>
    where
        <M as Lookup<M::Key>>::Value: Clone,
    {
        let _use = self.begin(Using::Write)?;
        Ok(had_room(ConcurrentMap::insert(&self.map, key, value)))
    }

    /// Gives a key a value if it has none; returns whether it had none.
    ///
    /// # Panics
    /// Also if the map is one of fixed room, and full.
    #[track_caller]
    pub fn insert_new(
        &self,
        key: M::Key,
        value: <M as Lookup<M::Key>>::Value,
    ) -> Result<bool, Conflict> {
        let _use = self.begin(Using::Write)?;
        Ok(had_room(self.map.insert_new(key, value)))
    }

    /// Takes the entry of a key out; returns a clone of its value.
    #[track_caller]
    pub fn remove<Q: ?Sized>(&self, key: &Q) -> Result<Option<<M as Lookup<Q>>::Value>, Conflict>
    where
        M: Lookup<Q>,
        <M as Lookup<Q>>::Value: Clone,
    {
        let _use = self.begin(Using::Write)?;
        Ok(Lookup::<Q>::remove(&self.map, key))
    }

    /// Inserts, replaces or removes by what is there; `decide` runs within the use.
    ///
    /// # Panics
    /// Also if the map is one of fixed room, and full.
    #[track_caller]
    pub fn alter<T>(
        &self,
        key: M::Key,
        decide: impl FnMut(
            Option<&<M as Lookup<M::Key>>::Value>,
        ) -> Operation<<M as Lookup<M::Key>>::Value, T>,
    ) -> Result<Altered<T>, Conflict> {
        let _use = self.begin(Using::Write)?;
        Ok(had_room(self.map.alter(key, decide)))
    }

    /// Meets every entry; `meet` runs within the use, which lasts to the end of the walk.
    #[track_caller]
    pub fn for_each(
        &self,
        meet: impl FnMut(&M::Key, &<M as Lookup<M::Key>>::Value),
    ) -> Result<(), Conflict> {
        let _use = self.begin(Using::Iterate)?;
        self.map.for_each(meet);
        Ok(())
    }

    /// Takes every entry out.
    #[track_caller]
    pub fn clear(&self) -> Result<(), Conflict> {
        let _use = self.begin(Using::Write)?;
        self.map.clear();
        Ok(())
    }

    /// The number of entries.
    #[track_caller]
    pub fn len(&self) -> Result<usize, Conflict> {
        let _use = self.begin(Using::Read)?;
        Ok(self.map.len())
    }

    /// Whether there are no entries.
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool, Conflict> {
        let _use = self.begin(Using::Read)?;
        Ok(self.map.is_empty())
    }
}

/// The panic of a use that was noticed to conflict, or for which there is no room.
#[cold]
#[track_caller]
fn give_up(why: &dyn fmt::Display) -> ! {
    panic!("{why}")
}

/// What a map that has room returned.
#[track_caller]
fn had_room<T>(result: Result<T, Full>) -> T {
    match result {
        Ok(value) => value,
        Err(full) => give_up(&full),
    }
}

impl<M: fmt::Debug> fmt::Debug for Checked<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("map", &self.map)
            .field("conflicts", &self.conflicts())
            .field("unchecked", &self.unchecked())
            .finish_non_exhaustive()
    }
}
