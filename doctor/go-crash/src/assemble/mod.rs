//! Puts the pieces of a text together: goroutines, race reports, profile records, and the fault
//! each message belongs to.
//!
//! Pieces may be missing anywhere, and noise may stand between any two. A section (a goroutine, a
//! report) ends where the next begins; an empty line ends it only when its stack is complete,
//! because some texts have an empty line after every line.

mod diagnose;
mod ends;
mod frames;
mod goroutine;
mod listed;
mod pending;
mod race;

use crate::bytes::trim;
use crate::intern::{Interner, text};
use crate::model::{Frame, Signal, StackGroup};
use crate::scan::scan;
use crate::sink::Sink;
use crate::token::Token;
use goroutine::GoroutineBuilder;
use listed::Listed;
use pending::Announced;
use race::RaceBuilder;
use std::sync::Arc;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fed {
    /// It was read.
    Read,
    /// It was not read: it holds the place of a frame whose call has not been seen, so the text
    /// begins in the middle of a stack, or is newest first.
    Orphan,
}

#[derive(Debug, Default)]
enum Section {
    #[default]
    None,
    Goroutine(Box<GoroutineBuilder>),
    /// The stack of a thread: not a goroutine.
    Thread,
    Race(Box<RaceBuilder>),
    Record(Box<StackGroup>),
}

/// Puts pieces together and hands the results to a sink.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    interner: Interner,
    section: Section,
    /// A call whose place has not been seen.
    call: Option<(Frame, bool)>,
    announced: Announced,
    listed: Listed,
    /// `SIGSEGV` of a line of its own, until the next line confirms it.
    process_signal: Option<(Arc<str>, u64)>,
    /// Lines since the last piece.
    noise: u32,
    /// The current line.
    line: u64,
    /// The last line that held a heading or a message.
    begun: u64,
    /// Line of the first of the messages behind which nothing else has come.
    fenced_message: Option<u64>,
    /// An empty line was seen below the last frame that a stack can have.
    blank_below_bottom: bool,
    orphans_allowed: bool,
    goroutines: u64,
    faults: u64,
    /// A fault was told whose other side may be among the goroutines.
    racers_wanted: bool,
}

