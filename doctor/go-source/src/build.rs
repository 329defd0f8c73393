//! Which files of a directory belong to a build: names, constraints and tags.

mod constraint;
mod file_name;
mod tags;

pub(crate) use constraint::header_allows;
pub(crate) use file_name::{is_test, name_allows};
pub(crate) use tags::{NEWEST_GO, Tags};
