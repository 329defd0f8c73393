//! The rules against the cases that Go's race detector is tested with: `runtime/race/testdata/map_test.go`.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_27`, of which it reads that file; skipped loudly without.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod common;
#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use finding::{DeclKind, Grade};
use go_lint::Options;
use go_source::{LoadOptions, MemoryTree, Program};

/// Cases whose race is on a key, on a value, or on what a value leads to, and not on the map.
const OF_OTHERS: [&str; 13] = [
    "LookupPartKey",
    "LookupPartKey2",
    "DeletePartKey",
    "InsertPartKey",
    "InsertPartVal",
    "AssignMultipleReturn",
    "BigKeyAccess1",
    "BigKeyAccess2",
    "BigKeyInsert",
    "BigKeyDelete",
    "BigValInsert",
    "BigValAccess1",
    "BigValAccess2",
];

#[test]
fn the_detectors_own_cases_are_told_apart() {
    let Some(go) = toolchain::go(27, "the_detectors_own_cases_are_told_apart") else { return };
    let mut root = go.command();
    root.args(["env", "GOROOT"]);
    let root = toolchain::Go::output(root);
    let file = std::path::Path::new(root.trim()).join("src/runtime/race/testdata/map_test.go");
    let source = std::fs::read_to_string(file).expect("the toolchain has its own tests");
    let tree: MemoryTree =
        [("go.mod", "module example.com/race\n\ngo 1.27\n"), ("map_test.go", source.as_str())]
            .into_iter()
            .collect();
    let load = LoadOptions { tests: true, ..LoadOptions::default() };
    let program = Program::load(&tree, &load);
    let found = go_lint::check(&program, &Options::default());
    let (mut races, mut none) = (0, 0);
    for function in program.functions().iter().filter(|function| function.parent.is_none()) {
        let name = function.symbol.rsplit('.').next().unwrap_or_default();
        let claims = found.findings.iter().filter(|finding| {
            let of = finding.access.site.function.as_deref().unwrap_or_default();
            let own = of.strip_prefix(&*function.symbol);
            own.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let claims: Vec<_> = claims.collect();
        if let Some(case) = name.strip_prefix("TestRaceMap") {
            if OF_OTHERS.contains(&case) {
                assert!(claims.is_empty(), "{name} does not race on its map: {claims:?}");
                continue;
            }
            races += 1;
            let local = claims
                .iter()
                .any(|claim| claim.map.decl == DeclKind::Local && claim.grade >= Grade::Medium);
            assert!(local, "{name} races on its map, and nothing is found");
        } else if name.starts_with("TestNoRace") {
            none += 1;
            assert!(claims.is_empty(), "{name} does not race: {claims:?}");
        }
    }
    assert_eq!((races, none), (11, 2), "the toolchain's cases are others than at Go 1.27");
}
