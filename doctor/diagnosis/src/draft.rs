//! The draft of a case: what the parts of the diagnosis found of it, before it is worded.

use crate::near::Near;
use crate::sides::Sides;
use finding::{Deadlock, FaultingAccess, Gap, Subject};

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
