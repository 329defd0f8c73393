//! One race report under construction.

use super::diagnose;
use super::goroutine::MOST_FRAMES;
use crate::model::{Frame, Race, RaceGoroutine, RaceSide};
use crate::token::Token;

/// Most sides, and most goroutines, of one report; the detector prints two to four.
const MOST_SECTIONS: usize = 64;

/// Where the next frame belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Target {
    #[default]
    Nowhere,
    Side,
    Goroutine,
}

/// A report in a comment, without the places of its frames: nobody's program printed it.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) text_line: u64,
}

/// One race report under construction.
#[derive(Debug)]
pub(super) struct RaceBuilder {
    race: Race,
    target: Target,
    closed: bool,
    /// The report stands in a comment.
    quoted: bool,
}

impl RaceBuilder {
    pub(super) fn new(line: u64) -> Self {
        Self {
            race: Race { text_line: line, ..Race::default() },
            target: Target::Nowhere,
            closed: false,
            quoted: false,
        }
    }

    /// True when the report has not come to its end.
    pub(super) fn is_open(&self) -> bool {
        !self.closed && self.race.goroutines.is_empty()
    }

    /// False when the piece begins a report of its own.
    pub(super) fn accepts(&self, token: &Token<'_>) -> bool {
        match token {
            _ if self.closed => false,
            Token::RaceWarning { .. } => self.race.sides.is_empty(),
            Token::RaceSide { previous, .. } => *previous || self.race.sides.is_empty(),
            Token::RaceRule => true,
            _ => !self.race.sides.is_empty(),
        }
    }

    pub(super) fn token(&mut self, token: &Token<'_>) {
        match *token {
            Token::RaceWarning { quoted } => self.quoted = quoted,
            Token::RaceSide { .. } | Token::RaceCreated { .. } if self.is_full() => {
                self.target = Target::Nowhere;
            }
            Token::RaceSide { write, atomic, previous, address, by } => {
                self.race.sides.push(RaceSide {
                    write,
                    atomic,
                    previous,
                    address,
                    by,
                    ..RaceSide::default()
                });
                self.target = Target::Side;
            }
            Token::RaceCreated { id, running } => {
                self.race.goroutines.push(RaceGoroutine { id, running, created_at: Vec::new() });
                self.target = Target::Goroutine;
            }
            Token::StackLost => {
                if let (Target::Side, Some(side)) = (self.target, self.race.sides.last_mut()) {
                    side.stack_lost = true;
                }
            }
            Token::RaceRule => self.closed = !self.race.sides.is_empty(),
            _ => {}
        }
    }

    fn is_full(&self) -> bool {
        self.race.sides.len().max(self.race.goroutines.len()) >= MOST_SECTIONS
    }

    fn frames(&mut self) -> Option<&mut Vec<Frame>> {
        match self.target {
            Target::Nowhere => None,
            Target::Side => self.race.sides.last_mut().map(|side| &mut side.frames),
            Target::Goroutine => {
                self.race.goroutines.last_mut().map(|goroutine| &mut goroutine.created_at)
            }
        }
    }

    pub(super) fn push(&mut self, frame: Frame) {
        if self.closed {
            return;
        }
        if let Some(frames) = self.frames().filter(|frames| frames.len() < MOST_FRAMES) {
            frames.push(frame);
        }
    }

    pub(super) fn last_frame(&mut self) -> Option<&mut Frame> {
        self.frames()?.last_mut()
    }

    /// The report, unless nothing but its heading was there.
    pub(super) fn finish(mut self) -> Result<Option<Race>, Example> {
        if self.race.sides.is_empty() {
            return Ok(None);
        }
        let mut frames = self.race.sides.iter().flat_map(|side| &side.frames);
        if self.quoted && !frames.any(|frame| frame.line > 0) {
            return Err(Example { text_line: self.race.text_line });
        }
        for side in &mut self.race.sides {
            diagnose::side(side);
        }
        Ok(Some(self.race))
    }
}
