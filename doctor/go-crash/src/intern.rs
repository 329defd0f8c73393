//! Symbols and files, stored once each.

use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Hands out one shared string for equal bytes.
///
/// A hostile text can hold any number of distinct names; past a limit they are no longer kept.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    names: FxHashMap<Box<[u8]>, Arc<str>>,
    empty: Option<Arc<str>>,
}

const MOST_NAMES: usize = 200_000;
const LONGEST_NAME: usize = 1 << 10;

impl Interner {
    pub(crate) fn intern(&mut self, bytes: &[u8]) -> Arc<str> {
        if bytes.is_empty() {
            return Arc::clone(self.empty.get_or_insert_with(|| Arc::from("")));
        }
        if let Some(name) = self.names.get(bytes) {
            return Arc::clone(name);
        }
        let name = text(bytes);
        if self.names.len() < MOST_NAMES && bytes.len() <= LONGEST_NAME {
            self.names.insert(bytes.into(), Arc::clone(&name));
        }
        name
    }
}

/// Bytes as text; what is not UTF-8 is replaced.
pub(crate) fn text(bytes: &[u8]) -> Arc<str> {
    Arc::from(&*String::from_utf8_lossy(bytes))
}
