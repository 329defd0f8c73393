//! The layouts of `go-runtime`, held against the debugging information that each release's compiler writes.
//!
//! Needs the Go toolchains of `TOPHASH_GO_1_21` to `TOPHASH_GO_1_27`, of which 1.27 must be there; skipped loudly without.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use go_binary::{Debug, Image, TypeId, Types};
use go_runtime::{Layout, Struct, layouts};
use std::path::Path;
use toolchain::{Go, go};

/// The debugging information of a program does not have all structs, but at least so many.
const LEAST: usize = 12;

/// The field of that name, or of a field's field.
fn field(types: &Types<'_>, id: TypeId, name: &str) -> Option<(u64, u64)> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(one, two)| (one, Some(two)));
    let found = types.field(id, first)?;
    let Some(rest) = rest else { return Some((found.offset, types.size(found.type_id))) };
    let (offset, size) = field(types, found.type_id, rest)?;
    Some((found.offset + offset, size))
}

fn compare(types: &Types<'_>, layout: &Layout, what: &str) -> bool {
    let Some(id) = types.find(layout.name).filter(|id| !types.fields(*id).is_empty()) else {
        return false;
    };
    for expected in layout.fields {
        let Some((offset, size)) = field(types, id, expected.name) else {
            panic!("{what}: {} has no field {}", layout.name, expected.name);
        };
        let said = (u64::from(expected.offset), u64::from(expected.size));
        assert_eq!(said, (offset, size), "{what}: {}.{}", layout.name, expected.name);
    }
    // Of this one only a part is needed.
    if layout.of != Struct::Module {
        assert_eq!(u64::from(layout.size), types.size(id), "{what}: size of {}", layout.name);
    }
    true
}

fn check(go: &Go, minor: u8, experiment: &str) {
    let what = format!("Go 1.{minor} {experiment}");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let program = folder.path().join("zoo");
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/go/memory");
    let mut build = go.command();
    build.current_dir(module).env("GOEXPERIMENT", experiment);
    build.args(["build", "-o"]).arg(&program).arg("./zoo");
    Go::output(build);
    let bytes = std::fs::read(&program).expect("the program was built");
    let image = Image::read(&bytes).expect("it is an ELF file");
    let debug = Debug::load(&image).expect("it has debugging information");
    let (types, ..) = debug.read();
    let mut compared = Vec::new();
    for layout in layouts().iter().filter(|layout| layout.versions.contains(minor)) {
        if compare(&types, layout, &what) {
            compared.push(layout.of);
        }
    }
    for needed in [Struct::Module, Struct::Type, Struct::Span] {
        assert!(compared.contains(&needed), "{what}: {needed:?} was not compared");
    }
    let swiss = minor >= 24 && experiment != "noswissmap";
    let header = if swiss { Struct::SwissMap } else { Struct::ClassicMap };
    assert!(compared.contains(&header), "{what}: {header:?} was not compared");
    assert!(compared.len() >= LEAST, "{what}: only {compared:?} were compared");
}

#[test]
fn layouts_are_those_of_debugging_information() {
    const TEST: &str = "layouts_are_those_of_debugging_information";
    let Some(newest) = go(27, TEST) else { return };
    check(&newest, 27, "");
    check(&newest, 27, "mapsplitgroup");
    for minor in 21..27_u8 {
        if std::env::var_os(format!("TOPHASH_GO_1_{minor}")).is_none() {
            eprintln!("SKIPPED Go 1.{minor}: TOPHASH_GO_1_{minor} does not name it");
            continue;
        }
        if let Some(go) = go(minor.into(), TEST) {
            check(&go, minor, "");
            if minor == 24 || minor == 25 {
                check(&go, minor, "noswissmap");
            }
        }
    }
}
