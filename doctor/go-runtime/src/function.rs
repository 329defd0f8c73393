//! The functions of Go's runtime and library that work on a map, and what each name tells.

use finding::{KeyHint, Operation};

/// Which Go 1.x releases hold an entry, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Versions {
    /// First minor release: 24 for Go 1.24.
    pub first: u8,
    /// Last minor release; `None` when the newest known release still holds it.
    pub last: Option<u8>,
}

impl Versions {
    /// True when Go 1.`minor` holds the entry.
    pub fn contains(self, minor: u8) -> bool {
        self.first <= minor && self.last.is_none_or(|last| minor <= last)
    }
}

/// What a function does for a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It performs this operation for its caller.
    Operation(Operation),
    /// It moves entries while the map grows or shrinks; the operation is its caller's.
    Growth,
    /// It works inside an operation that its caller names.
    Helper,
}

/// A function that works on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapFunction {
    /// Its symbol, generic arguments as tracebacks print them: `maps.Clone[...]`.
    pub name: &'static str,
    /// What it does.
    pub role: Role,
    /// What its name says of the key type.
    pub key: Option<KeyHint>,
    /// True for the comma-ok form of a read, false for the plain one, `None` where the name does
    /// not tell. From Go 1.27 on the plain form calls the comma-ok form: the outer one counts.
    pub comma_ok: Option<bool>,
    /// True when it is a function of `sync.Map`, not of the built-in map.
    pub sync_map: bool,
    /// The releases that hold it.
    pub versions: Versions,
    /// Where it was read, relative to GOROOT/src; for several releases the newest one's file.
    pub file: &'static str,
    /// True when seen in the output of a real crash or race report.
    pub tested: bool,
}

impl MapFunction {
    /// The operation, when the function itself tells it.
    pub fn operation(&self) -> Option<Operation> {
        match self.role {
            Role::Operation(operation) => Some(operation),
            Role::Growth | Role::Helper => None,
        }
    }
}

/// The map function of this name, or `None` for any other function.
///
/// Constant time but for a search among the names of one package.
pub fn map_function(symbol: &str) -> Option<&'static MapFunction> {
    let maybe = symbol.starts_with("runtime.")
        || symbol.starts_with("internal/")
        || symbol.starts_with("reflect.")
        || symbol.starts_with("maps.")
        || symbol.starts_with("sync.(*Map)");
    if !maybe {
        return None;
    }
    TABLE.binary_search_by(|entry| entry.name.cmp(symbol)).ok().and_then(|at| TABLE.get(at))
}

/// Every map function known, sorted by name.
pub fn map_functions() -> &'static [MapFunction] {
    TABLE
}

