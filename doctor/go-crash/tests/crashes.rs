//! What is read from crashes of many shapes.

#![expect(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use finding::{KeyHint, Operation};
use go_crash::{CrashText, Fault, FaultKind, NoteKind, RaceActor, Recovery, read};

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

#[test]
fn several_crashes_in_one_file() {
    let text = "start\nfatal error: concurrent map writes\n\ngoroutine 7 [running]:\nmain.a()\n\t/src/a.go:1 +0x1\ncreated by main.main\n\t/src/main.go:5 +0x1\nexit status 2\nstart\npanic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.b()\n\t/src/b.go:2 +0x1\nmain.main()\n\t/src/main.go:9 +0x2\nexit status 2\n";
    let crash = read(text.as_bytes());
    let seen: Vec<_> = crash.faults.iter().map(|fault| (fault.kind, user(fault))).collect();
    assert_eq!(
        seen,
        [(FaultKind::ConcurrentMapWrites, ("main.a", 1)), (FaultKind::NilMapWrite, ("main.b", 2))]
    );
    assert_eq!(crash.faults.iter().map(|fault| fault.text_line).collect::<Vec<_>>(), [2, 11]);
}

#[test]
fn two_panics_printed_into_each_other() {
    let text = "panic: assignment to entry in nil map\n\ngoroutine 7 [running]:\nmain.a()\n\t/src/a.go:1 +0x1\npanic: assignment to entry in nil map\ncreated by main.main in goroutine 1\n\t/src/main.go:5 +0x1\n\ngoroutine 8 [running]:\nmain.b()\n\t/src/b.go:2 +0x1\ncreated by main.main in goroutine 1\n\t/src/main.go:6 +0x1\n";
    let crash = read(text.as_bytes());
    let seen: Vec<_> = crash.faults.iter().map(|fault| (fault.kind, user(fault))).collect();
    assert_eq!(
        seen,
        [(FaultKind::NilMapWrite, ("main.a", 1)), (FaultKind::NilMapWrite, ("main.b", 2))]
    );
}

#[test]
fn a_heading_cut_off() {
    let text = "[running]:\nruntime.throw(0x70a0b7, 0x21)\n\t/opt/go/src/runtime/panic.go:608 +0x72 fp=0xc000097778 sp=0xc000097748 pc=0x42bb12\nruntime.mapaccess1_faststr(0x6a40e0, 0xc00007f2c0, 0x8feb99, 0x1, 0xc000104240)\n\t/opt/go/src/runtime/map_faststr.go:21 +0x418 fp=0xc0000977e8 sp=0xc000097778 pc=0x412e68\nexample.com/shop/stock.(*Reg).Get(...)\n\t/src/shop/stock/stock.go:26\n";
    let crash = read(text.as_bytes());
    let fault = only_fault(&crash);
    assert_eq!(fault.kind, FaultKind::ConcurrentMapReadAndWrite);
    assert!(!fault.message_printed);
    assert_eq!(
        (fault.operation, fault.key, fault.comma_ok),
        (Some(Operation::Read), Some(KeyHint::String), Some(false))
    );
    assert_eq!(user(fault), ("example.com/shop/stock.(*Reg).Get", 26));
    assert!(crash.notes.iter().any(|note| note.kind == NoteKind::HeadingMissing));
}

#[test]
fn a_text_that_begins_inside_a_stack() {
    let text = "\t/src/shop/stock/stock.go:26 +0x2b\nmain.serve()\n\t/src/shop/main.go:43 +0x35\ncreated by main.main in goroutine 1\n\t/src/shop/main.go:18 +0x1e\n\ngoroutine 6 [select]:\nmain.wait()\n\t/src/shop/main.go:50 +0x11\n";
    let crash = read(text.as_bytes());
    assert!(crash.faults.is_empty());
    let stacks: Vec<_> =
        crash.goroutines.iter().map(|goroutine| (goroutine.id, goroutine.frames.len())).collect();
    assert_eq!(stacks, [(None, 2), (Some(6), 1)]);
    let creator = crash.goroutines[0].creator.as_ref().expect("a creator");
    assert_eq!(
        (&*creator.frame.symbol, creator.frame.line, creator.parent),
        ("main.main", 18, Some(1))
    );
}

