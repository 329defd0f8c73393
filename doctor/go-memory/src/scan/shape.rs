//! What the header of a map looks like: the tests that each place of memory goes through, cheapest first.
//!
//! Nearly all places fail at the first words that are looked at. What passes is only a candidate: the maps that it would
//! lead to are read next (`swiss.rs`, `classic.rs`).

use go_binary::Release;
use go_runtime::{Struct, allocated, layout};

/// The bytes of a header that are looked at, of both kinds: see `go_runtime::Struct::ClassicMap` and `SwissMap`, whose fields
/// these are. Headers with buckets of Go 1.24 and 1.25, where an experiment has them still, are a word longer.
pub(super) const HEADER: usize = 48;
/// In these the sixth word counts how often the map was cleared; before, it is a pointer.
const FIRST_COUNTING: u8 = 24;

/// A directory is never as deep as this.
const DEEPEST: u64 = 40;
/// Of a single group, or a single bucket.
const SLOTS: u64 = 8;

/// The words of a header.
fn words(header: &[u8; HEADER]) -> [u64; 6] {
    let mut words = [0; 6];
    for (word, bytes) in words.iter_mut().zip(header.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

/// A header that passed the tests of its own bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Candidate {
    Swiss(SwissHeader),
    Classic(ClassicHeader),
}

impl Candidate {
    pub(super) fn read(header: &[u8; HEADER], release: Release) -> Option<Self> {
        if release.swiss {
            SwissHeader::read(header).map(Self::Swiss)
        } else {
            ClassicHeader::read(header, release.minor).map(Self::Classic)
        }
    }

    /// Whether it has a single group or bucket.
    pub(super) fn is_small(&self) -> bool {
        match self {
            Self::Swiss(header) => header.length == 0,
            Self::Classic(header) => header.log2_buckets == 0,
        }
    }
}

/// The header of a map of tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SwissHeader {
    pub(super) used: u64,
    /// The directory, or the only group.
    pub(super) directory: u64,
    /// Its length; zero for a map of a single group.
    pub(super) length: u64,
    pub(super) depth: u64,
}

impl SwissHeader {
    /// The header in these bytes, if they look like one that has a group or tables.
    #[inline]
    pub(super) fn read(header: &[u8; HEADER]) -> Option<Self> {
        let [used, seed, directory, length, state, _] = words(header);
        let (depth, shift) = (state & 0xff, state >> 8 & 0xff);
        // Four bytes that nothing uses; a flag; and the sign of somebody who writes, which is set and cleared by turns.
        if state >> 32 != 0 || (state >> 16 & 0xff) > 1 || (state >> 24) > 1 {
            return None;
        }
        let is_small = length == 0 && depth == 0 && (shift == 0 || shift == 64);
        let has_tables = depth < DEEPEST
            && shift == 64_u64.wrapping_sub(depth)
            && 1_u64.checked_shl(depth as u32) == Some(length);
        // Seeds are random numbers of 64 bits; those of which the upper half is empty are one in four billion.
        let is_seeded = seed >> 32 != 0;
        let points = directory != 0 && directory & 7 == 0;
        let plausible =
            if is_small { (1..=SLOTS).contains(&used) } else { has_tables && used >> 48 == 0 };
        (plausible && is_seeded && points).then_some(Self { used, directory, length, depth })
    }
}

/// The header of a map of buckets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ClassicHeader {
    pub(super) count: u64,
    pub(super) log2_buckets: u64,
    pub(super) same_size: bool,
    pub(super) buckets: u64,
    pub(super) old_buckets: u64,
    /// The old buckets before this one are moved.
    pub(super) moved: u64,
}

impl ClassicHeader {
    /// The header in these bytes, if they look like one that has buckets.
    #[inline]
    pub(super) fn read(header: &[u8; HEADER], minor: u8) -> Option<Self> {
        let [count, state, buckets, old_buckets, moved, last] = words(header);
        let (flags, log2_buckets, overflow) =
            (state & 0xff, state >> 8 & 0xff, state >> 16 & 0xffff);
        if flags > 15 || log2_buckets >= DEEPEST || state >> 32 == 0 {
            return None;
        }
        let number = 1_u64.checked_shl(log2_buckets as u32)?;
        let points = |address: u64| address & 7 == 0;
        // It grows when there are more than 6.5 for each bucket; a growth adds one entry before it begins.
        let most = number.saturating_mul(13) >> 1;
        let is_full = count > most.max(SLOTS).saturating_add(1);
        // It is made anew when there are as many overflow buckets as buckets.
        let is_crowded = overflow > number.saturating_add(1) && log2_buckets < 16;
        let plausible = buckets != 0
            && points(buckets)
            && points(old_buckets)
            && if minor < FIRST_COUNTING { points(last) } else { last >> 32 == 0 }
            && moved <= number
            && !is_full
            && !is_crowded
            && (count > 0 || log2_buckets > 0);
        plausible.then_some(Self {
            count,
            log2_buckets,
            same_size: flags & 8 != 0,
            buckets,
            old_buckets,
            moved,
        })
    }

    /// How many buckets there are, and how many there were before the growth that is under way.
    pub(super) fn sizes(&self) -> (u64, u64) {
        let number = 1_u64.checked_shl(self.log2_buckets as u32).unwrap_or_default();
        let old = if self.same_size { number } else { number >> 1 };
        (number, if self.old_buckets == 0 { 0 } else { old })
    }
}

/// Bytes of a header, as the allocator gives them.
pub(super) fn header_size(release: Release) -> u64 {
    let header = if release.swiss { Struct::SwissMap } else { Struct::ClassicMap };
    layout(header, release.minor)
        .map_or(HEADER as u64, |layout| allocated(layout.size.into(), false))
}
