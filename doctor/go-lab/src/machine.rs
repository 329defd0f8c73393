//! The whole state of a program: memory and goroutines. A goroutine makes one step at a time, and each step can be taken
//! back.

use crate::classic;
use crate::fault::{Fault, Stop};
use crate::hash::chain;
use crate::memory::{Address, Fill, Kind, Memory, SETUP};
use crate::mutex;
use crate::outcome::Outcome;
use crate::perform::perform;
use crate::program::{Operation, Program};
use crate::runner::{Runner, Thread, Touch};
use go_runtime::classic::Field;

/// A goroutine.
#[derive(Clone, Debug, Default)]
struct Goroutine {
    thread: Thread,
    /// The operation that it is in or comes to next.
    next: usize,
    /// What its operations found.
    outcomes: Vec<Outcome>,
    /// The hash of that.
    done: u128,
}

/// A program in the middle of a run.
#[derive(Clone, Debug)]
pub struct Machine<'a> {
    program: &'a Program,
    memory: Memory,
    goroutines: Vec<Goroutine>,
    map: Address,
    locks: Address,
    undo: Vec<(Address, u64)>,
}

/// What a step was.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The load or store; none where the operation made none, as a lookup in a nil map.
    pub touch: Option<Touch>,
    /// The place of the operation in its goroutine.
    pub operation: usize,
    /// Whether the operation is done.
    pub done: bool,
    /// Whether the program ended with it.
    pub fault: Option<Fault>,
}

/// What takes a step back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Undo {
    goroutine: usize,
    stores: usize,
    fill: Fill,
    history: usize,
    start: usize,
    identity: u128,
    done: u128,
    next: usize,
    outcomes: usize,
}

/// The arena of a goroutine.
fn arena_of(goroutine: usize) -> u64 {
    u64::try_from(goroutine).unwrap_or(0).wrapping_add(SETUP).wrapping_add(1)
}

impl<'a> Machine<'a> {
    /// The program as it stands when its goroutines start.
    ///
    /// # Errors
    ///
    /// When what is done before ends the program; returns how many operations were done.
    pub fn new(program: &'a Program) -> Result<Self, (usize, Fault)> {
        let arenas = program.goroutines.len().saturating_add(3);
        let mut machine = Self {
            program,
            memory: Memory::new(arenas),
            goroutines: vec![Goroutine::default(); program.goroutines.len()],
            map: 0,
            locks: 0,
            undo: Vec::new(),
        };
        let cells = u64::try_from(program.locks.len()).unwrap_or(0).saturating_mul(2);
        machine.locks = machine.memory.allocate(SETUP, Kind::Locks, cells);
        if !program.is_nil {
            let (hint, seed) = (program.hint, program.seed);
            let made = machine.straight(SETUP, seed, |r| classic::makemap(r, hint));
            machine.map = made.map_err(|fault| (0, fault))?;
        }
        for (index, operation) in program.before.iter().enumerate() {
            machine.apply(*operation, 0).map_err(|fault| (index, fault))?;
        }
        Ok(machine)
    }

    /// Keeps all that operations find in the identity of states, even what does not matter any more.
    pub(crate) fn keep_all(&mut self) {
        for goroutine in &mut self.goroutines {
            goroutine.thread.keeps_all = true;
        }
    }

    /// Does an operation at once, before the goroutines start or after they are done; `random` is what the runtime draws.
    ///
    /// # Errors
    ///
    /// When it ends the program.
    pub fn apply(&mut self, operation: Operation, random: u64) -> Result<Outcome, Fault> {
        let (program, map, locks) = (self.program, self.map, self.locks);
        self.straight(SETUP, random, |r| perform(r, program, map, locks, operation))
    }

    /// Goes on with a clone of the map, as `m = maps.Clone(m)` does.
    ///
    /// # Errors
    ///
    /// When cloning ends the program.
    pub fn become_clone(&mut self, random: u64) -> Result<(), Fault> {
        let map = self.map;
        if map != 0 {
            self.map = self.straight(SETUP, random, |r| classic::mapclone2(r, map))?;
        }
        Ok(())
    }

    /// What an iteration hands out that begins at this bucket and cell, by a goroutine that does not come back.
    ///
    /// # Errors
    ///
    /// When it ends the program.
    pub fn iterate_from(&mut self, start: u64) -> Result<Outcome, Fault> {
        let map = self.map;
        self.straight(SETUP, 0, |r| classic::iterate(r, map, start))
    }

