//! Where the text for snippets comes from.

use std::borrow::Cow;

/// Gives the text of a file by the path that sites carry.
///
/// Closures of `&str` to optional bytes are sources too.
pub trait SourceText {
    /// The bytes of a file, as they were when the case was made; `None` where there are none.
    fn bytes(&self, file: &str) -> Option<Cow<'_, [u8]>>;
}

/// No source at hand: reports do without snippets.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSource;

impl SourceText for NoSource {
    fn bytes(&self, _file: &str) -> Option<Cow<'_, [u8]>> {
        None
    }
}

impl<F: Fn(&str) -> Option<Vec<u8>>> SourceText for F {
    fn bytes(&self, file: &str) -> Option<Cow<'_, [u8]>> {
        self(file).map(Cow::Owned)
    }
}
