//! The functions that a crash text names, for whoever loads the program it came from.

use go_crash::{CrashText, Frame, FrameOwner};
use go_source::Mention;
use std::collections::BTreeSet;

/// The functions of dependencies that stand in any stack of a text, each once: what
/// [`go_source::LoadOptions::mentions`] asks for. Linear in the frames.
pub fn mentions(crash: &CrashText) -> Vec<Mention> {
    let in_goroutines = crash.goroutines.iter().flat_map(|goroutine| &goroutine.frames);
    let in_groups = crash.groups.iter().flat_map(|group| &group.frames);
    let in_faults = crash.faults.iter().filter_map(|fault| fault.goroutine.as_ref());
    let in_faults = in_faults.flat_map(|goroutine| &goroutine.frames);
    let in_races = crash.races().flat_map(|race| race.sides.iter().flat_map(|side| &side.frames));
    let frames = in_goroutines.chain(in_groups).chain(in_faults).chain(in_races);
    let mention =
        |frame: &Frame| Mention { symbol: frame.symbol.clone(), file: frame.file.clone() };
    let found: BTreeSet<Mention> =
        frames.filter(|frame| frame.owner() != FrameOwner::Go).map(mention).collect();
    found.into_iter().collect()
}
