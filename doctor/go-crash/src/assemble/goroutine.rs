//! One goroutine under construction.

use super::pending::Pending;
use crate::bytes::{after, contains, rsplit_once, split_once, take_decimal, trim};
use crate::intern::{Interner, text};
use crate::model::{Ancestor, Creator, Frame, Goroutine, Signal};
use crate::token::Heading;
use std::sync::Arc;

/// Most frames of one stack: the runtime prints a hundred, and fifty more of very deep ones.
pub(super) const MOST_FRAMES: usize = 1_000;
const MOST_ANCESTORS: usize = 100;

/// One goroutine under construction.
#[derive(Debug)]
pub(super) struct GoroutineBuilder {
    goroutine: Goroutine,
    fault: Option<Pending>,
}

impl GoroutineBuilder {
    pub(super) fn new(heading: &Heading<'_>, interner: &mut Interner, line: u64) -> Self {
        let mut goroutine = Goroutine {
            id: Some(heading.id),
            gp: heading.gp,
            m: heading.m,
            mp: heading.mp,
            text_line: line,
            ..Goroutine::default()
        };
        status(heading.status, &mut goroutine, interner);
        if !heading.labels.is_empty() {
            goroutine.labels = labels(heading.labels, interner);
        }
        Self { goroutine, fault: None }
    }

    pub(super) fn headless(interner: &mut Interner, line: u64) -> Self {
        let goroutine =
            Goroutine { state: interner.intern(b""), text_line: line, ..Goroutine::default() };
        Self { goroutine, fault: None }
    }

    pub(super) fn goroutine(&self) -> &Goroutine {
        &self.goroutine
    }

    pub(super) fn set_fault(&mut self, fault: Pending) {
        self.fault = Some(fault);
    }

    pub(super) fn has_fault(&self) -> bool {
        self.fault.is_some()
    }

    pub(super) fn signal(&mut self, signal: Signal) {
        if let Some(fault) = &mut self.fault {
            if self.goroutine.frames.is_empty() {
                fault.set_signal(signal);
            }
        }
    }

    /// True when the bottom of the stack has been seen.
    pub(super) fn is_complete(&self) -> bool {
        let bottom = self.goroutine.frames.last().is_some_and(|frame| {
            matches!(
                &*frame.symbol,
                "main.main"
                    | "runtime.main"
                    | "runtime.goexit"
                    | "runtime.mcall"
                    | "runtime.rt0_go"
                    | "main.init"
            )
        });
        bottom || self.is_ended() || self.goroutine.stack_unavailable
    }

    /// True when the creator and its place have been seen: nothing but ancestors may follow.
    pub(super) fn is_ended(&self) -> bool {
        let open = match self.goroutine.ancestors.last() {
            Some(ancestor) => ancestor.creator.as_ref(),
            None => self.goroutine.creator.as_ref(),
        };
        open.is_some_and(|creator| creator.frame.line > 0)
    }

    /// True when the piece read last was the place of a frame.
    pub(super) fn ends_with_place(&self) -> bool {
        let goroutine = &self.goroutine;
        goroutine.creator.is_none()
            && goroutine.ancestors.is_empty()
            && goroutine.frames.last().is_some_and(|frame| frame.line > 0)
    }

    pub(super) fn push(&mut self, frame: Frame) {
        let frames = match self.goroutine.ancestors.last_mut() {
            Some(ancestor) => &mut ancestor.frames,
            None => &mut self.goroutine.frames,
        };
        if frames.len() < MOST_FRAMES {
            frames.push(frame);
        } else {
            self.goroutine.frames_elided = true;
        }
    }

    pub(super) fn last_frame(&mut self) -> Option<&mut Frame> {
        let goroutine = &mut self.goroutine;
        let (frames, creator) = match goroutine.ancestors.last_mut() {
            Some(ancestor) => (&mut ancestor.frames, &mut ancestor.creator),
            None => (&mut goroutine.frames, &mut goroutine.creator),
        };
        match creator {
            Some(creator) => Some(&mut creator.frame),
            None => frames.last_mut(),
        }
    }

    pub(super) fn created(&mut self, symbol: Arc<str>, parent: Option<u64>) {
        let creator = Some(Creator { frame: Frame { symbol, ..Frame::default() }, parent });
        match self.goroutine.ancestors.last_mut() {
            Some(ancestor) => ancestor.creator = creator,
            None => self.goroutine.creator = creator,
        }
    }

    pub(super) fn creator_without_place(&mut self) -> Option<&mut Frame> {
        let creator = match self.goroutine.ancestors.last_mut() {
            Some(ancestor) => ancestor.creator.as_mut(),
            None => self.goroutine.creator.as_mut(),
        };
        creator.map(|creator| &mut creator.frame).filter(|frame| frame.line == 0)
    }

