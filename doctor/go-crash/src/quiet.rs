//! Passes over lines that cannot begin anything, many at a time.
//!
//! Most lines of most logs have nothing to do with a crash. While no goroutine, report or message
//! is at hand, a line matters only if it holds one of a few marks: a word that every heading, every
//! message or every name of the runtime has in it, an offset, or what a call has behind its
//! parenthesis. A window of text without any is passed over whole, by a few vectorised searches;
//! the scanner, which looks at words, sees the other lines only.
//!
//! The window grows while nothing is found and shrinks when something is, so that a text full of
//! marks costs little more than without this.

use crate::bytes::{from, upto};
use memchr::memmem::Finder;
use memchr::{memchr_iter, memrchr};
use std::sync::LazyLock;

/// Bytes looked at at once: the fewest, and the most, which fit the first cache.
const NARROWEST: usize = 256;
const WIDEST: usize = 16 << 10;

/// What every line that begins something has in it, unless it is a call.
///
/// Logs may put colours and hard spaces between words, so a mark is at most one word. What only
/// continues something (an elision, a rule, a signal) is not among them.
const MARKS: [&str; 17] = [
    // Headings of goroutines, of a race's sides and of where those began.
    "oroutine",
    // Messages, and the phrases that are looked for anywhere.
    "panic",
    "fatal",
    "concurrent",
    "assignment",
    "unhashable",
    "dereference",
    "DATA RACE",
    "SIG",
    "sigcode",
    // Places, records of profiles, creators.
    "+0x",
    "@ 0x",
    "created by",
    // Names of functions that stand alone: the runtime's own and those of maps.
    "runtime",
    "sync.(",
    "maps.",
    "reflect.",
];

static FINDERS: LazyLock<Vec<Finder<'static>>> =
    LazyLock::new(|| MARKS.iter().map(Finder::new).collect());

/// Lines that were passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quiet {
    /// Their bytes, line ends included.
    pub(crate) length: usize,
    /// Their number.
    pub(crate) lines: u64,
}

/// Finds quiet lines.
#[derive(Debug)]
pub(crate) struct Ear {
    window: usize,
}

impl Default for Ear {
    fn default() -> Self {
        Self { window: NARROWEST }
    }
}

impl Ear {
    /// The whole lines that `text` begins with and that hold no mark.
    ///
    /// Whether a line is quiet depends on its own bytes alone, wherever the text at hand and the
    /// windows end: it holds no mark and fits the widest window.
    pub(crate) fn quiet(&mut self, text: &[u8]) -> Quiet {
        let mut quiet = Quiet::default();
        loop {
            let rest = from(text, quiet.length);
            let window = upto(rest, self.window);
            let mark = first_mark(window);
            // A mark may begin in this window and end in the next: only whole lines are quiet.
            let end = memrchr(b'\n', upto(window, mark.unwrap_or(window.len())))
                .map_or(0, |end| end.saturating_add(1));
            quiet.length = quiet.length.saturating_add(end);
            let lines = memchr_iter(b'\n', upto(window, end)).count();
            quiet.lines = quiet.lines.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
            if mark.is_some() {
                self.window = NARROWEST;
                return quiet;
            }
            if window.len() == rest.len() || end == 0 && self.window == WIDEST {
                return quiet;
            }
            self.window = self.window.saturating_mul(2).min(WIDEST);
        }
    }
}

/// Where the first mark of `window` begins.
fn first_mark(window: &[u8]) -> Option<usize> {
    let mut first = call(window);
    for finder in FINDERS.iter() {
        let before = first.map_or(window, |first| upto(window, first));
        // A mark that ends behind the first one may still begin before it, on the same line or an
        // earlier one; both lines are read then, so that only its beginning counts.
        first = finder.find(before).or(first);
    }
    first
}

/// The first parenthesis that may open the arguments of a call, as tracebacks print them.
///
/// At the end of a window it is none: the line goes on behind it and is not yet told.
fn call(window: &[u8]) -> Option<usize> {
    memchr_iter(b'(', window).find(|&at| {
        let next = window.get(at.saturating_add(1));
        next.is_some_and(|next| b"0){._?, }\x1b\\&\r\n\xe2".contains(next))
    })
}

#[cfg(test)]
mod tests {
    use super::{Ear, MARKS, Quiet};

    const LINE: &str = "2024-03-09T18:22:35Z INFO web-7 served GET /stock (in 12ms): 200\n";

    #[test]
    fn quiet_lines_are_counted_up_to_the_line_with_a_mark() {
        for mark in MARKS.iter().chain(&["main.put(0x1)", "f()", "g(...)", "h({0x1, 0x2})", "i("]) {
            for count in [0, 1, 3, 5, 400, 1_000] {
                let mut text = LINE.repeat(count);
                let length = text.len();
                text.push_str(&format!("web-7 {mark}\n"));
                text.push_str(LINE);
                let lines = u64::try_from(count).unwrap_or(0);
                let quiet = Ear::default().quiet(text.as_bytes());
                assert_eq!(quiet, Quiet { length, lines }, "{mark} after {count}");
            }
        }
    }

    #[test]
    fn a_line_without_its_end_is_left() {
        let mut ear = Ear::default();
        let text = format!("{LINE}{LINE}half a li");
        assert_eq!(ear.quiet(text.as_bytes()), Quiet { length: LINE.len() * 2, lines: 2 });
        assert_eq!(ear.quiet(b"half a li"), Quiet::default());
        assert_eq!(ear.quiet(&[b'x'; 100_000]), Quiet::default());
        assert_eq!(ear.quiet(b"\n\n\n"), Quiet { length: 3, lines: 3 });
    }
}
