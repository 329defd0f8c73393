//! How fast a large goroutine dump is read, and in how much memory.
//!
//! ```text
//! cargo run --release -p go-crash --example dump_speed -- [GOROUTINES] [STACKS]
//! ```
//!
//! Makes a dump such as a busy server prints (100,000 goroutines on 30 stacks by default, some 38
//! MB: ids, waits and arguments differ from goroutine to goroutine, stacks repeat unevenly), then
//! lets a `memchr` scan for line ends and the grouping reader read it in turns, and prints the best
//! time of each, their ratio, and how much the process grew.

use go_crash::{Group, Reader, read, read_grouped};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

const ROUNDS: u32 = 15;
/// The piece size of a reader of files and pipes.
const PIECE: usize = 64 << 10;

/// A small generator, so that every run reads the same bytes (Steele and others' SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    fn between(&mut self, first: u64, end: u64) -> u64 {
        first.saturating_add(self.below(end.saturating_sub(first)))
    }
}

/// The wait that a stack is in: state, and the library's frames on top.
const WAITS: &[(&str, &[(&str, &str)])] = &[
    ("chan receive", &[]),
    ("select", &[]),
    (
        "IO wait",
        &[
            ("internal/poll.runtime_pollWait", "/usr/local/go/src/runtime/netpoll.go:351 +0x85"),
            ("net.(*conn).Read", "/usr/local/go/src/net/net.go:194 +0x45"),
        ],
    ),
    ("chan send", &[]),
    (
        "sync.Mutex.Lock",
        &[("internal/sync.runtime_SemacquireMutex", "/usr/local/go/src/runtime/sema.go:95 +0x25")],
    ),
];

const ROOMS: [&str; 7] = ["api", "session", "ledger", "cache", "feed", "billing", "search"];

struct Stack {
    state: &'static str,
    frames: Vec<(String, String, u64)>,
    creator: (String, String),
}

fn stacks(count: usize, numbers: &mut Numbers) -> Vec<Stack> {
    let mut stacks = Vec::with_capacity(count);
    for n in 0..count {
        let (state, top) = WAITS.iter().cycle().nth(n).copied().unwrap_or(("select", &[]));
        let room = ROOMS.iter().cycle().nth(n).copied().unwrap_or("api");
        let mut frames: Vec<_> = top
            .iter()
            .map(|(symbol, place)| ((*symbol).to_owned(), (*place).to_owned(), numbers.below(5)))
            .collect();
        for depth in 0..=numbers.below(2) {
            let symbol = format!("example.com/shop/{room}.(*Server).handle{n}.func{depth}");
            let place = format!(
                "/src/shop/{room}/server.go:{} +0x{:x}",
                numbers.between(20, 420),
                numbers.between(16, 2000)
            );
            frames.push((symbol, place, numbers.between(1, 6)));
        }
        let creator = format!("example.com/shop/{room}.(*Server).Serve");
        let place = format!(
            "/src/shop/{room}/server.go:{} +0x{:x}",
            numbers.between(420, 500),
            numbers.between(16, 2000)
        );
        stacks.push(Stack { state, frames, creator: (creator, place) });
    }
    stacks
}

fn dump(goroutines: u64, stacks: &[Stack], numbers: &mut Numbers) -> Vec<u8> {
    let mut text = String::from(
        "goroutine 1 [running]:\nmain.main()\n\t/home/build/shop/main.go:51 +0x1c5\n\n",
    );
    let count = u64::try_from(stacks.len()).unwrap_or(1);
    for n in 0..goroutines {
        // Few stacks are frequent, many are rare, as in a server.
        let pick = numbers.below(count).min(numbers.below(count));
        let Some(stack) = usize::try_from(pick).ok().and_then(|pick| stacks.get(pick)) else {
            continue;
        };
        let id = n.saturating_mul(3).saturating_add(numbers.between(18, 21));
        match numbers.below(90) {
            0..30 => writeln!(text, "goroutine {id} [{}]:", stack.state),
            wait => writeln!(text, "goroutine {id} [{}, {wait} minutes]:", stack.state),
        }
        .unwrap_or_default();
        for (symbol, place, args) in &stack.frames {
            text.push_str(symbol);
            text.push('(');
            for arg in 0..*args {
                let comma = if arg == 0 { "" } else { ", " };
                write!(text, "{comma}0xc{:09x}", numbers.below(1 << 36)).unwrap_or_default();
            }
            writeln!(text, ")\n\t{place}").unwrap_or_default();
        }
        let (creator, place) = &stack.creator;
        writeln!(text, "created by {creator} in goroutine {}\n\t{place}\n", numbers.between(1, 41))
            .unwrap_or_default();
    }
    text.into_bytes()
}

/// Resident memory of this process in bytes, where the system tells: now, and at its peak.
fn resident() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let value = |key: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
    };
    Some((value("VmRSS:")?, value("VmHWM:")?))
}

fn in_pieces(bytes: &[u8]) -> u64 {
    let mut reader = Reader::new(Group::default());
    for piece in bytes.chunks(PIECE) {
        reader.push(piece);
    }
    reader.finish().into_text().goroutine_count
}

fn best(best: &mut Duration, run: impl FnOnce()) {
    let start = Instant::now();
    run();
    *best = start.elapsed().min(*best);
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let goroutines = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let distinct = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(30);
    let mut numbers = Numbers(7);
    let stacks = stacks(distinct, &mut numbers);
    let bytes = dump(goroutines, &stacks, &mut numbers);

    let before = resident();
    let crash = read_grouped(&bytes);
    let after = resident();

    let [mut scan, mut search, mut whole, mut pieces, mut kept] = [Duration::MAX; 5];
    for _ in 0..ROUNDS {
        best(&mut scan, || {
            black_box(memchr::memchr_iter(b'\n', &bytes).fold(0_usize, usize::wrapping_add));
        });
        best(&mut search, || {
            let mut rest = bytes.as_slice();
            let mut longest = 0;
            while let Some(end) = memchr::memchr(b'\n', rest) {
                longest = end.max(longest);
                rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
            }
            black_box(longest);
        });
        best(&mut whole, || {
            black_box(read_grouped(&bytes));
        });
        best(&mut pieces, || {
            black_box(in_pieces(&bytes));
        });
    }
    best(&mut kept, || {
        black_box(read(&bytes));
    });

    let mut out = io::stdout().lock();
    let size = bytes.len() as f64;
    let lines = memchr::memchr_iter(b'\n', &bytes).count();
    writeln!(
        out,
        "{} bytes, {lines} lines, {} goroutines, {} groups",
        bytes.len(),
        crash.goroutine_count,
        crash.groups.len()
    )?;
    for (name, time) in [
        ("memchr, all line ends", scan),
        ("memchr, line by line", search),
        ("grouping reader, whole", whole),
        ("grouping reader, 64 KiB pieces", pieces),
        ("every goroutine kept", kept),
    ] {
        let speed = size / time.as_secs_f64() / 1e6;
        let ratio = time.as_secs_f64() / scan.as_secs_f64();
        writeln!(
            out,
            "{name:32} {:7.2} ms {speed:7.0} MB/s {ratio:6.2} x the line scan's time",
            time.as_secs_f64() * 1e3
        )?;
    }
    if let (Some((rss, _)), Some((_, peak))) = (before, after) {
        let grown = peak.saturating_sub(rss);
        writeln!(
            out,
            "peak of the first reading: {:.2} MB above the {:.2} MB held before (input {:.2} MB)",
            grown as f64 / 1e6,
            rss as f64 / 1e6,
            size / 1e6
        )?;
    }
    Ok(())
}
