//! One lock around every access of a map: a patch where it is safe, words where it is not.

use crate::callers::{CallersHold, Possible};
use crate::calls::Calls;
use crate::edit::{self, Edits};
use crate::function::{Function, Target};
use crate::guard::{self, Guard};
use crate::locks::{self, LockKey};
use crate::quiet::Quiet;
use crate::trees::{self, Trees};
use crate::{choices, declare, imports, reach, wrap};
use finding::{AccessRow, ByHand, LockSet, MapDecl, MapKind, Patch, Repair};
use go_source::{Context, FunctionId, Program, Shape, SourceAccess};

/// The emergency measure for a map that two goroutines touch: one lock around every access.
pub fn plan(program: &Program, map: &MapDecl, rows: &[AccessRow]) -> Repair {
    let mut repair = Repair { patch: None, by_hand: Vec::new(), choices: choices::of(map, rows) };
    if map.map_type.kind == MapKind::SyncMap {
        return repair;
    }
    let trees = Trees::new(program);
    let accesses = program.accesses(&map.id);
    let callers = CallersHold::new(&trees);
    let unders: Vec<_> =
        accesses.iter().map(|access| guard::under(access, &callers.of(access.function))).collect();
    let locked_already = unders.iter().any(|under| !under.locks.is_empty());
    let fresh = || (!locked_already).then(|| guard::fresh(map, accesses)).flatten();
    let Some(guard) = guard::existing(&trees, map, &unders).or_else(fresh) else {
        let todo = "Declare a lock beside what holds the map, and take it at every access.".into();
        let why = if locked_already {
            "its lock is chosen at run time and has no name to be written elsewhere"
        } else {
            "the map has no declaration of its own that a lock could stand beside"
        };
        let why = why.into();
        repair.by_hand.push(ByHand { site: map.site.clone(), why, todo });
        return repair;
    };
    let mut edits = Edits::default();
    if guard.new {
        let short = map.path.rsplit('.').next().unwrap_or(&map.path);
        match declare::lock(&trees, map, &guard, short) {
            Ok(declared) => {
                edits.add(&map.site.file, declared);
                if let Some(file) = trees.file(&map.site.file) {
                    edits.add(&map.site.file, imports::add(&file, &["sync"]));
                }
            }
            Err(why) => {
                repair.by_hand.push(ByHand {
                    site: map.site.clone(),
                    why,
                    todo: "Declare a lock beside the map and take it at every access.".into(),
                });
                return repair;
            }
        }
    }
    let mut targets: Vec<(&SourceAccess, String)> = Vec::new();
    for (source, under) in accesses.iter().zip(&unders) {
        let access = &source.access;
        let mutates = access.operation.mutates();
        if access.before_sharing
            || source.placement.shape == Shape::Initialise
            || guard.covers(under, mutates)
        {
            continue;
        }
        match refusal(&trees, &guard, map, &callers, source, under) {
            Some(why) => repair.by_hand.push(by_hand(&guard, source, why)),
            None => {
                if let Some(lock) = guard.expression(access, map) {
                    targets.push((source, lock));
                }
            }
        }
    }
    let locking = targets.iter().filter_map(|(source, _)| source.function).collect();
    let calls = Calls::new(&trees);
    let quiet = Quiet::new(&trees, &calls, locking);
    let locked =
        edit_functions(&trees, map, &guard, &quiet, &targets, &mut edits, &mut repair.by_hand);
    repair.by_hand.sort_by(|a, b| a.site.cmp(&b.site));
    repair.patch = (locked > 0)
        .then(|| patch(program, map, &guard, locked, &edits, repair.by_hand.is_empty()))
        .flatten();
    if repair.patch.is_none() {
        for (source, _) in &targets {
            if !repair.by_hand.iter().any(|hand| hand.site == source.access.site) {
                repair.by_hand.push(by_hand(
                    &guard,
                    source,
                    "no edit of it was found that is surely right".into(),
                ));
            }
        }
    }
    repair
}

/// Why an access cannot be edited, by what is known of its locks and its callers'.
fn refusal(
    trees: &Trees<'_>,
    guard: &Guard,
    map: &MapDecl,
    callers: &CallersHold<'_>,
    source: &SourceAccess,
    under: &crate::locks::Under,
) -> Option<String> {
    let access = &source.access;
    if access.locks == LockSet::Unknown {
        return Some("its locks cannot be followed".into());
    }
    if guard.only_read(under, access.operation.mutates()) {
        return Some(format!(
            "{} is held there for reading only, and the map is changed",
            guard.name
        ));
    }
    if !under.locks.is_empty() {
        let names: Vec<_> = under.locks.iter().map(|lock| lock.path.as_str()).collect();
        return Some(format!(
            "{} is held there, and a second lock may be taken in the other order elsewhere",
            names.join(", ")
        ));
    }
    if source.through_alias || guard.expression(access, map).is_none() {
        return Some("the lock cannot be reached from there by a name".into());
    }
    if let Some(why) = reach::another(trees, map, guard, source) {
        return Some(why);
    }
    if matches!(source.placement.context, Context::Case | Context::Deferred | Context::Package) {
        return Some("it stands where no statement can be put before it".into());
    }
    if guard.new { None } else { held_by_caller(guard, map, callers, source.function?) }
}

