//! ## What it does
//!
//! Finds maps that live as long as the program, get entries under keys that come from outside (a request, a message, a
//! parameter, the clock), and from which nothing in the module ever takes an entry out: no `delete`, no `clear`, no new
//! map in its place. A `sync.Map` that is stored to and never deleted from is one too.
//!
//! ## Why is this bad
//!
//! Such a map grows with every key that it has not seen yet, until the process is killed for want of memory; whoever
//! chooses the keys chooses when. Where the values are pointers, all that they lead to stays with them, and the garbage
//! collector follows each of them in every cycle.
//!
//! ## Example
//!
//! ```go
//! var lastSeen = map[string]*Visit{} // guarded by mu
//!
//! func visit(w http.ResponseWriter, r *http.Request) {
//!     mu.Lock()
//!     defer mu.Unlock()
//!     lastSeen[r.RemoteAddr] = &Visit{At: time.Now()} // an entry for each address and port, for ever
//! }
//! ```
//!
//! ## Use instead
//!
//! Take out what is old, at a limit or by a clock:
//!
//! ```go
//! func visit(w http.ResponseWriter, r *http.Request) {
//!     mu.Lock()
//!     defer mu.Unlock()
//!     if len(lastSeen) >= maxVisits {
//!         forgetOldest(lastSeen)
//!     }
//!     lastSeen[r.RemoteAddr] = &Visit{At: time.Now()}
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! Maps whose keys are few as far as the source shows it: constants, types that the source enumerates, `bool`, numbers of 8
//! bits, types of Go values; maps that are filled while the program begins; maps whose length is compared with a limit;
//! maps of objects that may be dropped as a whole. The source does not show how many values a parameter takes: the less is
//! known of a key, the lower is the grade.
//!
//! `--escape FILE` takes the compiler's word for where values go: `go build -gcflags=-m ./... 2> FILE`. What escapes to the
//! heap is said to; maps that live in the frames of functions that return are not claimed.
//!
//! ## References
//!
//! - Go, issue 20135: maps do not shrink, <https://go.dev/issue/20135>
//! - Package sync, type Map, <https://pkg.go.dev/sync#Map>

use crate::rule::Memory;
use crate::{life, place, words};
use finding::{Finding, Grade, MapDecl, Operation, Related, Role, RootKind};
use go_locks::Touch;
use go_source::{
    Assigned, CallKind, Context, FunctionId, KeySource, NewEntry, Program, SourceAccess, Span,
};

/// Callers that a parameter is followed back over, at most, and calls of one function.
const MAX_DEPTH: usize = 4;
const MAX_CALLS: usize = 32;

/// Functions between what starts code and an access, at most: on a long way too much is guessed.
const MAX_WAY: usize = 7;

/// An entry that is put in while the map lives.
struct Insertion<'p> {
    touch: Touch<'p>,
    entry: NewEntry,
    grade: Grade,
}

