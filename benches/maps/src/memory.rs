//! Bytes for each entry, by an allocator that counts, in a process for each map.
//!
//! A table that doubles looks good or bad by where the size falls, so the map grows through sixteen sizes of one
//! doubling. Live bytes are those asked for and not given back; the peak is the most there ever were.

use crate::counting;
use crate::ground::{Ground, Hasher, Kind};
use crate::peers;
use crate::subject::Sample;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Sizes of a doubling.
const SIZES: usize = 16;

/// Live and peak bytes of a map at one of the sizes.
pub(crate) struct Footprint {
    pub(crate) entries: usize,
    pub(crate) live: f64,
    pub(crate) peak: f64,
}

/// From `least` to just below twice as many, in equal ratios; or `least` alone for a set.
fn sizes(kind: Kind, least: usize) -> Vec<usize> {
    if kind == Kind::Set {
        return vec![least];
    }
    let ratio = |step| 2_f64.powf(step as f64 / SIZES as f64);
    (0..SIZES).map(|step| (least as f64 * ratio(step)) as usize).collect()
}

/// Measures one map in a process of its own.
pub(crate) fn measure(kind: Kind, map: &str, least: usize) -> Result<Vec<Footprint>> {
    let output = Command::new(std::env::current_exe()?)
        .args(["footprint", kind.argument(), map, &least.to_string()])
        .output()?;
    if !output.status.success() {
        bail!("{map}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let pairs: Vec<(usize, usize)> = serde_json::from_slice(&output.stdout)?;
    let footprint = |(&entries, (live, peak)): (&usize, (usize, usize))| Footprint {
        entries,
        live: live as f64 / entries as f64,
        peak: peak as f64 / entries as f64,
    };
    Ok(sizes(kind, least).iter().zip(pairs).map(footprint).collect())
}

/// What that process does.
pub(crate) fn footprint(kind: Kind, map: &str, least: usize) -> Result<()> {
    let ground = Ground { kind, hasher: Hasher::Same, entries: 1 };
    let mut subjects = peers::subjects(ground, 1);
    let subject = subjects.iter_mut().find(|subject| subject.name() == map);
    let subject = subject.with_context(|| format!("no map {map}"))?;
    let sizes = sizes(kind, least);
    counting::begin();
    println!("{}", serde_json::to_string(&subject.footprint(&sizes))?);
    Ok(())
}

/// The columns of a map, beside those of hashbrown at the same sizes.
pub(crate) fn samples(map: &[Footprint], hashbrown: &[Footprint]) -> Vec<Sample> {
    let mean = |of: fn(&Footprint) -> f64| map.iter().map(of).sum::<f64>() / map.len() as f64;
    let worst = |of: fn(&Footprint) -> f64| {
        map.iter().zip(hashbrown).map(|(map, other)| of(map) / of(other)).fold(0.0, f64::max)
    };
    let mut samples = vec![
        Sample::new("live, mean", mean(|size| size.live)),
        Sample::new("peak, mean", mean(|size| size.peak)),
    ];
    if !hashbrown.is_empty() {
        samples.push(Sample::new("live, worst of hashbrown's", worst(|size| size.live)));
        samples.push(Sample::new("peak, worst of hashbrown's", worst(|size| size.peak)));
    }
    for size in map {
        samples.push(Sample::new(format!("@ live at {}", size.entries), size.live));
        samples.push(Sample::new(format!("@ peak at {}", size.entries), size.peak));
    }
    samples
}
