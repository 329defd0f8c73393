//! What the sentences of a comment say of locks, by the phrases of `english.rs`.
//!
//! A sentence that denies something (`not`, `without`) says nothing. Which of the words behind or before a phrase is the
//! lock is decided by whoever knows the names: a sentence yields all that it may be.

use super::english::{
    ANNOTATIONS, ARTICLES, BE_HELD, CUES, DENIALS, EVERYTHING, FILLERS, GUARDED, GUARDS, HELD,
    HOLD, OF, THE_LOCK,
};
use finding::LockMode;

/// Words between a phrase and the farthest one that may be the name.
const REACH: usize = 5;

/// What a sentence says of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention<'t> {
    /// The words that may be its name, the likeliest first.
    pub(super) words: Vec<&'t str>,
    /// Whether it may say `the lock`, without a name.
    pub(super) the_lock: bool,
    pub(super) mode: LockMode,
}

/// How far what a lock guards reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Everything beside it.
    All,
    /// What follows it.
    Rest,
    /// What follows it up to an empty line.
    Below,
    /// What stands before it from an empty line on.
    Above,
}

/// What a lock guards, as its comment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object<'t> {
    words: Vec<&'t str>,
    /// Whether it says `the map`, without a name.
    pub(super) the_map: bool,
    pub(super) extent: Option<Extent>,
}

impl Object<'_> {
    /// Whether it names a field.
    pub(super) fn names(&self, field: &str) -> bool {
        let last = |word: &str| word.rsplit('.').next().unwrap_or_default().to_owned();
        self.words.iter().any(|word| last(word) == field)
    }
}

/// What the comment of a field says: which lock guards it. The comment of a group speaks of `fields`.
pub(super) fn of_guarded(comment: &str, group: bool) -> Vec<Mention<'_>> {
    let mut found = annotations(comment);
    for sentence in sentences(comment) {
        let plural = ["fields", "following", "below", "variables", "members", "maps", "these"];
        if group && !sentence.iter().any(|word| plural.contains(&&*word.to_lowercase())) {
            continue;
        }
        found.extend(behind(&sentence, GUARDED));
        found.extend(before(&sentence, HELD));
    }
    found
}

/// What the comment of a lock says: what it guards.
pub(super) fn of_guard(comment: &str) -> Vec<Object<'_>> {
    let mut found = Vec::new();
    for sentence in sentences(comment) {
        let Some(at) = phrase(&sentence, GUARDS).map(|(_, end)| end) else { continue };
        let words: Vec<&str> = sentence.get(at..).unwrap_or_default().to_vec();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let has = |some: &[&str]| lower.iter().any(|word| some.contains(&word.as_str()));
        let below = has(&["following", "below"]);
        let extent = if below && !has(&["all", "everything"]) {
            Some(Extent::Below)
        } else if below || has(&["remaining", "rest"]) {
            Some(Extent::Rest)
        } else if has(&["above"]) {
            Some(Extent::Above)
        } else if phrase(&words, EVERYTHING).is_some() {
            Some(Extent::All)
        } else {
            None
        };
        found.push(Object { words, the_map: has(&["map"]), extent });
    }
    found
}

/// What the comment of a function says: which locks its callers hold.
pub(super) fn of_callers(comment: &str) -> Vec<Mention<'_>> {
    let mut found = annotations(comment);
    for sentence in sentences(comment) {
        let cue = sentence.iter().any(|word| CUES.contains(&&*word.to_lowercase()));
        let mut of_sentence: Vec<Mention<'_>> = behind(&sentence, HOLD).into_iter().collect();
        if cue {
            of_sentence.extend(before(&sentence, BE_HELD));
        }
        let reads = |word: &&str| {
            let lower = word.to_lowercase();
            ["read", "reads", "reading", "rlock", "rlocked", "readlock"].contains(&lower.as_str())
                || lower.starts_with("read-")
                || lower.ends_with(".rlock")
        };
        if sentence.iter().any(reads) {
            of_sentence.iter_mut().for_each(|mention| mention.mode = LockMode::Read);
        }
        found.extend(of_sentence);
    }
    found
}