/// Sorted by name, for binary search.
const TABLE: &[MapFunction] = &[
    entry("internal/runtime/maps.(*Iter).Init", op(Operation::Iterate), None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*Iter).Next", op(Operation::Iterate), None, None, MAP, 24, None, "internal/runtime/maps/table.go", true),
    entry("internal/runtime/maps.(*Iter).grownKeyElem", Role::Helper, None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*Map).Clear", op(Operation::Clear), None, None, MAP, 24, None, "internal/runtime/maps/map.go", true),
    entry("internal/runtime/maps.(*Map).Clone", op(Operation::Clone), None, None, MAP, 25, None, "internal/runtime/maps/map.go", true),
    entry("internal/runtime/maps.(*Map).Delete", op(Operation::Delete), None, None, MAP, 24, None, "internal/runtime/maps/map.go", true),
    entry("internal/runtime/maps.(*Map).Get", op(Operation::Read), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).Put", op(Operation::Write), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).PutSlot", op(Operation::Write), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).getWithKey", op(Operation::Read), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).getWithKeySmall", op(Operation::Read), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).getWithoutKey", op(Operation::Read), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).getWithoutKeySmallFastStr", op(Operation::Read), None, None, MAP, 24, None, "internal/runtime/maps/runtime_faststr.go", false),
    entry("internal/runtime/maps.(*Map).growToSmall", Role::Growth, None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).growToTable", Role::Growth, None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).installTableSplit", Role::Growth, None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).putSlotSmall", op(Operation::Write), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).putSlotSmallFast32", op(Operation::Write), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).putSlotSmallFast64", op(Operation::Write), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).putSlotSmallFastPtr", op(Operation::Write), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).putSlotSmallFastStr", op(Operation::Write), None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*Map).replaceTable", Role::Growth, None, None, MAP, 24, None, "internal/runtime/maps/map.go", false),
    entry("internal/runtime/maps.(*table).Clear", op(Operation::Clear), None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).Delete", op(Operation::Delete), None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).Get", op(Operation::Read), None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).PutSlot", op(Operation::Write), None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).checkInvariants", Role::Helper, None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).getWithKey", op(Operation::Read), None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).getWithoutKey", op(Operation::Read), None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).grow", Role::Growth, None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).pruneTombstones", Role::Growth, None, None, MAP, 25, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).rehash", Role::Growth, None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).split", Role::Growth, None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).uncheckedPutSlot", Role::Helper, None, None, MAP, 24, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).uncheckedPutSlotForAssign", Role::Helper, None, None, MAP, 27, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).uncheckedPutSlotForAssignFast32", Role::Helper, None, None, MAP, 27, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).uncheckedPutSlotForAssignFast64", Role::Helper, None, None, MAP, 27, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).uncheckedPutSlotForAssignFastPtr", Role::Helper, None, None, MAP, 27, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.(*table).uncheckedPutSlotForAssignFastStr", Role::Helper, None, None, MAP, 27, None, "internal/runtime/maps/table.go", false),
    entry("internal/runtime/maps.fatal", Role::Helper, None, None, MAP, 24, None, "runtime/panic.go", true),
    entry("internal/runtime/maps.mapKeyError", Role::Helper, None, None, MAP, 24, None, "internal/runtime/maps/runtime.go", false),
    entry("internal/runtime/maps.mapKeyError2", Role::Helper, None, None, MAP, 25, None, "internal/runtime/maps/runtime.go", false),
    entry("internal/sync.(*HashTrieMap[...]).Clear", op(Operation::Clear), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).CompareAndDelete", op(Operation::Delete), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).CompareAndSwap", op(Operation::Write), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).Delete", op(Operation::Delete), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).Load", op(Operation::Read), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).LoadAndDelete", op(Operation::Delete), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).LoadOrStore", op(Operation::Write), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).Range", op(Operation::Iterate), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).Store", op(Operation::Write), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).Swap", op(Operation::Write), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).expand", Role::Growth, None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).find", Role::Helper, None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("internal/sync.(*HashTrieMap[...]).iter", op(Operation::Iterate), None, None, SYNC, 24, None, "internal/sync/hashtriemap.go", false),
    entry("maps.All[...].func1", op(Operation::Iterate), None, None, MAP, 23, None, "maps/iter.go", false),
    entry("maps.Clone[...]", op(Operation::Clone), None, None, MAP, 21, None, "maps/maps.go", true),
    entry("maps.Copy[...]", Role::Helper, None, None, MAP, 21, None, "maps/maps.go", false),
    entry("maps.DeleteFunc[...]", Role::Helper, None, None, MAP, 21, None, "maps/maps.go", false),
    entry("maps.EqualFunc[...]", Role::Helper, None, None, MAP, 21, None, "maps/maps.go", false),
    entry("maps.Equal[...]", Role::Helper, None, None, MAP, 21, None, "maps/maps.go", false),
    entry("maps.Insert[...]", op(Operation::Write), None, None, MAP, 23, None, "maps/iter.go", false),
    entry("maps.Keys[...].func1", op(Operation::Iterate), None, None, MAP, 23, None, "maps/iter.go", false),
    entry("maps.Values[...].func1", op(Operation::Iterate), None, None, MAP, 23, None, "maps/iter.go", false),
    entry("maps.clone", op(Operation::Clone), None, None, MAP, 21, None, "maps/maps.go", true),
    entry("reflect.(*MapIter).Next", op(Operation::Iterate), None, None, MAP, 12, None, "reflect/map.go", true),
    entry("reflect.Value.MapIndex", op(Operation::Read), None, None, MAP, 6, None, "reflect/map.go", true),
    entry("reflect.Value.MapKeys", op(Operation::Iterate), None, None, MAP, 6, None, "reflect/map.go", false),
    entry("reflect.Value.SetMapIndex", Role::Helper, None, None, MAP, 6, None, "reflect/map.go", true),
    entry("reflect.mapIterNext", op(Operation::Iterate), None, None, MAP, 24, None, "runtime/map.go", true),
    entry("reflect.mapIterStart", op(Operation::Iterate), None, None, MAP, 24, None, "runtime/map.go", true),
    entry("reflect.mapaccess", op(Operation::Read), None, None, MAP, 6, None, "runtime/map.go", true),
    entry("reflect.mapaccess_faststr", op(Operation::Read), Some(KeyHint::String), None, MAP, 17, None, "runtime/map.go", false),
    entry("reflect.mapassign", op(Operation::Write), None, None, MAP, 6, None, "runtime/map.go", true),
    entry("reflect.mapassign0", op(Operation::Write), None, None, MAP, 21, None, "runtime/map.go", true),
    entry("reflect.mapassign_faststr", op(Operation::Write), Some(KeyHint::String), None, MAP, 17, None, "runtime/map.go", false),
    entry("reflect.mapassign_faststr0", op(Operation::Write), Some(KeyHint::String), None, MAP, 21, None, "runtime/map.go", false),
    entry("reflect.mapclear", op(Operation::Clear), None, None, MAP, 21, None, "runtime/map.go", false),
    entry("reflect.mapdelete", op(Operation::Delete), None, None, MAP, 6, None, "runtime/map.go", false),
    entry("reflect.mapdelete_faststr", op(Operation::Delete), Some(KeyHint::String), None, MAP, 17, None, "runtime/map.go", false),
    entry("reflect.mapiterinit", op(Operation::Iterate), None, None, MAP, 6, Some(23), "runtime/map.go", true),
    entry("reflect.mapiternext", op(Operation::Iterate), None, None, MAP, 6, Some(23), "runtime/map.go", true),
    entry("reflect.maplen", op(Operation::Length), None, None, MAP, 6, None, "runtime/map.go", false),
    entry("runtime.evacuate", Role::Growth, None, None, MAP, 6, Some(25), "runtime/map.go", false),
    entry("runtime.evacuate_fast32", Role::Growth, None, None, MAP, 10, Some(25), "runtime/map_fast32.go", false),
    entry("runtime.evacuate_fast64", Role::Growth, None, None, MAP, 10, Some(25), "runtime/map_fast64.go", false),
    entry("runtime.evacuate_faststr", Role::Growth, None, None, MAP, 10, Some(25), "runtime/map_faststr.go", false),
    entry("runtime.growWork", Role::Growth, None, None, MAP, 6, Some(25), "runtime/map.go", false),
    entry("runtime.growWork_fast32", Role::Growth, None, None, MAP, 10, Some(25), "runtime/map_fast32.go", false),
    entry("runtime.growWork_fast64", Role::Growth, None, None, MAP, 10, Some(25), "runtime/map_fast64.go", false),
    entry("runtime.growWork_faststr", Role::Growth, None, None, MAP, 10, Some(25), "runtime/map_faststr.go", false),
    entry("runtime.hashGrow", Role::Growth, None, None, MAP, 6, Some(25), "runtime/map.go", true),
    entry("runtime.mapIterNext", op(Operation::Iterate), None, None, MAP, 24, None, "runtime/map.go", true),
    entry("runtime.mapIterStart", op(Operation::Iterate), None, None, MAP, 24, None, "runtime/map.go", true),
    entry("runtime.mapaccess1", op(Operation::Read), None, Some(false), MAP, 6, None, "internal/runtime/maps/runtime.go", true),
    entry("runtime.mapaccess1_fast32", op(Operation::Read), Some(KeyHint::Bits32), Some(false), MAP, 6, None, "internal/runtime/maps/runtime_fast32.go", true),
    entry("runtime.mapaccess1_fast64", op(Operation::Read), Some(KeyHint::Bits64), Some(false), MAP, 6, None, "internal/runtime/maps/runtime_fast64.go", true),
    entry("runtime.mapaccess1_faststr", op(Operation::Read), Some(KeyHint::String), Some(false), MAP, 6, None, "internal/runtime/maps/runtime_faststr.go", true),
    entry("runtime.mapaccess1_fat", op(Operation::Read), None, Some(false), MAP, 7, None, "runtime/map.go", false),
    entry("runtime.mapaccess2", op(Operation::Read), None, Some(true), MAP, 6, None, "internal/runtime/maps/runtime.go", true),
    entry("runtime.mapaccess2_fast32", op(Operation::Read), Some(KeyHint::Bits32), Some(true), MAP, 6, None, "internal/runtime/maps/runtime_fast32.go", true),
    entry("runtime.mapaccess2_fast64", op(Operation::Read), Some(KeyHint::Bits64), Some(true), MAP, 6, None, "internal/runtime/maps/runtime_fast64.go", true),
    entry("runtime.mapaccess2_faststr", op(Operation::Read), Some(KeyHint::String), Some(true), MAP, 6, None, "internal/runtime/maps/runtime_faststr.go", true),
    entry("runtime.mapaccess2_fat", op(Operation::Read), None, Some(true), MAP, 7, None, "runtime/map.go", false),
    entry("runtime.mapaccessK", op(Operation::Iterate), None, None, MAP, 6, Some(25), "runtime/map.go", false),
    entry("runtime.mapassign", op(Operation::Write), None, None, MAP, 7, None, "internal/runtime/maps/runtime.go", true),
    entry("runtime.mapassign1", op(Operation::Write), None, None, MAP, 6, Some(6), "runtime/hashmap.go", true),
    entry("runtime.mapassign_fast32", op(Operation::Write), Some(KeyHint::Bits32), None, MAP, 9, None, "internal/runtime/maps/runtime_fast32.go", true),
    entry("runtime.mapassign_fast32ptr", op(Operation::Write), Some(KeyHint::Pointer), None, MAP, 10, None, "internal/runtime/maps/runtime_fast32.go", true),
    entry("runtime.mapassign_fast64", op(Operation::Write), Some(KeyHint::Bits64), None, MAP, 9, None, "internal/runtime/maps/runtime_fast64.go", true),
    entry("runtime.mapassign_fast64ptr", op(Operation::Write), Some(KeyHint::Pointer), None, MAP, 10, None, "internal/runtime/maps/runtime_fast64.go", true),
    entry("runtime.mapassign_faststr", op(Operation::Write), Some(KeyHint::String), None, MAP, 9, None, "internal/runtime/maps/runtime_faststr.go", true),
    entry("runtime.mapclear", op(Operation::Clear), None, None, MAP, 11, None, "runtime/map.go", true),
    entry("runtime.mapclone", op(Operation::Clone), None, None, MAP, 21, None, "runtime/map.go", false),
    entry("runtime.mapclone2", op(Operation::Clone), None, None, MAP, 21, None, "runtime/map.go", true),
    entry("runtime.mapdelete", op(Operation::Delete), None, None, MAP, 6, None, "runtime/map.go", true),
    entry("runtime.mapdelete_fast32", op(Operation::Delete), Some(KeyHint::Bits32), None, MAP, 9, None, "runtime/map_fast32.go", true),
    entry("runtime.mapdelete_fast64", op(Operation::Delete), Some(KeyHint::Bits64), None, MAP, 9, None, "runtime/map_fast64.go", true),
    entry("runtime.mapdelete_faststr", op(Operation::Delete), Some(KeyHint::String), None, MAP, 9, None, "runtime/map_faststr.go", true),
    entry("runtime.mapiterinit", op(Operation::Iterate), None, None, MAP, 6, Some(23), "runtime/map.go", true),
    entry("runtime.mapiternext", op(Operation::Iterate), None, None, MAP, 6, Some(23), "runtime/map.go", true),
    entry("runtime.moveToBmap", Role::Helper, None, None, MAP, 21, Some(25), "runtime/map.go", false),
    entry("sync.(*Map).Clear", op(Operation::Clear), None, None, SYNC, 23, None, "sync/map.go", false),
    entry("sync.(*Map).CompareAndDelete", op(Operation::Delete), None, None, SYNC, 20, None, "sync/map.go", false),
    entry("sync.(*Map).CompareAndSwap", op(Operation::Write), None, None, SYNC, 20, None, "sync/map.go", false),
    entry("sync.(*Map).Delete", op(Operation::Delete), None, None, SYNC, 9, None, "sync/map.go", false),
    entry("sync.(*Map).Load", op(Operation::Read), None, None, SYNC, 9, None, "sync/map.go", false),
    entry("sync.(*Map).LoadAndDelete", op(Operation::Delete), None, None, SYNC, 15, None, "sync/map.go", false),
    entry("sync.(*Map).LoadOrStore", op(Operation::Write), None, None, SYNC, 9, None, "sync/map.go", false),
    entry("sync.(*Map).Range", op(Operation::Iterate), None, None, SYNC, 9, None, "sync/map.go", false),
    entry("sync.(*Map).Store", op(Operation::Write), None, None, SYNC, 9, None, "sync/map.go", false),
    entry("sync.(*Map).Swap", op(Operation::Write), None, None, SYNC, 20, None, "sync/map.go", false),
];

const MAP: bool = false;
const SYNC: bool = true;

const fn op(operation: Operation) -> Role {
    Role::Operation(operation)
}

/// One row of the table, in the order of its columns.
#[expect(clippy::too_many_arguments, reason = "the columns of a table")]
const fn entry(
    name: &'static str,
    role: Role,
    key: Option<KeyHint>,
    comma_ok: Option<bool>,
    sync_map: bool,
    first: u8,
    last: Option<u8>,
    file: &'static str,
    tested: bool,
) -> MapFunction {
    MapFunction { name, role, key, comma_ok, sync_map, versions: Versions { first, last }, file, tested }
}
