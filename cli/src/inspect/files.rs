//! Files that are read in parts: memory of a process, core dumps.

use go_memory::{Memory, Source, Unmapped};
use std::fs::File;
use std::io;

/// A file that is read at offsets.
pub(super) struct Parts(pub(super) File);

impl Parts {
    #[cfg(unix)]
    fn fill(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, buffer, offset)
    }

    #[cfg(windows)]
    fn fill(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            let read = std::os::windows::fs::FileExt::seek_read(&self.0, buffer, offset)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            buffer = buffer.get_mut(read..).unwrap_or_default();
            offset = offset.saturating_add(read as u64);
        }
        Ok(())
    }
}

impl Source for Parts {
    fn read(&self, offset: u64, buffer: &mut [u8]) -> bool {
        self.fill(buffer, offset).is_ok()
    }
}

impl Memory for Parts {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        self.fill(buffer, address).map_err(|_| Unmapped { address })
    }
}
