//! The scan on memory that is hostile, random or nearly right: nothing panics, reads too much, or takes for a map what is none.

use super::{Module, Scope};
use crate::budget::Budget;
use crate::memory::{Memory, Unmapped};
use crate::walk::{Found, FoundMap, Gap, Reader};
use finding::Confidence;
use go_binary::{ModuleData, Release, RuntimeTypes};
use proptest::prelude::*;
use rustc_hash::FxHashSet;
use std::cell::Cell;

/// A heap at one place, and nothing else.
struct Heap {
    words: Vec<u64>,
    read: Cell<u64>,
}

const START: u64 = 0xc0_0000_0000;

impl Heap {
    fn new(words: Vec<u64>) -> Self {
        Self { words, read: Cell::new(0) }
    }

    fn end(&self) -> u64 {
        START + 8 * self.words.len() as u64
    }
}

impl Memory for Heap {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        self.read.set(self.read.get() + buffer.len() as u64);
        let unmapped = Unmapped { address };
        let inside = address.checked_sub(START).ok_or(unmapped)?;
        if address + buffer.len() as u64 > self.end() {
            return Err(unmapped);
        }
        for (place, byte) in buffer.iter_mut().enumerate() {
            let at = inside as usize + place;
            *byte = self.words[at / 8].to_le_bytes()[at % 8];
        }
        Ok(())
    }
}

/// A program without types, whose variables are the first words of the heap.
fn module(minor: u8) -> Module {
    let data = ModuleData {
        functions: 0x1000,
        text: 0x1000..0x2000,
        data: START..START + 0x400,
        data_without_pointers: 0..0,
        bss: START..START + 0x400,
        bss_without_pointers: START..START + 0x400,
        types: TYPES..TYPES + 0x600,
        descriptors: None,
        links: None,
        function_data: 0,
    };
    Module { data, release: Release { minor, swiss: minor >= 24 } }
}

/// Where the descriptors lie.
const TYPES: u64 = 0x3000;
/// Bytes of a bucket of eight numbers and eight numbers.
const BUCKET: u64 = 8 + 64 + 64 + 8;

/// The descriptors of `map[int]int` with buckets, by hand.
fn descriptors() -> Vec<u8> {
    let mut region = vec![0; 0x600];
    let mut put = |at: usize, bytes: &[u8]| region[at..at + bytes.len()].copy_from_slice(bytes);
    let address = |at: usize| (TYPES + at as u64).to_le_bytes();
    let names = [
        "int",
        "uint8",
        "[8]uint8",
        "[8]int",
        "uintptr",
        "map.bucket[int]int",
        "map[int]int",
        "topbits",
        "keys",
        "elems",
        "overflow",
    ];
    let name = |place: usize| 0x500 + 0x18 * place;
    for (place, text) in names.iter().enumerate() {
        put(name(place), &[&[0, text.len() as u8], text.as_bytes()].concat());
    }
    // Where each lies, its size, kind, and name.
    let types = [
        (0x08, 8, 2, 0),
        (0x40, 1, 8, 1),
        (0x80, 8, 17, 2),
        (0xd0, 64, 17, 3),
        (0x120, 8, 12, 4),
        (0x160, BUCKET, 25, 5),
        (0x200, 8, 21, 6),
    ];
    for (at, size, kind, text) in types {
        put(at, &size.to_le_bytes());
        put(at + 23, &[kind]);
        put(at + 40, &(name(text) as u32).to_le_bytes());
    }
    for (at, of) in [(0x80, 0x40), (0xd0, 0x08)] {
        put(at + 48, &address(of));
        put(at + 64, &8_u64.to_le_bytes());
    }
    put(0x160 + 56, &[address(0x400), 4_u64.to_le_bytes()].concat());
    let fields = [(7, 0x80, 0), (8, 0xd0, 8), (9, 0xd0, 72), (10, 0x120, 136_u64)];
    for (place, (text, of, offset)) in fields.into_iter().enumerate() {
        let field = [address(name(text)), address(of), offset.to_le_bytes()].concat();
        put(0x400 + 24 * place, &field);
    }
    put(0x200 + 48, &[address(0x08), address(0x08), address(0x160)].concat());
    put(0x200 + 82, &(BUCKET as u16).to_le_bytes());
    region
}

fn scan(heap: &Heap, minor: u8) -> Found {
    let module = module(minor);
    let region = if module.release.swiss { Vec::new() } else { descriptors() };
    let runtime = RuntimeTypes::read(region, &[], &module.data, module.release);
    assert_eq!(runtime.maps().len(), usize::from(!module.release.swiss));
    let types = runtime.types();
    let program = crate::Program {
        types: &types,
        variables: &[],
        bias: 0,
        descriptors: None,
        extent: 0x1000..0x2000,
    };
    let (part, known) = (START..heap.end(), FxHashSet::default());
    let parts = std::slice::from_ref(&part);
    let scope = Scope { module: &module, runtime: &runtime, parts, known: &known };
    Reader::new(program).scan(heap, &scope, &Budget::default())
}

/// The words of a map of one table of eight places, with so many entries, at a word of the heap.
fn map_at(words: &mut [u64], place: usize, entries: u64) {
    let at = |word: usize| START + 8 * (place + word) as u64;
    // The header, the directory, the table, and its group.
    let header = [entries, 0x9e37_79b9_7f4a_7c15, at(6), 1, 64 << 8, 0];
    let table = [entries | 8 << 16 | (7 - entries) << 32, 0, at(12), 0];
    let mut control = [0x80; 8];
    control[..entries as usize].fill(0x11);
    let all = [&header[..], &[at(8), 0], &table, &[u64::from_le_bytes(control)]].concat();
    words[place..place + all.len()].copy_from_slice(&all);
}

