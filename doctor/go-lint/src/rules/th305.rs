//! ## What it does
//!
//! Finds values and keys of more than 128 bytes that are copied at each access: loops over a map that copy each value and
//! use fields of it, look-ups in a loop that do, values that are looked up, changed and stored again, and large keys.
//!
//! Sizes are those of 64-bit targets. Types of packages outside the tree are not known, and silent. A field that is used
//! before anything else is called is no finding: from Go 1.27 on the compiler reads it alone.
//!
//! ## Why is this bad
//!
//! A map gives and takes its values by copy. Beyond 128 bytes it does not even hold them itself, in any release: each key or
//! value is an allocation of its own, to which the map holds a pointer. So a map of pointers needs no more allocations, and
//! copies eight bytes.
//!
//! ## Example
//!
//! ```go
//! type Stats struct {
//!     Hits    int
//!     Buckets [64]int
//! }
//!
//! func Hits(stats map[string]Stats, skip func(name string) bool) int {
//!     sum := 0
//!     for name, one := range stats { // copies 520 bytes for eight
//!         if !skip(name) {
//!             sum += one.Hits
//!         }
//!     }
//!     return sum
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! type Stats struct {
//!     Hits    int
//!     Buckets [64]int
//! }
//!
//! func Hits(stats map[string]*Stats, skip func(name string) bool) int {
//!     sum := 0
//!     for name, one := range stats {
//!         if !skip(name) {
//!             sum += one.Hits
//!         }
//!     }
//!     return sum
//! }
//! ```
//!
//! Of one look-up, `m[k].Hits` copies the field alone. A pointer is shared: where the map hands out values that must not
//! change later, whoever changes one makes a copy, or the map goes on holding values.
//!
//! `--escape FILE` takes the compiler's word for where the copies go: `go build -gcflags=-m ./... 2> FILE`. A copy that is moved
//! to the heap is an allocation at each access: the finding says so, and is of high grade.
//!
//! ## References
//!
//! - `MapMaxKeyBytes` and `MapMaxElemBytes` in Go's `src/internal/abi/map.go`

use crate::rule::Memory;
use crate::words;
use finding::{Finding, Grade, MapDecl};
use go_source::{Copied, CopiedFor, Cost, SourceAccess};

pub(crate) fn check<'p>(
    memory: &Memory<'_, 'p>,
    map: &'p MapDecl,
    accesses: &[&'p SourceAccess],
    found: &mut Vec<Finding>,
) {
    let program = memory.analysis.program;
    let mut keys = false;
    for access in accesses.iter().filter(|access| access.calls.is_empty()) {
        for cost in program.costs(access) {
            let Cost::Copy(Copied { for_, bytes }) = *cost else { continue };
            // The key is the same at each access: one says it.
            if for_ == CopiedFor::Key && std::mem::replace(&mut keys, true) {
                continue;
            }
            let (grade, what, why, help) = told(for_);
            let message = format!("{}: {what} of {bytes} bytes", words::called(map));
            let mut finding =
                words::begin("TH305", "large-copy", map, &access.access, grade, message);
            let limit = go_runtime::MAX_INLINE_BYTES;
            finding.because = vec![
                why.to_owned(),
                format!(
                    "beyond {limit} bytes Go keeps it outside of the map, an allocation for each entry"
                ),
            ];
            let moved = match for_ {
                CopiedFor::Key => None,
                _ => memory.escapes.copy_escapes(program, access),
            };
            if moved.is_some() {
                finding.grade = Grade::High;
            }
            finding.because.extend(moved);
            finding.help = help.to_owned();
            found.push(finding);
        }
    }
}

/// The grade, what is copied, why, and what to do.
fn told(for_: CopiedFor) -> (Grade, &'static str, &'static str, &'static str) {
    const POINTERS: &str =
        "store pointers: the map holds one already, and a look-up then copies eight bytes";
    match for_ {
        CopiedFor::Range => (
            Grade::Medium,
            "each turn copies a value",
            "the loop uses fields of the value alone",
            POINTERS,
        ),
        CopiedFor::LookUp => (
            Grade::Medium,
            "each turn looks up a value and copies all",
            "fields of the value alone are used, in a loop",
            "look up the field alone, m[k].field, or store pointers",
        ),
        CopiedFor::Change => (
            Grade::Medium,
            "a change of a field copies twice a value",
            "the value is looked up, a field of it changed, and all of it stored again",
            "store pointers, and change the field in its place, unless others rely on copies of their own",
        ),
        CopiedFor::Key => (
            Grade::Medium,
            "each access hashes and compares a key",
            "the key is stored beside the map, and hashed whole at each look-up",
            "use a part of it as key that tells entries apart, or a number for each",
        ),
    }
}
