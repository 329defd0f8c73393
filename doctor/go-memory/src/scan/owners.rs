//! Which package variables hold maps: words among them that are addresses of their headers.

use super::module::{Module, bytes_of};
use crate::memory::Memory;
use rustc_hash::FxHashMap;

/// Variables of more bytes are not looked through.
const MOST: u64 = 1 << 28;
/// They are read in pieces.
const PIECE: u64 = 1 << 20;

/// For each of the addresses that a variable holds, where the first such word lies.
pub(super) fn find(
    memory: &(impl Memory + ?Sized),
    module: &Module,
    addresses: impl Iterator<Item = u64>,
) -> FxHashMap<u64, u64> {
    let mut owners: FxHashMap<u64, u64> = addresses.map(|address| (address, 0)).collect();
    for range in [&module.data.data, &module.data.bss] {
        let mut at = range.start;
        let end = range.end.min(range.start.saturating_add(MOST));
        while at < end {
            let held = bytes_of(memory, at, PIECE.min(end.saturating_sub(at)));
            for (word, place) in held.as_chunks::<8>().0.iter().zip((at..).step_by(8)) {
                if let Some(owner) = owners.get_mut(&u64::from_le_bytes(*word))
                    && *owner == 0
                {
                    *owner = place;
                }
            }
            at = at.saturating_add(PIECE);
        }
    }
    owners.retain(|_, owner| *owner != 0);
    owners
}
