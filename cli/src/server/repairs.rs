//! Repairs of single findings: planned and proved as `tophash check --fix` does, when an editor first asks.

use super::checker::Checked;
use crate::check::{self, fix};
use crate::tree;
use finding::{Finding, Findings};
use go_repair::Edited;
use go_repair::trees::Trees;
use go_source::Program;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What was planned, by the findings that were to be repaired.
#[derive(Default)]
pub(super) struct Repairs(Mutex<BTreeMap<Asked, Option<Arc<Repair>>>>);

/// How much is wanted, of which findings.
type Asked = (Want, Vec<usize>);

/// How much of what is asked for is wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Want {
    /// All, or nothing.
    Whole,
    /// What can be had.
    Part,
}

/// Edits that repair findings, and nothing else comes up in their place.
pub(super) struct Repair {
    /// What they do, a fragment: `takes Cache.mu`.
    pub(super) what: String,
    /// The findings that they repair.
    pub(super) findings: Vec<usize>,
    pub(super) edited: Vec<Edited>,
}

/// Plans repairs in a checked tree. The program is read when the first is planned, and not kept longer than this.
pub(super) struct Planner<'c> {
    checked: &'c Checked,
    /// With its tests: they use the types that are edited too.
    program: OnceCell<Program>,
}

impl<'c> Planner<'c> {
    pub(super) fn new(checked: &'c Checked) -> Self {
        Self { checked, program: OnceCell::new() }
    }

    /// The repair of findings; `None` where there is none that is safe: for all of them, or for any.
    ///
    /// The first time it takes as long as a few checks.
    pub(super) fn of(&self, findings: &[usize], want: Want) -> Option<Arc<Repair>> {
        let repairs = || self.checked.repairs.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (want, findings.to_vec());
        if let Some(known) = repairs().get(&key) {
            return known.clone();
        }
        let program = self.program.get_or_init(|| {
            let Checked { overlay, settings, .. } = self.checked;
            tree::load_for_edits(overlay, &settings.build)
        });
        let repair = plan(self.checked, program, findings, want).map(Arc::new);
        repairs().insert(key, repair.clone());
        repair
    }
}

fn plan(checked: &Checked, program: &Program, wanted: &[usize], want: Want) -> Option<Repair> {
    let Checked { overlay, settings, findings, known, .. } = checked;
    // Those that are to be repaired first, and all others to compare with.
    let is_wanted = |(at, _): &(usize, &Finding)| wanted.contains(at);
    let (first, rest): (Vec<_>, Vec<_>) = findings.iter().enumerate().partition(is_wanted);
    let ordered: Vec<Finding> =
        first.iter().chain(&rest).map(|(_, finding)| (*finding).clone()).collect();
    let trees = Trees::new(program);
    let check = |program: &Program| -> Findings {
        let mut after = check::check_program(program, settings);
        settings.narrow(&mut after);
        check::known_of(known, &[]).take_out(&mut after, &[]);
        after
    };
    let (plan, _) = fix::proven(&trees, overlay, settings, false, &ordered, first.len(), &check);
    if (want == Want::Whole && !plan.left.is_empty()) || plan.changes.is_empty() {
        return None;
    }
    let mut what: Vec<&str> = plan.changes.iter().map(|change| change.what.as_str()).collect();
    what.dedup();
    let what = what.join(", ");
    let repaired = plan.changes.iter().flat_map(|change| &change.findings);
    let mut repaired: Vec<usize> = repaired.filter_map(|at| Some(first.get(*at)?.0)).collect();
    repaired.sort_unstable();
    repaired.dedup();
    Some(Repair { what, findings: repaired, edited: plan.edited(&trees) })
}
