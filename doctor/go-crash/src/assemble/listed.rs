//! Stacks as loggers list them: a function's symbol on one line and its place on the next, with
//! neither a heading nor arguments (go.uber.org/zap, github.com/pkg/errors), or places alone
//! (Kubernetes' handler of panics before apimachinery 0.17).
//!
//! Error logs are full of such stacks, so one is read only behind a panic that waits for its stack,
//! or from a function on that only a dying goroutine calls. It ends with the first line of another
//! kind.

use super::goroutine::GoroutineBuilder;
use super::{Assembler, Section};
use crate::model::Frame;
use crate::sink::Sink;
use crate::token::Place;
use go_runtime::map_function;
use std::sync::Arc;

/// A listed stack in the making.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The section at hand is such a stack.
    open: bool,
    /// Its frames are places alone.
    places_alone: bool,
    /// The line its last frame stands on.
    line: u64,
    /// A symbol whose place comes next, and the line it stands on.
    name: Option<(Arc<str>, u64)>,
}

impl Listed {
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// True when noise on line `line` ends the stack: what else stands on the line of a frame is
    /// only what a log wrapped it in.
    pub(super) fn ends_at(&self, line: u64) -> bool {
        self.open && line > self.line
    }
}

impl Assembler {
    /// Takes a symbol that stands alone; false when no stack is listed here.
    pub(super) fn listed_name(&mut self, symbol: &[u8]) -> bool {
        let expected = match &self.section {
            Section::None => self.announced.waits_for_stack() || raises(symbol),
            Section::Goroutine(_) if self.listed.open => !self.listed.places_alone,
            // Trackers shorten the calls of a printed stack to their symbols.
            Section::Goroutine(builder) => {
                self.noise == 0 && self.call.is_none() && builder.ends_with_place()
            }
            _ => false,
        };
        if expected {
            self.listed.line = self.line;
            self.listed.name = Some((self.interner.intern(symbol), self.line));
        }
        expected
    }

    /// Passes over a name without its package, which stands below the place it belongs to; false
    /// when no such stack is at hand.
    pub(super) fn listed_bare_name(&mut self) -> bool {
        let listed = &mut self.listed;
        let expected = listed.places_alone && self.line.saturating_sub(listed.line) == 1;
        if expected {
            listed.line = self.line;
        }
        expected
    }

    /// Takes the place of a listed frame; false when it is none.
    pub(super) fn listed_place(&mut self, place: &Place<'_>, sink: &mut impl Sink) -> bool {
        if self.call.is_some() {
            return false;
        }
        let follows = |line: u64| self.line.saturating_sub(line) <= 1;
        let name = self.listed.name.take().filter(|(_, line)| follows(*line));
        let starts = matches!(self.section, Section::None);
        let frame = match name {
            Some((symbol, _)) => Frame { symbol, ..Frame::default() },
            None if self.listed.open => {
                if !self.listed.places_alone || !place.alone {
                    self.end_section(sink);
                    return false;
                }
                Frame::default()
            }
            None => {
                let listed = place.alone && !place.is_certain() && place.file.starts_with(b"/");
                if !starts || !listed || !self.announced.waits_for_map_stack() {
                    return false;
                }
                self.listed.places_alone = true;
                Frame::default()
            }
        };
        if starts {
            let mut builder = GoroutineBuilder::headless(&mut self.interner, self.line);
            if let Some(fault) = self.announced.bind("running") {
                builder.set_fault(fault);
            }
            self.section = Section::Goroutine(Box::new(builder));
            self.listed.open = true;
        }
        self.listed.line = self.line;
        let file = self.interner.intern(place.file);
        self.push(Frame { file, line: place.line, ..frame });
        true
    }
}

/// True for the functions that a goroutine calls only when it panics, and for those of maps.
fn raises(symbol: &[u8]) -> bool {
    let symbol = std::str::from_utf8(symbol).unwrap_or_default();
    symbol == "runtime.gopanic" || map_function(symbol).is_some()
}
