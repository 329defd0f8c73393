//! What the linker tells Go's runtime of a program: `runtime.moduledata`. It is there also after stripping.
//!
//! It is found by its first two words: the table of functions, and what lies just behind that table's header. In a program
//! that may be loaded anywhere these words are put in when it is loaded, so that they are looked for in memory, not in the
//! file.
//!
//! Source: `src/runtime/symtab.go`, `moduledata`, and `src/cmd/link/internal/ld/symtab.go`, of Go 1.21 to 1.27.

use go_runtime::{Layout, Struct, layout};
use std::ops::Range;

/// The sections that hold it, in the order in which they are looked at: a section of its own since Go 1.26.
pub const MODULE_SECTIONS: [&str; 4] = [".go.module", ".noptrdata", ".data", ".data.rel.ro"];
/// The sections that hold the table of functions; the second one in programs that may be loaded anywhere.
pub const FUNCTION_SECTIONS: [&str; 2] = [".gopclntab", ".data.rel.ro.gopclntab"];

/// What follows the header of the table of functions lies so near to it.
const HEADER: u64 = 128;
const WORD: usize = 8;

/// What the linker tells of a program. All addresses are those of memory, where it was loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModuleData {
    /// The table of functions.
    pub functions: u64,
    /// The program's code.
    pub text: Range<u64>,
    /// Variables that begin with a value and have pointers, and those that have none.
    pub data: Range<u64>,
    /// See [`data`](Self::data).
    pub data_without_pointers: Range<u64>,
    /// Variables that begin as zeros and have pointers, and those that have none.
    pub bss: Range<u64>,
    /// See [`bss`](Self::bss).
    pub bss_without_pointers: Range<u64>,
    /// Descriptors of types, and their names.
    pub types: Range<u64>,
    /// The part of them in which descriptors lie one after the other: since Go 1.27.
    pub descriptors: Option<Range<u64>>,
    /// Where the descriptors of types without a name are listed, as offsets of four bytes, and how many: up to Go 1.26.
    pub links: Option<(u64, u64)>,
    /// What the tables of functions refer to: `go:func.*`.
    pub function_data: u64,
}

impl ModuleData {
    /// How many bytes of it Go 1.`minor` has that are needed; none for releases of which the layout is not known.
    #[must_use]
    pub fn size(minor: u8) -> Option<usize> {
        layout(Struct::Module, minor).map(|layout| layout.size.into())
    }

    /// Looks for it in a part of memory of a program of Go 1.`minor`, whose table of functions begins at `functions`.
    ///
    /// Linear in the bytes.
    #[must_use]
    pub fn find(bytes: &[u8], functions: u64, minor: u8) -> Option<Self> {
        let layout = layout(Struct::Module, minor)?;
        let size = usize::from(layout.size);
        let wanted = functions.to_le_bytes();
        bytes
            .chunks_exact(WORD)
            .zip((0..).step_by(WORD))
            .filter(|(word, _)| *word == wanted)
            .filter_map(|(_, at)| bytes.get(at..)?.get(..size))
            .find_map(|bytes| Self::parse(bytes, functions, layout))
    }

    fn parse(bytes: &[u8], functions: u64, layout: &Layout) -> Option<Self> {
        let at = |name: &str, more: usize| {
            let at = usize::from(layout.field(name)?.offset).checked_add(more)?;
            let word = bytes.get(at..)?.first_chunk::<WORD>()?;
            Some(u64::from_le_bytes(*word))
        };
        let word = |name: &str| at(name, 0);
        let range = |first: &str, last: &str| {
            let range = word(first)?..word(last)?;
            (range.start <= range.end).then_some(range)
        };
        let behind = word("funcnametab")?.checked_sub(functions)?;
        if behind == 0 || behind > HEADER {
            return None;
        }
        let types = range("types", "etypes")?;
        let descriptors = match word("typedesclen") {
            Some(length) => {
                let end = types.start.checked_add(length).filter(|end| *end <= types.end)?;
                Some(types.start..end)
            }
            None => None,
        };
        Some(Self {
            functions,
            text: range("text", "etext")?,
            data: range("data", "edata")?,
            data_without_pointers: range("noptrdata", "enoptrdata")?,
            bss: range("bss", "ebss")?,
            bss_without_pointers: range("noptrbss", "enoptrbss")?,
            types,
            descriptors,
            links: word("typelinks").zip(at("typelinks", WORD)),
            function_data: word("gofunc")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(minor: u8, fields: &[(&str, u64)]) -> Vec<u8> {
        let layout = layout(Struct::Module, minor).unwrap();
        let mut bytes = vec![0; layout.size.into()];
        for (name, value) in fields {
            let at = usize::from(layout.field(name).unwrap().offset);
            bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn it_is_found_behind_words_that_only_look_alike() {
        let real = module(
            24,
            &[("pcHeader", 0x5000), ("funcnametab", 0x5048), ("types", 0x4000), ("etypes", 0x4800)],
        );
        let mut bytes = 0x5000_u64.to_le_bytes().to_vec();
        bytes.extend(0x9000_u64.to_le_bytes());
        bytes.extend(&real);
        let found = ModuleData::find(&bytes, 0x5000, 24).unwrap();
        assert_eq!(
            (found.types, found.descriptors, found.links),
            (0x4000..0x4800, None, Some((0, 0)))
        );
        assert_eq!(ModuleData::find(&bytes[..100], 0x5000, 24), None);
        assert_eq!(ModuleData::find(&bytes, 0x5008, 24), None);
    }

    #[test]
    fn ranges_that_end_before_they_begin_are_none() {
        let fields = [("pcHeader", 8), ("funcnametab", 80), ("types", 0x800), ("etypes", 0x400)];
        assert_eq!(ModuleData::find(&module(27, &fields), 8, 27), None);
        let fields =
            [("pcHeader", 8), ("funcnametab", 80), ("etypes", 0x400), ("typedesclen", 0x401)];
        assert_eq!(ModuleData::find(&module(27, &fields), 8, 27), None);
    }
}
