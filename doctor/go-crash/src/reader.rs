//! The reader: bytes in, events out.

use crate::model::{Creator, Fault, Frame, Goroutine, Recovery};
use crate::sink::Sink;
use go_runtime::FaultKind;
use go_runtime::fault::{Channel, classify};
use std::sync::Arc;

/// Reads a text that comes in pieces and hands what it finds to a [`Sink`].
#[derive(Debug)]
pub struct Reader<S> {
    sink: S,
    /// The part of the last line that came without its end.
    carry: Vec<u8>,
    line: u64,
    current: Option<Goroutine>,
    pending: Option<(FaultKind, Arc<str>, u64)>,
}

impl<S: Sink> Reader<S> {
    /// A reader that hands its findings to `sink`.
    pub fn new(sink: S) -> Self {
        Self { sink, carry: Vec::new(), line: 0, current: None, pending: None }
    }

    /// Reads the next piece. Pieces may end anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            if self.carry.is_empty() {
                self.line(line);
            } else {
                let mut whole = std::mem::take(&mut self.carry);
                whole.extend_from_slice(line);
                self.line(&whole);
            }
        }
        self.carry.extend_from_slice(rest);
    }

    /// Ends the text and returns the sink.
    pub fn finish(mut self) -> S {
        let last = std::mem::take(&mut self.carry);
        if !last.is_empty() {
            self.line(&last);
        }
        self.end_goroutine();
        self.sink
    }

    fn line(&mut self, line: &[u8]) {
        self.line = self.line.saturating_add(1);
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        if let Some(message) = text.strip_prefix("fatal error: ") {
            self.pending = Some((classify(Channel::Fatal, message), message.into(), self.line));
        } else if let Some(message) = text.strip_prefix("panic: ") {
            self.pending = Some((classify(Channel::Panic, message), message.into(), self.line));
        } else if let Some(heading) =
            text.strip_prefix("goroutine ").and_then(|rest| rest.strip_suffix("]:"))
        {
            self.end_goroutine();
            let (id, state) = heading.split_once(" [").unwrap_or((heading, ""));
            let state = state.split(',').next().unwrap_or(state);
            self.current = Some(Goroutine {
                id: id.parse().ok(),
                state: state.into(),
                text_line: self.line,
                ..Goroutine::default()
            });
        } else if text.is_empty() {
            self.end_goroutine();
        } else if let Some(goroutine) = &mut self.current {
            if let Some(creator) = text.strip_prefix("created by ") {
                let (symbol, parent) =
                    creator.split_once(" in goroutine ").unwrap_or((creator, ""));
                let frame = Frame { symbol: symbol.into(), ..Frame::default() };
                goroutine.creator = Some(Creator { frame, parent: parent.parse().ok() });
            } else if let Some((file, rest)) =
                text.strip_prefix('\t').and_then(|place| place.rsplit_once(':'))
            {
                let number = rest.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
                let frame = match &mut goroutine.creator {
                    Some(creator) => Some(&mut creator.frame),
                    None => goroutine.frames.last_mut(),
                };
                if let Some(frame) = frame {
                    frame.file = file.into();
                    frame.line = number;
                }
            } else if let Some((symbol, args)) =
                text.strip_suffix(')').and_then(|call| call.rsplit_once('('))
            {
                goroutine.frames.push(Frame {
                    symbol: symbol.into(),
                    args: Some(args.into()),
                    ..Frame::default()
                });
            }
        }
    }

    fn end_goroutine(&mut self) {
        let Some(goroutine) = self.current.take() else {
            return;
        };
        let goroutine = Arc::new(goroutine);
        self.sink.goroutine(Arc::clone(&goroutine));
        if let Some((kind, message, text_line)) = self.pending.take() {
            self.sink.fault(Fault {
                kind,
                message,
                message_printed: true,
                operation: None,
                map_function: None,
                key: None,
                comma_ok: None,
                user_frame: goroutine.user_frame().cloned(),
                program_frame: None,
                goroutine: Some(goroutine),
                race: None,
                signal: None,
                recovery: Recovery::None,
                repeats: 1,
                text_line,
            });
        }
    }
}
