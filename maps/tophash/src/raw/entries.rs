//! Whole keys and values over the raw table: what is unsafe about words and pointers ends here.
//!
//! [`Entries`] has one table, of the layout that the class of its types asks for. It hands out entries as
//! [`Held`], takes new ones as [`Fresh`], and retires what leaves the table. It knows neither hashers nor
//! which operations there are: searching gives a [`Hit`] or a [`Gap`], and each of them can be acted on once,
//! which fails if its bucket has changed since.

pub(crate) use super::fresh::Fresh;
pub(crate) use super::held::Held;
pub(crate) use super::owned::Owned;

use super::capacity::{Counts, Probes};
use super::cursor::Cursor;
use super::hazard::{GLOBAL, Retired};
use super::held::{address, boxed, class};
use super::layout::{Boxed, Layout, Pair, Single, SlotWords};
use super::table::{AtOnce, Candidate, Refusal, Search, Spot, Step, Table, Vacancy};
use crate::class::sealed::Class;
use crate::class::{ByType, Storage};
use crate::error::AllocError;
use crate::sync::{AtomicPtr, Ordering};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ptr::NonNull;

/// Runs the same expression for the layout of the class of `$K` and `$V` in the storage `$C`.
macro_rules! by_class {
    ($K:ty, $V:ty, $C:ty, $L:ident => $body:expr) => {
        match class::<$K, $V, $C>() {
            Class::Pair | Class::Wide => {
                type $L = Pair;
                $body
            }
            Class::Single => {
                type $L = Single;
                $body
            }
            Class::Boxed => {
                type $L = Boxed;
                $body
            }
        }
    };
}

/// A table of keys and values. Owns them.
pub(crate) struct Entries<K, V, C: Storage<K, V>> {
    table: Table,
    /// What has left the table and may still be read; made when the first boxed entry leaves.
    retired: AtomicPtr<Retired>,
    /// Owns entries, and is changed through shared references: neither type may be exchanged for a subtype.
    marker: PhantomData<(UnsafeCell<(K, V)>, C)>,
}

// SAFETY: threads that share a table read each other's entries (`Sync`), and drop and take out what others put
// in (`Send`). `Send` follows from the parts: the types' own.
unsafe impl<K: Send + Sync, V: Send + Sync, C: Storage<K, V>> Sync for Entries<K, V, C> {}

/// Entries that left their table and were not freed yet, their bytes, and those that never will be.
#[derive(Clone, Copy, Default)]
pub(crate) struct Waiting {
    pub(crate) entries: usize,
    pub(crate) bytes: usize,
    pub(crate) forgotten: usize,
}

/// A change takes more than a look at a key's home.
pub(crate) struct NotAtOnce;

/// What a search found.
pub(crate) enum Lookup<'t, K, V, C: Storage<K, V>> {
    Hit(Hit<'t, K, V, C>),
    Gap(Gap<'t, K, V, C>),
}

/// An entry, and where it was found.
pub(crate) struct Hit<'t, K, V, C: Storage<K, V>> {
    entries: &'t Entries<K, V, C>,
    spot: Spot<'t>,
    held: Held<'t, K, V, C>,
}

/// Where no entry was found.
pub(crate) struct Gap<'t, K, V, C: Storage<K, V>> {
    entries: &'t Entries<K, V, C>,
    vacancy: Vacancy<'t>,
    hash: u64,
}

/// A new entry that was not put in: something changed since the search, or there is no memory.
pub(crate) struct Refused<K, V, C: Storage<K, V>> {
    pub(crate) fresh: Fresh<K, V, C>,
    pub(crate) error: Option<AllocError>,
}

/// Frees a boxed entry.
///
/// # Safety
/// `entry` came from [`Fresh::new`] with the same types, and nobody uses it any more.
unsafe fn free<K, V>(entry: *mut ()) {
    // SAFETY: the caller vouches for it.
    drop(unsafe { Box::from_raw(entry.cast::<(K, V)>()) });
}

/// The key in an inline entry's words.
///
/// # Safety
/// The entry is inline.
unsafe fn inline_key<K>(words: &SlotWords) -> &K {
    // SAFETY: inline keys lie at the first bytes of the words, and all that was stored there are keys.
    unsafe { &*core::ptr::from_ref(words).cast::<K>() }
}

