//! Which maps a plot shows, and which of several ways to use one.

use crate::series::{Series, order};
use crate::subject::Class;

/// The peers shown: how their names begin, and what a plot calls them.
const PEERS: [(&str, &str); 8] = [
    ("papaya", "papaya"),
    ("scc HashIndex", "scc HashIndex"),
    ("scc HashMap", "scc HashMap"),
    ("dashmap", "dashmap"),
    ("256 ×", "256 × RwLock<hashbrown>"),
    ("std ", "std lock around HashMap"),
    ("flurry", "flurry"),
    ("whirlwind", "whirlwind"),
];

/// What a caption says of them.
pub(crate) const NOTE: &str = "Of papaya's guards and barriers, scc's guards, dashmap 6.2 and 7.0-rc2, and std's Mutex and RwLock: \
     whichever is best in that panel.";

/// A map that a plot shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    Ours,
    Peer(usize),
    /// hashbrown in one thread.
    Limit,
}

impl Family {
    /// All of them, ours last, so that it is drawn over the others.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..PEERS.len()).map(Self::Peer).chain([Self::Limit, Self::Ours])
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "tophash",
            Self::Limit => "hashbrown, not concurrent",
            Self::Peer(peer) => PEERS.get(peer).map_or("", |(_, name)| name),
        }
    }

    fn has(self, series: &Series) -> bool {
        match self {
            Self::Ours => series.class == Class::Ours,
            Self::Limit => series.map.starts_with("hashbrown"),
            Self::Peer(peer) => {
                let begins = |(begin, _): &(&str, &str)| series.map.starts_with(begin);
                series.class == Class::Peer && PEERS.get(peer).is_some_and(begins)
            }
        }
    }

    /// The best of its series in a column.
    pub(crate) fn best<'a>(self, series: &[&'a Series], column: &str) -> Option<&'a Series> {
        let own = series.iter().filter(|series| series.column == column && self.has(series));
        own.copied().min_by(|a, b| order(a, b))
    }
}
