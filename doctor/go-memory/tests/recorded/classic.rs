//! Maps of buckets.

use crate::image::{Declared, Image, MAP, VARIABLE, look, only};
use finding::{Exactness, Growth, Inside};
use go_binary::TypeId;

/// `map[uint64]uint64` of Go 1.23, and a map of such maps.
pub(crate) fn declare() -> (Declared, TypeId, TypeId) {
    let mut declared = Declared::default();
    // The allocator of 1.22 and later has this field.
    let [word, half, int, byte] = [("uint64", 8), ("uint16", 2), ("uint32", 4), ("uint8", 1)]
        .map(|(name, size)| declared.number(name, size));
    declared.structure("runtime.mspan", 160, &[("largeType", word, 0)]);
    let inner = map(&mut declared, "map[uint64]uint64", [word, half, int, byte], word);
    let outer = map(&mut declared, "map[uint64]map[uint64]uint64", [word, half, int, byte], inner);
    (declared, inner, outer)
}

fn map(
    declared: &mut Declared,
    name: &'static str,
    [word, half, int, byte]: [TypeId; 4],
    value: TypeId,
) -> TypeId {
    let [marks, keys, values] = [byte, word, value].map(|of| declared.array(of, 8));
    let bucket = declared.structure(
        "bucket",
        144,
        &[
            ("tophash", marks, 0),
            ("keys", keys, 8),
            ("values", values, 72),
            ("overflow", word, 136),
        ],
    );
    let bucket = declared.pointer(bucket);
    let header = declared.structure(
        "header",
        48,
        &[
            ("count", word, 0),
            ("flags", byte, 8),
            ("B", byte, 9),
            ("noverflow", half, 10),
            ("hash0", int, 12),
            ("buckets", bucket, 16),
            ("oldbuckets", bucket, 24),
            ("nevacuate", word, 32),
            ("extra", word, 40),
        ],
    );
    declared.map(name, word, value, header)
}

/// A header: entries, flags, the logarithm of buckets, where they lie, where the old ones lie, how many are moved.
pub(crate) fn header(count: u64, flags: u64, log2: u64, arrays: [u64; 2], moved: u64) -> [u64; 6] {
    [count, flags | log2 << 8, arrays[0], arrays[1], moved, 0]
}

#[test]
fn a_growing_map_says_how_far_it_is() {
    let (declared, inner, _) = declare();
    let mut image = Image::default();
    image.put(VARIABLE, &[MAP]);
    image.put(MAP, &header(14, 0, 2, [0x9000, 0xa000], 1));
    let found = look(&declared, inner, &image);
    let map = only(&found);
    assert_eq!((map.entries, map.capacity, map.exactness), (14, 32, Exactness::Exact));
    let growth = Some(Growth { from: 2, moved: 1 });
    let inside = Inside::Classic { log2_buckets: 2, overflow: 0, growth, grows_beyond: 26 };
    assert_eq!(map.inside, inside);
    // 48 of the header, and arrays of four and two buckets of 144.
    assert_eq!(map.bytes, 48 + 576 + 288);
}

#[test]
fn two_looks_must_agree_and_nobody_may_be_writing() {
    let (declared, inner, _) = declare();
    let mut image = Image::default();
    image.put(VARIABLE, &[MAP]);
    image.put(MAP, &header(14, 0, 2, [0x9000, 0], 0));
    image.tear(MAP, &header(13, 0, 2, [0x9000, 0], 0), 1);
    let found = look(&declared, inner, &image);
    assert_eq!((only(&found).entries, only(&found).exactness), (14, Exactness::Exact));
    const WRITING: u64 = 4;
    image.put(MAP, &header(14, WRITING, 2, [0x9000, 0], 0));
    let found = look(&declared, inner, &image);
    assert!(only(&found).writing);
    assert_eq!(only(&found).exactness, Exactness::About);
}

/// From 2^16 buckets on the runtime counts one overflow bucket of two, of four, and so on.
#[test]
fn overflow_buckets_of_large_maps_are_estimated_as_the_runtime_does() {
    let (declared, inner, _) = declare();
    let mut image = Image::default();
    image.put(VARIABLE, &[MAP]);
    for (log2, overflow) in [(15, 100), (16, 200), (18, 800)] {
        let mut words = header(1_000, 0, log2, [0x9000, 0], 0);
        words[1] |= 100 << 16;
        image.put(MAP, &words);
        let found = look(&declared, inner, &image);
        let Inside::Classic { overflow: said, .. } = only(&found).inside else { panic!() };
        assert_eq!(said, overflow, "2^{log2} buckets");
    }
}
