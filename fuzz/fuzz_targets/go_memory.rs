//! Any bytes are read as a core dump as far as they make sense, together with a program, of which the first bytes say how
//! much is of it; and what lies in it is looked through for maps.
//!
//! ```text
//! cargo +nightly fuzz run go_memory fuzz/corpus/go_memory
//! ```

#![no_main]

use go_binary::{Debug, Image};
use go_memory::{Budget, Core, CoreMemory, Program, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_at_checked(3) else { return };
    let length = u32::from_le_bytes([length[0], length[1], length[2], 0]) as usize;
    let (program, core_bytes) = rest.split_at(length.min(rest.len()));
    let Ok(core) = Core::read(core_bytes, core_bytes.len() as u64) else { return };
    let _ = (core.program(), core.missing(), core.signal());
    let Ok(image) = Image::read(program) else { return };
    let Ok(debug) = Debug::load(&image) else { return };
    let (types, variables, _) = debug.read();
    let memory = CoreMemory::new(&core, core_bytes, Some((&image, 0)));
    let reader = Reader::new(Program::new(&image, &types, &variables, 0));
    let mut budget = Budget::default();
    // A run is to take milliseconds.
    (budget.values, budget.entries, budget.elements) = (1 << 10, 1 << 8, 1 << 8);
    (budget.tables, budget.steps, budget.weighed) = (1 << 10, 1 << 12, 1 << 10);
    let _ = reader.find(&memory, &budget);
});
