//! The functions of the classic map that a model of it has, each with where it was read.

/// A function of the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The file, relative to GOROOT/src.
    pub file: &'static str,
    /// Its line in Go 1.21.13.
    pub line: u32,
}

macro_rules! functions {
    ($($(#[doc = $doc:literal])* $constant:ident $name:literal $line:literal)*) => {
        /// The functions, named as in the runtime.
        pub mod functions {
            use super::Function;
            $(
                $(#[doc = $doc])*
                pub const $constant: Function =
                    Function { name: $name, file: "runtime/map.go", line: $line };
            )*
            /// All of them.
            pub const ALL: &[Function] = &[$($constant),*];
        }
    };
}

functions! {
    /// Preallocated overflow bucket, or a new one.
    NEWOVERFLOW "newoverflow" 247
    /// Makes the `mapextra` and its list.
    CREATE_OVERFLOW "createOverflow" 275
    /// A map for so many entries.
    MAKEMAP "makemap" 305
    /// The array of buckets.
    MAKE_BUCKET_ARRAY "makeBucketArray" 346
    /// `v, ok := m[k]`.
    MAPACCESS2 "mapaccess2" 457
    /// The lookup of an iterator in the table that has grown meanwhile.
    MAPACCESS_K "mapaccessK" 519
    /// `m[k] = v`, up to the place of the value.
    MAPASSIGN "mapassign" 579
    /// `delete(m, k)`.
    MAPDELETE "mapdelete" 696
    /// The beginning of `for k, v := range m`.
    MAPITERINIT "mapiterinit" 816
    /// Each turn of it.
    MAPITERNEXT "mapiternext" 867
    /// `clear(m)`.
    MAPCLEAR "mapclear" 994
    /// Begins a growth.
    HASH_GROW "hashGrow" 1058
    /// One or two buckets' worth of a growth.
    GROW_WORK "growWork" 1145
    /// Moves a bucket to the new array.
    EVACUATE "evacuate" 1169
    /// Notes how far the growth is.
    ADVANCE_EVACUATION_MARK "advanceEvacuationMark" 1283
    /// Copies a bucket to another map.
    MOVE_TO_BMAP "moveToBmap" 1460
    /// `maps.Clone`.
    MAPCLONE2 "mapclone2" 1511
}
