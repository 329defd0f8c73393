//! Modules: `go.mod` and `go.work`.

mod directives;
mod manifest;

pub(crate) use manifest::Manifest;
