//! Modules: `go.mod`, `go.work` and `vendor/modules.txt`.

mod directives;
mod manifest;
mod vendor_list;

pub(crate) use manifest::Manifest;
pub(crate) use vendor_list::read as read_vendor_list;