/// The words of a map of two buckets, with so many entries in the first.
fn buckets_at(words: &mut [u64], place: usize, entries: u64) {
    let array = place + 6;
    let header = [entries, 1 << 8 | 0x9e37_79b9 << 32, START + 8 * array as u64, 0, 0, 0];
    words[place..array].copy_from_slice(&header);
    let mut marks = [0; 8];
    marks[..entries as usize].fill(200);
    words[array] = u64::from_le_bytes(marks);
}

#[test]
fn buckets_among_zeros_are_found() {
    let mut words = vec![0; 4096];
    buckets_at(&mut words, 1000, 5);
    let found = scan(&Heap::new(words.clone()), 21);
    let [map] = found.maps.as_slice() else { panic!("{} maps", found.maps.len()) };
    assert_eq!((map.map.address, map.map.entries), (START + 8000, 5));
    assert_eq!((map.map.map_type.as_str(), is_certain(map)), ("map[int]int", true));
    // One entry too many, a mark behind the end, a mark of entries that were moved.
    for (place, word) in [(1000, 6), (1006, 0xc8_00c8_c8c8), (1006, 0x0002_c8c8_c8c8)] {
        let mut wrong = words.clone();
        wrong[place] = word;
        assert!(scan(&Heap::new(wrong), 21).maps.is_empty(), "{word:#x}");
    }
}

#[test]
fn a_map_among_zeros_is_found() {
    let mut words = vec![0; 4096];
    map_at(&mut words, 1000, 5);
    let found = scan(&Heap::new(words), 27);
    let [map] = found.maps.as_slice() else { panic!("{} maps", found.maps.len()) };
    assert_eq!((map.map.address, map.map.entries), (START + 8000, 5));
    assert!(found.gaps.contains(&Gap::NoSpans));
}

/// Each word of a map is changed by a little, one at a time: none of what comes of it is certain to be another map.
#[test]
fn a_map_of_which_a_word_is_wrong_is_none() {
    let mut right = vec![0; 64];
    map_at(&mut right, 8, 5);
    // What is told by nothing else: the seed, how often it was cleared, the padding of the table, the group's control bytes.
    let free = [1, 5, 13];
    for word in (0..12).filter(|word| !free.contains(word) && *word != 7) {
        for change in [1, 2, 1 << 8, 1 << 17, 1 << 33, 1 << 50] {
            let mut words = right.clone();
            words[8 + word] = words[8 + word].wrapping_add(change);
            let found = scan(&Heap::new(words), 27);
            assert!(found.maps.is_empty(), "word {word} and {change:#x}: {:?}", found.maps);
        }
    }
}

/// Random words, pointers, small numbers and control bytes, as a heap has them: eight million words of each release.
#[test]
fn nothing_random_is_taken_for_a_map() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    const WORDS: usize = 1 << 20;
    for minor in [21, 27] {
        let mut met = 0;
        for _ in 0..4 {
            let word = |random: u64| match random & 7 {
                0 | 1 => 0,
                2 => random >> 60,
                3 | 4 => START + 8 * ((random >> 8) % WORDS as u64),
                5 => (random >> 40 & 0x3f) << 8 | random >> 58,
                6 => 0x8080_8080_8080_8080 ^ (random >> 8 & 0xff),
                _ => random,
            };
            let words = (0..WORDS).map(|_| word(next())).collect();
            let found = scan(&Heap::new(words), minor);
            met += found.maps.iter().filter(|found| is_certain(found)).count();
        }
        assert_eq!(met, 0, "Go 1.{minor}");
    }
}

fn is_certain(found: &FoundMap) -> bool {
    found.map.by_shape.is_some_and(|shape| shape.confidence == Confidence::Certain)
}

/// Words that are often what a header has, or point to others.
fn words() -> impl Strategy<Value = Vec<u64>> {
    let word = prop_oneof![
        3 => Just(0),
        3 => 0..16_u64,
        4 => (0..512_u64).prop_map(|place| START + 8 * place),
        1 => (0..64_u64).prop_map(|depth| (64 - depth) << 8 | depth),
        1 => Just(0x8080_8080_8080_8080),
        1 => (0..8_u64).prop_map(|used| used | 8 << 16 | (7 - used) << 32),
        1 => any::<u64>(),
    ];
    prop::collection::vec(word, 64..512)
}

proptest! {
    /// What is read is bounded by the heap, times what a candidate may read.
    #[test]
    fn a_hostile_heap_is_read_to_its_end(words in words(), swiss in any::<bool>()) {
        let heap = Heap::new(words);
        let found = scan(&heap, if swiss { 27 } else { 22 });
        prop_assert!(found.maps.len() <= heap.words.len());
        prop_assert!(heap.read.get() < 1 << 28, "{} bytes were read", heap.read.get());
    }

    /// A map with a directory of billions is not read.
    #[test]
    fn a_directory_of_billions_is_refused(depth in 21..40_u64) {
        let mut words = vec![0; 4096];
        map_at(&mut words, 0, 5);
        (words[3], words[4]) = (1 << depth, (64 - depth) << 8 | depth);
        let heap = Heap::new(words);
        prop_assert!(scan(&heap, 27).maps.is_empty());
        prop_assert!(heap.read.get() < 1 << 24);
    }
}
