//! The raw table: everything of the crate that needs `unsafe`.

#[cfg_attr(not(test), expect(dead_code, reason = "the boxed storage class is what uses it"))]
pub(crate) mod hazard;
