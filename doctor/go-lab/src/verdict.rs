//! How a run ended: fine, caught by the runtime, or harmed in silence.

use crate::allowed::{Allowed, End, Stable};
use crate::fault::{DEADLOCK, Fault};
use crate::machine::Machine;
use crate::memory::Missing;
use crate::outcome::{Entry, Outcome, Value};
use crate::program::{Operation, Program};
use std::collections::BTreeMap;

/// A kind of harm that nothing reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Harm {
    /// A nil pointer was followed, or memory beyond the buckets was touched: the process dies in the middle of the map's
    /// code, or goes on with whatever lies there.
    Memory(Missing),
    /// An operation never ends.
    Endless,
    /// The flag is left set: the next operation ends the program, though nobody writes.
    StuckFlag,
    /// An entry that was stored is gone.
    LostEntry,
    /// An entry is there twice.
    Duplicate,
    /// A value is half of one and half of another.
    TornValue,
    /// A value that nobody stored for the key, or an old one.
    WrongValue,
    /// A lookup did not find a key that was there all the time.
    MissedLookup,
    /// A key that was deleted, or never there, is found.
    PhantomKey,
    /// An iteration did not hand out a key that was there all the time.
    MissedInIteration,
    /// An iteration handed out a key twice.
    TwiceInIteration,
    /// `len` and the entries disagree.
    WrongLength,
    /// No order of the operations explains what they found.
    Unexplained,
}

impl Harm {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory(Missing::Nil) => "nil memory touched",
            Self::Memory(Missing::Beyond) => "foreign memory touched",
            Self::Endless => "endless probe",
            Self::StuckFlag => "flag left set",
            Self::LostEntry => "lost entry",
            Self::Duplicate => "duplicate",
            Self::TornValue => "torn value",
            Self::WrongValue => "wrong value",
            Self::MissedLookup => "missed lookup",
            Self::PhantomKey => "phantom key",
            Self::MissedInIteration => "missed in iteration",
            Self::TwiceInIteration => "twice in iteration",
            Self::WrongLength => "wrong length",
            Self::Unexplained => "no order explains it",
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// As if each operation had happened at one moment.
    Fine,
    /// The runtime ended the program, and said so.
    Detected {
        /// What it says.
        fault: Fault,
        /// Whose stack it prints first; none where all goroutines wait.
        goroutine: Option<usize>,
    },
    /// Harm.
    Silent {
        /// What harm.
        harm: Harm,
        /// The goroutine that met it; none where it is left in the map.
        goroutine: Option<usize>,
        /// The key it is about.
        key: Option<u64>,
    },
}

impl Verdict {
    /// Whether something was harmed and nothing reported it.
    pub fn is_silent(self) -> bool {
        matches!(self, Self::Silent { .. })
    }

    /// Whether the runtime noticed.
    pub fn is_detected(self) -> bool {
        matches!(self, Self::Detected { .. })
    }

    fn silent(harm: Harm, goroutine: Option<usize>, key: Option<u64>) -> Self {
        Self::Silent { harm, goroutine, key }
    }

    /// The verdict on a run that ended in the middle of an operation.
    pub(crate) fn of_fault(fault: Fault, goroutine: usize) -> Self {
        match fault {
            Fault::Fatal(_) | Fault::Panic(_) => {
                Self::Detected { fault, goroutine: Some(goroutine) }
            }
            Fault::Missing(missing) => Self::silent(Harm::Memory(missing), Some(goroutine), None),
            Fault::Endless => Self::silent(Harm::Endless, Some(goroutine), None),
        }
    }

    /// The verdict on a run in which everybody waits.
    pub(crate) fn deadlock() -> Self {
        Self::Detected { fault: Fault::Fatal(DEADLOCK), goroutine: None }
    }
}

/// Harm, the goroutine that met it, the key.
type Found = (Harm, Option<usize>, Option<u64>);

/// Judges runs of one program.
#[derive(Clone, Debug)]
pub(crate) struct Judge {
    allowed: Allowed,
}

impl Judge {
    /// None where there are too many orders to go through.
    pub(crate) fn new(program: &Program) -> Option<Self> {
        Some(Self { allowed: Allowed::new(program)? })
    }

    /// The verdict on a run whose operations are all done.
    pub(crate) fn verdict(&self, machine: &mut Machine<'_>) -> Verdict {
        let mut worst = Vec::new();
        let entries = match contents(machine, &mut worst) {
            Ok(entries) => entries,
            Err(harm) => return Verdict::silent(harm, None, None),
        };
        if self.allowed.is_empty() {
            return Verdict::silent(Harm::Unexplained, None, None);
        }
        self.judge_entries(machine.program(), &entries, &mut worst);
        self.judge_outcomes(machine, &mut worst);
        for goroutine in 0..machine.goroutines() {
            judge_iterations(machine, goroutine, &mut worst);
        }
        worst.sort_unstable();
        if let Some((harm, goroutine, key)) = worst.first().copied() {
            return Verdict::silent(harm, goroutine, key);
        }
        let outcomes = (0..machine.goroutines()).map(|goroutine| {
            let found = machine.outcomes(goroutine).iter();
            found.map(without_entries).collect()
        });
        let whole = entries.iter().map(|(key, value)| (*key, value.first)).collect();
        let end = End { outcomes: outcomes.collect(), entries: whole };
        if self.allowed.has(&end) {
            Verdict::Fine
        } else {
            Verdict::silent(Harm::Unexplained, None, None)
        }
    }

