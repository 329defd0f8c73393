//! All goroutines, and their stacks.

use super::labels::LabelReader;
use super::layout::{At, Layout, Words, all};
use super::registers::{Registers, Standing, Threads};
use super::unwind::{End, Followed, Unwinder, nothing};
use super::window::Window;
use super::{Goroutine, Goroutines, Stack};
use crate::budget::Budget;
use crate::kinds::Number;
use crate::memory::{Memory, bytes, pointer_at};
use crate::walk::Reader;
use go_binary::FunctionTable;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Goroutines that are read before they are looked at again.
const TOGETHER: usize = 1 << 12;
/// A message is no longer than this.
const LONGEST_MESSAGE: u64 = 1 << 9;
/// The bit of a state that says that the collector reads the stack.
const SCANNED: u64 = 0x1000;
/// Goroutines that lie no further from each other are read at once, and no more bytes than these.
const APART: u64 = 1 << 10;
const AT_ONCE: u64 = 1 << 20;

/// Reads the goroutines of a program.
///
/// None if its debugging information does not say what a goroutine is. Linear in the bytes of all goroutines and stacks that
/// the budget allows.
#[must_use]
pub fn goroutines<M: Memory + ?Sized>(
    reader: &Reader<'_>,
    functions: &FunctionTable<'_>,
    memory: &M,
    threads: &dyn Threads,
    budget: &Budget,
) -> Option<Goroutines> {
    let program = reader.program();
    let layout = Layout::of(program.types)?;
    let (mut addresses, count) = all(program, memory, budget.goroutines)?;
    let left_out = count.saturating_sub(budget.goroutines.min(count));
    addresses.sort_unstable();
    addresses.dedup();
    let words = Words::read(program, memory);
    let mut list = List {
        done: words.idle(),
        running: words.state("running"),
        in_system: words.state("syscall"),
        layout,
        words,
        memory,
        threads,
        retries: budget.retries,
        unwinder: Unwinder::new(functions, memory, program.bias, budget.frames),
        labels: LabelReader::new(reader),
        states: FxHashMap::default(),
        places: FxHashMap::default(),
        machines: FxHashMap::default(),
        found: Goroutines { left_out, ..Goroutines::default() },
    };
    for some in addresses.chunks(TOGETHER) {
        list.read(some);
    }
    list.found.all.sort_by_key(|goroutine| goroutine.id);
    Some(list.found)
}

struct List<'l, M: ?Sized> {
    layout: Layout,
    words: Words,
    /// The numbers of states in which a goroutine is done or was never begun, and of others.
    done: Vec<u64>,
    running: Option<u64>,
    in_system: Option<u64>,
    memory: &'l M,
    threads: &'l dyn Threads,
    retries: u32,
    unwinder: Unwinder<'l, M>,
    labels: LabelReader<'l>,
    states: FxHashMap<(u64, u64), Arc<str>>,
    places: FxHashMap<Stack, usize>,
    /// The numbers of threads, by where the runtime keeps what it knows of them.
    machines: FxHashMap<u64, Option<u64>>,
    found: Goroutines,
}

/// What a goroutine says of itself that decides where its stack is.
#[derive(Clone, PartialEq, Eq)]
struct Moment {
    state: u64,
    parked: Registers,
    in_system: Registers,
    low: u64,
    high: u64,
    thread: Option<u64>,
}

