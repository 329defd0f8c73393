//! **What comes along.** A dependency, or one of its own, is taken over, and its next release runs on the machine of
//! everybody who builds it.
//!
//! RUSTSEC-2026-0260 and RUSTSEC-2026-0266. The fewer there are the better: the default build of the map has two,
//! which have none. `deny.toml` says where packages may come from; the lock file holds each one's checksum.

use std::collections::{BTreeMap, BTreeSet};

/// What the default build may have beside the map itself.
const ALLOWED: [&str; 2] = ["equivalent", "foldhash"];

fn read(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a section of a manifest, without comments.
fn section<'t>(manifest: &'t str, name: &str) -> Vec<&'t str> {
    let header = format!("[{name}]");
    let lines = manifest.lines().map(str::trim).skip_while(|line| *line != header).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// One package of a lock file: the fields of a line each, and the names of what it depends on.
#[derive(Default)]
struct Package {
    fields: BTreeMap<String, String>,
    dependencies: BTreeSet<String>,
}

fn packages(lock: &str) -> Vec<Package> {
    let mut all = Vec::new();
    for text in lock.split("[[package]]").skip(1) {
        let mut package = Package::default();
        for line in text.lines().map(str::trim) {
            if let Some((field, value)) = line.split_once(" = \"") {
                package.fields.insert(field.into(), value.trim_end_matches('"').into());
            } else if let Some(name) = line.strip_prefix('"') {
                let name = name.trim_end_matches(['"', ',']);
                package.dependencies.insert(name.split(' ').next().unwrap_or(name).into());
            }
        }
        all.push(package);
    }
    all
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn the_default_build_has_two_dependencies_and_these_have_none() {
    let manifest = read("Cargo.toml");
    let dependencies = section(&manifest, "dependencies");
    let needed: Vec<&str> = dependencies
        .iter()
        .filter(|line| !line.contains("optional = true"))
        .filter_map(|line| line.split_once([' ', '.', '=']).map(|(name, _)| name))
        .collect();
    assert_eq!(needed, ALLOWED, "a dependency has come or gone");
    // No other table adds to it: what is only for loom is behind its `cfg`, and the default feature turns on no other.
    let tables =
        manifest.lines().filter(|line| line.starts_with('[') && line.contains("dependencies"));
    let known = [
        "[dependencies]",
        "[target.'cfg(loom)'.dependencies]",
        "[dev-dependencies]",
        "[target.'cfg(unix)'.dev-dependencies]",
    ];
    assert!(tables.clone().eq(known), "{:?}", tables.collect::<Vec<_>>());
    let features = section(&manifest, "features");
    assert!(features.contains(&"default = [\"std\"]"), "{features:?}");
    assert!(features.contains(&"std = [\"foldhash/std\"]"), "{features:?}");
    assert!(!std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs").exists());

    let locked = packages(&read("../../Cargo.lock"));
    for name in ALLOWED {
        let of_name = |package: &&Package| package.fields["name"] == name;
        assert_eq!(locked.iter().filter(of_name).count(), 1, "versions of {name}");
        let package = locked.iter().find(of_name).unwrap();
        assert!(package.dependencies.is_empty(), "{name} depends on {:?}", package.dependencies);
        let source = package.fields.get("source").map(String::as_str);
        assert_eq!(source, Some("registry+https://github.com/rust-lang/crates.io-index"));
        let checksum = package.fields.get("checksum").map_or("", String::as_str);
        assert!(checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn every_package_of_the_lock_file_is_the_registrys_or_ours() {
    let packages = packages(&read("../../Cargo.lock"));
    assert!(packages.len() > 20, "only {} packages were read", packages.len());
    for Package { fields, .. } in packages {
        let name = &fields["name"];
        if let Some(source) = fields.get("source") {
            assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{name}");
            assert!(fields.contains_key("checksum"), "{name} has no checksum");
        }
    }
    let deny = read("../../deny.toml");
    let sources = section(&deny, "sources");
    assert!(sources.contains(&"unknown-registry = \"deny\""), "{sources:?}");
    assert!(sources.contains(&"unknown-git = \"deny\""), "{sources:?}");
}
