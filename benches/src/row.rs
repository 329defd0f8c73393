//! A row of the report: two sides measured in interleaved rounds.

use std::time::Duration;

/// The head of the table that the rows make.
pub const HEADER: &str =
    "| row | ours | yardstick | ratio | per round | goal |\n|---|---|---|---|---|---|";

/// Samples of both sides, a pair a round.
#[derive(Default)]
pub struct Pairs {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

impl Pairs {
    /// Runs `ours` and `theirs` alternately and keeps what they report as cost.
    pub fn measure<E>(
        rounds: usize,
        mut ours: impl FnMut() -> Result<Duration, E>,
        mut theirs: impl FnMut() -> Result<Duration, E>,
    ) -> Result<Self, E> {
        let mut pairs = Self::default();
        for _ in 0..rounds {
            pairs.ours.push(ours()?.as_secs_f64());
            pairs.theirs.push(theirs()?.as_secs_f64());
        }
        Ok(pairs)
    }

    /// Takes samples that were measured elsewhere, ours and theirs of each round.
    pub fn of(samples: impl IntoIterator<Item = (Duration, Duration)>) -> Self {
        let seconds =
            |(ours, theirs): (Duration, Duration)| (ours.as_secs_f64(), theirs.as_secs_f64());
        Self::of_seconds(samples.into_iter().map(seconds))
    }

    /// The same, of times too short for a [`Duration`].
    pub fn of_seconds(samples: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (ours, theirs) = samples.into_iter().unzip();
        Self { ours, theirs }
    }

    /// Prints the row. The ratio is ours to theirs: below 1 we are faster.
    pub fn print(&self, name: &str, yardstick: &str, goal: &str) {
        let ratios: Vec<f64> = self.ours.iter().zip(&self.theirs).map(|(o, t)| o / t).collect();
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = ratios.iter().copied().fold(0.0, f64::max);
        let (ours, theirs) = (median(&self.ours), median(&self.theirs));
        println!(
            "| {name} | {} | {yardstick}: {} | {} | {} … {} | {goal} |",
            time(ours),
            time(theirs),
            ratio(ours / theirs),
            ratio(least),
            ratio(most),
        );
    }
}

/// The middle sample.
fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A ratio as a reader thinks of it: `0.81 ×`, or `1/24.0` when it is small.
fn ratio(ratio: f64) -> String {
    if ratio < 0.4 { format!("1/{:.1}", 1.0 / ratio) } else { format!("{ratio:.2} ×") }
}

fn time(seconds: f64) -> String {
    match seconds {
        ..1e-6 => format!("{:.1} ns", seconds * 1e9),
        ..1e-3 => format!("{:.1} µs", seconds * 1e6),
        ..1.0 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

/// Prints a row of sizes in megabytes, which do not vary between rounds.
pub fn print_share(name: &str, ours: f64, yardstick: &str, theirs: f64, goal: &str) {
    let share = ratio(ours / theirs);
    println!("| {name} | {ours:.1} MB | {yardstick}: {theirs:.1} MB | {share} | | {goal} |");
}
