//! Whether a key type agrees with what a runtime function's name says of it.

use finding::{KeyHint, MapType};

/// How a hint stands to a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// The type is one the function is used for.
    Agrees,
    /// It may be: there is no hint, or the type's name does not tell.
    Unknown,
    /// The compiler never uses the function for this type.
    Contradicts,
}

/// Compares a hint with the key of a map.
///
/// The fast functions serve keys that are compared as memory of 4 or 8 bytes, or strings
/// (`cmd/compile/internal/walk/walk.go`, `mapfast`, Go 1.27). A named type may be any of these.
pub(crate) fn agreement(hint: Option<KeyHint>, map: &MapType) -> Agreement {
    let (Some(hint), false) = (hint, map.key.is_empty()) else {
        return Agreement::Unknown;
    };
    let agrees = match &*map.key {
        "string" => hint == KeyHint::String,
        "int64" | "uint64" => hint == KeyHint::Bits64,
        "int" | "uint" | "uintptr" => matches!(hint, KeyHint::Bits32 | KeyHint::Bits64),
        "int32" | "uint32" | "rune" => hint == KeyHint::Bits32,
        "bool" | "byte" | "int8" | "uint8" | "int16" | "uint16" | "float32" | "float64"
        | "complex64" | "complex128" | "any" | "error" | "interface{}" => false,
        // A pointer is assigned by the `ptr` functions and read by those for its width.
        key if key.starts_with('*') || key.starts_with("chan ") => hint != KeyHint::String,
        _ => return Agreement::Unknown,
    };
    if agrees { Agreement::Agrees } else { Agreement::Contradicts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use finding::MapKind;

    fn of(hint: KeyHint, key: &str) -> Agreement {
        agreement(
            Some(hint),
            &MapType { kind: MapKind::Builtin, text: "".into(), key: key.into(), value: "".into() },
        )
    }

    #[test]
    fn a_hint_rules_out_other_keys_and_leaves_named_types_open() {
        assert_eq!(of(KeyHint::String, "string"), Agreement::Agrees);
        assert_eq!(of(KeyHint::String, "int64"), Agreement::Contradicts);
        assert_eq!(of(KeyHint::Bits64, "*Conn"), Agreement::Agrees);
        assert_eq!(of(KeyHint::Pointer, "*Conn"), Agreement::Agrees);
        assert_eq!(of(KeyHint::Bits64, "order.ID"), Agreement::Unknown);
        assert_eq!(of(KeyHint::Bits64, "float64"), Agreement::Contradicts);
    }
}
