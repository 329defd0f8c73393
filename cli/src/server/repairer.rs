//! The thread that plans repairs: a plan is proved by further checks, so nobody waits for it but who asked.

use super::actions::{self, Asked};
use super::session::Event;
use lsp_server::RequestId;
use lsp_types::CodeAction;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};

/// A request for actions that is to be answered.
pub(super) struct Task {
    pub(super) id: RequestId,
    pub(super) path: PathBuf,
    pub(super) asked: Asked,
    /// Set when nobody waits for the answer any more.
    pub(super) cancelled: Arc<AtomicBool>,
}

/// The answer to a request for actions.
pub(super) struct Answer {
    pub(super) id: RequestId,
    pub(super) path: PathBuf,
    /// `None` where planning failed.
    pub(super) actions: Option<Vec<CodeAction>>,
    /// When what was open was that which the answer is about.
    pub(super) as_of: u64,
}

/// Answers requests one after the other until there will be no more.
pub(super) fn run(tasks: &Receiver<Task>, events: &Sender<Event>) {
    for task in tasks {
        if task.cancelled.load(Ordering::Relaxed) {
            continue;
        }
        let actions = catch_unwind(AssertUnwindSafe(|| actions::of(&task.asked, &task.path))).ok();
        let Task { id, path, asked, .. } = task;
        let answer = Answer { id, path, actions, as_of: asked.checked.as_of };
        if events.send(Event::Answered(answer)).is_err() {
            return;
        }
    }
}
