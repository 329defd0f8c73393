//! The counter of an operation, by what it returned.

use crate::concurrent::{Altered, Full};
use crate::observe::calls::{Call, Counter, Outcome, counted};

/// The counter of a look-up.
#[inline(always)]
pub(super) fn looked<R>(found: Option<&R>) -> Counter {
    if found.is_some() { counted::HIT } else { counted::MISS }
}

/// The counter of a removal.
#[inline(always)]
pub(super) fn removed<R>(found: Option<&R>) -> Counter {
    if found.is_some() { counted::REMOVED } else { counted::ABSENT }
}

/// The counter of an insertion, by whether it replaced a value.
#[inline(always)]
pub(super) fn inserted<R>(result: &Result<R, Full>, had: bool) -> Counter {
    match (result, had) {
        (Err(Full), _) => counted::FULL,
        (Ok(_), true) => counted::REPLACED,
        (Ok(_), false) => counted::INSERTED,
    }
}

/// The counter of an insertion that replaces nothing.
#[inline(always)]
pub(super) fn inserted_new(result: Result<bool, Full>) -> Counter {
    match result {
        Err(Full) => counted::FULL,
        Ok(true) => counted::INSERTED,
        Ok(false) => counted::PRESENT,
    }
}

/// The counter of an alteration.
pub(super) fn altered<T>(result: &Result<Altered<T>, Full>) -> Counter {
    const fn update(outcome: Outcome) -> Counter {
        Counter::of(Call::Update, outcome)
    }
    match result {
        Ok(Altered::Inserted) => const { update(Outcome::Inserted) },
        Ok(Altered::Replaced) => const { update(Outcome::Replaced) },
        Ok(Altered::Removed) => const { update(Outcome::Removed) },
        Ok(Altered::Absent) => const { update(Outcome::Absent) },
        Ok(Altered::Aborted(_)) => const { update(Outcome::Unchanged) },
        Err(Full) => const { update(Outcome::Full) },
    }
}
