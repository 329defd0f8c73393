//! The thread that checks: a tree with what is open in it, as `tophash check` checks it.

use super::diagnostics::{self, Diagnosed};
use super::documents::Documents;
use super::maps::Maps;
use super::overlay::Overlay;
use super::positions::Encoding;
use super::repairs::Repairs;
use super::session::Event;
use crate::check::settings::Settings;
use crate::check::{self, Check, baseline};
use crate::error::{Error, Result};
use crate::tree;
use finding::Finding;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::SystemTime;

/// A tree to be checked.
pub(super) struct Job {
    /// Its folder.
    pub(super) root: PathBuf,
    /// What is open, and when that was, on the clock of the session.
    pub(super) documents: Documents,
    pub(super) as_of: u64,
    pub(super) encoding: Encoding,
    pub(super) arguments: Arc<Check>,
}

/// What a job came to.
pub(super) struct Done {
    pub(super) root: PathBuf,
    /// Why it failed, where it did.
    pub(super) outcome: std::result::Result<Checked, String>,
}

/// A tree that was checked. The program itself is not kept: it is large, and out of date soon.
pub(super) struct Checked {
    /// When what was open was that which was checked, on the clock of the session.
    pub(super) as_of: u64,
    /// When the check began.
    pub(super) begun: SystemTime,
    pub(super) overlay: Overlay,
    pub(super) settings: Settings,
    /// The findings that are shown.
    pub(super) findings: Vec<Finding>,
    /// Those that the baseline knows.
    pub(super) known: Vec<Finding>,
    pub(super) diagnostics: BTreeMap<PathBuf, Vec<Diagnosed>>,
    pub(super) maps: Maps,
    /// What was left out or could not be read.
    pub(super) notes: Vec<String>,
    /// What was planned so far.
    pub(super) repairs: Repairs,
}

/// Does jobs one after the other until there will be no more.
pub(super) fn run(jobs: &Receiver<Job>, events: &Sender<Event>) {
    for job in jobs {
        // An editor that is left without an answer is worse off than one that is told.
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&job)))
            .unwrap_or_else(|_| Err(Error::new("the check failed; the server goes on")));
        let outcome = outcome.map_err(|error| error.to_string());
        let done = Done { root: job.root, outcome };
        if events.send(Event::Checked(Box::new(done))).is_err() {
            return;
        }
    }
}

fn check(job: &Job) -> Result<Checked> {
    let begun = SystemTime::now();
    // As the settings file is found, whose globs are relative to it.
    let real = job.root.canonicalize().unwrap_or_else(|_| job.root.clone());
    let settings = Settings::new(&job.arguments, &real)?;
    let overlay = Overlay::new(&job.root, &job.documents)?;
    if !overlay.has_go() {
        let folder = job.root.display();
        return Err(Error::new(format!("there are no Go files below {folder}"))
            .hint("open the folder of a Go module, the one with go.mod"));
    }
    let program = tree::load_files(&overlay, &settings.build, settings.tests, Vec::new());
    let analysis = go_lint::analyse(&program);
    let mut findings = check::check_analysed(&analysis, &settings);
    settings.narrow(&mut findings);
    let all = findings.findings.clone();
    if let Some(path) = &settings.baseline {
        baseline::apply(&mut findings, path)?;
    }
    let known = all.into_iter().filter(|finding| !findings.findings.contains(finding)).collect();
    let diagnostics = diagnostics::of(&findings.findings, &program, &overlay, job.encoding);
    let maps = Maps::new(&analysis);
    let mut notes = overlay.notes().to_vec();
    notes.append(&mut findings.notes);
    let findings = findings.findings;
    let (as_of, repairs) = (job.as_of, Repairs::default());
    Ok(Checked {
        as_of,
        begun,
        overlay,
        settings,
        findings,
        known,
        diagnostics,
        maps,
        notes,
        repairs,
    })
}