    /// What is left in the map.
    fn judge_entries(
        &self,
        program: &Program,
        entries: &BTreeMap<u64, Value>,
        worst: &mut Vec<Found>,
    ) {
        for key in program.keys.all() {
            let found = entries.get(&key);
            let harm = match found {
                Some(value) if value.is_torn() => Harm::TornValue,
                _ if self.allowed.may_end(key, found.map(|value| value.first)) => continue,
                None => Harm::LostEntry,
                Some(_) if self.allowed.may_hold(key) => Harm::WrongValue,
                Some(_) => Harm::PhantomKey,
            };
            worst.push((harm, None, Some(key)));
        }
    }

    /// What lookups and `len` found.
    fn judge_outcomes(&self, machine: &Machine<'_>, worst: &mut Vec<Found>) {
        for goroutine in 0..machine.goroutines() {
            for (at, outcome) in machine.outcomes(goroutine).iter().enumerate() {
                if self.allowed.may_find(goroutine, at, &without_entries(outcome)) {
                    continue;
                }
                let harm = match outcome {
                    Outcome::Read(None) => Harm::MissedLookup,
                    Outcome::Read(Some(value)) if value.is_torn() => Harm::TornValue,
                    Outcome::Read(Some(_)) if self.allowed.may_find_any(goroutine, at) => {
                        Harm::WrongValue
                    }
                    Outcome::Read(Some(_)) => Harm::PhantomKey,
                    Outcome::Length(_) => Harm::WrongLength,
                    Outcome::Done | Outcome::Entries(_) => continue,
                };
                let operations = machine.program().goroutines.get(goroutine);
                let key = match operations.and_then(|operations| operations.get(at)) {
                    Some(Operation::Read(key)) => Some(*key),
                    _ => None,
                };
                worst.push((harm, Some(goroutine), key));
            }
        }
    }
}

fn without_entries(outcome: &Outcome) -> Outcome {
    match outcome {
        Outcome::Entries(_) => Outcome::Entries(Vec::new()),
        other => other.clone(),
    }
}

/// What a goroutine would find that comes after all others; an error where it could not go on.
fn contents(
    machine: &mut Machine<'_>,
    worst: &mut Vec<Found>,
) -> Result<BTreeMap<u64, Value>, Harm> {
    let failed = |fault: Fault| match fault {
        Fault::Fatal(_) | Fault::Panic(_) => Harm::StuckFlag,
        Fault::Missing(missing) => Harm::Memory(missing),
        Fault::Endless => Harm::Endless,
    };
    let mut entries = BTreeMap::new();
    for key in machine.program().keys.all() {
        if let Outcome::Read(Some(value)) = machine.look(Operation::Read(key)).map_err(failed)? {
            entries.insert(key, value);
        }
    }
    let Outcome::Entries(listed) = machine.look(Operation::Iterate).map_err(failed)? else {
        return Ok(entries);
    };
    for (place, Entry { key, .. }) in listed.iter().enumerate() {
        if listed.iter().take(place).any(|earlier| earlier.key == *key) {
            worst.push((Harm::Duplicate, None, Some(*key)));
        }
        if !entries.contains_key(key) {
            let is_known = machine.program().keys.all().contains(key);
            let harm = if is_known { Harm::LostEntry } else { Harm::PhantomKey };
            worst.push((harm, None, Some(*key)));
        }
    }
    for key in entries.keys().filter(|key| !listed.iter().any(|entry| entry.key == **key)) {
        worst.push((Harm::LostEntry, None, Some(*key)));
    }
    let length = u64::try_from(listed.len()).unwrap_or(u64::MAX);
    if machine.look(Operation::Length).map_err(failed)? != Outcome::Length(length) {
        worst.push((Harm::WrongLength, None, None));
    }
    Ok(entries)
}

/// What iterations and clones of a goroutine hold.
fn judge_iterations(machine: &Machine<'_>, goroutine: usize, worst: &mut Vec<Found>) {
    let whose = Some(goroutine);
    for (at, outcome) in machine.outcomes(goroutine).iter().enumerate() {
        let Outcome::Entries(entries) = outcome else { continue };
        let stable = Stable::new(machine.program(), goroutine, at);
        for key in stable.entries.keys() {
            if !entries.iter().any(|entry| entry.key == *key) {
                worst.push((Harm::MissedInIteration, whose, Some(*key)));
            }
        }
        for (place, Entry { key, value }) in entries.iter().enumerate() {
            if entries.iter().take(place).any(|earlier| earlier.key == *key) {
                worst.push((Harm::TwiceInIteration, whose, Some(*key)));
            }
            let known = stable.entries.get(key);
            let may = match (known, stable.touched.get(key)) {
                (Some(known), _) => *known == value.first,
                (None, Some(values)) => values.contains(&value.first),
                (None, None) => {
                    worst.push((Harm::PhantomKey, whose, Some(*key)));
                    continue;
                }
            };
            if value.is_torn() {
                worst.push((Harm::TornValue, whose, Some(*key)));
            } else if !may {
                worst.push((Harm::WrongValue, whose, Some(*key)));
            }
        }
    }
}
