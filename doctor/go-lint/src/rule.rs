//! The list of rules, and their pages.

use crate::escapes::Escapes;
use crate::rules;
use finding::{Finding, MapDecl};
use go_locks::{Analysis, SharedMap};
use go_source::{Program, SourceAccess};

/// How the codes of the rules of memory and speed begin.
const ADVICE: &str = "TH3";

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its stable code: `TH101`.
    pub code: &'static str,
    /// Its name: `inconsistent-lock`.
    pub name: &'static str,
    /// What it finds, a fragment.
    pub summary: &'static str,
    /// The text of its file.
    pub(crate) text: &'static str,
    /// How it claims findings.
    pub(crate) check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// A map that is changed after it is shared.
    Shared(for<'p> fn(&Analysis<'p>, &SharedMap<'p>, &mut Vec<Finding>)),
    /// Any map with all its accesses, also before it is shared.
    Declared(fn(&Program, &MapDecl, &[&SourceAccess], &mut Vec<Finding>)),
    /// The same, with how its accesses are reached and where the compiler puts values.
    Memory(for<'p> fn(&Memory<'_, 'p>, &'p MapDecl, &[&'p SourceAccess], &mut Vec<Finding>)),
}

/// What the rules of memory ask.
pub(crate) struct Memory<'a, 'p> {
    pub(crate) analysis: &'a Analysis<'p>,
    pub(crate) escapes: &'a Escapes,
}

impl<'a, 'p> Memory<'a, 'p> {
    /// What is known of a map that is changed after it is shared.
    pub(crate) fn shared(&self, map: &MapDecl) -> Option<&'a SharedMap<'p>> {
        let at = self.analysis.maps.binary_search_by(|shared| shared.decl.id.cmp(&map.id)).ok()?;
        self.analysis.maps.get(at)
    }
}

impl Rule {
    /// Whether it runs only where it is selected, as the rules of memory and speed do: what could be faster breaks nothing,
    /// and is no reason for a gate to fail.
    pub fn only_when_selected(&self) -> bool {
        is_advice(self.code)
    }
}

/// Whether a code is one of memory and speed.
pub(crate) fn is_advice(code: &str) -> bool {
    code.starts_with(ADVICE)
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}

macro_rules! rule {
    ($kind:ident, $code:literal, $name:literal, $summary:literal, $module:ident) => {
        Rule {
            code: $code,
            name: $name,
            summary: $summary,
            text: include_str!(concat!("rules/", stringify!($module), ".rs")),
            check: Check::$kind(rules::$module::check),
        }
    };
}

/// All rules, in the order in which they claim accesses.
pub const RULES: &[Rule] = &[
    rule!(
        Shared,
        "TH105",
        "write-under-read-lock",
        "a map is changed under a lock held for reading",
        th105
    ),
    rule!(
        Shared,
        "TH112",
        "implicit-iteration",
        "a shared map is printed, encoded or compared without its lock",
        th112
    ),
    rule!(
        Shared,
        "TH104",
        "used-after-unlock",
        "a map is used after its lock was given back, or before it was taken",
        th104
    ),
    rule!(
        Shared,
        "TH109",
        "lock-of-another-object",
        "a map is accessed under the lock of another object of its type",
        th109
    ),
    rule!(
        Shared,
        "TH110",
        "lock-of-the-spawner",
        "a goroutine lacks a lock that is held where it is started",
        th110
    ),
    rule!(
        Shared,
        "TH111",
        "lazy-map",
        "a map is made when it is first needed, by whoever comes first",
        th111
    ),
    rule!(
        Shared,
        "TH101",
        "inconsistent-lock",
        "a map is accessed without the lock that guards it elsewhere",
        th101
    ),
    rule!(
        Shared,
        "TH103",
        "captured-local-map",
        "a local map is changed by closures that run at once",
        th103
    ),
    rule!(
        Shared,
        "TH106",
        "package-map-in-goroutine",
        "a package's map is changed in handlers or goroutines",
        th106
    ),
    rule!(
        Shared,
        "TH102",
        "shared-without-lock",
        "a map is shared by goroutines with no lock at all",
        th102
    ),
    rule!(
        Shared,
        "TH107",
        "map-escapes-lock",
        "a map is handed out of the care of its lock",
        th107
    ),
    rule!(
        Declared,
        "TH108",
        "copied-struct-shares-map",
        "a map is changed in a copied struct that shares it",
        th108
    ),
    rule!(
        Declared,
        "TH113",
        "sync-map-misuse",
        "a sync.Map is used in a way that is not atomic, or is copied",
        th113
    ),
    rule!(Declared, "TH201", "nil-map-write", "a map is written that is nil or may be", th201),
    rule!(
        Declared,
        "TH202",
        "iteration-order",
        "a result depends on the order of a map's entries",
        th202
    ),
    rule!(Declared, "TH203", "key-cannot-work", "a key is never found again, or panics", th203),
    rule!(
        Declared,
        "TH204",
        "insert-while-ranging",
        "a map gets entries while it is iterated",
        th204
    ),
    rule!(
        Declared,
        "TH205",
        "closed-left-in-map",
        "closed values stay in the map that holds them",
        th205
    ),
    rule!(
        Declared,
        "TH301",
        "missing-size-hint",
        "a map is made without a size, and filled by a loop whose turns are known",
        th301
    ),
    rule!(Memory, "TH302", "grow-only-map", "a map grows as long as the program lives", th302),
    rule!(Memory, "TH303", "kind-of-map", "a map's kind or lock does not fit its use", th303),
    rule!(
        Memory,
        "TH304",
        "map-keeps-its-size",
        "a map is emptied and keeps the room of its largest size",
        th304
    ),
    rule!(Memory, "TH305", "large-copy", "a large value or key is copied at each access", th305),
    rule!(
        Declared,
        "TH306",
        "allocating-key",
        "bytes are copied into a text for a look-up alone",
        th306
    ),
    rule!(
        Memory,
        "TH307",
        "small-pointer",
        "a map holds pointers to small values that nothing changes",
        th307
    ),
];

/// The page of a rule: what it does, why that is bad, an example, what to use instead, references.
///
/// `None` where there is no such rule.
pub fn page(code: &str) -> Option<String> {
    let rule =
        RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(code) || rule.name == code)?;
    let mut page = format!("# {} {}\n\n", rule.code, rule.name);
    let mut code = false;
    for line in rule.text.lines().map_while(|line| line.strip_prefix("//!")) {
        let mut line = line.strip_prefix(' ').unwrap_or(line);
        code ^= line.starts_with("```");
        // Go is indented by tabs, which comments of Rust do without.
        while let Some(rest) = line.strip_prefix("    ").filter(|_| code) {
            page.push('\t');
            line = rest;
        }
        page.push_str(line);
        page.push('\n');
    }
    if rule.only_when_selected() {
        page.push_str(&format!(
            "\n## When it runs\n\nOnly where it is selected: `tophash check --select {}`, or `{ADVICE}` for all rules of memory and speed, or `select` in `tophash.toml`.\n",
            rule.code
        ));
    }
    Some(page)
}
