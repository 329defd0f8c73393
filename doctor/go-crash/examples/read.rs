//! Prints what a crash text says: `cargo run -p go-crash --example read -- FILE`.

use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    match std::env::args_os().nth(1) {
        Some(path) => bytes = std::fs::read(path)?,
        None => {
            std::io::stdin().lock().read_to_end(&mut bytes)?;
        }
    }
    let crash = go_crash::read(&bytes);
    let mut out = std::io::stdout().lock();
    for fault in &crash.faults {
        writeln!(out, "line {}: {:?} {:?}", fault.text_line, fault.kind, fault.message)?;
        writeln!(
            out,
            "  operation {:?}, key {:?}, comma-ok {:?}",
            fault.operation, fault.key, fault.comma_ok
        )?;
        if let Some(frame) = &fault.user_frame {
            writeln!(out, "  in {frame}")?;
        }
    }
    for goroutine in &crash.goroutines {
        writeln!(
            out,
            "goroutine {:?} [{}] {} frames",
            goroutine.id,
            goroutine.state,
            goroutine.frames.len()
        )?;
        for frame in &goroutine.frames {
            writeln!(out, "  {frame}")?;
        }
        if let Some(creator) = &goroutine.creator {
            writeln!(out, "  created by {}", creator.frame)?;
        }
    }
    for note in &crash.notes {
        writeln!(out, "line {}: {:?}", note.text_line, note.kind)?;
    }
    Ok(())
}
