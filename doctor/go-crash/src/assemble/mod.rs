//! Puts the pieces of a text together: goroutines, race reports, profile records, and the fault
//! each message belongs to.
//!
//! Pieces may be missing anywhere, and noise may stand between any two. A section (a goroutine, a
//! report) ends where the next begins; an empty line ends it only when its stack is complete,
//! because some texts have an empty line after every line.

mod diagnose;
mod goroutine;
mod listed;
mod pending;
mod race;

use crate::bytes::trim;
use crate::intern::{Interner, text};
use crate::model::{Frame, Goroutine, Note, NoteKind, Signal, StackGroup};
use crate::scan::scan;
use crate::sink::Sink;
use crate::token::{Place, Token};
use goroutine::GoroutineBuilder;
use listed::Listed;
use pending::Announced;
use race::RaceBuilder;
use std::sync::Arc;

/// Lines without a piece after which a section is over.
const NOISE_ENDS_SECTION: u32 = 100;
/// Lines without a piece after which a printed message gives up waiting for its stack.
const NOISE_ENDS_WAIT: u32 = 200;
/// The same for a message that may be a quotation.
const NOISE_ENDS_QUOTATION: u32 = 30;

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

    /// Ends the text.
    pub(crate) fn finish(&mut self, sink: &mut impl Sink) {
        let cut = match &self.section {
            Section::Goroutine(builder) => {
                !builder.is_complete() && self.noise == 0 && !self.listed.is_open()
            }
            Section::Race(race) => race.is_open() && self.noise == 0,
            _ => false,
        };
        self.end_section(sink);
        for fault in self.announced.drain() {
            self.unbound(fault, sink);
        }
        if cut {
            sink.note(Note { kind: NoteKind::Truncated, text_line: self.line });
        }
        if self.goroutines == 1 && self.racers_wanted {
            sink.note(Note { kind: NoteKind::SingleGoroutine, text_line: 0 });
        }
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

    fn call(&mut self, symbol: &[u8], args: Option<&[u8]>, sure: bool, sink: &mut impl Sink) {
        let bottom = std::mem::take(&mut self.blank_below_bottom);
        match &self.section {
            // The stack has ended with its creator: what follows has lost its heading.
            Section::Goroutine(builder) if builder.is_ended() => {
                self.flush_call();
                self.end_section(sink);
            }
            // So it has below `main.main`, unless the runtime's own frames are printed too.
            Section::Goroutine(_) if bottom && !symbol.starts_with(b"runtime.") => {
                self.flush_call();
                self.end_section(sink);
            }
            Section::None => self.call = None,
            _ => self.flush_call(),
        }
        let frame = Frame {
            symbol: self.interner.intern(symbol),
            args: args.map(text),
            ..Frame::default()
        };
        self.call = Some((frame, sure));
    }

    fn place(&mut self, place: &Place<'_>, sink: &mut impl Sink) {
        if self.listed_place(place, sink) {
            return;
        }
        let file = self.interner.intern(place.file);
        let fill = |frame: &mut Frame| {
            frame.file = Arc::clone(&file);
            frame.line = place.line;
            frame.offset = place.offset;
            frame.fp = place.fp;
            frame.sp = place.sp;
            frame.pc = place.pc;
        };
        if let Some((mut frame, _)) = self.call.take() {
            fill(&mut frame);
            if matches!(self.section, Section::None) {
                let builder = self.headless(sink);
                self.section = Section::Goroutine(Box::new(builder));
            }
            return self.push(frame);
        }
        let waits = self.announced.waits_for_stack();
        match &mut self.section {
            Section::Goroutine(builder) => {
                if let Some(frame) = builder.creator_without_place() {
                    fill(frame);
                } else if place.is_certain() && !builder.is_ended() {
                    let mut frame = Frame::default();
                    fill(&mut frame);
                    builder.push(frame);
                }
            }
            Section::None if place.is_certain() && (waits || self.orphans_allowed) => {
                let mut builder = self.headless(sink);
                let mut frame = Frame::default();
                fill(&mut frame);
                builder.push(frame);
                self.section = Section::Goroutine(Box::new(builder));
            }
            _ => {}
        }
    }

    /// A goroutine whose heading is missing; it takes the message that waits, if any.
    fn headless(&mut self, sink: &mut impl Sink) -> GoroutineBuilder {
        sink.note(Note { kind: NoteKind::HeadingMissing, text_line: self.line });
        let mut builder = GoroutineBuilder::headless(&mut self.interner, self.line);
        if let Some(fault) = self.announced.bind("running") {
            builder.set_fault(fault);
        }
        builder
    }

    fn offset(&mut self, offset: u64) {
        let frame = match &mut self.section {
            Section::Goroutine(builder) => builder.last_frame(),
            Section::Race(race) => race.last_frame(),
            _ => None,
        };
        if let Some(frame) = frame {
            if frame.offset.is_none() && frame.line > 0 {
                frame.offset = Some(offset);
            }
        }
    }

    /// A call whose place never came is still a frame, when it is surely one.
    fn flush_call(&mut self) {
        if let Some((frame, sure)) = self.call.take() {
            if sure {
                self.push(frame);
            }
        }
    }

    fn push(&mut self, frame: Frame) {
        match &mut self.section {
            Section::Goroutine(builder) => builder.push(frame),
            Section::Race(race) => race.push(frame),
            _ => {}
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

    fn end_section(&mut self, sink: &mut impl Sink) {
        self.flush_call();
        self.blank_below_bottom = false;
        self.listed = Listed::default();
        match std::mem::take(&mut self.section) {
            Section::None | Section::Thread => {}
            Section::Goroutine(builder) => {
                let (goroutine, fault) = builder.finish();
                let goroutine = Arc::new(goroutine);
                self.goroutines = self.goroutines.saturating_add(1);
                let fault = self.unless_guessed(fault, &goroutine, sink);
                let fault = match fault {
                    Some(fault) if fault.is_contradicted_by(&goroutine.frames) => None,
                    Some(fault) => Some(diagnose::fault(fault, &goroutine)),
                    // Another goroutine may have been dying of the fault already told.
                    None if self.faults == 0 => diagnose::infer(&goroutine),
                    None => None,
                };
                self.emit(goroutine, fault, sink);
            }
            Section::Race(race) => match race.finish() {
                Ok(Some(race)) => {
                    self.faults = self.faults.saturating_add(1);
                    sink.fault(diagnose::race(race));
                }
                Ok(None) => {}
                Err(example) => sink.note(Note {
                    kind: NoteKind::MessageWithoutStack,
                    text_line: example.text_line,
                }),
            },
            Section::Record(record) => {
                if !record.frames.is_empty() {
                    sink.record(*record);
                }
            }
        }
    }

    /// A quotation makes no fault of a stack that it met by chance: one without frames, or one
    /// that has lost its heading and shows no fault itself.
    fn unless_guessed(
        &mut self,
        fault: Option<pending::Pending>,
        goroutine: &Goroutine,
        sink: &mut impl Sink,
    ) -> Option<pending::Pending> {
        let fault = fault?;
        let by_chance = goroutine.frames.is_empty()
            || goroutine.id.is_none() && !diagnose::shows_fault(goroutine);
        if fault.is_quotation() && by_chance {
            self.unbound(fault, sink);
            return None;
        }
        Some(fault)
    }

    fn emit(
        &mut self,
        goroutine: Arc<Goroutine>,
        fault: Option<crate::model::Fault>,
        sink: &mut impl Sink,
    ) {
        sink.goroutine(goroutine);
        if let Some(fault) = fault {
            self.racers_wanted |= fault.kind.is_concurrent();
            self.faults = self.faults.saturating_add(1);
            sink.fault(fault);
        }
    }

    /// Noise ends what has waited too long.
    fn after_noise(&mut self, sink: &mut impl Sink) {
        if self.noise == 1 && matches!(self.section, Section::None) {
            self.call = None;
        }
        if self.listed.ends_at(self.line) {
            self.end_section(sink);
        }
        if self.noise >= NOISE_ENDS_SECTION && !matches!(self.section, Section::None) {
            self.end_section(sink);
        }
        if self.noise == NOISE_ENDS_QUOTATION {
            for fault in self.announced.drain_quotations() {
                self.unbound(fault, sink);
            }
        }
        if self.noise == NOISE_ENDS_WAIT {
            for fault in self.announced.drain() {
                self.unbound(fault, sink);
            }
        }
    }

    /// A message whose stack never came.
    fn unbound(&mut self, fault: pending::Pending, sink: &mut impl Sink) {
        if fault.stands_alone() {
            self.faults = self.faults.saturating_add(1);
            sink.fault(diagnose::without_stack(fault));
        } else {
            sink.note(Note { kind: NoteKind::MessageWithoutStack, text_line: fault.text_line() });
        }
    }
}
