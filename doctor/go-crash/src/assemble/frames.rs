//! Frames: a call and the place on the line below it, and the stack they belong to.

use super::goroutine::GoroutineBuilder;
use super::{Assembler, Section};
use crate::intern::text;
use crate::model::{Frame, Note, NoteKind};
use crate::sink::Sink;
use crate::token::Place;
use std::sync::Arc;

impl Assembler {
    pub(super) fn call(
        &mut self,
        symbol: &[u8],
        args: Option<&[u8]>,
        sure: bool,
        sink: &mut impl Sink,
    ) {
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

    pub(super) fn place(&mut self, place: &Place<'_>, sink: &mut impl Sink) {
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
    pub(super) fn headless(&mut self, sink: &mut impl Sink) -> GoroutineBuilder {
        sink.note(Note { kind: NoteKind::HeadingMissing, text_line: self.line });
        let mut builder = GoroutineBuilder::headless(&mut self.interner, self.line);
        if let Some(fault) = self.announced.bind("running") {
            builder.set_fault(fault);
        }
        builder
    }

    pub(super) fn offset(&mut self, offset: u64) {
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
    pub(super) fn flush_call(&mut self) {
        if let Some((frame, sure)) = self.call.take() {
            if sure {
                self.push(frame);
            }
        }
    }

    pub(super) fn push(&mut self, frame: Frame) {
        match &mut self.section {
            Section::Goroutine(builder) => builder.push(frame),
            Section::Race(race) => race.push(frame),
            _ => {}
        }
    }
}
