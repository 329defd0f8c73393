//! The goals: which row of ours is held against whose, and how good it must be.
//!
//! A row without a goal is shown in its table alone.

use crate::ground::{Ground, Group, Hasher, Kind};

/// Against whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Against {
    /// The best sound map for any types.
    Peers,
    /// The best of those without one lock around everything.
    Unlocked,
    /// The best of those whose name begins so.
    Named(&'static [&'static str]),
    /// Ourselves with two threads.
    Ourselves(&'static str),
    /// Nobody: the figure itself must not exceed the limit.
    Nobody,
}

/// What a ratio must not exceed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    pub(crate) against: Against,
    pub(crate) limit: f64,
    /// What we would like.
    pub(crate) stretch: Option<f64>,
}

const fn peers(limit: f64) -> Goal {
    Goal { against: Against::Peers, limit, stretch: None }
}

const fn named(names: &'static [&'static str], limit: f64) -> Goal {
    Goal { against: Against::Named(names), limit, stretch: None }
}

const fn ourselves(column: &'static str) -> Goal {
    Goal { against: Against::Ourselves(column), limit: 1.3, stretch: None }
}

/// The goals of another map of ours: as good as its like written by hand.
pub(crate) fn by_hand(map: &str, ground: Ground, group: Group) -> Vec<Goal> {
    let hand: &'static [&'static str] = match map {
        "tophash Locked" => &["parking_lot RwLock<hashbrown>"],
        "tophash Sharded" => &["256 × parking_lot RwLock<hashbrown>"],
        _ => return vec![],
    };
    match group {
        Group::Read | Group::Mixed | Group::Iterate | Group::Growth
            if ground.hasher == Hasher::Same =>
        {
            vec![named(hand, 1.0)]
        }
        _ => vec![],
    }
}

/// The goals of a column of `HashMap`.
pub(crate) fn goals(ground: Ground, group: Group, column: &str) -> Vec<Goal> {
    let inline = ground.kind == Kind::U64U64;
    let two = column.ends_with("2T");
    let stretch = |goal: Goal, stretch| Goal { stretch: Some(stretch), ..goal };
    match group {
        _ if ground.hasher == Hasher::Own => vec![],
        Group::Read if inline => match column {
            "miss 1T" => vec![peers(0.85)],
            "16 at once 1T" if ground.entries > 1 << 16 => vec![peers(0.60)],
            "16 at once 1T" | "16 at once 2T" => vec![],
            _ if ground.entries <= 1 << 16 => vec![stretch(peers(0.75), 0.60)],
            _ => vec![stretch(peers(0.65), 0.55)],
        },
        Group::Mixed if inline => match column {
            "98/2 1T" => vec![peers(0.75)],
            "50/50 1T" => vec![peers(0.85)],
            "churn 1T" => vec![peers(1.0)],
            _ => vec![stretch(peers(0.65), 0.50)],
        },
        Group::Read | Group::Mixed => vec![peers(if two { 0.85 } else { 1.0 })],
        Group::Growth => vec![Goal { against: Against::Unlocked, limit: 1.0, stretch: None }],
        Group::Latency => match column {
            "insert longest" => vec![peers(0.1)],
            "insert p99.9" | "insert p99.99" => {
                vec![named(&["dashmap"], 2.0), named(&["papaya", "scc"], 1.0)]
            }
            "read p99.9" => vec![named(&["papaya"], 1.0)],
            _ => vec![],
        },
        Group::Iterate if inline => vec![named(&["hashbrown"], 1.2)],
        Group::Iterate => vec![named(&["papaya"], 0.5)],
        Group::Memory if ground.kind == Kind::Set => match column {
            "live, mean" => vec![named(&["hashbrown"], 1.0)],
            _ => vec![],
        },
        Group::Memory => match column {
            "live, mean" => vec![named(&["hashbrown"], 0.9)],
            "live, worst of hashbrown's" => vec![named(&["hashbrown"], 1.1)],
            "peak, mean" => vec![named(&["hashbrown"], 0.85)],
            _ => vec![],
        },
        Group::Threads => match column {
            "hit 4T" | "hit 8T" => vec![ourselves("hit 2T")],
            "98/2 4T" | "98/2 8T" => vec![ourselves("98/2 2T")],
            "50/50 4T" | "50/50 8T" => vec![ourselves("50/50 2T")],
            "churn 4T" | "churn 8T" => vec![ourselves("churn 2T")],
            _ => vec![],
        },
        Group::Instructions => vec![],
        Group::Stores => match column {
            "hit, shared" => vec![Goal { against: Against::Nobody, limit: 0.0, stretch: None }],
            _ => vec![],
        },
    }
}
