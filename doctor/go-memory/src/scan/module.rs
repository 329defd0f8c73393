//! What a program's runtime knows of itself, read from its memory.

use crate::memory::{Memory, bytes};
use go_binary::{FUNCTION_SECTIONS, Image, MODULE_SECTIONS, ModuleData, Release, RuntimeTypes};

/// More descriptors than these are damage.
const MOST_TYPES: u64 = 1 << 28;
/// A section that may hold the module's data is no larger than this.
const MOST_DATA: u64 = 1 << 28;
/// Parts of memory are read in pieces of this size, of which some may be missing.
const PIECE: u64 = 1 << 20;

/// A program, as its runtime knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    /// Where its parts lie in memory.
    pub data: ModuleData,
    /// The release that built it.
    pub release: Release,
}

impl Module {
    /// Looks for it in the memory of a program that was moved by `bias`; none where it is not found.
    #[must_use]
    pub fn find(
        image: &Image<'_>,
        memory: &(impl Memory + ?Sized),
        bias: u64,
        release: Release,
    ) -> Option<Self> {
        let section = |name: &str| image.section(name).ok().flatten();
        let functions = FUNCTION_SECTIONS.iter().find_map(|name| section(name))?.address;
        let functions = functions.wrapping_add(bias);
        MODULE_SECTIONS.iter().find_map(|name| {
            let section = section(name)?;
            let length = (section.data.len() as u64).min(MOST_DATA);
            let held = bytes_of(memory, section.address.wrapping_add(bias), length);
            let data = ModuleData::find(&held, functions, release.minor)?;
            Some(Self { data, release })
        })
    }

    /// Reads the types of the program.
    #[must_use]
    pub fn types(&self, memory: &(impl Memory + ?Sized)) -> RuntimeTypes {
        let range = &self.data.types;
        let region =
            bytes_of(memory, range.start, range.end.saturating_sub(range.start).min(MOST_TYPES));
        let links = self.data.links.map(|(at, count)| {
            bytes_of(memory, at, count.saturating_mul(4).min(region.len() as u64))
        });
        RuntimeTypes::read(region, &links.unwrap_or_default(), &self.data, self.release)
    }
}

/// So many bytes; what cannot be read is zeros, and what follows the last that can be is left out.
pub(super) fn bytes_of(memory: &(impl Memory + ?Sized), address: u64, length: u64) -> Vec<u8> {
    let mut all = Vec::new();
    let mut at = 0;
    let mut missing = 0_usize;
    while at < length {
        let size = PIECE.min(length.saturating_sub(at));
        match bytes(memory, address.saturating_add(at), size) {
            Ok(piece) => {
                all.resize(all.len().saturating_add(missing), 0);
                missing = 0;
                all.extend(piece);
            }
            Err(_) => missing = missing.saturating_add(usize::try_from(size).unwrap_or_default()),
        }
        at = at.saturating_add(size);
    }
    all
}
