//! Tells processes apart that die into one text.
//!
//! ```text
//! web-1  | fatal error: concurrent map writes
//! web-2  | fatal error: concurrent map read and map write
//! web-1  | goroutine 7 [running]:
//! web-2  | goroutine 31 [running]:
//! ```
//!
//! A collector names the instance before each line. What is left of a line's prefix without times,
//! levels and positions is such a name. While one name is seen, as in nearly every text, all lines
//! go to one assembler. When something begins behind another name of the same form while the first
//! process is not done, each name gets an assembler of its own.

use crate::assemble::{Assembler, Fed};
use crate::bytes::{find, from, take_decimal, upto};
use crate::sink::Sink;

/// Most processes told apart.
const MOST_LANES: usize = 64;
/// Longest prefix worth looking at.
const LONGEST_PREFIX: usize = 256;

/// One assembler, or one for each process.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    main: Assembler,
    /// The name before the lines of `main`, where there is one.
    name: Option<Name>,
    /// Another line than the one that began has it too.
    confirmed: bool,
    others: Vec<(Name, Assembler)>,
    /// The lane that had the last line; 0 is `main`.
    last: usize,
}

impl Lanes {
    /// True when no assembler has anything at hand.
    pub(crate) fn is_idle(&self) -> bool {
        self.main.is_idle() && self.others.iter().all(|(_, other)| other.is_idle())
    }

    /// The assembler, when there is but one.
    pub(crate) fn only(&mut self) -> Option<&mut Assembler> {
        self.others.is_empty().then_some(&mut self.main)
    }

    /// A goroutine began at the beginning of a line: no name stood before it.
    pub(crate) fn begun_bare(&mut self) {
        self.name = None;
        self.confirmed = false;
    }

    /// From here on, frames without a heading are taken for a stack that was cut.
    pub(crate) fn allow_orphans(&mut self) {
        self.main.allow_orphans();
    }

    /// Reads one line.
    pub(crate) fn feed(&mut self, line: &[u8], number: u64, sink: &mut impl Sink) -> Fed {
        if !self.others.is_empty() {
            let lane = self.lane_of(line);
            return self.feed_lane(lane, line, number, sink);
        }
        if self.name.is_some() && !self.main.is_idle() {
            if let Some(name) = self.newcomer(line) {
                self.others.push((name, Assembler::default()));
                return self.feed_lane(1, line, number, sink);
            }
        }
        let fed = self.main.feed(line, number, sink);
        self.learn_name(line, number);
        fed
    }

    /// Ends the text.
    pub(crate) fn finish(&mut self, sink: &mut impl Sink) {
        self.main.finish(sink);
        for (_, other) in &mut self.others {
            other.finish(sink);
        }
    }

    fn feed_lane(&mut self, lane: usize, line: &[u8], number: u64, sink: &mut impl Sink) -> Fed {
        self.last = lane;
        let other = lane.checked_sub(1).and_then(|at| self.others.get_mut(at));
        let assembler = other.map_or(&mut self.main, |(_, assembler)| assembler);
        assembler.feed(line, number, sink)
    }

    /// The lane whose name stands before the line; the last one for a line without a known name.
    fn lane_of(&mut self, line: &[u8]) -> usize {
        if self.name.as_ref().is_some_and(|name| name.stands_before(line)) {
            return 0;
        }
        if let Some(at) = self.others.iter().position(|(name, _)| name.stands_before(line)) {
            return at.saturating_add(1);
        }
        match self.newcomer(line) {
            Some(name) if self.others.len() < MOST_LANES => {
                self.others.push((name, Assembler::default()));
                self.others.len()
            }
            _ => self.last,
        }
    }

    /// Another process's name, when the line begins something behind it. A message needs no more
    /// than that; a heading may be the same process's, so names before it must have been steady.
    fn newcomer(&self, line: &[u8]) -> Option<Name> {
        let (at, beginning) = beginning(line)?;
        let name = Name::of(upto(line, at))?;
        let steady = beginning == Beginning::Message || self.confirmed;
        (steady && self.name.as_ref()?.is_like(&name)).then_some(name)
    }

    /// Remembers the name before a line on which something began, and whether the next has it too.
    fn learn_name(&mut self, line: &[u8], number: u64) {
        if self.main.begun() == number {
            let name = beginning(line).and_then(|(at, _)| Name::of(upto(line, at)));
            self.confirmed = name.is_some() && name == self.name;
            self.name = name;
        } else if !self.confirmed {
            if let Some(name) = &self.name {
                self.confirmed = name.stands_before(line);
            }
        }
    }
}

