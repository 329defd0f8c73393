//! Core dumps: what a process had in memory when it died.
//!
//! A core is an ELF file of segments and notes. Pages that come from files, as a program's code, are not in it by default:
//! they are read from the program's own file. Holes are left where the system did not dump.
//!
//! Source: `fs/binfmt_elf.c` of Linux (`NT_FILE`, `NT_PRSTATUS`), and `man 5 core`.

mod memory;

pub use memory::CoreMemory;

use crate::memory::number;
use object::elf::{self, FileHeader64, ProgramHeader64};
use object::read::elf::{FileHeader as _, ProgramHeader as _};
use object::{LittleEndian, pod};
use std::fmt;
use std::ops::Range;

/// A file that is read in parts, so that a core need not fit into memory.
pub trait Source {
    /// Fills `buffer` from `offset` on; false if the file ends before, or cannot be read.
    fn read(&self, offset: u64, buffer: &mut [u8]) -> bool;
}

impl Source for [u8] {
    fn read(&self, offset: u64, buffer: &mut [u8]) -> bool {
        let part = usize::try_from(offset).ok().and_then(|at| self.get(at..)?.get(..buffer.len()));
        part.map(|part| buffer.copy_from_slice(part)).is_some()
    }
}

/// Why a file could not be read as a core: see [`CoreError::kind`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CoreError {
    kind: CoreErrorKind,
    what: String,
}

/// What kept a file from being read as a core.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CoreErrorKind {
    /// It is no core of a 64-bit little-endian system.
    NotCore,
    /// Its headers are cut short or damaged.
    Damaged,
}

impl CoreError {
    fn new(kind: CoreErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into() }
    }

    /// What kept it from being read.
    #[must_use]
    pub fn kind(&self) -> CoreErrorKind {
        self.kind
    }
}

impl fmt::Display for CoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            CoreErrorKind::NotCore => write!(f, "not a core dump of 64-bit Linux: {}", self.what),
            CoreErrorKind::Damaged => write!(f, "the core dump is cut short: {}", self.what),
        }
    }
}

impl std::error::Error for CoreError {}

/// A part of memory in a core.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Load {
    address: u64,
    offset: u64,
    /// Bytes in the core.
    held: u64,
    /// Whether it may be written.
    writable: bool,
}

/// A part of memory that came from a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MappedFile {
    /// Its first address.
    pub start: u64,
    /// The address behind it.
    pub end: u64,
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    /// The file.
    pub path: String,
}

/// The headers and notes of a core.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Core {
    loads: Vec<Load>,
    files: Vec<MappedFile>,
    signal: Option<u32>,
    /// Where the core is longer than the file that was given: how many bytes are missing.
    missing: u64,
}

/// More headers or notes than these are damage.
const MOST_HEADERS: u64 = 1 << 20;
const MOST_NOTES: u64 = 1 << 26;
/// Where the note about a thread has the signal: `pr_cursig` of `struct elf_prstatus`.
const SIGNAL_AT: u64 = 12;

impl Core {
    /// Reads the headers and notes of a core of so many bytes.
    ///
    /// # Errors
    /// [`CoreErrorKind::NotCore`] for other files, [`CoreErrorKind::Damaged`] where the headers are not all there. A core
    /// that is cut short later is read as far as it goes: see [`Core::missing`].
    pub fn read(source: &(impl Source + ?Sized), length: u64) -> Result<Self, CoreError> {
        let not_core = |what: &str| CoreError::new(CoreErrorKind::NotCore, what);
        let damaged = |what: &str| CoreError::new(CoreErrorKind::Damaged, what);
        let mut start = [0; size_of::<FileHeader64<LittleEndian>>()];
        if !source.read(0, &mut start) {
            return Err(not_core("it is shorter than a header"));
        }
        let header = FileHeader64::<LittleEndian>::parse(start.as_slice())
            .map_err(|_| not_core("it is no ELF file"))?;
        if header.e_type.get(LittleEndian) != elf::ET_CORE {
            return Err(not_core("it is an ELF file of another type"));
        }
        let count = header_count(source, header).ok_or_else(|| damaged("it has no headers"))?;
        let headers = part(
            source,
            header.e_phoff.get(LittleEndian),
            count.saturating_mul(size_of::<ProgramHeader64<LittleEndian>>() as u64),
            MOST_HEADERS.saturating_mul(size_of::<ProgramHeader64<LittleEndian>>() as u64),
        )
        .ok_or_else(|| damaged("its headers are not all there"))?;
        let (headers, _) = usize::try_from(count)
            .ok()
            .and_then(|count| {
                pod::slice_from_bytes::<ProgramHeader64<LittleEndian>>(&headers, count).ok()
            })
            .ok_or_else(|| damaged("its headers are not all there"))?;
        let mut core = Self { loads: Vec::new(), files: Vec::new(), signal: None, missing: 0 };
        for header in headers {
            core.header(source, header, length);
        }
        core.loads.sort_by_key(|load| load.address);
        Ok(core)
    }

