//! How the functions of the map run one step at a time.
//!
//! They are plain functions over a [`Runner`], through which every load and store of shared memory goes. A goroutine is not
//! kept as a stack: what its loads found since its operation began is kept, its *history*. A step runs the operation again
//! from the beginning; what the history has is answered from it and changes nothing, then **one** load or store is made,
//! then the code goes on to where it asks for the next, and stops. Nothing but what the loads found can make two runs
//! differ, so the history is the program counter and all locals at once: it can be cloned and hashed.
//!
//! Two histories that differ in nothing that still matters should be one state. A load says what it is for
//! ([`Runner::ask`] keeps the answer rather than the word), and where few locals are left alive a
//! [`Runner::checkpoint`] names them: the identity of what came before is replaced by theirs.

use crate::fault::{Fault, Stop};
use crate::hash::chain;
use crate::keys::Keys;
use crate::memory::{Address, Kind, Memory, arena_of};
use crate::shape::MapType;
use go_runtime::classic::Function;

/// Longer than any operation on the small maps of a scenario; one that goes on is called endless.
pub(crate) const ENDLESS: usize = 4_096;

/// What a step did, for the time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The function that made it; none where it is the user's own code.
    pub function: Option<Function>,
    /// The address.
    pub(crate) address: Address,
    /// What was there.
    pub before: u64,
    /// What is there now.
    pub after: u64,
    /// Whether it was stored.
    pub stores: bool,
    /// What for, in words.
    pub why: &'static str,
}

/// What a goroutine brings along from step to step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread {
    /// What was found since the operation began, and before it what earlier operations found.
    pub(crate) history: Vec<u64>,
    /// Where the operation begins.
    pub(crate) start: usize,
    /// The hash of what still matters.
    pub(crate) identity: u128,
    /// Whether checkpoints forget nothing.
    pub(crate) keeps_all: bool,
}

