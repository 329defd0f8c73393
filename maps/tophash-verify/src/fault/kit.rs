//! A kit: the ledger of a family of keys and values, and the panics armed among them.

use super::ledger::{Ledger, Lives};
use super::life::{Key, Value};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Where user code runs inside a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Site {
    /// `Hash::hash` of a key.
    Hash,
    /// `PartialEq::eq` of keys or values, or `Ord::cmp` of keys.
    Eq,
    /// `Clone::clone` of a key or a value.
    Clone,
    /// `Drop::drop` of a key or a value.
    Drop,
    /// A closure the map was given; closures call [`Kit::hit`] themselves.
    Closure,
}

impl Site {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Hash, Self::Eq, Self::Clone, Self::Drop, Self::Closure];
}

/// The payload of an injected panic. It is raised without the panic hook, so nothing is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Injected(pub Site);

/// Makes [`Key`]s and [`Value`]s, follows their lives, and makes their code panic when told to.
#[derive(Debug, Default)]
pub struct Kit {
    pub(super) ledger: Ledger,
    countdown: [AtomicU64; 5],
}

impl Kit {
    /// A kit for the rest of the process. It is leaked: a counted reference in each key would make every clone and
    /// drop a synchronisation between threads, and hide what the map lacks. Take few, and [`reset`](Self::reset) them.
    #[must_use]
    pub fn leaked() -> &'static Self {
        static ALL: Mutex<Vec<&'static Kit>> = Mutex::new(Vec::new());
        let kit: &Self = Box::leak(Box::default());
        // Kept in sight of leak checkers.
        ALL.lock().unwrap_or_else(PoisonError::into_inner).push(kit);
        kit
    }

    /// A new key.
    #[must_use]
    pub fn key(&'static self, key: u64) -> Key {
        Key::new(self, key)
    }

    /// A new value, which belongs to `key` and carries `word`.
    #[must_use]
    pub fn value(&'static self, key: u64, word: u64) -> Value {
        Value::new(self, key, word)
    }

    /// Makes the `k`-th next call at `site` panic, counted from 1; 0 disarms.
    pub fn arm(&self, site: Site, k: u64) {
        self.countdown[site as usize].store(k, Relaxed);
    }

    /// Disarms every site; returns whether one was still armed.
    pub fn disarm(&self) -> bool {
        self.countdown.iter().filter(|countdown| countdown.swap(0, Relaxed) != 0).count() > 0
    }

    /// A call at `site`: panics with [`Injected`] if it is the one armed. Never panics while unwinding.
    pub fn hit(&self, site: Site) {
        let countdown = &self.countdown[site as usize];
        if countdown.load(Relaxed) == 0 {
            return;
        }
        let armed = countdown.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        if armed == Ok(1) && !std::thread::panicking() {
            std::panic::resume_unwind(Box::new(Injected(site)));
        }
    }

    /// The account of all lives.
    #[must_use]
    pub fn lives(&self) -> Lives {
        self.ledger.lives()
    }

    /// Disarms, and forgets the account. Nothing made by this kit may still be alive.
    pub fn reset(&self) {
        self.disarm();
        self.ledger.reset();
    }
}
