//! What holds for any bytes, any cut, and any way of handing a text over.

#![expect(
    clippy::unreachable,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use go_crash::{
    Again, Collect, CrashText, Fault, Goroutine, Group, GroupId, Note, Reader, Sink, StackGroup,
    read, read_grouped,
};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

fn samples() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths.into_iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// A dump with repeated stacks, wrapped lines and noise, made of the samples and of numbers.
fn dump(picks: &[(u8, u16)]) -> Vec<u8> {
    let mut text = Vec::new();
    for (n, (kind, value)) in picks.iter().enumerate() {
        let id = n + 2;
        let block = match kind % 9 {
            0 => format!(
                "goroutine {id} [chan receive]:\nmain.a(0x{value:x})\n\t/src/a.go:1 +0x1\ncreated by main.main in goroutine {value}\n\t/src/main.go:5 +0x1\n\n"
            ),
            1 => format!(
                "goroutine {id} [select, {value} minutes]:\nmain.b(0x{value:x}, {{0x1, ...}})\n\t/src/b.go:2 +0x1\nmain.a(...)\n\t/src/a.go:3\ncreated by main.main\n\t/src/main.go:6 +0x1\n\n"
            ),
            2 => format!(
                "goroutine {id} [running]:\nmain.b()\n\t/src/b.go:2 +0x1\nmain.main()\n\t/src/main.go:9 +0x2\n\n"
            ),
            3 => format!(
                "goroutine {id} [IO wait, 2 minutes, locked to thread]:\nmain.a(0x{value:x})\n\t/src/a.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/src/main.go:5 +0x1\n\n"
            ),
            4 => format!(
                "goroutine {id} [runnable]:\nruntime.mapassign_faststr(0x1, 0x2)\n\t/usr/local/go/src/runtime/map_faststr.go:203 +0x1\nmain.put(0x{value:x})\n\t/src/a.go:8 +0x1\ncreated by main.main in goroutine 1\n\t/src/main.go:5 +0x1\n\n"
            ),
            8 => format!(
                "goroutine {id} gp=0xc{value:06x} m=nil [select, 3 minutes]:\nruntime.gopark(0x{value:x}?)\n\t/usr/local/go/src/runtime/proc.go:474 +0xca fp=0xc{value:06x} sp=0xc1 pc=0x4837ea\nmain.a(0x1)\n\t/src/a.go:1 +0x1 fp=0xc{value:06x} sp=0xc2 pc=0x1\nruntime.goexit({{}})\n\t/usr/local/go/src/runtime/asm_amd64.s:1264 +0x1 fp=0xc{value:06x} sp=0xc3 pc=0x48a021\ncreated by main.main in goroutine 1\n\t/src/main.go:5 +0x1\n\n"
            ),
            5 => "fatal error: concurrent map writes\n\n".to_owned(),
            6 => format!("2024/03/09 18:22:35 main.go:12: value {value}\n"),
            _ => format!(
                "goroutine {id} [select]:\nmain.b(0x{value:x}, {{0x1, ...}})\n\t/src/b.go:2 +0x1\nmain.a(...)\n\t/src/a.go:3\ncreated by main.main\n\t/src/main.go:6 +0x1\n\n"
            ),
        };
        text.extend_from_slice(block.as_bytes());
    }
    text
}

