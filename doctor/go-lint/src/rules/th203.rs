//! ## What it does
//!
//! Finds keys that cannot work: a value in an interface whose type cannot be hashed, a pointer that is looked up right
//! after it was made, a floating-point number that may be NaN, a time with its monotonic reading.
//!
//! ## Why is this bad
//!
//! A slice, map or function as a key of a `map[any]V` compiles and panics: `runtime error: hash of unhashable type`.
//! Pointers are compared by address, so that a new one is never found. NaN is not equal to itself: what is stored under
//! it is never found again and cannot be deleted. Two times of one moment differ by their location and monotonic reading.
//!
//! ## Example
//!
//! ```go
//! type Point struct{ X, Y int }
//!
//! func Visited(seen map[*Point]bool, x, y int) bool {
//!     return seen[&Point{x, y}] // never true
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! type Point struct{ X, Y int }
//!
//! func Visited(seen map[Point]bool, x, y int) bool {
//!     return seen[Point{x, y}]
//! }
//! ```
//!
//! ## References
//!
//! - The Go Programming Language Specification, Comparison operators,
//!   <https://go.dev/ref/spec#Comparison_operators>
//! - Package time, <https://pkg.go.dev/time#Time>

use crate::words;
use finding::{Finding, Grade, MapDecl, Operation};
use go_source::{KeyFault, Program, SourceAccess};

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    let looked_up = accesses.iter().any(|access| access.access.operation == Operation::Read);
    for access in accesses.iter().filter(|access| access.calls.is_empty()) {
        let Some(fault) = program.key_fault(access) else { continue };
        let (grade, what, why, help) = match fault {
            KeyFault::Unhashable => (
                Grade::High,
                "with a key that cannot be hashed, which panics",
                "slices, maps and functions are not comparable, nor is what holds them",
                "use a key that is comparable: a string, or an array instead of a slice",
            ),
            KeyFault::FreshPointer => (
                Grade::High,
                "with a pointer that was just made, which is never there",
                "pointers are compared by address",
                "use the value itself as the key, or a field that identifies it",
            ),
            KeyFault::PerhapsNan => (
                Grade::Low,
                "under a number that may be NaN, which is never found again",
                "NaN is not equal to itself",
                "check with math.IsNaN before the write, or use an integer as the key",
            ),
            KeyFault::MonotonicTime if looked_up => (
                Grade::Medium,
                "under the result of time.Now, which no equal time finds",
                "the monotonic reading and the location are part of the key",
                "use UnixNano, or strip them by Round(0).UTC()",
            ),
            KeyFault::MonotonicTime | KeyFault::Time => (
                Grade::Low,
                "under a time, which no time of another location finds",
                "the location and a monotonic reading are part of the key",
                "use UnixNano, or strip them by Round(0).UTC()",
            ),
        };
        let operation = words::passive(access.access.operation);
        let message = format!("{} {operation} {what}", words::called(map));
        let mut finding =
            words::begin("TH203", "key-cannot-work", map, &access.access, grade, message);
        finding.because = vec![why.to_owned()];
        finding.help = help.to_owned();
        found.push(finding);
    }
}
