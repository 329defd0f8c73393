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
    (
        "all messages, quoted",
        "The runtime kills the program:\n\n```text\nfatal error: concurrent map writes\nfatal error: concurrent map read and map write\nfatal error: concurrent map iteration and map write\n```\n\nNone can be recovered.\n",
    ),
    ("a sentence in Chinese", "map并发读写会出现:fatal error: concurrent map writes,加锁即可\n"),
    ("a sentence in Russian", "Версия 1.2 падает с fatal error: concurrent map writes\n"),
    (
        "comments behind code",
        "x = 1  # panic: assignment to entry in nil map\nSELECT 1; -- fatal error: concurrent map writes\n",
    ),
    (
        "a page",
        "<h1>fatal error: concurrent map writes</h1>\n<li>fatal error: concurrent map writes</li>\n<!-- fatal error: concurrent map writes -->\n",
    ),
    (
        "a numbered list",
        "1. fatal error: concurrent map writes\n2. panic: assignment to entry in nil map\n",
    ),
    (
        "a report without its log",
        "Version 0.12.3 crashes sometimes with concurrent map writes.\n\n```\nfatal error: concurrent map writes\n```\n\n[shop.log](https://example.org/shop.log)\n",
    ),
    ("a fence on one line", "```fatal error: concurrent map writes```\n"),
    (
        "a title with a date",
        "# Shop 2.1.0 crashes with Mar 12 07:10:31 fatal error: concurrent map writes\n\nSee above.\n",
    ),
    (
        "a table of tests",
        "\t\tname: \"a crash\",\n\t\tout:    \"fatal error: concurrent map writes\\n\",\n\t\twant:   crashed,\n\t}, {\n\t\tout:    \"panic: assignment to entry in nil map\\n\\ngoroutine 1 [running]:\\n\",\n",
    ),
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
    (
        "Seen on the phone:\n\n```\n03-09 18:22:35.108 22021 22154 E GoLog   : fatal error: sync: unlock of unlocked mutex\n```\n",
        FaultKind::UnlockOfUnlocked,
    ),
    (
        "3月 09 18:22:35 web-7 shopd[4711]: fatal error: concurrent map writes\n",
        FaultKind::ConcurrentMapWrites,
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

/// One crash, told more than once: in a title, a sentence or a log line, and by the runtime.
const TOLD_TWICE: &[(&str, &str, FaultKind)] = &[
    (
        "a title",
        "# shop 1.4 panic: fatal error: concurrent map writes\n\nThe output:\n\nfatal error: concurrent map writes\n\n",
        FaultKind::ConcurrentMapWrites,
    ),
    (
        "a sentence",
        "I get a fatal error: concurrent map writes when it starts.\n\nweb-1  | fatal error: concurrent map writes\nweb-1  |\n",
        FaultKind::ConcurrentMapWrites,
    ),
    (
        "a log line and the panic raised again",
        "{\"level\":\"info\",\"msg\":\"Observed a panic in reconciler: assignment to entry in nil map\",\"name\":\"a\"}\npanic: assignment to entry in nil map [recovered]\n\tpanic: assignment to entry in nil map\n\n",
        FaultKind::NilMapWrite,
    ),
    (
        "a summary of what http logged",
        "--details ends in http: panic  serving 127.0.0.1:57432: assignment to entry in nil map\n\n2024/03/09 18:22:35 http: panic serving 127.0.0.1:57432: assignment to entry in nil map\n",
        FaultKind::NilMapWrite,
    ),
];

#[test]
fn a_crash_told_twice_is_one() {
    let stack = "goroutine 9 [running]:\nexample.com/shop.recoverer()\n\t/src/recover.go:5 +0x1d\npanic({0x6b1de0?, 0x784740?})\n\t/go/src/runtime/panic.go:785 +0x132\nexample.com/shop.put(0xc000012345)\n\t/src/main.go:9 +0x45\ncreated by main.main in goroutine 1\n\t/src/main.go:3 +0x1f\n";
    for (name, message, kind) in TOLD_TWICE {
        let crash = read(format!("{message}{stack}").as_bytes());
        let seen: Vec<_> = crash.faults.iter().map(|fault| (fault.kind, fault.repeats)).collect();
        assert_eq!(seen, [(*kind, 1)], "{name}");
        assert!(crash.faults.iter().all(|fault| fault.goroutine.is_some()), "{name}");
    }
}

#[test]
fn a_panic_that_ended_the_process_was_not_only_logged() {
    let text = "E0309 18:22:35.123456       1 runtime.go:79] Observed a panic: \"assignment to entry in nil map\" (assignment to entry in nil map)\npanic: assignment to entry in nil map [recovered]\n\tpanic: assignment to entry in nil map\n\ngoroutine 9 [running]:\nmain.recoverer()\n\t/src/recover.go:5 +0x1d\npanic({0x6b1de0?, 0x784740?})\n\t/go/src/runtime/panic.go:785 +0x132\nmain.put(0xc000012345)\n\t/src/main.go:9 +0x45\n";
    let crash = read(text.as_bytes());
    let fault = crash.faults.first().expect("a fault");
    assert_eq!(
        (fault.recovery, &*fault.message),
        (Recovery::Repanicked, "assignment to entry in nil map")
    );
    assert_eq!(fault.user_frame.as_ref().map(|frame| &*frame.symbol), Some("main.put"));
}

#[test]
fn two_threads_that_die_at_once_are_two() {
    let text = "fatal error: concurrent map writes\nfatal error: concurrent map writes\n\ngoroutine 9 [running]:\nmain.put(0xc000012345)\n\t/src/main.go:9 +0x45\n";
    let crash = read(text.as_bytes());
    assert_eq!(crash.faults.iter().map(|fault| fault.repeats).collect::<Vec<_>>(), [2]);
}

#[test]
fn the_value_that_kubernetes_logs_twice_is_read_once() {
    for (line, message) in [
        (
            "Observed a panic: \"assignment to entry in nil map\" (assignment to entry in nil map)\n",
            "assignment to entry in nil map",
        ),
        (
            "E0309 18:22:35.123456       1 runtime.go:79] Observed a panic: \"invalid memory address or nil pointer dereference\" (runtime error: invalid memory address or nil pointer dereference)\n",
            "runtime error: invalid memory address or nil pointer dereference",
        ),
    ] {
        let crash = read(
            format!(
                "{line}goroutine 9 [running]:\nmain.put(0xc000012345)\n\t/src/main.go:9 +0x45\n"
            )
            .as_bytes(),
        );
        assert_eq!(crash.faults.iter().map(|fault| &*fault.message).collect::<Vec<_>>(), [message]);
    }
}

#[test]
fn a_title_is_not_the_fault_of_a_stack_that_was_cut() {
    let text = "# panics with \"fatal error: concurrent map read and map write\"\n\n```\n\t/go/src/crypto/tls/conn.go:782 +0xec\ncrypto/tls.(*Conn).Read(0xc000314380, 0xc00056f000, 0x1000)\n\t/go/src/crypto/tls/conn.go:1233 +0x15b\nexample.com/shop/wire.(*Framer).ReadFrame(0xc00066e0e0)\n\t/src/shop/wire/frame.go:492 +0xa5\n";
    let crash = read(text.as_bytes());
    assert!(crash.faults.is_empty(), "{:?}", crash.faults);
    assert!(crash.notes.iter().any(|note| note.kind == NoteKind::MessageWithoutStack));
}

#[test]
fn a_panic_raised_again_and_cut_names_no_function() {
    let text = "panic: assignment to entry in nil map [recovered]\n\tpanic: assignment to entry in nil map\n\ngoroutine 235 [running]:\nexample.com/runtime/controller.(*Controller).Reconcile.func1()\n\t/src/runtime/controller/controller.go:116 +0x1e5\n";
    let boxed: String = text.lines().map(|line| format!("│ {line:<90} │\n")).collect();
    for text in [text, &boxed] {
        let crash = read(text.as_bytes());
        let fault = crash.faults.first().expect("a fault");
        assert_eq!((fault.kind, &fault.user_frame), (FaultKind::NilMapWrite, &None), "{text}");
        assert_eq!(fault.recovery, Recovery::Repanicked, "{text}");
    }
}

#[test]
fn a_recovered_panic_may_be_printed_without_a_word() {
    let text = "runtime error: invalid memory address or nil pointer dereference\ngoroutine 71 [running]:\nnet/http.(*conn).serve.func1(0xc90c7c4980)\n\t/go/src/net/http/server.go:1389 +0xc1\npanic(0x81fd60, 0xc82000a0d0)\n\t/go/src/runtime/panic.go:443 +0x4e9\nruntime.mapaccess1_faststr(0x6a40e0, 0xc00007f2c0, 0x8feb99, 0x1)\n\t/go/src/runtime/hashmap_fast.go:201 +0x4f3\nmain.user(0x0, 0xa, 0x0)\n\t/src/user.go:25 +0x97\n";
    let crash = read(text.as_bytes());
    let fault = crash.faults.first().expect("a fault");
    assert_eq!(fault.kind, FaultKind::SegvInMap);
    assert_eq!(fault.user_frame.as_ref().map(|frame| &*frame.symbol), Some("main.user"));
    assert!(read(text.lines().next().unwrap_or_default().as_bytes()).faults.is_empty());
}

#[test]
fn a_paste_that_begins_behind_its_fence_is_read() {
    let text = "It dies now and then.\n\n```Mar  9 18:22:35 web-7 shopd[4711]: fatal error: concurrent map writes\nMar  9 18:22:35 web-7 shopd[4711]: goroutine 22 [running]:\nMar  9 18:22:35 web-7 shopd[4711]: main.put(0xc000012345)```\n";
    let crash = read(text.as_bytes());
    assert_eq!(
        crash.faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(),
        [FaultKind::ConcurrentMapWrites]
    );
}