fn in_pieces<S: Sink>(sink: S, bytes: &[u8], sizes: &[usize]) -> S {
    let mut reader = Reader::new(sink);
    let mut rest = bytes;
    for &size in sizes.iter().cycle().take(bytes.len() + 1) {
        let (piece, tail) = rest.split_at(size.clamp(1, 4096).min(rest.len()));
        reader.push(piece);
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    reader.finish()
}

/// Groups as [`Group`] does, but wants every goroutine whole.
#[derive(Default)]
struct Patient(Group);

impl Sink for Patient {
    fn goroutine(&mut self, goroutine: Arc<Goroutine>) {
        self.0.goroutine(goroutine);
    }
    fn fault(&mut self, fault: Fault) {
        self.0.fault(fault);
    }
    fn record(&mut self, record: StackGroup) {
        self.0.record(record);
    }
    fn note(&mut self, note: Note) {
        self.0.note(note);
    }
    fn end(&mut self, lines: u64) {
        self.0.end(lines);
    }
    fn again(&mut self, _group: GroupId, goroutine: Again<'_>) {
        unreachable!("goroutine {} came without its stack", goroutine.id);
    }
}

/// What must agree between the two forms: the grouped one keeps fewer goroutines whole.
fn without_goroutines(mut crash: CrashText) -> CrashText {
    crash.goroutines.clear();
    crash
}

#[test]
fn every_cut_of_every_sample_is_read() {
    for sample in samples() {
        for end in 0..=sample.len() {
            let cut = sample.get(..end).unwrap_or(&sample);
            let crash = read(cut);
            let grouped = read_grouped(cut);
            assert_eq!(without_goroutines(crash), without_goroutines(grouped), "cut at {end}");
        }
        for start in (0..sample.len()).step_by(3) {
            read(sample.get(start..).unwrap_or_default());
        }
    }
}

/// Once the message and its goroutine's heading are there, no cut changes the fault.
#[test]
fn the_kind_stays_however_short_the_stack_is_cut() {
    for sample in samples() {
        let whole = read(&sample);
        let Some(first) = whole.faults.first() else {
            continue;
        };
        let Some(goroutine) = first.goroutine.as_ref().filter(|goroutine| goroutine.id.is_some())
        else {
            continue;
        };
        let heading_line = usize::try_from(goroutine.text_line).expect("a small number");
        let begin: usize =
            sample.split_inclusive(|&byte| byte == b'\n').take(heading_line).map(<[u8]>::len).sum();
        for end in begin..sample.len() {
            let cut = read(sample.get(..end).unwrap_or(&sample));
            let fault = cut.faults.first().unwrap_or_else(|| {
                panic!("no fault in the first {end} bytes of {}", String::from_utf8_lossy(&sample))
            });
            assert!(
                fault.kind == first.kind || first.kind == go_crash::FaultKind::SegvInMap,
                "{end}: {:?}",
                fault.kind
            );
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let whole = read(&bytes);
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() + usize::from(bytes.last().is_some_and(|&byte| byte != b'\n'));
        prop_assert_eq!(whole.lines, lines as u64);
    }

    #[test]
    fn any_text_of_the_trade_is_read(words in proptest::collection::vec(0..WORDS.len(), 0..200)) {
        let text: String = words.iter().filter_map(|&word| WORDS.get(word)).copied().collect();
        let whole = read(text.as_bytes());
        let grouped = read_grouped(text.as_bytes());
        prop_assert_eq!(without_goroutines(whole), without_goroutines(grouped));
    }

    #[test]
    fn pieces_make_no_difference(which in any::<prop::sample::Index>(), sizes in proptest::collection::vec(1_usize..200, 1..20)) {
        let samples = samples();
        let sample = which.get(&samples);
        prop_assert_eq!(in_pieces(Collect::default(), sample, &sizes).into_text(), read(sample));
        prop_assert_eq!(in_pieces(Group::default(), sample, &sizes).into_text(), read_grouped(sample));
    }

    #[test]
    fn pieces_of_dumps_make_no_difference(picks in proptest::collection::vec(any::<(u8, u16)>(), 0..60), sizes in proptest::collection::vec(1_usize..900, 1..20)) {
        let text = dump(&picks);
        prop_assert_eq!(in_pieces(Group::default(), &text, &sizes).into_text(), read_grouped(&text));
    }

    #[test]
    fn what_is_recognised_is_what_would_be_read(picks in proptest::collection::vec(any::<(u8, u16)>(), 0..120)) {
        let text = dump(&picks);
        let mut reader = Reader::new(Patient::default());
        reader.push(&text);
        prop_assert_eq!(read_grouped(&text), reader.finish().0.into_text());
    }

    #[test]
    fn a_changed_byte_breaks_nothing(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let samples = samples();
        let mut sample = which.get(&samples).clone();
        let at = at.index(sample.len());
        if let Some(changed) = sample.get_mut(at) {
            *changed = byte;
        }
        prop_assert_eq!(without_goroutines(read(&sample)), without_goroutines(read_grouped(&sample)));
    }
}

const WORDS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\t",
    " ",
    "goroutine ",
    "7",
    "12",
    " [",
    "running",
    "]:",
    "]:\n",
    "main.f(",
    "main.(*T).g(",
    "0x1",
    ", ",
    ")",
    ")\n",
    "/src/a.go:",
    "3",
    " +0x1f",
    "created by ",
    "main.main",
    " in goroutine ",
    "fatal error: ",
    "concurrent map writes",
    "panic: ",
    "assignment to entry in nil map",
    "panic(",
    "runtime.mapassign(",
    "[signal SIGSEGV",
    "WARNING: DATA RACE\n",
    "Write at 0x00c1 by goroutine 7:\n",
    "Previous read at 0x00c1 by main goroutine:\n",
    "==================\n",
    "\\n",
    "\\t",
    "\"",
    "{",
    "}",
    "&lt;",
    "\u{1b}[31m",
    "#011",
    "#012",
    "# labels: {",
    "3 @ 0x1\n",
    "#\t0x1\tmain.f+0x1\t/src/a.go:3\n",
    "...",
    "...3 frames elided...\n",
    "[originating from goroutine 1]:\n",
    "```\n",
    "exit status 2\n",
    "é",
    "·",
    "<autogenerated>:1",
    "\r",
];

/// A goroutine that was seen before goes on behind what only begins like the next heading.
#[test]
fn what_only_begins_like_a_heading_ends_no_known_stack() {
    let stack = "[select]:\nmain.b(0x1)\n\t/src/b.go:2 +0x1\ncreated by main.main\n\t/src/main.go:6 +0x1\n\n";
    let text = format!(
        "goroutine 5 {stack}goroutine 6 {stack}goroutine 7 {stack}goroutine 8 panic: x\n/src/c.go:31 +0x11c\ngoroutine 9 [running]:\nmain.main()\n"
    );
    let (whole, grouped) = (read(text.as_bytes()), read_grouped(text.as_bytes()));
    assert_eq!(without_goroutines(whole), without_goroutines(grouped));
}

#[test]
fn a_crash_deep_in_a_log_reads_as_it_does_alone() {
    let crash = "fatal error: concurrent map writes\n\ngoroutine 7 [running]:\nexample.com/shop/stock.(*Reg).Put(0xc000012345, {0x4b1f2e, 0x5}, 0x7)\n\t/src/shop/stock/stock.go:23 +0x65\ncreated by main.main in goroutine 1\n\t/src/shop/main.go:9 +0x1f\n";
    let alone = read(crash.as_bytes());
    for lines in [1_u64, 3, 40, 5_000] {
        let log: String = (0..lines)
            .map(|n| format!("2024-03-09T18:22:35Z INFO served GET /stock/{n} (in 12ms): 200\n"))
            .collect();
        let text = format!("{log}{crash}{log}{log}");
        for piece in [text.len(), 65_536, 4_099, 61] {
            let mut reader = Reader::new(Collect::default());
            text.as_bytes().chunks(piece).for_each(|piece| reader.push(piece));
            let deep = reader.finish().into_text();
            assert_eq!(deep.lines, alone.lines + 3 * lines, "{piece}");
            let kinds = |text: &CrashText| -> Vec<_> {
                text.faults.iter().map(|fault| (fault.kind, fault.user_frame.clone())).collect()
            };
            assert_eq!(kinds(&deep), kinds(&alone), "{lines} {piece}");
            assert_eq!(deep.faults.first().map(|fault| fault.text_line), Some(lines + 1));
            assert_eq!(deep.notes, alone.notes, "{lines} {piece}");
        }
    }
}