#[test]
fn a_memory_fault_inside_a_map() {
    let text = "unexpected fault address 0xb01dfacedebac1e\nfatal error: fault\n[signal SIGSEGV: segmentation violation code=0x1 addr=0xb01dfacedebac1e pc=0x40f1a2]\n\ngoroutine 34 [running]:\nruntime.throw({0x4a2d0f?, 0x0?})\n\t/usr/local/go/src/runtime/panic.go:1077 +0x5c fp=0xc00006ce10 sp=0xc00006cde0 pc=0x43331c\nruntime.sigpanic()\n\t/usr/local/go/src/runtime/signal_unix.go:858 +0x116 fp=0xc00006ce70 sp=0xc00006ce10 pc=0x448b36\nruntime.evacuate_faststr(0x488f20, 0xc00007a1b0, 0x3)\n\t/usr/local/go/src/runtime/map_faststr.go:415 +0x182 fp=0xc00006cf10 sp=0xc00006ce70 pc=0x40f1a2\nruntime.growWork_faststr(0x488f20, 0xc00007a1b0, 0x3)\n\t/usr/local/go/src/runtime/map_faststr.go:394 +0x4c fp=0xc00006cf38 sp=0xc00006cf10 pc=0x40f00c\nruntime.mapassign_faststr(0x488f20, 0xc00007a1b0, {0xc0000122b0, 0x5})\n\t/usr/local/go/src/runtime/map_faststr.go:219 +0xf8 fp=0xc00006cfa8 sp=0xc00006cf38 pc=0x40ebd8\nmain.put(0x1)\n\t/src/main.go:14 +0x5d fp=0xc00006cfe0 sp=0xc00006cfa8 pc=0x480c9d\n";
    let crash = read(text.as_bytes());
    let fault = only_fault(&crash);
    assert_eq!(
        (fault.kind, fault.operation, fault.key),
        (FaultKind::SegvInMap, Some(Operation::Write), Some(KeyHint::String))
    );
    let signal = fault.signal.as_ref().expect("the signal's line");
    assert_eq!((&*signal.name, signal.address), ("SIGSEGV", Some(0xb01_dfac_edeb_ac1e)));
    assert_eq!(user(fault), ("main.put", 14));
}

#[test]
fn the_panic_that_was_raised_first_is_the_cause() {
    let text = include_str!("samples/repanic-1.23.txt");
    let crash = read(text.as_bytes());
    let fault = only_fault(&crash);
    assert_eq!((fault.kind, fault.recovery), (FaultKind::NilMapWrite, Recovery::Repanicked));
    assert_eq!(user(fault), ("main.main.func21", 80));
}

#[test]
fn the_outer_map_function_tells_the_operation() {
    let text = "fatal error: concurrent map read and map write\n\ngoroutine 7 [running]:\nruntime.fatal({0x6d8557, 0x21})\n\t/usr/local/go/src/runtime/panic.go:1267 +0x74\nruntime.mapaccess2_fast64(0x0?, 0x0?, 0x7)\n\t/usr/local/go/src/internal/runtime/maps/runtime_fast64.go:34 +0x25\nruntime.mapaccess1_fast64(0x0?, 0x0?, 0x7)\n\t/usr/local/go/src/internal/runtime/maps/runtime_fast64.go:17 +0x25\nmain.get()\n\t/src/main.go:3 +0x1\n";
    let crash = read(text.as_bytes());
    let fault = only_fault(&crash);
    assert_eq!(
        (fault.operation, fault.key, fault.comma_ok),
        (Some(Operation::Read), Some(KeyHint::Bits64), Some(false))
    );
}

