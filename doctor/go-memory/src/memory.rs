//! What lies at an address.

use std::fmt;

/// The memory of a program: live, in a core, or recorded.
pub trait Memory {
    /// Fills `buffer` with what lies at `address` and after it.
    ///
    /// # Errors
    /// [`Unmapped`] if any of it cannot be read; then `buffer` holds anything.
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped>;
}

/// Nothing can be read there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unmapped {
    /// Where.
    pub address: u64,
}

impl fmt::Display for Unmapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing can be read at {:#x}", self.address)
    }
}

impl std::error::Error for Unmapped {}

/// The most that is read at once: no value that is looked into is larger.
const MOST: u64 = 1 << 24;

/// So many bytes from an address, if that is a length which a value can have.
pub(crate) fn bytes(
    memory: &(impl Memory + ?Sized),
    address: u64,
    length: u64,
) -> Result<Vec<u8>, Unmapped> {
    let unmapped = Unmapped { address };
    let fits = length <= MOST && address.checked_add(length).is_some();
    let length = usize::try_from(length).ok().filter(|_| fits).ok_or(unmapped)?;
    let mut buffer = vec![0; length];
    memory.read(address, &mut buffer)?;
    Ok(buffer)
}

/// The number of so many bytes at a place in `bytes`; none if that is beyond their end, or no number has that many.
pub(crate) fn number(bytes: &[u8], offset: u64, size: u64) -> Option<u64> {
    let (offset, size) = (usize::try_from(offset).ok()?, usize::try_from(size).ok()?);
    let part = bytes.get(offset..)?.get(..size)?;
    let mut word = [0; 8];
    word.get_mut(..size)?.copy_from_slice(part);
    Some(u64::from_le_bytes(word))
}

/// The pointer at a place in `bytes`.
pub(crate) fn pointer(bytes: &[u8], offset: u64) -> Option<u64> {
    number(bytes, offset, 8)
}

/// The pointer at an address.
pub(crate) fn pointer_at(memory: &(impl Memory + ?Sized), address: u64) -> Result<u64, Unmapped> {
    let mut word = [0; 8];
    memory.read(address, &mut word)?;
    Ok(u64::from_le_bytes(word))
}
