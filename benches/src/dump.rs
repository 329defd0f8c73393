//! A dump of 100,000 goroutines: against a scan for its line ends, and against panicparse.

use crate::peers;
use crate::row::Pairs;
use anyhow::Result;
use go_crash::{Group, Reader};
use std::fmt::Write as _;
use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many goroutines the dump holds.
const GOROUTINES: u32 = 100_000;

/// Prints the rows.
pub fn run(rounds: usize, program: &Path) -> Result<()> {
    let dump = dump(GOROUTINES);
    let megabytes = dump.len() as f64 / 1e6;
    let ours = || -> Result<Duration> {
        let begun = Instant::now();
        let mut reader = Reader::new(Group::default());
        reader.push(dump.as_bytes());
        let text = reader.finish().into_text();
        assert_eq!(text.goroutine_count, u64::from(GOROUTINES));
        Ok(begun.elapsed())
    };
    let lines = || -> Result<Duration> {
        let begun = Instant::now();
        black_box(
            memchr::memchr_iter(b'\n', black_box(dump.as_bytes())).fold(0, |sum, at| sum ^ at),
        );
        Ok(begun.elapsed())
    };
    Pairs::measure(rounds, ours, lines)?.print(
        &format!("100,000 goroutines, {megabytes:.0} MB, in memory"),
        "memchr over its line ends",
        "≤ 3 ×",
    );
    against_panicparse(rounds, program, &dump)
}

/// Both as whole processes that read the same file.
///
/// The time of panicparse grows with the square of the goroutines, to some minutes for all of them, so the
/// full dump is read once by each, and not at all by a quick run.
fn against_panicparse(rounds: usize, program: &Path, full: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let Some(panicparse) =
        peers::install(folder.path(), "github.com/maruel/panicparse/v2/cmd/pp@latest", "pp")
    else {
        println!("| the same dump from a file | | panicparse: not run: no route | | | ≤ 1/30 |");
        return Ok(());
    };
    let path = folder.path().join("dump.txt");
    let timed = |mut command: Command| -> Result<Duration> {
        let input = File::open(&path)?;
        let begun = Instant::now();
        // panicparse exits with its own status when it has found a dump; only its work counts.
        command.stdin(input).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        Ok(begun.elapsed())
    };
    let explain = || {
        let mut command = Command::new(program);
        command.args(["explain", "-", "--format", "concise"]);
        timed(command)
    };
    let pair = |name: &str, dump: &str, rounds: usize| -> Result<()> {
        std::fs::write(&path, dump)?;
        let pairs = Pairs::measure(rounds, explain, || timed(Command::new(&panicparse)))?;
        pairs.print(name, "panicparse, whole process", "≤ 1/30");
        Ok(())
    };
    pair("10,000 goroutines, whole process", &dump(GOROUTINES / 10), rounds.min(5))?;
    if rounds > crate::QUICK_ROUNDS {
        pair("100,000 goroutines, whole process, once", full, 1)?;
    }
    Ok(())
}

/// Builds the dump: a server's usual dozen of stacks, every goroutine with its own arguments.
fn dump(goroutines: u32) -> String {
    let mut text = String::from("SIGQUIT: quit\nPC=0x46c341 m=0 sigcode=0\n\n");
    for id in 1..=goroutines {
        let stack = &STACKS[(id as usize * 7 + id as usize / 11) % STACKS.len()];
        let wait = if id % 3 == 0 { format!(", {} minutes", id % 97 + 2) } else { String::new() };
        let _ = writeln!(text, "goroutine {id} [{}{wait}]:", stack.state);
        for (depth, (function, file)) in stack.frames.iter().enumerate() {
            let argument = 0xc000_0000_u64 + u64::from(id) * 0x40;
            let _ =
                writeln!(text, "{function}(0x{argument:x}, {{0x{:x}?, 0x{id:x}?}})", argument + 8);
            let _ = writeln!(text, "\t{file}:{} +0x{:x}", 40 + depth * 31, 0x1c + depth * 0x11);
        }
        let _ = writeln!(
            text,
            "created by {} in goroutine {}\n\t{} +0x9c\n",
            stack.by,
            id % 5 + 1,
            stack.at
        );
    }
    text
}

/// A stack that many goroutines share.
struct Stack {
    state: &'static str,
    frames: &'static [(&'static str, &'static str)],
    by: &'static str,
    at: &'static str,
}

const SERVE: (&str, &str) = ("net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go");
const READ: (&str, &str) =
    ("internal/poll.(*FD).Read", "/usr/local/go/src/internal/poll/fd_unix.go");
const WAIT: (&str, &str) =
    ("internal/poll.runtime_pollWait", "/usr/local/go/src/runtime/netpoll.go");

const STACKS: [Stack; 4] = [
    Stack {
        state: "IO wait",
        frames: &[WAIT, READ, ("net.(*conn).Read", "/usr/local/go/src/net/net.go"), SERVE],
        by: "net/http.(*Server).Serve",
        at: "/usr/local/go/src/net/http/server.go:3285",
    },
    Stack {
        state: "sync.RWMutex.RLock",
        frames: &[
            ("sync.runtime_SemacquireRWMutexR", "/usr/local/go/src/runtime/sema.go"),
            ("sync.(*RWMutex).RLock", "/usr/local/go/src/sync/rwmutex.go"),
            ("example.com/shop/internal/cart.(*Store).Get", "/src/shop/internal/cart/store.go"),
            ("net/http.HandlerFunc.ServeHTTP", "/usr/local/go/src/net/http/server.go"),
            SERVE,
        ],
        by: "net/http.(*Server).Serve",
        at: "/usr/local/go/src/net/http/server.go:3285",
    },
    Stack {
        state: "select",
        frames: &[
            ("example.com/shop/internal/feed.(*Hub).run.func1", "/src/shop/internal/feed/hub.go"),
            ("example.com/shop/internal/feed.(*Hub).run", "/src/shop/internal/feed/hub.go"),
        ],
        by: "example.com/shop/internal/feed.NewHub",
        at: "/src/shop/internal/feed/hub.go:31",
    },
    Stack {
        state: "chan receive",
        frames: &[(
            "example.com/shop/internal/jobs.(*Pool).worker",
            "/src/shop/internal/jobs/pool.go",
        )],
        by: "example.com/shop/internal/jobs.(*Pool).Start",
        at: "/src/shop/internal/jobs/pool.go:58",
    },
];
