//! What is said of maps is what the program itself says of them, live and in a core dump.

use crate::common::run;
use crate::program::{Running, at, build, builds, instances, json};
use crate::snapshot::snapshot;
use go_runtime::{Room, room};
use serde_json::Value;

/// Compares an inspection with what the program printed of its maps.
fn compare(inspection: &Value, told: &[(String, u64)], what: &str) {
    for (path, length) in told {
        // A map that is nil is no map yet.
        if path == "main.none" {
            assert!(instances(inspection).all(|instance| instance["path"] != *path), "{what}");
            continue;
        }
        let instance = at(inspection, path);
        assert_eq!(instance["entries"], *length, "{what}: {path}");
        assert_eq!(instance["exactness"], "exact", "{what}: {path}");
    }
    // Each of its maps once, also those that are met again.
    let mut addresses: Vec<_> =
        instances(inspection).map(|instance| instance["address"].as_u64().unwrap()).collect();
    let all = addresses.len();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(addresses.len(), all, "{what}: a map is listed twice");
    // Maps of maps and of structs: as many as were put in.
    let count = |declared: &str, kind: &str| {
        let maps = inspection["maps"].as_array().unwrap();
        let map = maps.iter().find(|map| map["declared"] == declared && map["map_type"] == kind);
        map.unwrap_or_else(|| panic!("{what}: no {declared}"))["instances"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("main.nested", "map[int]int"), 30, "{what}");
    assert_eq!(count("main.conn.tags", "map[string]string"), 500, "{what}");
    assert_eq!(count("main.registry.shards", "map[string]int"), 4, "{what}");
    assert_eq!(count("main.session.data", "sync.Map"), 1, "{what}");
}

/// The growths of maps without a hint are told by the runtime's own rule.
fn growths(inspection: &Value, minor: u32, what: &str) {
    for (path, length) in [("main.words", 100_000), ("main.points", 1_000)] {
        let instance = at(inspection, path);
        let capacity = instance["capacity"].as_u64().unwrap();
        match room(length, minor) {
            // As full as they were before something was removed.
            room @ Room::Buckets(_) => assert_eq!(capacity, room.slots(), "{what}: {path}"),
            // Tables split by the bits of hashes, so that some are split and some are not.
            room @ Room::Tables { .. } => {
                assert!(
                    capacity >= room.slots() / 2 && capacity <= room.slots() * 2,
                    "{what}: {path}"
                );
            }
        }
    }
}

#[test]
fn live_and_in_a_core_every_count_is_what_the_program_says() {
    for (minor, mode, go) in builds("counts of maps") {
        let what = format!("Go 1.{minor}, {}", mode.name);
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(&build(&go, mode, "zoo", folder.path()), &[]);
        assert!(running.told.len() > 30, "{what}");
        let live = json(&running.inspect(&["--json"]));
        compare(&live, &running.told, &format!("{what}, live"));
        let buckets = minor < 24 || mode.name == "noswissmap";
        growths(&live, if buckets { minor.min(23) } else { minor }, &what);

        let core = folder.path().join("core");
        snapshot(&running, 0, &core);
        let arguments = ["inspect", core.to_str().unwrap(), "--json"];
        let dead = json(&run(&arguments));
        compare(&dead, &running.told, &format!("{what}, core"));
        assert_eq!(live["maps"], dead["maps"], "{what}: the core says what the process says");
        assert!(dead["signal"].is_null(), "{what}: a copy of a live process died of nothing");
    }
}

/// Replaced as by an upgrade of a package, and stopped as by an operator.
#[test]
fn a_program_whose_file_was_replaced_and_that_is_stopped_is_read_all_the_same() {
    for (minor, go) in crate::program::both("a replaced program") {
        let folder = tempfile::tempdir().unwrap();
        let file = build(&go, crate::program::MODES[0], "zoo", folder.path());
        let running = Running::start(&file, &[]);
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, "another release").unwrap();
        running.signal("-STOP");
        let seen = json(&running.inspect(&["--json"]));
        compare(&seen, &running.told, &format!("Go 1.{minor}, replaced and stopped"));
        running.signal("-CONT");
    }
}
