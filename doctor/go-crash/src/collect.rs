//! Sinks that gather events into a [`CrashText`].

use crate::group::Grouper;
use crate::model::{CrashText, Fault, Goroutine, Note, NoteKind, StackGroup};
use crate::sink::{Again, GroupId, Sink};
use std::sync::Arc;

/// Most faults kept; a soak test under the race detector can report any number.
const MOST_FAULTS: usize = 10_000;
/// Most profile records and notes kept.
const MOST_RECORDS: usize = 50_000;
const MOST_NOTES: usize = 1_000;
/// Most goroutines that [`Group`] keeps whole.
const MOST_WHOLE: usize = 1_000;

/// Keeps everything: memory grows with the number of goroutines.
#[derive(Debug, Default)]
pub struct Collect {
    gathered: Gathered,
}

/// Groups goroutines by stack: memory grows with the number of distinct stacks alone.
///
/// Kept whole are those of faults, those inside the runtime's map functions, and those that a cut
/// text leaves without a heading or prints as running; of each kind a bounded number.
#[derive(Debug, Default)]
pub struct Group {
    gathered: Gathered,
    last: Option<GroupId>,
}

#[derive(Debug, Default)]
struct Gathered {
    text: CrashText,
    grouper: Grouper,
    limit_reached: bool,
}

impl Gathered {
    fn group(&mut self, goroutine: &Goroutine) -> Option<GroupId> {
        self.text.goroutine_count = self.text.goroutine_count.saturating_add(1);
        self.grouper.add(goroutine)
    }

    fn fault(&mut self, fault: Fault) {
        self.bounded(MOST_FAULTS, |text| &mut text.faults, fault);
    }

    fn record(&mut self, record: StackGroup) {
        self.text.goroutine_count = self.text.goroutine_count.saturating_add(record.count);
        self.bounded(MOST_RECORDS, |text| &mut text.groups, record);
    }

    fn note(&mut self, note: Note) {
        self.bounded(MOST_NOTES, |text| &mut text.notes, note);
    }

    fn bounded<T>(&mut self, most: usize, list: impl Fn(&mut CrashText) -> &mut Vec<T>, value: T) {
        let list = list(&mut self.text);
        if list.len() < most {
            list.push(value);
        } else {
            self.limit_reached = true;
        }
    }

    fn into_text(mut self) -> CrashText {
        if self.limit_reached || self.grouper.overflowed() {
            self.text.notes.push(Note { kind: NoteKind::LimitReached, text_line: 0 });
        }
        let mut groups = self.grouper.into_groups();
        groups.append(&mut self.text.groups);
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        self.text.groups = groups;
        self.text
    }
}

impl Collect {
    /// What was gathered.
    pub fn into_text(self) -> CrashText {
        self.gathered.into_text()
    }
}

impl Sink for Collect {
    fn goroutine(&mut self, goroutine: Arc<Goroutine>) {
        self.gathered.group(&goroutine);
        self.gathered.text.goroutines.push(goroutine);
    }

    fn fault(&mut self, fault: Fault) {
        self.gathered.fault(fault);
    }

    fn record(&mut self, record: StackGroup) {
        self.gathered.record(record);
    }

    fn note(&mut self, note: Note) {
        self.gathered.note(note);
    }

    fn end(&mut self, lines: u64) {
        self.gathered.text.lines = lines;
    }
}

impl Group {
    /// What was gathered.
    pub fn into_text(self) -> CrashText {
        self.gathered.into_text()
    }

    fn keep(&mut self, goroutine: &Arc<Goroutine>) {
        let kept = &mut self.gathered.text.goroutines;
        // A fault comes right behind its goroutine, which may have been kept already.
        if kept.last().is_some_and(|last| Arc::ptr_eq(last, goroutine)) {
            return;
        }
        if kept.len() < MOST_WHOLE {
            kept.push(Arc::clone(goroutine));
        } else {
            self.gathered.limit_reached = true;
        }
    }
}

impl Sink for Group {
    fn goroutine(&mut self, goroutine: Arc<Goroutine>) {
        let whole =
            goroutine.in_map_function() || goroutine.id.is_none() || &*goroutine.state == "running";
        let group = self.gathered.group(&goroutine);
        if whole {
            self.keep(&goroutine);
        }
        let full = self.gathered.text.goroutines.len() >= MOST_WHOLE;
        self.last = group.filter(|_| !whole || full);
    }

    fn fault(&mut self, fault: Fault) {
        self.last = None;
        if let Some(goroutine) = &fault.goroutine {
            self.keep(goroutine);
        }
        self.gathered.fault(fault);
    }

    fn record(&mut self, record: StackGroup) {
        self.gathered.record(record);
    }

    fn note(&mut self, note: Note) {
        self.gathered.note(note);
    }

    fn end(&mut self, lines: u64) {
        self.gathered.text.lines = lines;
    }

    fn group_of_last(&self) -> Option<GroupId> {
        self.last
    }

    fn again(&mut self, group: GroupId, goroutine: Again<'_>) {
        self.gathered.text.goroutine_count = self.gathered.text.goroutine_count.saturating_add(1);
        self.gathered.grouper.again(group, goroutine);
    }
}
