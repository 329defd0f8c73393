//! When growth begins, and who does its steps.

use super::group::GROUP;
use crate::error::AllocError;
use crate::raw::header::{Growing, Header, MAX_PAGES, PAGE_BITS, Shape};
use crate::raw::layout::{Geometry, Layout};
use crate::raw::page;
use crate::raw::table::{Candidate, Home, Table};
use crate::sync::Ordering;

/// An entry this far from home makes its thread look at how full the page is.
pub(in crate::raw) const SIGNAL: usize = 4;

/// A page fuller than this many sixty-fourths makes its family grow.
const LOAD: usize = 50;

/// How many buckets of a page are looked at to tell how full it is.
const SAMPLE: usize = 16;

/// The homes that a thread moves at least for each entry it inserts into a growing family.
pub(super) const STEPS: usize = 2;

/// The homes that a thread moves whose entry finds no room.
const HASTY_STEPS: usize = 16;

/// Whether there is room now where there was none.
pub(in crate::raw) enum Room {
    Made,
    None,
}

/// What became of a step.
enum Stepped {
    Over {
        homes: usize,
        entries: usize,
    },
    Back {
        homes: usize,
        entries: usize,
    },
    /// A page was allocated, and nothing was moved.
    Paged,
    ToTheEnd,
    Nowhere,
}

impl Table {
    /// Looks after the family of an entry that was just inserted `distance` away from its home.
    #[cold]
    pub(in crate::raw) fn tend<L: Layout>(
        &self,
        home: &Home<'_>,
        distance: usize,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) {
        let Some(growing) = home.header.try_grow() else { return };
        let shape = home.header.shape();
        if shape.is_dead() {
            return;
        }
        if shape.is_growing() {
            // What cannot be done now is done by a later insertion; but buckets that cannot get fewer become more again.
            let went_on = self.steps::<L>(&growing, STEPS, rehash);
            if matches!(went_on, Ok(false)) && shape.is_shrinking() {
                growing.turn();
            }
        } else if distance > 0 {
            let looked_at = home.page.buckets::<L>().step_by((home.page.len() / SAMPLE).max(1));
            let (buckets, occupied) = looked_at.fold((0, 0), |(buckets, occupied), bucket| {
                (buckets + 1, occupied + L::occupied(bucket))
            });
            if occupied * 64 >= buckets * L::SLOTS * LOAD {
                // Without memory the family goes on as it is; the insert that finds no room reports it.
                let _ = self.start::<L>(&growing, shape, rehash);
            }
        }
    }

    /// Makes room for an entry whose page is full.
    #[cold]
    pub(in crate::raw) fn make_room<L: Layout>(
        &self,
        home: &Home<'_>,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<Room, AllocError> {
        let Some(growing) = home.header.grow_patiently() else { return Ok(Room::None) };
        let shape = home.header.shape();
        if shape != home.shape {
            return Ok(Room::Made);
        }
        if shape.is_shrinking() {
            growing.turn();
        }
        if shape.is_growing() {
            let before = shape.watermark();
            let ended = self.steps::<L>(&growing, HASTY_STEPS, rehash);
            let after = home.header.shape();
            if !after.is_growing() || after.watermark() < before {
                return Ok(Room::Made);
            }
            return ended.map(|_| Room::None);
        }
        // Counting a family takes a while, so one that was refused is not looked at again at once.
        let refused = home.header.refused.load(Ordering::Relaxed);
        if refused > 0 {
            home.header.refused.store(refused - 1, Ordering::Relaxed);
            return Ok(Room::None);
        }
        let all = shape.all_buckets();
        let occupied: usize = (0..all)
            .map(|index| L::occupied(Self::bucket_of::<L>(home.header, shape, index).bucket))
            .sum();
        if occupied * 2 <= all * L::SLOTS {
            home.header.refused.store(64, Ordering::Relaxed);
            return Ok(Room::None);
        }
        if self.start::<L>(&growing, shape, rehash)? { Ok(Room::Made) } else { Ok(Room::None) }
    }

