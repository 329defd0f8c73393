//! The memory that a core holds, together with the file of the program that died.

use super::{Core, Load, Source};
use crate::memory::{Memory, Unmapped};
use go_binary::{Image, Section};

/// The memory that a core holds, together with the program's file.
pub struct CoreMemory<'c, S: ?Sized> {
    core: &'c Core,
    source: &'c S,
    program: Option<(&'c Image<'c>, u64)>,
}

impl<'c, S: Source + ?Sized> CoreMemory<'c, S> {
    /// The memory of a core; what it leaves to the program's file is read there, of which `bias` is where it was loaded.
    #[must_use]
    pub fn new(core: &'c Core, source: &'c S, program: Option<(&'c Image<'c>, u64)>) -> Self {
        Self { core, source, program }
    }

    /// Whether a section of the program's file is in the core as it is in the file; none if the core does not hold it.
    #[must_use]
    pub fn agrees_on(&self, section: &Section<'_>, bias: u64) -> Option<bool> {
        let mut held = vec![0; section.data.len()];
        let address = section.address.wrapping_add(bias);
        let load = self.load(address)?;
        let offset = load.offset.checked_add(address.checked_sub(load.address)?)?;
        let end = address.checked_add(held.len() as u64)?;
        let inside = end <= load.address.checked_add(load.held)?;
        (inside && self.source.read(offset, &mut held)).then(|| held == *section.data)
    }

    /// The part of memory in the core that has an address.
    fn load(&self, address: u64) -> Option<Load> {
        let after = self.core.loads.partition_point(|load| load.address <= address);
        let load = *self.core.loads.get(after.checked_sub(1)?)?;
        (address.checked_sub(load.address)? < load.held).then_some(load)
    }

    /// Fills as much of `buffer` as lies in one piece; returns how much that was.
    fn piece(&self, address: u64, buffer: &mut [u8]) -> Option<usize> {
        if let Some(load) = self.load(address) {
            let inside = address.checked_sub(load.address)?;
            let left = usize::try_from(load.held.checked_sub(inside)?).ok()?;
            let length = left.min(buffer.len());
            let part = buffer.get_mut(..length)?;
            return self.source.read(load.offset.checked_add(inside)?, part).then_some(length);
        }
        let (image, bias) = self.program?;
        let bytes = image.bytes_at(address.wrapping_sub(bias))?;
        let length = bytes.len().min(buffer.len());
        buffer.get_mut(..length)?.copy_from_slice(bytes.get(..length)?);
        Some(length).filter(|length| *length > 0)
    }
}

impl<S: Source + ?Sized> Memory for CoreMemory<'_, S> {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        let mut rest = buffer;
        let mut at = address;
        while !rest.is_empty() {
            let done = self.piece(at, rest).ok_or(Unmapped { address: at })?;
            rest = rest.get_mut(done..).unwrap_or_default();
            at = at.checked_add(done as u64).ok_or(Unmapped { address: at })?;
        }
        Ok(())
    }
}
