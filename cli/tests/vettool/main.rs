//! The program as a checker of `go vet`: the protocol by itself, and the real go command.
//!
//! The latter needs the Go toolchains of `TOPHASH_GO_1_27` and `TOPHASH_GO_1_21`; skipped loudly without.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../doctor/go-source/tests/common/toolchain.rs"]
#[expect(dead_code, reason = "that a command fails is looked at here")]
mod toolchain;

mod go_vet;
mod module;
mod protocol;
