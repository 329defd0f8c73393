//! What a Go file may not contain anywhere: bytes that are not UTF-8, NUL, inner byte order marks.

use crate::error::{ErrorKind, ErrorList, SyntaxError};
use crate::span::Span;

/// The byte order mark, which is allowed at the start of a file only.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn check(src: &[u8], errors: &mut ErrorList) {
    let mut report = |at: usize, len: usize, message| {
        let end = at.saturating_add(len);
        let span = Span::new(super::offset(at), super::offset(end));
        errors.push(SyntaxError::new(ErrorKind::Encoding, span, message));
    };
    for at in memchr::memchr_iter(0, src) {
        report(at, 1, "illegal NUL byte");
    }
    if src.is_ascii() {
        return;
    }
    for at in memchr::memmem::find_iter(src, BOM).filter(|&at| at > 0) {
        report(at, BOM.len(), "illegal byte order mark inside the file");
    }
    if std::str::from_utf8(src).is_ok() {
        return;
    }
    let mut at = 0usize;
    for chunk in src.utf8_chunks() {
        at = at.saturating_add(chunk.valid().len());
        let invalid = chunk.invalid().len();
        if invalid > 0 {
            report(at, invalid, "illegal UTF-8 encoding");
        }
        at = at.saturating_add(invalid);
    }
}