/// The hash of the entry in a slot, as growth asks for it; none if the slot has changed.
///
/// # Safety
/// As [`Held::of`].
#[inline(always)]
unsafe fn rehash_in_slot<K, V, C: Storage<K, V>>(
    candidate: &Candidate<'_>,
    rehash: &(impl Fn(&K) -> u64 + ?Sized),
) -> Option<u64> {
    // SAFETY: the caller vouches for the same.
    let held: Held<'_, K, V, C> = unsafe { Held::of(candidate) }?;
    Some(rehash(held.key()))
}

impl<K, V, C: Storage<K, V>> Entries<K, V, C> {
    pub(crate) const fn new() -> Self {
        Self {
            table: Table::new(),
            retired: AtomicPtr::new(core::ptr::null_mut()),
            marker: PhantomData,
        }
    }

    /// # Errors
    /// When no address space holds so many, or the allocator refuses.
    pub(crate) fn with_capacity(entries: usize) -> Result<Self, AllocError> {
        let mut made = Self::new();
        made.table = by_class!(K, V, C, L => Table::with_capacity::<L>(entries))?;
        Ok(made)
    }

    #[inline(always)]
    pub(crate) fn find(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> Lookup<'_, K, V, C> {
        // SAFETY: the table is this one's, whose entries leave it through `retire` below or exclusively.
        let search = by_class!(K, V, C, L => self
            .table
            .find::<L, Held<'_, K, V, C>>(hash, |candidate| unsafe { Held::step(candidate, &mut is) }));
        match search {
            Search::Hit(spot, held) => Lookup::Hit(Hit { entries: self, spot, held }),
            Search::Miss(vacancy) => Lookup::Gap(Gap { entries: self, vacancy, hash }),
        }
    }

    /// What `make` makes of the entry of a hash that `is` recognises, for whoever changes nothing.
    ///
    /// It is written once for an entry that is at home and once for others, so that the first comes in registers.
    #[inline(always)]
    pub(crate) fn look<'t, R>(
        &'t self,
        hash: u64,
        mut is: impl FnMut(&K) -> bool,
        make: impl FnOnce(Held<'t, K, V, C>) -> R,
    ) -> Option<R> {
        // SAFETY: as in `find`.
        let mut probe = |candidate: &Candidate<'_>| unsafe { Held::step(candidate, &mut is) };
        match by_class!(K, V, C, L => self.table.look_at_once::<L, _>(hash, &mut probe)) {
            AtOnce::Was(held) => Some(make(held)),
            AtOnce::WasNot => None,
            AtOnce::No => {
                by_class!(K, V, C, L => self.table.look_near::<L, _>(hash, probe)).map(make)
            }
        }
    }

    /// Puts an entry in, or in the place of the one with its key, if that takes no more than a look at its home: what was
    /// there, or the entry back.
    #[inline(always)]
    #[expect(clippy::type_complexity, reason = "what goes in comes out")]
    pub(crate) fn insert_at_once(
        &self,
        hash: u64,
        fresh: Fresh<K, V, C>,
        mut is: impl FnMut(&K, &K) -> bool,
    ) -> Result<Option<Held<'_, K, V, C>>, Fresh<K, V, C>> {
        let done = by_class!(K, V, C, L => self.table.put_at_once::<L, Held<'_, K, V, C>>(
            hash,
            // SAFETY: as in `find`.
            |candidate| unsafe { Held::step(candidate, &mut |key| is(fresh.key(), key)) },
            |_| fresh.words(),
        ));
        let held = match done {
            AtOnce::No => return Err(fresh),
            AtOnce::Was(held) => Some(held),
            AtOnce::WasNot => None,
        };
        mutant!("drop-what-went-in", drop(fresh), _ = fresh.release());
        if let Some(held) = &held {
            self.retire(held);
        }
        Ok(held)
    }

    /// Puts what `change` makes of the value that is there, or of none, in its place, if that takes no more than a look at
    /// its home: what was there, or an error if a search has to be done. For inline entries.
    #[inline(always)]
    pub(crate) fn change_at_once(
        &self,
        hash: u64,
        mut is: impl FnMut(&K) -> bool,
        change: impl FnOnce(Option<&V>) -> Fresh<K, V, C>,
    ) -> Result<Option<Held<'_, K, V, C>>, NotAtOnce> {
        debug_assert!(!boxed::<K, V, C>(), "a boxed entry that is not put in would be leaked");
        let done = by_class!(K, V, C, L => self.table.put_at_once::<L, Held<'_, K, V, C>>(
            hash,
            // SAFETY: as in `find`.
            |candidate| unsafe { Held::step(candidate, &mut is) },
            |held| change(held.map(Held::value)).release(),
        ));
        match done {
            AtOnce::No => Err(NotAtOnce),
            AtOnce::WasNot => Ok(None),
            AtOnce::Was(held) => Ok(Some(held)),
        }
    }

    /// Takes the entry out that `is` recognises, if that takes no more than a look at its home: what was there, or an
    /// error if a search has to be done.
    #[inline(always)]
    pub(crate) fn remove_at_once(
        &self,
        hash: u64,
        mut is: impl FnMut(&K) -> bool,
    ) -> Result<Option<Held<'_, K, V, C>>, NotAtOnce> {
        let done = by_class!(K, V, C, L => self.table.take_at_once::<L, Held<'_, K, V, C>>(
            hash,
            // SAFETY: as in `find`.
            |candidate| unsafe { Held::step(candidate, &mut is) },
        ));
        match done {
            AtOnce::No => Err(NotAtOnce),
            AtOnce::WasNot => Ok(None),
            AtOnce::Was(held) => {
                self.retire(&held);
                Ok(Some(held))
            }
        }
    }

    /// Asks the processor to fetch what a search for this hash looks at first.
    #[inline]
    pub(crate) fn prefetch(&self, hash: u64) {
        by_class!(K, V, C, L => self.table.prefetch::<L>(hash));
    }

    /// Asks the processor to fetch the boxed entry that a search for this hash will look at.
    #[inline]
    pub(crate) fn prefetch_entry(&self, hash: u64) {
        if boxed::<K, V, C>() {
            self.table.prefetch_entry::<Boxed>(hash);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        by_class!(K, V, C, L => self.table.capacity::<L>())
    }

    /// Makes room for `entries` entries in all. `hash` must give the hashes that the entries were put in with.
    ///
    /// # Errors
    /// When no address space holds so many, or the allocator refuses.
    pub(crate) fn reserve(
        &self,
        entries: usize,
        hash: &impl Fn(&K) -> u64,
    ) -> Result<(), AllocError> {
        // SAFETY: as in `find`.
        let rehash = |slot: &Candidate<'_>| unsafe { rehash_in_slot::<K, V, C>(slot, hash) };
        by_class!(K, V, C, L => self.table.reserve::<L>(entries, &rehash))
    }

    /// Looks after the buckets of an entry that was just taken out; of one in sixteen, by its hash.
    #[inline]
    pub(crate) fn after_removal(&self, hash: u64, rehash: &impl Fn(&K) -> u64) {
        if Table::looks_after(hash) {
            // SAFETY: as in `find`.
            let rehash = |slot: &Candidate<'_>| unsafe { rehash_in_slot::<K, V, C>(slot, rehash) };
            by_class!(K, V, C, L => self.table.tend_removal::<L>(hash, &rehash));
        }
    }

    /// Shrinks the buckets as far as the entries allow. `hash` must give the hashes that they were put in with.
    pub(crate) fn shrink(&self, hash: &impl Fn(&K) -> u64) {
        // SAFETY: as in `find`.
        let rehash = |slot: &Candidate<'_>| unsafe { rehash_in_slot::<K, V, C>(slot, hash) };
        by_class!(K, V, C, L => self.table.shrink::<L>(&rehash));
    }

    /// Forgets which room was asked for, below which removals do not shrink the buckets.
    pub(crate) fn ask_for_nothing(&self) {
        self.table.ask_for_nothing();
    }

    pub(crate) fn counts(&self) -> Counts {
        self.table.counts()
    }

    /// How many buckets searches look at, from a sample.
    pub(crate) fn probes(&self) -> Probes {
        by_class!(K, V, C, L => self.table.probes::<L>())
    }

    /// What left the table and was not freed yet.
    pub(crate) fn waiting(&self) -> Waiting {
        self.retired_yet().map_or(Waiting::default(), |retired| Waiting {
            entries: retired.retired_count(),
            bytes: retired.retired_bytes(),
            forgotten: retired.forgotten(),
        })
    }

    /// Where the iteration of the table begins.
    pub(crate) fn walk(&self) -> Walk<'_, K, V, C> {
        Walk {
            cursor: Cursor::new(&self.table),
            batch: Vec::new(),
            page: Vec::new(),
            next: 0,
            copied: 0,
        }
    }

    fn retired_yet(&self) -> Option<&Retired> {
        // SAFETY: published whole, once, by `retired`, and freed with this.
        unsafe { self.retired.load(Ordering::Acquire).as_ref() }
    }

    fn retired(&self) -> &Retired {
        if let Some(retired) = self.retired_yet() {
            return retired;
        }
        let made = Box::into_raw(Box::new(Retired::new(size_of::<(K, V)>(), free::<K, V>)));
        let null = core::ptr::null_mut();
        match self.retired.compare_exchange(null, made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: published just now, and freed with this.
            Ok(_) => unsafe { &*made },
            Err(theirs) => {
                // SAFETY: `made` was shown to nobody; `theirs` was published whole and is freed with this.
                unsafe {
                    drop(Box::from_raw(made));
                    &*theirs
                }
            }
        }
    }

    /// Frees an entry that has just left the table, as soon as nobody holds it.
    #[inline]
    fn retire(&self, held: &Held<'_, K, V, C>) {
        if !boxed::<K, V, C>() {
            return;
        }
        if let Some(entry) = address::<K, V>(held.words()) {
            // SAFETY: none, it is a mutation.
            mutant!("free-at-once", return unsafe { free::<K, V>(entry.as_ptr().cast()) });
            // SAFETY: no slot leads to the entry any more, since this thread took it out; readers protect it in
            // `GLOBAL` by this address, re-reading the slot in order, and borrow the table meanwhile; and
            // entries are sent between threads only if the types allow.
            unsafe { self.retired().retire(&GLOBAL, entry.cast()) };
            // SAFETY: none, it is a mutation.
            mutant!("retire-twice", unsafe { self.retired().retire(&GLOBAL, entry.cast()) });
        }
    }

    /// The value of an entry, for whoever has the table to himself.
    pub(crate) fn value_mut(&mut self, hash: u64, is: impl FnMut(&K) -> bool) -> Option<&mut V> {
        let Lookup::Hit(hit) = self.find(hash, is) else { return None };
        let value = match class::<K, V, C>() {
            Class::Pair => hit.spot.second_word::<Pair>().cast::<V>(),
            Class::Single | Class::Wide => NonNull::dangling().as_ptr(),
            // SAFETY: the entry is in the table, so it is alive.
            Class::Boxed => unsafe { &raw mut (*address::<K, V>(hit.held.words())?.as_ptr()).1 },
        };
        // SAFETY: the table is borrowed exclusively, so nobody else reads the value; an inline value lies at
        // the first bytes of an atomic's word, which may be written through a shared reference; and what has no
        // size needs no memory.
        Some(unsafe { &mut *value })
    }

    /// Every entry, for whoever has the table to himself.
    pub(crate) fn walk_mut(&mut self) -> WalkMut<'_, K, V> {
        self.table.release();
        WalkMut { buckets: self.pointers().into_iter(), marker: PhantomData }
    }

    fn pointers(&mut self) -> Vec<(NonNull<K>, NonNull<V>)> {
        let mut pointers = Vec::with_capacity(self.len());
        by_class!(K, V, C, L => for bucket in self.table.all_buckets::<L>() {
            for slot in (0..L::SLOTS).filter(|slot| L::tag_at(bucket, *slot) != 0) {
                let at = L::FIRST + slot * L::SLOT_WORDS;
                let (key, value) = if boxed::<K, V, C>() {
                    let Some(entry) = address::<K, V>(L::words(bucket, slot)) else { continue };
                    // SAFETY: the entry is in the table, so it is alive.
                    unsafe { (&raw mut (*entry.as_ptr()).0, &raw mut (*entry.as_ptr()).1) }
                } else {
                    let value = match L::SLOT_WORDS {
                        2 => bucket.slot_pointer(at + 1).cast::<V>(),
                        _ => NonNull::dangling().as_ptr(),
                    };
                    (bucket.slot_pointer(at).cast::<K>(), value)
                };
                pointers.extend(NonNull::new(key).zip(NonNull::new(value)));
            }
        });
        pointers
    }

    /// Takes all entries out.
    pub(crate) fn take_all(&mut self) -> Owned<K, V, C> {
        let mut words = Vec::with_capacity(self.len());
        by_class!(K, V, C, L => self.table.for_each_mut::<L>(|entry| words.push(entry)));
        self.table.reset();
        // SAFETY: the table, which had each entry once, has just given all of them up.
        unsafe { Owned::new(words) }
    }

    /// Moves all entries to a table with room for `capacity` of them.
    ///
    /// # Errors
    /// When no address space holds so many, or the allocator refuses: all is as it was. So it is if `hash` panics.
    pub(crate) fn rebuild(
        &mut self,
        capacity: usize,
        hash: &dyn Fn(&K) -> u64,
    ) -> Result<(), AllocError> {
        by_class!(K, V, C, L => {
            let mut words = Vec::new();
            words
                .try_reserve_exact(self.len())
                .map_err(|_| AllocError::array::<SlotWords>(self.len()))?;
            self.table.for_each_mut::<L>(|entry| words.push(entry));
            // Tables know words only, so that this one can be dropped half filled.
            let table = Table::with_capacity::<L>(capacity.max(words.len()))?;
            for words in words {
                let hash_of_words = if boxed::<K, V, C>() {
                    let Some(entry) = address::<K, V>(words) else { continue };
                    // SAFETY: the entry is in the table, which is borrowed exclusively.
                    hash(unsafe { &(*entry.as_ptr()).0 })
                } else {
                    // SAFETY: the entry is not boxed.
                    hash(unsafe { inline_key(&words) })
                };
                loop {
                    let none = |_: &Candidate<'_>| Step::<()>::No;
                    let Search::Miss(vacancy) = table.find::<L, ()>(hash_of_words, none) else {
                        continue;
                    };
                    let rehash = |slot: &Candidate<'_>| {
                        // SAFETY: the new table's entries are all in it, and leave it nowhere else.
                        unsafe { rehash_in_slot::<K, V, C>(slot, hash) }
                    };
                    match table.insert::<L>(&vacancy, hash_of_words, &mut || words, &rehash) {
                        Ok(()) => break,
                        Err(Refusal::Conflict) => {}
                        Err(Refusal::Alloc(error)) => return Err(error),
                    }
                }
            }
            table.ask_for_nothing();
            self.table = table;
        });
        Ok(())
    }

    /// Frees what has left the table and nobody holds.
    pub(crate) fn flush(&self) {
        if let Some(retired) = self.retired_yet() {
            retired.flush(&GLOBAL);
        }
    }
}

