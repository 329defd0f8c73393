//! Headers that lie: no panic, no endless walk, no allocation by what they claim.

use crate::image::{Declared, Image, MAP, VARIABLE, look};
use crate::{classic, swiss};
use go_binary::TypeId;
use go_memory::{Budget, Core, CoreMemory, Memory, Program, Reader, Source, Unmapped, mappings};
use proptest::prelude::*;

/// Everything can be read, and is the same word.
struct Endless(u64);

impl Memory for Endless {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        if address < VARIABLE {
            return Err(Unmapped { address });
        }
        let word = self.0.to_le_bytes();
        buffer.iter_mut().zip(word.iter().cycle()).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

fn layouts() -> Vec<(Declared, TypeId)> {
    let (declared, _, outer) = classic::declare();
    vec![swiss::declare(), (declared, outer)]
}

#[test]
fn a_billion_entries_are_a_claim_like_any_other() {
    let mut image = Image::default();
    image.put(VARIABLE, &[MAP]);
    image.put(0x9000, &[0x0606_0606_0606_0606; 4096]);
    let (declared, map) = swiss::declare();
    image.put(MAP, &swiss::header(1_000_000_000, 0x9000, 1 << 30, 30));
    let found = look(&declared, map, &image);
    assert!(found.maps.iter().all(|found| found.map.exactness == finding::Exactness::About));
    let (declared, _, outer) = classic::declare();
    image.put(MAP, &classic::header(1_000_000_000, 0, 40, [0x9000, 0x9000], 0));
    image.reads.set(0);
    look(&declared, outer, &image);
    assert!(image.reads.get() < 10_000_000, "{} reads", image.reads.get());
}

#[test]
fn memory_in_which_every_pointer_leads_to_itself_is_left_again() {
    for word in [0x1000, 0x0606_0606_0606, 0x2000, u64::MAX, 1, 0x0101_0101_0101_0101] {
        for (declared, map) in layouts() {
            let variables =
                [go_binary::Variable { name: "main.m", address: VARIABLE, type_id: map }];
            let program = Program {
                types: &declared.types,
                variables: &variables,
                bias: 0,
                descriptors: Some(0),
                extent: 0..0,
            };
            let mut budget = Budget::default();
            (budget.values, budget.entries, budget.tables) = (1_000, 1_000, 1_000);
            let _ = Reader::new(program).find(&Endless(word), &budget);
        }
    }
}

/// A core of one part of memory and one note, to be damaged.
fn core() -> Vec<u8> {
    let mut out = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0\x3e\0\x01\0\0\0".to_vec();
    out.extend([0_u64, 64, 0].iter().flat_map(|word| word.to_le_bytes()));
    out.extend(0_u32.to_le_bytes());
    out.extend([64_u16, 56, 2, 64, 0, 0].iter().flat_map(|half| half.to_le_bytes()));
    let note = [
        5_u32.to_le_bytes().as_slice(),
        &[47, 0, 0, 0],
        &0x4649_4c45_u32.to_le_bytes(),
        b"CORE\0\0\0\0",
        &[1_u64, 4096, 0x40_0000, 0x40_1000, 0].map(u64::to_le_bytes).concat(),
        b"/srv/a\0\0",
    ]
    .concat();
    for (kind, words) in
        [(4_u32, [176, 0, 0, note.len() as u64, 0, 4]), (1, [256, 0x1000, 0, 64, 64, 1])]
    {
        out.extend(kind.to_le_bytes());
        out.extend(6_u32.to_le_bytes());
        out.extend(words.iter().flat_map(|word: &u64| word.to_le_bytes()));
    }
    out.extend(note);
    out.resize(320, 7);
    out
}

#[test]
fn a_core_is_read() {
    let bytes = core();
    let core = Core::read(bytes.as_slice(), bytes.len() as u64).unwrap();
    assert_eq!(core.program(), Some("/srv/a"));
    assert_eq!(core.missing(), 0);
    let memory = CoreMemory::new(&core, bytes.as_slice(), None);
    let mut word = [0; 8];
    assert!(memory.read(0x1038, &mut word).is_ok());
    assert_eq!(word, [7; 8]);
    assert!(memory.read(0x1039, &mut word).is_err());
}

/// A file that is longer than anybody's memory.
struct Long;

impl Source for Long {
    fn read(&self, offset: u64, buffer: &mut [u8]) -> bool {
        let core = core();
        buffer.fill(0xff);
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        for (to, from) in buffer.iter_mut().zip(core.iter().skip(skip)) {
            *to = *from;
        }
        true
    }
}

proptest! {
    #[test]
    fn damaged_cores_are_read_as_far_as_they_make_sense(
        damage in prop::collection::vec((0_usize..320, any::<u8>()), 0..12),
        length in 0_usize..321,
        addresses in prop::collection::vec(any::<u64>(), 4),
    ) {
        let mut bytes = core();
        for (place, byte) in damage {
            bytes[place] = byte;
        }
        bytes.truncate(length);
        if let Ok(core) = Core::read(bytes.as_slice(), bytes.len() as u64) {
            let memory = CoreMemory::new(&core, bytes.as_slice(), None);
            for address in addresses.into_iter().chain([0x1000, 0x1030]) {
                let _ = memory.read(address, &mut [0; 64]);
            }
        }
        let _ = Core::read(&Long, u64::MAX);
    }

    #[test]
    fn any_header_of_a_map_is_read_without_harm(
        words in prop::collection::vec(
            prop_oneof![any::<u64>(), 0_u64..64, Just(MAP), Just(0x3000_u64), Just(0x8080_8080_8080_8001)],
            96,
        ),
    ) {
        let mut image = Image::default();
        image.put(VARIABLE, &[MAP]);
        image.put(MAP, &words[..48]);
        image.put(0x3000, &words[48..]);
        for (declared, map) in layouts() {
            look(&declared, map, &image);
        }
        prop_assert!(image.reads.get() < 100_000_000);
    }

    #[test]
    fn any_text_of_mappings_is_read(text in "[0-9a-f rwxp:/\n-]{0,200}") {
        for mapping in mappings(&text) {
            prop_assert!(text.contains(&mapping.name));
        }
    }
}
