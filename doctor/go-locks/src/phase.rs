//! In which part of its object's life a function runs, by its name and by who calls it: before the object is shared, at
//! its beginning or end, or in between.

use crate::Touch;
use finding::Site;
use go_source::{Base, CallKind, FunctionId, Program, VariableOrigin};

/// Levels of callers that are followed back, at most, and callers of one function.
const MAX_DEPTH: usize = 4;
const MAX_CALLERS: usize = 64;

/// Whether an access runs before its object is shared: its function is one that makes or initialises by its name, or
/// nobody but such functions calls it.
pub fn makes(program: &Program, touch: &Touch<'_>) -> bool {
    let name = short_function(&touch.source.access.site).to_lowercase();
    // What a closure does that is handed away is done later, but for options that a constructor is given.
    if touch.source.function.is_some_and(|function| is_handed_away(program, function)) {
        return OPTIONS.iter().any(|prefix| name.starts_with(prefix)) || name.contains("option");
    }
    // `c.newStream()` makes a stream, and not `c`.
    let makes_another = ANOTHER.iter().any(|prefix| name.starts_with(prefix))
        && begins_with_known(program, touch.source.base);
    (!makes_another && makes_by_name(&touch.source.access.site))
        || touch.source.function.is_some_and(|function| is_part_of_making(program, function, 0))
}

/// Whether a function is a closure, or stands in one, that is not called where it stands.
fn is_handed_away(program: &Program, function: FunctionId) -> bool {
    let mut at = program.function_by_id(function);
    while let Some((function, parent)) = at.and_then(|at| Some((at, at.parent?))) {
        // Code of others most often calls at once what it is given, unless it is known to start it.
        let called = program.callers(function.id).iter().all(|call| {
            (matches!(call.kind, CallKind::Direct | CallKind::Defer) || call.foreign)
                && call.caller == function.parent
        });
        if !called || program.is_started(function.id) {
            return true;
        }
        at = program.function_by_id(parent);
    }
    // A literal of a package's variable stands in no function.
    at.is_some_and(|at| {
        at.symbol.rsplit('.').next().is_some_and(|name| {
            name.strip_prefix("func")
                .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        })
    })
}

/// Whether an expression begins with a receiver, or with a variable of the package.
fn begins_with_known(program: &Program, mut base: Option<Base>) -> bool {
    for _ in 0..8 {
        let Some(Base::Variable { id, .. }) = base else { break };
        match program.variable(id).map(|variable| variable.origin) {
            Some(VariableOrigin::Receiver) => return true,
            Some(VariableOrigin::Alias(of)) => base = Some(of),
            _ => return false,
        }
    }
    base == Some(Base::Package)
}

fn is_part_of_making(program: &Program, function: FunctionId, depth: usize) -> bool {
    let calls = program.callers(function);
    depth < MAX_DEPTH
        && !calls.is_empty()
        && calls.len() <= MAX_CALLERS
        && !program.is_started(function)
        && calls.iter().all(|call| {
            let runs = matches!(call.kind, CallKind::Direct | CallKind::Defer);
            // An initialiser of a package has no function.
            runs && call.caller.is_none_or(|caller| {
                caller == function
                    || begins_making(program, caller)
                    || is_part_of_making(program, caller, depth.saturating_add(1))
            })
        })
}

/// Whether all that a function calls runs before its object is shared, by its name. Closures are called who knows when.
pub(crate) fn begins_making(program: &Program, function: FunctionId) -> bool {
    program.function_by_id(function).is_some_and(|function| {
        let name = short_function(&function.site).to_lowercase();
        !is_handed_away(program, function.id)
            && MAKING.iter().any(|prefix| name.starts_with(prefix))
    }) && !program.is_started(function)
}

/// Whether a function runs before its object is shared, by its name.
pub(crate) fn is_making(program: &Program, function: FunctionId) -> bool {
    begins_making(program, function)
        || program.function_by_id(function).is_some_and(|function| makes_by_name(&function.site))
}

/// Whether a function makes an object and gives it back, by its name.
pub(crate) fn constructs(program: &Program, function: FunctionId) -> bool {
    program.function_by_id(function).is_some_and(|function| {
        let name = short_function(&function.site).to_lowercase();
        function.parent.is_none()
            && ["new", "mustnew"].iter().any(|prefix| name.starts_with(prefix))
    }) && !program.is_started(function)
}

/// How functions begin whose callees, too, run before the object is shared.
const MAKING: [&str; 6] = ["init", "setup", "restore", "recover", "bootstrap", "provision"];

/// How functions begin that make a value which is not their receiver.
const ANOTHER: [&str; 6] = ["new", "mustnew", "make", "clone", "copy", "deepcopy"];

/// How functions begin that give back options of a constructor.
const OPTIONS: [&str; 3] = ["with", "apply", "set"];

/// The name of a function without package and receiver; of a closure, that of the function it stands in.
pub fn short_function(site: &Site) -> String {
    let symbol = site.function.as_deref().unwrap_or_default();
    let tail = symbol.rsplit('/').next().unwrap_or(symbol);
    let parts = tail.split('.').skip(1).filter(|part| {
        let number = part.strip_prefix("func").unwrap_or(part);
        !number.is_empty() && !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    });
    parts.last().unwrap_or_default().trim_end_matches("[").to_owned()
}

/// Whether a function by its name begins or ends the life of its object, where a replaced map is a new or no map.
pub fn begins_or_ends(program: &Program, touch: &Touch<'_>) -> bool {
    // What a closure does that is handed away is done later.
    if touch.source.function.is_some_and(|function| is_handed_away(program, function)) {
        return false;
    }
    let site = &touch.source.access.site;
    let lower = short_function(site).to_lowercase();
    [
        "start", "connect", "run", "stop", "close", "shutdown", "reset", "begin", "load",
        "register", "add", "listen", "serve", "gather", "prepare", "dispose", "destroy",
        "teardown", "cleanup",
    ]
    .iter()
    .any(|prefix| lower.starts_with(prefix) && lower != "servehttp")
        || makes_by_name(site)
}

/// Whether a function sets up a package before its program goes on, by its name: nothing in the program calls it.
pub fn configures(program: &Program, touch: &Touch<'_>) -> bool {
    let lower = short_function(&touch.source.access.site).to_lowercase();
    let named = ["set", "register", "use", "enable"].iter().any(|prefix| lower.starts_with(prefix));
    let called = |function| !program.callers(function).is_empty() || program.is_started(function);
    named
        && touch.mutates()
        && touch.source.base == Some(Base::Package)
        && !touch.source.function.is_some_and(called)
}

/// Whether a function is one that runs before its object is shared, by its name.
pub fn makes_by_name(site: &Site) -> bool {
    let lower = short_function(site).to_lowercase();
    [
        "new",
        "make",
        "init",
        "setup",
        "open",
        "mustnew",
        "build",
        "default",
        "parse",
        "unmarshal",
        "clone",
        "copy",
        "deepcopy",
        "configure",
        "provision",
        "with",
        "option",
        "createoption",
        "apply",
        "setdefault",
        "migrate",
        "restore",
        "recover",
    ]
    .iter()
    .any(|prefix| lower.starts_with(prefix))
        || lower == "main"
        || lower.ends_with("init")
        || lower.contains("option")
        || lower.ends_with("defaults")
}
