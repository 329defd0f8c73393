//! Exit codes of the program. They are part of its interface and do not change.

/// `explain`, `doctor` and `demo`: a fault or a dump was read and explained.
pub(crate) const EXPLAINED: u8 = 0;
/// A gate found something. No command of this version returns it; it is reserved for `check`.
#[expect(dead_code, reason = "the number is taken, so that no other meaning is given to it")]
pub(crate) const FINDINGS: u8 = 1;
/// Wrong usage, unreadable input, or an internal error.
pub(crate) const ERROR: u8 = 2;
/// The input was read, but holds nothing this program knows: no fault, no goroutine, no Go source.
pub(crate) const NOTHING_FOUND: u8 = 3;

/// The table that `--help` prints.
pub(crate) const HELP: &str = "\
Exit codes:
  0  explained
  1  findings (no command of this version)
  2  error: wrong usage, or something could not be read
  3  nothing found: no fault, goroutine or Go map in what was read";
