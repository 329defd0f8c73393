//! ## What it does
//!
//! Finds loops that close or stop the values of a map and leave them in it, where other functions go on to take values
//! out of it.
//!
//! ## Why is this bad
//!
//! Whoever looks up such an entry gets a value that is closed: writes to it fail, a second `close` of a channel panics,
//! and the entry keeps its memory for good.
//!
//! ## Example
//!
//! ```go
//! type Pool struct{ conns map[string]net.Conn }
//!
//! func (p *Pool) Get(host string) net.Conn { return p.conns[host] }
//!
//! func (p *Pool) Reconnect() {
//!     for _, conn := range p.conns {
//!         conn.Close()
//!     }
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! type Pool struct{ conns map[string]net.Conn }
//!
//! func (p *Pool) Get(host string) net.Conn { return p.conns[host] }
//!
//! func (p *Pool) Reconnect() {
//!     for host, conn := range p.conns {
//!         conn.Close()
//!         delete(p.conns, host)
//!     }
//! }
//! ```
//!
//! ## References
//!
//! - The Go Programming Language Specification, Close, <https://go.dev/ref/spec#Close>

use crate::words;
use finding::{DeclKind, Finding, Grade, MapDecl, Operation, Related, Role};
use go_locks::phase;
use go_source::{CallKind, Effect, EffectKind, FunctionId, Program, SourceAccess};
use std::collections::BTreeSet;

/// Names of functions after which nothing comes.
const LAST: [&str; 21] = [
    "close",
    "unsubscribe",
    "stop",
    "shutdown",
    "teardown",
    "release",
    "destroy",
    "cleanup",
    "cancel",
    "finish",
    "terminate",
    "exit",
    "kill",
    "dispose",
    "drain",
    "free",
    "quit",
    "main",
    "run",
    "serve",
    "abort",
];

/// Calls between the closing and a function that takes the entry out, at most.
const MAX_STEPS: usize = 4;

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    if !matches!(map.decl, DeclKind::Field | DeclKind::PackageVar) {
        return;
    }
    for turn in accesses.iter().filter(|access| access.calls.is_empty()) {
        let ended = program.effects(turn).iter().find(|effect| effect.kind == EffectKind::Ends);
        let Some(effect) = ended.filter(|_| !is_last(program, turn)) else { continue };
        let here = |access: &&SourceAccess| {
            access.function == turn.function || access.names == turn.function
        };
        let changes = |access: &&&SourceAccess| {
            let read = matches!(
                access.access.operation,
                Operation::Read | Operation::Iterate | Operation::Length
            );
            !read && here(access)
        };
        if accesses.iter().any(|access| changes(&access)) || takes_out(program, accesses, effect) {
            continue;
        }
        let used = accesses.iter().find(|access| {
            matches!(access.access.operation, Operation::Read | Operation::Iterate)
                && !here(access)
                && !is_last(program, access)
        });
        let Some(used) = used else { continue };
        let message = format!(
            "the values of {} are closed and stay in the map, where {} finds them",
            words::called(map),
            phase::short_function(&used.access.site)
        );
        // Whoever is cancelled or stopped twice is so once.
        let closed = effect.expression.contains("lose");
        let grade = if closed { Grade::Medium } else { Grade::Low };
        let mut finding =
            words::begin("TH205", "closed-left-in-map", map, &turn.access, grade, message);
        finding.because =
            vec!["nothing in the function takes them out, or replaces the map".to_owned()];
        finding.related.push(Related {
            role: Role::OtherSide,
            site: effect.site.clone(),
            expression: effect.expression.clone(),
            label: "closed here".to_owned(),
        });
        let label = format!("{} here", words::passive(used.access.operation));
        finding.related.push(words::access_at(&used.access, Role::Witness, label));
        finding.help = "delete the entry in the loop, or clear the map after it".to_owned();
        found.push(finding);
    }
}

/// Whether a function by its name, or one around it, ends its owner.
fn is_last(program: &Program, access: &SourceAccess) -> bool {
    let mut function = access.function.and_then(|id| program.function_by_id(id));
    while let Some(closure) = function.filter(|function| function.parent.is_some()) {
        // What is deferred is the end of its function.
        if program.callers(closure.id).iter().any(|call| call.kind == CallKind::Defer) {
            return true;
        }
        function = closure.parent.and_then(|parent| program.function_by_id(parent));
    }
    let name = function.map_or(String::new(), |function| {
        function.symbol.rsplit(['.', '/']).next().unwrap_or_default().to_ascii_lowercase()
    });
    LAST.iter().any(|word| name.contains(word))
}

/// Whether what is called at the closing takes the entry out itself.
fn takes_out(program: &Program, accesses: &[&SourceAccess], effect: &Effect) -> bool {
    let removes = |access: &&&SourceAccess| {
        matches!(access.access.operation, Operation::Delete | Operation::Clear | Operation::Replace)
    };
    let mut level: BTreeSet<FunctionId> =
        accesses.iter().filter(removes).filter_map(|access| access.function).collect();
    let mut seen = level.clone();
    for _ in 0..MAX_STEPS {
        let calls: Vec<_> = level.iter().flat_map(|function| program.callers(*function)).collect();
        if calls
            .iter()
            .any(|call| call.site.file == effect.site.file && call.site.line == effect.site.line)
        {
            return true;
        }
        level = calls.iter().filter_map(|call| call.caller).filter(|id| seen.insert(*id)).collect();
    }
    false
}