impl<K, V, C: Storage<K, V>> Drop for Entries<K, V, C> {
    fn drop(&mut self) {
        struct Lists(*mut Retired);
        impl Drop for Lists {
            fn drop(&mut self) {
                if !self.0.is_null() {
                    // SAFETY: made by `Box::into_raw` in `Entries::retired`; whoever held an entry borrowed
                    // the table, which is being dropped.
                    drop(unsafe { Box::from_raw(self.0) });
                }
            }
        }
        // Freed at the end, even if dropping an entry panics.
        let _lists = Lists(core::mem::take(&mut self.retired).into_inner());
        if boxed::<K, V, C>() {
            Boxes::<K, V, C> { table: &mut self.table, dropped: 0, marker: PhantomData }.drop_all();
        }
    }
}

/// The boxed entries of a table that is being dropped. Allocates nothing.
struct Boxes<'a, K, V, C: Storage<K, V>> {
    table: &'a mut Table,
    dropped: usize,
    marker: PhantomData<(K, V, C)>,
}

impl<K, V, C: Storage<K, V>> Boxes<'_, K, V, C> {
    fn drop_all(mut self) {
        self.drop_rest();
        core::mem::forget(self);
    }

    /// Drops the entries behind the first `dropped` ones.
    fn drop_rest(&mut self) {
        let (mut place, before, dropped) = (0, self.dropped, &mut self.dropped);
        self.table.for_each_mut::<Boxed>(|words| {
            place += 1;
            if place > before {
                *dropped = place;
                // SAFETY: the table owns its entries, each is met once in the same order every time, and those
                // that were dropped before are passed over.
                drop(unsafe { super::fresh::take::<K, V, C>(words) });
            }
        });
    }
}

