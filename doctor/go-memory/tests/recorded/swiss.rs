//! Maps of groups and tables.

use crate::image::{Declared, Image, MAP, VARIABLE, look, only};
use finding::{Exactness, Inside};
use go_binary::TypeId;

/// `map[uint64]uint64` of Go 1.27.
pub(crate) fn declare() -> (Declared, TypeId) {
    let mut declared = Declared::default();
    let [word, half, byte] = [("uint64", 8), ("uint16", 2), ("uint8", 1)]
        .map(|(name, size)| declared.number(name, size));
    let slot = declared.structure("slot", 16, &[("key", word, 0), ("elem", word, 8)]);
    let slots = declared.array(slot, 8);
    let group = declared.structure("group", 136, &[("ctrl", word, 0), ("slots", slots, 8)]);
    let data = declared.pointer(group);
    let groups = declared.structure("groups", 16, &[("data", data, 0), ("lengthMask", word, 8)]);
    let table = declared.structure(
        "table",
        32,
        &[
            ("used", half, 0),
            ("capacity", half, 2),
            ("growthLeft", half, 4),
            ("localDepth", byte, 6),
            ("index", word, 8),
            ("groups", groups, 16),
        ],
    );
    let table = declared.pointer(table);
    let directory = declared.pointer(table);
    let header = declared.structure(
        "header",
        48,
        &[
            ("used", word, 0),
            ("seed", word, 8),
            ("dirPtr", directory, 16),
            ("dirLen", word, 24),
            ("globalDepth", byte, 32),
            ("globalShift", byte, 33),
            ("writing", byte, 34),
            ("clearSeq", word, 40),
        ],
    );
    let map = declared.map("map[uint64]uint64", word, word, header);
    (declared, map)
}

/// A header: entries, where its directory or group lies, places of the directory, their bits.
pub(crate) fn header(used: u64, directory: u64, length: u64, depth: u64) -> [u64; 6] {
    [used, 0x5eed, directory, length, depth, 0]
}

/// A table: entries, places, how many more it takes; the groups lie behind.
fn table(used: u64, capacity: u64, left: u64, groups: u64) -> [u64; 4] {
    [used | capacity << 16 | left << 32, 0, groups, capacity / 8 - 1]
}

const DIRECTORY: u64 = 0x3000;

/// Two tables of 16 places, with 10 and 5 entries, the second with two tombstones.
fn two_tables() -> Image {
    let mut image = Image::default();
    image.put(VARIABLE, &[MAP]);
    image.put(MAP, &header(15, DIRECTORY, 2, 1));
    image.put(DIRECTORY, &[0x4000, 0x4020]);
    image.put(0x4000, &table(10, 16, 4, 0x5000));
    image.put(0x4020, &table(5, 16, 7, 0x6000));
    for groups in [0x5000, 0x6000] {
        let mut group = [0; 34];
        (group[0], group[17]) = (0x8080_8080_8080_8001, 0x8080_8080_8080_8080);
        image.put(groups, &group);
    }
    image
}

#[test]
fn a_map_of_tables_is_the_sum_of_them() {
    let (declared, map) = declare();
    let found = look(&declared, map, &two_tables());
    let map = only(&found);
    assert_eq!((map.entries, map.capacity, map.exactness), (15, 32, Exactness::Exact));
    // 48 of the header, 16 of the directory, and twice 32 of the table and 272 of the groups, in classes of the allocator.
    assert_eq!(map.bytes, 48 + 16 + 2 * (32 + 288));
    let inside = Inside::Swiss { tables: 2, directory: 2, depth: 1, tombstones: 2, full_tables: 0 };
    assert_eq!(map.inside, inside);
    assert!(found.gaps.is_empty(), "{:?}", found.gaps);
}

/// The header says 16 entries at first, while the tables have 15: somebody was in between.
#[test]
fn a_torn_map_is_read_again_until_it_agrees_with_itself() {
    let (declared, map) = declare();
    let mut image = two_tables();
    image.tear(MAP, &header(16, DIRECTORY, 2, 1), 3);
    let found = look(&declared, map, &image);
    assert_eq!((only(&found).entries, only(&found).exactness), (15, Exactness::Exact));
}

#[test]
fn a_map_that_never_agrees_with_itself_is_marked() {
    let (declared, map) = declare();
    let mut image = two_tables();
    image.tear(MAP, &header(16, DIRECTORY, 2, 1), u32::MAX);
    let found = look(&declared, map, &image);
    assert_eq!(only(&found).exactness, Exactness::About);
}

#[test]
fn a_small_map_is_one_group() {
    let (declared, map) = declare();
    let mut image = Image::default();
    image.put(VARIABLE, &[MAP]);
    image.put(MAP, &header(2, 0x5000, 0, 0));
    let mut group = [0; 17];
    group[0] = 0x8080_8080_8080_0102;
    image.put(0x5000, &group);
    let found = look(&declared, map, &image);
    assert_eq!((only(&found).entries, only(&found).capacity), (2, 8));
    assert_eq!(only(&found).exactness, Exactness::Exact);
    // Its control bytes tell of two entries.
    image.put(MAP, &header(3, 0x5000, 0, 0));
    assert_eq!(only(&look(&declared, map, &image)).exactness, Exactness::About);
}
