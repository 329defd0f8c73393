//! What the parts of the diagnosis hand to each other: the context of a text, the draft of a case.

use crate::Options;
use crate::near::Near;
use crate::place::{Place, Places};
use crate::sides::Sides;
use crate::stacks::Stack;
use finding::{Deadlock, FaultingAccess, Gap, Site, Subject};
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

/// What is known of a case before it is worded.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) subject: Subject,
    pub(crate) faulting: Option<FaultingAccess>,
    pub(crate) sides: Sides,
    pub(crate) near: Vec<Near>,
    pub(crate) gaps: Vec<Gap>,
    /// Those that the map's lock is part of.
    pub(crate) deadlocks: Vec<Deadlock>,
}

impl Draft {
    pub(crate) fn new(subject: Subject) -> Self {
        Self {
            subject,
            faulting: None,
            sides: Sides::default(),
            near: Vec::new(),
            gaps: Vec::new(),
            deadlocks: Vec::new(),
        }
    }
}
