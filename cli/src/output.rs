//! Standard output and standard error: colour where it is wanted, quiet when the reader has gone.

use crate::args::Colour;
use crate::error::{Error, Result};
use anstream::{AutoStream, ColorChoice};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Applies `--color`; without it the streams decide by terminal, `NO_COLOR` and `CLICOLOR_FORCE`.
pub(crate) fn set_colour(colour: Colour) {
    match colour {
        Colour::Auto => ColorChoice::Auto,
        Colour::Always => ColorChoice::Always,
        Colour::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Writes text to standard output, coloured where that is wanted.
pub(crate) fn data(text: &str) -> Result<()> {
    let stdout = io::stdout();
    if AutoStream::choice(&stdout) == ColorChoice::Never {
        // In one piece: a stream that takes styles out on the way writes once for every line and style.
        let plain = anstream::adapter::strip_str(text).to_string();
        return write_to(&mut stdout.lock(), plain.as_bytes());
    }
    write_to(&mut AutoStream::auto(stdout.lock()), text.as_bytes())
}

/// Writes bytes to standard output as they are.
pub(crate) fn bytes(data: &[u8]) -> Result<()> {
    write_to(&mut io::stdout().lock(), data)
}

/// True when the reader of standard output has gone.
pub(crate) fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

static CLOSED: AtomicBool = AtomicBool::new(false);

/// A closed pipe is the reader's way to say "enough", not an error.
fn write_to(stdout: &mut impl Write, data: &[u8]) -> Result<()> {
    match stdout.write_all(data).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            CLOSED.store(true, Ordering::Relaxed);
            Ok(())
        }
        Err(error) => Err(Error::new("cannot write to standard output").because(&error)),
        Ok(()) => Ok(()),
    }
}

/// Says something about the run itself, on standard error.
pub(crate) fn say(text: impl std::fmt::Display) {
    let mut stderr = AutoStream::auto(io::stderr().lock());
    // Nothing is left to complain to when standard error is closed.
    let _ = writeln!(stderr, "{text}");
}

/// True when standard error is a terminal, so that progress has somebody to look at it.
pub(crate) fn progress_is_seen() -> bool {
    io::stderr().is_terminal()
}

/// Columns of the terminal that standard output goes to; `None` where it goes elsewhere.
pub(crate) fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(usize::from(width.0))
}

/// Columns for text that a person reads: the terminal's, or 100 where it goes elsewhere.
pub(crate) fn width() -> usize {
    terminal_width().unwrap_or(100)
}
