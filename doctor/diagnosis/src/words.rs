//! Phrases of verdicts and steps.

use finding::{
    ConcurrentRoot, Deadlock, DeadlockLock, DeadlockMember, LockMode, Operation, RootKind, Site,
    Subject,
};

/// How a sentence calls the subject.
pub(crate) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Named { map, .. } => map.path.to_string(),
        Subject::Ambiguous { candidates, .. } => {
            let names: Vec<_> =
                candidates.iter().map(|candidate| candidate.map.path.to_string()).collect();
            match names.as_slice() {
                [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                _ => names.join(""),
            }
        }
        Subject::Unnamed { .. } => "a map".to_owned(),
        Subject::NotAMap { .. } => "no map".to_owned(),
    }
}

/// A function without its import path: `(*Cache).Put`, `status.Load`, `main`'s own by their name.
pub(crate) fn function(symbol: &str) -> String {
    let last = symbol.rsplit('/').next().unwrap_or(symbol);
    match last.split_once('.') {
        Some((_, method)) if method.starts_with('(') => method.to_owned(),
        Some(("main", function)) => function.to_owned(),
        _ => last.to_owned(),
    }
}

/// Functions of a way that are named, at most.
const NAMED: usize = 4;

/// `from the go statement at cmd/main.go:118:5 by (*Cache).Run → (*Cache).sweep`.
pub(crate) fn from(root: &ConcurrentRoot) -> String {
    let site = &root.site;
    let start = match root.kind {
        RootKind::Go => format!("from the go statement at {site}"),
        RootKind::Callback => format!("from the call at {site}, which starts goroutines"),
        RootKind::Handler => format!("from the handler registered at {site}"),
    };
    let names: Vec<_> = root.path.iter().map(|symbol| function(symbol)).collect();
    let way = match names.as_slice() {
        [] => String::new(),
        [first, .., before, last] if names.len() > NAMED => {
            format!(" by {first} → … → {before} → {last}")
        }
        names => format!(" by {}", names.join(" → ")),
    };
    let many = if root.many { ", many times at once" } else { "" };
    format!("{start}{way}{many}")
}

/// ` in (*Cache).Put at cache.go:12`, leaving out what is unknown.
pub(crate) fn whereabouts(site: &Site) -> String {
    let mut out = String::new();
    if let Some(symbol) = &site.function {
        out.push_str(&format!(" in {}", function(symbol)));
    }
    if !site.file.is_empty() {
        out.push_str(&format!(" at {site}"));
    }
    out
}

/// `was reading`, `was writing to`, … of the faulting goroutine.
pub(crate) fn was_doing(operation: Operation) -> &'static str {
    match operation {
        Operation::Read => "was reading",
        Operation::Write => "was writing to",
        Operation::Delete => "was deleting from",
        Operation::Iterate => "was iterating",
        Operation::Clear => "was clearing",
        Operation::Clone => "was cloning",
        Operation::Length => "was taking the length of",
        Operation::Replace => "was replacing",
    }
}

/// A deadlock in one sentence, with goroutines, locks and lines.
pub(crate) fn deadlock(deadlock: &Deadlock) -> String {
    let who = |member: &DeadlockMember| goroutine(member.goroutine);
    let mode = |lock: &DeadlockLock| match lock.lock.mode {
        LockMode::Read => " for reading",
        LockMode::Write => "",
    };
    if let [one] = deadlock.members.as_slice() {
        let (held, asked) = (&one.holds, &one.waits_for);
        let begin = format!(
            "{} waits at {} for {}, which it holds itself{} since {}",
            upper(&who(one)),
            asked.lock.site,
            lock(asked),
            mode(held),
            held.lock.site
        );
        return match (&deadlock.writer, held.lock.mode, asked.lock.mode) {
            (Some(writer), ..) => format!(
                "{begin}, and {} waits at {} to write: a second RLock waits for writers that came \
                 before it, so neither can go on.",
                goroutine(writer.goroutine),
                writer.site
            ),
            (None, LockMode::Read, LockMode::Read) => format!(
                "{begin}: a second RLock waits for a writer that came before it, and the writer \
                 waits for the first, so neither can go on."
            ),
            _ => format!("{begin}: it can never go on."),
        };
    }
    let each: Vec<_> = deadlock
        .members
        .iter()
        .map(|member| {
            format!(
                "{} holds {}{} since {} and waits at {} for {}{}",
                who(member),
                lock(&member.holds),
                mode(&member.holds),
                member.holds.lock.site,
                member.waits_for.lock.site,
                lock(&member.waits_for),
                mode(&member.waits_for)
            )
        })
        .collect();
    let each = each.join("; ");
    match deadlock.confidence {
        finding::Confidence::Certain => format!("A deadlock: {each}. None of them can go on."),
        _ => format!("Perhaps a deadlock: {each}."),
    }
}

/// A lock by its declaration, without the package: `Registry.mu`.
pub(crate) fn lock(lock: &DeadlockLock) -> String {
    let last = lock.declared.rsplit('/').next().unwrap_or(&lock.declared);
    last.split_once('.').map_or(last, |(_, path)| path).to_owned()
}

fn goroutine(id: Option<u64>) -> String {
    id.map_or_else(|| "a goroutine".to_owned(), |id| format!("goroutine {id}"))
}

fn upper(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
