//! The table of layouts.

use super::{FieldPlace, Layout, Struct};
use crate::Versions;

const fn field(name: &'static str, offset: u16, size: u8) -> FieldPlace {
    FieldPlace { name, offset, size }
}

const fn since(first: u8, last: Option<u8>) -> Versions {
    Versions { first, last }
}

#[rustfmt::skip]
pub(super) const TABLE: &[Layout] = &[
    Layout {
        of: Struct::Module, name: "runtime.moduledata", size: 376, versions: since(21, Some(25)), file: "runtime/symtab.go",
        fields: &[
            field("pcHeader", 0, 8), field("funcnametab", 8, 24), field("text", 176, 8), field("etext", 184, 8),
            field("noptrdata", 192, 8), field("enoptrdata", 200, 8), field("data", 208, 8),
            field("edata", 216, 8), field("bss", 224, 8), field("ebss", 232, 8), field("noptrbss", 240, 8),
            field("enoptrbss", 248, 8), field("types", 296, 8), field("etypes", 304, 8), field("gofunc", 320, 8),
            field("typelinks", 352, 24),
        ],
    },
    Layout {
        of: Struct::Module, name: "runtime.moduledata", size: 384, versions: since(26, Some(26)), file: "runtime/symtab.go",
        fields: &[
            field("pcHeader", 0, 8), field("funcnametab", 8, 24), field("text", 176, 8), field("etext", 184, 8),
            field("noptrdata", 192, 8), field("enoptrdata", 200, 8), field("data", 208, 8),
            field("edata", 216, 8), field("bss", 224, 8), field("ebss", 232, 8), field("noptrbss", 240, 8),
            field("enoptrbss", 248, 8), field("types", 296, 8), field("etypes", 304, 8), field("gofunc", 320, 8),
            field("typelinks", 360, 24),
        ],
    },
    Layout {
        of: Struct::Module, name: "runtime.moduledata", size: 352, versions: since(27, None), file: "runtime/symtab.go",
        fields: &[
            field("pcHeader", 0, 8), field("funcnametab", 8, 24), field("text", 176, 8), field("etext", 184, 8),
            field("noptrdata", 192, 8), field("enoptrdata", 200, 8), field("data", 208, 8),
            field("edata", 216, 8), field("bss", 224, 8), field("ebss", 232, 8), field("noptrbss", 240, 8),
            field("enoptrbss", 248, 8), field("types", 296, 8), field("typedesclen", 304, 8),
            field("etypes", 312, 8), field("gofunc", 344, 8),
        ],
    },
    Layout {
        of: Struct::Type, name: "internal/abi.Type", size: 48, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Size_", 0, 8), field("PtrBytes", 8, 8), field("TFlag", 20, 1), field("Kind_", 23, 1),
            field("Str", 40, 4),
        ],
    },
    Layout {
        of: Struct::Uncommon, name: "internal/abi.UncommonType", size: 16, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("PkgPath", 0, 4), field("Mcount", 4, 2),
        ],
    },
    Layout {
        of: Struct::Method, name: "internal/abi.Method", size: 16, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Name", 0, 4),
        ],
    },
    Layout {
        of: Struct::ArrayType, name: "internal/abi.ArrayType", size: 72, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Elem", 48, 8), field("Len", 64, 8),
        ],
    },
    Layout {
        of: Struct::ChanType, name: "internal/abi.ChanType", size: 64, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Elem", 48, 8),
        ],
    },
    Layout {
        of: Struct::FuncType, name: "internal/abi.FuncType", size: 56, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("InCount", 48, 2), field("OutCount", 50, 2),
        ],
    },
    Layout {
        of: Struct::InterfaceType, name: "internal/abi.InterfaceType", size: 80, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Methods", 56, 24),
        ],
    },
    Layout {
        of: Struct::InterfaceMethod, name: "internal/abi.Imethod", size: 8, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Name", 0, 4),
        ],
    },
    Layout {
        of: Struct::ClassicMapType, name: "internal/abi.MapType", size: 88, versions: since(21, Some(23)), file: "internal/abi/type.go",
        fields: &[
            field("Key", 48, 8), field("Elem", 56, 8), field("Bucket", 64, 8), field("BucketSize", 82, 2),
            field("Flags", 84, 4),
        ],
    },
    Layout {
        of: Struct::ClassicMapType, name: "internal/abi.OldMapType", size: 88, versions: since(24, Some(25)), file: "internal/abi/map_noswiss.go",
        fields: &[
            field("Key", 48, 8), field("Elem", 56, 8), field("Bucket", 64, 8), field("BucketSize", 82, 2),
            field("Flags", 84, 4),
        ],
    },
    Layout {
        of: Struct::SwissMapType, name: "internal/abi.SwissMapType", size: 112, versions: since(24, Some(25)), file: "internal/abi/map_swiss.go",
        fields: &[
            field("Key", 48, 8), field("Elem", 56, 8), field("Group", 64, 8), field("GroupSize", 80, 8),
            field("Flags", 104, 4),
        ],
    },
    Layout {
        of: Struct::SwissMapType, name: "internal/abi.MapType", size: 112, versions: since(26, Some(26)), file: "internal/abi/map.go",
        fields: &[
            field("Key", 48, 8), field("Elem", 56, 8), field("Group", 64, 8), field("GroupSize", 80, 8),
            field("Flags", 104, 4),
        ],
    },
    Layout {
        of: Struct::SwissMapType, name: "internal/abi.MapType", size: 136, versions: since(27, None), file: "internal/abi/map.go",
        fields: &[
            field("Key", 48, 8), field("Elem", 56, 8), field("Group", 64, 8), field("GroupSize", 80, 8),
            field("Flags", 128, 4),
        ],
    },
    Layout {
        of: Struct::PointerType, name: "internal/abi.PtrType", size: 56, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Elem", 48, 8),
        ],
    },
    Layout {
        of: Struct::SliceType, name: "internal/abi.SliceType", size: 56, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Elem", 48, 8),
        ],
    },
    Layout {
        of: Struct::StructType, name: "internal/abi.StructType", size: 80, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Fields", 56, 24),
        ],
    },
    Layout {
        of: Struct::StructField, name: "internal/abi.StructField", size: 24, versions: since(21, None), file: "internal/abi/type.go",
        fields: &[
            field("Name", 0, 8), field("Typ", 8, 8), field("Offset", 16, 8),
        ],
    },
    Layout {
        of: Struct::ClassicMap, name: "runtime.hmap", size: 48, versions: since(21, Some(23)), file: "runtime/map.go",
        fields: &[
            field("count", 0, 8), field("flags", 8, 1), field("B", 9, 1), field("noverflow", 10, 2),
            field("hash0", 12, 4), field("buckets", 16, 8), field("oldbuckets", 24, 8),
            field("nevacuate", 32, 8), field("extra", 40, 8),
        ],
    },
    Layout {
        of: Struct::ClassicMap, name: "runtime.hmap", size: 56, versions: since(24, Some(25)), file: "runtime/map_noswiss.go",
        fields: &[
            field("count", 0, 8), field("flags", 8, 1), field("B", 9, 1), field("noverflow", 10, 2),
            field("hash0", 12, 4), field("buckets", 16, 8), field("oldbuckets", 24, 8),
            field("nevacuate", 32, 8), field("clearSeq", 40, 8), field("extra", 48, 8),
        ],
    },
    Layout {
        of: Struct::ClassicExtra, name: "runtime.mapextra", size: 24, versions: since(21, Some(25)), file: "runtime/map_noswiss.go",
        fields: &[
            field("overflow", 0, 8), field("oldoverflow", 8, 8), field("nextOverflow", 16, 8),
        ],
    },
    Layout {
        of: Struct::SwissMap, name: "internal/runtime/maps.Map", size: 48, versions: since(24, Some(24)), file: "internal/runtime/maps/map.go",
        fields: &[
            field("used", 0, 8), field("seed", 8, 8), field("dirPtr", 16, 8), field("dirLen", 24, 8),
            field("globalDepth", 32, 1), field("globalShift", 33, 1), field("writing", 34, 1),
            field("clearSeq", 40, 8),
        ],
    },
    Layout {
        of: Struct::SwissMap, name: "internal/runtime/maps.Map", size: 48, versions: since(25, None), file: "internal/runtime/maps/map.go",
        fields: &[
            field("used", 0, 8), field("seed", 8, 8), field("dirPtr", 16, 8), field("dirLen", 24, 8),
            field("globalDepth", 32, 1), field("globalShift", 33, 1), field("writing", 34, 1),
            field("tombstonePossible", 35, 1), field("clearSeq", 40, 8),
        ],
    },
    Layout {
        of: Struct::SwissTable, name: "internal/runtime/maps.table", size: 32, versions: since(24, None), file: "internal/runtime/maps/table.go",
        fields: &[
            field("used", 0, 2), field("capacity", 2, 2), field("growthLeft", 4, 2), field("localDepth", 6, 1),
            field("index", 8, 8), field("groups.data", 16, 8), field("groups.lengthMask", 24, 8),
        ],
    },
    Layout {
        of: Struct::Span, name: "runtime.mspan", size: 168, versions: since(21, Some(21)), file: "runtime/mheap.go",
        fields: &[
            field("startAddr", 24, 8), field("npages", 32, 8), field("freeindex", 48, 8), field("nelems", 56, 8),
            field("allocBits", 72, 8), field("spanclass", 106, 1), field("state", 107, 1),
            field("elemsize", 112, 8), field("limit", 120, 8),
        ],
    },
    Layout {
        of: Struct::Span, name: "runtime.mspan", size: 160, versions: since(22, None), file: "runtime/mheap.go",
        fields: &[
            field("startAddr", 24, 8), field("npages", 32, 8), field("freeindex", 48, 2), field("nelems", 50, 2),
            field("allocBits", 64, 8), field("spanclass", 98, 1), field("state", 99, 1),
            field("elemsize", 104, 8), field("limit", 112, 8), field("largeType", 152, 8),
        ],
    },
];
