//! Scenarios that are refused, each with the line that is to blame.

use go_lab::{Budget, Scenario, ScenarioErrorKind, Unfit, explore};
use proptest::prelude::*;

/// A scenario whose goroutine is on line 4.
fn with(goroutine: &str) -> String {
    format!(
        "keys = {{ a = 0 }}\nlocks = {{ mu = \"sync.Mutex\", rw = \"sync.RWMutex\" }}\n[[goroutine]]\n{goroutine}\n"
    )
}

#[test]
fn what_is_wrong_is_refused_with_its_line() {
    use ScenarioErrorKind::{Format, Locks, TooMuch, Undeclared, UnknownOperation};
    let many = "[[goroutine]]\ndoes = [\"len(m)\"]\n".repeat(5_000);
    let long = format!("does = [{}]", "\"len(m)\", ".repeat(1_000));
    for (text, line, kind, part) in [
        (many, 13, TooMuch, "more than 6 goroutines: there are 5000"),
        (with(&long), 4, TooMuch, "more than 16 operations"),
        (with("does = [\n\"len(m)\",\n\"m[a]++\"]"), 6, UnknownOperation, "m[a]++"),
        (with("does = [\"go f()\"]"), 4, UnknownOperation, "go f()"),
        (with("does = [\"delete(n, a)\"]"), 4, UnknownOperation, "delete(n, a)"),
        (with("does = [\"m[b] = 1\"]"), 4, Undeclared, "no key 'b'"),
        (with("does = [\"nu.Lock()\"]"), 4, Undeclared, "no lock 'nu'"),
        (with("does = [\"m[a] = x\"]"), 4, Format, "'x' is no number"),
        (
            with("does = [\"mu.Lock()\",\n\"mu.Lock()\"]"),
            5,
            Locks,
            "waits for itself and never ends",
        ),
        (
            with("does = [\"rw.RLock()\",\n\"rw.Lock()\"]"),
            5,
            Locks,
            "waits for itself and never ends",
        ),
        (with("does = [\"rw.Lock()\", \"rw.RLock()\"]"), 4, Locks, "never ends"),
        (with("does = [\"mu.RLock()\"]"), 4, Locks, "has no RLock"),
        (with("does = [\"rw.RLock()\", \"rw.Unlock()\"]"), 4, Locks, "RUnlock it"),
        (with("does = [\"rw.Lock()\", \"rw.RUnlock()\"]"), 4, Locks, "Unlock it"),
        (with("does = []"), 3, Format, "does nothing"),
        (with("dose = [\"len(m)\"]"), 4, Format, "no key 'dose'"),
        (with("does = [1]"), 4, Format, "an operation is a text"),
        ("go = \"1.24\"\n[[goroutine]]\ndoes = [\"len(m)\"]".to_owned(), 1, Format, "Go 1.24"),
        ("\nkeys = { a = 256 }".to_owned(), 2, Format, "from 0 to 255"),
        ("\nlocks = { mu = \"Mutex\" }".to_owned(), 2, Format, "sync.Mutex"),
        ("title = \"nobody\"".to_owned(), 1, Format, "no [[goroutine]]"),
        ("\n\nkeys = {".to_owned(), 3, Format, ""),
    ] {
        let refused = Scenario::parse("x", &text).unwrap_err();
        let start: String = text.chars().take(300).collect();
        assert_eq!((refused.line(), refused.kind()), (line, kind), "{start}: {refused}");
        assert!(refused.to_string().contains(part), "{start}: {refused}");
    }
}

#[test]
fn what_ends_before_it_begins_is_unfit() {
    let text = "map = \"nil\"\nkeys = { a = 0 }\nbefore = [\n\"len(m)\",\n\"m[a] = 1\"]\n[[goroutine]]\ndoes = [\"len(m)\"]";
    let scenario = Scenario::parse("x", text).unwrap();
    let unfit = explore(&scenario.program, Budget::default()).unwrap_err();
    let Unfit::Before(operation, _) = unfit else { panic!("{unfit:?}") };
    assert_eq!(scenario.line_of_before(operation), 5);
}

#[test]
fn a_string_of_another_scenario_is_refused() {
    let parse = |name: &str, body: &str| Scenario::parse(name, &with(body)).unwrap();
    let one = parse("one", "does = [\"len(m)\"]");
    let other = parse("one", "does = [\"len(m)\", \"len(m)\"]");
    let schedule = "1x1".parse().unwrap();
    let text = one.replay_string(&schedule);
    assert_eq!(one.read_replay(&text).unwrap(), schedule);
    assert!(other.read_replay(&text).unwrap_err().contains("another version"));
    assert!(parse("two", "does = [\"len(m)\"]").read_replay(&text).unwrap_err().contains("one"));
    for wrong in ["", ":", "one", "one::", "one:00000000:1x1"] {
        assert!(one.read_replay(wrong).is_err(), "{wrong}");
    }
    assert!(one.replay(&"1x2".parse().unwrap()).is_err());
    assert!(one.replay(&"9x1".parse().unwrap()).is_err());
}

proptest! {
    /// Whatever a file says, it is read or refused.
    #[test]
    fn any_text_is_read_or_refused(text in "[a-z\\[\\]={}\", \n().0-9]{0,200}") {
        let _ = Scenario::parse("x", &text);
    }

    /// Whatever an operation says.
    #[test]
    fn any_operation_is_read_or_refused(operation in "[a-zA-Z\\[\\]= ,().0-9]{0,30}") {
        let _ = Scenario::parse("x", &with(&format!("does = ['{operation}']")));
    }
}
