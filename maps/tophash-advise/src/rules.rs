//! What is said of which workload, as tables: thresholds of dimensions, what speaks for and against each map, and when one
//! machine is left.
//!
//! A condition is a fact, a comparison and a limit. Of a fact that is not known no condition holds, and none fails: what depends
//! on it cannot be told.

use crate::family::Kind;
use crate::workload::{Fact, Workload};
use Fact::{
    Clears, GrowthPerHour, LargestDeleteBatch, LockWaitShare, MeanLife, NewKeyShare, PeakBytes,
    PeakWritesPerSecond, ReadShare, ScannedShare, Scans, ThreadsAtOnce, TopKeyShare, UpdateShare,
    ValueBytes, WriteShare,
};
use Is::{Above, AtLeast, AtMost, Below};

/// From this growth in an hour on, of its most entries, a map grows steadily.
pub(crate) const STEADY_GROWTH: f64 = 0.1;

/// How a fact is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Is {
    /// The fact is at least the limit.
    AtLeast,
    /// The fact is at most the limit.
    AtMost,
    /// The fact is more than the limit.
    Above,
    /// The fact is less than the limit.
    Below,
}

/// What has to hold of a fact.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Condition {
    /// The fact.
    pub fact: Fact,
    /// How it is compared.
    pub is: Is,
    /// With what.
    pub limit: f64,
}

const fn when(fact: Fact, is: Is, limit: f64) -> Condition {
    Condition { fact, is, limit }
}

impl Condition {
    /// Whether it holds; `None` if the fact is not known.
    #[must_use]
    pub fn holds(&self, workload: &Workload) -> Option<bool> {
        let value = workload.fact(self.fact)?;
        Some(match self.is {
            Is::AtLeast => value >= self.limit,
            Is::AtMost => value <= self.limit,
            Is::Above => value > self.limit,
            Is::Below => value < self.limit,
        })
    }

    /// As people read it, without the fact's name.
    #[must_use]
    pub fn text(&self) -> String {
        if self.limit == 0.0 {
            return if self.is == AtMost { "none" } else { "any" }.to_owned();
        }
        let sign = match self.is {
            Is::AtLeast => "≥",
            Is::AtMost => "≤",
            Is::Above => ">",
            Is::Below => "<",
        };
        let limit = self.fact.unit().write(self.limit);
        // A limit has no digits that say nothing.
        format!("{sign} {}", limit.replace(".0 ", " "))
    }
}

/// One way to look at a workload.
#[derive(Clone, Copy, Debug)]
pub struct Dimension {
    /// What it is called.
    pub name: &'static str,
    /// The fact that is shown, and when it is a risk.
    pub risk: Condition,
    /// What the risk is.
    pub signal: &'static str,
    /// What its absence means.
    pub calm: &'static str,
    /// Where this is known instead, nobody misses it.
    pub instead: Option<Fact>,
}

/// The dimensions, in the order in which they are shown.
pub const DIMENSIONS: [Dimension; 12] = [
    Dimension {
        name: "read/write mix",
        risk: when(WriteShare, AtLeast, 0.1),
        signal: "writers are many: what copies for a write, or locks out readers, pays for it",
        calm: "mostly look-ups",
        instead: None,
    },
    Dimension {
        name: "new keys",
        risk: when(NewKeyShare, AtLeast, 0.01),
        signal: "keys keep coming: SyncMap locks and copies for them",
        calm: "the keys stay the same",
        instead: None,
    },
    Dimension {
        name: "updates in place",
        risk: when(UpdateShare, AtLeast, 0.2),
        signal: "values are made of the old ones: boxed ones are copied for it outside of locks",
        calm: "values are hardly made of old ones",
        instead: None,
    },
    Dimension {
        name: "key lifetime",
        risk: when(MeanLife, Below, 60.0),
        signal: "keys turn over: room is made for the peak, and removals are as many as insertions",
        calm: "keys stay",
        instead: None,
    },
    Dimension {
        name: "delete bursts",
        risk: when(LargestDeleteBatch, Above, 100.0),
        signal: "one thread removes many at once: others wait for its locks, and a server for its command",
        calm: "removals come one by one",
        instead: None,
    },
    Dimension {
        name: "skew",
        risk: when(TopKeyShare, AtLeast, 0.1),
        signal: "one key is hot: its shard, or its node, has its load whatever their number is",
        calm: "no key stands out",
        instead: None,
    },
    Dimension {
        name: "size",
        risk: when(PeakBytes, AtLeast, 1_073_741_824.0),
        signal: "growth, copies and restarts take their time at this size",
        calm: "it is small",
        instead: None,
    },
    Dimension {
        name: "growth",
        risk: when(GrowthPerHour, AtLeast, STEADY_GROWTH),
        signal: "it grows steadily: a leak, unless somebody knows why",
        calm: "it does not grow",
        instead: None,
    },
    Dimension {
        name: "contention",
        risk: when(ThreadsAtOnce, AtLeast, 1.5),
        signal: "threads meet: they wait for each other at one lock",
        calm: "threads hardly meet",
        instead: Some(LockWaitShare),
    },
    Dimension {
        name: "lock waits",
        risk: when(LockWaitShare, AtLeast, 0.01),
        signal: "calls find the lock taken",
        calm: "the locks are free",
        instead: Some(ThreadsAtOnce),
    },
    Dimension {
        name: "write peak",
        risk: when(PeakWritesPerSecond, Above, 2000.0),
        signal: "more writes than one command at a time over a network carries",
        calm: "a network would carry it",
        instead: None,
    },
    Dimension {
        name: "full scans",
        risk: when(Scans, Above, 0.0),
        signal: "walks over all entries: of locked maps under the lock, of a cluster KEYS",
        calm: "nobody walks it",
        instead: None,
    },
];

