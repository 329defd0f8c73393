//! Go programs as files: what they are built of, where they lie in memory, the types and package variables that their
//! debugging information declares, and the functions that the runtime's own table has.
//!
//! # Design constraints
//! - No I/O: [`Image::read`] takes the bytes of an ELF file and borrows from them.
//! - Files are foreign and may be hostile: nothing here panics on them, allocates by a length that they claim, or follows
//!   them in circles. What cannot be read is an [`Error`], or is left out.
//! - What the debugging information calls things is kept as it is. Types are found by their shape and the names of their
//!   fields, not by the version of Go.
//!
//! ELF is read by `object` and DWARF by `gimli`.

mod build;
mod closure;
mod dwarf;
mod error;
mod image;
mod moduledata;
mod pclntab;
mod rtypes;
mod types;

pub use build::BuildInfo;
pub use dwarf::{Debug, Variable};
pub use error::{Error, ErrorKind};
pub use image::{Image, Section, Segment};
pub use moduledata::{FUNCTION_SECTIONS, MODULE_SECTIONS, ModuleData};
pub use pclntab::{Bases, Call, Function, FunctionTable};
pub use rtypes::{MapDescriptor, Release, RuntimeTypes};
pub use types::{Field, Form, GoKind, Type, TypeId, Types};
