//! Stacks as loggers list them: symbols without parentheses, places without offsets.

#![expect(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use go_crash::{CrashText, Fault, FaultKind, Recovery, read};

fn only_fault(crash: &CrashText) -> &Fault {
    let [fault] = crash.faults.as_slice() else {
        panic!("not one fault: {:?}", crash.faults);
    };
    fault
}

fn user(fault: &Fault) -> (&str, u32) {
    let frame = fault.user_frame.as_ref().expect("a user frame");
    (&frame.symbol, frame.line)
}

const STACK: &str = "example.org/api/runtime.HandleCrash\n\t/go/pkg/mod/example.org/api@v1.2.3/runtime/runtime.go:55\nruntime.gopanic\n\t/usr/local/go/src/runtime/panic.go:914\nruntime.mapassign_faststr\n\t/usr/local/go/src/runtime/map_faststr.go:223\nexample.org/shop/stock.(*Shelf).Put\n\t/src/shop/stock/shelf.go:41\nexample.org/shop/stock.(*Clerk).Run\n\t/src/shop/stock/clerk.go:77\n";

#[test]
fn a_logged_panic_takes_the_stack_listed_behind_it() {
    let lines = format!(
        "2024-05-01T10:00:00.000Z\tERROR\tstock/clerk.go:88\tObserved a panic: assignment to entry in nil map\n{STACK}2024-05-01T10:00:01.000Z\tINFO\tstock/clerk.go:90\tnext\n"
    );
    let field = format!(
        "{{\"level\":\"error\",\"msg\":\"Observed a panic: assignment to entry in nil map\",\"stacktrace\":\"{}\"}}\n",
        STACK.trim_end().replace('\n', "\\n").replace('\t', "\\t")
    );
    let prefixed: String =
        lines.lines().map(|line| format!("2024-05-01T10:00:00.1Z stderr F {line}\n")).collect();
    let json: String = lines
        .lines()
        .map(|line| {
            format!("{{\"log\":\"{}\\n\",\"stream\":\"stderr\"}}\n", line.replace('\t', "\\t"))
        })
        .collect();
    for text in [lines, field, prefixed, json] {
        let crash = read(text.as_bytes());
        let fault = only_fault(&crash);
        assert_eq!(
            (fault.kind, fault.recovery),
            (FaultKind::NilMapWrite, Recovery::Logged),
            "{text}"
        );
        assert_eq!(user(fault), ("example.org/shop/stock.(*Shelf).Put", 41), "{text}");
        assert_eq!(fault.map_function.as_deref(), Some("runtime.mapassign_faststr"), "{text}");
    }
}

#[test]
fn a_listed_stack_tells_the_fault_without_its_message() {
    let crash = read(STACK.as_bytes());
    let fault = only_fault(&crash);
    assert_eq!(fault.kind, FaultKind::NilMapWrite);
    assert!(!fault.message_printed);
    assert_eq!(user(fault), ("example.org/shop/stock.(*Shelf).Put", 41));
}

#[test]
fn errors_that_list_their_stack_are_no_goroutines() {
    let error = "2024-05-01T10:00:00.000Z\tERROR\tstock/clerk.go:88\tcannot reach the store\nexample.org/shop/stock.(*Clerk).Run\n\t/src/shop/stock/clerk.go:77\nmain.main\n\t/src/shop/main.go:12\n";
    let crash = read(error.repeat(3).as_bytes());
    assert_eq!((crash.faults.len(), crash.goroutine_count), (0, 0));
}

#[test]
fn the_next_log_line_ends_a_listed_stack() {
    let other = "2024-05-01T10:00:02.000Z\tERROR\tstock/clerk.go:99\tcannot reach the store\nexample.org/shop/other.Fetch\n\t/src/shop/other/fetch.go:7\n";
    let text = format!("panic recovered: assignment to entry in nil map\n{STACK}{other}");
    let crash = read(text.as_bytes());
    let goroutine = only_fault(&crash).goroutine.as_ref().expect("a goroutine");
    assert!(goroutine.frames.iter().all(|frame| !frame.symbol.contains("Fetch")), "{goroutine:?}");
}

#[test]
fn places_alone_name_the_line_that_failed() {
    let text = "E0523 11:48:18.127847       1 runtime.go:69] Observed a panic: \"assignment to entry in nil map\" (assignment to entry in nil map)\n/go/src/example.org/shop/vendor/example.org/api/runtime/runtime.go:76\n/usr/local/go/src/runtime/asm_amd64.s:522\n/usr/local/go/src/runtime/panic.go:513\n/usr/local/go/src/runtime/map_faststr.go:192\n/go/src/example.org/shop/stock/shelf.go:36\n/go/src/example.org/shop/stock/clerk.go:23\nE0523 11:48:19.127847       1 clerk.go:70] stopped\n";
    let crash = read(text.as_bytes());
    let fault = only_fault(&crash);
    let frame = fault.user_frame.as_ref().expect("a user frame");
    assert_eq!((&*frame.file, frame.line), ("/go/src/example.org/shop/stock/shelf.go", 36));
}