impl<K, V, C: Storage<K, V>> Drop for Boxes<'_, K, V, C> {
    /// Goes on after an entry whose drop has panicked; if another one does, the program ends.
    fn drop(&mut self) {
        self.drop_rest();
    }
}

impl<'t, K, V, C: Storage<K, V>> Hit<'t, K, V, C> {
    #[inline]
    pub(crate) fn held(&self) -> &Held<'t, K, V, C> {
        &self.held
    }

    #[inline]
    pub(crate) fn into_held(self) -> Held<'t, K, V, C> {
        self.held
    }

    /// Puts another entry in this one's place, and gives this one out; or gives back both if the bucket changed.
    #[inline]
    #[expect(clippy::type_complexity, reason = "what goes in comes out")]
    pub(crate) fn replace(
        self,
        fresh: Fresh<K, V, C>,
    ) -> Result<Held<'t, K, V, C>, (Fresh<K, V, C>, Held<'t, K, V, C>)> {
        let Self { entries, spot, held } = self;
        if by_class!(K, V, C, L => entries.table.replace::<L>(&spot, fresh.words())).is_err() {
            return Err((fresh, held));
        }
        mutant!("drop-what-went-in", drop(fresh), _ = fresh.release());
        entries.retire(&held);
        Ok(held)
    }

    /// Like [`Hit::replace`], and holds the new entry too: the old one comes first.
    #[expect(clippy::type_complexity, reason = "what goes in comes out")]
    pub(crate) fn replace_held(
        self,
        fresh: Fresh<K, V, C>,
    ) -> Result<(Held<'t, K, V, C>, Held<'t, K, V, C>), (Fresh<K, V, C>, Held<'t, K, V, C>)> {
        // SAFETY: the entry is this thread's until it is put in, and the hold is dropped if it is not.
        let held = unsafe { Held::of_own(fresh.words()) };
        self.replace(fresh).map(|old| (old, held))
    }

    /// Takes the entry out, or gives it back if its bucket has changed.
    #[inline]
    pub(crate) fn remove(self) -> Result<Held<'t, K, V, C>, Held<'t, K, V, C>> {
        let Self { entries, spot, held } = self;
        match by_class!(K, V, C, L => entries.table.remove::<L>(&spot)) {
            Ok(()) => {
                entries.retire(&held);
                Ok(held)
            }
            Err(_) => {
                mutant!("retire-on-conflict", entries.retire(&held));
                Err(held)
            }
        }
    }
}

