//! A clue: what a reader knows that may identify a map.

use crate::{Operation, Site};
use serde::Serialize;
use std::sync::Arc;

/// What the name of a runtime map function tells about the key type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyHint {
    /// `_fast32`: a key of 4 bytes.
    Bits32,
    /// `_fast64`: a key of 8 bytes.
    Bits64,
    /// `_fast32ptr`, `_fast64ptr`: a key that is a pointer.
    Pointer,
    /// `_faststr`: a string key.
    String,
}

/// What a reader knows about a map it met. Each part is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct MapClue {
    /// Where the program stood, outermost knowledge of the reader: file and line of the user's frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<Site>,
    /// Runtime symbol of the user's function. Crash text says `main.`, not the import path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<Arc<str>>,
    /// What was being done to the map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// What is known of the key type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyHint>,
    /// The comma-ok form of a read (`v, ok := m[k]`), where the function's name tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comma_ok: Option<bool>,
    /// The map's type by name, where a binary or a message tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_name: Option<Arc<str>>,
    /// Address of the runtime's map header, where the dump prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<u64>,
}
