//! Values as tokens: what goes in must come out once, or still be there. Threads share every key.

use crate::battery::Round;
use crate::chaos;
use crate::map::Map;
use crate::rng::Rng;
use crate::stress::crew;
use crate::torn::{open, seal};

/// Threads insert, exchange and remove tokens no two of which are alike; the operations done, or what was wrong.
pub(super) fn run<M: Map>(
    make: &(dyn Fn() -> M + Sync),
    keys: u64,
    steps: u64,
    round: &Round,
) -> Result<u64, String> {
    let map = make();
    let results = crew(round.threads, round.disturbers, |thread, gate| {
        let mut rng = Rng::part(round.seed, thread as u64);
        let _delays = chaos::enter(round.seed ^ (thread as u64) << 23, round.delays);
        let (mut gone_in, mut come_out) = (Vec::new(), Vec::new());
        if gate.wait().is_err() {
            return Ok((gone_in, come_out));
        }
        // Keys are worked on in a window that moves, so that the map grows and shrinks under way.
        for step in 0..steps {
            let key = (step / 8 + rng.below(8)) % keys;
            let token = seal(key, ((thread as u64 + 1) << 36) | step);
            match rng.below(8) {
                0..=2 => {
                    gone_in.push((key, token));
                    come_out.extend(map.insert(key, token).map(|old| (key, old)));
                }
                3 => {
                    if map.try_insert(key, token) == Ok(None) {
                        gone_in.push((key, token));
                    }
                }
                4 => {
                    if let Some(old) = map.get(&key) {
                        if map.compare_exchange(&key, &old, token) == Ok(Some(old)) {
                            gone_in.push((key, token));
                            come_out.push((key, old));
                        }
                    }
                }
                _ => come_out.extend(map.remove(&key).map(|old| (key, old))),
            }
            if let Some((key, old)) =
                come_out.last().filter(|(key, old)| open(*key, *old).is_none())
            {
                return Err(format!(
                    "key {key}: {old:#018x} came out, which is not a value of this key"
                ));
            }
            chaos::point();
        }
        Ok((gone_in, come_out))
    })?;
    let (mut gone_in, mut come_out) = (Vec::new(), Vec::new());
    for result in results {
        let (more_in, more_out) = result?;
        gone_in.extend(more_in);
        come_out.extend(more_out);
    }
    for key in 0..keys {
        come_out.extend(map.get(&key).map(|left| (key, left)));
    }
    gone_in.sort_unstable();
    come_out.sort_unstable();
    if let Some(twice) = come_out.windows(2).find(|two| two[0] == two[1]) {
        return Err(format!(
            "key {}: the same value came out twice ({:#018x})",
            twice[0].0, twice[0].1
        ));
    }
    if let Some((key, token)) = come_out.iter().find(|token| gone_in.binary_search(token).is_err())
    {
        return Err(format!("key {key}: {token:#018x} came out and never went in"));
    }
    if let Some((key, token)) = gone_in.iter().find(|token| come_out.binary_search(token).is_err())
    {
        return Err(format!("key {key}: {token:#018x} went in and was lost"));
    }
    Ok(steps * round.threads as u64)
}

/// Counters under growth: every addition must be in the sum. Nothing where the map offers neither `fetch_add` nor
/// `compare_exchange`.
pub(super) fn counters<M: Map>(
    make: &(dyn Fn() -> M + Sync),
    steps: u64,
    round: &Round,
) -> Result<u64, String> {
    const COUNTERS: u64 = 4;
    let map = make();
    for key in 0..COUNTERS {
        map.insert(key, seal(key, 0));
    }
    let sums = crew(round.threads, round.disturbers, |thread, gate| {
        let mut rng = Rng::part(round.seed, thread as u64);
        let _delays = chaos::enter(round.seed ^ (thread as u64) << 29, round.delays);
        let mut sums = [0_u64; COUNTERS as usize];
        if gate.wait().is_err() {
            return sums;
        }
        for step in 0..steps {
            let key = rng.below(COUNTERS);
            let added = if rng.once_in(2) {
                map.fetch_add(&key, 1).map(|found| found.is_some())
            } else {
                map.get(&key).map_or(Ok(false), |old| {
                    map.compare_exchange(&key, &old, old + 1).map(|found| found == Some(old))
                })
            };
            sums[key as usize] += u64::from(added == Ok(true));
            // Others make the map grow around the counters.
            let other = COUNTERS + step * round.threads as u64 + thread as u64;
            map.insert(other, seal(other, step));
            chaos::point();
        }
        sums
    })?;
    for key in 0..COUNTERS {
        let sum: u64 = sums.iter().map(|sums| sums[key as usize]).sum();
        let found = map.get(&key);
        if found != Some(seal(key, sum)) {
            let found = found.and_then(|word| open(key, word));
            return Err(format!(
                "counter {key}: {sum} additions were acknowledged, and {found:?} is there"
            ));
        }
    }
    Ok(2 * steps * round.threads as u64)
}