    pub(super) fn elided(&mut self, count: Option<u32>) {
        self.goroutine.frames_elided = true;
        self.goroutine.elided = self.goroutine.elided.saturating_add(count.unwrap_or(0));
    }

    pub(super) fn origin(&mut self, id: u64) {
        if self.goroutine.ancestors.len() >= MOST_ANCESTORS {
            return;
        }
        self.goroutine.ancestors.push(Ancestor { id, ..Ancestor::default() });
    }

    pub(super) fn unavailable(&mut self) {
        self.goroutine.stack_unavailable = true;
    }

    pub(super) fn finish(self) -> (Goroutine, Option<Pending>) {
        (self.goroutine, self.fault)
    }
}

/// Takes apart what stands between the brackets:
/// `chan receive (durable), 5 minutes, locked to thread, synctest bubble 3`.
fn status(status: &[u8], goroutine: &mut Goroutine, interner: &mut Interner) {
    let mut status = trim(status);
    // Go 1.26 prints labels inside: ` labels:{"k": "v"}`.
    if let Some((head, tail)) =
        split_once(status, b" labels:{").or_else(|| split_once(status, b", labels:{"))
    {
        goroutine.labels = labels(tail, interner);
        status = head;
    }
    while let Some((head, part)) = rsplit_once(status, b", ") {
        let part = trim(part);
        if part == b"locked to thread" {
            goroutine.flags.locked = true;
        } else if let Some((minutes, unit)) = take_decimal(part) {
            if !unit.starts_with(b" minute") {
                break;
            }
            goroutine.wait_minutes = u32::try_from(minutes).ok();
        } else if let Some(id) =
            after(part, b"synctest bubble ").or_else(|| after(part, b"synctest group "))
        {
            goroutine.bubble = take_decimal(id).map(|(id, _)| id);
        } else {
            break;
        }
        status = head;
    }
    loop {
        if let Some(head) = status.strip_suffix(b" (scan)") {
            goroutine.flags.scan = true;
            status = head;
        } else if let Some(head) = status.strip_suffix(b" (durable)") {
            goroutine.flags.durable = true;
            status = head;
        } else if let Some(head) = status.strip_suffix(b" (leaked)") {
            goroutine.flags.leaked = true;
            status = head;
        } else {
            break;
        }
    }
    goroutine.state = interner.intern(status);
}

/// `{"k":"v", "k2":"v2"}` or `k: v, k2: v2`, with or without the braces.
pub(super) fn labels(list: &[u8], interner: &mut Interner) -> Vec<(Arc<str>, Arc<str>)> {
    let mut labels = Vec::new();
    // A table writes a quote inside a quoted field twice.
    let single =
        (list.starts_with(b"{\"\"") || list.starts_with(b"\"\"")).then(|| single_quotes(list));
    let list = single.as_deref().unwrap_or(list);
    let mut rest = trim(list).strip_prefix(b"{").unwrap_or(trim(list));
    while let Some((key, tail)) = label_part(rest, b':') {
        let Some((value, tail)) = label_part(tail, b',') else {
            break;
        };
        if key.is_empty() && value.is_empty() {
            break;
        }
        labels.push((interner.intern(&key), text(&value)));
        rest = tail;
    }
    labels
}

fn single_quotes(list: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(list.len());
    let mut rest = list;
    while let Some((&byte, tail)) = rest.split_first() {
        out.push(byte);
        rest = if byte == b'"' { tail.strip_prefix(b"\"").unwrap_or(tail) } else { tail };
    }
    out
}

/// A quoted or bare word that ends at `end`, and what follows it.
fn label_part(text: &[u8], end: u8) -> Option<(Vec<u8>, &[u8])> {
    let text = trim(text);
    let (&first, tail) = text.split_first()?;
    let mut word = Vec::new();
    if first == b'"' {
        let mut bytes = tail;
        loop {
            let (&byte, rest) = bytes.split_first()?;
            bytes = rest;
            match byte {
                b'"' => break,
                b'\\' => {
                    let (&escaped, rest) = bytes.split_first()?;
                    word.push(escaped);
                    bytes = rest;
                }
                _ => word.push(byte),
            }
        }
        let rest = trim(bytes);
        return Some((word, rest.strip_prefix(&[end][..]).unwrap_or(rest)));
    }
    let stop = text.iter().position(|&byte| byte == end || byte == b'}').unwrap_or(text.len());
    let (head, rest) = text.split_at_checked(stop)?;
    word.extend_from_slice(trim(head));
    if word.is_empty() || contains(&word, b"\"") {
        return None;
    }
    Some((word, rest.get(1..).unwrap_or_default()))
}