impl<M: Memory + ?Sized> List<'_, M> {
    fn read(&mut self, addresses: &[u64]) {
        let before = self.raw(addresses);
        let followed: Vec<_> = before
            .iter()
            .map(|(address, raw)| {
                let moment = self.moment(raw)?;
                (!self.done.contains(&moment.state))
                    .then(|| (*address, self.follow(&moment), moment))
            })
            .collect();
        let after: FxHashMap<u64, Moment> = self
            .raw(addresses)
            .into_iter()
            .filter_map(|(address, raw)| Some((address, self.moment(&raw)?)))
            .collect();
        for ((_, raw), followed) in before.iter().zip(followed) {
            let Some((address, mut followed, moment)) = followed else { continue };
            let mut raw = raw.clone();
            if after.get(&address) != Some(&moment) {
                match self.again(address) {
                    Some((fresh, stack)) => (raw, followed) = (fresh, stack),
                    None => continue,
                }
            }
            self.add(&raw, followed);
        }
    }

    /// Reads one goroutine until it does not change; none if it is done.
    fn again(&mut self, address: u64) -> Option<(Vec<u8>, Followed)> {
        let mut raw = bytes(self.memory, address, self.layout.size).ok()?;
        for _ in 0..=self.retries {
            let moment = self.moment(&raw)?;
            if self.done.contains(&moment.state) {
                return None;
            }
            let followed = self.follow(&moment);
            let after = bytes(self.memory, address, self.layout.size).ok()?;
            if self.moment(&after).as_ref() == Some(&moment) {
                return Some((after, followed));
            }
            raw = after;
        }
        Some((raw, nothing(End::Moved)))
    }

    /// The bytes of all goroutines, those that lie beside each other read at once.
    fn raw(&mut self, addresses: &[u64]) -> Vec<(u64, Vec<u8>)> {
        let size = self.layout.size;
        let mut all = Vec::with_capacity(addresses.len());
        let mut rest = addresses;
        while let Some(first) = rest.first().copied() {
            let mut end = first.saturating_add(size);
            let together = rest
                .iter()
                .take_while(|address| {
                    let next = address.saturating_add(size);
                    let near = **address <= end.saturating_add(APART)
                        && next.saturating_sub(first) <= AT_ONCE;
                    if near {
                        end = next;
                    }
                    near
                })
                .count()
                .max(1);
            let (run, later) = rest.split_at_checked(together).unwrap_or((rest, &[]));
            rest = later;
            let held = bytes(self.memory, first, end.saturating_sub(first)).unwrap_or_default();
            for address in run {
                let part = usize::try_from(address.saturating_sub(first)).ok().and_then(|at| {
                    held.get(at..at.checked_add(usize::try_from(size).ok()?)?).map(<[u8]>::to_vec)
                });
                // What lies between them may be gone; then each is read by itself.
                match part.or_else(|| bytes(self.memory, *address, size).ok()) {
                    Some(part) => all.push((*address, part)),
                    None => self.found.unreadable = self.found.unreadable.saturating_add(1),
                }
            }
            self.found.bytes = self.found.bytes.saturating_add(end.saturating_sub(first));
        }
        all
    }

    fn moment(&mut self, raw: &[u8]) -> Option<Moment> {
        let layout = &self.layout;
        let get = |field: Number| field.get(raw);
        let registers =
            |at: At| Some(Registers { pc: get(at.pc)?, sp: get(at.sp)?, bp: at.bp.and_then(get) });
        let moment = Moment {
            state: get(layout.state)? & !SCANNED,
            parked: registers(layout.parked)?,
            in_system: registers(layout.in_system)?,
            low: get(layout.low)?,
            high: get(layout.high)?,
            thread: None,
        };
        let machine = get(layout.machine).filter(|machine| *machine != 0);
        let thread = machine.and_then(|machine| self.thread(machine));
        Some(Moment { thread, ..moment })
    }

    fn thread(&mut self, machine: u64) -> Option<u64> {
        let field = self.layout.thread?;
        let memory = self.memory;
        *self.machines.entry(machine).or_insert_with(|| {
            let at = field.after(machine);
            pointer_at(memory, at.offset()).ok().filter(|thread| *thread != 0)
        })
    }

    /// Follows the stack of a goroutine, if it is known where it stands.
    fn follow(&mut self, moment: &Moment) -> Followed {
        let mut window = Window::new(self.memory, moment.low..moment.high);
        let (registers, stopped) = if Some(moment.state) == self.running {
            let Some(thread) = moment.thread else { return nothing(End::Unknown) };
            for _ in 0..=self.retries {
                let standing = self.threads.standing(thread);
                let registers = match standing {
                    Standing::At(registers) => registers,
                    Standing::Running => return nothing(End::Running),
                    Standing::Unknown => return nothing(End::Unknown),
                };
                let Some((start, stopped)) = self.on_stack(registers, moment, &window) else {
                    return nothing(End::Unknown);
                };
                let followed = self.unwinder.follow(start, stopped, &mut window);
                if self.threads.standing(thread) == standing {
                    self.found.bytes = self.found.bytes.saturating_add(window.read);
                    return followed;
                }
            }
            return nothing(End::Moved);
        } else if moment.in_system.sp != 0 {
            (moment.in_system, false)
        } else {
            (moment.parked, false)
        };
        let followed = self.unwinder.follow(registers, stopped, &mut window);
        self.found.bytes = self.found.bytes.saturating_add(window.read);
        followed
    }

    /// Where a goroutine stands whose thread stands there: the thread may handle a signal, or work for the scheduler.
    fn on_stack(
        &mut self,
        registers: Registers,
        moment: &Moment,
        window: &Window<'_, M>,
    ) -> Option<(Registers, bool)> {
        /// A handler may be interrupted by another signal, once.
        const SIGNALS: u32 = 2;
        let mut at = registers;
        for _ in 0..=SIGNALS {
            if window.has(at.sp) {
                return Some((at, true));
            }
            match self.unwinder.before_signal(at) {
                Some(before) => at = before,
                None => break,
            }
        }
        window.has(moment.parked.sp).then_some((moment.parked, false))
    }

    fn add(&mut self, raw: &[u8], followed: Followed) {
        let layout = self.layout.clone();
        let get = |field: Number| field.get(raw).unwrap_or_default();
        let some = |field: Option<Number>| field.map(get).filter(|value| *value != 0);
        let state = get(layout.state) & !SCANNED;
        let reason = get(layout.wait_reason);
        let waits = Some(state) != self.running;
        let words = &self.words;
        let said = self.states.entry((state, if waits { reason } else { 0 }));
        let said = Arc::clone(said.or_insert_with(|| words.of(state, reason).into()));
        if let Some((text, length)) = followed.message.filter(|_| self.found.fault.is_none()) {
            let text = bytes(self.memory, text, length.min(LONGEST_MESSAGE)).ok();
            let text = text.and_then(|text| String::from_utf8(text).ok());
            self.found.fault = text.filter(|text| !text.is_empty());
        }
        let stack = Stack { frames: followed.frames, end: followed.end };
        let place = match self.places.get(&stack) {
            Some(place) => *place,
            None => {
                let place = self.found.stacks.len();
                self.found.stacks.push(stack.clone());
                self.places.insert(stack, place);
                place
            }
        };
        let machine = some(Some(layout.machine));
        let on_thread = Some(state) == self.running || Some(state) == self.in_system;
        let thread = machine.filter(|_| on_thread).and_then(|machine| self.thread(machine));
        self.found.all.push(Goroutine {
            id: get(layout.id),
            state: said,
            waits_since: some(Some(layout.waits_since)).filter(|_| waits),
            thread,
            locked_to_thread: some(layout.locked).is_some(),
            labels: self.labels.read(self.memory, some(layout.labels).unwrap_or_default()),
            created_at: some(Some(layout.created_at)),
            parent: some(layout.parent),
            begins_in: get(layout.begins_in),
            stack: place,
            maps: followed.held.iter().map(|held| (held.frame, held.map)).collect(),
        });
    }
}
