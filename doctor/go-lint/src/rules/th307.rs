//! ## What it does
//!
//! Finds maps of pointers to structs of at most 16 bytes whose entries are all made by `&T{…}`, and whose values are never
//! changed once they are made: no field of the type is assigned anywhere in the program, no address of one is taken, none
//! is set whole, and no two pointers are compared. Types with exported fields or methods of pointers are left alone.
//!
//! Its findings are of low grade: `--preview` shows them.
//!
//! ## Why is this bad
//!
//! Each entry is an allocation of its own, which the garbage collector has to find again and again, and each look-up follows
//! a pointer to read two words.
//!
//! ## Example
//!
//! ```go
//! type point struct{ x, y int }
//!
//! func Diagonal(n int) map[int]*point {
//!     points := make(map[int]*point, n)
//!     for i := 0; i < n; i++ {
//!         points[i] = &point{i, i}
//!     }
//!     return points
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! type point struct{ x, y int }
//!
//! func Diagonal(n int) map[int]point {
//!     points := make(map[int]point, n)
//!     for i := 0; i < n; i++ {
//!         points[i] = point{i, i}
//!     }
//!     return points
//! }
//! ```
//!
//! `--escape FILE` takes the compiler's word for where the values go: `go build -gcflags=-m ./... 2> FILE`. Those that escape to
//! the heap are said to; where the values live in the frame of a function, nothing is allocated and nothing found.
//!
//! ## References
//!
//! - A Guide to the Go Garbage Collector, <https://go.dev/doc/gc-guide>

use crate::rule::Memory;
use crate::words;
use finding::{Finding, Grade, MapDecl, Operation};
use go_source::{Cost, SourceAccess};

pub(crate) fn check<'p>(
    memory: &Memory<'_, 'p>,
    map: &'p MapDecl,
    accesses: &[&'p SourceAccess],
    found: &mut Vec<Finding>,
) {
    let program = memory.analysis.program;
    let mut writes =
        accesses.iter().filter(|access| access.access.operation == Operation::Write).peekable();
    let Some(first) = writes.peek().copied() else { return };
    let pointed = |write: &SourceAccess| {
        program.costs(write).iter().find_map(|cost| match cost {
            Cost::Pointed(bytes) => Some(*bytes),
            _ => None,
        })
    };
    let Some(bytes) = pointed(first) else { return };
    // A value in the frame of its function costs no allocation.
    let stays = |write: &SourceAccess| {
        program
            .new_entry(write)
            .is_some_and(|entry| memory.escapes.value_stays(program, write, &entry))
    };
    if !writes.all(|write| pointed(write).is_some() && !stays(write)) {
        return;
    }
    let message = format!(
        "{} holds pointers to values of {bytes} bytes that nothing changes",
        words::called(map)
    );
    let mut finding =
        words::begin("TH307", "small-pointer", map, &first.access, Grade::Low, message);
    finding.because = vec![
        "no field of the type is assigned, nor its address taken, nor two pointers compared"
            .to_owned(),
        "each entry is an allocation of its own".to_owned(),
    ];
    let entry = program.new_entry(first);
    finding
        .because
        .extend(entry.and_then(|entry| memory.escapes.value_escapes(program, first, &entry)));
    finding.help =
        "store the values themselves; where nil stands for none, ask with v, ok := m[k]".to_owned();
    found.push(finding);
}
