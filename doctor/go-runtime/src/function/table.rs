//! The table of map functions, sorted by name for binary search.
//!
//! Files and releases from Go 1.21 on are checked against GOROOT by `tests/goroot.rs`. The names of
//! Go 1.6 were read in its runtime/hashmap.go and runtime/hashmap_fast.go; first releases between
//! 1.7 and 1.20 follow release notes and crash texts of those releases.

use super::{MapFunction, Role, Versions};
use Operation::{Clear, Clone, Delete, Iterate, Length, Read, Write};
use finding::{KeyHint, Operation};

#[rustfmt::skip]
pub(super) const TABLE: &[MapFunction] = &[
    operation("internal/runtime/maps.(*Iter).Init", Iterate).read_from("internal/runtime/maps/table.go", 24, None),
    operation("internal/runtime/maps.(*Iter).Next", Iterate).read_from("internal/runtime/maps/table.go", 24, None).seen(),
    helper("internal/runtime/maps.(*Iter).grownKeyElem").read_from("internal/runtime/maps/table.go", 24, None),
    operation("internal/runtime/maps.(*Map).Clear", Clear).read_from("internal/runtime/maps/map.go", 24, None).seen(),
    operation("internal/runtime/maps.(*Map).Clone", Clone).read_from("internal/runtime/maps/map.go", 25, None).seen(),
    operation("internal/runtime/maps.(*Map).Delete", Delete).read_from("internal/runtime/maps/map.go", 24, None).seen(),
    operation("internal/runtime/maps.(*Map).Get", Read).read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*Map).Put", Write).read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*Map).PutSlot", Write).read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*Map).clearSmall", Clear).read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*Map).deleteSmall", Delete).read_from("internal/runtime/maps/map.go", 24, None).seen(),
    operation("internal/runtime/maps.(*Map).getWithKey", Read).read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*Map).getWithKeySmall", Read).read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*Map).getWithoutKey", Read).read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*Map).getWithoutKeySmallFastStr", Read).read_from("internal/runtime/maps/runtime_faststr.go", 24, None),
    growth("internal/runtime/maps.(*Map).growToSmall").read_from("internal/runtime/maps/map.go", 24, None).seen(),
    growth("internal/runtime/maps.(*Map).growToTable").read_from("internal/runtime/maps/map.go", 24, None).seen(),
    growth("internal/runtime/maps.(*Map).installTableSplit").read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*Map).putSlotSmall", Write).read_from("internal/runtime/maps/map.go", 24, None).seen(),
    operation("internal/runtime/maps.(*Map).putSlotSmallFast32", Write).read_from("internal/runtime/maps/runtime_fast32.go", 24, None),
    operation("internal/runtime/maps.(*Map).putSlotSmallFast64", Write).read_from("internal/runtime/maps/runtime_fast64.go", 24, None).seen(),
    operation("internal/runtime/maps.(*Map).putSlotSmallFastPtr", Write).read_from("internal/runtime/maps/runtime_fast64.go", 24, None),
    operation("internal/runtime/maps.(*Map).putSlotSmallFastStr", Write).read_from("internal/runtime/maps/runtime_faststr.go", 24, None).seen(),
    growth("internal/runtime/maps.(*Map).replaceTable").read_from("internal/runtime/maps/map.go", 24, None),
    operation("internal/runtime/maps.(*table).Clear", Clear).read_from("internal/runtime/maps/table.go", 24, None),
    operation("internal/runtime/maps.(*table).Delete", Delete).read_from("internal/runtime/maps/table.go", 24, None).seen(),
    operation("internal/runtime/maps.(*table).Get", Read).read_from("internal/runtime/maps/table.go", 24, None),
    operation("internal/runtime/maps.(*table).PutSlot", Write).read_from("internal/runtime/maps/table.go", 24, None),
    helper("internal/runtime/maps.(*table).checkInvariants").read_from("internal/runtime/maps/table_debug.go", 24, None),
    helper("internal/runtime/maps.(*table).clone").read_from("internal/runtime/maps/table.go", 25, None),
    operation("internal/runtime/maps.(*table).getWithKey", Read).read_from("internal/runtime/maps/table.go", 24, None),
    operation("internal/runtime/maps.(*table).getWithoutKey", Read).read_from("internal/runtime/maps/table.go", 24, None),
    growth("internal/runtime/maps.(*table).grow").read_from("internal/runtime/maps/table.go", 24, None).seen(),
    growth("internal/runtime/maps.(*table).pruneTombstones").read_from("internal/runtime/maps/table.go", 25, None).seen(),
    growth("internal/runtime/maps.(*table).rehash").read_from("internal/runtime/maps/table.go", 24, None).seen(),
    helper("internal/runtime/maps.(*table).reset").read_from("internal/runtime/maps/table.go", 24, None).seen(),
    growth("internal/runtime/maps.(*table).split").read_from("internal/runtime/maps/table.go", 24, None).seen(),
    helper("internal/runtime/maps.(*table).uncheckedPutSlot").read_from("internal/runtime/maps/table.go", 24, None).seen(),
    helper("internal/runtime/maps.(*table).uncheckedPutSlotForAssign").read_from("internal/runtime/maps/table.go", 27, None),
    helper("internal/runtime/maps.(*table).uncheckedPutSlotForAssignFast32").read_from("internal/runtime/maps/runtime_fast32.go", 27, None),
    helper("internal/runtime/maps.(*table).uncheckedPutSlotForAssignFast64").read_from("internal/runtime/maps/runtime_fast64.go", 27, None),
    helper("internal/runtime/maps.(*table).uncheckedPutSlotForAssignFastPtr").read_from("internal/runtime/maps/runtime_fast64.go", 27, None),
    helper("internal/runtime/maps.(*table).uncheckedPutSlotForAssignFastStr").read_from("internal/runtime/maps/runtime_faststr.go", 27, None),
    helper("internal/runtime/maps.fatal").read_from("internal/runtime/maps/runtime.go", 24, None).seen(),
    helper("internal/runtime/maps.mapKeyError").read_from("internal/runtime/maps/map.go", 24, None),
    helper("internal/runtime/maps.mapKeyError2").read_from("internal/runtime/maps/map.go", 25, None),
    growth("internal/runtime/maps.newGroups").read_from("internal/runtime/maps/group.go", 24, None).seen(),
    growth("internal/runtime/maps.newTable").read_from("internal/runtime/maps/table.go", 24, None).seen(),
    operation("internal/sync.(*HashTrieMap[...]).All", Iterate).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).Clear", Clear).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).CompareAndDelete", Delete).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).CompareAndSwap", Write).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).Delete", Delete).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).Load", Read).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None).seen(),
    operation("internal/sync.(*HashTrieMap[...]).LoadAndDelete", Delete).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).LoadOrStore", Write).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).Range", Iterate).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).Store", Write).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).Swap", Write).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    growth("internal/sync.(*HashTrieMap[...]).expand").of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    helper("internal/sync.(*HashTrieMap[...]).find").of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("internal/sync.(*HashTrieMap[...]).iter", Iterate).of_sync_map().read_from("internal/sync/hashtriemap.go", 24, None),
    operation("maps.All[...].func1", Iterate).read_from("maps/iter.go", 23, None),
    operation("maps.Clone[...]", Clone).read_from("maps/maps.go", 21, None).seen(),
    helper("maps.Copy[...]").read_from("maps/maps.go", 21, None),
    helper("maps.DeleteFunc[...]").read_from("maps/maps.go", 21, None),
    helper("maps.EqualFunc[...]").read_from("maps/maps.go", 21, None),
    helper("maps.Equal[...]").read_from("maps/maps.go", 21, None),
    operation("maps.Insert[...]", Write).read_from("maps/iter.go", 23, None),
    operation("maps.Keys[...].func1", Iterate).read_from("maps/iter.go", 23, None).seen(),
    operation("maps.Values[...].func1", Iterate).read_from("maps/iter.go", 23, None),
    operation("maps.clone", Clone).read_from("maps/maps.go", 21, None).seen(),
    operation("reflect.(*MapIter).Next", Iterate).read_from("reflect/map.go", 12, None).seen(),
    operation("reflect.Value.MapIndex", Read).read_from("reflect/map.go", 6, None).seen(),
    operation("reflect.Value.MapKeys", Iterate).read_from("reflect/map.go", 6, None),
    helper("reflect.Value.SetMapIndex").read_from("reflect/map.go", 6, None).seen(),
    operation("reflect.mapIterNext", Iterate).read_from("reflect/map.go", 24, None).seen(),
    operation("reflect.mapIterStart", Iterate).read_from("reflect/map.go", 24, None).seen(),
    operation("reflect.mapaccess", Read).read_from("reflect/value.go", 6, None),
    operation("reflect.mapaccess_faststr", Read).key(KeyHint::String).read_from("reflect/value.go", 17, None).seen(),
    operation("reflect.mapassign", Write).read_from("reflect/value.go", 6, None),
    operation("reflect.mapassign0", Write).read_from("reflect/value.go", 21, None),
    operation("reflect.mapassign_faststr", Write).key(KeyHint::String).read_from("reflect/value.go", 17, None).seen(),
    operation("reflect.mapassign_faststr0", Write).key(KeyHint::String).read_from("reflect/value.go", 21, None).seen(),
    operation("reflect.mapclear", Clear).read_from("reflect/value.go", 21, None),
    operation("reflect.mapdelete", Delete).read_from("reflect/value.go", 6, None),
    operation("reflect.mapdelete_faststr", Delete).key(KeyHint::String).read_from("reflect/value.go", 17, None),
    operation("reflect.mapiterinit", Iterate).read_from("runtime/linkname_shim.go", 6, None).seen(),
    operation("reflect.mapiternext", Iterate).read_from("runtime/linkname_shim.go", 6, None).seen(),
    operation("reflect.maplen", Length).read_from("reflect/value.go", 6, None),
    growth("runtime.(*hmap).createOverflow").read_from("runtime/map_noswiss.go", 21, Some(25)).seen(),
    growth("runtime.(*hmap).incrnoverflow").read_from("runtime/map_noswiss.go", 21, Some(25)).seen(),
    growth("runtime.(*hmap).newoverflow").read_from("runtime/map_noswiss.go", 21, Some(25)).seen(),
    growth("runtime.evacuate").read_from("runtime/map_noswiss.go", 6, Some(25)).seen(),
    growth("runtime.evacuate_fast32").read_from("runtime/map_fast32_noswiss.go", 10, Some(25)),
    growth("runtime.evacuate_fast64").read_from("runtime/map_fast64_noswiss.go", 10, Some(25)).seen(),
    growth("runtime.evacuate_faststr").read_from("runtime/map_faststr_noswiss.go", 10, Some(25)).seen(),
    growth("runtime.growWork").read_from("runtime/map_noswiss.go", 6, Some(25)).seen(),
    growth("runtime.growWork_fast32").read_from("runtime/map_fast32_noswiss.go", 10, Some(25)),
    growth("runtime.growWork_fast64").read_from("runtime/map_fast64_noswiss.go", 10, Some(25)).seen(),
    growth("runtime.growWork_faststr").read_from("runtime/map_faststr_noswiss.go", 10, Some(25)).seen(),
    growth("runtime.hashGrow").read_from("runtime/map_noswiss.go", 6, Some(25)).seen(),
    operation("runtime.mapIterNext", Iterate).read_from("runtime/map.go", 24, None).seen(),
    operation("runtime.mapIterStart", Iterate).read_from("runtime/map.go", 24, None).seen(),
    operation("runtime.mapaccess1", Read).comma_ok(false).read_from("internal/runtime/maps/runtime.go", 6, None).seen(),
    operation("runtime.mapaccess1_fast32", Read).key(KeyHint::Bits32).comma_ok(false).read_from("internal/runtime/maps/runtime_fast32.go", 6, None).seen(),
    operation("runtime.mapaccess1_fast64", Read).key(KeyHint::Bits64).comma_ok(false).read_from("internal/runtime/maps/runtime_fast64.go", 6, None).seen(),
    operation("runtime.mapaccess1_faststr", Read).key(KeyHint::String).comma_ok(false).read_from("internal/runtime/maps/runtime_faststr.go", 6, None).seen(),
    operation("runtime.mapaccess1_fat", Read).comma_ok(false).read_from("runtime/map.go", 7, None),
    operation("runtime.mapaccess2", Read).comma_ok(true).read_from("internal/runtime/maps/runtime.go", 6, None).seen(),
    operation("runtime.mapaccess2_fast32", Read).key(KeyHint::Bits32).comma_ok(true).read_from("internal/runtime/maps/runtime_fast32.go", 6, None).seen(),
    operation("runtime.mapaccess2_fast64", Read).key(KeyHint::Bits64).comma_ok(true).read_from("internal/runtime/maps/runtime_fast64.go", 6, None).seen(),
    operation("runtime.mapaccess2_faststr", Read).key(KeyHint::String).comma_ok(true).read_from("internal/runtime/maps/runtime_faststr.go", 6, None).seen(),
    operation("runtime.mapaccess2_fat", Read).comma_ok(true).read_from("runtime/map.go", 7, None),
    operation("runtime.mapaccessK", Iterate).read_from("runtime/map_noswiss.go", 6, Some(25)),
    operation("runtime.mapassign", Write).read_from("internal/runtime/maps/runtime.go", 8, None).seen(),
    operation("runtime.mapassign1", Write).read_from("runtime/hashmap.go", 6, Some(7)),
    operation("runtime.mapassign_fast32", Write).key(KeyHint::Bits32).read_from("internal/runtime/maps/runtime_fast32.go", 9, None).seen(),
    operation("runtime.mapassign_fast32ptr", Write).key(KeyHint::Pointer).read_from("internal/runtime/maps/runtime_fast32.go", 10, None),
    operation("runtime.mapassign_fast64", Write).key(KeyHint::Bits64).read_from("internal/runtime/maps/runtime_fast64.go", 9, None).seen(),
    operation("runtime.mapassign_fast64ptr", Write).key(KeyHint::Pointer).read_from("internal/runtime/maps/runtime_fast64.go", 10, None).seen(),
    operation("runtime.mapassign_faststr", Write).key(KeyHint::String).read_from("internal/runtime/maps/runtime_faststr.go", 9, None).seen(),
    operation("runtime.mapclear", Clear).read_from("runtime/map.go", 11, None).seen(),
    operation("runtime.mapclone", Clone).read_from("runtime/map.go", 21, None),
    operation("runtime.mapclone2", Clone).read_from("runtime/map_noswiss.go", 21, Some(25)).seen(),
    operation("runtime.mapdelete", Delete).read_from("runtime/map.go", 6, None),
    operation("runtime.mapdelete_fast32", Delete).key(KeyHint::Bits32).read_from("internal/runtime/maps/runtime_fast32.go", 9, None),
    operation("runtime.mapdelete_fast64", Delete).key(KeyHint::Bits64).read_from("internal/runtime/maps/runtime_fast64.go", 9, None).seen(),
    operation("runtime.mapdelete_faststr", Delete).key(KeyHint::String).read_from("internal/runtime/maps/runtime_faststr.go", 9, None).seen(),
    operation("runtime.mapiterinit", Iterate).read_from("runtime/linkname_shim.go", 6, None).seen(),
    operation("runtime.mapiternext", Iterate).read_from("runtime/linkname_shim.go", 6, None).seen(),
    helper("runtime.moveToBmap").read_from("runtime/map_noswiss.go", 21, Some(25)),
    operation("sync.(*Map).Clear", Clear).of_sync_map().read_from("sync/map.go", 23, None),
    operation("sync.(*Map).CompareAndDelete", Delete).of_sync_map().read_from("sync/map.go", 20, None),
    operation("sync.(*Map).CompareAndSwap", Write).of_sync_map().read_from("sync/map.go", 20, None),
    operation("sync.(*Map).Delete", Delete).of_sync_map().read_from("sync/map.go", 9, None),
    operation("sync.(*Map).Load", Read).of_sync_map().read_from("sync/map.go", 9, None).seen(),
    operation("sync.(*Map).LoadAndDelete", Delete).of_sync_map().read_from("sync/map.go", 15, None),
    operation("sync.(*Map).LoadOrStore", Write).of_sync_map().read_from("sync/map.go", 9, None),
    operation("sync.(*Map).Range", Iterate).of_sync_map().read_from("sync/map.go", 9, None),
    operation("sync.(*Map).Store", Write).of_sync_map().read_from("sync/map.go", 9, None).seen(),
    operation("sync.(*Map).Swap", Write).of_sync_map().read_from("sync/map.go", 20, None).seen(),
];

/// A function that performs an operation for its caller.
const fn operation(name: &'static str, operation: Operation) -> MapFunction {
    helper(name).with(Role::Operation(operation))
}

/// A function that moves entries.
const fn growth(name: &'static str) -> MapFunction {
    helper(name).with(Role::Growth)
}

/// A function that works inside an operation.
const fn helper(name: &'static str) -> MapFunction {
    MapFunction {
        name,
        role: Role::Helper,
        key: None,
        comma_ok: None,
        sync_map: false,
        versions: Versions { first: 0, last: None },
        file: "",
        tested: false,
    }
}

impl MapFunction {
    const fn with(self, role: Role) -> Self {
        Self { role, ..self }
    }

    const fn key(self, key: KeyHint) -> Self {
        Self { key: Some(key), ..self }
    }

    const fn comma_ok(self, comma_ok: bool) -> Self {
        Self { comma_ok: Some(comma_ok), ..self }
    }

    const fn of_sync_map(self) -> Self {
        Self { sync_map: true, ..self }
    }

    const fn read_from(self, file: &'static str, first: u8, last: Option<u8>) -> Self {
        Self { file, versions: Versions { first, last }, ..self }
    }

    const fn seen(self) -> Self {
        Self { tested: true, ..self }
    }
}
