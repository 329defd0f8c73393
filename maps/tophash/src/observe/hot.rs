//! The hot keys of a map: a sketch of the window that is running, and one of the window before.
//!
//! What is told covers both, so between one window and two. When a window is over its sketch takes the place of the one before.

use super::heat::{Heat, HeatLevels};
use super::sketch::{Sketch, Slot};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A key that is met often: see [`Observed::hot_keys`](super::Observed::hot_keys).
///
/// Between `samples - error` and `samples` of the samples of this window and the one before met it: always, whatever the stream
/// is. Where every access is sampled these are accesses; otherwise each sample stands for as many as lie between samples.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HotKey<K> {
    /// The key.
    pub key: K,
    /// How many samples met it, at most.
    pub samples: u64,
    /// By how much that may be too many.
    pub error: u64,
    /// `samples` in proportion to all samples.
    pub share: f64,
    /// How hot it is.
    pub heat: Heat,
}

/// A key with what its slots say, before it is cloned.
pub(super) struct Found<K> {
    pub(super) hash: u64,
    pub(super) hot: HotKey<Arc<K>>,
}

/// The sketches of a map.
pub(super) struct Windows<K> {
    room: usize,
    /// Nanoseconds of a window.
    length: u64,
    begun: u64,
    running: Sketch<K>,
    before: Sketch<K>,
}

/// What is to be dropped when no lock is held: keys, whose drop is somebody's code.
pub(super) struct Garbage<K>(#[expect(dead_code, reason = "to be dropped")] [Option<Sketch<K>>; 2]);

impl<K> Windows<K> {
    pub(super) fn new(room: usize, length: u64, now: u64) -> Self {
        let sketch = || Sketch::new(room);
        Self { room, length: length.max(1), begun: now, running: sketch(), before: sketch() }
    }

    /// The sketch of the window that is running now.
    pub(super) fn running(&mut self, now: u64) -> (&mut Sketch<K>, Garbage<K>) {
        let garbage = self.roll(now);
        (&mut self.running, garbage)
    }

    fn roll(&mut self, now: u64) -> Garbage<K> {
        let passed = now.saturating_sub(self.begun) / self.length;
        if passed == 0 {
            return Garbage([None, None]);
        }
        self.begun += passed * self.length;
        let over = core::mem::replace(&mut self.running, Sketch::new(self.room));
        if passed == 1 {
            Garbage([Some(core::mem::replace(&mut self.before, over)), None])
        } else {
            let before = core::mem::replace(&mut self.before, Sketch::new(self.room));
            Garbage([Some(before), Some(over)])
        }
    }

    /// The `most` keys that were met most often; each sample stands for `every` accesses. Also how many samples there are.
    pub(super) fn top(
        &mut self,
        most: usize,
        now: u64,
        every: u32,
        levels: &HeatLevels,
    ) -> (Vec<Found<K>>, u64, Garbage<K>) {
        let garbage = self.roll(now);
        let met = self.running.met + self.before.met;
        let part = self.part(now);
        let only_before = self.before.slots.iter();
        let only_before = only_before.filter(|slot| self.running.find(slot.hash).is_none());
        let mut found: Vec<Found<K>> = self
            .running
            .slots
            .iter()
            .map(|slot| (slot, Some(slot), self.before.find(slot.hash)))
            .chain(only_before.map(|slot| (slot, None, Some(slot))))
            .map(|(slot, running, before)| {
                let known = |slot: Option<&Slot<K>>, least| {
                    slot.map_or((least, least), |slot| (slot.count, slot.error))
                };
                let (count, error) = known(running, self.running.least());
                let (more, uncertain) = known(before, self.before.least());
                let heat = heat(levels, running, before, part, every);
                let (samples, error) = (count + more, error + uncertain);
                let share = samples as f64 / met.max(1) as f64;
                let key = Arc::clone(&slot.key);
                Found { hash: slot.hash, hot: HotKey { key, samples, error, share, heat } }
            })
            .collect();
        found.sort_by_key(|found| {
            core::cmp::Reverse((found.hot.samples, found.hot.samples - found.hot.error))
        });
        found.truncate(most);
        (found, met, garbage)
    }
}

impl<K> Windows<K> {
    /// How hot the key with this hash is; each sample stands for `every` accesses.
    pub(super) fn heat(
        &mut self,
        hash: u64,
        now: u64,
        every: u32,
        levels: &HeatLevels,
    ) -> (Heat, Garbage<K>) {
        let garbage = self.roll(now);
        let (running, before) = (self.running.find(hash), self.before.find(hash));
        (heat(levels, running, before, self.part(now), every), garbage)
    }

    /// The window before counts for the part of it that a window that ended now would cover.
    fn part(&self, now: u64) -> f64 {
        let passed = now.saturating_sub(self.begun) as f64 / self.length as f64;
        (1.0 - passed).clamp(0.0, 1.0)
    }
}

/// The heat of a key by its slots in both windows, of those accesses alone that are sure to have been its.
fn heat<K>(
    levels: &HeatLevels,
    running: Option<&Slot<K>>,
    before: Option<&Slot<K>>,
    part: f64,
    every: u32,
) -> Heat {
    let told = |slot: Option<&Slot<K>>| {
        slot.map_or((0, 0, 0), |slot| (slot.sure(), slot.hits, slot.recent))
    };
    let (met, hits, recent) = told(running);
    let (met_before, hits_before, recent_before) = told(before);
    let accesses = met as f64 + met_before as f64 * part;
    let share =
        if accesses > 0.0 { (hits as f64 + hits_before as f64 * part) / accesses } else { 0.0 };
    let recent = u16::from(recent_before) << met.min(8) | u16::from(recent);
    levels.level(accesses * f64::from(every), share, recent.trailing_ones())
}