/// What begins on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beginning {
    Heading,
    Message,
}

/// What begins behind a prefix, and where.
fn beginning(line: &[u8]) -> Option<(usize, Beginning)> {
    let text = upto(line, LONGEST_PREFIX);
    let heading = find(text, b"goroutine ")
        .filter(|&at| take_decimal(from(text, at.saturating_add(b"goroutine ".len()))).is_some());
    let message = find(text, b"fatal error: ").or_else(|| find(text, b"panic: "));
    let heading = heading.map(|at| (at, Beginning::Heading));
    let message = message.map(|at| (at, Beginning::Message));
    heading.into_iter().chain(message).min_by_key(|(at, _)| *at).filter(|(at, _)| *at > 0)
}

/// What names an instance before its lines: the words of the prefix that stay the same.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    words: Vec<Box<[u8]>>,
}

impl Name {
    fn of(prefix: &[u8]) -> Option<Self> {
        // A quoted field follows others whose values vary.
        if prefix.contains(&b'"') {
            return None;
        }
        let words: Vec<_> = steady_words(prefix).map(Box::from).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// True for the name of another instance: as many words, and those that differ could name one.
    fn is_like(&self, other: &Self) -> bool {
        let mut pairs = self.words.iter().zip(&other.words).filter(|(one, other)| one != other);
        let instance =
            |word: &[u8]| word.iter().any(|byte| byte.is_ascii_digit() || b"-_/".contains(byte));
        self.words.len() == other.words.len()
            && self != other
            && pairs.all(|(one, other)| instance(one) && instance(other))
    }

    fn stands_before(&self, line: &[u8]) -> bool {
        let mut words = steady_words(upto(line, LONGEST_PREFIX));
        self.words.iter().all(|word| words.next().is_some_and(|next| next.starts_with(word)))
    }
}

/// The words of a prefix that are neither times, levels, streams, numbers nor positions in source.
fn steady_words(prefix: &[u8]) -> impl Iterator<Item = &[u8]> {
    prefix.split(u8::is_ascii_whitespace).filter(|word| {
        let mut letters = word.iter().filter(|byte| byte.is_ascii_alphabetic());
        let dated = letters.clone().all(|letter| b"TZ".contains(letter));
        let klog = word.len() == 5
            && word.first().is_some_and(|first| b"IWEF".contains(first))
            && from(word, 1).iter().all(u8::is_ascii_digit);
        let stream = matches!(*word, b"stdout" | b"stderr");
        let field = word.contains(&b'=') || find(word, b".go:").is_some();
        let single = letters.nth(1).is_none() && word.len() == 1;
        !(dated || klog || stream || field || single)
    })
}

#[cfg(test)]
mod tests {
    use super::Name;

    fn name(prefix: &str) -> Option<String> {
        let words = Name::of(prefix.as_bytes())?.words;
        Some(words.iter().map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_name_is_what_stays_the_same() {
        for (prefix, expected) in [
            ("web-1  | ", Some("web-1")),
            ("[pod/web-7d8f9-x2x/app] 2024-03-09T18:22:35.123Z ", Some("[pod/web-7d8f9-x2x/app]")),
            ("Mar  9 18:22:35 web-7 shopd[4711]: ", Some("Mar web-7 shopd[4711]:")),
            ("2024-03-09T18:22:35Z stderr F ", None),
            ("E0309 18:22:35.123456       1 runtime.go:79] ", None),
            ("{\"ts\":\"2024-03-09T18:22:35Z\",\"msg\":\"", None),
            ("ts=2024-03-09T18:22:35Z level=error msg=", None),
            ("\t", None),
        ] {
            assert_eq!(name(prefix).as_deref(), expected, "{prefix}");
        }
    }

    #[test]
    fn instances_are_alike_and_levels_are_not() {
        let like = |one: &str, other: &str| {
            Name::of(one.as_bytes())
                .zip(Name::of(other.as_bytes()))
                .is_some_and(|(one, other)| one.is_like(&other))
        };
        assert!(like("web-1 | ", "web-2 | "));
        assert!(like("Mar  9 18:22:35 web-7 shopd[4711]: ", "Mar  9 18:22:36 web-7 shopd[9]: "));
        assert!(!like("web-1 | ", "web-1 | "));
        assert!(!like("INFO ", "ERROR "));
        assert!(!like("web-1 | ", "web-2 ERROR "));
    }
}
