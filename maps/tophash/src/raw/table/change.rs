//! What becomes of an entry that a search found, and changes that are searched for and done in one.

use super::Table;
use super::found::{AtOnce, Candidate, Scan, Spot, Step};
use crate::raw::layout::{Layout, SlotWords};

/// Something a search saw has changed since: search again.
#[derive(Debug)]
pub(crate) struct Conflict;

impl Table {
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
        let home = spot.home.filter(|home| home.bucket != spot.bucket).ok_or(Conflict)?;
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
}
