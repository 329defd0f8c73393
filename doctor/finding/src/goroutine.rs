//! The goroutines of one process, as they were found in memory.

use crate::{Operation, Site};
use serde::Serialize;
use std::sync::Arc;

/// What a look at the goroutines of a program found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct GoroutineInspection {
    /// What was looked into: `process 4711`, `core dump core.4711`.
    pub target: String,
    /// The program's file.
    pub program: String,
    /// The release of Go that built it, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_version: Option<String>,
    /// How many goroutines there are, the runtime's own included.
    pub goroutines: u64,
    /// The message that ended the program, if it died of a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The goroutine that ended it, then those inside map functions.
    pub in_map_functions: Vec<InMapFunction>,
    /// All goroutines by their stacks, the most frequent first, those of the runtime's own last.
    pub stacks: Vec<GoroutineStack>,
    /// What was left out, and why: whole sentences.
    pub gaps: Vec<String>,
}

/// A goroutine inside one of the runtime's map functions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InMapFunction {
    /// Its number.
    pub goroutine: u64,
    /// What it does or waits for.
    pub state: Arc<str>,
    /// Whether it ended the program; of two that met the fault at once, both have it.
    pub faulting: bool,
    /// The outermost of the map functions that it is in one after the other.
    pub function: String,
    /// What that one does to a map, where its name tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The frame that called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<Site>,
    /// Where the map lies, if the stack still has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<u64>,
    /// What declares that map, if it was found by a package variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
}

/// Goroutines with the same stack.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GoroutineStack {
    /// How many there are.
    pub count: u64,
    /// Their numbers, all of them, in order.
    pub ids: Vec<u64>,
    /// What they do or wait for, the most frequent first.
    pub states: Vec<StateCount>,
    /// The shortest and the longest wait in minutes, where the program noted them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_minutes: Option<(u64, u64)>,
    /// Whether they are the runtime's own.
    pub system: bool,
    /// The labels that all of them have.
    pub labels: Vec<Label>,
    /// The stack.
    pub stack: StackFrames,
    /// Where they were started, if that is one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<Site>,
}

/// How many goroutines are in a state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StateCount {
    /// The state.
    pub state: Arc<str>,
    /// How many.
    pub count: u64,
}

/// A label that the program gave goroutines by `runtime/pprof`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The frames of a stack.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct StackFrames {
    /// The functions that were called and have not returned, innermost first.
    pub frames: Vec<StackFrame>,
    /// What is missing, and why: a fragment; none if the stack is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<String>,
}

/// A function that was called and has not returned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StackFrame {
    /// Where it is, with its name.
    #[serde(flatten)]
    pub site: Site,
    /// Whether the compiler put it in place of a call.
    pub inlined: bool,
    /// Whose code it is.
    pub code: CodeOf,
    /// Whether it is one of the functions that work on a map.
    pub map_function: bool,
}

/// Whose code a function is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeOf {
    /// The runtime's.
    Runtime,
    /// The rest of the standard library.
    StandardLibrary,
    /// A module's that is not the program's own.
    Dependency,
    /// The program's own.
    Program,
}

/// One goroutine in full.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InspectedGoroutine {
    /// Its number.
    pub id: u64,
    /// What it waits for, or else its state, in the program's own words.
    pub state: Arc<str>,
    /// How long it has waited, in minutes, where the program noted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_minutes: Option<u64>,
    /// The number that the kernel gives the thread that it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<u64>,
    /// Whether it stays on one thread.
    pub locked_to_thread: bool,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Its stack.
    pub stack: StackFrames,
    /// Where it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<Site>,
    /// The goroutine that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<u64>,
    /// The map function that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_map_function: Option<InMapFunction>,
}
