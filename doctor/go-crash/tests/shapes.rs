//! Shapes that trackers, test frameworks and careful posters give to a crash text.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use go_crash::{Fault, FaultKind, NoteKind, read};

fn only(text: &str) -> Fault {
    let mut faults = read(text.as_bytes()).faults;
    assert_eq!(faults.len(), 1, "{faults:#?}\n{text}");
    faults.pop().expect("one fault")
}

fn place(fault: &Fault) -> Option<(&str, u32)> {
    fault.user_frame.as_ref().map(|frame| (&*frame.symbol, frame.line))
}

#[test]
fn a_path_that_was_shortened_is_still_a_call() {
    let fault = only(
        "panic: assignment to entry in nil map\n\ngoroutine 57 [running]:\n.../shopd/server.(*Server).Run(0xc42048e000, 0x7efcad4cd400,\n0xc42066ec90, 0x0)\n        .../shopd/server/run.go:225 +0xda5\n",
    );
    assert_eq!(fault.kind, FaultKind::NilMapWrite);
    assert_eq!(place(&fault), Some((".../shopd/server.(*Server).Run", 225)));
}

#[test]
fn calls_of_a_printed_stack_may_be_symbols_alone() {
    let fault = only(
        "panic: assignment to entry in nil map\n\ngoroutine 136 [running]:\npanic({0x3ef9e0?, 0xc000848b28?})\n\tGOROOT/src/runtime/panic.go:1017\nexample.com/shop/stock.(*Reg).Put\n\tstock/stock.go:342\nexample.com/shop/stock.(*Store).Serve\n\tstock/store.go:22\n",
    );
    assert_eq!(place(&fault), Some(("example.com/shop/stock.(*Reg).Put", 342)));
}

#[test]
fn a_map_below_sync_map_is_a_map() {
    let fault = only(
        "unexpected fault address 0x0\nfatal error: fault\n[signal SIGSEGV: segmentation violation code=0x80 addr=0x0 pc=0x45a81f]\n\ngoroutine 16 [running]:\nruntime.throw(0xec2328, 0x5)\n\t/usr/local/go/src/runtime/panic.go:774 +0x72\nruntime.sigpanic()\n\t/usr/local/go/src/runtime/signal_unix.go:401 +0x3de\nruntime.mapaccess2(0xd72f00, 0x0, 0xc001321dc0, 0x10, 0xdc5040)\n\t/usr/local/go/src/runtime/map.go:465 +0x25d\nsync.(*Map).Load(0xc0003a3d70, 0xd3d5c0, 0xc001321ed8)\n\t/usr/local/go/src/sync/map.go:104 +0xa9\nmain.lookup(0xc0003a3d70)\n\t/src/main.go:31 +0x4c\n",
    );
    assert_eq!(fault.kind, FaultKind::SegvInMap);
    assert_eq!(place(&fault), Some(("main.lookup", 31)));
}

#[test]
fn gocheck_lists_places_and_bare_names() {
    let fault = only(
        "----------------------------------------------------------------------\nPANIC: shop_test.go:42: ShopSuite.TestPut\n\n... Panic: assignment to entry in nil map (PC=0x424815)\n\n/usr/local/go/src/runtime/asm_amd64.s:401\n  in call16\n/usr/local/go/src/runtime/panic.go:387\n  in gopanic\n/usr/local/go/src/runtime/hashmap.go:403\n  in mapassign1\n/go/src/example.com/shop/router.go:33\n  in (*Router).Register\n/go/src/example.com/shop/shop_test.go:18\n  in ShopSuite.TestPut\n",
    );
    assert_eq!(fault.kind, FaultKind::NilMapWrite);
    assert_eq!(fault.user_frame.as_ref().map(|frame| frame.line), Some(33));
    let frames = fault.goroutine.as_ref().map(|goroutine| goroutine.frames.len());
    assert_eq!(frames, Some(5));
}

const RACE: &str = "WARNING: DATA RACE\nWrite at 0x00c00001e390 by goroutine 7:\n  runtime.mapassign_faststr()\n      /usr/local/go/src/runtime/map_faststr.go:203 +0x0\n  main.put()\n      /src/main.go:12 +0x65\n";

#[test]
fn a_race_in_a_comment_is_an_example_unless_its_stacks_are_there() {
    let whole: String = RACE.lines().map(|line| format!("# {line}\n")).collect();
    assert_eq!(place(&only(&whole)), Some(("main.put", 12)));
    let names: String = RACE
        .lines()
        .filter(|line| !line.contains(".go:"))
        .map(|line| format!("# {line}\n"))
        .collect();
    let crash = read(names.as_bytes());
    assert!(crash.faults.is_empty(), "{:?}", crash.faults);
    assert!(crash.notes.iter().any(|note| note.kind == NoteKind::MessageWithoutStack));
}

