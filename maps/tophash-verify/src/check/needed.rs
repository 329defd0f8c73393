//! Which values can still matter: those that some operation with a result has yet to find, and those from which
//! operations without a result may make one of these.
//!
//! Where results are forgotten, most values are found by nobody. A key that holds such a value is as good as one of
//! which nothing is known, and to write it is never of use, for an operation without a result need not take effect.
//! This is what keeps the number of configurations small when nearly every result is forgotten.

use crate::history::{Op, Operation, Seen};

/// A value, until when it is needed, and the sum of what unknown additions begun by then may have added.
#[derive(Clone, Copy)]
struct Entry {
    value: u64,
    until: u64,
    added: u128,
}

/// How many entries a question looks at; past these the answer is yes, which is never wrong.
const LOOKS: usize = 32;

/// The values needed by the operations of one key, as time goes on.
pub(super) struct Needed {
    /// In order of the values, each once.
    entries: Vec<Entry>,
    /// Until when absence is needed.
    absent: Option<u64>,
    /// What unknown additions may add at most, and what those that are over could have added of it.
    addable: u128,
    over: u128,
}

impl Needed {
    /// What `operations`, in order of start, need; `None` where every result is known and it would not help.
    pub(super) fn of(operations: &[Operation]) -> Option<Self> {
        let unknown = || operations.iter().filter(|operation| operation.seen == Seen::Unknown);
        unknown().next()?;
        let mut additions: Vec<(u64, u128)> = vec![(0, 0)];
        let mut addable = 0;
        for operation in unknown() {
            if let Op::FetchAdd(delta) = operation.op {
                addable += u128::from(delta);
                additions.push((operation.start, addable));
            }
        }
        let added = |until: u64| {
            additions[additions.partition_point(|(start, _)| *start <= until).max(1) - 1].1
        };
        let mut needed = Self { entries: Vec::new(), absent: None, addable, over: 0 };
        for operation in operations {
            match operation.seen {
                Seen::Found(Some(value)) => {
                    let added = added(operation.end);
                    needed.entries.push(Entry { value, until: operation.end, added });
                }
                Seen::Found(None) => needed.absent = needed.absent.max(Some(operation.end)),
                Seen::Unknown => {}
            }
        }
        needed.order();
        // What an unknown exchange or conditional insertion must find is needed if what it leaves is. The last first,
        // as later ones build on earlier ones; again where those that overlap build on each other the other way.
        let mut grew = true;
        while grew {
            grew = false;
            let mut more = Vec::new();
            for operation in operations.iter().rev().filter(|one| one.seen == Seen::Unknown) {
                match operation.op {
                    Op::TryInsert(_)
                        if needed.absent < Some(operation.end) && needed.uses(operation) =>
                    {
                        needed.absent = Some(operation.end);
                        grew = true;
                    }
                    Op::CompareExchange { expected: value, .. }
                        if needed.until(value) < Some(operation.end) && needed.uses(operation) =>
                    {
                        let added = added(operation.end);
                        more.push(Entry { value, until: operation.end, added });
                    }
                    _ => {}
                }
            }
            if !more.is_empty() {
                grew = true;
                needed.entries.append(&mut more);
                needed.order();
            }
        }
        Some(needed)
    }

    /// Puts the entries in order and keeps the latest of each value.
    fn order(&mut self) {
        self.entries.sort_unstable_by_key(|entry| (entry.value, std::cmp::Reverse(entry.until)));
        self.entries.dedup_by_key(|entry| entry.value);
    }

    /// Until when the very value is needed, leaving additions aside.
    fn until(&self, value: u64) -> Option<u64> {
        let at = self.entries.binary_search_by_key(&value, |entry| entry.value).ok()?;
        Some(self.entries[at].until)
    }

    /// Whether it may matter at `time` or later that the key holds `value`. Times must not go back once additions
    /// are [over](Self::pass).
    ///
    /// # Complexity
    /// O(log n) for n operations.
    pub(super) fn at(&self, value: Option<u64>, time: u64) -> bool {
        let Some(value) = value else { return self.absent >= Some(time) };
        let count = self.entries.len();
        let first = self.entries.partition_point(|entry| entry.value < value);
        for look in 0..count {
            let entry = self.entries[(first + look) % count];
            let distance = u128::from(entry.value.wrapping_sub(value));
            if distance > self.addable - self.over {
                return false;
            }
            if look == LOOKS
                || (entry.until >= time && distance <= entry.added.saturating_sub(self.over))
            {
                return true;
            }
        }
        false
    }

    /// Whether it may matter that an unknown operation takes effect.
    pub(super) fn uses(&self, operation: &Operation) -> bool {
        match operation.op {
            Op::Get => false,
            Op::Insert(value) | Op::TryInsert(value) | Op::CompareExchange { new: value, .. } => {
                self.at(Some(value), operation.start)
            }
            Op::Remove => self.at(None, operation.start),
            Op::FetchAdd(_) => true,
        }
    }

    /// An unknown operation is over: what it might have added it can add no more.
    pub(super) fn pass(&mut self, op: Op) {
        if let Op::FetchAdd(delta) = op {
            self.over += u128::from(delta);
        }
    }
}
