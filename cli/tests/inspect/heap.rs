//! Bytes are what the heap profile of the program itself says, in which every allocation is counted as it was rounded.

use crate::program::{MODES, Running, both, build, json};
use serde_json::Value;

/// What an inspection says of a declared map: bytes of its tables, and what its entries lead to.
fn bytes(inspection: &Value, declared: &str) -> (f64, f64) {
    let maps = inspection["maps"].as_array().unwrap();
    let map = maps.iter().find(|map| map["declared"] == declared).unwrap();
    (map["bytes"].as_f64().unwrap(), map["retained"].as_f64().unwrap())
}

#[test]
fn bytes_are_those_of_the_heap_profile() {
    for (minor, go) in both("bytes of maps") {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(&build(&go, MODES[0], "weighed", folder.path()), &[]);
        let seen = json(&running.inspect(&["--json"]));
        for (name, told) in &running.told {
            let (bytes, retained) = bytes(&seen, name);
            // What entries lead to is estimated from a few of them.
            let most = if retained > 0.0 { 0.15 } else { 0.05 };
            let off = (bytes + retained) / *told as f64 - 1.0;
            assert!(
                off.abs() <= most,
                "Go 1.{minor}: {name} takes {told}, said are {bytes} and {retained}"
            );
        }
    }
}
