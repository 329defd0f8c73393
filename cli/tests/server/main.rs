//! `tophash server` as editors drive it: the built program, over its standard input and output.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]
#![expect(clippy::needless_pass_by_value, reason = "messages read best where they are sent")]

mod actions;
mod client;
#[path = "../common/mod.rs"]
mod common;
mod diagnostics;
mod edits;
mod hover;
mod neovim;
mod protocol;
mod workspaces;
