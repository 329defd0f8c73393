//! Programs without debugging information: the maps that are found by their shape are those that names lead to in a twin of
//! the same program that has some.

use crate::common::run;
use crate::program::{Running, both, build, build_stripped, builds, instances, json};
use crate::snapshot::snapshot;
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether a map has tables, or more than one bucket, with entries in them.
fn is_in_tables(instance: &Value) -> bool {
    let inside = &instance["inside"];
    match inside["kind"].as_str().unwrap() {
        "swiss" => inside["tables"].as_u64().unwrap() > 0,
        "classic" => inside["log2_buckets"].as_u64().unwrap() > 0 && instance["entries"] != 0,
        _ => false,
    }
}

fn by_address(inspection: &Value) -> BTreeMap<u64, &Value> {
    instances(inspection).map(|map| (map["address"].as_u64().unwrap(), map)).collect()
}

/// Compares what was found by shape with what was found by name.
fn compare(named: &Value, shaped: &Value, what: &str) {
    let (named, shaped) = (by_address(named), by_address(shaped));
    let tables: Vec<_> = named.iter().filter(|(_, map)| is_in_tables(map)).collect();
    assert!(tables.len() > 20, "{what}: only {} maps have tables", tables.len());
    let mut missed = Vec::new();
    for (address, map) in &tables {
        let Some(found) = shaped.get(address) else {
            missed.push(&map["path"]);
            continue;
        };
        assert_eq!(found["entries"], map["entries"], "{what}: {}", map["path"]);
        assert_eq!(found["capacity"], map["capacity"], "{what}: {}", map["path"]);
    }
    // 99 of a hundred.
    assert!(
        missed.len() * 100 <= tables.len(),
        "{what}: {missed:?} of {} were missed",
        tables.len()
    );

    let (mut right, mut undecided) = (0, 0);
    for (address, map) in &shaped {
        let shape = &map["by_shape"];
        let Some(truth) = named.get(address) else { continue };
        match shape["type_by"].as_str() {
            Some("one_of_several" | "nothing") => undecided += 1,
            // Maps of a type with a name look like those without one.
            _ if truth["map_type"] == "main.index" => right += 1,
            _ => {
                assert_eq!(map["map_type"], truth["map_type"], "{what}: {}", truth["path"]);
                right += 1;
            }
        }
        assert_eq!(map["entries"], truth["entries"], "{what}: {}", truth["path"]);
    }
    assert!(right > undecided, "{what}: the types of {right} maps are told, of {undecided} not");
    // What no name leads to: maps of the runtime's own, of closures and inside of `sync.Map`, and those that were let go of.
    let others: Vec<_> =
        shaped.iter().filter(|(address, _)| !named.contains_key(address)).collect();
    assert!(others.len() <= 8, "{what}: {} maps that no name leads to", others.len());
    eprintln!(
        "{what}: {} of {} maps in tables, types of {right} told and of {undecided} not; {} others",
        tables.len() - missed.len(),
        tables.len(),
        others.len()
    );
    for (_, map) in others {
        eprintln!("    {} {} {}", map["path"], map["map_type"], map["entries"]);
    }
}

/// A program's file without the sections that `strip` takes away.
fn without_names(mut file: Vec<u8>) -> Vec<u8> {
    let number = |file: &[u8], at: usize, size: usize| {
        let mut word = [0; 8];
        word[..size].copy_from_slice(&file[at..at + size]);
        usize::try_from(u64::from_le_bytes(word)).unwrap()
    };
    // Where the header of an ELF file says where the headers of sections are, and which has their names.
    let (first, each, count) =
        (number(&file, 0x28, 8), number(&file, 0x3a, 2), number(&file, 0x3c, 2));
    let names = number(&file, first + each * number(&file, 0x3e, 2) + 0x18, 8);
    let mut taken = 0;
    for header in (0..count).map(|place| first + each * place) {
        let name = names + number(&file, header, 4);
        let named = |name_is: &[u8]| file[name..].starts_with(name_is);
        if named(b".debug_") || named(b".zdebug_") || named(b".symtab\0") {
            file[header..header + each].fill(0);
            taken += 1;
        }
    }
    assert!(taken > 5, "only {taken} sections were taken away");
    file
}

#[test]
fn maps_found_by_their_shape_are_those_of_the_twin() {
    for (minor, mode, go) in builds("stripped programs") {
        let what = format!("Go 1.{minor}, {}", mode.name);
        let folder = tempfile::tempdir().unwrap();
        let file = build(&go, mode, "zoo", folder.path());
        let running = Running::start(&file, &[]);
        let twin = folder.path().join("twin");
        std::fs::write(&twin, without_names(std::fs::read(&file).unwrap())).unwrap();
        let twin = twin.to_str().unwrap();
        let named = json(&running.inspect(&["--json"]));
        // The file is all that differs: the process is the same.
        let shaped = json(&running.inspect(&["--exe", twin, "--json"]));
        compare(&named, &shaped, &what);
    }
}

#[test]
fn a_stripped_program_and_its_core_are_listed() {
    for (minor, go) in both("a stripped program") {
        let folder = tempfile::tempdir().unwrap();
        let mode = crate::program::MODES[0];
        let running = Running::start(&build_stripped(&go, mode, "zoo", folder.path()), &[]);
        let live = json(&running.inspect(&["--json"]));
        let words = running.told.iter().find(|(name, _)| name == "main.words").unwrap().1;
        let map = &live["maps"][0];
        assert_eq!((&map["entries"], &map["map_type"]), (&words.into(), &"map[string]int".into()));
        assert!(map["declared"].as_str().unwrap().starts_with("@0x"), "Go 1.{minor}: {map}");
        let core = folder.path().join("core");
        snapshot(&running, 0, &core);
        let dead = json(&run(&["inspect", core.to_str().unwrap(), "--json"]));
        // What nothing holds any more may be collected between the two looks.
        let held = |inspection: &Value| -> Vec<_> {
            by_address(inspection)
                .into_iter()
                .filter(|(_, map)| map["declared"] != "unattributed")
                .map(|(address, map)| (address, map["entries"].clone(), map["capacity"].clone()))
                .collect()
        };
        assert!(held(&live).len() > 20, "Go 1.{minor}");
        assert_eq!(held(&live), held(&dead), "Go 1.{minor}: the core says what the process says");
    }
}

#[test]
fn with_names_a_scan_adds_only_what_they_do_not_lead_to() {
    for (minor, go) in both("a scan beside names") {
        let folder = tempfile::tempdir().unwrap();
        let mode = crate::program::MODES[0];
        let running = Running::start(&build(&go, mode, "zoo", folder.path()), &[]);
        let named = json(&running.inspect(&["--json"]));
        let both = json(&running.inspect(&["--scan", "--json"]));
        let (named, both) = (by_address(&named), by_address(&both));
        for (address, map) in &named {
            assert_eq!(both[address], *map, "Go 1.{minor}");
        }
        let added: Vec<_> = both.keys().filter(|address| !named.contains_key(address)).collect();
        // The fixture keeps one in a closure.
        let hidden = added.iter().map(|address| &both[address]["entries"]).any(|many| *many == 777);
        assert!(hidden, "Go 1.{minor}: the map of a closure is not among {} others", added.len());
    }
}
