//! Who makes the steps of a run, written as text that replays it: `1x12.2x30.1x4`, goroutines counted from 1.

use std::fmt;
use std::str::FromStr;

/// Goroutines in the order of their steps, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Schedule {
    steps: Vec<u8>,
}

/// More steps than any run of a scenario has.
const MOST: usize = 1_000_000;

impl Schedule {
    pub(crate) fn push(&mut self, goroutine: usize) {
        self.steps.push(u8::try_from(goroutine).unwrap_or(u8::MAX));
    }

    pub(crate) fn pop(&mut self) {
        self.steps.pop();
    }

    /// The steps.
    pub fn steps(&self) -> impl Iterator<Item = usize> + '_ {
        self.steps.iter().map(|goroutine| usize::from(*goroutine))
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How often one goroutine follows another.
    pub fn switches(&self) -> usize {
        self.stretches().len().saturating_sub(1)
    }

    fn stretches(&self) -> Vec<(u8, usize)> {
        let mut stretches: Vec<(u8, usize)> = Vec::new();
        for goroutine in &self.steps {
            match stretches.last_mut() {
                Some((same, count)) if same == goroutine => *count = count.saturating_add(1),
                _ => stretches.push((*goroutine, 1)),
            }
        }
        stretches
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (goroutine, count)) in self.stretches().into_iter().enumerate() {
            let dot = if place == 0 { "" } else { "." };
            write!(f, "{dot}{}x{count}", goroutine.saturating_add(1))?;
        }
        Ok(())
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut schedule = Self::default();
        for stretch in text.split('.') {
            let parts = stretch.split_once('x');
            let parsed = parts.and_then(|(goroutine, count)| {
                let goroutine = goroutine.parse::<u8>().ok()?.checked_sub(1)?;
                Some((goroutine, count.parse::<usize>().ok()?))
            });
            let Some((goroutine, count)) = parsed else {
                return Err(format!("'{stretch}' is not a goroutine and its steps, such as 1x12"));
            };
            let length = schedule.steps.len().saturating_add(count);
            if count > MOST || length > MOST {
                return Err(format!("more than {MOST} steps"));
            }
            schedule.steps.resize(length, goroutine);
        }
        Ok(schedule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_read_as_it_is_written() {
        let text = "1x12.2x30.1x4";
        let schedule: Schedule = text.parse().unwrap();
        assert_eq!((schedule.len(), schedule.switches()), (46, 2));
        assert_eq!(schedule.to_string(), text);
        for wrong in ["", "x", "0x1", "1x", "1x2.", "1x99999999999", "300x1"] {
            assert!(wrong.parse::<Schedule>().is_err(), "{wrong}");
        }
    }
}
