//! The table: searching, and the three changes a search prepares.

use super::bucket::{Bucket, Locked, MOST_REACH, State};
use super::counter::Counter;
use super::directory::{Directory, PageEntry};
use super::header::{Grown, Header, MAX_PAGES, PAGE_BITS, Shape};
use super::layout::{Layout, SlotWords};
use super::overflow::Overflow;
use super::page;
use super::stretch::Room;
use crate::error::AllocError;
use crate::sync::{AtomicPtr, AtomicU64, Ordering, spin};
use alloc::boxed::Box;

/// Buckets, their directory, and what they count.
///
/// The table knows words only; which layout they have is told to every call, and must be the same one for
/// the table's whole life.
pub(crate) struct Table {
    directory: AtomicPtr<Directory>,
    shared: AtomicPtr<Shared>,
}

/// What a table needs beside its directory as soon as it has an entry.
pub(super) struct Shared {
    pub(super) count: Counter,
    pub(super) overflow: Overflow,
    /// Entries in the overflow list.
    pub(super) overflowed: AtomicU64,
    /// Whether somebody is changing the directory.
    pub(super) splitting: AtomicU64,
    /// Headers, directories and pages that are no longer used but may still be read.
    pub(super) graveyard: AtomicPtr<Grave>,
    pub(super) families: AtomicU64,
    /// What growth has done in families that are dead.
    pub(super) past: Grown,
    pub(super) splits: AtomicU64,
}

/// Something that may still be read and is freed with the table.
pub(super) struct Grave {
    pub(super) what: Dead,
    pub(super) next: *mut Grave,
}

impl Grave {
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn dig() -> Result<Box<Self>, AllocError> {
        page::boxed(Self { what: Dead::Nothing, next: core::ptr::null_mut() })
    }
}

pub(super) enum Dead {
    Nothing,
    Header(*mut Header),
    Directory(*mut Directory),
    Page(*mut Bucket, u32),
}

/// A slot that a search looks at: its words are one entry's, whole and as they were at one moment.
pub(crate) struct Candidate<'t> {
    pub(crate) words: SlotWords,
    bucket: &'t Bucket,
    first: usize,
}

impl<'t> Candidate<'t> {
    pub(super) fn new<L: Layout>(bucket: &'t Bucket, slot: usize, words: SlotWords) -> Self {
        Self { words, bucket, first: L::FIRST + slot * L::SLOT_WORDS }
    }

    /// Asks the processor to fetch what the slot's first word is the address of.
    #[inline(always)]
    pub(crate) fn prefetch_entry(&self) {
        self.bucket.prefetch_from(self.first);
    }

    /// Whether the slot's first word is still the same, in the one order of sequentially consistent
    /// operations. If so, what the word points to was not unlinked before this call.
    #[inline]
    pub(crate) fn still_there(&self) -> bool {
        self.bucket.word_in_order(self.first) == self.words[0]
    }
}

/// What a search makes of a candidate.
pub(crate) enum Step<T> {
    /// Another key.
    No,
    /// The slot changed meanwhile: look again.
    Again,
    /// The key that is searched for.
    Yes(T),
}

/// Where a search ended.
pub(crate) enum Search<'t, T> {
    Hit(Spot<'t>, T),
    Miss(Vacancy<'t>),
}

/// Where an entry was found, and the state its bucket was in.
pub(crate) struct Spot<'t> {
    bucket: &'t Bucket,
    state: State,
    slot: usize,
    /// Its home by the shape its family had; none if the entry was found there, by the readers' way.
    home: Option<Home<'t>>,
}

#[cfg(not(loom))]
impl Spot<'_> {
    /// Where the entry's second word lies, for whoever has the table to himself.
    pub(crate) fn second_word<L: Layout>(&self) -> *mut u64 {
        self.bucket.pointer(L::FIRST + self.slot * L::SLOT_WORDS + 1)
    }
}

/// Where an absent entry would be at home, and the state that bucket was in; none in a table without buckets.
pub(crate) struct Vacancy<'t> {
    place: Option<(&'t Bucket, State)>,
    /// The home by the shape its family had; none if it was found by the readers' way, which growing families bar.
    home: Option<Home<'t>>,
}

impl<'t> Vacancy<'t> {
    fn at(home: Home<'t>, state: State) -> Self {
        Self { place: Some((home.bucket, state)), home: Some(home) }
    }
}

/// The readers' way to a bucket: by the list of pages, without asking the family.
struct Way<'t> {
    directory: &'t Directory,
    page: PageEntry<'t>,
    bucket: &'t Bucket,
    /// The state that the bucket was in, in which nobody was storing words.
    state: State,
}

