//! Which argument of a map function is the map: a pointer to the runtime's header.
//!
//! Read in `runtime/map.go`, `map_fast*.go` and `map_*_noswiss.go` of Go 1.21 to 1.25, `internal/runtime/maps/map.go`,
//! `table.go` and `runtime*.go` of Go 1.24 to 1.27, `reflect/value.go`, and `sync/map.go`. `tests/goroot.rs` holds it against
//! the releases at hand.

/// Functions that take the type, then the map; names go on in the kind of key.
const SECOND: [&str; 10] = [
    "mapaccess",
    "mapassign",
    "mapdelete",
    "mapclear",
    "mapclone2",
    "mapiterinit",
    "mapIterStart",
    "hashGrow",
    "growWork",
    "evacuate",
];

/// Methods of a table that take the type, then the map.
const THIRD: [&str; 7] = ["Delete", "Get", "PutSlot", "grow", "pruneTombstones", "rehash", "split"];

/// Which argument of a map function is the map, the receiver counted, from zero on; none for functions that do not take it.
#[must_use]
pub fn map_argument(symbol: &str) -> Option<usize> {
    let of = |receiver: &str| symbol.strip_prefix(receiver);
    let methods = ["internal/runtime/maps.(*Map).", "runtime.(*hmap).", "sync.(*Map)."];
    if methods.into_iter().any(|receiver| of(receiver).is_some()) {
        return Some(0);
    }
    if let Some(method) = of("internal/runtime/maps.(*table).") {
        return THIRD.contains(&method).then_some(2);
    }
    let function = of("runtime.").or_else(|| of("reflect."))?;
    SECOND.into_iter().any(|name| function.starts_with(name)).then_some(1)
}
