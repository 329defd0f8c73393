//! Numbers for threads and lines of code, so that both fit into one word together; and the way back.
//!
//! Numbers are given once for the life of the process: lines of code are as many as the program has, and threads are
//! numbered on, for ever. Nothing here waits: the tables are the crate's own map.

use super::conflict::{Use, Using};
use crate::map::HashMap;
use alloc::string::{String, ToString};
use core::panic::Location;
use core::sync::atomic::{AtomicU32, Ordering};
use std::format;
use std::sync::LazyLock;

/// Bits of a word that say what a use does; they are never all zero, so that no word is.
const USING_BITS: u32 = 2;
/// Bits above those that hold the number of a line of code; all lines of a program with more of them than that which use
/// checked maps are taken for the last one.
const SITE_BITS: u32 = 30;
const LAST_SITE: u32 = (1 << SITE_BITS) - 1;

struct Tables {
    numbers: HashMap<usize, u32>,
    sites: HashMap<u32, &'static Location<'static>>,
    threads: HashMap<u32, String>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    numbers: HashMap::new(),
    sites: HashMap::new(),
    threads: HashMap::new(),
});
static SITES: AtomicU32 = AtomicU32::new(1);
static THREADS: AtomicU32 = AtomicU32::new(1);

/// A thread's number, whose name is forgotten with the thread.
struct Me(u32);

impl Drop for Me {
    fn drop(&mut self) {
        let _ = TABLES.threads.remove(&self.0);
    }
}

std::thread_local! {
    static ME: Me = {
        let number = THREADS.fetch_add(1, Ordering::Relaxed);
        let name = std::thread::current().name().map(ToString::to_string);
        TABLES.threads.insert(number, name.unwrap_or_else(|| unnamed(number)));
        Me(number)
    };
}

fn unnamed(number: u32) -> String {
    format!("number {number}")
}

/// The number of this thread; zero for one that is ending.
fn thread() -> u32 {
    ME.try_with(|me| me.0).unwrap_or(0)
}

/// The number of a line of code.
fn site(site: &'static Location<'static>) -> u32 {
    let address = core::ptr::from_ref(site).addr();
    if let Some(number) = TABLES.numbers.get(&address) {
        return number;
    }
    let fresh = SITES.fetch_add(1, Ordering::Relaxed).min(LAST_SITE);
    // Before the number can be read by others, its line is there to be found. A number that loses is never used.
    TABLES.sites.insert(fresh, site);
    *TABLES.numbers.get_or_insert(address, fresh)
}

/// What a place holds while a use lasts: who it is, in one word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(u64);

impl Word {
    /// The word of a use of this thread.
    pub(super) fn new(using: Using, at: &'static Location<'static>) -> Self {
        let using: u64 = match using {
            Using::Read => 1,
            Using::Iterate => 2,
            Using::Write => 3,
        };
        let site = u64::from(site(at)) << USING_BITS;
        Self(using | site | u64::from(thread()) << (USING_BITS + SITE_BITS))
    }

    /// What stands in a place; none if nothing does.
    pub(super) fn from_bits(bits: u64) -> Option<Self> {
        (bits != 0).then_some(Self(bits))
    }

    pub(super) fn bits(self) -> u64 {
        self.0
    }

    /// The number of its thread.
    pub(super) fn thread(self) -> u32 {
        (self.0 >> (USING_BITS + SITE_BITS)) as u32
    }

    pub(super) fn using(self) -> Using {
        match self.0 & 3 {
            1 => Using::Read,
            2 => Using::Iterate,
            _ => Using::Write,
        }
    }

    /// Whether the two are of different threads and may not overlap.
    pub(super) fn conflicts_with(self, other: Self) -> bool {
        self.thread() != other.thread() && self.using().conflicts_with(other.using())
    }

    /// Who that is. The line of code is always known; a thread that has ended meanwhile has but its number.
    pub(super) fn who(self) -> Use {
        let number = (self.0 >> USING_BITS) as u32 & LAST_SITE;
        let site = TABLES.sites.get(&number).unwrap_or(Location::caller());
        let name = TABLES.threads.get(&self.thread());
        Use::new(self.using(), site, name.unwrap_or_else(|| unnamed(self.thread())))
    }
}
