//! A module that lies under a `vendor` directory, as its `modules.txt` lists it.

use std::sync::Arc;

/// One module of a `vendor/modules.txt`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VendoredModule {
    /// Its path, under which it is imported: `example.org/lru`.
    pub path: String,
    /// The version that was asked for; empty where a replacement stands for every version.
    pub version: String,
    /// What a `replace` directive put in its place.
    pub replaced: Option<Replacement>,
    /// True where the main module, or one of the workspace, requires it by itself.
    pub explicit: bool,
    /// Import paths of its packages that were copied.
    pub packages: Vec<String>,
    /// Path of the `modules.txt` in the tree.
    pub list: Arc<str>,
}

/// What stands in for a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replacement {
    /// A module path, or a directory as the `go.mod` writes it.
    pub path: String,
    /// The version; empty for a directory.
    pub version: String,
}

impl VendoredModule {
    /// The module whose text was copied: the replacement where it is a module, else itself.
    pub fn copied(&self) -> (&str, &str) {
        match &self.replaced {
            Some(by) if !by.version.is_empty() => (&by.path, &by.version),
            _ => (&self.path, &self.version),
        }
    }
}
