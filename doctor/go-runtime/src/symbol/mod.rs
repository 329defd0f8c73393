//! Symbol names: what the linker calls a function, taken apart.

mod home;
mod parse;

pub use home::{Home, home, is_standard};
pub use parse::{Receiver, Symbol, Wrapper, unescape};
