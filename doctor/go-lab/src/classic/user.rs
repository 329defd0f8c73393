//! What the compiler makes of the user's code: a call, and the loads or stores of the value around it.

use super::access::{Slot, mapaccess2};
use super::assign::mapassign;
use super::clear::mapclear;
use super::clone::mapclone2;
use super::delete::mapdelete;
use super::iterate::{between, mapiterinit, mapiternext};
use crate::fault::Stop;
use crate::memory::{Address, field};
use crate::outcome::{Entry, Outcome, Value};
use crate::runner::Runner;
use go_runtime::classic::Field;

/// `v, ok := m[key]`.
pub(crate) fn read(r: &mut Runner<'_>, h: Address, key: u64) -> Result<Outcome, Stop> {
    match mapaccess2(r, h, key)? {
        None => Ok(Outcome::Read(None)),
        Some(slot) => Ok(Outcome::Read(Some(value_of(r, slot)?))),
    }
}

fn value_of(r: &mut Runner<'_>, slot: Slot) -> Result<Value, Stop> {
    let first = r.load(slot.elem(r, 0), "loads the value")?;
    let mut value = Value { first, last: first };
    for word in 1..r.map.words {
        value.last = r.load(slot.elem(r, word), "loads the rest of the value")?;
    }
    Ok(value)
}

/// `m[key] = value`.
pub(crate) fn assign(
    r: &mut Runner<'_>,
    h: Address,
    key: u64,
    value: u64,
) -> Result<Outcome, Stop> {
    let slot = mapassign(r, h, key)?;
    for word in 0..r.map.words {
        let why = if word == 0 { "stores the value" } else { "stores the rest of the value" };
        r.store(slot.elem(r, word), value, why)?;
    }
    Ok(Outcome::Done)
}

/// `delete(m, key)`.
pub(crate) fn delete(r: &mut Runner<'_>, h: Address, key: u64) -> Result<Outcome, Stop> {
    mapdelete(r, h, key)?;
    Ok(Outcome::Done)
}

/// `clear(m)`.
pub(crate) fn clear(r: &mut Runner<'_>, h: Address) -> Result<Outcome, Stop> {
    mapclear(r, h)?;
    Ok(Outcome::Done)
}

/// `len(m)`.
pub(crate) fn length(r: &mut Runner<'_>, h: Address) -> Result<Outcome, Stop> {
    if h == 0 {
        return Ok(Outcome::Length(0));
    }
    Ok(Outcome::Length(r.load(field(h, Field::Count), "loads the count")?))
}

/// `for k, v := range m`, with a body that only takes notes; it begins at bucket and cell `start`.
pub(crate) fn iterate(r: &mut Runner<'_>, h: Address, start: u64) -> Result<Outcome, Stop> {
    let mut entries = Vec::new();
    let mut words = Vec::new();
    if let Some(mut it) = mapiterinit(r, h, start)? {
        while let Some(slot) = r.keeping(&words, |r| mapiternext(r, &mut it))? {
            let key = r.load(slot.key(r), "loads the key")?;
            let value = value_of(r, slot)?;
            words.extend([key, value.first, value.last]);
            entries.push(Entry { key, value });
            between(r, &mut it, &words);
        }
    }
    Ok(Outcome::Entries(entries))
}

/// `maps.Clone(m)`; what is in the clone.
pub(crate) fn clone(r: &mut Runner<'_>, h: Address) -> Result<Outcome, Stop> {
    if h == 0 {
        return Ok(Outcome::Entries(Vec::new()));
    }
    let clone = mapclone2(r, h)?;
    // The clone is the goroutine's own, but it may share buckets with the map: those are loaded in steps.
    iterate(r, clone, 0)
}
