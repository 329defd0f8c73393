//! The program `tophash`.
fn main() {}
