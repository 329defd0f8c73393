//! `tophash check` as a part of other people's work: build servers, settings files, caches, and runs that go on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cache;
#[path = "../common/mod.rs"]
mod common;
mod escape;
mod formats;
mod module;
mod new_from_rev;
mod settings;
mod watch;
