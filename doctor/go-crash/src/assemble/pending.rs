//! Messages that wait for the stack they belong to.

use crate::intern::text;
use crate::model::{Frame, Recovery, Signal};
use crate::token::Message;
use go_runtime::FaultKind;
use go_runtime::fault::{self, Channel};
use std::sync::Arc;

/// Most messages that wait at once; more are dropped.
const MOST_WAITING: usize = 16;

/// A message that waits for its stack.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) kind: FaultKind,
    pub(super) channel: Channel,
    pub(super) message: Arc<str>,
    pub(super) recovery: Recovery,
    pub(super) signal: Option<Signal>,
    pub(super) repeats: u32,
    line: u64,
    /// Printed, not quoted.
    printed: bool,
    /// No log's prefix stands before it.
    bare: bool,
    /// The chain of panics may go on with the next line.
    recovered: bool,
}

impl Pending {
    pub(super) fn text_line(&self) -> u64 {
        self.line
    }

    /// True when the message was neither printed by the runtime nor logged as a panic, and the
    /// stack is one that its own goroutine asked for: the message is about something else.
    pub(super) fn is_contradicted_by(&self, frames: &[Frame]) -> bool {
        let asked = |frame: &Frame| {
            frame.symbol.starts_with("runtime/pprof.")
                || frame.symbol.starts_with("runtime/debug.")
                || &*frame.symbol == "runtime.Stack"
        };
        !self.printed && self.channel == Channel::Fatal && frames.iter().take(4).any(asked)
    }

    /// True when `next`, the same message once more, is another event and not the same one told
    /// twice. Two threads that die at once both print; a quotation tells nothing new, and neither
    /// does the crash of a program that logs the panic first.
    fn is_another(&self, next: &Self) -> bool {
        let logged = |pending: &Self| pending.recovery == Recovery::Logged;
        self.printed && next.printed && logged(self) == logged(next)
    }

    /// Takes what `next`, which tells of the same event, knows better.
    fn tell_again(&mut self, next: Self) {
        if self.printed && !next.printed {
            return;
        }
        if next.recovery != Recovery::Logged || !self.printed {
            self.recovery = next.recovery;
            self.recovered = next.recovered;
            self.message = next.message;
            self.line = next.line;
            self.bare = next.bare;
        }
        self.printed |= next.printed;
    }

    /// True when the message may be a quotation: only a stack makes it a fault.
    pub(super) fn is_quotation(&self) -> bool {
        !self.printed
    }

    /// True when a deferred function recovered the panic and raised it again: that function stands
    /// on top of the stack, above the code that failed.
    pub(super) fn is_repanicked(&self) -> bool {
        self.recovered || self.recovery == Recovery::Repanicked
    }

    pub(super) fn set_signal(&mut self, signal: Signal) {
        self.signal = Some(signal);
    }

    /// True when the message is a fault even if no stack follows: it was printed, and is one of the
    /// runtime's own.
    pub(super) fn stands_alone(&self) -> bool {
        self.printed && !matches!(self.kind, FaultKind::OtherPanic | FaultKind::OtherFatal)
    }
}

/// The messages that wait, in the order printed.
#[derive(Debug, Default)]
pub(super) struct Announced {
    waiting: Vec<Pending>,
}

