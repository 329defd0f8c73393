//! ## What it does
//!
//! Finds loops over maps whose result depends on the order of the turns: a hash or an output that is written entry by
//! entry, a slice or a text that is put together and never sorted, the first entry that matches a prefix.
//!
//! What does not depend on the order is no finding: counting, deleting, filling another map, a slice that is sorted later.
//!
//! ## Why is this bad
//!
//! Go begins each loop over a map somewhere else on purpose. The same data gives another hash, another file, another
//! choice in each run; caches miss, files differ without a change, and tests fail now and then.
//!
//! ## Example
//!
//! ```go
//! func Digest(labels map[string]string) []byte {
//!     h := sha256.New()
//!     for name, value := range labels {
//!         fmt.Fprintf(h, "%s=%s\n", name, value)
//!     }
//!     return h.Sum(nil)
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func Digest(labels map[string]string) []byte {
//!     names := make([]string, 0, len(labels))
//!     for name := range labels {
//!         names = append(names, name)
//!     }
//!     sort.Strings(names)
//!     h := sha256.New()
//!     for _, name := range names {
//!         fmt.Fprintf(h, "%s=%s\n", name, labels[name])
//!     }
//!     return h.Sum(nil)
//! }
//! ```
//!
//! ## References
//!
//! - The Go Programming Language Specification, For statements with range clause, <https://go.dev/ref/spec#For_range>

use crate::words;
use finding::{Finding, Grade, MapDecl, Related, Role, Site};
use go_locks::phase;
use go_source::{Choice, Effect, EffectKind, Program, Sink, SourceAccess};

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    for turn in accesses.iter().filter(|access| access.calls.is_empty()) {
        let told = program.effects(turn).iter().filter_map(|effect| Some((told(effect)?, effect)));
        let Some(((grade, what, why), effect)) = told.max_by_key(|((grade, ..), _)| *grade) else {
            continue;
        };
        let access = &turn.access;
        let harmless = grade < Grade::High && is_for_people(&access.site);
        let grade = if harmless { grade.min(Grade::Low) } else { grade };
        let called = words::called(map);
        let message = format!("{called} is iterated in no order, and {what}");
        let mut finding = words::begin("TH202", "iteration-order", map, access, grade, message);
        finding.because = vec![why.to_owned()];
        finding.related.push(Related {
            role: Role::OtherSide,
            site: effect.site.clone(),
            expression: effect.expression.clone(),
            label: "what depends on the order".to_owned(),
        });
        finding.help = match effect.kind {
            EffectKind::Chooses(_) => "decide which entry wins: look at all that fit, and take the best by an order of its own",
            EffectKind::Keeps => "decide which entry wins by an order of its own",
            EffectKind::Sums => "sum in the order of sorted keys where the last digits matter",
            _ => "sort the keys first, and go through them, or sort the result",
        }
        .to_owned();
        found.push(finding);
    }
}

/// Functions that make texts for people alone, or encode the map as one whose order nobody looks at.
fn is_for_people(site: &Site) -> bool {
    let function = phase::short_function(site);
    let lower = function.to_ascii_lowercase();
    matches!(&*function, "Error" | "Format")
        || ["string", "debug", "dump", "usage", "log", "trace", "encode"]
            .iter()
            .any(|word| lower.contains(word))
        || site.file.split('/').any(|part| matches!(part, "debug" | "debug.go"))
}

/// What is claimed of an effect, and the grounds.
fn told(effect: &Effect) -> Option<(Grade, &'static str, &'static str)> {
    use Grade::{High, Low, Medium};
    Some(match effect.kind {
        EffectKind::Writes(Sink::Hash) => (
            High,
            "each entry goes into a hash",
            "the hash was made before the loop and outlives it",
        ),
        EffectKind::Builds(Sink::Hash) | EffectKind::Collects(Sink::Hash) => (
            High,
            "what is put together goes into a hash",
            "nothing sorts it on the way to the hash",
        ),
        EffectKind::Writes(Sink::Encoder) => (
            Medium,
            "each entry is encoded",
            "the encoder was made before the loop and outlives it",
        ),
        EffectKind::Writes(_) => (
            Medium,
            "each entry is written out",
            "the writer was made before the loop and outlives it",
        ),
        EffectKind::Builds(Sink::Output | Sink::Encoder) | EffectKind::Collects(Sink::Output) => {
            (Medium, "what is put together is written out", "nothing in the function sorts it")
        }
        EffectKind::Builds(Sink::Comparison) | EffectKind::Collects(Sink::Comparison) => {
            (Medium, "what is put together is compared", "nothing in the function sorts it")
        }
        EffectKind::Builds(Sink::Caller | Sink::Text) | EffectKind::Collects(Sink::Text) => (
            Medium,
            "the text that is put together is returned",
            "nothing in the function sorts it",
        ),
        EffectKind::Collects(Sink::Encoder) => {
            (Low, "what is put together is encoded", "nothing in the function sorts it")
        }
        // What goes nowhere, or into a log, matters to nobody.
        EffectKind::Builds(Sink::Nowhere | Sink::Log)
        | EffectKind::Collects(Sink::Nowhere | Sink::Log) => return None,
        EffectKind::Builds(_) | EffectKind::Collects(_) => {
            (Low, "what is put together is never sorted", "whether its order matters is not seen")
        }
        EffectKind::Chooses(Choice::Pattern) => (
            Medium,
            "the first key that matches wins",
            "several keys may match, and which comes first differs from run to run",
        ),
        EffectKind::Chooses(Choice::Other) => {
            (Low, "the first entry that fits wins", "several entries may fit")
        }
        EffectKind::Keeps => (Low, "the last entry that fits wins", "several entries may fit"),
        EffectKind::Sums => (
            Low,
            "floating-point numbers are added up",
            "the sum of floating-point numbers depends on their order",
        ),
        EffectKind::Inserts(_) | EffectKind::Ends => return None,
    })
}