#[test]
fn headings_tell_bubbles_and_waits() {
    let recorded = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/go/recorded/");
        read(&std::fs::read(format!("{folder}{name}")).expect("the recording is readable"))
    };
    for version in ["1.25", "1.26", "1.27"] {
        let crash = recorded(&format!("bubble/{version}-all.txt"));
        let bubbles: Vec<_> = crash.goroutines.iter().filter(|g| g.bubble == Some(1)).collect();
        assert!(bubbles.iter().any(|g| &*g.state == "running"), "{version}");
        assert!(bubbles.iter().any(|g| g.flags.durable), "{version}");
    }
    for version in ["1.21", "1.27"] {
        let crash = recorded(&format!("longwait/{version}-all.txt"));
        let waits = |g: &&std::sync::Arc<go_crash::Goroutine>| g.wait_minutes == Some(1);
        let waiting = crash.goroutines.iter().find(waits).expect("a goroutine waited a minute");
        assert_eq!(&*waiting.state, "chan receive");
        assert_eq!(waiting.user_frame().map(|frame| &*frame.symbol), Some("main.(*desk).serve"));
    }
}

#[test]
fn processes_that_die_together_are_told_apart_by_their_names() {
    let crash = |fault: &str, id: u32, function: &str, line: u32| {
        format!(
            "fatal error: {fault}\n\ngoroutine {id} [running]:\nexample.com/shop/stock.(*Reg).{function}(0xc000012345)\n\t/src/stock.go:{line} +0x65\ncreated by main.main in goroutine 1\n\t/src/main.go:9 +0x1f\n\ngoroutine {} [chan receive]:\nmain.{function}(0xc000012345)\n\t/src/main.go:{line} +0x1c\n",
            id + 1
        )
    };
    let one = crash("concurrent map writes", 7, "Put", 23);
    let other = crash("concurrent map read and map write", 31, "Get", 41);
    for (first, second) in [
        ("web-1  | ", "web-2  | "),
        ("[pod/web-7d8f9-abcde/app] ", "[pod/web-7d8f9-fghij/app] "),
        ("Mar  9 18:22:35 host-3 shopd[4711]: ", "Mar  9 18:22:35 host-3 shopd[4712]: "),
        ("2024-03-09T18:22:35.123Z app[web.1]: ", "2024-03-09T18:22:35.124Z app[web.2]: "),
    ] {
        for head_start in [0, 1, 2, 3, 5, 20] {
            let mut lines = Vec::new();
            let one: Vec<_> = one.lines().map(|line| format!("{first}{line}\n")).collect();
            let other: Vec<_> = other.lines().map(|line| format!("{second}{line}\n")).collect();
            lines.extend(one.iter().take(head_start).cloned());
            for n in 0..one.len() {
                lines.extend(one.get(n + head_start).cloned());
                lines.extend(other.get(n).cloned());
            }
            let text = lines.concat();
            let crash = read(text.as_bytes());
            let mut told: Vec<_> =
                crash.faults.iter().map(|fault| (fault.kind, place(fault))).collect();
            told.sort_by_key(|(_, place)| place.map(|(_, line)| line));
            assert_eq!(
                told,
                [
                    (
                        FaultKind::ConcurrentMapWrites,
                        Some(("example.com/shop/stock.(*Reg).Put", 23))
                    ),
                    (
                        FaultKind::ConcurrentMapReadAndWrite,
                        Some(("example.com/shop/stock.(*Reg).Get", 41))
                    ),
                ],
                "{text}"
            );
            assert_eq!(crash.goroutine_count, 4, "{text}");
            assert!(crash.goroutines.iter().all(|goroutine| goroutine.frames.len() == 1));
        }
    }
}

#[test]
fn line_numbers_of_a_page_are_not_part_of_the_text() {
    let text = "fatal error: concurrent map writes\n\ngoroutine 11 [running]:\nexample.com/shop/stock.add(0xc00008ed20, {0x1268c00, 0xc0003845a0})\n\tC:/src/stock/tree.go:182 +0x2b5\nexample.com/shop/stock.(*Tree).Add(0x12581c0?)\n\tC:/src/stock/tree.go:71 +0x75\n";
    let numbered: String =
        text.lines().enumerate().map(|(n, line)| format!("{}{line}\n", n + 98)).collect();
    let fault = only(&numbered);
    assert_eq!(fault.kind, FaultKind::ConcurrentMapWrites);
    assert_eq!(place(&fault), Some(("example.com/shop/stock.add", 182)));
    assert_eq!(fault.goroutine.map(|goroutine| goroutine.frames.len()), Some(2));
}
