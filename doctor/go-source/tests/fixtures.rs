//! The fixture programs, against the manifests that say which map each of their lines touches.
#![expect(clippy::expect_used, reason = "a test fails by panicking and says what it measured")]

#[path = "common/disk.rs"]
mod disk;

use disk::Disk;
use finding::{LockMode, LockSet};
use go_source::{LoadOptions, Origin, Program, SourceAccess};
use std::path::{Path, PathBuf};

/// A map of a manifest with the lines that follow it.
#[derive(Default)]
struct Map {
    id: String,
    map_type: String,
    at: String,
    accesses: Vec<Access>,
}

#[derive(Default)]
struct Access {
    at: String,
    operation: String,
    functions: Vec<String>,
    expression: String,
    locks: Vec<String>,
    undecidable: bool,
}

/// Reads the part of TOML that manifests use: tables, strings and arrays of strings on one line.
fn manifest(text: &str) -> Vec<Map> {
    let mut maps: Vec<Map> = Vec::new();
    let mut table = "";
    for line in text.lines().map(str::trim) {
        if line.starts_with("[[") {
            table = line;
            match line {
                "[[map]]" => maps.push(Map::default()),
                "[[map.access]]" => {
                    maps.last_mut().expect("a map").accesses.push(Access::default());
                }
                _ => {}
            }
            continue;
        }
        let Some((key, value)) = line.split_once(" = ") else { continue };
        let strings: Vec<String> = value.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        let one = strings.first().cloned().unwrap_or_default();
        let Some(map) = maps.last_mut() else { continue };
        match (table, key) {
            ("[[map]]", "id") => map.id = one,
            ("[[map]]", "type") => map.map_type = one,
            ("[[map]]", "at") => map.at = one,
            ("[[map.access]]", key) => {
                let access = map.accesses.last_mut().expect("an access");
                match key {
                    "at" => access.at = one,
                    "operation" => access.operation = one,
                    "function" | "aliases" => access.functions.extend(strings),
                    "expression" => access.expression = one,
                    "locks" => access.locks = strings,
                    "undecidable" => access.undecidable = true,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    maps
}

fn locks(access: &SourceAccess) -> Vec<String> {
    match &access.access.locks {
        LockSet::Unknown => vec!["unknown".into()],
        LockSet::Held(held) => {
            let word = |mode| if mode == LockMode::Write { "write" } else { "read" };
            held.iter().map(|lock| format!("{} {}", word(lock.mode), lock.path)).collect()
        }
    }
}

fn compare(root: &Path, below: &str, wrong: &mut Vec<String>) -> (usize, usize) {
    let text = std::fs::read_to_string(root.join(below).join("manifest.toml")).expect("a manifest");
    // A fixture of the fault collection is a directory of one module with all the others.
    let tests = std::fs::read_dir(root.join(below))
        .expect("a directory")
        .any(|entry| entry.expect("an entry").file_name().to_string_lossy().ends_with("_test.go"));
    let program = Program::load(
        &Disk { root: root.into(), skipped: &[] },
        &LoadOptions { tests, ..LoadOptions::default() },
    );
    let prefix = if below.is_empty() { String::new() } else { format!("{below}/") };
    let (mut maps, mut accesses) = (0usize, 0usize);
    for map in manifest(&text) {
        maps = maps.saturating_add(1);
        let Some(decl) = program.decls().iter().find(|decl| decl.id.as_str() == map.id) else {
            wrong.push(format!("{below}: no map {}", map.id));
            continue;
        };
        let at = format!("{}:{}", decl.site.file, decl.site.line);
        if at != format!("{prefix}{}", map.at) || *decl.map_type.text != *map.map_type {
            wrong.push(format!(
                "{below}: {} is `{}` at {at}, not `{}` at {}",
                map.id, decl.map_type.text, map.map_type, map.at
            ));
        }
        let ours = program.accesses(&decl.id);
        for access in &map.accesses {
            accesses = accesses.saturating_add(1);
            let here = |ours: &&SourceAccess| {
                let site = &ours.access.site;
                format!("{}:{}", site.file, site.line) == format!("{prefix}{}", access.at)
                    && ours.access.operation.word() == access.operation
                    && *ours.access.expression == *access.expression
            };
            let named = |ours: &&SourceAccess| {
                let mut known =
                    access.functions.iter().flat_map(|name| program.functions_named(name));
                known.any(|known| Some(known.id) == ours.function)
            };
            let found: Vec<&SourceAccess> = ours.iter().filter(here).collect();
            let right = found.iter().any(|ours| named(ours) && locks(ours) == access.locks);
            // A map that cannot be followed to the line is said to be unknown there.
            let (file, line) = access.at.rsplit_once(':').expect("file:line");
            let here =
                program.accesses_at(&format!("{prefix}{file}"), line.parse().expect("a line"));
            let unknown =
                here.iter().any(|ours| program.origin(&ours.access.map) == Origin::Unknown);
            if !right && !access.undecidable && !unknown {
                let said: Vec<String> = found
                    .iter()
                    .map(|ours| format!("{:?} in {:?}", locks(ours), ours.access.site.function))
                    .collect();
                wrong.push(format!(
                    "{below}: {} {} `{}` {:?} in {:?}: {}",
                    access.at,
                    access.operation,
                    access.expression,
                    access.locks,
                    access.functions,
                    if said.is_empty() { "not found".into() } else { said.join("; ") }
                ));
            }
        }
        for access in ours {
            let site = &access.access.site;
            let listed = map.accesses.iter().any(|known| {
                format!("{prefix}{}", known.at) == format!("{}:{}", site.file, site.line)
                    && known.operation == access.access.operation.word()
            });
            if !listed && !access.access.before_sharing {
                wrong.push(format!(
                    "{below}: {site} {} {} is not in the manifest",
                    access.access.operation, map.id
                ));
            }
        }
    }
    (maps, accesses)
}

#[test]
fn every_fixture_is_read_as_its_manifest_says() {
    let inside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/go"));
    let root = std::env::var_os("TOPHASH_FIXTURES").map_or(inside, PathBuf::from);
    let mut wrong = Vec::new();
    let (mut maps, mut accesses) = (0usize, 0usize);
    let mut add = |(more_maps, more_accesses)| {
        maps = maps.saturating_add(more_maps);
        accesses = accesses.saturating_add(more_accesses);
    };
    for service in ["orders", "orders-repaired"] {
        if root.join(service).join("manifest.toml").exists() {
            add(compare(&root.join(service), "", &mut wrong));
        }
    }
    let faults = root.join("faults");
    let mut names: Vec<String> = std::fs::read_dir(&faults)
        .map(|entries| {
            entries
                .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    for name in names.iter().filter(|name| faults.join(name).join("manifest.toml").exists()) {
        add(compare(&faults, name, &mut wrong));
    }
    eprintln!("{maps} maps and {accesses} accesses compared, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(accesses > 100, "the comparison itself found too little");
}
