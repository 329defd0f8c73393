//! How hot a key is: a word for how often it is met, and how often with a value.

/// How hot a key is, by [`HeatLevels`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Heat {
    /// Hardly met, and without a value.
    Cold,
    /// Met now and then.
    Warm,
    /// Met often, mostly with a value.
    Hot,
    /// Met very often, and with a value lately.
    Boiling,
}

impl Heat {
    /// As it is written in dumps.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
            Self::Hot => "hot",
            Self::Boiling => "boiling",
        }
    }
}

/// Where the levels of heat begin. A key has the highest level whose conditions it meets within one window, a minute if not
/// set otherwise: see [`Builder::window`](super::Builder::window).
///
/// A **hit** is an access that met the key with a value. If not every access is sampled, each that is stands for as many as are
/// made between samples in the mean: then a key that was met at all has been met that often, and `Cold` and `Warm` tell little.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct HeatLevels {
    /// `Warm` from so many accesses on,
    pub warm_accesses: f64,
    /// or from this share of hits on, however few the accesses are.
    pub warm_hits: f64,
    /// `Hot` from so many accesses on,
    pub hot_accesses: f64,
    /// if this share of them are hits.
    pub hot_hits: f64,
    /// `Boiling` from so many accesses on, if the last ones were hits,
    pub boiling_accesses: f64,
    /// as many as this, of at most eight.
    pub boiling_hits_in_a_row: u32,
}

impl Default for HeatLevels {
    fn default() -> Self {
        Self {
            warm_accesses: 4.0,
            warm_hits: 0.3,
            hot_accesses: 20.0,
            hot_hits: 0.7,
            boiling_accesses: 50.0,
            boiling_hits_in_a_row: 3,
        }
    }
}

impl HeatLevels {
    /// The level of a key with so many accesses, this share of hits, and so many hits in a row at last.
    #[must_use]
    pub fn level(&self, accesses: f64, hits: f64, in_a_row: u32) -> Heat {
        if accesses >= self.boiling_accesses && in_a_row >= self.boiling_hits_in_a_row.min(8) {
            Heat::Boiling
        } else if accesses >= self.hot_accesses && hits >= self.hot_hits {
            Heat::Hot
        } else if accesses >= self.warm_accesses || (accesses > 0.0 && hits >= self.warm_hits) {
            Heat::Warm
        } else {
            Heat::Cold
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_begin_where_they_are_documented() {
        let level = |accesses, hits, row| HeatLevels::default().level(accesses, hits, row);
        assert_eq!((level(0.0, 0.0, 0), level(3.0, 0.0, 0)), (Heat::Cold, Heat::Cold));
        assert_eq!((level(4.0, 0.0, 0), level(19.0, 1.0, 8)), (Heat::Warm, Heat::Warm));
        assert_eq!((level(1.0, 1.0, 1), level(3.0, 0.33, 0)), (Heat::Warm, Heat::Warm));
        assert_eq!((level(20.0, 0.69, 8), level(20.0, 0.7, 0)), (Heat::Warm, Heat::Hot));
        assert_eq!((level(50.0, 0.1, 3), level(50.0, 0.9, 2)), (Heat::Boiling, Heat::Hot));
        assert_eq!(level(1e6, 0.1, 2), Heat::Warm);
    }
}
