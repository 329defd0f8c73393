//! A table made by hand, whole and damaged. Tables of real programs are compared with Go's own answers in
//! `tests/functions.rs`.

#![expect(clippy::arithmetic_side_effects, reason = "a table of a few bytes is put together")]

use super::{FunctionTable, MAGIC};
use crate::ErrorKind;
use proptest::prelude::*;
use std::borrow::Cow;

const TEXT: u64 = 0x40_1000;

/// A table of two functions, of 32 and 16 bytes of code, and the other data: in the first the third stretch of code is the
/// body of another function.
fn made() -> (Vec<u8>, Vec<u8>) {
    let names = b"\0main.outer\0main.inner\0main.next\0";
    let files = b"main.go\0inner.go\0";
    let units: Vec<u8> = [0_u32, 8].into_iter().flat_map(u32::to_le_bytes).collect();
    // Each table begins with -1; the first byte is none's place.
    let stack = [2, 4, 32, 24, 31, 4, 0]; // 0, then 16, then 0
    let file = [2, 8, 2, 8, 1, 16, 0]; // 0, then 1, then 0
    let line = [22, 8, 40, 8, 39, 16, 0]; // 10, then 30, then 10
    let tree = [0, 8, 2, 8, 1, 16, 0]; // -1, then 0, then -1
    let short = [2, 16, 0]; // 0
    let mut values = vec![0];
    let mut places = Vec::new();
    for table in [&stack[..], &file, &line, &tree, &short] {
        places.push(u32::try_from(values.len()).unwrap());
        values.extend_from_slice(table);
    }
    let function = |entry: u32, name: u32, tables: [u32; 3], further: &[u32], data: &[u32]| {
        let mut bytes = Vec::new();
        for number in [entry, name, 0, 0, tables[0], tables[1], tables[2]] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&u32::try_from(further.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&0_u32.to_le_bytes());
        bytes.extend_from_slice(&9_u32.to_le_bytes());
        bytes.extend_from_slice(&[0, 1, 0, u8::try_from(data.len()).unwrap()]);
        bytes.extend(further.iter().chain(data).flat_map(|number| number.to_le_bytes()));
        bytes
    };
    let none = u32::MAX;
    let first = function(
        0,
        1,
        [places[0], places[1], places[2]],
        &[0, 0, places[3]],
        &[none, none, none, 0],
    );
    let second = function(32, 23, [places[4], places[4], places[4]], &[], &[]);
    let mut list = Vec::new();
    let length = 20_u32;
    let second_at = length + u32::try_from(first.len()).unwrap();
    for number in [0, length, 32, second_at, 48] {
        list.extend_from_slice(&number.to_le_bytes());
    }
    list.extend_from_slice(&first);
    list.extend_from_slice(&second);
    let mut data = MAGIC.to_le_bytes().to_vec();
    data.extend_from_slice(&[0, 0, 1, 8]);
    data.extend_from_slice(&2_u64.to_le_bytes());
    data.extend_from_slice(&[0; 16]);
    let mut at = 72_u64;
    for part in [names.len(), units.len(), files.len(), values.len(), list.len()] {
        data.extend_from_slice(&at.to_le_bytes());
        at += part as u64;
    }
    for part in [&names[..], &units, files, &values, &list] {
        data.extend_from_slice(part);
    }
    // The inlined call: its name, the place of the call in the outer function, its first line.
    let tree = [0_u32, 12, 4, 29].into_iter().flat_map(u32::to_le_bytes).collect();
    (data, tree)
}

fn read<'d>(data: &'d [u8], other: &'d [u8]) -> Result<FunctionTable<'d>, crate::Error> {
    FunctionTable::parse(Cow::Borrowed(data), TEXT, other)
}

/// Asks for everything.
fn ask(data: &[u8], other: &[u8]) {
    let Ok(table) = read(data, other) else { return };
    for pc in (TEXT - 1..TEXT + 60).chain([0, u64::MAX]) {
        let Some(function) = table.function(pc) else { continue };
        let _ = (function.name(), function.stack_size(pc), function.position(pc));
        let _ = (function.is_top(), function.start_line());
        let _ = (function.calls(pc).count(), function.arguments(pc).count());
    }
    assert!(table.iter().count() <= table.len());
}

#[test]
fn a_place_is_told_with_the_calls_that_it_is_in() {
    let (data, other) = made();
    let table = read(&data, &other).expect("it is whole");
    let function = table.function(TEXT + 9).expect("it has code there");
    let calls: Vec<_> = function
        .calls(TEXT + 9)
        .map(|call| (call.function, call.file, call.line, call.start_line, call.inlined))
        .collect();
    assert_eq!(
        calls,
        [("main.inner", "inner.go", 30, 29, true), ("main.outer", "main.go", 10, 9, false)]
    );
    let sizes: Vec<_> = [0, 4, 27, 28].map(|at| function.stack_size(TEXT + at)).into();
    assert_eq!(sizes, [Some(0), Some(16), Some(16), Some(0)]);
    assert!(function.is_top() && !function.writes_stack_pointer());
}

#[test]
fn code_belongs_to_the_function_that_begins_before_it() {
    let (data, other) = made();
    let table = read(&data, &other).expect("it is whole");
    let name = |pc| table.function(pc).map(|function| function.name());
    assert_eq!(name(TEXT + 31), Some("main.outer"));
    assert_eq!(name(TEXT + 32), Some("main.next"));
    assert_eq!(name(TEXT + 47), Some("main.next"));
    assert_eq!((name(TEXT + 48), name(TEXT - 1)), (None, None));
}

#[test]
fn what_is_no_table_is_said_to_be_none() {
    let (data, other) = made();
    assert_eq!(read(&[], &other).unwrap_err().kind(), ErrorKind::NoFunctions);
    let mut older = data.clone();
    older[0] = 0xfa;
    assert_eq!(read(&older, &other).unwrap_err().kind(), ErrorKind::NoFunctions);
    for cut in 8..data.len() {
        ask(&data[..cut], &other);
        ask(&data, &other[..cut.min(other.len()) / 2]);
    }
    assert_eq!(read(&data[..100], &other).unwrap_err().kind(), ErrorKind::Damaged);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn damage_is_survived(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        others in prop::collection::vec((0_usize..16, any::<u8>()), 0..4),
    ) {
        let (mut data, mut other) = made();
        for (at, byte) in changes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        for (at, byte) in others {
            other[at] = byte;
        }
        ask(&data, &other);
    }
}
