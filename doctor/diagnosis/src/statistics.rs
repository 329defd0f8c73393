//! The goroutines of a text as a whole: how many, and which locks they wait for.

use crate::context::Context;
use crate::near;
use crate::stacks::{self, Stack};
use finding::{DumpStatistics, LockWait, MapId, Site};

/// Sites shown of each lock.
const SITES: usize = 3;

/// Counts the goroutines of a text and their waits; `None` for a text without goroutines.
pub(crate) fn of(context: &Context<'_>) -> Option<DumpStatistics> {
    let (crash, stacks) = (context.crash, context.stacks.as_slice());
    let goroutines = crash.goroutine_count.max(stacks.iter().map(|stack| stack.count).sum());
    if goroutines == 0 {
        return None;
    }
    let mut waits: Vec<(Vec<MapId>, LockWait)> = Vec::new();
    for stack in stacks {
        let Some(frame) = stacks::waits_for_lock(stack.frames) else { continue };
        let site = stacks::site(frame);
        let taken = near::lock_taken(&context.place(&site), site.line);
        let (name, maps) = match taken {
            Some((path, maps)) => (path, maps),
            None => (format!("the lock taken at {site}").into(), Vec::new()),
        };
        let same =
            waits.iter_mut().find(|(known, wait)| wait.lock == name && same_guard(known, &maps));
        let (known, wait) = match same {
            Some(found) => found,
            None => {
                waits.push((
                    Vec::new(),
                    LockWait {
                        lock: name,
                        guards: Vec::new(),
                        waiting: 0,
                        longest_minutes: None,
                        share_percent: 0,
                        sites: Vec::new(),
                    },
                ));
                let Some(last) = waits.last_mut() else { continue };
                last
            }
        };
        for map in maps {
            if !known.contains(&map) {
                wait.guards.push(map.to_string());
                known.push(map);
            }
        }
        count(wait, stack, site);
    }
    for (_, wait) in &mut waits {
        let share = wait.waiting.saturating_mul(100).checked_div(goroutines).unwrap_or(0);
        wait.share_percent = u8::try_from(share.min(100)).unwrap_or(100);
    }
    let mut lock_waits: Vec<_> = waits.into_iter().map(|(_, wait)| wait).collect();
    lock_waits.sort_by_key(|wait| std::cmp::Reverse(wait.waiting));
    let distinct_stacks = u64::try_from(stacks.len()).unwrap_or(u64::MAX);
    Some(DumpStatistics { goroutines, distinct_stacks, lock_waits })
}

/// True when two waits are for one lock: they guard a map in common, or are known by the same place.
fn same_guard(known: &[MapId], maps: &[MapId]) -> bool {
    (known.is_empty() && maps.is_empty()) || known.iter().any(|map| maps.contains(map))
}

fn count(wait: &mut LockWait, stack: &Stack<'_>, site: Site) {
    wait.waiting = wait.waiting.saturating_add(stack.count);
    wait.longest_minutes = wait.longest_minutes.max(stack.waits.map(|(_, longest)| longest));
    if wait.sites.len() < SITES && !wait.sites.contains(&site) {
        wait.sites.push(site);
    }
}
