//! Where a live process has what: the lines of `/proc/PID/maps`, and by how much its program was moved.
//!
//! Source: `Documentation/filesystems/proc.rst` of Linux.

use go_binary::Segment;
use std::ops::Range;

/// A part of the address space of a process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mapping {
    /// Its first address.
    pub start: u64,
    /// The address behind it.
    pub end: u64,
    /// Whether it may be read.
    pub readable: bool,
    /// Whether it may be written.
    pub writable: bool,
    /// Where it begins in its file.
    pub offset: u64,
    /// The file, or what the kernel calls it; empty for nameless memory.
    pub name: String,
}

/// Reads the text of `/proc/PID/maps`; lines that are none are left out.
#[must_use]
pub fn mappings(text: &str) -> Vec<Mapping> {
    text.lines().filter_map(line).collect()
}

/// Memory that is no file's and can be read and written: what a heap may be in.
#[must_use]
pub fn heap_parts(mappings: &[Mapping]) -> Vec<Range<u64>> {
    mappings
        .iter()
        .filter(|part| part.readable && part.writable)
        // Newer runtimes give their memory names.
        .filter(|part| part.name.is_empty() || part.name.starts_with("[anon"))
        .map(|part| part.start..part.end)
        .collect()
}

/// `00400000-0049e000 r-xp 00000000 fd:00 262 /usr/bin/server`
fn line(line: &str) -> Option<Mapping> {
    let mut rest = line;
    let mut word = || {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = after.trim_start();
        (!word.is_empty()).then_some(word)
    };
    let (start, end) = word()?.split_once('-')?;
    let rights = word()?;
    let offset = word()?;
    let (_device, _inode) = (word()?, word()?);
    let hexadecimal = |digits| u64::from_str_radix(digits, 16).ok();
    Some(Mapping {
        start: hexadecimal(start)?,
        end: hexadecimal(end)?,
        readable: rights.starts_with('r'),
        writable: rights.chars().nth(1) == Some('w'),
        offset: hexadecimal(offset)?,
        name: rest.to_owned(),
    })
}

/// What is added to the addresses of a program's file where it was loaded.
///
/// `parts` are the start, the offset in the file and the name of what is mapped; `name` is the program's file. None if no
/// part of it is there.
pub fn bias<'n>(
    parts: impl IntoIterator<Item = (u64, u64, &'n str)>,
    segments: &[Segment],
    name: &str,
) -> Option<u64> {
    /// Mappings begin at whole pages, of the smallest size.
    const PAGE: u64 = 4096;
    let pages = |at: u64| at.checked_div(PAGE).map(|pages| pages.saturating_mul(PAGE));
    parts.into_iter().filter(|(.., of)| *of == name).find_map(|(start, offset, _)| {
        let segment = segments.iter().find(|segment| pages(segment.file_offset) == Some(offset))?;
        Some(start.wrapping_sub(pages(segment.address)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
555555554000-555555558000 r--p 00000000 fd:00 262                        /srv/my server (deleted)
555555558000-55555556c000 r-xp 00004000 fd:00 262                        /srv/my server (deleted)
c000000000-c000400000 rw-p 00000000 00:00 0                              [anon: Go: heap]
7ffff7fc1000-7ffff7fc3000 rw-p 00000000 00:00 0 
nonsense
";

    #[test]
    fn names_may_have_blanks_or_be_missing() {
        let all = mappings(TEXT);
        let names: Vec<_> = all.iter().map(|mapping| mapping.name.as_str()).collect();
        let server = "/srv/my server (deleted)";
        assert_eq!(names, [server, server, "[anon: Go: heap]", ""]);
        assert_eq!((all[2].start, all[2].end), (0xc0_0000_0000, 0xc0_0040_0000));
        assert!(all[2].readable && all[2].writable && !all[1].writable);
    }

    #[test]
    fn a_heap_is_in_memory_without_a_file() {
        let parts = heap_parts(&mappings(TEXT));
        assert_eq!(parts, [0xc0_0000_0000..0xc0_0040_0000, 0x7fff_f7fc_1000..0x7fff_f7fc_3000]);
    }

    #[test]
    fn the_bias_is_told_by_any_mapping_of_the_program() {
        let segments = [
            Segment { address: 0, size: 0x4000, file_offset: 0, file_size: 0x4000 },
            Segment { address: 0x4010, size: 0x9000, file_offset: 0x4010, file_size: 0x9000 },
        ];
        let all = mappings(TEXT);
        let parts = |from: usize| {
            all[from..].iter().map(|mapping| (mapping.start, mapping.offset, mapping.name.as_str()))
        };
        let server = "/srv/my server (deleted)";
        assert_eq!(bias(parts(0), &segments, server), Some(0x5555_5555_4000));
        assert_eq!(bias(parts(1), &segments, server), Some(0x5555_5555_4000));
        assert_eq!(bias(parts(2), &segments, server), None);
    }
}
