//! Programs that are damaged or lie are read as far as they make sense. The program that is damaged is this test itself, which
//! has debugging information, though it is no Go program.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

use go_binary::{BuildInfo, Debug, ErrorKind, Image, Types};
use proptest::prelude::*;
use std::ops::Range;
use std::sync::OnceLock;

/// So much of the debugging information is kept: what is read of it is read whole, every time.
const KEPT: usize = 1 << 16;

/// The bytes of this program, and where its debugging information and its headers lie.
fn program() -> &'static (Vec<u8>, Range<usize>) {
    static PROGRAM: OnceLock<(Vec<u8>, Range<usize>)> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let info = {
            let image = Image::read(&bytes).unwrap();
            let section = image.section(".debug_info").unwrap().expect("tests are built with it");
            let find = |part: &[u8]| bytes.windows(part.len()).position(|window| window == part);
            let start = find(&section.data[..256]).expect("it is not compressed");
            start..start + section.data.len()
        };
        (bytes, info)
    })
}

/// Reads all there is, and looks at all that came of it.
fn read(bytes: &[u8]) {
    let Ok(image) = Image::read(bytes) else { return };
    let _ = (BuildInfo::read(&image), image.gnu_build_id(), image.symbol("main"));
    for segment in image.segments() {
        let _ = image.bytes_at(segment.address);
    }
    let Ok(debug) = Debug::load(&image) else { return };
    let (types, variables, _) = debug.read();
    variables.iter().for_each(|variable| walk(&types, variable.type_id));
    for (id, _) in types.iter() {
        walk(&types, id);
    }
    let _ = types.containing(|id| types.kind(id).is_some(), true);
}

fn walk(types: &Types<'_>, id: go_binary::TypeId) {
    let _ = (types.size(id), types.kind(id), types.pointee(id), types.form(id));
    types.fields(id).iter().for_each(|field| assert!(types.get(field.type_id).is_some()));
}

#[test]
fn what_is_no_program_is_said() {
    for bytes in [b"".as_slice(), b"\x7fELF", b"MZ\x90\0 and so on, as programs of Windows begin"] {
        assert_eq!(Image::read(bytes).err().map(|error| error.kind()), Some(ErrorKind::NotElf));
    }
}

#[test]
fn a_program_without_debugging_information_says_so() {
    let mut bytes = program().0.clone();
    // The name of the section is no longer the one that is looked for.
    while let Some(place) = bytes.windows(12).position(|window| window == b".debug_info\0") {
        bytes[place] = b'x';
    }
    let image = Image::read(&bytes).unwrap();
    assert_eq!(Debug::load(&image).err().map(|error| error.kind()), Some(ErrorKind::NoDebug));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn damaged_debugging_information_is_read_as_far_as_it_makes_sense(
        damage in prop::collection::vec((0..KEPT, any::<u8>()), 1..40),
    ) {
        let (bytes, info) = program();
        let mut bytes = bytes.clone();
        for (place, byte) in damage {
            bytes[info.start + place % info.len()] = byte;
        }
        read(&bytes);
    }

    #[test]
    fn damaged_headers_are_read_as_far_as_they_make_sense(
        damage in prop::collection::vec((0_usize..1_024, any::<u8>()), 1..6),
        sections in prop::collection::vec((0_usize..2_048, any::<u8>()), 0..6),
        cut in prop::option::of(0_usize..1 << 20),
    ) {
        let mut bytes = program().0.clone();
        let length = bytes.len();
        for (place, byte) in damage {
            bytes[place] = byte;
        }
        // The headers of sections are the last part of a file.
        for (place, byte) in sections {
            bytes[length - 1 - place] = byte;
        }
        bytes.truncate(cut.unwrap_or(length).min(length));
        read(&bytes);
    }
}