pub(crate) fn check<'p>(
    memory: &Memory<'_, 'p>,
    map: &'p MapDecl,
    accesses: &[&'p SourceAccess],
    found: &mut Vec<Finding>,
) {
    let program = memory.analysis.program;
    let accesses: Vec<&'p SourceAccess> = accesses
        .iter()
        .copied()
        .filter(|access| !place::is_test(&access.access.site.file))
        .filter(|access| !place::serves_tests(&access.access.site.file))
        .collect();
    if is_double(program, map)
        || holds_code(map)
        || !accesses.iter().any(|access| access.access.operation == Operation::Write)
        || accesses.iter().any(|access| loses(program, map, access) || limits(program, access))
        || program.nilness(&map.id).is_some_and(|nilness| nilness.addressed)
        || memory.escapes.stays(program, map, &accesses)
    {
        return;
    }
    let mut insertions: Vec<Insertion<'p>> = accesses
        .iter()
        .filter(|access| access.access.operation == Operation::Write)
        .filter_map(|access| insertion(memory, map, access))
        .collect();
    insertions.sort_by_key(|insertion| std::cmp::Reverse(insertion.grade));
    let Some(first) = insertions.first() else { return };
    let Some(life) = life::of(memory.analysis, map, &accesses) else { return };
    // Whoever is handed the map may take entries out.
    let shown =
        program.handed_out(&map.id).iter().find(|out| !place::is_test(&out.access.site.file));
    let grade = if shown.is_some() { Grade::Low } else { first.grade };
    let message = format!("{} grows and nothing takes entries out", words::called(map));
    let access = &first.touch.source.access;
    let mut finding = words::begin("TH302", "grow-only-map", map, access, grade, message);
    finding.because.push(life.reason);
    finding.because.push(source_of(first.entry.source).to_owned());
    finding.because.push("the module has no delete, clear or new map for it".to_owned());
    if first.entry.to_pointer {
        finding.because.push("its values are pointers: what they lead to stays too".to_owned());
    }
    finding.because.extend(memory.escapes.value_escapes(program, first.touch.source, &first.entry));
    if let Some(out) = shown {
        let label = "the map is handed out here: whoever gets it may delete".to_owned();
        finding.related.push(words::access_at(&out.access, Role::Witness, label));
    }
    finding.related.extend(life.place);
    if let Some(root) = &access.root {
        let label = match root.kind {
            RootKind::Handler => "requests lead there from here",
            RootKind::Go | RootKind::Callback if root.many => "goroutines lead there from here",
            RootKind::Go | RootKind::Callback => "a goroutine leads there from here",
        };
        if !finding.related.iter().any(|related| related.site == root.site) {
            finding.related.push(Related {
                role: Role::Start,
                site: root.site.clone(),
                expression: "".into(),
                label: label.to_owned(),
            });
        }
    }
    finding.help =
        "delete what is done with, or bound the map: by its length, by age, by a cache that evicts"
            .to_owned();
    found.push(finding);
}

/// Whether a map belongs to what stands in for another in tests, by its name or because its file is a part of tests.
fn is_double(program: &Program, map: &MapDecl) -> bool {
    let owner = map.path.split('.').next().unwrap_or_default().to_lowercase();
    ["fake", "mock", "stub", "dummy"].iter().any(|word| owner.starts_with(word))
        || program.file(&map.site.file).is_some_and(|file| file.text().contains("\t\"testing\"\n"))
}

/// Whether a map is a registry of code: what a program can do is known when it is built.
fn holds_code(map: &MapDecl) -> bool {
    let value = map.map_type.value.as_ref();
    value.starts_with("func(") || value.ends_with("Func") || value.ends_with("Handler")
}

/// Whether an access takes entries out, or gives the variable another map in the middle of its life.
fn loses(program: &Program, map: &MapDecl, access: &SourceAccess) -> bool {
    match access.access.operation {
        Operation::Delete | Operation::Clear => true,
        Operation::Replace => {
            // `if m == nil { m = make(…) }` makes the map when it is first needed.
            let lazy = access.assigned == Assigned::Made
                && program.compared(&map.id).iter().any(|look| look.function == access.function);
            !access.access.before_sharing
                && !lazy
                && !go_locks::phase::makes_by_name(&access.access.site)
        }
        _ => false,
    }
}

/// Whether the map's length is compared with anything but nothing.
fn limits(program: &Program, access: &SourceAccess) -> bool {
    if access.access.operation != Operation::Length {
        return false;
    }
    let Some(file) = program.file(&access.access.site.file) else { return false };
    let end = access.placement.operation.end;
    let after = file.slice(Span { start: end, end: end.saturating_add(24) });
    // A span that would end inside of a letter, or behind the file, has no text.
    let after = if after.is_empty() {
        file.slice(Span { start: end, end: end.saturating_add(4) })
    } else {
        after
    };
    let after = after.trim_start();
    let compared = ["<", ">", "=="].iter().any(|sign| after.starts_with(sign));
    let with = after.trim_start_matches(['<', '>', '=']).trim_start();
    let zero = with.starts_with('0') && !with.starts_with("0x");
    let header = matches!(access.placement.context, Context::Header | Context::Case);
    (compared && !zero) || (header && !compared && after.starts_with(['+', '-', '*', '/', ')']))
}