    fn header(
        &mut self,
        source: &(impl Source + ?Sized),
        header: &ProgramHeader64<LittleEndian>,
        length: u64,
    ) {
        let at = |word: object::U64<LittleEndian>| word.get(LittleEndian);
        let (offset, size) = (at(header.p_offset), at(header.p_filesz));
        match header.p_type(LittleEndian) {
            elf::PT_LOAD => {
                let held = size.min(length.saturating_sub(offset));
                self.missing = self.missing.saturating_add(size.saturating_sub(held));
                let writable = header.p_flags(LittleEndian).0 & elf::PF_W.0 != 0;
                self.loads.push(Load { address: at(header.p_vaddr), offset, held, writable });
            }
            elf::PT_NOTE => {
                if let Some(notes) = part(source, offset, size, MOST_NOTES) {
                    self.notes(&notes);
                }
            }
            _ => {}
        }
    }

    fn notes(&mut self, notes: &[u8]) {
        let Ok(mut notes) = object::read::elf::NoteIterator::<FileHeader64<LittleEndian>>::new(
            LittleEndian,
            4,
            notes,
        ) else {
            return;
        };
        while let Ok(Some(note)) = notes.next() {
            if note.name() != b"CORE" {
                continue;
            }
            match note.n_type(LittleEndian) {
                elf::NT_FILE => self.files = files(note.desc()),
                // The thread that died comes first.
                elf::NT_PRSTATUS if self.signal.is_none() => {
                    let signal = number(note.desc(), SIGNAL_AT, 2);
                    self.signal = signal.and_then(|signal| u32::try_from(signal).ok());
                }
                _ => {}
            }
        }
    }

    /// Memory that is no file's and can be written to: what a heap may be in.
    #[must_use]
    pub fn heap_parts(&self) -> Vec<Range<u64>> {
        let is_files =
            |address| self.files.iter().any(|file| (file.start..file.end).contains(&address));
        self.loads
            .iter()
            .filter(|load| load.writable && load.held > 0 && !is_files(load.address))
            .map(|load| load.address..load.address.saturating_add(load.held))
            .collect()
    }

    /// The files that parts of memory came from.
    #[must_use]
    pub fn files(&self) -> &[MappedFile] {
        &self.files
    }

    /// The signal that the process died of; none if the core does not say it, as a copy of a live process.
    #[must_use]
    pub fn signal(&self) -> Option<u32> {
        self.signal.filter(|signal| *signal != 0)
    }

    /// How many bytes of memory the file lacks because it was cut short.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// The program that died: the first file that is mapped.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        self.files.first().map(|file| file.path.as_str())
    }
}

/// The number of headers: beyond what their field holds, the first section has it.
fn header_count(
    source: &(impl Source + ?Sized),
    header: &FileHeader64<LittleEndian>,
) -> Option<u64> {
    let count = header.e_phnum.get(LittleEndian);
    if count != elf::PN_XNUM {
        return Some(u64::from(count));
    }
    const INFO_AT: u64 = 44;
    let mut info = [0; 4];
    let at = header.e_shoff.get(LittleEndian).checked_add(INFO_AT)?;
    source.read(at, &mut info).then(|| u64::from(u32::from_le_bytes(info)))
}

/// So many bytes of a file, unless they are more than these or not there.
fn part(source: &(impl Source + ?Sized), offset: u64, length: u64, most: u64) -> Option<Vec<u8>> {
    let mut part = vec![0; usize::try_from(length).ok().filter(|_| length <= most)?];
    source.read(offset, &mut part).then_some(part)
}

/// The note about files: their number, the size of a page, three words of each, and then their names.
fn files(note: &[u8]) -> Vec<MappedFile> {
    let word = |place: u64| number(note, place.checked_mul(8)?, 8);
    let (Some(count), Some(page)) = (word(0), word(1)) else { return Vec::new() };
    let names_at = count.checked_mul(3).and_then(|words| words.checked_add(2)?.checked_mul(8));
    let names = names_at.and_then(|at| note.get(usize::try_from(at).ok()?..)).unwrap_or_default();
    let entry = |place: u64| {
        let first = place.checked_mul(3)?.checked_add(2)?;
        Some((word(first)?, word(first.checked_add(1)?)?, word(first.checked_add(2)?)?))
    };
    (0..count)
        .map_while(entry)
        .zip(names.split(|byte| *byte == 0))
        .map(|((start, end, pages), name)| MappedFile {
            start,
            end,
            offset: pages.saturating_mul(page),
            path: String::from_utf8_lossy(name).into_owned(),
        })
        .collect()
}
