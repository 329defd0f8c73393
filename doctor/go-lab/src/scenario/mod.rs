//! Scenarios: a map, its keys, and what goroutines do to it, in a few lines of TOML.

mod bundled;
mod error;
mod locks;
mod read;
mod statement;

pub use bundled::{bundled, bundled_names};
pub use error::{ScenarioError, ScenarioErrorKind};

use crate::explore::Schedule;
use crate::hash::scramble;
use crate::program::Program;

/// The most goroutines of a scenario.
pub(crate) const MOST_GOROUTINES: usize = 6;
/// The most operations of a goroutine.
pub(crate) const MOST_OPERATIONS: usize = 16;
/// The most operations before the goroutines start.
pub(crate) const MOST_BEFORE: usize = 64;
/// The most keys.
pub(crate) const MOST_KEYS: usize = 32;
/// The most mutexes.
pub(crate) const MOST_LOCKS: usize = 4;

/// Goes up when the steps of the model change, so that an old string is refused rather than replayed as another run.
const MODEL: u64 = 1;

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// One line that says what it is about.
    pub title: String,
    /// A few sentences more; may be empty.
    pub about: String,
    /// What runs.
    pub program: Program,
    /// The names of the goroutines.
    pub goroutines: Vec<String>,
    /// The operations of the goroutines, as they were written.
    pub statements: Vec<Vec<String>>,
    /// The operations before, as they were written.
    pub before: Vec<String>,
    /// The names of the keys; key 0, that of an empty cell, has none.
    pub keys: Vec<String>,
    /// The names of the mutexes.
    pub locks: Vec<String>,
    /// The lines of the operations before.
    lines: Vec<usize>,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    ///
    /// With the line, when something is unknown, contradictory, can never end, or is too much.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        read::scenario(name, text)
    }

    /// The name of a key; none for the word of an empty cell.
    pub fn key(&self, key: u64) -> Option<&str> {
        let at = usize::try_from(key).ok()?.checked_sub(1)?;
        self.keys.get(at).map(String::as_str)
    }

    /// The line of the file on which an operation before the goroutines stands.
    pub fn line_of_before(&self, operation: usize) -> usize {
        self.lines.get(operation).copied().unwrap_or(1)
    }

    /// What tells this scenario, as this model runs it, from others: in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let program = &self.program;
        let whole = format!(
            "{:?} {:?} {} {} {} {:?} {:?} {:?}",
            program.map,
            program.keys,
            program.is_nil,
            program.hint,
            program.start,
            program.locks,
            program.before,
            program.goroutines
        );
        let hash = whole.bytes().fold(MODEL, |hash, byte| {
            scramble(hash.wrapping_mul(31).wrapping_add(u64::from(byte)))
        });
        format!("{:08x}", hash >> 32)
    }

    /// The string that replays a run of it.
    pub fn replay_string(&self, schedule: &Schedule) -> String {
        format!("{}:{}:{schedule}", self.name, self.fingerprint())
    }

    /// The schedule of a string that replays a run of this scenario.
    ///
    /// # Errors
    ///
    /// When it is of another scenario or another version of it, or no such string.
    pub fn read_replay(&self, text: &str) -> Result<Schedule, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let [name, fingerprint, schedule] = parts.as_slice() else {
            return Err("it has not the form NAME:FINGERPRINT:STEPS".to_owned());
        };
        if *name != self.name {
            return Err(format!("it replays the scenario {name}, not {}", self.name));
        }
        if *fingerprint != self.fingerprint() {
            return Err(format!("it replays another version of {name}: {fingerprint}"));
        }
        schedule.parse()
    }
}
