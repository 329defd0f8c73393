//! What many cores would pay for, counted instead of timed: stores of an operation, and how many of them go to
//! cache lines that another thread writes as well.
//!
//! A process fills a map, and two threads take turns, both alive: the one does a run of operations, then the other.
//! For reads both ask for the same keys; for updates, and for removal and insertion, each has keys of its own.
//! valgrind prints every access, so that the lines of both runs can be told. A store is *shared* if the other
//! thread's run stores to its line too: a lock, a count of readers, a counter, a list of what is to be freed. What a
//! thread keeps to itself, its stack included, is not shared, and counts among all stores alone.
//!
//! With so few keys in so large a table two keys seldom lie on one line, and what of this happens is in the figure, as
//! is a table that is rebuilt meanwhile.
//! What the loop itself stores is in the count of all stores.

use crate::data::{Key, Value};
use crate::ground::{Ground, Hasher, Kind};
use crate::map::{Map, Session, Tally};
use crate::peers;
use crate::subject::Sample;
use crate::work;
use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Entries of the map.
const ENTRIES: u64 = 1 << 12;

/// Keys of each thread.
const KEYS: u64 = 8;

/// Operations of a run.
const OPERATIONS: usize = 1 << 9;

/// Bytes of a cache line.
const LINE: u64 = 64;

/// What is written when a run begins and when it ends.
static MARK: AtomicU64 = AtomicU64::new(0);

/// What the lines of standard error begin with that says where the mark is.
const SAYS: &str = "mark at ";

/// What a run does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Get,
    Update,
    Churn,
}

/// The runs in their order, each of both threads.
const ACTS: [(Act, &str); 3] = [(Act::Get, "hit"), (Act::Update, "update"), (Act::Churn, "churn")];

/// Stores of each kind of operation, all of them and the shared ones.
pub(crate) fn measure(kind: Kind, map: &str) -> Result<Vec<Sample>> {
    let mut child = Command::new("valgrind")
        .args(["--tool=lackey", "--basic-counts=no", "--trace-mem=yes"])
        .arg(std::env::current_exe()?)
        .args(["contend", kind.argument(), map])
        .stderr(Stdio::piped())
        .spawn()
        .context("valgrind did not start")?;
    let runs = runs(BufReader::new(child.stderr.take().context("no standard error")?))?;
    if !child.wait()?.success() || runs.len() != 2 * ACTS.len() {
        bail!("{map}: no stores were traced");
    }
    let mut samples = Vec::new();
    for ((_, what), pair) in ACTS.iter().zip(runs.chunks_exact(2)) {
        let operations = 2.0 * OPERATIONS as f64 * if *what == "churn" { 2.0 } else { 1.0 };
        let of = |counts: &HashMap<u64, u64>, other: &HashMap<u64, u64>, all: bool| -> u64 {
            let counted = counts.iter().filter(|(line, _)| all || other.contains_key(line));
            counted.map(|(_, count)| count).sum()
        };
        for (name, all) in [("shared", false), ("all", true)] {
            let count = of(&pair[0], &pair[1], all) + of(&pair[1], &pair[0], all);
            samples.push(Sample::new(format!("{what}, {name}"), count as f64 / operations));
        }
    }
    Ok(samples)
}

/// How often each line was stored to, by run.
fn runs(trace: impl BufRead) -> Result<Vec<HashMap<u64, u64>>> {
    let (mut mark, mut marks) = (None, 0_usize);
    let mut runs: Vec<HashMap<u64, u64>> = Vec::new();
    for line in trace.split(b'\n') {
        let line = line?;
        match line.as_slice() {
            // Loads and instructions are most lines by far.
            [b' ', b'S' | b'M', b' ', access @ ..] => {
                let Some(address) = address(access) else { continue };
                if Some(address) == mark {
                    marks += 1;
                    if marks % 2 == 1 {
                        runs.push(HashMap::new());
                    }
                } else if let (1, Some(run)) = (marks % 2, runs.last_mut()) {
                    *run.entry(address / LINE).or_default() += 1;
                }
            }
            [b'm', ..] => {
                let said = String::from_utf8_lossy(&line);
                let said = said.strip_prefix(SAYS).and_then(|said| said.strip_prefix("0x"));
                mark = said.and_then(|said| u64::from_str_radix(said, 16).ok()).or(mark);
            }
            _ => {}
        }
    }
    Ok(runs)
}

