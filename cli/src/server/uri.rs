//! File URIs, and the paths that they name.
//!
//! Editors write one path in several ways: `file:///c%3A/src/a.go` and `file:///C:/src/a.go` are one file. So files are
//! known by their paths, and an editor is answered with the URI that it gave, where it gave one.

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// What stands in a path of a URI for something else than itself.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of a file; `None` for what is no file, such as a buffer without a name.
pub(super) fn to_path(uri: &Uri) -> Option<PathBuf> {
    path_of(uri.as_str(), cfg!(windows)).map(PathBuf::from)
}

/// The URI of a file; `None` where its path is not absolute, or no UTF-8.
pub(super) fn of_path(path: &Path) -> Option<Uri> {
    Uri::from_str(&uri_of(path.to_str()?, cfg!(windows))?).ok()
}

fn path_of(uri: &str, windows: bool) -> Option<String> {
    let (scheme, rest) = uri.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next()?;
    let (host, path) = rest.split_at_checked(rest.find('/')?)?;
    let path = percent_decode_str(path).decode_utf8().ok()?.into_owned();
    let local = host.is_empty() || host.eq_ignore_ascii_case("localhost");
    if !windows {
        return local.then_some(path);
    }
    let path = path.replace('/', "\\");
    if !local {
        return Some(format!(r"\\{host}{path}"));
    }
    let path = path.strip_prefix('\\')?;
    let (drive, rest) = path.split_once(':')?;
    Some(format!("{}:{rest}", drive.to_ascii_uppercase()))
}

fn uri_of(path: &str, windows: bool) -> Option<String> {
    let path = if windows { path.replace('\\', "/") } else { path.to_owned() };
    // What Windows calls a verbatim path.
    let path = if windows { path.strip_prefix("//?/").unwrap_or(&path) } else { &path };
    let encoded = utf8_percent_encode(path, ENCODED);
    match path.as_bytes() {
        [b'/', b'/', ..] if windows => Some(format!("file:{encoded}")),
        [b'/', ..] if !windows => Some(format!("file://{encoded}")),
        [_, b':', b'/', ..] if windows => Some(format!("file:///{encoded}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{path_of, uri_of};

    #[test]
    fn a_path_is_found_again_from_its_uri() {
        for (windows, path, uri) in [
            (false, "/src/a.go", "file:///src/a.go"),
            (false, "/my src/ä%b#c?.go", "file:///my%20src/%C3%A4%25b%23c%3F.go"),
            (true, r"C:\src\a.go", "file:///C%3A/src/a.go"),
            (true, r"\\host\share\a.go", "file://host/share/a.go"),
        ] {
            assert_eq!(uri_of(path, windows).as_deref(), Some(uri));
            assert_eq!(path_of(uri, windows).as_deref(), Some(path));
        }
    }

    #[test]
    fn every_way_to_write_a_file_is_read() {
        for (windows, uri, path) in [
            (true, "file:///c%3A/src/a.go", r"C:\src\a.go"),
            (true, "file:///c:/src/a.go", r"C:\src\a.go"),
            (false, "file://localhost/src/a.go", "/src/a.go"),
            (false, "FILE:///src/@x+y.go", "/src/@x+y.go"),
        ] {
            assert_eq!(path_of(uri, windows).as_deref(), Some(path), "{uri}");
        }
        assert_eq!(uri_of(r"\\?\C:\src\a.go", true).as_deref(), Some("file:///C%3A/src/a.go"));
    }

    #[test]
    fn what_is_no_file_has_no_path() {
        for uri in ["untitled:Untitled-1", "git:/src/a.go", "file:", "file://host/a.go", ""] {
            assert_eq!(path_of(uri, false), None, "{uri}");
        }
        assert_eq!(path_of("file:///a.go", true), None);
        assert_eq!(uri_of("a.go", false), None);
    }
}
