//! `tophash inspect` on real Go programs: live, and as core dumps.
//!
//! They need the Go toolchains of `TOPHASH_GO_1_27` and `TOPHASH_GO_1_21`; skipped loudly without. The deep tier asks all
//! releases, built in every way that changes how maps lie in memory. What needs no Go is in `bad_input.rs`.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../doctor/go-source/tests/common/toolchain.rs"]
#[expect(dead_code, reason = "commands are run in another way here")]
mod toolchain;

mod bad_input;
mod fault;
mod heap;
mod program;
mod shown;
mod snapshot;
mod stripped;
mod tearing;
mod truth;