/// The address before the comma.
fn address(access: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(access).ok()?;
    u64::from_str_radix(text.split_once(',')?.0, 16).ok()
}

/// What that process does.
pub(crate) fn contend(kind: Kind, map: &str) -> Result<()> {
    let ground = Ground { kind, hasher: Hasher::Same, entries: 1 };
    let mut subjects = peers::subjects(ground, 1);
    let subject = subjects.iter_mut().find(|subject| subject.name() == map);
    subject.with_context(|| format!("no map {map}"))?.contend();
    std::mem::forget(subjects);
    Ok(())
}

/// Both threads on a map.
pub(crate) fn run<K: Key, V: Value, M: Map<K, V>>() {
    let map = M::new();
    work::fill(&map, 0..ENTRIES);
    let said = format!("{SAYS}{:#x}\n", MARK.as_ptr().addr());
    // Whoever reads this stream finds no marks if it cannot be written, and says so.
    let _ = std::io::stderr().write_all(said.as_bytes());
    let (to_first, first) = sync_channel(1);
    let (to_second, second) = sync_channel(1);
    let _ = to_first.send(());
    thread::scope(|scope| {
        let map = &map;
        scope.spawn(move || turns(map, 0, &first, &to_second));
        scope.spawn(move || turns(map, KEYS, &second, &to_first));
    });
    std::mem::forget(map);
}

/// One thread: each run when the other has ended its own.
fn turns<K: Key, V: Value, M: Map<K, V>>(
    map: &M,
    own: u64,
    turn: &Receiver<()>,
    other: &SyncSender<()>,
) {
    let keys = |first: u64| -> Vec<K> { (first..first + KEYS).map(K::nth).collect() };
    let (common, own) = (keys(2 * KEYS), keys(own));
    let values: Vec<V> = (0..KEYS).map(V::make).collect();
    for (act, _) in ACTS {
        let keys = if matches!(act, Act::Get) { &common } else { &own };
        let _ = turn.recv();
        // What a thread sets up at its first call is there when the run begins.
        operate(map, act, keys, &values, keys.len());
        MARK.fetch_add(1, Ordering::SeqCst);
        operate(map, act, keys, &values, OPERATIONS);
        MARK.fetch_add(1, Ordering::SeqCst);
        let _ = other.send(());
    }
    // A thread that ended would leave its memory to the other, which would then write where it wrote.
    let _ = turn.recv();
    let _ = other.send(());
}

fn operate<K: Key, V: Value, M: Map<K, V>>(
    map: &M,
    act: Act,
    keys: &[K],
    values: &[V],
    operations: usize,
) {
    let (mut session, mut tally) = (map.session(), Tally::default());
    for (key, value) in keys.iter().zip(values).cycle().take(operations) {
        match act {
            Act::Get => tally.add(session.get(key)),
            Act::Update => session.insert(key.clone(), value.clone()),
            Act::Churn => {
                session.remove(key);
                session.insert(key.clone(), value.clone());
            }
        }
    }
    black_box(tally.digest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_cut_at_the_marks() -> Result<()> {
        let trace = [
            "==1== Lackey",
            " S 1000,8",
            "mark at 0x2000",
            "I  4000,3",
            " M 2000,8",
            " L 1000,8",
            " S 1008,8",
            " M 1010,4",
            " S 1040,8",
            " S 2000,8",
            " S 1000,8",
            " S 2000,8",
            " S 1000,8",
            " M 2000,8",
        ]
        .join("\n");
        let runs = runs(trace.as_bytes())?;
        let expected = [HashMap::from([(0x40, 2), (0x41, 1)]), HashMap::from([(0x40, 1)])];
        assert_eq!(runs, expected);
        Ok(())
    }
}
