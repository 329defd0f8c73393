//! Space and comments between tokens.

/// The offset of the first byte at or behind `offset` that is neither space nor comment.
pub(crate) fn skip(src: &[u8], offset: u32) -> u32 {
    let mut at = usize::try_from(offset).unwrap_or(usize::MAX).min(src.len());
    loop {
        let rest = src.get(at..).unwrap_or_default();
        let len = match rest {
            [b' ' | b'\t' | b'\n' | b'\r', ..] => 1,
            [b'/', b'/', ..] => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            [b'/', b'*', body @ ..] => block_comment_len(body),
            _ => return u32::try_from(at).unwrap_or(u32::MAX),
        };
        at = at.saturating_add(len);
    }
}

/// The length of a `/*` comment, delimiters included, from what follows its `/*`.
/// An unterminated one goes to the end.
pub(crate) fn block_comment_len(body: &[u8]) -> usize {
    // A search for both bytes at once takes longer to prepare than most comments to read.
    let mut slashes = memchr::memchr_iter(b'/', body);
    let closes = |&at: &usize| at.checked_sub(1).and_then(|at| body.get(at)) == Some(&b'*');
    let end = slashes.find(closes).map_or(body.len(), |at| at.saturating_add(1));
    end.saturating_add(2)
}
