//! What the parts of the diagnosis hand to each other: the context of a text, the draft of a case.

use crate::Options;
use crate::near::Near;
use crate::sides::Sides;
use crate::stacks::Stack;
use finding::{FaultingAccess, Gap, Subject};
use go_crash::CrashText;
use go_source::Program;

/// What every case of one text shares.
pub(crate) struct Context<'a> {
    pub(crate) crash: &'a CrashText,
    pub(crate) program: Option<&'a Program>,
    pub(crate) options: &'a Options,
    pub(crate) stacks: Vec<Stack<'a>>,
}

/// What is known of a case before it is worded.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) subject: Subject,
    pub(crate) faulting: Option<FaultingAccess>,
    pub(crate) sides: Sides,
    pub(crate) near: Vec<Near>,
    pub(crate) gaps: Vec<Gap>,
}

impl Draft {
    pub(crate) fn new(subject: Subject) -> Self {
        Self {
            subject,
            faulting: None,
            sides: Sides::default(),
            near: Vec::new(),
            gaps: Vec::new(),
        }
    }
}
