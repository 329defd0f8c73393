//! What a path is, by its first bytes rather than its name.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How many bytes are looked at.
const HEAD: u64 = 512;

/// What a path is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder: a source tree, if it holds Go files.
    Folder,
    /// Text, or something that may hold text.
    Text,
    /// Something that this version does not read, in a phrase.
    Other(&'static str),
}

/// Looks at the first bytes of a file.
///
/// # Errors
///
/// When there is nothing of that name, or it cannot be opened.
pub(crate) fn recognise(path: &Path) -> Result<Kind> {
    if path.as_os_str() == "-" {
        return Ok(Kind::Text);
    }
    let failed = |error: std::io::Error| {
        Error::new(format!("cannot read {}", path.display())).because(&error)
    };
    let meta = std::fs::metadata(path).map_err(failed)?;
    if meta.is_dir() {
        return Ok(Kind::Folder);
    }
    // What is read from a pipe is gone: such a path is taken for text, unseen.
    if !meta.is_file() {
        return Ok(Kind::Text);
    }
    let mut head = Vec::new();
    File::open(path).map_err(failed)?.take(HEAD).read_to_end(&mut head).map_err(failed)?;
    Ok(kind_of(&head))
}

/// Magic numbers of the formats that Go's tools write beside text.
fn kind_of(head: &[u8]) -> Kind {
    match head {
        [0x7f, b'E', b'L', b'F', ..] => {
            Kind::Other("a program or a core dump, which this version does not read")
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Other(
            "compressed with zstd: unpack it first, as in 'zstdcat FILE | tophash explain -'",
        ),
        [b'M', b'Z', 0x90, 0, ..] | [0xcf, 0xfa, 0xed, 0xfe, ..] => {
            Kind::Other("a program, which this version does not read")
        }
        [0x1f, 0x8b, ..] => Kind::Other(
            "compressed with gzip: a profile, which this version does not read, or a log: unpack it first, as in 'zcat FILE | tophash explain -'",
        ),
        [b'g', b'o', b' ', b'1', b'.', _, _, b' ', b't', b'r', b'a', b'c', b'e', ..] => {
            Kind::Other("an execution trace, which this version does not read")
        }
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind_of};

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(kind_of(b"fatal error: concurrent map writes\n"), Kind::Text);
        assert_eq!(kind_of(b""), Kind::Text);
        assert!(
            matches!(kind_of(b"\x7fELF\x02\x01"), Kind::Other(what) if what.contains("core dump"))
        );
        assert!(matches!(kind_of(b"\x1f\x8b\x08"), Kind::Other(what) if what.contains("gzip")));
        assert!(matches!(kind_of(b"\x28\xb5\x2f\xfd"), Kind::Other(what) if what.contains("zstd")));
        assert_eq!(kind_of(b"MZ is how this line begins"), Kind::Text);
        assert!(
            matches!(kind_of(b"go 1.26 trace\0\0\0"), Kind::Other(what) if what.contains("trace"))
        );
    }
}