impl<'t, K, V, C: Storage<K, V>> Gap<'t, K, V, C> {
    /// Puts an entry in. `rehash` must be what gave the hash of the search.
    #[inline]
    pub(crate) fn insert(
        self,
        fresh: Fresh<K, V, C>,
        rehash: &impl Fn(&K) -> u64,
    ) -> Result<(), Refused<K, V, C>> {
        let Self { entries, vacancy, hash } = self;
        let words = fresh.words();
        // The entry is the table's from when it goes in: growth calls the hasher before or after that, and it may panic.
        let mut fresh = Some(fresh);
        let mut go_in = || {
            if let Some(fresh) = fresh.take() {
                _ = fresh.release();
            }
            words
        };
        // SAFETY: as in `find`.
        let rehash = |slot: &Candidate<'_>| unsafe { rehash_in_slot::<K, V, C>(slot, rehash) };
        let error = match by_class!(K, V, C, L => entries.table.insert::<L>(&vacancy, hash, &mut go_in, &rehash))
        {
            Ok(()) => return Ok(()),
            Err(Refusal::Conflict) => None,
            Err(Refusal::Alloc(error)) => Some(error),
        };
        match fresh {
            Some(fresh) => Err(Refused { fresh, error }),
            // What went in was not refused.
            None => Ok(()),
        }
    }

