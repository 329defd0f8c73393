//! Where sections end: what a goroutine, a report or a record amounts to, and what becomes of a
//! message whose stack never came.

use super::listed::Listed;
use super::{Assembler, Section, diagnose, pending};
use crate::model::{Goroutine, Note, NoteKind};
use crate::sink::Sink;
use std::sync::Arc;

/// Lines without a piece after which a section is over.
const NOISE_ENDS_SECTION: u32 = 100;
/// Lines without a piece after which a printed message gives up waiting for its stack.
const NOISE_ENDS_WAIT: u32 = 200;
/// The same for a message that may be a quotation.
const NOISE_ENDS_QUOTATION: u32 = 30;

impl Assembler {
    pub(super) fn end_section(&mut self, sink: &mut impl Sink) {
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
    pub(super) fn after_noise(&mut self, sink: &mut impl Sink) {
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
}
