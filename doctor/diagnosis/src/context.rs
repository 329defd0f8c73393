//! The context of a text: what the parts of the diagnosis share in all its cases.

use crate::Options;
use crate::locking::Locking;
use crate::place::{Place, Places};
use crate::stacks::{self, Stack};
use finding::{Deadlock, Site};
use go_crash::CrashText;
use go_source::Program;
use std::cell::OnceCell;
use std::rc::Rc;

/// What every case of one text shares.
pub(crate) struct Context<'a> {
    pub(crate) crash: &'a CrashText,
    pub(crate) program: Option<&'a Program>,
    pub(crate) options: &'a Options,
    pub(crate) stacks: Vec<Stack<'a>>,
    /// Where the frames of the text lie in the tree.
    pub(crate) places: Places<'a>,
    /// Found where the text holds no fault but a deadlock.
    pub(crate) deadlocks: Vec<Deadlock>,
    /// What the lock analysis says, once it is asked.
    locking: OnceCell<Locking<'a>>,
}

impl<'a> Context<'a> {
    /// A text with the program that it came from, where there is one. Linear in the goroutines.
    pub(crate) fn new(
        crash: &'a CrashText,
        program: Option<&'a Program>,
        options: &'a Options,
    ) -> Self {
        Self {
            crash,
            program,
            options,
            stacks: stacks::of(crash),
            places: Places::default(),
            deadlocks: Vec::new(),
            locking: OnceCell::new(),
        }
    }

    /// What the lock analysis says of the program; nothing without one.
    pub(crate) fn locking(&self) -> Option<&Locking<'a>> {
        let program = self.program?;
        Some(self.locking.get_or_init(|| Locking::new(program)))
    }

    /// Where a frame lies in the tree; nowhere without one.
    pub(crate) fn place(&self, site: &Site) -> Rc<Place<'a>> {
        match self.program {
            Some(program) => self.places.find(program, self.options, site),
            None => Rc::default(),
        }
    }
}