    /// Begins to grow a family: doubles its short page or its pages, or splits it. False if that is not possible.
    pub(super) fn start<L: Layout>(
        &self,
        growing: &Growing<'_>,
        shape: Shape,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<bool, AllocError> {
        if shape.bits() < PAGE_BITS {
            self.double::<L>(growing, shape, rehash)?;
            return Ok(true);
        }
        if shape.pages() < MAX_PAGES {
            // The pages are allocated when the steps come to them.
            growing.header.publish(shape.growing());
            self.tell_readers(growing);
            return Ok(true);
        }
        self.split(growing, shape)
    }

    /// Does steps of a growing family over up to about `most` homes. False if it cannot go on just now.
    ///
    /// # Errors
    /// When the allocator refuses. The family is whole, and goes on growing.
    pub(super) fn steps<L: Layout>(
        &self,
        growing: &Growing<'_>,
        most: usize,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<bool, AllocError> {
        let (mut homes, mut back, mut entries) = (0, 0, 0);
        let ended = loop {
            if homes + back >= most {
                break Ok(true);
            }
            match self.one_step::<L>(growing, rehash) {
                Ok(Stepped::Over { homes: more, entries: moved }) => {
                    homes += more;
                    entries += moved;
                }
                Ok(Stepped::Back { homes: more, entries: moved }) => {
                    back += more;
                    entries += moved;
                }
                // Who only lends a hand has done enough: an insertion that allocates and moves too would take twice as long.
                Ok(Stepped::Paged) if most <= STEPS => break Ok(true),
                Ok(Stepped::Paged) => {}
                Ok(Stepped::ToTheEnd) => break Ok(true),
                Ok(Stepped::Nowhere) => break Ok(false),
                Err(error) => break Err(error),
            }
        };
        growing.count(homes as u64, back as u64, entries as u64);
        ended
    }

    fn one_step<L: Layout>(
        &self,
        growing: &Growing<'_>,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<Stepped, AllocError> {
        let header = growing.header;
        let shape = header.shape();
        if shape.is_shrinking() {
            return Ok(self.one_step_back::<L>(growing, shape, rehash));
        }
        let Some(old) = shape.watermark().checked_sub(1) else {
            header.publish(shape.grown());
            self.tell_readers(growing);
            return Ok(Stepped::ToTheEnd);
        };
        let group = (old + 1) % GROUP == 0;
        let first = if group { old + 1 - GROUP } else { old };
        if Self::bring_pages(L::GEOMETRY, header, 2 * first, 2 * old + 1)? {
            return Ok(Stepped::Paged);
        }
        if group {
            if let Some(entries) = Self::step_group::<L>(header, shape, first, rehash) {
                return Ok(Stepped::Over { homes: GROUP, entries });
            }
        }
        let home = Self::bucket_of::<L>(header, shape, old);
        Ok(match self.step::<L>(&home, old, rehash)? {
            Some(entries) => Stepped::Over { homes: 1, entries },
            None => Stepped::Nowhere,
        })
    }

    /// Allocates the pages of two homes and of those between, unless they are there from an earlier growth: whether any was.
    fn bring_pages(
        geometry: Geometry,
        header: &Header,
        first: usize,
        last: usize,
    ) -> Result<bool, AllocError> {
        let mut brought = false;
        for index in first >> PAGE_BITS..=last >> PAGE_BITS {
            if header.page(index).is_null() {
                header.set_page(index, page::allocate(geometry, PAGE_BITS)?);
                brought = true;
            }
        }
        Ok(brought)
    }

    fn one_step_back<L: Layout>(
        &self,
        growing: &Growing<'_>,
        shape: Shape,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Stepped {
        let header = growing.header;
        if shape.watermark() == shape.buckets() {
            header.publish(shape.shrunk());
            self.tell_readers(growing);
            return Stepped::ToTheEnd;
        }
        Self::step_back::<L>(header, shape, rehash)
            .map_or(Stepped::Nowhere, |entries| Stepped::Back { homes: 2, entries })
    }
}
