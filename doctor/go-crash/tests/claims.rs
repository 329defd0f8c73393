//! No fault is claimed where there is none, and none is missed for want of a stack.

use go_crash::{FaultKind, NoteKind, Recovery, read};

const QUIET: &[(&str, &str)] = &[
    ("nothing", ""),
    ("blank lines", "\n\n\n"),
    (
        "prose",
        "We saw `fatal error: concurrent map writes` twice last week, and once a fatal error: concurrent map writes on Monday.\n",
    ),
    (
        "a definition",
        "fatal error: concurrent map writes is what the runtime prints when two goroutines write to one map.\n",
    ),
    ("a heading", "# fatal error: concurrent map writes\n\nHow to find the cause.\n"),
    (
        "a quotation in a document",
        "## Symptoms\n\nThe process exits with status 2 and prints\n\n```\nfatal error: concurrent map writes\n```\n\nThere is no way to recover.\n",
    ),
    ("a list", "- fatal error: concurrent map writes\n- panic: assignment to entry in nil map\n"),
    (
        "source code",
        "func check(m *hmap) {\n\tif m.flags&hashWriting != 0 {\n\t\tfatal(\"concurrent map writes\")\n\t}\n}\n\n// fatal error: concurrent map writes\nvar want = \"fatal error: concurrent map writes\"\n",
    ),
    (
        "a test's expectation",
        "\tif !strings.Contains(out, \"fatal error: concurrent map writes\") {\n\t\tt.Fatal(out)\n\t}\n",
    ),
    (
        "a panic in source",
        "\tpanic(\"assignment to entry in nil map\")\n\tpanic(plainError(\"assignment to entry in nil map\"))\n",
    ),
    (
        "a search",
        "$ git grep -n 'concurrent map'\nruntime/map.go:432:\t\tfatal(\"concurrent map read and map write\")\nruntime/map.go:507:\t\tfatal(\"concurrent map writes\")\n",
    ),
    (
        "a commit",
        "commit 4f2a\n\n    server: lock the registry\n\n    Fixes the concurrent map writes that we saw in production.\n",
    ),
    (
        "a log that says panic",
        "2024-03-09T18:22:35Z INFO no need to panic: the cache was rebuilt\n",
    ),
    (
        "a place in a log",
        "2024/03/09 18:22:35 main.go:42: listening on :8080\n2024/03/09 18:22:36 store.go:17: opened (0x1, 0x2)\n",
    ),
    (
        "a compiler",
        "./main.go:12:5: undefined: x\n./main.go:14:9: cannot use y (variable of type int) as string value\n",
    ),
    (
        "a dump",
        "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:4 +0x1d\n\ngoroutine 6 [chan receive]:\nmain.wait(0xc000012345)\n\t/src/main.go:9 +0x45\ncreated by main.main in goroutine 1\n\t/src/main.go:3 +0x1f\n",
    ),
    ("another panic's words", "panic: index out of range is a common mistake\n\nRead on.\n"),
    (
        "a word of another tool",
        "error: fatal error: too many errors emitted, stopping now [-ferror-limit=]\n",
    ),
    ("a C compiler", "src/x.c:1:10: fatal error: map.h: No such file or directory\n"),
    ("race in prose", "The run printed WARNING: DATA RACE and we looked at it.\n"),
];

#[test]
fn no_fault_is_claimed_where_there_is_none() {
    for (name, text) in QUIET {
        let crash = read(text.as_bytes());
        assert!(crash.faults.is_empty(), "{name}: claims {:?}", crash.faults);
    }
}

#[test]
fn a_quotation_without_a_stack_is_noted() {
    let crash = read(b"```\nfatal error: concurrent map writes\n```\n");
    assert!(crash.faults.is_empty());
    assert_eq!(crash.notes.first().map(|note| note.kind), Some(NoteKind::MessageWithoutStack));
}