/// Why the lock cannot be taken: a call, however far up, at which it may be held already.
fn held_by_caller(
    guard: &Guard,
    map: &MapDecl,
    callers: &CallersHold<'_>,
    function: FunctionId,
) -> Option<String> {
    let wanted = match &guard.key {
        LockKey::Beside(rest) => rest.rsplit('.').next().unwrap_or_default(),
        LockKey::Elsewhere(path) => path.rsplit('.').next().unwrap_or_default(),
    };
    let owner = map.path.rsplit_once('.').map_or("", |(owner, _)| owner);
    callers.possible(function).into_iter().find_map(|(held, call)| {
        let Possible::Lock(held) = held else {
            return Some(format!("what a caller holds at {} cannot be followed", call.site));
        };
        let path = &held.path;
        let same = match (&held.guard, &guard.declared) {
            // Whether it is the lock of the same value is not known: it may be.
            (Some(_), Some(_)) => {
                !locks::declared_apart(held.guard.as_ref(), guard.declared.as_ref())
            }
            _ => {
                let last = path.rsplit('.').next().unwrap_or(path);
                let same_name = if wanted.is_empty() {
                    !path.contains('.') || last.ends_with("Mutex")
                } else {
                    last == wanted
                };
                // A lock of the caller's own receiver is another one where that is of another type.
                let method = call.site.function.as_deref().unwrap_or_default();
                let other_type = path.split('.').count() == 2
                    && method.contains("(*")
                    && !method.contains(&format!("(*{owner})"));
                same_name && !(other_type && matches!(guard.key, LockKey::Beside(_)))
            }
        };
        same.then(|| {
            format!(
                "{path} is already held by a caller at {}, and taking it twice never returns",
                call.site
            )
        })
    })
}

fn by_hand(guard: &Guard, source: &SourceAccess, why: String) -> ByHand {
    let todo = format!(
        "Hold {} around this {} of {}.",
        guard.name, source.access.operation, source.access.expression
    );
    ByHand { site: source.access.site.clone(), why, todo }
}

/// Edits function by function; returns how many accesses are locked by it.
fn edit_functions(
    trees: &Trees<'_>,
    map: &MapDecl,
    guard: &Guard,
    quiet: &Quiet<'_>,
    targets: &[(&SourceAccess, String)],
    edits: &mut Edits,
    by_hands: &mut Vec<ByHand>,
) -> usize {
    let mut locked = 0usize;
    let mut done: Vec<(&str, u32)> = Vec::new();
    for (source, _) in targets {
        let path: &str = &source.access.site.file;
        let body_at = source.placement.body;
        if done.contains(&(path, body_at.start)) {
            continue;
        }
        done.push((path, body_at.start));
        let (Some(file), Some(text)) = (trees.file(path), trees.program().file(path)) else {
            continue;
        };
        // Another package would have to write the type's name otherwise.
        let in_package = text.package() == &*map.package;
        let map_type = in_package.then_some(&*map.map_type.text);
        let members: Vec<_> = targets
            .iter()
            .filter(|(other, _)| {
                *other.access.site.file == *path && other.placement.body == body_at
            })
            .map(|(other, lock)| Target { source: other, lock, rw: guard.rw, map_type })
            .collect();
        let body = trees::exact(&file, body_at);
        let function = Function {
            path,
            text: text.text(),
            file: &file,
            body,
            quiet,
            sparing: false,
            has_maps: false,
        };
        let wrapped = wrap::function(&function, &members);
        locked = locked.saturating_add(members.len().saturating_sub(wrapped.left.len()));
        edits.add(path, wrapped.edits);
        by_hands.extend(wrapped.left.into_iter().map(|(source, why)| by_hand(guard, source, why)));
    }
    locked
}

/// The patch of all edits; `None` where a file would not parse any more.
fn patch(
    program: &Program,
    map: &MapDecl,
    guard: &Guard,
    locked: usize,
    edits: &Edits,
    complete: bool,
) -> Option<Patch> {
    let mut diff = String::new();
    let mut files = Vec::new();
    for (path, edits) in edits.files.iter().filter(|(_, edits)| !edits.is_empty()) {
        let before = program.file(path)?.text();
        let after = edit::apply(before, edits)?;
        if !go_syntax::parse(after.as_str()).errors().is_empty() {
            return None;
        }
        diff.push_str(&edit::diff(path, before, &after));
        files.push(path.clone());
    }
    let places = if locked == 1 {
        "1 unlocked access".to_owned()
    } else {
        format!("{locked} unlocked accesses")
    };
    let name = &guard.name;
    let summary = if guard.new {
        format!("It declares {name} beside {} and holds it at {places}.", map.path)
    } else {
        format!("It holds {name}, which guards {} elsewhere, at {places}.", map.path)
    };
    (!edits.is_empty()).then_some(Patch { summary, diff, files, complete })
}