/// The code of one goroutine, running.
pub(crate) struct Runner<'a> {
    pub(crate) memory: &'a mut Memory,
    pub(crate) map: &'a MapType,
    pub(crate) keys: &'a Keys,
    pub(crate) thread: &'a mut Thread,
    /// Stores to take back, oldest first.
    pub(crate) undo: &'a mut Vec<(Address, u64)>,
    /// Where it allocates.
    pub(crate) arena: u64,
    /// The next entry of the history.
    cursor: usize,
    /// Loads and stores that it may still make.
    left: usize,
    /// Objects of its own arena from here on nobody else can see.
    private: Option<Address>,
    function: Option<Function>,
    /// What callers still need after the call that is under way.
    kept: Vec<u64>,
    /// What the step did.
    pub(crate) touch: Option<Touch>,
    /// What `rand` yields.
    pub(crate) random: u64,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(
        memory: &'a mut Memory,
        map: &'a MapType,
        keys: &'a Keys,
        thread: &'a mut Thread,
        undo: &'a mut Vec<(Address, u64)>,
        arena: u64,
        left: usize,
    ) -> Self {
        let cursor = thread.start;
        Self {
            memory,
            map,
            keys,
            thread,
            undo,
            arena,
            cursor,
            left,
            private: None,
            function: None,
            kept: Vec::new(),
            touch: None,
            random: 0,
        }
    }

    /// Runs `body` as a function of the runtime.
    pub(crate) fn within<T>(
        &mut self,
        function: Function,
        body: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let outer = self.function.replace(function);
        let result = body(self)?;
        self.function = outer;
        Ok(result)
    }

    /// From here on what this goroutine allocates is its own: touching it is no step.
    pub(crate) fn begin_private(&mut self, from: Address) {
        self.private = Some(from);
    }

    /// The next word of the history, if there is one.
    fn known(&mut self) -> Option<u64> {
        let word = self.thread.history.get(self.cursor).copied();
        if word.is_some() {
            self.cursor = self.cursor.wrapping_add(1);
        }
        word
    }

    /// Notes a word of the history that was not known.
    fn note(&mut self, word: u64) {
        self.thread.history.push(word);
        self.cursor = self.cursor.wrapping_add(1);
        self.thread.identity = chain(self.thread.identity, word);
    }

    /// Takes the one load or store of the step; private memory is not counted.
    fn take(&mut self, address: Address) -> Result<(), Stop> {
        if self.cursor.wrapping_sub(self.thread.start) > ENDLESS {
            return Err(Stop::Fault(Fault::Endless));
        }
        if !self.is_private(address) {
            self.left = self.left.checked_sub(1).ok_or(Stop::Yield)?;
        }
        Ok(())
    }

    fn is_private(&self, address: Address) -> bool {
        self.private.is_some_and(|from| address >= from && arena_of(address) == self.arena)
    }

    /// Notes for the time line what a step did.
    fn touched(
        &mut self,
        address: Address,
        (before, after): (u64, u64),
        stores: bool,
        why: &'static str,
    ) {
        if !self.is_private(address) {
            let function = self.function;
            self.touch = Some(Touch { function, address, before, after, stores, why });
        }
    }

    /// Loads a word and keeps what `keep` makes of it: as little as the code needs.
    pub(crate) fn load_as(
        &mut self,
        address: Address,
        why: &'static str,
        keep: impl FnOnce(u64) -> u64,
    ) -> Result<u64, Stop> {
        if let Some(word) = self.known() {
            return Ok(word);
        }
        self.take(address)?;
        // What is not there is touched all the same.
        self.touched(address, (0, 0), false, why);
        let found = self.memory.load(address);
        let found = found.map_err(|missing| Stop::Fault(Fault::Missing(missing)))?;
        self.touched(address, (found, found), false, why);
        let kept = keep(found);
        self.note(kept);
        Ok(kept)
    }

    /// Loads a word.
    pub(crate) fn load(&mut self, address: Address, why: &'static str) -> Result<u64, Stop> {
        self.load_as(address, why, |word| word)
    }

    /// Loads a word of which a yes or no is needed alone.
    pub(crate) fn ask(
        &mut self,
        address: Address,
        why: &'static str,
        question: impl FnOnce(u64) -> bool,
    ) -> Result<bool, Stop> {
        Ok(self.load_as(address, why, |word| u64::from(question(word)))? != 0)
    }

    /// Stores a word.
    pub(crate) fn store(
        &mut self,
        address: Address,
        value: u64,
        why: &'static str,
    ) -> Result<(), Stop> {
        self.update(address, why, |_| value).map(|_| ())
    }

    /// Changes a word in one step, as an atomic instruction does, and returns what was there.
    pub(crate) fn exchange(
        &mut self,
        address: Address,
        why: &'static str,
        change: impl FnOnce(u64) -> u64,
    ) -> Result<u64, Stop> {
        self.change(address, why, change, true)
    }

    /// Changes a word in one step; what was there is not kept.
    pub(crate) fn update(
        &mut self,
        address: Address,
        why: &'static str,
        change: impl FnOnce(u64) -> u64,
    ) -> Result<(), Stop> {
        self.change(address, why, change, false).map(|_| ())
    }

    fn change(
        &mut self,
        address: Address,
        why: &'static str,
        change: impl FnOnce(u64) -> u64,
        keeps: bool,
    ) -> Result<u64, Stop> {
        if let Some(word) = self.known() {
            return Ok(word);
        }
        self.take(address)?;
        self.touched(address, (0, 0), true, why);
        let missing = |missing| Stop::Fault(Fault::Missing(missing));
        let found = self.memory.load(address).map_err(missing)?;
        let value = change(found);
        self.memory.store(address, value).map_err(missing)?;
        self.undo.push((address, found));
        self.touched(address, (found, value), true, why);
        let kept = if keeps { found } else { 0 };
        self.note(kept);
        Ok(kept)
    }

    /// Sets a word of an object that nobody else can see yet: no step.
    pub(crate) fn prepare(&mut self, address: Address, value: u64) -> Result<(), Stop> {
        if self.known().is_some() {
            return Ok(());
        }
        let before = self.memory.store(address, value);
        let before = before.map_err(|missing| Stop::Fault(Fault::Missing(missing)))?;
        self.undo.push((address, before));
        self.note(0);
        Ok(())
    }

    /// Allocates an object of zeros: no step, since nobody else can see it.
    pub(crate) fn allocate(&mut self, kind: Kind, cells: u64) -> Address {
        if let Some(address) = self.known() {
            return address;
        }
        let address = self.memory.allocate(self.arena, kind, cells);
        self.note(address);
        address
    }

    /// Makes a call after which these locals are still needed, so that a checkpoint in it keeps them too.
    pub(crate) fn keeping<T>(
        &mut self,
        locals: &[u64],
        call: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let before = self.kept.len();
        self.kept.extend(locals);
        let result = call(self)?;
        self.kept.truncate(before);
        Ok(result)
    }

    /// Of all that was found since the operation began, these words alone matter from here on.
    ///
    /// `place` tells checkpoints of one operation apart.
    pub(crate) fn checkpoint(&mut self, place: u64, locals: &[u64]) {
        // A clone calls the same functions, and needs what it has found after them.
        let keeps = self.thread.keeps_all || self.private.is_some();
        if self.cursor < self.thread.history.len() || keeps {
            return;
        }
        let mut identity = chain(u128::from(place), u64::MAX);
        for word in self.kept.iter().chain(locals) {
            identity = chain(identity, *word);
        }
        self.thread.identity = identity;
    }

    /// The hash of a key.
    pub(crate) fn hash(&self, key: u64, seed: u64) -> u64 {
        self.keys.hash(key, seed)
    }
}
