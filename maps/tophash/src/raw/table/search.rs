//! Searching: the readers' way to a bucket, and the patient one by its family.

use super::found::{AtOnce, Candidate, Scan, Search, Spot, Step, Vacancy};
use super::{Home, Table};
use crate::raw::bucket::{Bucket, State};
use crate::raw::directory::{Entrance, PageEntry};
use crate::raw::layout::Layout;
use crate::sync::spin;

/// The readers' way to a bucket: by the list of pages, without asking the family.
pub(super) struct Way<'t> {
    entrance: Entrance<'t>,
    page: PageEntry<'t>,
    pub(super) bucket: Bucket<'t>,
    /// The state that the bucket was in, in which nobody was storing words.
    pub(super) state: State,
}

impl Table {
    /// The readers' way to where a hash is at home; none if its family has to be asked, or words are being stored.
    #[inline(always)]
    pub(super) fn way<L: Layout>(&self, hash: u64) -> Option<Way<'_>> {
        let entrance = self.entrance();
        let page = entrance.page(L::position(hash));
        if page.asks() {
            return None;
        }
        // SAFETY: the entry does not ask, and is of this table.
        let bucket = unsafe { page.bucket::<L>(L::position(hash)) };
        bucket.prefetch_slots();
        delicate!();
        let state = bucket.state();
        (!state.is_odd()).then_some(Way { entrance, page, bucket, state })
    }

    /// Whether a bucket that had no such entry was the hash's home all the time, and did not change.
    ///
    /// The bucket is looked at last. A family may have shrunk and grown again meanwhile, so that the page is back where
    /// it was; but whatever then came back to the bucket has given it a new version before.
    #[inline(always)]
    pub(super) fn is_miss(&self, way: &Way<'_>) -> bool {
        way.page.is_unchanged()
            && way.entrance.is_at(&self.directory)
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
            let Some(home) = self.home::<L>(position) else {
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
            let bucket = unsafe { way.page.neighbour::<L>(way.bucket, distance) };
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
            let bucket = home.neighbour::<L>(distance);
            if let Some((seen, slot, found)) = Self::find_in::<L, T>(bucket, tag, probe) {
                let spot = Spot { bucket, state: seen, slot, home: Some(home) };
                return Some(Search::Hit(spot, found));
            }
        }
        if state.overflowed() {
            let nodes = self.shared().into_iter().flat_map(|shared| shared.overflow.nodes());
            for bucket in nodes.map(|node| node.bucket.bucket::<L>()) {
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
        bucket: Bucket<'_>,
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
    pub(super) fn scan_at_once<L: Layout, T>(
        bucket: Bucket<'_>,
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
        let slot = matches.first();
        let words = L::words(bucket, slot);
        match probe(&Candidate::new::<L>(bucket, slot, words)) {
            Step::Yes(found) => Scan::Found(slot, found),
            Step::Again | Step::No => Scan::Changed,
        }
    }

    #[inline(always)]
    pub(super) fn scan<L: Layout, T>(
        bucket: Bucket<'_>,
        state: State,
        tag: u64,
        probe: &mut impl FnMut(&Candidate<'_>) -> Step<T>,
    ) -> Scan<T> {
        let mut matches = L::matching(bucket, tag);
        while !matches.is_empty() {
            let slot = matches.first();
            let words = L::words(bucket, slot);
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
}