impl Assembler {
    /// True when nothing is at hand that a line without a piece of its own could end or continue.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.section, Section::None) && self.announced.is_empty() && self.call.is_none()
    }

    /// The last line on which a goroutine began or a message was printed.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// True when no section is open and nothing waits: the next goroutine stands alone.
    pub(crate) fn is_between_goroutines(&self) -> bool {
        let closed = match &self.section {
            Section::None => true,
            Section::Goroutine(builder) => builder.is_complete() && !builder.has_fault(),
            _ => false,
        };
        closed && self.announced.is_empty() && self.call.is_none()
    }

    /// Ends the goroutine at hand because the next one begins, as its heading would.
    pub(crate) fn end_goroutine(&mut self, sink: &mut impl Sink) {
        self.end_section(sink);
        self.orphans_allowed = false;
        self.fenced_message = None;
        self.noise = 0;
    }

    /// The number of goroutines and faults so far.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.goroutines, self.faults)
    }

    /// A goroutine was recognised and did not come this way.
    pub(crate) fn count_again(&mut self) {
        self.goroutines = self.goroutines.saturating_add(1);
    }

    /// From here on, frames without a heading are taken for a stack that was cut.
    pub(crate) fn allow_orphans(&mut self) {
        self.orphans_allowed = true;
    }

    /// Reads one line.
    pub(crate) fn feed(&mut self, line: &[u8], number: u64, sink: &mut impl Sink) -> Fed {
        self.line = number;
        let mut pieces = 0_u32;
        let mut orphan = false;
        scan(line, &mut |token| {
            if orphan {
                return;
            }
            if pieces == 0 && self.is_orphan(&token) {
                orphan = true;
                return;
            }
            match token {
                Token::Name(symbol) => {
                    pieces = pieces.saturating_add(u32::from(self.listed_name(symbol)));
                    return;
                }
                Token::BareName => {
                    pieces = pieces.saturating_add(u32::from(self.listed_bare_name()));
                    return;
                }
                _ => {}
            }
            pieces = pieces.saturating_add(u32::from(token != Token::Blank));
            self.token(token, sink);
        });
        if orphan {
            return Fed::Orphan;
        }
        if pieces > 0 {
            self.noise = 0;
        } else if !trim(line).is_empty() {
            self.noise = self.noise.saturating_add(1);
            self.after_noise(sink);
        }
        Fed::Read
    }

    fn is_orphan(&self, token: &Token<'_>) -> bool {
        if self.orphans_allowed || self.call.is_some() || !matches!(self.section, Section::None) {
            return false;
        }
        match token {
            Token::Place(place) => place.offset.is_some(),
            Token::Created { .. } => true,
            _ => false,
        }
    }

    fn token(&mut self, token: Token<'_>, sink: &mut impl Sink) {
        let fenced = std::mem::take(&mut self.fenced_message);
        if self.listed.is_open() && matches!(token, Token::Message(_) | Token::Call { .. }) {
            self.end_section(sink);
        }
        match token {
            // Only a listed stack takes them, see `feed`.
            Token::Name(_) | Token::BareName => {}
            Token::Blank => {
                self.fenced_message = fenced;
                self.blank();
            }
            Token::Fence => {
                if let Some(first) = fenced {
                    self.announced.doubt_since(first);
                }
            }
            Token::Heading(heading) => {
                self.end_section(sink);
                self.begun = self.line;
                self.orphans_allowed = false;
                let mut builder = GoroutineBuilder::new(&heading, &mut self.interner, self.line);
                if let Some(fault) = self.announced.bind(&builder.goroutine().state) {
                    builder.set_fault(fault);
                }
                self.section = Section::Goroutine(Box::new(builder));
            }
            Token::Call { symbol, args, sure } => self.call(symbol, args, sure, sink),
            Token::Place(place) => self.place(&place, sink),
            Token::Offset(offset) => self.offset(offset),
            Token::Created { symbol, parent } => {
                self.flush_call();
                if let Section::Goroutine(builder) = &mut self.section {
                    builder.created(self.interner.intern(symbol), parent);
                } else if self.orphans_allowed && matches!(self.section, Section::None) {
                    let mut builder = self.headless(sink);
                    builder.created(self.interner.intern(symbol), parent);
                    self.section = Section::Goroutine(Box::new(builder));
                }
            }
            Token::Elided(count) => {
                self.flush_call();
                if let Section::Goroutine(builder) = &mut self.section {
                    builder.elided(count);
                }
            }
            Token::Origin(id) => {
                self.flush_call();
                if let Section::Goroutine(builder) = &mut self.section {
                    builder.origin(id);
                }
            }
            Token::Unavailable => {
                if let Section::Goroutine(builder) = &mut self.section {
                    builder.unavailable();
                }
            }
            Token::ThreadStack => {
                self.end_section(sink);
                self.section = Section::Thread;
            }
            // Middleware prints the source line that panicked, message and all.
            Token::Message(message) if !message.printed && self.is_dying() => {}
            Token::Message(message) => {
                self.begun = self.line;
                self.announced.announce(&message, self.line);
                self.fenced_message = fenced.or(Some(self.line));
            }
            Token::Signal { name, address, pc } => {
                let signal = Signal { name: text(name), address, pc };
                match &mut self.section {
                    Section::Goroutine(builder) if self.announced.is_empty() => {
                        builder.signal(signal);
                    }
                    _ => self.announced.signal(signal),
                }
            }
            Token::ProcessSignal(name) => self.process_signal = Some((text(name), self.line)),
            Token::SignalCounter(pc) => {
                if let Some((name, line)) = self.process_signal.take() {
                    self.announced.process_signal(name, pc, line);
                }
            }
            Token::RaceWarning { .. }
            | Token::RaceSide { .. }
            | Token::RaceCreated { .. }
            | Token::StackLost
            | Token::RaceRule => self.race(token, sink),
            Token::ProfileTotal(_) => self.end_section(sink),
            Token::ProfileRecord { count } => {
                self.end_section(sink);
                self.section =
                    Section::Record(Box::new(StackGroup { count, ..StackGroup::default() }));
            }
            Token::ProfileLabels(labels) => {
                if let Section::Record(record) = &mut self.section {
                    record.labels = goroutine::labels(labels, &mut self.interner);
                }
            }
            Token::ProfileFrame { pc, symbol, offset, place } => {
                if let Section::Record(record) = &mut self.section {
                    let mut frame = Frame {
                        symbol: self.interner.intern(symbol),
                        offset,
                        pc: Some(pc),
                        ..Frame::default()
                    };
                    if let Some(place) = place {
                        frame.file = self.interner.intern(place.file);
                        frame.line = place.line;
                    }
                    if record.frames.len() < goroutine::MOST_FRAMES {
                        record.frames.push(frame);
                    }
                }
            }
        }
    }

    /// True inside the stack of a goroutine whose fault is known.
    fn is_dying(&self) -> bool {
        matches!(&self.section, Section::Goroutine(builder) if builder.has_fault())
    }

    fn blank(&mut self) {
        if let Section::Goroutine(builder) = &self.section {
            if self.call.is_none() {
                self.blank_below_bottom = builder.is_complete();
            }
        }
    }

    fn race(&mut self, token: Token<'_>, sink: &mut impl Sink) {
        self.flush_call();
        let continues = match &self.section {
            Section::Race(race) => race.accepts(&token),
            _ => false,
        };
        if !continues {
            if matches!(token, Token::RaceRule | Token::StackLost | Token::RaceCreated { .. }) {
                if matches!(token, Token::RaceRule) {
                    self.end_section(sink);
                }
                return;
            }
            self.end_section(sink);
            self.section = Section::Race(Box::new(RaceBuilder::new(self.line)));
        }
        if let Section::Race(race) = &mut self.section {
            race.token(&token);
        }
    }
}
