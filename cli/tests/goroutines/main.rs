//! `tophash inspect --goroutines` and `--goroutine N` on real Go programs, held against what their own runtime prints of the
//! same goroutines.
//!
//! Needs the Go toolchains of `TOPHASH_GO_1_21` and `TOPHASH_GO_1_27`, and those between where they are named; skipped loudly
//! without.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../doctor/go-source/tests/common/toolchain.rs"]
#[expect(dead_code, reason = "that a command fails is looked at here")]
mod toolchain;

mod core;
mod hostile;
mod live;
mod oracle;
mod program;
