//! Every map operation of Go's standard library and commands, as go/types resolves it, against ours.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and says what it measured"
)]

#[path = "common/disk.rs"]
mod disk;
#[path = "common/toolchain.rs"]
mod toolchain;

use disk::Disk;
use finding::MapKind;
use go_source::{LoadOptions, Program, Shape};
use std::collections::{BTreeMap, BTreeSet};
use toolchain::Go;

/// File, start and end of the map's expression, and the operation.
type Place = (String, u32, u32, String);

struct Expected {
    files: BTreeSet<String>,
    /// Where the named variable is declared; `-` where the map has no name.
    operations: BTreeMap<Place, String>,
}

fn expected(go: &Go) -> Expected {
    let mut list = go.command();
    list.args(["list", "std", "cmd"]).current_dir(go.root.join("src"));
    let packages = Go::output(list);
    let packages = packages.lines().filter(|path| !path.contains("vendor/"));
    let mut dump = go.command();
    dump.arg("run").arg("dump.go").arg(go.root.join("src")).args(packages);
    dump.env("GO111MODULE", "off")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle"));
    let mut found = Expected { files: BTreeSet::new(), operations: BTreeMap::new() };
    for line in Go::output(dump).lines() {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            // Vendored packages are dependencies: their bodies are not ours to search.
            [file, _, _, _, _] if file.contains("vendor/") => {}
            ["file", name] if name.contains("vendor/") => {}
            ["file", name] => {
                found.files.insert((*name).to_owned());
            }
            [file, start, end, operation, decl] => {
                let number = |text: &str| text.parse().expect("an offset");
                let place =
                    ((*file).to_owned(), number(start), number(end), (*operation).to_owned());
                found.operations.insert(place, (*decl).to_owned());
            }
            other => assert!(other.is_empty(), "unknown line {line}"),
        }
    }
    found
}

#[test]
fn the_go_tree_resolves_as_go_types_resolves_it() {
    let Some(go) = toolchain::go(27, "oracle") else { return };
    let expected = expected(&go);
    let mut tags = go.command();
    tags.args(["list", "-f", "{{join context.ToolTags \" \"}}", "unsafe"])
        .current_dir(go.root.join("src"));
    let tags = Go::output(tags).split_whitespace().map(str::to_owned).collect();
    let options = LoadOptions { tags, cgo: false, go_minor: Some(27), ..LoadOptions::default() };
    let program = Program::load(&Disk { root: go.root.join("src"), skipped: &[] }, &options);

    let mut ours: BTreeMap<Place, String> = BTreeMap::new();
    for access in program.all_accesses() {
        let site = &access.access.site;
        let of_map = access.placement.shape != Shape::Initialise && access.calls.is_empty();
        if !of_map || !expected.files.contains(&*site.file) {
            continue;
        }
        let span = access.placement.map;
        let decl = program.decl(&access.named).expect("a declaration for each access");
        // What functions do to a map is not among the operations that go/types is asked for,
        // built-in functions aside.
        let text = program.file(&site.file).expect("a file").slice(access.placement.operation);
        let builtin =
            ["len(", "cap(", "delete(", "clear("].iter().any(|name| text.starts_with(name));
        if decl.map_type.kind == MapKind::SyncMap
            || (access.placement.shape == Shape::Call && !builtin)
        {
            continue;
        }
        let word = access.access.operation.word().to_owned();
        ours.insert((site.file.to_string(), span.start, span.end, word), decl.site.to_string());
    }
    let named = expected.operations.iter().filter(|(_, decl)| *decl != "-");
    let (mut right, mut unknown, mut wrong) = (0u32, Vec::new(), Vec::new());
    for (place, decl) in named {
        match ours.get(place) {
            Some(found) if found == decl => right = right.saturating_add(1),
            Some(found) => wrong.push(format!("{place:?}: {found} instead of {decl}")),
            None => unknown.push(format!("{place:?}: {decl}")),
        }
    }
    let words = ["read", "write", "delete", "iterate", "clear", "length"];
    for (place, decl) in &ours {
        if words.contains(&place.3.as_str()) && !expected.operations.contains_key(place) {
            wrong.push(format!("{place:?}: {decl} where go/types sees no map"));
        }
    }
    let total = usize::try_from(right)
        .expect("fits")
        .saturating_add(unknown.len())
        .saturating_add(wrong.len());
    eprintln!(
        "{} files, {total} named map operations: {right} right, {} unknown, {} wrong",
        expected.files.len(),
        unknown.len(),
        wrong.len()
    );
    for line in wrong.iter().chain(unknown.iter()).take(60) {
        eprintln!("  {line}");
    }
    assert!(total > 2_000, "the comparison itself found too little");
    assert!(wrong.is_empty(), "{} wrong", wrong.len());
    assert!(
        u64::from(right).saturating_mul(100)
            >= u64::try_from(total).expect("fits").saturating_mul(95)
    );
}
