//! `tophash server` as editors drive it: the built program, over its standard input and output.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod actions;
mod client;
#[path = "../common/mod.rs"]
mod common;
mod diagnostics;
mod hover;
mod neovim;
mod protocol;
mod workspaces;
