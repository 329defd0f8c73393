//! The file of a program: its sections, and the segments that the system maps.

use crate::error::{Error, ErrorKind};
use object::read::elf::ElfFile64;
use object::{
    Architecture, CompressionFormat, LittleEndian, Object, ObjectSection, ObjectSegment,
    ObjectSymbol,
};
use std::borrow::Cow;

/// No byte of deflated data stands for more bytes than these.
const MOST_INFLATED: u64 = 1_032;

/// A program, read from the bytes of its file.
pub struct Image<'d> {
    file: ElfFile64<'d, LittleEndian>,
}

/// A section: where it lies in memory before it is moved, and its bytes, inflated.
#[derive(Clone, Debug)]
pub struct Section<'d> {
    /// The address that the file gives it.
    pub address: u64,
    /// Its bytes.
    pub data: Cow<'d, [u8]>,
}

/// A part of the file that the system maps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// The address that the file gives it.
    pub address: u64,
    /// Bytes in memory.
    pub size: u64,
    /// Where it begins in the file.
    pub file_offset: u64,
    /// Bytes in the file; what is more in memory begins as zeros.
    pub file_size: u64,
}

impl<'d> Image<'d> {
    /// Reads the headers of a program.
    ///
    /// # Errors
    /// [`ErrorKind::NotElf`] for anything but an ELF file of 64 bits, little-endian.
    pub fn read(bytes: &'d [u8]) -> Result<Self, Error> {
        let file = ElfFile64::parse(bytes)
            .map_err(|error| Error::new(ErrorKind::NotElf, error.to_string()))?;
        Ok(Self { file })
    }

    /// Whether it is a program for x86-64 or for aarch64, of which the layouts are known.
    #[must_use]
    pub fn is_known_architecture(&self) -> bool {
        matches!(self.file.architecture(), Architecture::X86_64 | Architecture::Aarch64)
    }

    /// The section of that name, inflated if the file has it compressed.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the file has not all its bytes, or they cannot be inflated.
    pub fn section(&self, name: &str) -> Result<Option<Section<'d>>, Error> {
        let Some(section) = self.file.section_by_name(name) else { return Ok(None) };
        let damaged = |what: &dyn std::fmt::Display| {
            Error::new(ErrorKind::Damaged, format!("section {name}: {what}"))
        };
        let compressed = section.compressed_data().map_err(|error| damaged(&error))?;
        let most = (compressed.data.len() as u64).saturating_mul(MOST_INFLATED);
        if compressed.format != CompressionFormat::None && compressed.uncompressed_size > most {
            return Err(damaged(&"it claims more bytes than it can have"));
        }
        let data = compressed.decompress().map_err(|error| damaged(&error))?;
        Ok(Some(Section { address: section.address(), data }))
    }

    /// What the system maps.
    #[must_use]
    pub fn segments(&self) -> Vec<Segment> {
        self.file
            .segments()
            .map(|segment| {
                let (file_offset, file_size) = segment.file_range();
                let (address, size) = (segment.address(), segment.size());
                Segment { address, size, file_offset, file_size }
            })
            .collect()
    }

    /// The bytes that the file gives to an address, up to the end of its segment in the file.
    #[must_use]
    pub fn bytes_at(&self, address: u64) -> Option<&'d [u8]> {
        self.file.segments().find_map(|segment| {
            let skip = address.checked_sub(segment.address())?;
            segment.data().ok()?.get(usize::try_from(skip).ok()?..)
        })
    }

    /// The build id that the linker of the system's tools gave it, as bytes.
    #[must_use]
    pub fn gnu_build_id(&self) -> Option<&'d [u8]> {
        self.file.build_id().ok().flatten()
    }

    /// The address that the file gives a symbol; none if it does not name it, as after stripping.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<u64> {
        let named = |symbol: &object::read::elf::ElfSymbol64<'_, '_, LittleEndian>| {
            symbol.name() == Ok(name)
        };
        self.file.symbols().find(named).map(|symbol| symbol.address())
    }
}
