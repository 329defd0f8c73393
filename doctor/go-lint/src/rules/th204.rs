//! ## What it does
//!
//! Finds loops over a map that put new entries into the same map.
//!
//! ## Why is this bad
//!
//! Whether the loop comes to an entry that it has just made is left open by the language, and differs from run to run:
//! some are visited, others are not, and a loop that makes an entry in each turn may go on for a long time.
//!
//! ## Example
//!
//! ```go
//! func Prefix(headers map[string]string) {
//!     for name, value := range headers {
//!         delete(headers, name)
//!         headers["x-"+name] = value // "x-x-accept" now and then
//!     }
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func Prefix(headers map[string]string) map[string]string {
//!     prefixed := make(map[string]string, len(headers))
//!     for name, value := range headers {
//!         prefixed["x-"+name] = value
//!     }
//!     return prefixed
//! }
//! ```
//!
//! ## References
//!
//! - The Go Programming Language Specification, For statements with range clause, <https://go.dev/ref/spec#For_range>

use crate::words;
use finding::{Finding, Grade, MapDecl, Operation, Role};
use go_source::{EffectKind, InsertedKey, Program, SourceAccess};

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    for turn in accesses.iter().filter(|access| access.calls.is_empty()) {
        for effect in program.effects(turn) {
            let EffectKind::Inserts(key) = effect.kind else { continue };
            let write = accesses.iter().find(|access| {
                access.access.operation == Operation::Write && access.access.site == effect.site
            });
            let Some(write) = write else { continue };
            let (grade, why) = match key {
                InsertedKey::Joined => (
                    Grade::Medium,
                    "the key at hand is a part of the new one, which makes another where it is visited",
                ),
                InsertedKey::Other => (Grade::Low, "the key may be one that is there already"),
                InsertedKey::Constant => (Grade::Low, "the key is the same in every turn"),
            };
            let message = format!(
                "{} gets an entry while it is iterated, which the loop may or may not visit",
                words::called(map)
            );
            let mut finding =
                words::begin("TH204", "insert-while-ranging", map, &write.access, grade, message);
            finding.because = vec![why.to_owned()];
            let label = "the loop is over the same map".to_owned();
            finding.related.push(words::access_at(&turn.access, Role::OtherSide, label));
            finding.help =
                "collect the new entries in another map, and put them in after the loop".to_owned();
            found.push(finding);
        }
    }
}
