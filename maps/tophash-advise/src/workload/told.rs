//! The facts of what a map told of itself, whichever form that was in.

use super::{Evidence, Fact, Source, Workload, share};

/// Samples from which the share of a key is told, at least.
const FEW_SAMPLES: u64 = 100;

/// What a map told.
#[derive(Default)]
pub(super) struct Told {
    pub(super) map: String,
    pub(super) kind: String,
    pub(super) entries: Option<u64>,
    pub(super) most_entries: Option<u64>,
    pub(super) bytes: Option<u64>,
    pub(super) growths: Option<u64>,
    pub(super) capacity_hint: Option<u64>,
    /// Operation, result, count.
    pub(super) operations: Vec<(String, String, u64)>,
    pub(super) samples: u64,
    /// Shares of the hottest keys, the hottest first.
    pub(super) hot: Vec<f64>,
    /// Waits for locks; `None` of a map without.
    pub(super) waits: Option<u64>,
}

impl Told {
    fn count(&self, is: impl Fn(&str, &str) -> bool) -> u64 {
        let counted = self.operations.iter().filter(|(call, result, _)| is(call, result));
        counted.fold(0, |sum, (.., count)| sum.saturating_add(*count))
    }

    pub(super) fn workload(self) -> Workload {
        let call = |name: &'static str| self.count(|call, _| call == name);
        let (gets, scans, clears) = (call("get"), call("iterate"), call("clear"));
        let writes = self.count(|call, _| matches!(call, "insert" | "remove" | "update"));
        let keyed = gets.saturating_add(writes);
        let evidence = Evidence {
            source: Source::Dump,
            operations: keyed.saturating_add(scans).saturating_add(clears),
            seconds: None,
            dropped: 0,
        };
        let mut workload = Workload {
            map: self.map.clone(),
            kind: self.kind.clone(),
            evidence,
            capacity_hint: self.capacity_hint,
            ..Workload::default()
        };
        workload.know_if(Fact::ReadShare, share(gets, keyed));
        workload.know_if(Fact::WriteShare, share(writes, keyed));
        let new = self.count(|_, result| result == "inserted");
        workload.know_if(Fact::NewKeyShare, share(new, keyed));
        let updates = self.count(|call, result| call == "update" && result == "replaced");
        workload.know_if(Fact::UpdateShare, share(updates, keyed));
        let hits = self.count(|call, result| call == "get" && result == "hit");
        workload.know_if(Fact::HitShare, share(hits, gets));
        workload.know(Fact::Scans, scans as f64);
        workload.know(Fact::Clears, clears as f64);
        let most = self.most_entries.into_iter().chain(self.entries).max();
        workload.know_if(Fact::PeakEntries, most.map(|most| most as f64));
        if let Some(most) = most {
            let scanned = scans.saturating_mul(most);
            workload.know_if(Fact::ScannedShare, share(scanned, scanned.saturating_add(keyed)));
        }
        workload.know_if(Fact::PeakBytes, self.bytes.map(|bytes| bytes as f64));
        workload.know_if(Fact::Growths, self.growths.map(|growths| growths as f64));
        if self.samples >= FEW_SAMPLES {
            workload.know_if(Fact::TopKeyShare, self.hot.first().copied());
            workload.know(Fact::TopTenShare, self.hot.iter().take(10).sum());
        } else {
            let why = format!("{} operations were sampled in the last two windows", self.samples);
            let how = "sample more of them: Builder::sample_every";
            workload.miss(Fact::TopKeyShare, why.clone(), how);
            workload.miss(Fact::TopTenShare, why, how);
        }
        match self.waits {
            Some(waits) => workload.know_if(Fact::LockWaitShare, share(waits, keyed)),
            None => {
                let how = "threads at once, from a trace";
                workload.miss(Fact::LockWaitShare, "the map has no locks", how);
            }
        }
        let how = "record a trace: Builder::record";
        for (fact, why) in [
            (Fact::MeanLife, "a dump does not follow keys"),
            (Fact::LargestDeleteBatch, "a dump does not say what follows what"),
            (Fact::PeakWritesPerSecond, "a dump has no times"),
            (Fact::OperationsPerSecond, "a dump has no times"),
            (Fact::GrowthPerHour, "a dump has no times"),
            (Fact::Threads, "a dump does not tell threads apart"),
            (Fact::ThreadsAtOnce, "a dump does not tell threads apart"),
            (Fact::ValueBytes, "a dump has no sizes of values"),
        ] {
            workload.miss(fact, why, how);
        }
        workload
    }
}
