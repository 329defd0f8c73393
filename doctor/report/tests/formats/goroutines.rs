//! Goroutines in memory, as they are shown.

use finding::{
    CodeOf, GoroutineInspection, GoroutineStack, InMapFunction, InspectedGoroutine, Label,
    Operation, Site, StackFrame, StackFrames, StateCount,
};
use report::{InspectionOptions, goroutine_full, goroutines_full};

fn site(function: &str, file: &str, line: u32) -> Site {
    Site { function: Some(function.into()), pc: Some(0x40_1234), ..Site::line(file, line) }
}

fn frame(function: &str, line: u32, code: CodeOf) -> StackFrame {
    let map_function = function.starts_with("runtime.map");
    let site = site(function, "/src/main.go", line);
    StackFrame { site, inlined: function == "main.put", code, map_function }
}

fn stack() -> StackFrames {
    let frames = vec![
        frame("runtime.fatal", 9, CodeOf::Runtime),
        frame("runtime.mapassign_faststr", 4, CodeOf::Runtime),
        frame("main.put", 31, CodeOf::Program),
        frame("main.again", 40, CodeOf::Program),
        frame("main.again", 40, CodeOf::Program),
        frame("main.again", 40, CodeOf::Program),
        frame("runtime.goexit", 1, CodeOf::Runtime),
    ];
    StackFrames { frames, cut: Some("it changed at each look".into()) }
}

pub(super) fn inside() -> InMapFunction {
    InMapFunction {
        goroutine: 18,
        state: "running".into(),
        faulting: true,
        function: "runtime.mapassign_faststr".into(),
        operation: Some(Operation::Write),
        caller: Some(site("main.put", "/src/main.go", 31)),
        map: Some(0xc0_0001_2345),
        declared: Some("main.cache.entries".into()),
    }
}

fn label() -> Label {
    Label { name: "tenant".into(), value: "blue".into() }
}

/// Goroutines with every field.
pub(super) fn all() -> GoroutineInspection {
    let group = GoroutineStack {
        count: 1_204,
        ids: (18..1_222).collect(),
        states: vec![
            StateCount { state: "running".into(), count: 1_200 },
            StateCount { state: "runnable".into(), count: 4 },
        ],
        wait_minutes: Some((3, 12)),
        system: false,
        labels: vec![label()],
        stack: stack(),
        created_by: Some(site("main.main", "/src/main.go", 12)),
    };
    let system = GoroutineStack { count: 3, system: true, ..group.clone() };
    GoroutineInspection {
        target: "process 4711".into(),
        program: "/srv/server".into(),
        go_version: Some("go1.27.3".into()),
        goroutines: 1_207,
        fault: Some("concurrent map writes".into()),
        in_map_functions: vec![inside()],
        stacks: vec![group, system],
        gaps: vec!["2 goroutines could not be read".into()],
    }
}

/// One goroutine with every field.
pub(super) fn one() -> InspectedGoroutine {
    InspectedGoroutine {
        id: 18,
        state: "running".into(),
        wait_minutes: Some(1),
        thread: Some(4_712),
        locked_to_thread: true,
        labels: vec![label()],
        stack: stack(),
        created_by: Some(site("main.main", "/src/main.go", 12)),
        parent: Some(1),
        in_map_function: Some(inside()),
    }
}

#[test]
fn stacks_are_shown_without_frames_of_the_runtime() {
    let options = InspectionOptions {
        limit: Some(5),
        all: "tophash inspect 4711 --goroutines --all".into(),
        ..InspectionOptions::default()
    };
    let text = goroutines_full(&all(), &options);
    assert_eq!(
        text,
        "\
process 4711: /srv/server, built by go1.27.3. 1,207 goroutines with 2 stacks. It died of: concurrent
map writes.

inside map functions:
  goroutine 18 [running] ended the program in write (runtime.mapassign_faststr) of main.cache.entries (0xc000012345), called by main.put at /src/main.go:31

1,204 goroutines [running: 1,200, runnable: 4, 3 to 12 minutes]: 18, 19, 20, 21, 22, …
    labels: tenant=blue
    runtime.mapassign_faststr  (map function)
        /src/main.go:4
    main.put  (inlined)
        /src/main.go:31
    main.again
        /src/main.go:40
        … 2 more times
    (not the whole stack: it changed at each look)
    created by main.main
        /src/main.go:12

… and 3 of the runtime's own.
    tophash inspect 4711 --goroutines --all

left out: 2 goroutines could not be read
"
    );
    let whole = goroutines_full(&all(), &InspectionOptions::default());
    assert_eq!(whole.matches("runtime.goexit").count(), 2, "{whole}");
    assert_eq!(whole.matches("main.again").count(), 6, "{whole}");
}

#[test]
fn one_goroutine_has_all_its_frames_with_numbers() {
    let text = goroutine_full(&one(), &InspectionOptions::default());
    assert!(
        text.starts_with(
            "goroutine 18 [running, 1 minute, locked to thread] on thread 4712\n    labels: tenant=blue\n\
             #0 runtime.fatal\n        /src/main.go:9\n#1 runtime.mapassign_faststr  (map function)\n"
        ),
        "{text}"
    );
    assert!(text.contains("    created by main.main in goroutine 1\n"), "{text}");
}

#[test]
fn what_came_from_memory_cannot_move_the_cursor() {
    let mut one = one();
    one.state = "\u{1b}[2J".into();
    one.labels[0].value = "\u{1b}]0;x\u{7}".into();
    one.stack.frames[0].site.function = Some("a\u{1b}b".into());
    one.stack.frames[0].site.file = "c\u{1b}d".into();
    let text = goroutine_full(&one, &InspectionOptions::default());
    assert!(!text.contains('\u{1b}'), "{text:?}");
}
