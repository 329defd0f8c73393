//! The analysers of `go vet`, and what their messages look like: its text does not name them.
//!
//! Source: `src/cmd/vet/main.go` and `src/cmd/vendor/golang.org/x/tools/go/analysis/passes` of Go 1.21 to 1.27. Messages
//! about build tags, directives, assembly and declarations of tests are not among these: they are about no code of a
//! function.

/// The analysers, each with texts that its messages hold.
const ANALYSERS: &[(&str, &[&str])] = &[
    ("appends", &["append with no values"]),
    ("asmdecl", &[]),
    ("assign", &["self-assignment of "]),
    ("atomic", &["direct assignment to atomic value"]),
    ("bools", &["redundant or: ", "redundant and: ", "suspect or: ", "suspect and: "]),
    ("buildtag", &[]),
    ("cgocall", &["possibly passing Go type with embedded pointer to C"]),
    ("composites", &["struct literal uses unkeyed fields"]),
    ("copylocks", &[" passes lock by value: ", " copies lock"]),
    ("defers", &["call to time.Since is not deferred"]),
    ("directive", &[]),
    ("errorsas", &["second argument to errors.As "]),
    ("framepointer", &["frame pointer is clobbered before saving"]),
    ("hostport", &["does not work with IPv6"]),
    ("httpresponse", &[" before checking for errors"]),
    ("ifaceassert", &["impossible type assertion: "]),
    ("loopclosure", &[" captured by func literal"]),
    (
        "lostcancel",
        &[
            "function is not used on all paths (possible context leak)",
            "this return statement may be reached without using the ",
            "should be called, not discarded, to avoid a context leak",
        ],
    ),
    ("nilfunc", &["comparison of function "]),
    ("nilness", &["nil dereference in ", "panic with nil value", "tautological condition: "]),
    (
        "printf",
        &[
            " format %",
            " formatting directive",
            " arg list ends with redundant newline",
            "non-constant format string in call to ",
            " does not support error-wrapping directive",
            " causes recursive ",
            " is a func value, not called",
            "missing ... in args forwarded to ",
            " does not take io.Writer but has first arg ",
            "%w wants operand of error type ",
        ],
    ),
    ("shift", &[" too small for shift of "]),
    ("sigchanyzer", &["misuse of unbuffered os.Signal channel"]),
    ("slog", &[" or a slog.Attr (", " missing a final value", " has a missing or misplaced value"]),
    ("stdmethods", &[" should have signature "]),
    ("stdversion", &[" requires go1."]),
    ("stringintconv", &[" yields a string of one rune, not a string of digits"]),
    ("structtag", &["struct field tag ", "struct field "]),
    ("testinggoroutine", &[" from a non-test goroutine", " defined outside of the subtest"]),
    ("tests", &[]),
    ("timeformat", &["2006-02-01 should be 2006-01-02"]),
    ("unmarshal", &[" passes non-pointer"]),
    ("unreachable", &["unreachable code"]),
    ("unsafeptr", &["possible misuse of "]),
    ("unusedresult", &[" call not used"]),
    ("unusedwrite", &["unused write to "]),
    ("waitgroup", &["WaitGroup.Add called from inside new goroutine"]),
];

/// Whether an analyser is called so.
pub(crate) fn is_analyser(name: &str) -> bool {
    ANALYSERS.iter().any(|(analyser, _)| *analyser == name)
}

/// The analyser that a message comes from, where its words tell.
pub(crate) fn analyser(message: &str) -> Option<&'static str> {
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    ANALYSERS.iter().find(|(_, texts)| says(texts)).map(|(analyser, _)| *analyser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_tell_their_analysers() {
        for (message, wanted) in [
            ("Total passes lock by value: a.b/c.Shelf contains sync.Mutex", Some("copylocks")),
            ("range var s copies lock: a.b/c.Shelf contains sync.Mutex", Some("copylocks")),
            ("result of fmt.Sprintf call not used", Some("unusedresult")),
            ("fmt.Printf format %d has arg s of wrong type string", Some("printf")),
            ("self-assignment of m to m", Some("assign")),
            ("undefined: shelf", None),
        ] {
            assert_eq!(analyser(message), wanted, "{message}");
        }
    }
}
