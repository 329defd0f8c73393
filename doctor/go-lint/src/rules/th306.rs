//! ## What it does
//!
//! Finds texts that are made of bytes, `s := string(b)`, and are the key of a look-up alone, or of a look-up and of a write
//! where it finds nothing.
//!
//! ## Why is this bad
//!
//! The conversion copies the bytes, and allocates where there are more than 32. Written inside of the look-up, `m[string(b)]`,
//! the compiler leaves the copy out: the map sees the bytes themselves. That holds for look-ups alone; an entry needs a text
//! of its own.
//!
//! From Go 1.25 on the compiler leaves the copy out too where the text is a variable, if it has no other use and nothing is
//! called in between. That is no finding in modules of these releases.
//!
//! ## Example
//!
//! ```go
//! func Known(names, others map[string]int, line []byte) int {
//!     name := string(line)
//!     id, ok := names[name]
//!     if !ok {
//!         return others[name]
//!     }
//!     return id
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func Known(names, others map[string]int, line []byte) int {
//!     id, ok := names[string(line)]
//!     if !ok {
//!         return others[string(line)]
//!     }
//!     return id
//! }
//! ```
//!
//! ## References
//!
//! - `mapKeyReplaceStrConv` in Go's `src/cmd/compile/internal/walk/order.go`

use crate::words;
use finding::{Finding, Grade, MapDecl, Operation, Related, Role};
use go_source::{Cost, Program, SourceAccess};

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    for read in accesses
        .iter()
        .filter(|access| access.access.operation == Operation::Read && access.calls.is_empty())
    {
        for cost in program.costs(read) {
            let Cost::TextKey(text) = cost else { continue };
            let missing = |at: &u32| {
                accesses.iter().any(|access| {
                    access.placement.operation.start == *at
                        && access.access.site.file == read.access.site.file
                        && access.decisions.iter().any(|decision| decision.missing)
                })
            };
            let left_out = program
                .go_minor(&read.access.site.file)
                .is_none_or(|minor| minor >= go_runtime::LOOKS_UP_BYTES_OF_VARIABLES);
            if (left_out && !text.apart)
                || !text.writes.iter().all(missing)
                || text.converted.site.function != read.access.site.function
            {
                continue;
            }
            let called = words::called(map);
            let bytes = &text.bytes;
            let message = format!("{bytes} is copied into a text for a look-up in {called} alone");
            let grade = Grade::Medium;
            let mut finding =
                words::begin("TH306", "allocating-key", map, &read.access, grade, message);
            let used = match (text.writes.is_empty(), text.looped) {
                (true, false) => "the text is the key of look-ups alone",
                (true, true) => "the text is the key of look-ups alone, in a loop",
                (false, false) => {
                    "the text is a key alone, of the entry too where there is none yet"
                }
                (false, true) => {
                    "the text is a key alone, of the entry too where there is none yet, in a loop"
                }
            };
            finding.because = vec![
                used.to_owned(),
                "the conversion allocates where there are more than 32 bytes".to_owned(),
            ];
            finding.related.push(Related {
                role: Role::OtherSide,
                site: text.converted.site.clone(),
                expression: text.converted.expression.clone(),
                label: "copied here".to_owned(),
            });
            let expression = &read.access.expression;
            finding.help = match text.writes.is_empty() {
                true => format!("look up {expression}[string({bytes})], which copies nothing"),
                false => format!(
                    "look up {expression}[string({bytes})], which copies nothing, and convert only where the entry is made"
                ),
            };
            found.push(finding);
        }
    }
}
