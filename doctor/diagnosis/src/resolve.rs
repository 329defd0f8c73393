//! From a clue to the declared maps it may mean.
//!
//! The line and function of a frame give the accesses that stand there; the operation, the key type
//! and the comma-ok form rule out those that cannot be meant. What remains is one map, several, or
//! none: the resolution says which and why, and never picks among equals.

use crate::Options;
use crate::keys::{self, Agreement};
use crate::place::Place;
use finding::{
    Candidate, Gap, GapKind, MapClue, MapDecl, MapKind, Match, Operation, Reason, ReasonKind,
};
use go_source::{Program, Shape, SourceAccess};

/// What is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    pub(crate) clue: MapClue,
    /// Operations the access may have; empty when nothing is known.
    pub(crate) operations: Vec<Operation>,
    /// Which kind of map it is, where the frames tell.
    pub(crate) kind: Option<MapKind>,
}

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Resolution<'p> {
    /// The accesses that may be meant, in source order, with what speaks for each.
    pub(crate) accesses: Vec<(&'p SourceAccess, Vec<Reason>)>,
    pub(crate) matched: Match,
    /// Why there is none, or more than one map; empty otherwise.
    pub(crate) why: String,
    pub(crate) gaps: Vec<Gap>,
}

impl<'p> Resolution<'p> {
    /// The maps that may be meant, each once, in the order of the accesses.
    pub(crate) fn maps(&self, program: &'p Program) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = Vec::new();
        for (access, reasons) in &self.accesses {
            let Some(map) = program.decl(&access.access.map) else { continue };
            if !found.iter().any(|candidate| candidate.map.id == map.id) {
                found.push(Candidate { map: map.clone(), reasons: reasons.clone() });
            }
        }
        found
    }
}

/// Resolves a clue against the tree.
pub(crate) fn resolve<'p>(
    program: &'p Program,
    options: &Options,
    question: &Question,
) -> Resolution<'p> {
    let mut gaps = Vec::new();
    let Some(site) = &question.clue.site else {
        return nothing("the text shows no frame of the program's own code", gaps);
    };
    let place = Place::find(program, options, site);
    if place.files.is_empty() {
        gaps.push(Gap::new(
            GapKind::FileNotInSource,
            format!("{} is not in the source tree.", site.file),
            "Give the tree that was built with --source, or map the printed prefix with --path-map FROM=TO.",
        ));
        return nothing("the file of the stack is not in the source tree", gaps);
    }
    if place.files.len() > 1 {
        gaps.push(Gap::new(
            GapKind::AmbiguousPath,
            format!(
                "{} files of the tree answer to {}: {}.",
                place.files.len(),
                site.file,
                place.files.join(", ")
            ),
            "Say which with --path-map FROM=TO.",
        ));
    }
    let on_line: Vec<_> = place
        .on_line
        .iter()
        .copied()
        .filter(|access| kind_agrees(program, question, access))
        .collect();
    let fitting: Vec<_> =
        on_line.iter().copied().filter(|access| operation_agrees(question, access)).collect();
    let fitting = narrow(program, question, fitting);
    if !fitting.is_empty() {
        return answer(program, question, Match::Exact, fitting, gaps);
    }
    let near: Vec<_> = place
        .in_functions
        .iter()
        .copied()
        .filter(|access| {
            kind_agrees(program, question, access) && operation_agrees(question, access)
        })
        .collect();
    let near = nearest(narrow(program, question, near), site.line);
    let file = place.files.first().map_or("", |file| file);
    let matched =
        if near.is_empty() && !on_line.is_empty() { Match::OtherOperation } else { Match::Nearest };
    if !near.is_empty() || !on_line.is_empty() || !question.operations.is_empty() {
        gaps.push(mismatch(file, site.line, &near, question));
    }
    if !near.is_empty() {
        return answer(program, question, matched, near, gaps);
    }
    if !on_line.is_empty() {
        return answer(program, question, matched, on_line, gaps);
    }
    let why = if place.functions.is_empty() {
        let symbol = site.function.as_deref().unwrap_or("the function");
        format!(
            "{symbol} is not in the source tree, and line {} of {file} touches no map that could be followed",
            site.line
        )
    } else {
        "the function touches no map that could be followed: it may be reached through a parameter, an interface or reflection"
            .to_owned()
    };
    if !place.functions.is_empty() {
        gaps.push(Gap::new(
            GapKind::Indirect,
            format!(
                "No access to a declared map was found in the function at {file}:{}.",
                site.line
            ),
            "",
        ));
    }
    nothing(why, gaps)
}

fn nothing<'p>(why: impl Into<String>, gaps: Vec<Gap>) -> Resolution<'p> {
    Resolution { accesses: Vec::new(), matched: Match::None, why: why.into(), gaps }
}

