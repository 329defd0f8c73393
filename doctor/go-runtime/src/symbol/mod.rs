//! Symbol names: what the linker calls a function, taken apart.

mod home;
mod parse;
mod printed;

pub use home::{Home, home, is_standard};
pub use parse::{Receiver, Symbol, Wrapper, unescape};
pub use printed::as_printed;