/// Texts that end right behind the message: cut, or `GOTRACEBACK=none`.
const BARE_MESSAGES: &[(&str, FaultKind)] = &[
    ("fatal error: concurrent map writes", FaultKind::ConcurrentMapWrites),
    ("fatal error: concurrent map writes\n", FaultKind::ConcurrentMapWrites),
    (
        "2024-03-09T18:22:35.1Z stderr F fatal error: concurrent map read and map write\n",
        FaultKind::ConcurrentMapReadAndWrite,
    ),
    (
        "web-1  | fatal error: concurrent map iteration and map write\n",
        FaultKind::ConcurrentMapIterationAndWrite,
    ),
    (
        "{\"log\":\"fatal error: concurrent map writes\\n\",\"stream\":\"stderr\"}\n",
        FaultKind::ConcurrentMapWrites,
    ),
    (
        "Mar  9 18:22:35 web-7 shopd[4711]: panic: assignment to entry in nil map\n",
        FaultKind::NilMapWrite,
    ),
    ("panic: runtime error: hash of unhashable type []string\n", FaultKind::UnhashableKey),
    (
        "fatal error: small map with no empty slot (concurrent map writes?)\n",
        FaultKind::ConcurrentMapWrites,
    ),
    ("fatal error: sync: unlock of unlocked mutex\n", FaultKind::UnlockOfUnlocked),
    ("fatal error: checkptr: misaligned pointer conversion\n", FaultKind::Checkptr),
    ("fatal error: all goroutines are asleep - deadlock!\n", FaultKind::Deadlock),
    (
        "fatal error: concurrent map writesfatal error: concurrent map writes\n",
        FaultKind::ConcurrentMapWrites,
    ),
];

#[test]
fn a_printed_message_is_a_fault_without_its_stack() {
    for (text, kind) in BARE_MESSAGES {
        let crash = read(text.as_bytes());
        let kinds: Vec<_> = crash.faults.iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [*kind], "{text:?}");
    }
}

/// Panics that a program recovered and logged in its own words, with the stack behind them.
const LOGGED: &[&str] = &[
    "2024/03/09 18:22:35 http: panic serving 10.0.0.7:51234: assignment to entry in nil map\n",
    "E0309 18:22:35.123456       1 runtime.go:79] Observed a panic: \"assignment to entry in nil map\" (assignment to entry in nil map)\n",
    "time=\"2024-03-09T18:22:35Z\" level=error msg=\"Recovered from panic: assignment to entry in nil map\"\n",
    "[PANIC RECOVER] assignment to entry in nil map ",
    "{\"level\":\"error\",\"error\":\"assignment to entry in nil map\",\"message\":\"panic\"}\n",
];

#[test]
fn a_logged_panic_takes_the_stack_behind_it() {
    let stack = "goroutine 88 [running]:\nruntime/debug.Stack()\n\t/usr/local/go/src/runtime/debug/stack.go:24 +0x5e\nexample.com/shop/api.recoverer.func1()\n\t/src/shop/api/recover.go:19 +0x65\npanic({0x6b1de0?, 0x784740?})\n\t/usr/local/go/src/runtime/panic.go:785 +0x132\nexample.com/shop/api.(*Items).add(...)\n\t/src/shop/api/items.go:48\nexample.com/shop/api.(*Server).ServeHTTP(0xc000012345)\n\t/src/shop/api/server.go:31 +0x1d\n";
    for message in LOGGED {
        let crash = read(format!("{message}{stack}").as_bytes());
        let [fault] = crash.faults.as_slice() else {
            panic!("{message:?}: {:?}", crash.faults);
        };
        assert_eq!(fault.kind, FaultKind::NilMapWrite, "{message:?}");
        let frame = fault.user_frame.as_ref().expect("a frame");
        assert_eq!(
            (&*frame.symbol, frame.line),
            ("example.com/shop/api.(*Items).add", 48),
            "{message:?}"
        );
        if !message.contains("Observed") {
            assert_eq!(fault.recovery, Recovery::Logged, "{message:?}");
        }
    }
}

#[test]
fn a_quoted_message_with_its_stack_is_a_crash() {
    let text = "Hi, we get fatal error: concurrent map writes, see below.\n\ngoroutine 9 [running]:\nmain.put(0xc000012345)\n\t/src/main.go:9 +0x45\n";
    let crash = read(text.as_bytes());
    assert_eq!(crash.faults.first().map(|fault| fault.kind), Some(FaultKind::ConcurrentMapWrites));
}

#[test]
fn a_title_tells_the_kind_of_the_stack_below_it() {
    let stack = "goroutine 9 [running]:\nmain.put(0xc000012345)\n\t/src/main.go:9 +0x45\n";
    let crash =
        read(format!("# Crash: concurrent map iteration and map write\n\n{stack}").as_bytes());
    assert_eq!(
        crash.faults.first().map(|fault| fault.kind),
        Some(FaultKind::ConcurrentMapIterationAndWrite)
    );
}

#[test]
fn a_dump_that_was_asked_for_is_no_crash_whatever_the_title() {
    let text = "We suspect concurrent map writes; here is /debug/pprof/goroutine?debug=2:\n\ngoroutine 9 [running]:\nruntime/pprof.writeGoroutineStacks({0x1, 0x2})\n\t/usr/local/go/src/runtime/pprof/pprof.go:703 +0x6a\nmain.serve()\n\t/src/main.go:9 +0x45\n";
    assert!(read(text.as_bytes()).faults.is_empty());
}
