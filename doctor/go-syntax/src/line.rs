//! Line and column of a byte offset.

/// A position as people and compilers write it. Both count from 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1, as the Go toolchain counts.
    pub column: u32,
}

/// Where each line starts. `//line` comments are not applied: lines are those of the file.
#[derive(Clone, Debug)]
pub struct LineTable {
    starts: Box<[u32]>,
}

impl LineTable {
    /// From where the lines start, but for the first.
    pub(crate) fn new(mut starts: Vec<u32>) -> Self {
        starts.insert(0, 0);
        Self { starts: starts.into_boxed_slice() }
    }

    /// The line and column of a byte offset; one past the end of the file is allowed. O(log lines).
    #[must_use]
    pub fn line_col(&self, offset: u32) -> LineCol {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or(0);
        LineCol {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: offset.saturating_sub(start).saturating_add(1),
        }
    }

    /// The line of a byte offset, from 1. O(log lines).
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|&start| start <= offset)).unwrap_or(u32::MAX)
    }

    /// The offset at which a line, counted from 1, starts.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<u32> {
        let at = usize::try_from(line).ok()?.checked_sub(1)?;
        self.starts.get(at).copied()
    }

    /// How many lines the file has. An empty file has one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never true: even an empty file has one line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        std::mem::size_of_val(&*self.starts)
    }
}
