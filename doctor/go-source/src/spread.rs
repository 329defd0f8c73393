//! Work spread over threads where there is enough of it: a tree of a few files is done before threads start.

use rayon::prelude::*;

/// Below this many files, threads cost more than they save.
const FEW_FILES: usize = 64;

/// What `work` makes of each item, in their order. `files` says how much work there is in all.
pub(crate) fn map<T: Send, U: Send>(
    items: Vec<T>,
    files: usize,
    work: impl Fn(T) -> U + Sync + Send,
) -> Vec<U> {
    if files < FEW_FILES {
        items.into_iter().map(work).collect()
    } else {
        items.into_par_iter().map(work).collect()
    }
}
