//! The metrics of a registry with their samples: what every exposition is made of.

use super::{Metric, Read, aliases, metrics};
use crate::observe::histogram::Durations;
use crate::observe::registry::Registry;
use crate::observe::series::Collected;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A metric with its samples: see [`Registry::families`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Family {
    /// What is told.
    pub metric: &'static Metric,
    /// At least one.
    pub samples: Vec<Sample>,
}

/// One sample of a metric.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// The values of [`Metric::labels`], in their order.
    pub labels: Vec<Arc<str>>,
    /// What it says.
    pub value: Value,
}

/// What a sample says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Of counters and of what says something by its labels always, of gauges if they count things.
    Count(u64),
    /// Of gauges, in [`Metric::unit`].
    Number(f64),
    /// Of histograms, always.
    Durations(Durations),
}

impl Registry {
    /// Everything that the maps of the registry tell, by metric, in the order of [`metrics`]; then under the names of
    /// [`aliases`], if [`Registry::aliases`] is on. A metric of which nothing is known is left out.
    ///
    /// All expositions are made of this; it is for those of your own. Linear in the maps. Locks of maps are not waited for.
    #[must_use]
    pub fn families(&self) -> Vec<Family> {
        let collected = self.collect();
        let aliases = if collected.aliases { aliases() } else { &[] };
        let all = metrics().iter().chain(aliases);
        let families = all.map(|metric| Family { metric, samples: metric.samples(&collected) });
        families.filter(|family| !family.samples.is_empty()).collect()
    }
}

impl Metric {
    fn samples(&self, collected: &Collected) -> Vec<Sample> {
        let read = match self.read {
            Read::Whole(read) => return read(collected),
            Read::Map(read) => read,
        };
        let mut samples = Vec::new();
        for (map, series) in &collected.maps {
            samples.extend(read(series).into_iter().map(|(labels, value)| {
                let labels = labels.into_iter().map(Arc::from);
                Sample { labels: [Arc::clone(map)].into_iter().chain(labels).collect(), value }
            }));
        }
        samples
    }
}
