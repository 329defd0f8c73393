//! What to do: the five steps, the patch, and the table that helps to choose.

use crate::Site;
use serde::Serialize;

/// The five steps of every case, always all of them and in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Steps {
    /// Make sure it is this.
    pub detect: Step,
    /// Stop the bleeding.
    pub stop: Step,
    /// Repair the cause.
    pub repair: Step,
    /// Make sure it is gone.
    pub verify: Step,
    /// See it coming next time.
    pub watch: Step,
}

impl Steps {
    /// The steps with their names, in order.
    pub fn in_order(&self) -> [(&'static str, &Step); 5] {
        [
            ("detect", &self.detect),
            ("stop", &self.stop),
            ("repair", &self.repair),
            ("verify", &self.verify),
            ("watch", &self.watch),
        ]
    }
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What to do: whole sentences, each a paragraph.
    pub text: Vec<String>,
    /// What to run.
    pub commands: Vec<Command>,
    /// Code to add, such as a stress test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// A command to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// The command line.
    pub run: String,
    /// What it shows, as a fragment; empty where the command says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shows: String,
}

/// A piece of code to put into a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Code {
    /// Where it goes, relative to the source tree.
    pub file: String,
    /// The language, as fenced code blocks name it.
    pub language: &'static str,
    /// The code.
    pub text: String,
}

/// What can be done to the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// The emergency measure, as a patch; `None` when nothing could be edited safely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<Patch>,
    /// What the patch leaves to do by hand, and why.
    pub by_hand: Vec<ByHand>,
    /// The ways to make such a map safe, with the one taken marked.
    pub choices: Vec<Choice>,
}

/// A patch against the source that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// What it does, in a sentence.
    pub summary: String,
    /// A unified diff, as `git apply` and `patch -p1` take it.
    pub diff: String,
    /// The files it changes.
    pub files: Vec<String>,
    /// True when every unlocked access is covered by it.
    pub complete: bool,
}

/// An access that is left to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ByHand {
    /// Where.
    pub site: Site,
    /// Why no edit was made, as a fragment.
    pub why: String,
    /// What to do, in a sentence.
    pub todo: String,
}

/// One way to make a map safe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What it is, such as `sync.RWMutex beside the map`.
    pub what: String,
    /// When to take it.
    pub when: String,
    /// How, in terms of this map.
    pub how: String,
    /// True for the one the patch takes.
    pub taken: bool,
}
