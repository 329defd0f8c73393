//! A program, as its debugging information declares it, and where it was loaded.

use go_binary::{Image, Types, Variable};
use std::ops::Range;

/// A program, as its debugging information declares it, and where it was loaded.
#[derive(Clone, Debug)]
pub struct Program<'p> {
    /// Its types.
    pub types: &'p Types<'p>,
    /// Its package variables.
    pub variables: &'p [Variable<'p>],
    /// What is added to the addresses of the file where it was loaded.
    pub bias: u64,
    /// Where its type descriptors begin, `runtime.types`, as the file has it: what interfaces hold is told by it.
    pub descriptors: Option<u64>,
    /// The addresses that the file takes, before the bias: what lies there is not of the heap.
    pub extent: Range<u64>,
}

impl<'p> Program<'p> {
    /// A program with what its file says beside its debugging information.
    #[must_use]
    pub fn new(
        image: &Image<'_>,
        types: &'p Types<'p>,
        variables: &'p [Variable<'p>],
        bias: u64,
    ) -> Self {
        let segments = image.segments();
        let first = segments.iter().map(|segment| segment.address).min();
        let end = segments.iter().map(|segment| segment.address.saturating_add(segment.size)).max();
        Self {
            types,
            variables,
            bias,
            descriptors: image.symbol("runtime.types"),
            extent: first.unwrap_or_default()..end.unwrap_or_default(),
        }
    }

    /// Where a package variable lies in memory.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<u64> {
        let variable = self.variables.iter().find(|variable| variable.name == name)?;
        Some(variable.address.wrapping_add(self.bias))
    }

    /// Whether what lies at an address came from the program's file, rather than from the heap.
    pub(crate) fn is_static(&self, address: u64) -> bool {
        self.extent.contains(&address.wrapping_sub(self.bias))
    }
}
