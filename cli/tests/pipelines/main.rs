//! The GitHub Action and the pre-commit hooks, run as GitHub and pre-commit run them.
//!
//! The scripts need `bash` and `git`; the hooks are run by a real `pre-commit` where there is one, skipped loudly without.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../common/mod.rs"]
mod common;

mod action;
mod declared;
mod documented;
mod github;
mod hooks;
mod repository;