/// The home of a hash, by the shape its family had.
#[derive(Clone, Copy)]
pub(super) struct Home<'t> {
    pub(super) header: &'t Header,
    pub(super) shape: Shape,
    pub(super) bucket: &'t Bucket,
    /// The first bucket of its page: a reference to one bucket gives no right to the others.
    first: *const Bucket,
}

impl<'t> Home<'t> {
    /// Which bucket of its page it is.
    #[inline]
    pub(super) fn index(&self) -> usize {
        (core::ptr::from_ref(self.bucket).addr() - self.first.addr()) / size_of::<Bucket>()
    }

    /// The page that the bucket lies in.
    #[inline]
    pub(super) fn page(&self) -> &'t [Bucket] {
        // SAFETY: the page has this many buckets, and lives as long as its family.
        unsafe { core::slice::from_raw_parts(self.first, 1 << self.shape.page_bits()) }
    }

    /// The bucket of the same page whose number differs from this one's in the bits of `distance`.
    #[inline]
    pub(super) fn neighbour(&self, distance: usize) -> &'t Bucket {
        let page = self.page();
        // SAFETY: a page's length is a power of two, and the mask is one less.
        unsafe { page.get_unchecked((self.index() ^ distance) & (page.len() - 1)) }
    }
}

/// Something a search saw has changed since: search again.
#[derive(Debug)]
pub(crate) struct Conflict;

/// Why an entry was not put in.
#[derive(Debug)]
pub(crate) enum Refusal {
    Conflict,
    Alloc(AllocError),
}

/// Whether an entry found room away from its home.
enum Displaced {
    /// In the bucket this far away.
    By(usize),
    /// Other threads were at the buckets that had room.
    Busy,
    /// The page is full.
    Full,
}

/// What became of a change that was tried on the readers' way, without a search that could be acted on later.
pub(crate) enum AtOnce<T> {
    /// Done; what the slot held before.
    Was(T),
    /// Done; there was no entry.
    WasNot,
    /// Nothing was done: search, and act on what is found.
    No,
}

enum Scan<T> {
    Nothing,
    Changed,
    Found(usize, T),
}

impl Table {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self {
            directory: AtomicPtr::new(Directory::none()),
            shared: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    /// An empty table; loom's atomics cannot be made in constants.
    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self {
            directory: AtomicPtr::new(Directory::none()),
            shared: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    /// The table's shared part; none before the first entry.
    #[inline]
    pub(super) fn shared(&self) -> Option<&Shared> {
        // SAFETY: it is published whole, once, and freed only with the table.
        unsafe { self.shared.load(Ordering::Acquire).as_ref() }
    }

    /// The directory that searches begin with.
    #[inline]
    pub(super) fn current(&self) -> &Directory {
        // SAFETY: there always is one; directories are published whole and freed only with the table.
        unsafe { &*self.directory.load(Ordering::Acquire) }
    }

    /// The directory; none before the first entry.
    #[inline]
    pub(super) fn directory(&self) -> Option<&Directory> {
        Some(self.current()).filter(|directory| !directory.is_none())
    }

    pub(super) fn replace_directory(&self, directory: *mut Directory) -> *mut Directory {
        self.directory.swap(directory, Ordering::AcqRel)
    }

    /// Where a position is at home just now; none in a table that never had an entry.
    #[inline]
    pub(super) fn home(&self, position: u64) -> Option<Home<'_>> {
        let home = self.home_at_once(position);
        if home.shape.is_dead() { self.home_anew(position) } else { Some(home) }
    }

    /// Where a position is at home by the family that is found first, which may be dead.
    #[inline]
    pub(super) fn home_at_once(&self, position: u64) -> Home<'_> {
        // SAFETY: directories name headers that live as long as the table.
        let header = unsafe { &*self.current().family(position) };
        let shape = header.shape();
        Self::bucket_of(header, shape, shape.home(position))
    }