    /// Runs code from its beginning to its end, and forgets how to take it back.
    fn straight<T>(
        &mut self,
        arena: u64,
        random: u64,
        body: impl FnOnce(&mut Runner<'_>) -> Result<T, Stop>,
    ) -> Result<T, Fault> {
        let mut thread = Thread::default();
        let (map, keys) = (&self.program.map, &self.program.keys);
        let mut undo = Vec::new();
        let mut runner =
            Runner::new(&mut self.memory, map, keys, &mut thread, &mut undo, arena, usize::MAX);
        runner.random = random;
        body(&mut runner).map_err(|stop| match stop {
            Stop::Fault(fault) => fault,
            Stop::Yield => Fault::Endless,
        })
    }

    /// What a later operation would find, by a goroutine that comes after all others; changes nothing.
    pub(crate) fn look(&mut self, operation: Operation) -> Result<Outcome, Fault> {
        let (program, map, locks) = (self.program, self.map, self.locks);
        let arena = arena_of(self.goroutines.len());
        let fill = self.memory.fill(arena);
        let mut thread = Thread::default();
        let mut undo = Vec::new();
        let (shape, keys) = (&program.map, &program.keys);
        let mut runner =
            Runner::new(&mut self.memory, shape, keys, &mut thread, &mut undo, arena, usize::MAX);
        let result = perform(&mut runner, program, map, locks, operation);
        for (address, before) in undo.into_iter().rev() {
            // What was stored there once is there still.
            let _ = self.memory.store(address, before);
        }
        self.memory.empty_to(arena, fill);
        result.map_err(|stop| match stop {
            Stop::Fault(fault) => fault,
            Stop::Yield => Fault::Endless,
        })
    }

    /// How many goroutines there are.
    pub fn goroutines(&self) -> usize {
        self.goroutines.len()
    }

    /// Whether a goroutine has done all it does.
    pub fn is_done(&self, goroutine: usize) -> bool {
        self.operation(goroutine).is_none()
    }

    /// The operation that a goroutine is in or comes to next.
    pub fn operation(&self, goroutine: usize) -> Option<Operation> {
        let next = self.goroutines.get(goroutine)?.next;
        self.program.goroutines.get(goroutine)?.get(next).copied()
    }

    /// Whether a goroutine can make a step: it is not done, and waits for no mutex.
    pub fn can_step(&self, goroutine: usize) -> bool {
        let Some(operation) = self.operation(goroutine) else { return false };
        let begun = self
            .goroutines
            .get(goroutine)
            .is_some_and(|goroutine| goroutine.thread.history.len() > goroutine.thread.start);
        match operation {
            Operation::Lock(lock) => {
                mutex::may_lock(&self.memory, mutex::place(self.locks, lock), begun)
            }
            Operation::RLock(lock) => {
                mutex::may_rlock(&self.memory, mutex::place(self.locks, lock))
            }
            _ => true,
        }
    }

    /// Whether all goroutines have done all they do.
    pub fn all_done(&self) -> bool {
        (0..self.goroutines.len()).all(|goroutine| self.is_done(goroutine))
    }

    /// What the operations of a goroutine found.
    pub fn outcomes(&self, goroutine: usize) -> &[Outcome] {
        self.goroutines.get(goroutine).map_or(&[], |goroutine| goroutine.outcomes.as_slice())
    }

    /// The hash of the state: memory, program counters and locals, and what was found.
    pub(crate) fn identity(&self) -> u128 {
        let mut hash = self.memory.hash();
        for (index, goroutine) in self.goroutines.iter().enumerate() {
            let one = goroutine.done ^ goroutine.thread.identity.rotate_left(1);
            hash = hash.wrapping_add(chain(one, arena_of(index)));
        }
        hash
    }

    /// Makes one step of a goroutine that can.
    pub(crate) fn step(&mut self, goroutine: usize) -> (Step, Undo) {
        let arena = arena_of(goroutine);
        let fill = self.memory.fill(arena);
        let stores = self.undo.len();
        let operation = self.operation(goroutine);
        let (program, map, locks) = (self.program, self.map, self.locks);
        let Some(state) = self.goroutines.get_mut(goroutine) else {
            return self.nothing(goroutine, stores, fill);
        };
        let undo = Undo {
            goroutine,
            stores,
            fill,
            history: state.thread.history.len(),
            start: state.thread.start,
            identity: state.thread.identity,
            done: state.done,
            next: state.next,
            outcomes: state.outcomes.len(),
        };
        let Some(operation) = operation else {
            return self.nothing(goroutine, stores, fill);
        };
        let mut runner = Runner::new(
            &mut self.memory,
            &program.map,
            &program.keys,
            &mut state.thread,
            &mut self.undo,
            arena,
            1,
        );
        let result = perform(&mut runner, program, map, locks, operation);
        let touch = runner.touch;
        let mut step = Step { touch, operation: undo.next, done: false, fault: None };
        match result {
            Ok(outcome) => {
                for word in outcome.words() {
                    state.done = chain(state.done, word);
                }
                state.outcomes.push(outcome);
                state.next = state.next.wrapping_add(1);
                state.thread.start = state.thread.history.len();
                state.thread.identity = 0;
                step.done = true;
            }
            Err(Stop::Yield) => {}
            Err(Stop::Fault(fault)) => step.fault = Some(fault),
        }
        (step, undo)
    }

    fn nothing(&self, goroutine: usize, stores: usize, fill: Fill) -> (Step, Undo) {
        let undo = Undo {
            goroutine,
            stores,
            fill,
            history: usize::MAX,
            start: 0,
            identity: 0,
            done: 0,
            next: 0,
            outcomes: 0,
        };
        (Step { touch: None, operation: 0, done: false, fault: None }, undo)
    }

    /// Takes the last step back.
    pub(crate) fn take_back(&mut self, undo: Undo) {
        while self.undo.len() > undo.stores {
            if let Some((address, before)) = self.undo.pop() {
                // What was stored there once is there still.
                let _ = self.memory.store(address, before);
            }
        }
        self.memory.empty_to(arena_of(undo.goroutine), undo.fill);
        let Some(state) = self.goroutines.get_mut(undo.goroutine) else { return };
        if undo.history == usize::MAX {
            return;
        }
        state.thread.history.truncate(undo.history);
        state.thread.start = undo.start;
        state.thread.identity = undo.identity;
        state.done = undo.done;
        state.next = undo.next;
        state.outcomes.truncate(undo.outcomes);
    }

    /// The memory, to be drawn.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The program.
    pub fn program(&self) -> &'a Program {
        self.program
    }

    /// A field of the map's header; none for a nil map.
    pub fn field(&self, field: Field) -> Option<u64> {
        self.memory.load(crate::memory::field(self.map, field)).ok()
    }
}
