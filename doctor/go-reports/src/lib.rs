//! Reads what other tools report about Go code: `go vet`, staticcheck, golangci-lint, and whatever writes SARIF.
//!
//! ```
//! let reports = go_reports::read(b"stock/shelf.go:30:3: assignment to nil map (SA5000)\n");
//! let entry = &reports.entries[0];
//! assert_eq!((&*entry.name(), entry.site.line), ("staticcheck:SA5000", 30));
//! ```
//!
//! # What a text may look like
//!
//! The forms are told by their content, and one text may hold several of them, as the log of a build does:
//!
//! - lines `file:line:column: message` as `go vet`, staticcheck and golangci-lint print them, the last two with the check or
//!   the linter in parentheses at the end; `# package` lines say which package they are about;
//! - the stylish form of staticcheck: a line with the file, then lines `(line, column)  CHECK  message`;
//! - `go vet -json`, `staticcheck -f json`, golangci-lint's JSON, SARIF 2.1.0, and the events of `go test -json`, whose
//!   texts are read as these lines are.
//!
//! Colours and carriage returns are taken out first. Lines that are none of these are passed over: a log is full of them.
//! What should be one of these and cannot be read, such as JSON that is cut off, is a note with its line.
//!
//! Reports of the race detector are the business of another reader. Here they are lines like others; but what the events of
//! `go test -json` hold is handed on, package by package, since packages that are tested at once print by turns.
//!
//! *Design constraints.* No I/O, no panic, no allocation by a length that the text claims. Time is linear in the text, times
//! the depth that JSON may be nested to.

mod json;
mod lines;
mod model;
mod reader;
mod sarif;
mod tool;
mod vet;

pub use model::{Columns, Entry, Note, Reports, TestOutput};
pub use reader::read;
