//! Verdicts, places and words of memory, said for people.

use go_lab::{Array, Cell, Entry, Fault, Harm, Outcome, ReplayStep, Scenario, Value, Verdict};
use go_runtime::classic::{Field, MIN_TOP_HASH, flag_names, mark};

/// `caught`, `silent` or `fine`.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fine => "fine",
        Verdict::Detected { .. } => "caught",
        Verdict::Silent { .. } => "silent",
    }
}

/// What a verdict says of whom.
pub(super) fn verdict(scenario: &Scenario, verdict: Verdict) -> String {
    let name = |goroutine: Option<usize>| {
        let name = goroutine.and_then(|goroutine| scenario.goroutines.get(goroutine));
        name.map(String::as_str)
    };
    match verdict {
        Verdict::Fine => "as if each operation had happened at one moment".to_owned(),
        Verdict::Detected { fault, goroutine } => {
            let line = fault.line().unwrap_or_default();
            match name(goroutine) {
                Some(goroutine) => format!("{line}, in {goroutine}"),
                None => line,
            }
        }
        Verdict::Silent { harm, goroutine, key } => {
            let key = key.map(|key| key_name(scenario, key));
            format!("{}: {}", harm.name(), silent(harm, name(goroutine), key.as_deref()))
        }
    }
}

/// The sentence that explains silent harm.
fn silent(harm: Harm, goroutine: Option<&str>, key: Option<&str>) -> String {
    let who = goroutine.unwrap_or("whoever comes next");
    let key = key.unwrap_or("a key");
    match harm {
        Harm::Memory(missing) => format!("{missing}, by {who}"),
        Harm::Endless => format!("an operation of {who} never ends"),
        Harm::StuckFlag => {
            "hashWriting stays set: the next operation dies though nobody writes".to_owned()
        }
        Harm::LostEntry => format!("{key} was stored and cannot be found any more"),
        Harm::Duplicate => format!("{key} is in the map twice"),
        Harm::TornValue => format!("{who} gets half of one value of {key} and half of another"),
        Harm::WrongValue => format!("{who} gets a value of {key} that it should not have"),
        Harm::MissedLookup => format!("{who} does not find {key}, which is there all the time"),
        Harm::PhantomKey => format!("{who} gets {key}, which is not in the map"),
        Harm::MissedInIteration => {
            format!("{who} ranges over the map and never gets {key}, which is there all the time")
        }
        Harm::TwiceInIteration => format!("{who} ranges over the map and gets {key} twice"),
        Harm::WrongLength => format!("{who} gets a length that is not the number of entries"),
        Harm::Unexplained => "no order of the operations leads to what they found".to_owned(),
    }
}

/// A key's name; the word of an empty cell is no key.
pub(super) fn key_name(scenario: &Scenario, key: u64) -> String {
    match scenario.key(key) {
        Some(name) => name.to_owned(),
        None => "the zero key".to_owned(),
    }
}

/// What a step touched and what was or became of it.
pub(super) fn touch(scenario: &Scenario, step: &ReplayStep) -> String {
    let Some((cell, array)) = step.place else {
        return match step.fault {
            Some(Fault::Missing(_)) => "memory that is not there".to_owned(),
            _ => "no memory".to_owned(),
        };
    };
    let name = place(scenario, cell, array);
    let value = |word: u64| word_of(scenario, cell, word);
    if step.stores && step.before != step.after {
        format!("{name}: {} → {}", value(step.before), value(step.after))
    } else if step.stores {
        format!("{name} := {}", value(step.after))
    } else {
        format!("{name} = {}", value(step.before))
    }
}

/// The name of a place, as the runtime would write it.
pub(super) fn place(scenario: &Scenario, cell: Cell, array: Array) -> String {
    let bucket = |bucket: u64| match array {
        Array::Buckets => format!("buckets[{bucket}]"),
        Array::Oldbuckets => format!("oldbuckets[{bucket}]"),
        Array::Former => format!("former[{bucket}]"),
        Array::Overflow => "overflow".to_owned(),
    };
    match cell {
        Cell::Field(field) => format!("h.{}", field.name()),
        Cell::Extra(name) => format!("extra.{name}"),
        Cell::Tophash { bucket: index, entry } => format!("{}.tophash[{entry}]", bucket(index)),
        Cell::Key { bucket: index, entry } => format!("{}.keys[{entry}]", bucket(index)),
        Cell::Elem { bucket: index, entry, word: 0 } => {
            format!("{}.elems[{entry}]", bucket(index))
        }
        Cell::Elem { bucket: index, entry, .. } => {
            format!("{}.elems[{entry}]+8", bucket(index))
        }
        Cell::Overflow { bucket: index } => format!("{}.overflow", bucket(index)),
        Cell::List => "len(extra.overflow)".to_owned(),
        Cell::Lock(lock, readers) => {
            let at = usize::try_from(lock).unwrap_or(usize::MAX);
            let name = scenario.locks.get(at).map_or("mutex", String::as_str);
            if readers { format!("readers of {name}") } else { name.to_owned() }
        }
    }
}

/// A word of memory, as what it is.
fn word_of(scenario: &Scenario, cell: Cell, word: u64) -> String {
    match cell {
        Cell::Field(Field::Flags) => flags(word),
        Cell::Field(Field::Buckets | Field::Oldbuckets | Field::Extra)
        | Cell::Extra(_)
        | Cell::Overflow { .. } => if word == 0 { "nil" } else { "set" }.to_owned(),
        Cell::Tophash { .. } => tophash(word),
        Cell::Key { .. } => scenario.key(word).unwrap_or("0").to_owned(),
        Cell::Lock(_, false) => match word {
            0 => "free",
            1 => "wanted",
            _ => "held",
        }
        .to_owned(),
        _ => word.to_string(),
    }
}

/// The flags that are set; `0` where none is.
pub(super) fn flags(word: u64) -> String {
    let names: Vec<&str> = flag_names(word).collect();
    if names.is_empty() { "0".to_owned() } else { names.join("|") }
}

/// A tophash: the name of a mark, or the byte as a letter.
pub(super) fn tophash(word: u64) -> String {
    if let Some(name) = mark(word) {
        return name.to_owned();
    }
    let letter = u8::try_from(word).ok().filter(|_| word >= MIN_TOP_HASH).map(char::from);
    match letter.filter(char::is_ascii_graphic) {
        Some(letter) => format!("'{letter}'"),
        None => format!("{word:#04x}"),
    }
}

/// What an operation found; none where it finds nothing that the program sees.
pub(super) fn outcome(scenario: &Scenario, outcome: &Outcome) -> Option<String> {
    let value = |value: Value| {
        if value.is_torn() {
            format!("half of {} and half of {}", value.first, value.last)
        } else {
            value.first.to_string()
        }
    };
    Some(match outcome {
        Outcome::Done => return None,
        Outcome::Read(None) => "finds nothing".to_owned(),
        Outcome::Read(Some(found)) => format!("finds {}", value(*found)),
        Outcome::Length(length) => format!("is {length}"),
        Outcome::Entries(entries) if entries.is_empty() => "gets nothing".to_owned(),
        Outcome::Entries(entries) => {
            let one =
                |entry: &Entry| format!("{}={}", key_name(scenario, entry.key), value(entry.value));
            let all: Vec<String> = entries.iter().map(one).collect();
            format!("gets {}", all.join(", "))
        }
    })
}
