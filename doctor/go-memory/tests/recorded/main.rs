//! Maps in memory that was written down by hand, of layouts that were written down by hand: what no running program can be
//! brought to do at will, as to tear, to lie, or to claim a billion entries.
//!
//! The layouts are those of Go 1.23 and 1.27 on amd64, as `internal/runtime/maps` and `runtime/map.go` declare them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod classic;
mod hostile;
mod image;
mod swiss;