    /// Puts an entry in and holds it.
    pub(crate) fn insert_held(
        self,
        fresh: Fresh<K, V, C>,
        rehash: &impl Fn(&K) -> u64,
    ) -> Result<Held<'t, K, V, C>, Refused<K, V, C>> {
        // SAFETY: the entry is this thread's until it is put in, and the hold is dropped if it is not.
        let held = unsafe { Held::of_own(fresh.words()) };
        self.insert(fresh, rehash).map(|()| held)
    }
}

/// An iteration that has come some way.
pub(crate) struct Walk<'t, K, V, C: Storage<K, V>> {
    cursor: Cursor<'t>,
    /// Entries of the home that was looked at last.
    batch: Vec<Held<'t, K, V, C>>,
    /// The words of the page that was copied last, if entries are inline; which of them come next, and how many there are.
    page: Vec<SlotWords>,
    next: usize,
    copied: usize,
}

impl<'t, K, V, C: Storage<K, V>> Walk<'t, K, V, C> {
    /// The next entry. `rehash` must give the hashes that the entries were put in with.
    #[inline]
    pub(crate) fn next(&mut self, rehash: &dyn Fn(&K) -> u64) -> Option<Held<'t, K, V, C>> {
        loop {
            if !boxed::<K, V, C>() && self.next < self.copied {
                // SAFETY: no more are copied than there are.
                let words = unsafe { *self.page.get_unchecked(self.next) };
                self.next += 1;
                // SAFETY: the class is not boxed, and the words were copied under the bucket's version.
                return Some(unsafe { Held::inline(words) });
            }
            if let Some(held) = self.batch.pop() {
                return Some(held);
            }
            if !self.go_on(rehash) {
                return None;
            }
        }
    }

    /// What `f` makes of all entries that are left. See [`Walk::next`].
    #[inline]
    pub(crate) fn fold<B>(
        mut self,
        rehash: &dyn Fn(&K) -> u64,
        mut made: B,
        mut f: impl FnMut(B, Held<'t, K, V, C>) -> B,
    ) -> B {
        loop {
            if !boxed::<K, V, C>() {
                for words in self.page.get(self.next..self.copied).unwrap_or_default() {
                    // SAFETY: as in `next`.
                    made = f(made, unsafe { Held::inline(*words) });
                }
                self.next = self.copied;
            }
            while let Some(held) = self.batch.pop() {
                made = f(made, held);
            }
            if !self.go_on(rehash) {
                return made;
            }
        }
    }

    /// Gets the next entries. False at the end.
    #[inline(never)]
    fn go_on(&mut self, rehash: &dyn Fn(&K) -> u64) -> bool {
        if !boxed::<K, V, C>() {
            (self.next, self.copied) = (0, 0);
            if let Some(copied) =
                by_class!(K, V, C, L => self.cursor.copy_page::<L>(&mut self.page))
            {
                self.copied = copied;
                return true;
            }
        }
        // SAFETY: as in `find`.
        let rehash = |slot: &Candidate<'_>| unsafe { rehash_in_slot::<K, V, C>(slot, rehash) };
        let mut held = 0;
        by_class!(K, V, C, L => self.cursor.next_home::<L, _>(
            &rehash,
            &mut self.batch,
            |candidate| {
                held += 1;
                // SAFETY: the cursor is of the table of `Entries<K, V, C>`, borrowed for `'t`.
                unsafe { Held::nth(candidate, held) }
            },
        ))
    }
}

/// An iteration by whoever has the table to himself.
pub(crate) struct WalkMut<'t, K, V> {
    buckets: alloc::vec::IntoIter<(NonNull<K>, NonNull<V>)>,
    marker: PhantomData<&'t mut Entries<K, V, ByType>>,
}

// SAFETY: this is a list of `(&K, &mut V)`.
unsafe impl<K: Sync, V: Send> Send for WalkMut<'_, K, V> {}
// SAFETY: what is shared of it is its length.
unsafe impl<K: Sync, V: Sync> Sync for WalkMut<'_, K, V> {}

impl<'t, K, V> Iterator for WalkMut<'t, K, V> {
    type Item = (&'t K, &'t mut V);

    fn next(&mut self) -> Option<Self::Item> {
        // SAFETY: the table is borrowed exclusively for `'t`, each entry is in the list once, and inline ones
        // lie in atomics, which may be written through what is shared.
        self.buckets.next().map(|(key, value)| unsafe { (key.as_ref(), &mut *value.as_ptr()) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.buckets.size_hint()
    }
}
