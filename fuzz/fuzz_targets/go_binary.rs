//! Any bytes are read as a program as far as they make sense: its headers, its build, and its debugging information.
//!
//! ```text
//! cargo +nightly fuzz run go_binary fuzz/corpus/go_binary
//! ```

#![no_main]

use go_binary::{BuildInfo, Debug, Image};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(image) = Image::read(bytes) else { return };
    let _ = (BuildInfo::read(&image), image.gnu_build_id(), image.symbol("runtime.types"));
    for segment in image.segments() {
        let _ = image.bytes_at(segment.address);
    }
    let Ok(debug) = Debug::load(&image) else { return };
    let (types, variables, _) = debug.read();
    for (id, _) in types.iter() {
        let _ = (types.size(id), types.kind(id), types.form(id));
        assert!(types.fields(id).iter().all(|field| types.get(field.type_id).is_some()));
    }
    assert!(variables.iter().all(|variable| types.get(variable.type_id).is_some()));
});