impl Announced {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn announce(&mut self, message: &Message<'_>, line: u64) {
        let kind = kind_of(message);
        let new = Pending {
            kind,
            channel: message.channel,
            message: text(message.text),
            recovery: if message.logged { Recovery::Logged } else { Recovery::None },
            signal: None,
            repeats: 1,
            line,
            printed: message.printed,
            bare: message.bare,
            recovered: message.recovered,
        };
        if let Some(last) = self.waiting.last_mut() {
            let both_panic = last.channel == Channel::Panic && message.channel == Channel::Panic;
            if both_panic && (message.nested || last.recovered) {
                // The first panic is the cause; the one raised again may be all that tells the kind.
                if last.recovered {
                    last.recovery = Recovery::Repanicked;
                }
                last.recovered = message.recovered;
                if !last.kind.concerns_map() && kind.concerns_map() {
                    last.kind = kind;
                    last.message = new.message;
                }
                return;
            }
            let same = last.kind == kind && last.message == new.message;
            if same && last.is_another(&new) {
                last.repeats = last.repeats.saturating_add(1);
                return;
            }
            // A title or a log line that repeats the message, maybe in other words.
            let told_again = both_panic && last.kind == kind && kind.concerns_map();
            if same || (told_again && !(last.printed && new.printed)) {
                last.tell_again(new);
                return;
            }
        }
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push(new);
        }
    }

    /// `SIGSEGV: segmentation violation` outside of Go code. `SIGQUIT` and its like ask for a dump
    /// and are no fault.
    pub(super) fn process_signal(&mut self, name: Arc<str>, pc: u64, line: u64) {
        let kind = match &*name {
            "SIGSEGV" | "SIGBUS" => FaultKind::Segv,
            "SIGABRT" | "SIGILL" | "SIGFPE" | "SIGTRAP" | "SIGSYS" => FaultKind::OtherFatal,
            _ => return,
        };
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push(Pending {
                kind,
                channel: Channel::Fatal,
                message: Arc::clone(&name),
                recovery: Recovery::None,
                signal: Some(Signal { name, address: None, pc: Some(pc) }),
                repeats: 1,
                line,
                printed: true,
                bare: true,
                recovered: false,
            });
        }
    }

    pub(super) fn signal(&mut self, signal: Signal) {
        if let Some(last) = self.waiting.last_mut() {
            last.set_signal(signal);
        }
    }

    /// The message that belongs to a goroutine in this state, if one waits.
    ///
    /// A goroutine that died is printed as running, but for deadlocks and for signals that arrived
    /// outside of Go code.
    pub(super) fn bind(&mut self, state: &str) -> Option<Pending> {
        let running = state.starts_with("running") || state.is_empty();
        let any_state = |pending: &Pending| {
            pending.channel == Channel::Fatal
                && !pending.kind.concerns_map()
                && pending.kind != FaultKind::Checkptr
        };
        let fits = |pending: &Pending| running || any_state(pending);
        let printed = self.waiting.iter().position(|pending| pending.printed && fits(pending));
        let at = printed.or_else(|| self.waiting.iter().position(fits))?;
        let bound = self.waiting.remove(at);
        if bound.printed {
            // Titles and sentences before it told of the same crash.
            self.waiting.retain(|pending| pending.printed || pending.kind != bound.kind);
        }
        Some(bound)
    }

    /// True when a message waits whose stack may be printed without calls.
    pub(super) fn waits_for_stack(&self) -> bool {
        self.waiting.last().is_some_and(|pending| pending.channel == Channel::Panic)
    }

    /// True when a panic that concerns a map waits for its stack.
    pub(super) fn waits_for_map_stack(&self) -> bool {
        let last = self.waiting.last();
        last.is_some_and(|pending| pending.channel == Channel::Panic && pending.kind.concerns_map())
    }

    /// The messages from line `first` on stand alone in a fenced block of prose: they are
    /// quotations, but for lines of a log, which nobody makes up.
    pub(super) fn doubt_since(&mut self, first: u64) {
        for pending in
            self.waiting.iter_mut().filter(|pending| pending.line >= first && pending.bare)
        {
            pending.printed = false;
        }
    }

    pub(super) fn drain(&mut self) -> Vec<Pending> {
        std::mem::take(&mut self.waiting)
    }

    pub(super) fn drain_quotations(&mut self) -> Vec<Pending> {
        let (printed, quoted) = self.drain().into_iter().partition(|pending| pending.printed);
        self.waiting = printed;
        quoted
    }
}

/// The kind a message announces. Programs wrap the runtime's panics in their own words, so a panic
/// is also searched for the messages that concern maps.
fn kind_of(message: &Message<'_>) -> FaultKind {
    let text = String::from_utf8_lossy(message.text);
    let kind = fault::classify(message.channel, &text);
    if kind != FaultKind::OtherPanic {
        return kind;
    }
    if text.contains("assignment to entry in nil map") {
        FaultKind::NilMapWrite
    } else if text.contains("hash of unhashable type") {
        FaultKind::UnhashableKey
    } else if text.contains("invalid memory address or nil pointer dereference") {
        FaultKind::Segv
    } else {
        kind
    }
}