#[test]
fn a_clone_that_the_runtime_calls_an_iteration() {
    let text = "fatal error: concurrent map iteration and map write\n\ngoroutine 9 [running]:\ninternal/runtime/maps.fatal({0x7470a9?, 0x46f6cf?})\n\t/usr/local/go/src/runtime/panic.go:1058 +0x18\ninternal/runtime/maps.(*Iter).Next(0xc000045f30?)\n\t/usr/local/go/src/internal/runtime/maps/table.go:683 +0x86\nmaps.clone({0x6b1de0?, 0xc000012345?})\n\t/usr/local/go/src/runtime/map_swiss.go:362 +0x1a5\nmaps.Clone[...](...)\n\t/usr/local/go/src/maps/maps.go:50\nmain.snapshot()\n\t/src/main.go:8 +0x66\n";
    let crash = read(text.as_bytes());
    assert_eq!(only_fault(&crash).operation, Some(Operation::Clone));
}

#[test]
fn hidden_frames_leave_the_operation_open() {
    let crash = read(b"fatal error: concurrent map writes\n\ngoroutine 7 [running]:\nmain.a()\n\t/src/a.go:1 +0x1\n");
    let fault = only_fault(&crash);
    assert_eq!(fault.operation, None);
    assert_eq!(
        fault.possible_operations(),
        [Operation::Write, Operation::Delete, Operation::Clear]
    );
}

#[test]
fn dependencies_are_told_from_the_program() {
    let text = "fatal error: concurrent map writes\n\ngoroutine 7 [running]:\ngithub.com/spf13/viper.(*Viper).Set(0xc0001, {0x1, 0x2})\n\t/go/pkg/mod/github.com/spf13/viper@v1.18.2/viper.go:1523 +0x1f0\nexample.com/shop/config.Reload()\n\t/src/shop/config/config.go:40 +0x45\n";
    let crash = read(text.as_bytes());
    let fault = only_fault(&crash);
    assert_eq!(user(fault), ("github.com/spf13/viper.(*Viper).Set", 1523));
    let program = fault.program_frame.as_ref().expect("the program's own frame");
    assert_eq!((&*program.symbol, program.line), ("example.com/shop/config.Reload", 40));
}

#[test]
fn a_race_report_has_its_parts() {
    let crash = read(include_bytes!("samples/race-map.txt"));
    let fault = only_fault(&crash);
    assert_eq!((fault.kind, fault.concerns_map()), (FaultKind::DataRace, true));
    let race = fault.race.as_ref().expect("a report");
    let sides: Vec<_> = race
        .sides
        .iter()
        .map(|side| (side.write, side.previous, side.by, side.operation, side.comma_ok))
        .collect();
    assert_eq!(
        sides,
        [
            (true, false, RaceActor::Goroutine(9), Some(Operation::Write), None),
            (false, true, RaceActor::Goroutine(8), Some(Operation::Read), Some(true)),
        ]
    );
    assert_eq!(race.sides[0].address, Some(0x00c0_0011_6180));
    let created: Vec<_> =
        race.goroutines.iter().map(|g| (g.id, g.running, g.created_at.len())).collect();
    assert_eq!(created, [(9, Some(true), 2), (8, Some(false), 2)]);
}

#[test]
fn a_lost_stack_is_said() {
    let crash = read(include_bytes!("samples/race-lost.txt"));
    let race = only_fault(&crash).race.as_ref().expect("a report");
    assert_eq!(
        race.sides.iter().map(|side| (side.by, side.stack_lost)).collect::<Vec<_>>(),
        [(RaceActor::Main, false), (RaceActor::Goroutine(7), true)]
    );
    assert!(!race.concerns_map());
}