/// Whether a comment takes a function, or what follows a line, out of the check.
pub(super) fn trusts(comment: &str) -> bool {
    let text = comment.trim_start();
    text.starts_with("+checklocksignore") || text.starts_with("+checklocksforce")
}

/// The annotations of a comment, which have a line each.
fn annotations(comment: &str) -> Vec<Mention<'_>> {
    let of_line = |line| {
        ANNOTATIONS.iter().find_map(|(annotation, mode)| {
            let name: &str = str::trim_start(line).strip_prefix(annotation)?;
            let name = name.split_whitespace().next()?;
            Some(Mention { words: vec![name], the_lock: false, mode: *mode })
        })
    };
    comment.lines().filter_map(of_line).collect()
}

/// The sentences of a comment that deny nothing, as words without their punctuation.
fn sentences(comment: &str) -> Vec<Vec<&str>> {
    let mut found: Vec<Vec<&str>> = vec![Vec::new()];
    for written in comment.split_whitespace() {
        let word = written.trim_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '+')));
        if let Some(last) = found.last_mut().filter(|_| !word.is_empty()) {
            last.push(word);
        }
        if written.ends_with(['.', ';', '!', '?']) || written == "-" {
            found.push(Vec::new());
        }
    }
    let denies = |word: &str| {
        let lower = word.to_lowercase();
        DENIALS.contains(&lower.as_str()) || lower.ends_with("n't") || lower.starts_with("non-")
    };
    found.retain(|sentence| {
        !sentence.is_empty() && !sentence.iter().any(|word| denies(word) || word.starts_with('+'))
    });
    found
}

/// Where the first of some phrases begins and ends; of two that begin at one place the longer.
fn phrase(sentence: &[&str], phrases: &[&str]) -> Option<(usize, usize)> {
    let lower: Vec<String> = sentence.iter().map(|word| word.to_lowercase()).collect();
    let of = |phrase: &&str| {
        let parts: Vec<&str> = phrase.split(' ').collect();
        let at = lower.windows(parts.len()).position(|window| window == parts.as_slice())?;
        Some((at, at.saturating_add(parts.len())))
    };
    phrases.iter().filter_map(of).min_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)))
}

/// The lock that is named behind a phrase.
fn behind<'t>(sentence: &[&'t str], phrases: &[&str]) -> Option<Mention<'t>> {
    let (_, end) = phrase(sentence, phrases)?;
    let rest = sentence.get(end..)?;
    let mut words = Vec::new();
    let mut the_lock = false;
    for (at, word) in rest.iter().take(REACH).enumerate() {
        let lower = word.to_lowercase();
        let article = at
            .checked_sub(1)
            .and_then(|at| rest.get(at))
            .is_none_or(|word| ARTICLES.contains(&&*word.to_lowercase()) || word.ends_with("'s"));
        let more = rest.get(at.saturating_add(1)).map(|next| next.to_lowercase());
        let other = more.as_deref().is_some_and(|next| OF.contains(&next));
        the_lock |= article && !other && THE_LOCK.contains(&lower.as_str());
        words.push(*word);
        let goes_on = FILLERS.contains(&lower.as_str()) || lower.ends_with("'s");
        if !goes_on && !matches!(more.as_deref(), Some("and" | "or" | "lock" | "mutex")) {
            let linked = matches!(lower.as_str(), "and" | "or");
            if !linked {
                break;
            }
        }
    }
    Some(Mention { words, the_lock, mode: LockMode::Write })
}

