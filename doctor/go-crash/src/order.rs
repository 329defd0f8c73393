//! Texts that are newest line first, as log viewers export them.
//!
//! A text that begins with the place of a frame is either cut in the middle of a stack or reversed.
//! The lines are kept until the next heading tells: directly below a call the text is reversed,
//! below a place it is not. A reversed text is put right section by section.

use crate::scan::scan;
use crate::token::Token;

/// Most lines kept before the order must be decided: a stack has some 150 frames at most.
const MOST_LINES: usize = 1_000;
const MOST_BYTES: usize = 1 << 20;

/// A line and its number in the text.
pub(crate) type Numbered = (u64, Vec<u8>);

/// What to do with the lines handed out.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Nothing yet.
    Wait,
    /// The text is in order: read these lines, and all that follow, as they come.
    InOrder(Vec<Numbered>),
    /// These lines are in order now; more will follow.
    Reordered(Vec<Numbered>),
}

/// What a line is, as far as the order is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Heading,
    RaceHeading,
    RaceWarning,
    Call,
    Place,
    Created,
    Message,
    Other,
    Noise,
}

/// Keeps lines until they can be read in order.
#[derive(Debug, Default)]
pub(crate) struct Order {
    reversed: bool,
    /// Lines of the section that is open, in the text's order.
    block: Vec<Numbered>,
    bytes: usize,
    /// The last line of a kind that tells.
    last: Option<Kind>,
    /// A section that is whole but for the message that may stand above it, so come after it.
    held: Vec<Numbered>,
    messages: Vec<Numbered>,
    races: Vec<Vec<Numbered>>,
}

impl Order {
    /// True once the text is known to be newest line first.
    pub(crate) fn is_reversed(&self) -> bool {
        self.reversed
    }

    /// Takes a line.
    pub(crate) fn push(&mut self, line: &[u8], number: u64) -> Outcome {
        let kind = kind(line);
        if self.reversed {
            return self.push_reversed(line, number, kind);
        }
        self.keep(line, number);
        let decided = match kind {
            Kind::Heading | Kind::RaceHeading => {
                Some(matches!(self.last, Some(Kind::Call | Kind::Created)))
            }
            Kind::Message | Kind::RaceWarning => Some(false),
            _ => None,
        };
        if matches!(kind, Kind::Call | Kind::Place | Kind::Created) {
            self.last = Some(kind);
        }
        match decided {
            Some(true) => {
                self.reversed = true;
                let lines = std::mem::take(&mut self.block);
                let mut ready = Vec::new();
                for (number, line) in lines {
                    if let Outcome::Reordered(lines) =
                        self.push_reversed(&line, number, self::kind(&line))
                    {
                        ready.extend(lines);
                    }
                }
                Outcome::Reordered(ready)
            }
            Some(false) => Outcome::InOrder(self.take_block()),
            None if self.block.len() > MOST_LINES || self.bytes > MOST_BYTES => {
                Outcome::InOrder(self.take_block())
            }
            None => Outcome::Wait,
        }
    }

    /// Ends the text.
    pub(crate) fn finish(mut self) -> Vec<Numbered> {
        if !self.reversed {
            return self.take_block();
        }
        let mut ready = self.flush();
        let mut rest = self.take_block();
        rest.reverse();
        ready.extend(rest);
        ready
    }

    fn push_reversed(&mut self, line: &[u8], number: u64, kind: Kind) -> Outcome {
        let mut ready = Vec::new();
        match kind {
            Kind::Noise => return Outcome::Wait,
            Kind::Heading => {
                ready = self.flush();
                self.keep(line, number);
                self.held = self.take_block();
                self.held.reverse();
            }
            Kind::RaceHeading => {
                self.keep(line, number);
                let mut section = self.take_block();
                section.reverse();
                self.races.push(section);
            }
            Kind::RaceWarning => {
                ready = self.flush();
                ready.push((number, line.to_vec()));
                for section in std::mem::take(&mut self.races).into_iter().rev() {
                    ready.extend(section);
                }
            }
            Kind::Message if self.block.is_empty() && !self.held.is_empty() => {
                self.messages.push((number, line.to_vec()));
            }
            _ => {
                if self.block.is_empty() {
                    ready = self.flush();
                }
                self.keep(line, number);
                if self.block.len() > MOST_LINES || self.bytes > MOST_BYTES {
                    self.take_block();
                }
            }
        }
        if ready.is_empty() { Outcome::Wait } else { Outcome::Reordered(ready) }
    }

    /// The section that was held, its messages first.
    fn flush(&mut self) -> Vec<Numbered> {
        let mut lines = std::mem::take(&mut self.messages);
        lines.reverse();
        lines.append(&mut self.held);
        lines
    }

    fn keep(&mut self, line: &[u8], number: u64) {
        self.bytes = self.bytes.saturating_add(line.len());
        self.block.push((number, line.to_vec()));
    }

    fn take_block(&mut self) -> Vec<Numbered> {
        self.bytes = 0;
        std::mem::take(&mut self.block)
    }
}

fn kind(line: &[u8]) -> Kind {
    let mut kind = Kind::Noise;
    scan(line, &mut |token| {
        if kind != Kind::Noise {
            return;
        }
        kind = match token {
            Token::Heading(_) => Kind::Heading,
            Token::RaceSide { .. } | Token::RaceCreated { .. } => Kind::RaceHeading,
            Token::RaceWarning { .. } => Kind::RaceWarning,
            Token::Call { .. } => Kind::Call,
            Token::Place(_) => Kind::Place,
            Token::Created { .. } => Kind::Created,
            Token::Message(_) | Token::Signal { .. } => Kind::Message,
            Token::Blank | Token::Fence | Token::RaceRule => Kind::Noise,
            _ => Kind::Other,
        };
    });
    kind
}
