//! Rules over the maps of a Go program, one file each.
//!
//! A rule is a file of `rules/`: its header is the page that [`page`] gives and `tophash rule CODE` prints, its `check`
//! looks at one [`SharedMap`] and claims [`Finding`]s. Each access is claimed by the first rule that
//! knows more than the next: the order of [`RULES`].

mod escape_report;
mod escapes;
mod life;
mod options;
mod place;
mod rule;
mod rules;
mod suppression;
mod words;

pub use escape_report::EscapeReport;
pub use options::{Options, foreign_code};
pub use rule::{RULES, Rule, page};
pub use suppression::comment as suppressing_comment;

use escapes::Escapes;
use rule::{Check, Memory};

use finding::{Finding, Findings, Grade};
use go_locks::{Analysis, SharedMap};
use go_source::{Program, SourceAccess, Specified};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Checks every map of a program by the rules that the options select.
///
/// Linear in the accesses of each map but for maps without a lock, whose accesses are compared with each other.
pub fn check(program: &Program, options: &Options) -> Findings {
    check_analysed(&analyse(program), options)
}

/// What rules look at: the maps of a program, without what generated files and dependencies do to them.
///
/// Linear in the accesses of the program and their callers.
pub fn analyse(program: &Program) -> Analysis<'_> {
    let skip = place::Skip::new(program);
    Analysis::new(program, &|access: &SourceAccess| !skip.skips(&access.access.site.file))
}

/// As [`check`], of a program that is [analysed](analyse).
pub fn check_analysed(analysis: &Analysis<'_>, options: &Options) -> Findings {
    check_with(analysis, options, |_| {})
}

/// The same, with what others know of the maps.
///
/// `join` is given the findings of the selected rules, of every grade and before comments suppress any: it makes them surer,
/// and adds findings of its own, whose codes are selected and suppressed as those of rules are.
pub fn check_with(
    analysis: &Analysis<'_>,
    options: &Options,
    join: impl FnOnce(&mut Vec<Finding>),
) -> Findings {
    let program = analysis.program;
    let skip = place::Skip::new(program);
    let wanted = |access: &SourceAccess| !skip.skips(&access.access.site.file);
    let selected: Vec<&Rule> = RULES.iter().filter(|rule| options.selects(rule.code)).collect();
    let mut all: Vec<Finding> = analysis
        .maps
        .par_iter()
        .flat_map_iter(|map| {
            let mut found: Vec<Finding> = Vec::new();
            for rule in &selected {
                let Check::Shared(check) = rule.check else { continue };
                let mut more = Vec::new();
                check(analysis, map, &mut more);
                for new in more {
                    // The first rule that is sure of an access has it, and what others know makes it surer.
                    match found.iter_mut().find(|old| old.access.site == new.access.site) {
                        Some(old) if old.grade == Grade::Low => {
                            if new.grade > Grade::Low {
                                *old = new;
                            }
                        }
                        Some(old) if old.grade < new.grade => {
                            old.grade = new.grade;
                            old.because.extend(new.because);
                        }
                        Some(_) => {}
                        None => found.push(new),
                    }
                }
            }
            found
        })
        .collect();
    let escapes = options.escapes.as_ref().map(|report| Escapes::new(program, report));
    let escapes = escapes.unwrap_or_default();
    let memory = Memory { analysis, escapes: &escapes };
    all.par_extend(program.decls().par_iter().flat_map_iter(|map| {
        let mut found: Vec<Finding> = Vec::new();
        let accesses: Vec<&SourceAccess> =
            program.accesses(&map.id).iter().filter(|access| wanted(access)).collect();
        for rule in &selected {
            match rule.check {
                Check::Declared(check) => check(program, map, &accesses, &mut found),
                Check::Memory(check) => check(&memory, map, &accesses, &mut found),
                Check::Shared(_) => {}
            }
        }
        found
    }));
    for finding in &mut all {
        // Without certainty that two goroutines meet, a test's helper is its test's own.
        if finding.grade == Grade::Medium && place::serves_tests(&finding.access.site.file) {
            finding.grade = Grade::Low;
        }
    }
    sort(&mut all);
    // A map that is reached by several names is claimed by each of them.
    let mut seen = BTreeSet::new();
    all.retain(|finding| seen.insert((finding.access.site.clone(), finding.code.clone())));
    join(&mut all);
    let of_rule = |code: &str| RULES.iter().any(|rule| rule.code == code);
    // A race happens wherever it does; what linters say of generated and foreign files is left out as our own is.
    all.retain(|finding| {
        options.selects(&finding.code)
            && (of_rule(&finding.code)
                || &*finding.code == "race"
                || !skip.skips(&finding.access.site.file))
    });
    sort(&mut all);
    let mut suppressions = suppression::Suppressions::new(program);
    let before = all.len();
    all.retain(|finding| !suppressions.suppresses(finding));
    let suppressed = before.saturating_sub(all.len());
    let mut notes = skip.notes();
    notes.extend(escapes.notes());
    notes.extend(stale_comments(analysis));
    notes.extend(suppressions.notes(&|code| code.starts_with("TH") && options.selects(code)));
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let mut findings = Findings {
        suppressed: number(suppressed),
        maps: number(analysis.maps.len()),
        accesses: number(analysis.maps.iter().map(|map| map.touches.len()).sum()),
        notes,
        findings: all,
        ..Findings::default()
    };
    findings.withhold(options.least);
    findings
}

/// Orders findings by place, then by code and map.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| {
            (finding.access.site.clone(), finding.code.clone(), finding.map.id.clone())
        };
        key(a).cmp(&key(b))
    });
}

/// Comments that name a lock which no access to the map holds: they claim nothing, and are best put right.
fn stale_comments(analysis: &Analysis<'_>) -> Vec<String> {
    let of_map = |map| analysis.stale_comments(map).iter().map(move |said| (map, said));
    let all = analysis.maps.iter().filter(|map| map.touches.len() > 1).flat_map(of_map);
    let note = |(map, said): (&SharedMap<'_>, &Specified)| {
        format!(
            "{}: the comment says that {} guards {}, which no access holds: it was left",
            said.site, said.guard, map.decl.path
        )
    };
    all.map(note).collect()
}