#[test]
fn a_dump_has_all_its_parts() {
    let crash = read(include_bytes!("samples/dump.txt"));
    assert!(crash.faults.is_empty());
    let seen: Vec<_> = crash
        .goroutines
        .iter()
        .map(|g| (g.id.unwrap_or(99), &*g.state, g.wait_minutes, g.frames.len()))
        .collect();
    assert_eq!(
        seen,
        [
            (0, "idle", None, 2),
            (1, "semacquire", Some(12), 3),
            (18, "sync.RWMutex.Lock", Some(11), 3),
            (19, "chan receive (nil chan)", Some(2), 2),
            (20, "running", None, 0)
        ]
    );
    let feed = &crash.goroutines[3];
    assert!(feed.flags.locked);
    assert_eq!((feed.elided, feed.frames_elided), (7, true));
    assert_eq!(feed.frames[0].args.as_deref(), Some("0xc00010a120, {0xc000114000, 0x2, 0x2}, ..."));
    assert_eq!(
        feed.ancestors
            .iter()
            .map(|ancestor| (ancestor.id, ancestor.frames.len()))
            .collect::<Vec<_>>(),
        [(1, 1)]
    );
    assert!(crash.goroutines[4].stack_unavailable);
}

#[test]
fn a_profile_has_its_records() {
    let crash = read(include_bytes!("samples/profile.txt"));
    assert_eq!(crash.goroutine_count, 1203);
    let first = &crash.groups[0];
    assert_eq!((first.count, first.frames.len()), (1200, 3));
    assert_eq!(
        first.labels.iter().map(|(k, v)| (&**k, &**v)).collect::<Vec<_>>(),
        [("tenant", "acme, inc"), ("route", "/v1/items")]
    );
    assert_eq!(
        (&*first.frames[2].symbol, &*first.frames[2].file, first.frames[2].line),
        ("example.com/shop/stock.(*Reg).Get", "/src/shop/stock/stock.go", 26)
    );
}

#[test]
fn headings_of_all_versions() {
    let cases = [
        ("goroutine 7 [select, 5 minutes, locked to thread]:", "select", Some(5), 7),
        ("goroutine 8 gp=0xc000002380 m=4 mp=0xc000102008 [running]:", "running", None, 8),
        ("goroutine 9 gp=0xc000003dc0 m=nil [GC worker (idle)]:", "GC worker (idle)", None, 9),
        (
            "goroutine 10 [chan receive (durable), 2 minutes, synctest bubble 3]:",
            "chan receive",
            Some(2),
            10,
        ),
        ("goroutine 11 [select (no cases) (leaked)]:", "select (no cases)", None, 11),
        ("goroutine 12 [running labels:{\"k\": \"v\"}]:", "running", None, 12),
        ("goroutine 13 [sleep] {k: v}:", "sleep", None, 13),
        ("goroutine 14 [semacquire (scan), 1 minutes]:", "semacquire", Some(1), 14),
    ];
    for (heading, state, wait, id) in cases {
        let crash = read(format!("{heading}\nmain.f()\n\t/src/main.go:1 +0x1\n").as_bytes());
        let goroutine = &crash.goroutines[0];
        assert_eq!(
            (&*goroutine.state, goroutine.wait_minutes, goroutine.id),
            (state, wait, Some(id)),
            "{heading}"
        );
        if heading.contains("k") && heading.contains('v') && heading.contains('{') {
            assert_eq!(
                goroutine.labels.iter().map(|(k, v)| (&**k, &**v)).collect::<Vec<_>>(),
                [("k", "v")],
                "{heading}"
            );
        }
    }
    let bubble = read(b"goroutine 10 [chan receive (durable), 2 minutes, synctest bubble 3]:\nmain.f()\n\t/src/main.go:1 +0x1\n");
    assert_eq!((bubble.goroutines[0].bubble, bubble.goroutines[0].flags.durable), (Some(3), true));
}

#[test]
fn a_single_goroutine_is_noted_for_concurrent_faults_only() {
    let noted = |text: &str| {
        read(text.as_bytes()).notes.iter().any(|note| note.kind == NoteKind::SingleGoroutine)
    };
    assert!(noted(
        "fatal error: concurrent map writes\n\ngoroutine 7 [running]:\nmain.a()\n\t/src/a.go:1 +0x1\n"
    ));
    assert!(!noted(
        "panic: assignment to entry in nil map\n\ngoroutine 7 [running]:\nmain.a()\n\t/src/a.go:1 +0x1\n"
    ));
}
