//! Goroutines with the same stack, counted together.

use crate::model::{Frame, Goroutine, StackGroup};
use crate::sink::{Again, GroupId};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Most distinct stacks kept; a server has tens, a hostile text any number.
const MOST_GROUPS: usize = 50_000;
/// Most frames kept in all groups together.
const MOST_FRAMES: usize = 1_000_000;
/// Ids kept of each group.
const FIRST_IDS: usize = 5;

/// Groups goroutines by stack: functions, files and lines, and the creator's; never arguments.
#[derive(Debug, Default)]
pub(crate) struct Grouper {
    groups: Vec<StackGroup>,
    /// Groups by the hash of their stack.
    index: FxHashMap<u64, Vec<usize>>,
    /// Frames kept in all groups.
    frames: usize,
    overflowed: bool,
}

impl Grouper {
    /// Counts a goroutine; `None` when there are too many distinct stacks.
    pub(crate) fn add(&mut self, goroutine: &Goroutine) -> Option<GroupId> {
        let hash = stack_hash(goroutine);
        let same = self
            .index
            .get(&hash)
            .into_iter()
            .flatten()
            .copied()
            .find(|&at| self.groups.get(at).is_some_and(|group| is_same(group, goroutine)));
        let at = match same {
            Some(at) => at,
            None if self.groups.len() >= MOST_GROUPS || self.frames >= MOST_FRAMES => {
                self.overflowed = true;
                return None;
            }
            None => {
                let at = self.groups.len();
                self.frames = self.frames.saturating_add(goroutine.frames.len());
                self.groups.push(StackGroup {
                    frames: goroutine.frames.clone(),
                    frames_elided: goroutine.frames_elided,
                    creator: goroutine.creator.clone(),
                    ..StackGroup::default()
                });
                self.index.entry(hash).or_default().push(at);
                at
            }
        };
        let group = self.groups.get_mut(at)?;
        count(group, goroutine.id, goroutine.wait_minutes);
        count_state(group, &goroutine.state);
        Some(GroupId(at))
    }

    /// Counts a goroutine whose group is known.
    pub(crate) fn again(&mut self, group: GroupId, goroutine: Again<'_>) {
        if let Some(group) = self.groups.get_mut(group.0) {
            count(group, Some(goroutine.id), goroutine.wait_minutes);
            count_state(group, goroutine.state);
        }
    }

    /// True when some goroutines are in no group.
    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// The groups, the largest first, and equal ones in the order of the text.
    pub(crate) fn into_groups(self) -> Vec<StackGroup> {
        let mut groups = self.groups;
        for group in &mut groups {
            group
                .states
                .sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}

fn count(group: &mut StackGroup, id: Option<u64>, wait: Option<u32>) {
    group.count = group.count.saturating_add(1);
    if group.first_ids.len() < FIRST_IDS {
        group.first_ids.extend(id);
    }
    if let Some(wait) = wait {
        group.wait_min = Some(group.wait_min.map_or(wait, |least| least.min(wait)));
        group.wait_max = Some(group.wait_max.map_or(wait, |most| most.max(wait)));
    }
}

fn count_state(group: &mut StackGroup, state: &str) {
    match group.states.iter_mut().find(|(known, _)| &**known == state) {
        Some((_, count)) => *count = count.saturating_add(1),
        None => group.states.push((Arc::from(state), 1)),
    }
}

fn stack_hash(goroutine: &Goroutine) -> u64 {
    let mut hasher = FxHasher::default();
    for frame in &goroutine.frames {
        hash_frame(frame, &mut hasher);
    }
    if let Some(creator) = &goroutine.creator {
        hash_frame(&creator.frame, &mut hasher);
    }
    goroutine.frames_elided.hash(&mut hasher);
    hasher.finish()
}

fn hash_frame(frame: &Frame, hasher: &mut FxHasher) {
    frame.symbol.hash(hasher);
    frame.file.hash(hasher);
    frame.line.hash(hasher);
}

fn is_same(group: &StackGroup, goroutine: &Goroutine) -> bool {
    let creators = match (&group.creator, &goroutine.creator) {
        (Some(left), Some(right)) => same_place(&left.frame, &right.frame),
        (None, None) => true,
        _ => false,
    };
    creators
        && group.frames_elided == goroutine.frames_elided
        && group.frames.len() == goroutine.frames.len()
        && group.frames.iter().zip(&goroutine.frames).all(|(left, right)| same_place(left, right))
}

fn same_place(left: &Frame, right: &Frame) -> bool {
    left.line == right.line && left.symbol == right.symbol && left.file == right.file
}
