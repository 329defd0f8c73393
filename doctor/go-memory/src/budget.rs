//! How much work one look at a program may be.

/// How much one look may read. What is beyond it is left out, and said in [`Gap`](crate::Gap)s.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Budget {
    /// How many pointers deep maps are looked for.
    pub depth: u32,
    /// How many elements of a slice are looked into.
    pub elements: u64,
    /// How many entries of a map are looked into for further maps.
    pub entries: u64,
    /// How many values are looked into in all.
    pub values: u64,
    /// How many tables of a map are read; of larger maps the rest is estimated.
    pub tables: u64,
    /// How many parts of values are looked into in all: fields, elements.
    pub steps: u64,
    /// How many entries of a map are looked into to estimate what all of them lead to.
    pub samples: u64,
    /// How many objects and parts of them are looked at for these estimates in all.
    pub weighed: u64,
    /// How often a map that does not agree with itself is read again.
    pub retries: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            depth: 12,
            elements: 1 << 16,
            entries: 1 << 16,
            values: 1 << 20,
            tables: 1 << 20,
            samples: 16,
            steps: 1 << 26,
            weighed: 1 << 20,
            retries: 5,
        }
    }
}

impl Budget {
    /// As much as there is, up to what no program that fits into memory has.
    #[must_use]
    pub fn thorough() -> Self {
        const MANY: u64 = 1 << 32;
        Self {
            depth: 64,
            elements: MANY,
            entries: MANY,
            values: MANY,
            weighed: 1 << 24,
            ..Self::default()
        }
    }
}
