//! A session store that records what is done with it, for `tophash advise`.
//!
//! `cargo run -p tophash --example record -- sessions.trace sessions.json`
//!
//! Three threads serve requests, most of them for sessions that are busy already, and log people in; a fourth ends sessions, all
//! that are due at once. It takes twelve seconds. The second file is what the map tells of itself, as a dump has it.

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};
use tophash::HashMap;
use tophash::observe::Observed;
use tophash::observe::trace::Trace;

/// How long the store is used, and how long a session lasts.
const USED: Duration = Duration::from_secs(12);
const SESSION: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).map_or_else(|| "sessions.trace".into(), PathBuf::from);
    let sessions = Observed::builder("sessions")
        .record(Trace::to_file(&path)?)
        .value_bytes(String::len)
        .build(HashMap::<String, String>::new())?;
    let due: Mutex<VecDeque<(Instant, String)>> = Mutex::default();
    let begun = Instant::now();
    thread::scope(|scope| {
        for thread in 0..3u64 {
            let (sessions, due) = (&sessions, &due);
            scope.spawn(move || {
                let mut random = thread + 1;
                let mut logins = 0;
                while begun.elapsed() < USED {
                    random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
                    let draw = random >> 33;
                    if draw % 20 == 0 || logins == 0 {
                        let id = format!("{thread}-{logins}");
                        logins += 1;
                        let cart = "item ".repeat((draw % 40) as usize);
                        sessions.insert(id.clone(), cart).expect("it has no bound");
                        due.lock().unwrap().push_back((Instant::now() + SESSION, id));
                    } else {
                        // The newest sessions are the busiest.
                        let age = (draw % 64).min(draw / 64 % 64).min(draw / 4096 % 64);
                        let id = format!("{thread}-{}", (logins - 1u64).saturating_sub(age));
                        sessions.get_with(id.as_str(), String::len);
                    }
                    thread::sleep(Duration::from_micros(1_000 + draw % 2_800));
                }
            });
        }
        let (sessions, due) = (&sessions, &due);
        scope.spawn(move || {
            while begun.elapsed() < USED {
                thread::sleep(Duration::from_millis(250));
                let mut due = due.lock().unwrap();
                while due.front().is_some_and(|(at, _)| *at <= Instant::now()) {
                    let (_, id) = due.pop_front().unwrap();
                    sessions.remove(id.as_str());
                }
            }
        });
    });
    let recorded = sessions.end_recording()?.expect("a recording was asked for");
    if let Some(dump) = std::env::args_os().nth(2) {
        std::fs::write(dump, sessions.stats().to_json())?;
    }
    println!(
        "{} operations in {} bytes; next: tophash advise {}",
        recorded.records,
        recorded.bytes,
        recorded.path.display()
    );
    Ok(())
}
