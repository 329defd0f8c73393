//! Axes: from figures to places, and where the ticks are.

/// An axis from one figure to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Scale {
    pub(crate) fn linear(from: f64, to: f64) -> Self {
        Self { from, to, logarithmic: false }
    }

    /// From a power of ten at or below `least` to one at or above `most`.
    pub(crate) fn decades(least: f64, most: f64) -> Self {
        let from = 10_f64.powf(least.log10().floor());
        let to = 10_f64.powf(most.log10().ceil()).max(from * 10.0);
        Self { from, to, logarithmic: true }
    }

    /// Where a figure lies, from 0 to 1; what lies outside is moved to the end.
    pub(crate) fn place(&self, figure: f64) -> f64 {
        let share = if self.logarithmic {
            (figure / self.from).ln() / (self.to / self.from).ln()
        } else {
            (figure - self.from) / (self.to - self.from)
        };
        share.clamp(0.0, 1.0)
    }

    pub(crate) fn end(&self) -> f64 {
        self.to
    }

    /// At most about `many` round figures, or all powers of ten.
    pub(crate) fn ticks(&self, many: usize) -> Vec<f64> {
        if self.logarithmic {
            let decades = (self.to / self.from).log10().round() as i32;
            return (0..=decades).map(|decade| self.from * 10_f64.powi(decade)).collect();
        }
        let rough = (self.to - self.from) / many as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power);
        let step = step.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(rough);
        let first = (self.from / step).ceil() as i64;
        let last = (self.to / step * 1.000_001).floor() as i64;
        (first..=last).map(|tick| tick as f64 * step).collect()
    }
}

/// Nanoseconds with the unit that leaves few digits.
pub(crate) fn time(nanos: f64) -> String {
    match nanos {
        n if n < 1e3 => format!("{n} ns"),
        n if n < 1e6 => format!("{} µs", n / 1e3),
        n if n < 1e9 => format!("{} ms", n / 1e6),
        n => format!("{} s", n / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::linear(0.0, 47.0).ticks(5), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(Scale::decades(20.0, 3_000.0).ticks(5), [10.0, 100.0, 1_000.0, 10_000.0]);
        assert_eq!(time(20_000.0), "20 µs");
    }
}
