//! Exit codes of the program. They are part of its interface and do not change.

/// `explain`, `doctor` and `demo`: a fault or a dump was read and explained. `advise`: there is advice. `check`: no findings.
pub(crate) const EXPLAINED: u8 = 0;
/// `check`: there are findings.
pub(crate) const FINDINGS: u8 = 1;
/// `server`: the client went, or said `exit`, without `shutdown`.
pub(crate) const LEFT: u8 = 1;
/// Wrong usage, unreadable input, or an internal error.
pub(crate) const ERROR: u8 = 2;
/// The input was read, but holds nothing this program knows: no fault, no goroutine, no Go source, no operation on a map.
pub(crate) const NOTHING_FOUND: u8 = 3;

/// The table that `--help` prints.
pub(crate) const HELP: &str = "\
Exit codes:
  0  explained; for check, nothing found
  1  check has findings
  2  error: wrong usage, or something could not be read
  3  nothing found: no fault, goroutine, Go map or operation in what was read";