/// The lock that is named before a phrase.
fn before<'t>(sentence: &[&'t str], phrases: &[&str]) -> Option<Mention<'t>> {
    let (start, _) = phrase(sentence, phrases)?;
    let ahead = sentence.get(..start)?;
    let mut words = Vec::new();
    let mut the_lock = false;
    for (back, word) in ahead.iter().rev().take(REACH).enumerate() {
        let lower = word.to_lowercase();
        let previous = ahead.len().checked_sub(back.saturating_add(2)).and_then(|at| ahead.get(at));
        let article = previous
            .is_none_or(|word| ARTICLES.contains(&&*word.to_lowercase()) || word.ends_with("'s"));
        the_lock |= article && THE_LOCK.contains(&lower.as_str());
        words.push(*word);
        let goes_on = FILLERS.contains(&lower.as_str()) || lower == "and" || lower == "or";
        if !goes_on && !matches!(previous, Some(&"and" | &"or")) {
            break;
        }
    }
    Some(Mention { words, the_lock, mode: LockMode::Write })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that may be the lock's name.
    fn callers(comment: &str) -> Vec<&str> {
        let mentions = of_callers(comment).into_iter().flat_map(|mention| mention.words);
        let mut words: Vec<&str> = mentions.collect();
        words.dedup();
        words
    }

    fn is_the_lock(comment: &str) -> bool {
        of_callers(comment).iter().any(|mention| mention.the_lock)
    }

    fn guarded(comment: &str) -> Vec<&str> {
        of_guarded(comment, false).into_iter().flat_map(|mention| mention.words).collect()
    }

    #[test]
    fn fields_name_their_lock() {
        assert_eq!(guarded("pid -> process, guarded by lifecycleMu"), ["lifecycleMu"]);
        assert_eq!(guarded("Access to it is protected by s.mu."), ["s.mu"]);
        assert_eq!(guarded("protected by the mutex mu; may be nil"), ["the", "mutex", "mu"]);
        assert_eq!(guarded("+checklocks:mu"), ["mu"]);
        assert_eq!(guarded("must only be read with mu held"), ["mu"]);
        assert_eq!(guarded("This is not protected by mu."), [] as [&str; 0]);
        assert_eq!(guarded("guards against loops"), [] as [&str; 0]);
    }

    #[test]
    fn locks_say_what_they_guard() {
        let of = |comment| {
            let object = of_guard(comment).pop();
            object.map(|object: Object<'_>| (object.names("conns"), object.extent))
        };
        assert_eq!(of("protects conns and names"), Some((true, None)));
        assert_eq!(of("mu guards the following"), Some((false, Some(Extent::Below))));
        assert_eq!(of("protects all the fields below"), Some((false, Some(Extent::Rest))));
        assert_eq!(of("protects everything"), Some((false, Some(Extent::All))));
        assert_eq!(of("protects the above 2 maps."), Some((false, Some(Extent::Above))));
        assert_eq!(of("protects the active field of every record"), Some((false, None)));
        assert_eq!(of("serializes writes"), None);
        assert_eq!(of("does not protect conns"), None);
    }

    #[test]
    fn functions_name_what_their_callers_hold() {
        assert_eq!(callers("The caller must hold c.mu."), ["c.mu"]);
        assert_eq!(callers("requires cc.wmu be held."), ["cc.wmu"]);
        assert_eq!(callers("It must be called with mu held"), ["mu"]);
        assert_eq!(callers("This assumes s.mu.Lock is held by the caller."), ["s.mu.Lock"]);
        assert_eq!(callers("The caller must not hold c.mu."), [] as [&str; 0]);
        assert_eq!(callers("Put stores a value while mu is held."), [] as [&str; 0]);
        assert_eq!(callers("+checklocks:c.mu"), ["c.mu"]);
        assert!(is_the_lock("It must be called while holding the cache's mutex."));
        assert!(is_the_lock("Must be called with the lock held."));
        assert!(!is_the_lock("The global coin lock must be held."));
        assert!(!is_the_lock("Callers must hold the lock on the container."));
    }

    #[test]
    fn readers_need_less() {
        let modes = |comment| -> Vec<LockMode> {
            of_callers(comment).into_iter().map(|mention| mention.mode).collect()
        };
        assert_eq!(modes("The caller must hold at least a read lock"), [LockMode::Read]);
        assert_eq!(modes("+checklocksread:c.mu"), [LockMode::Read]);
        assert_eq!(modes("requires that c.mu is read-locked"), [LockMode::Read]);
        assert_eq!(modes("The caller must hold c.mu"), [LockMode::Write]);
    }
}