    #[cold]
    fn home_anew(&self, position: u64) -> Option<Home<'_>> {
        let mut turn = 0;
        loop {
            self.directory()?;
            let home = self.home_at_once(position);
            if !home.shape.is_dead() {
                return Some(home);
            }
            spin(&mut turn);
        }
    }

    /// Bucket `home` of a family.
    #[inline]
    pub(super) fn bucket_of(header: &Header, shape: Shape, home: usize) -> Home<'_> {
        let page = header.page(home >> PAGE_BITS);
        // SAFETY: a shape is published after the pages that its mapping leads to, each of `1 << Shape::page_bits` buckets;
        // whoever asks for a bucket that it does not lead to has seen to it that the page is there; and pages that
        // shapes lead to are freed only with the table.
        let bucket = unsafe { &*page.add(home & ((1 << PAGE_BITS) - 1)) };
        Home { header, shape, bucket, first: page }
    }

    /// Bucket `index` of a family; none if growth has not come to its page yet.
    pub(super) fn bucket_if_any(header: &Header, shape: Shape, index: usize) -> Option<&Bucket> {
        let page = header.page_if_any(index >> PAGE_BITS);
        (!page.is_null()).then(|| Self::bucket_of(header, shape, index).bucket)
    }

    /// The readers' way to where a hash is at home; none if its family has to be asked, or words are being stored.
    #[inline(always)]
    fn way<L: Layout>(&self, hash: u64) -> Option<Way<'_>> {
        let directory = self.current();
        let page = directory.page(L::position(hash));
        if page.asks() {
            return None;
        }
        // SAFETY: the entry does not ask, and is of this table.
        let bucket = unsafe { page.bucket(L::position(hash)) };
        bucket.prefetch_rest();
        delicate!();
        let state = bucket.state();
        (!state.is_odd()).then_some(Way { directory, page, bucket, state })
    }

    /// Whether a bucket that had no such entry was the hash's home all the time, and did not change.
    ///
    /// The bucket is looked at last. A family may have shrunk and grown again meanwhile, so that the page is back where
    /// it was; but whatever then came back to the bucket has given it a new version before.
    #[inline(always)]
    fn is_miss(&self, way: &Way<'_>) -> bool {
        way.page.is_unchanged()
            && core::ptr::eq(self.current(), way.directory)
            && way.bucket.unchanged(way.state)
    }

    /// Searches for an entry of `hash` that `probe` recognises, for whoever will change it or put it in.
    ///
    /// `probe` is called for slots whose tag fits, without any lock, and may be called again for the same
    /// slot.
    #[inline(always)]
    pub(crate) fn find<L: Layout, T>(
        &self,
        hash: u64,
        mut probe: impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Search<'_, T> {
        if let Some(way) = self.way::<L>(hash) {
            let (bucket, state, tag) = (way.bucket, way.state, L::tag(hash));
            match Self::scan::<L, T>(bucket, state, tag, &mut probe) {
                Scan::Found(slot, found) => {
                    return Search::Hit(Spot { bucket, state, slot, home: None }, found);
                }
                Scan::Nothing if state.has_all(tag) => {
                    if self.is_miss(&way) {
                        let place = Some((bucket, state));
                        return Search::Miss(Vacancy { place, home: None });
                    }
                }
                Scan::Nothing | Scan::Changed => {}
            }
        }
        self.find_patiently::<L, T>(hash, probe)
    }

    /// [`Table::find`] for what is not where it is looked for first, or changes meanwhile.
    #[inline(never)]
    fn find_patiently<L: Layout, T>(
        &self,
        hash: u64,
        mut probe: impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Search<'_, T> {
        let (tag, position) = (L::tag(hash), L::position(hash));
        let mut turn = 0;
        loop {
            let Some(home) = self.home(position) else {
                return Search::Miss(Vacancy { place: None, home: None });
            };
            delicate!();
            let state = home.bucket.state();
            if !state.is_odd() {
                match Self::scan::<L, T>(home.bucket, state, tag, &mut probe) {
                    Scan::Found(slot, found) => {
                        let bucket = home.bucket;
                        let spot = Spot { bucket, state, slot, home: Some(home) };
                        return Search::Hit(spot, found);
                    }
                    Scan::Nothing => {
                        let ended = self.find_displaced::<L, T>(home, state, tag, &mut probe);
                        if let Some(ended) = ended {
                            return ended;
                        }
                    }
                    Scan::Changed => {}
                }
            }
            spin(&mut turn);
        }
    }

    /// Like [`Table::find`], for whoever changes nothing, if that takes no more than a look at the home of the hash: what
    /// is left is [`Table::look_near`]'s.
    #[inline(always)]
    pub(crate) fn look_at_once<L: Layout, T>(
        &self,
        hash: u64,
        mut probe: impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> AtOnce<T> {
        let Some(way) = self.way::<L>(hash) else { return AtOnce::No };
        let tag = L::tag(hash);
        match Self::scan_at_once::<L, T>(way.bucket, way.state, tag, &mut probe) {
            // Wherever the hash is at home by now: an entry that is in a bucket is in the table.
            Scan::Found(_, found) => AtOnce::Was(found),
            Scan::Nothing if way.state.has_all(tag) && self.is_miss(&way) => AtOnce::WasNot,
            Scan::Nothing | Scan::Changed => AtOnce::No,
        }
    }

    /// Like [`Table::find`], for whoever changes nothing, and an entry that may have been displaced from its home. Begins
    /// anew, so that whoever finds it at home has nothing to remember.
    #[cold]
    #[inline(never)]
    pub(crate) fn look_near<L: Layout, T>(
        &self,
        hash: u64,
        mut probe: impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Option<T> {
        let Some(way) = self.way::<L>(hash) else {
            return self.look_patiently::<L, T>(hash, probe);
        };
        let tag = L::tag(hash);
        match Self::scan::<L, T>(way.bucket, way.state, tag, &mut probe) {
            Scan::Found(_, found) => return Some(found),
            Scan::Changed => return self.look_patiently::<L, T>(hash, probe),
            Scan::Nothing => {}
        }
        let reach = if way.state.has_displaced(tag) { way.state.reach() } else { 0 };
        for distance in 1..=mutant!("search-home-only", 0, reach) {
            // SAFETY: the entry does not ask, and is of this table.
            let bucket = unsafe { way.page.neighbour(way.bucket, distance) };
            if let Some((_, _, found)) = Self::find_in::<L, T>(bucket, tag, &mut probe) {
                return Some(found);
            }
        }
        if !way.state.overflowed() && self.is_miss(&way) {
            return None;
        }
        self.look_patiently::<L, T>(hash, probe)
    }

    #[inline(never)]
    fn look_patiently<L: Layout, T>(
        &self,
        hash: u64,
        probe: impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Option<T> {
        match self.find_patiently::<L, T>(hash, probe) {
            Search::Hit(_, found) => Some(found),
            Search::Miss(_) => None,
        }
    }

    /// Goes on with a search at the buckets that entries of this home may have been displaced to.
    #[inline]
    fn find_displaced<'t, L: Layout, T>(
        &'t self,
        home: Home<'t>,
        state: State,
        tag: u64,
        probe: &mut impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Option<Search<'t, T>> {
        let reach = if state.has_displaced(tag) { state.reach() } else { 0 };
        for distance in 1..=mutant!("search-home-only", 0, reach) {
            let bucket = home.neighbour(distance);
            if let Some((seen, slot, found)) = Self::find_in::<L, T>(bucket, tag, probe) {
                let spot = Spot { bucket, state: seen, slot, home: Some(home) };
                return Some(Search::Hit(spot, found));
            }
        }
        if state.overflowed() {
            let nodes = self.shared().into_iter().flat_map(|shared| shared.overflow.nodes());
            for bucket in nodes.map(|node| &node.bucket) {
                if let Some((seen, slot, found)) = Self::find_in::<L, T>(bucket, tag, probe) {
                    let spot = Spot { bucket, state: seen, slot, home: Some(home) };
                    return Some(Search::Hit(spot, found));
                }
            }
        }
        (home.bucket.unchanged(state) && home.header.unchanged(home.shape))
            .then_some(Search::Miss(Vacancy::at(home, state)))
    }

    /// Searches a bucket that is not the home of the hash.
    ///
    /// While the home's version stays, no entry of it comes or goes, so that its tag is seen if it is there.
    #[inline]
    fn find_in<L: Layout, T>(
        bucket: &Bucket,
        tag: u64,
        probe: &mut impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Option<(State, usize, T)> {
        while !L::matching(bucket, tag).is_empty() {
            let seen = bucket.settled();
            match Self::scan::<L, T>(bucket, seen, tag, probe) {
                Scan::Nothing => return None,
                Scan::Changed => {}
                Scan::Found(slot, found) => return Some((seen, slot, found)),
            }
        }
        None
    }

    /// [`Table::scan`] for whoever has another way to go: where slots are pointers, with so many bits of the hash, the
    /// first that fits is taken for the only one, so that nothing has to be remembered while it is looked at.
    #[inline(always)]
    fn scan_at_once<L: Layout, T>(
        bucket: &Bucket,
        state: State,
        tag: u64,
        probe: &mut impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Scan<T> {
        if !L::POINTS {
            return Self::scan::<L, T>(bucket, state, tag, probe);
        }
        let matches = L::matching(bucket, tag);
        if matches.is_empty() {
            return Scan::Nothing;
        }
        let (slot, words) = (matches.first(), L::words_of_first(bucket, matches));
        match probe(&Candidate::new::<L>(bucket, slot, words)) {
            Step::Yes(found) => Scan::Found(slot, found),
            Step::Again | Step::No => Scan::Changed,
        }
    }

    #[inline(always)]
    fn scan<L: Layout, T>(
        bucket: &Bucket,
        state: State,
        tag: u64,
        probe: &mut impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Scan<T> {
        let mut matches = L::matching(bucket, tag);
        while !matches.is_empty() {
            let slot = matches.first();
            let words = L::words_of_first(bucket, matches);
            // Who looks at what a pointer leads to looks at the slot again first, which says all about a single word.
            if !L::POINTS && mutant!("hit-unvalidated", false, !bucket.unchanged(state)) {
                return Scan::Changed;
            }
            match probe(&Candidate::new::<L>(bucket, slot, words)) {
                Step::Yes(found) => return Scan::Found(slot, found),
                Step::Again => return Scan::Changed,
                Step::No => matches = matches.rest(),
            }
        }
        Scan::Nothing
    }

    /// Puts an entry in or in the place of the one that `probe` recognises, if that is at home or nowhere, and nobody is
    /// at its bucket. `words` makes the new entry's words of what was there, with nothing locked.
    ///
    /// This is [`Table::find`] with [`Table::replace`] or [`Table::insert`] in one, for a processor that does not have to
    /// carry what was found from one to the other.
    #[inline(always)]
    pub(crate) fn put_at_once<L: Layout, T>(
        &self,
        hash: u64,
        mut probe: impl FnMut(&Candidate<'_>) -> Step<T>,
        words: impl FnOnce(Option<&T>) -> SlotWords,
    ) -> AtOnce<T> {
        let Some(way) = self.way::<L>(hash) else { return AtOnce::No };
        let (bucket, state, tag) = (way.bucket, way.state, L::tag(hash));
        match Self::scan_at_once::<L, T>(bucket, state, tag, &mut probe) {
            Scan::Found(slot, found) => {
                let words = words(Some(&found));
                delicate!();
                let from = mutant!("replace-any-version", bucket.settled(), state);
                let Some(mut locked) = bucket.open_from(from) else { return AtOnce::No };
                L::overwrite(&mut locked, slot, words);
                AtOnce::Was(found)
            }
            Scan::Nothing if state.has_all(tag) => {
                let empty = L::empty(bucket);
                if empty.is_empty() || !self.is_miss(&way) {
                    return AtOnce::No;
                }
                let words = words(None);
                delicate!();
                let from = mutant!("insert-any-version", bucket.settled(), state);
                let Some(mut locked) = bucket.open_from(from) else { return AtOnce::No };
                L::put(&mut locked, empty.first(), tag, words);
                drop(locked);
                self.count(1);
                AtOnce::WasNot
            }
            Scan::Nothing | Scan::Changed => AtOnce::No,
        }
    }

    /// Takes the entry out that `probe` recognises, if it is at home or nowhere, and nobody is at its bucket.
    #[inline(always)]
    pub(crate) fn take_at_once<L: Layout, T>(
        &self,
        hash: u64,
        mut probe: impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> AtOnce<T> {
        let Some(way) = self.way::<L>(hash) else { return AtOnce::No };
        let (bucket, state, tag) = (way.bucket, way.state, L::tag(hash));
        match Self::scan_at_once::<L, T>(bucket, state, tag, &mut probe) {
            Scan::Found(slot, found) if !state.is_foreign(slot) => {
                delicate!();
                let from = mutant!("remove-any-version", bucket.settled(), state);
                let Some(mut locked) = bucket.open_from(from) else { return AtOnce::No };
                L::take(&mut locked, slot);
                drop(locked);
                self.count(-1);
                AtOnce::Was(found)
            }
            Scan::Nothing if state.has_all(tag) && self.is_miss(&way) => AtOnce::WasNot,
            _ => AtOnce::No,
        }
    }

    #[inline(always)]
    fn count(&self, change: i64) {
        if let Some(shared) = self.shared() {
            shared.count.add(change);
        }
    }

    /// Puts other words in the place of an entry that a search found.
    #[inline]
    pub(crate) fn replace<L: Layout>(
        &self,
        spot: &Spot<'_>,
        words: SlotWords,
    ) -> Result<(), Conflict> {
        let from = mutant!("replace-any-version", spot.bucket.settled(), spot.state);
        let mut locked = spot.bucket.open_from(from).ok_or(Conflict)?;
        L::overwrite(&mut locked, spot.slot, words);
        Ok(())
    }

    /// Takes an entry out that a search found.
    #[inline]
    pub(crate) fn remove<L: Layout>(&self, spot: &Spot<'_>) -> Result<(), Conflict> {
        if spot.state.is_foreign(spot.slot) {
            self.remove_displaced::<L>(spot)?;
        } else {
            let from = mutant!("remove-any-version", spot.bucket.settled(), spot.state);
            let mut locked = spot.bucket.open_from(from).ok_or(Conflict)?;
            L::take(&mut locked, spot.slot);
        }
        self.count(-1);
        Ok(())
    }

    /// Takes an entry out that lies away from its home, which has to know.
    #[cold]
    fn remove_displaced<L: Layout>(&self, spot: &Spot<'_>) -> Result<(), Conflict> {
        // If the search took the bucket for the entry's home, the shape has changed since.
        let home =
            spot.home.filter(|home| !core::ptr::eq(home.bucket, spot.bucket)).ok_or(Conflict)?;
        let mut at_home = home.bucket.try_lock().ok_or(Conflict)?;
        // With its home locked, growth cannot give the entry another one.
        if !home.header.unchanged(home.shape) {
            return Err(Conflict);
        }
        let mut locked = spot.bucket.lock_from(spot.state).ok_or(Conflict)?;
        L::take(&mut locked, spot.slot);
        let state = locked.state().with_foreign(spot.slot, false);
        locked.set_state(state);
        let state = at_home.state().without_displaced();
        at_home.set_state(state);
        Ok(())
    }

    /// Puts an entry in where a search found none.
    ///
    /// `words` gives the entry's words, and is called once, when it goes in; `rehash` gives the hash of an entry that is in
    /// already: growth calls it, without any bucket locked, and it may panic before or after the entry went in.
    ///
    /// # Errors
    /// A conflict asks for another search. When the allocator refuses, the table is as it was.
    #[inline]
    pub(crate) fn insert<L: Layout>(
        &self,
        vacancy: &Vacancy<'_>,
        hash: u64,
        words: &mut impl FnMut() -> SlotWords,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<(), Refusal> {
        let Some((bucket, seen)) = vacancy.place else {
            self.begin().map_err(Refusal::Alloc)?;
            return Err(Refusal::Conflict);
        };
        let empty = L::empty(bucket);
        if empty.is_empty() {
            return self.insert_elsewhere::<L>(vacancy, hash, words, rehash);
        }
        let from = mutant!("insert-any-version", bucket.settled(), seen);
        let mut locked = bucket.open_from(from).ok_or(Refusal::Conflict)?;
        let slot =
            mutant!("insert-any-version", L::empty(bucket).first() % L::SLOTS, empty.first());
        L::put(&mut locked, slot, L::tag(hash), words());
        drop(locked);
        self.count(1);
        if let Some(home) = vacancy.home.filter(|home| home.shape.is_growing()) {
            self.tend::<L>(&home, 0, rehash);
        }
        Ok(())
    }

    /// Puts an entry in whose home is full.
    #[cold]
    #[inline(never)]
    fn insert_elsewhere<L: Layout>(
        &self,
        vacancy: &Vacancy<'_>,
        hash: u64,
        words: &mut impl FnMut() -> SlotWords,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<(), Refusal> {
        let Some((bucket, seen)) = vacancy.place else { return Err(Refusal::Conflict) };
        let home = vacancy.home.or_else(|| self.home(L::position(hash)));
        // The bucket still is the home if it can be locked as it was seen: growth would have changed it.
        let home =
            home.filter(|home| core::ptr::eq(home.bucket, bucket)).ok_or(Refusal::Conflict)?;
        let from = mutant!("insert-any-version", bucket.settled(), seen);
        let mut locked = bucket.lock_from(from).ok_or(Refusal::Conflict)?;
        match self.displace::<L>(&home, &mut locked, hash, words) {
            Displaced::By(distance) => {
                drop(locked);
                self.count(1);
                let signal = super::stretch::SIGNAL.min(1 << (home.shape.page_bits() - 1));
                if home.shape.is_growing() || distance >= signal {
                    self.tend::<L>(&home, distance, rehash);
                }
                Ok(())
            }
            Displaced::Busy => Err(Refusal::Conflict),
            Displaced::Full => {
                drop(locked);
                self.insert_when_full::<L>(&home, seen, hash, words, rehash)
            }
        }
    }

    /// Puts an entry into another bucket of its home's page.
    #[cold]
    fn displace<L: Layout>(
        &self,
        home: &Home<'_>,
        at_home: &mut Locked<'_>,
        hash: u64,
        words: &mut impl FnMut() -> SlotWords,
    ) -> Displaced {
        let mut busy = false;
        for distance in 1..home.page().len().min(MOST_REACH + 1) {
            let bucket = home.neighbour(distance);
            if L::empty(bucket).is_empty() {
                continue;
            }
            let Some(mut locked) = bucket.try_lock() else {
                busy = true;
                continue;
            };
            let empty = L::empty(bucket);
            if empty.is_empty() {
                continue;
            }
            let slot = empty.first();
            L::put(&mut locked, slot, L::tag(hash), words());
            let state = locked.state().with_foreign(slot, true);
            locked.set_state(state);
            // From the moment that the home is unlocked, searches look as far as this.
            let state = at_home.state().with_displaced(distance, L::tag(hash));
            at_home.set_state(mutant!("displace-silently", at_home.state(), state));
            return Displaced::By(distance);
        }
        if busy { Displaced::Busy } else { Displaced::Full }
    }

    /// Makes room in a full page, or uses the overflow list where growth would not help.
    #[cold]
    fn insert_when_full<L: Layout>(
        &self,
        home: &Home<'_>,
        seen: State,
        hash: u64,
        words: &mut impl FnMut() -> SlotWords,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<(), Refusal> {
        let Some(shared) = self.shared() else { return Err(Refusal::Conflict) };
        match self.make_room::<L>(home, rehash) {
            Ok(Room::Made) => return Err(Refusal::Conflict),
            Ok(Room::None) => {}
            Err(error) => return Err(Refusal::Alloc(error)),
        }
        let mut locked = home.bucket.lock_from(seen).ok_or(Refusal::Conflict)?;
        let mut fresh = None;
        let mut nodes = shared.overflow.nodes();
        loop {
            let bucket = match nodes.next() {
                Some(node) => &node.bucket,
                None if fresh.is_some() => return Err(Refusal::Conflict),
                None => &fresh.insert(shared.overflow.grow().map_err(Refusal::Alloc)?).bucket,
            };
            let Some(mut other) = bucket.try_lock() else { continue };
            let empty = L::empty(bucket);
            if empty.is_empty() {
                continue;
            }
            L::put(&mut other, empty.first(), L::tag(hash), words());
            let state = locked.state().with_overflowed();
            locked.set_state(state);
            drop((other, locked));
            shared.count.add(1);
            shared.overflowed.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
    }

    /// Gives the table its first bucket, unless another thread just did.
    #[cold]
    fn begin(&self) -> Result<(), AllocError> {
        self.begin_with(0, 1)
    }

    /// Gives an empty table `1 << depth` families of `1 << bits` buckets.
    pub(super) fn begin_with(&self, depth: u32, bits: u32) -> Result<(), AllocError> {
        if self.shared().is_none() {
            let shared = Box::into_raw(page::boxed(Shared::new())?);
            let null = core::ptr::null_mut();
            if self
                .shared
                .compare_exchange(null, shared, Ordering::AcqRel, Ordering::Acquire)
                .is_err()
            {
                // SAFETY: it was not published, so it is still this thread's alone.
                drop(unsafe { Box::from_raw(shared) });
            }
        }
        let directory = Self::families(depth, bits)?;
        let none = self.directory.load(Ordering::Acquire);
        // SAFETY: as in `current`.
        if !unsafe { &*none }.is_none()
            || self
                .directory
                .compare_exchange(none, directory, Ordering::AcqRel, Ordering::Acquire)
                .is_err()
        {
            // SAFETY: it was not published, so it and all it names are still this thread's alone.
            unsafe { Self::free_directory(directory) };
        } else if let Some(shared) = self.shared() {
            shared.families.fetch_add(1 << depth, Ordering::Relaxed);
        }
        Ok(())
    }

    fn families(depth: u32, bits: u32) -> Result<*mut Directory, AllocError> {
        let directory = Box::into_raw(page::boxed(Directory::with_depth(depth)?)?);
        // SAFETY: just made, and this thread's alone.
        let families = unsafe { &*directory };
        for index in 0..1u64 << depth {
            let prefix = if depth == 0 { 0 } else { index << (64 - depth) };
            match Self::family(Shape::new(depth, bits), prefix) {
                Ok(header) => {
                    families.set(prefix, depth, header);
                    // SAFETY: just made.
                    families.set_pages(unsafe { &*header });
                }
                Err(error) => {
                    // SAFETY: it was not published, so it and all it names are still this thread's alone.
                    unsafe { Self::free_directory(directory) };
                    return Err(error);
                }
            }
        }
        Ok(directory)
    }

    fn family(shape: Shape, prefix: u64) -> Result<*mut Header, AllocError> {
        let mut fresh: [Option<page::Fresh>; MAX_PAGES] = [const { None }; MAX_PAGES];
        for page in &mut fresh[..shape.pages()] {
            *page = Some(page::Fresh::new(shape.page_bits())?);
        }
        let header = page::boxed(Header::new(shape, prefix, &[]))?;
        for (index, page) in fresh.into_iter().flatten().enumerate() {
            header.set_page(index, page.keep());
        }
        Ok(Box::into_raw(header))
    }

    /// Frees a directory and all families it names.
    ///
    /// # Safety
    /// Nobody else has the directory or reads what it names.
    unsafe fn free_directory(directory: *mut Directory) {
        // SAFETY: it was made by `Box::into_raw`, and the caller has it alone.
        let directory = unsafe { Box::from_raw(directory) };
        for header in directory.distinct().filter(|header| !header.is_null()) {
            // SAFETY: headers are made by `Box::into_raw`, and each is named by one directory in use.
            let header = unsafe { Box::from_raw(header) };
            let bits = header.shape().page_bits();
            for page in
                (0..MAX_PAGES).map(|index| header.page(index)).filter(|page| !page.is_null())
            {
                // SAFETY: the pages of a family in use are its own, of the size its shape says.
                unsafe { page::free(page, bits) };
            }
        }
    }

    /// Keeps something readable until the table is dropped, in a grave that was dug before.
    pub(super) fn bury(&self, mut grave: Box<Grave>, what: Dead) {
        let Some(shared) = self.shared() else { return };
        grave.what = what;
        let grave = Box::into_raw(grave);
        let mut head = shared.graveyard.load(Ordering::Relaxed);
        loop {
            // SAFETY: the grave is this thread's alone until it is published below.
            unsafe { (*grave).next = head };
            match shared.graveyard.compare_exchange(
                head,
                grave,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// The entries of the table; exact when nobody is changing it.
    pub(crate) fn len(&self) -> usize {
        self.shared().map_or(0, |shared| shared.count.sum())
    }

    /// Every entry, for whoever has the table to himself.
    pub(crate) fn for_each_mut<L: Layout>(&mut self, mut entry: impl FnMut(SlotWords)) {
        let mut visit = |bucket: &Bucket| {
            for slot in 0..L::SLOTS {
                if L::tag_at(bucket, slot) != 0 {
                    entry(L::words(bucket, slot));
                }
            }
        };
        for header in self.directory().into_iter().flat_map(Directory::distinct) {
            // SAFETY: directories name headers that live as long as the table.
            let header = unsafe { &*header };
            let shape = header.shape();
            (0..shape.all_buckets())
                .filter_map(|index| Self::bucket_if_any(header, shape, index))
                .for_each(&mut visit);
        }
        for node in self.shared().into_iter().flat_map(|shared| shared.overflow.nodes()) {
            visit(&node.bucket);
        }
    }

    /// Frees everything; the entries are the caller's to drop before.
    pub(crate) fn reset(&mut self) {
        if self.directory().is_some() {
            let directory = self.directory.swap(Directory::none(), Ordering::AcqRel);
            // SAFETY: the table is borrowed for writing, so nobody reads it.
            unsafe { Self::free_directory(directory) };
        }
        self.empty_graveyard();
        let shared = self.shared.swap(core::ptr::null_mut(), Ordering::AcqRel);
        if shared.is_null() {
            return;
        }
        // SAFETY: made by `Box::into_raw` in `begin_with`, and nobody else has the table.
        unsafe { Box::from_raw(shared) }.overflow.free();
    }

    /// Frees what was kept because somebody might have been reading it.
    pub(super) fn empty_graveyard(&mut self) {
        let Some(shared) = self.shared() else { return };
        let mut grave = shared.graveyard.swap(core::ptr::null_mut(), Ordering::AcqRel);
        while !grave.is_null() {
            // SAFETY: graves are made by `Box::into_raw` in `bury`, and each is in the list once.
            let buried = unsafe { Box::from_raw(grave) };
            match buried.what {
                Dead::Nothing => {}
                // SAFETY: made by `Box::into_raw`, buried once, and no directory in use names it.
                Dead::Header(header) => drop(unsafe { Box::from_raw(header) }),
                // SAFETY: made by `Box::into_raw`, buried once, and no longer the table's.
                Dead::Directory(directory) => drop(unsafe { Box::from_raw(directory) }),
                // SAFETY: allocated with these bits, buried once, and no header in use names it.
                Dead::Page(page, bits) => unsafe { page::free(page, bits) },
            }
            grave = buried.next;
        }
    }
}

impl Shared {
    fn new() -> Self {
        Self {
            count: Counter::new(),
            overflow: Overflow::new(),
            overflowed: AtomicU64::new(0),
            splitting: AtomicU64::new(0),
            graveyard: AtomicPtr::new(core::ptr::null_mut()),
            families: AtomicU64::new(0),
            past: Grown::nothing(),
            splits: AtomicU64::new(0),
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.reset();
    }
}
