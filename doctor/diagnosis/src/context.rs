//! The context of a text: what the parts of the diagnosis share in all its cases.

use crate::Options;
use crate::place::{Place, Places};
use crate::stacks::Stack;
use finding::{Deadlock, Site};
use go_crash::CrashText;
use go_source::Program;
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
}

impl<'a> Context<'a> {
    /// Where a frame lies in the tree; nowhere without one.
    pub(crate) fn place(&self, site: &Site) -> Rc<Place<'a>> {
        match self.program {
            Some(program) => self.places.find(program, self.options, site),
            None => Rc::default(),
        }
    }
}
