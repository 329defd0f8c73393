//! What findings have in common: how they are put together and what they say.

use finding::{
    Access, DeclKind, Finding, Grade, MapDecl, Operation, Related, Role, RootKind, Site,
};
use go_locks::{Crossing, Guard, SharedMap, Touch, phase};
use go_source::{Call, Program};
use std::sync::Arc;

/// Witnesses that a finding shows, at most.
const MAX_WITNESSES: usize = 2;

/// Begins a finding.
pub(crate) fn finding(
    code: &'static str,
    rule: &'static str,
    map: &SharedMap<'_>,
    touch: &Touch<'_>,
    grade: Grade,
    message: String,
) -> Finding {
    let grade = if touch.presumed { grade.min(Grade::Medium) } else { grade };
    begin(code, rule, map.decl, &touch.source.access, grade, message)
}

/// Begins a finding about any access.
pub(crate) fn begin(
    code: &'static str,
    rule: &'static str,
    map: &MapDecl,
    access: &Access,
    grade: Grade,
    message: String,
) -> Finding {
    Finding {
        code: code.into(),
        rule: rule.into(),
        map: map.clone(),
        access: access.clone(),
        message,
        grade,
        because: Vec::new(),
        related: vec![Related {
            role: Role::Declaration,
            site: map.site.clone(),
            expression: name_of(map).into(),
            label: "the map is declared here".to_owned(),
        }],
        help: String::new(),
    }
}

/// The name of a map in its declaration: the last part of its path.
pub(crate) fn name_of(map: &MapDecl) -> &str {
    let name = map.path.rsplit('.').next().unwrap_or(&map.path);
    name.split(['#', '[']).next().unwrap_or(name)
}

/// How a message calls a map: `Registry.conns`, `statusCache`.
pub(crate) fn called(map: &MapDecl) -> String {
    match map.decl {
        DeclKind::Local | DeclKind::Parameter => name_of(map).to_owned(),
        _ => map.path.to_string(),
    }
}

/// `is written`, `is read`.
pub(crate) fn passive(operation: Operation) -> &'static str {
    match operation {
        Operation::Read => "is read",
        Operation::Write => "is written",
        Operation::Delete => "is deleted from",
        Operation::Iterate => "is iterated",
        Operation::Clear => "is cleared",
        Operation::Clone => "is cloned",
        Operation::Length => "is measured",
        Operation::Replace => "is replaced",
    }
}

/// The accesses that hold the guard, changes first, as witnesses.
pub(crate) fn witnesses(map: &SharedMap<'_>, guard: &Guard) -> Vec<Related> {
    let mut holding: Vec<&Touch<'_>> = map
        .touches
        .iter()
        .filter(|touch| touch.locks.under(&guard.name).is_some_and(|held| !held.perhaps))
        .collect();
    holding.sort_by_key(|touch| !touch.mutates());
    let mut found: Vec<Related> = Vec::new();
    for touch in holding {
        let access = &touch.source.access;
        let same = |related: &Related| related.site.function == access.site.function;
        if found.len() < MAX_WITNESSES && !found.iter().any(same) {
            let held = touch.locks.under(&guard.name);
            let path = held.map_or("", |held| &*held.path);
            found.push(access_at(
                access,
                Role::Witness,
                format!("{} under {path} here", passive(access.operation)),
            ));
        }
    }
    found
}

/// A place that is an access.
pub(crate) fn access_at(access: &Access, role: Role, label: String) -> Related {
    Related { role, site: access.site.clone(), expression: Arc::clone(&access.expression), label }
}

/// A place that is a call.
pub(crate) fn call(call: &Call, label: String) -> Related {
    Related { role: Role::Call, site: call.site.clone(), expression: Arc::from(""), label }
}

/// The place that starts what a crossing crosses, and the words for it.
pub(crate) fn start_of(crossing: &Crossing<'_>) -> Related {
    let many = if crossing.many { ", several at once" } else { "" };
    let label = match crossing.start.kind {
        RootKind::Go => format!("a goroutine is started here{many}"),
        RootKind::Callback => format!("this runs its argument in a goroutine{many}"),
        RootKind::Handler => "requests run this handler at once".to_owned(),
    };
    Related {
        role: Role::Start,
        site: crossing.start.site.clone(),
        expression: Arc::from(""),
        label,
    }
}

/// Whether the name or the comment of a function says that its callers hold the lock.
pub(crate) fn leaves_lock_to_callers(program: &Program, site: &Site) -> bool {
    let name = phase::short_function(site);
    if name.ends_with("Locked")
        || name.ends_with("NoLock")
        || name.ends_with("Nolock")
        || name.ends_with("WithoutLock")
        || name.ends_with("Unlocked")
        || name.ends_with("Unsafe")
        || name.ends_with("_nolock")
        || name.starts_with("unsafe")
    {
        return true;
    }
    let Some(mut function) = program.function_at(&site.file, site.line) else { return false };
    let Some(file) = program.file(&site.file) else { return false };
    // A closure that is not started runs under what is said of its function.
    loop {
        if says_lock(file.text(), function.span.start, function.body.start) {
            return true;
        }
        let started = program.is_started(function.id);
        match function.parent.and_then(|parent| program.function_by_id(parent)) {
            Some(parent) if !started => function = parent,
            _ => return false,
        }
    }
}

/// Whether the comment before a function, or at the beginning of its body, speaks of a lock as somebody else's business.
fn says_lock(text: &str, start: u32, body: u32) -> bool {
    let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    let Some(before) = text.get(..offset(start)) else { return false };
    let comment_of = |line: &str| line.trim_start().strip_prefix("//").map(str::to_lowercase);
    let mut doc: Vec<String> = before.trim_end().lines().rev().map_while(comment_of).collect();
    doc.reverse();
    let doc = doc.join(" ");
    let inside: Vec<String> = text
        .get(offset(body)..)
        .unwrap_or_default()
        .lines()
        .skip(1)
        .map_while(comment_of)
        .collect();
    let inside = inside.join(" ");
    let lock = |comment: &str| {
        ["lock", "mutex", " mu ", "mtx"].iter().any(|word| comment.contains(word))
            && !["block", "deadlock"].iter().any(|word| comment.contains(word))
    };
    let callers = [
        "hold", "held", "call", "acquire", "locked", "must", "should", "assume", "require",
        "under", "with",
    ];
    let says = |comment: &str| lock(comment) && callers.iter().any(|word| comment.contains(word));
    let unsafe_by_design = [
        "not thread safe",
        "not thread-safe",
        "not threadsafe",
        "not safe for concurrent",
        "not concurrency safe",
        "not goroutine safe",
        "not goroutine-safe",
    ];
    says(&doc) || says(&inside) || unsafe_by_design.iter().any(|words| doc.contains(words))
}