/// What speaks for a map, or against it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The map.
    pub kind: Kind,
    /// How much it speaks for it; below zero, against.
    pub weight: i32,
    /// All of these hold.
    pub all: &'static [Condition],
    /// Why.
    pub because: &'static str,
}

/// Speaks against a map so much that nothing outweighs it.
pub const UNFIT: i32 = -100;

const fn rule(kind: Kind, weight: i32, all: &'static [Condition], because: &'static str) -> Rule {
    Rule { kind, weight, all, because }
}

/// What speaks for and against the maps.
pub const RULES: [Rule; 14] = [
    rule(
        Kind::HashMap,
        2,
        &[],
        "no call waits for a lock that another holds, and no key or closure of yours runs under one",
    ),
    rule(
        Kind::HashMap,
        1,
        &[when(ThreadsAtOnce, AtLeast, 1.5)],
        "threads meet, and do not wait for each other",
    ),
    rule(
        Kind::HashMap,
        -2,
        &[when(UpdateShare, AtLeast, 0.2), when(ValueBytes, AtLeast, 256.0)],
        "each update of a large value makes a new entry",
    ),
    rule(
        Kind::Sharded,
        3,
        &[when(UpdateShare, AtLeast, 0.2), when(ValueBytes, AtLeast, 256.0)],
        "large values are changed in place, under the lock of one shard",
    ),
    rule(
        Kind::Sharded,
        -2,
        &[when(TopKeyShare, AtLeast, 0.5), when(ThreadsAtOnce, AtLeast, 1.5)],
        "half of the operations meet at one shard's lock",
    ),
    rule(
        Kind::Locked,
        1,
        &[when(ThreadsAtOnce, Below, 1.1)],
        "threads hardly meet, so one lock is enough, and several entries can be changed as one",
    ),
    rule(
        Kind::Locked,
        -2,
        &[when(ThreadsAtOnce, AtLeast, 1.5), when(WriteShare, AtLeast, 0.02)],
        "each write locks every reader out, and threads meet",
    ),
    rule(
        Kind::Std,
        -2,
        &[when(ThreadsAtOnce, AtLeast, 1.5), when(WriteShare, AtLeast, 0.02)],
        "each write locks every reader out, and threads meet",
    ),
    rule(
        Kind::SnapshotMap,
        4,
        &[when(ScannedShare, AtLeast, 0.5), when(WriteShare, AtMost, 0.05)],
        "most of the work is to walk all entries: a snapshot is consistent, and had in constant time",
    ),
    rule(
        Kind::SnapshotMap,
        UNFIT,
        &[when(WriteShare, AtLeast, 0.1)],
        "each write copies the way to its entry",
    ),
    rule(
        Kind::SyncMap,
        1,
        &[when(ReadShare, AtLeast, 0.99), when(NewKeyShare, Below, 0.01)],
        "keys are written once and read often, which is what Go's sync.Map is for",
    ),
    rule(
        Kind::SyncMap,
        UNFIT,
        &[when(NewKeyShare, AtLeast, 0.01)],
        "new keys go through a lock, and all keys are copied to promote them",
    ),
    rule(
        Kind::Locked,
        -2,
        &[when(LockWaitShare, AtLeast, 0.01)],
        "calls already find a lock taken",
    ),
    rule(
        Kind::Locked,
        -1,
        &[when(ScannedShare, AtLeast, 0.5), when(ThreadsAtOnce, AtLeast, 1.5)],
        "writers wait while all entries are walked",
    ),
];

/// What a map has to be like for a cluster of servers to hold it: Redis or Valkey Cluster.
pub const CLUSTER: [Condition; 4] = [
    when(ReadShare, AtLeast, 0.85),
    when(MeanLife, AtLeast, 7200.0),
    when(LargestDeleteBatch, AtMost, 100.0),
    when(Scans, AtMost, 0.0),
];

/// What a cluster does not bear, with what it would be there: a near cache, or a split, is the way instead.
pub const SPLIT: [(Condition, &str); 3] = [
    (when(PeakWritesPerSecond, Above, 2000.0), "write peaks"),
    (when(Scans, Above, 0.0), "KEYS"),
    (when(Clears, Above, 0.0), "FLUSHDB"),
];
