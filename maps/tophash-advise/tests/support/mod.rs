//! Traces that are recorded for real.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of this")]

use std::path::Path;
use tophash::HashMap;
use tophash::observe::Observed;
use tophash_advise::reader::{self, Limits, Trace};

/// A map of integers that is recorded.
pub(crate) type Map = Observed<HashMap<u64, u64>>;

/// The trace of what is done with a map.
pub(crate) fn recorded(run: impl FnOnce(&Map)) -> Trace {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.trace");
    let trace = tophash::observe::trace::Trace::to_file(&path).unwrap();
    let map = Observed::builder("map").record(trace).build(HashMap::new()).unwrap();
    run(&map);
    assert_eq!(map.end_recording().unwrap().unwrap().dropped, 0);
    read(&path)
}

/// A trace that is whole.
pub(crate) fn read(path: &Path) -> Trace {
    let trace = reader::read(std::fs::File::open(path).unwrap(), Limits::default()).unwrap();
    assert_eq!(trace.damage, None);
    trace
}