/// An access that puts entries in, again and again, under keys of which there may be many.
fn insertion<'p>(
    memory: &Memory<'_, 'p>,
    map: &'p MapDecl,
    access: &'p SourceAccess,
) -> Option<Insertion<'p>> {
    let program = memory.analysis.program;
    let entry = program.new_entry(access)?;
    if entry.few || entry.source < KeySource::Unknown {
        return None;
    }
    let touch = memory.analysis.touch(map, access);
    if life::begins(program, &touch) || registers(access) || is_flag(program, access) {
        return None;
    }
    let source = match (entry.source, access.function) {
        (KeySource::Parameter(at), Some(function)) => given(program, function, at, 0),
        (source, _) => source,
    };
    if source < KeySource::Unknown {
        return None;
    }
    let entry = NewEntry { source, ..entry };
    let grade = grade(program, access, &entry);
    Some(Insertion { touch, entry, grade })
}

/// Whether a function by its name enters what a program is made of.
fn registers(access: &SourceAccess) -> bool {
    let name = go_locks::phase::short_function(&access.access.site).to_lowercase();
    ["register", "define", "declare", "mustregister"].iter().any(|word| name.starts_with(word))
}

/// Whether a function takes an option of the command line: `Set` of a `flag.Value`.
fn is_flag(program: &Program, access: &SourceAccess) -> bool {
    let symbol = access.access.site.function.as_deref().unwrap_or_default();
    symbol
        .strip_suffix(".Set")
        .is_some_and(|ty| program.function(&format!("{ty}.String")).is_some())
}

/// The more is known of where keys come from, and of what puts them in again and again, the surer.
fn grade(program: &Program, access: &SourceAccess, entry: &NewEntry) -> Grade {
    // Where the map is handed to the function, what leads to others that it is handed by does not count.
    let by_name = access.names.and_then(|function| program.function_by_id(function));
    let root = match access.calls.is_empty() {
        true => access.access.root.as_ref(),
        false => by_name.and_then(|function| function.root.as_ref()),
    };
    let Some(root) = root.filter(|root| root.path.len() <= MAX_WAY) else { return Grade::Low };
    let recurs = life::recurs(program, root);
    match entry.source {
        KeySource::Request if recurs => Grade::High,
        KeySource::New | KeySource::Message | KeySource::Parameter(_) if recurs => Grade::Medium,
        _ => Grade::Low,
    }
}

/// Where all that a parameter is given comes from.
fn given(program: &Program, function: FunctionId, parameter: u32, depth: usize) -> KeySource {
    let handles = program.is_started(function)
        && program
            .starts()
            .iter()
            .any(|start| start.function == function && start.kind == RootKind::Handler);
    if handles {
        return KeySource::Request;
    }
    let calls: Vec<_> = program
        .callers(function)
        .into_iter()
        .filter(|call| !place::is_test(&call.site.file))
        .filter(|call| {
            call.looped || !call.caller.is_none_or(|caller| life::runs_once(program, caller))
        })
        .collect();
    if depth >= MAX_DEPTH || calls.len() > MAX_CALLS {
        return KeySource::Parameter(parameter);
    }
    let sources = calls.iter().map(|call| {
        let given = call.sources.iter().find(|(at, _)| *at == parameter).map(|(_, source)| *source);
        match (call.kind, given, call.caller) {
            (CallKind::Value | CallKind::Held, ..) => KeySource::Parameter(parameter),
            (_, Some(KeySource::Parameter(here)), Some(caller)) if caller != function => {
                given_above(program, caller, here, depth)
            }
            (_, given, _) => given.unwrap_or(KeySource::Unknown),
        }
    });
    let nobody = if program.callers(function).is_empty() {
        KeySource::Parameter(parameter)
    } else {
        KeySource::Fixed
    };
    sources.max().unwrap_or(nobody)
}

fn given_above(program: &Program, caller: FunctionId, here: u32, depth: usize) -> KeySource {
    given(program, caller, here, depth.saturating_add(1))
}

/// Where keys come from.
fn source_of(source: KeySource) -> &'static str {
    match source {
        KeySource::Request => "its keys come from requests",
        KeySource::Message => "its keys come from messages",
        KeySource::New => "each entry has a key that is made for it",
        KeySource::Parameter(_) => "its keys are whatever callers give",
        _ => "it cannot be told how many keys there are",
    }
}
