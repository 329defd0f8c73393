//! The plain way: every schedule from its beginning to its end. For comparison, on small programs.

use super::Unfit;
use super::tally::Tally;
use crate::machine::Machine;
use crate::program::Program;
use crate::verdict::{Judge, Verdict};

/// What a plain enumeration found.
#[derive(Clone, Debug)]
pub struct Plain {
    /// The states that were visited, one as often as a schedule comes to it.
    pub visited: u64,
    /// How many schedules end how.
    pub tallies: Vec<Tally>,
    /// Whether all schedules were gone through.
    pub is_whole: bool,
}

/// Goes through every schedule of a program, until so many states were visited.
///
/// # Errors
///
/// As [`super::explore`].
pub fn enumerate(program: &Program, most: u64) -> Result<Plain, Unfit> {
    let mut machine = Machine::new(program).map_err(|(at, fault)| Unfit::Before(at, fault))?;
    let judge = Judge::new(program).ok_or(Unfit::TooManyOrders)?;
    let mut plain = Plain { visited: 0, tallies: Vec::new(), is_whole: true };
    visit(&mut machine, &judge, most, 1.0, &mut plain);
    Ok(plain)
}

fn visit(machine: &mut Machine<'_>, judge: &Judge, most: u64, chance: f64, plain: &mut Plain) {
    plain.visited = plain.visited.saturating_add(1);
    if plain.visited > most {
        plain.is_whole = false;
        return;
    }
    if machine.all_done() {
        let verdict = judge.verdict(machine);
        return count(plain, verdict, chance);
    }
    let able: Vec<usize> =
        (0..machine.goroutines()).filter(|goroutine| machine.can_step(*goroutine)).collect();
    if able.is_empty() {
        return count(plain, Verdict::deadlock(), chance);
    }
    let share = chance / f64::from(u32::try_from(able.len()).unwrap_or(1));
    for goroutine in able {
        let (step, undo) = machine.step(goroutine);
        match step.fault {
            Some(fault) => {
                plain.visited = plain.visited.saturating_add(1);
                count(plain, Verdict::of_fault(fault, goroutine), share);
            }
            None => visit(machine, judge, most, share, plain),
        }
        machine.take_back(undo);
    }
}

fn count(plain: &mut Plain, verdict: Verdict, chance: f64) {
    let known = plain.tallies.iter_mut().find(|tally| tally.verdict == verdict);
    match known {
        Some(tally) => {
            tally.interleavings += 1.0;
            tally.chance += chance;
        }
        None => plain.tallies.push(Tally { verdict, interleavings: 1.0, chance }),
    }
}