fn mismatch(file: &str, line: u32, near: &[&SourceAccess], question: &Question) -> Gap {
    let wanted = words(&question.operations);
    let text = match near.first() {
        Some(access) => format!(
            "Line {line} of {file} does not {wanted} a map; the nearest place in the same function that does is line {}. \
             The source is not the one that ran.",
            access.access.site.line
        ),
        None => format!(
            "Line {line} of {file} does not {wanted} a map. The source is not the one that ran."
        ),
    };
    Gap::new(GapKind::SourceMismatch, text, "Name the revision that was deployed with --rev REV.")
}

/// `read`, `write or delete`; `touch` for none.
fn words(operations: &[Operation]) -> String {
    let words: Vec<_> = operations.iter().map(|operation| operation.word()).collect();
    match words.as_slice() {
        [] => "touch".to_owned(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

fn answer<'p>(
    program: &'p Program,
    question: &Question,
    matched: Match,
    accesses: Vec<&'p SourceAccess>,
    gaps: Vec<Gap>,
) -> Resolution<'p> {
    let accesses: Vec<_> = accesses
        .into_iter()
        .map(|access| (access, reasons(program, question, matched, access)))
        .collect();
    let mut maps: Vec<_> = accesses.iter().map(|(access, _)| &access.access.map).collect();
    maps.sort();
    maps.dedup();
    let why = if maps.len() > 1 {
        let line = question.clue.site.as_ref().map_or(0, |site| site.line);
        format!(
            "line {line} touches {} maps in ways the fault does not tell apart: same operation, and keys of the same kind",
            maps.len()
        )
    } else {
        String::new()
    };
    Resolution { accesses, matched, why, gaps }
}

fn reasons(
    program: &Program,
    question: &Question,
    matched: Match,
    access: &SourceAccess,
) -> Vec<Reason> {
    let a = &access.access;
    let mut reasons = vec![match matched {
        Match::Exact | Match::OtherOperation => Reason::new(
            ReasonKind::Line,
            format!("{} has {} on {}", a.site, a.operation, a.expression),
        ),
        Match::Nearest | Match::None => Reason::new(
            ReasonKind::Function,
            format!("the same function has {} on {} at {}", a.operation, a.expression, a.site),
        ),
    }];
    if let Some(map) = program.decl(&a.map) {
        if keys::agreement(question.clue.key, &map.map_type) == Agreement::Agrees {
            reasons.push(Reason::new(
                ReasonKind::Key,
                format!("its key type {} is the one the runtime used", map.map_type.key),
            ));
        }
    }
    if question
        .clue
        .comma_ok
        .is_some_and(|wanted| wanted == (access.placement.shape == Shape::CommaOk))
    {
        reasons.push(Reason::new(ReasonKind::CommaOk, "the form of the read agrees"));
    }
    reasons
}

fn kind_agrees(program: &Program, question: &Question, access: &SourceAccess) -> bool {
    let kind = program.decl(&access.access.map).map(|map: &MapDecl| map.map_type.kind);
    question.kind.is_none_or(|wanted| kind.is_none_or(|kind| kind == wanted))
}

/// True when the access can be what the fault says was done.
fn operation_agrees(question: &Question, access: &SourceAccess) -> bool {
    let done = access.access.operation;
    question.operations.is_empty()
        || question.operations.iter().any(|wanted| {
            done == *wanted
                // The compiler turns `for k := range m { delete(m, k) }` into one clear.
                || (*wanted == Operation::Clear && matches!(done, Operation::Iterate | Operation::Delete))
                // Copying a map of an unknown implementation iterates it, as Go 1.24 does for maps.Clone.
                || (*wanted == Operation::Iterate && done == Operation::Clone)
        })
}

/// Rules out accesses by key type, then by the comma-ok form, then exact operations before others,
/// as long as something remains.
fn narrow<'p>(
    program: &Program,
    question: &Question,
    accesses: Vec<&'p SourceAccess>,
) -> Vec<&'p SourceAccess> {
    let key = |access: &&SourceAccess| {
        program
            .decl(&access.access.map)
            .map_or(Agreement::Unknown, |map| keys::agreement(question.clue.key, &map.map_type))
    };
    let not_contradicted = keep(accesses, |access| key(access) != Agreement::Contradicts);
    let formed = keep(not_contradicted, |access| {
        question.clue.comma_ok.is_none_or(|wanted| {
            access.access.operation != Operation::Read
                || wanted == (access.placement.shape == Shape::CommaOk)
        })
    });
    keep(formed, |access| question.operations.contains(&access.access.operation))
}

fn keep<'p>(
    accesses: Vec<&'p SourceAccess>,
    test: impl Fn(&&'p SourceAccess) -> bool,
) -> Vec<&'p SourceAccess> {
    let kept: Vec<_> = accesses.iter().copied().filter(|access| test(access)).collect();
    if kept.is_empty() { accesses } else { kept }
}

/// Those accesses that are nearest to a line.
fn nearest(accesses: Vec<&SourceAccess>, line: u32) -> Vec<&SourceAccess> {
    let least = accesses.iter().map(|access| access.access.site.line.abs_diff(line)).min();
    accesses
        .into_iter()
        .filter(|access| Some(access.access.site.line.abs_diff(line)) == least)
        .collect()
}
