//! What a Go program says of how it was built: the release, the module, the settings.
//!
//! Source: `src/debug/buildinfo/buildinfo.go` of Go 1.27, and `src/cmd/link/internal/ld/data.go`, `buildinfo`. The form
//! read here, with the strings behind the header, is written by Go 1.18 and later.

use crate::error::Error;
use crate::image::Image;

/// What a program says of how it was built.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BuildInfo {
    /// The release, as `go1.27.3`, or with what else `go version` prints of it.
    pub go_version: String,
    /// The import path of its `main` package.
    pub path: Option<String>,
    /// Its main module.
    pub module: Option<String>,
    /// What it was built with, as `go version -m` lists it: `-ldflags`, `CGO_ENABLED`, `GOEXPERIMENT`.
    pub settings: Vec<(String, String)>,
}

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// The header before the strings: the magic, the size of a pointer, flags, and room for what older releases wrote.
const HEADER: usize = 32;
const FLAGS_AT: usize = 15;
/// The flag of the form with strings behind the header.
const INLINE: u8 = 2;
/// What the text about the module is put between.
const SENTINEL: usize = 16;

impl BuildInfo {
    /// Reads what a program says of how it was built; nothing if it is not a Go program, or one of before Go 1.18.
    ///
    /// # Errors
    /// If the section that holds it is damaged.
    pub fn read(image: &Image<'_>) -> Result<Option<Self>, Error> {
        let Some(section) = image.section(".go.buildinfo")? else { return Ok(None) };
        Ok(Self::parse(&section.data))
    }

    fn parse(data: &[u8]) -> Option<Self> {
        if !data.starts_with(MAGIC) || data.get(FLAGS_AT)? & INLINE == 0 {
            return None;
        }
        let (go_version, rest) = string(data.get(HEADER..)?)?;
        let module = string(rest).map(|(text, _)| text).unwrap_or_default();
        let inner = module.len().checked_sub(SENTINEL).and_then(|end| module.get(SENTINEL..end));
        let mut info = Self {
            go_version: String::from_utf8_lossy(go_version).into_owned(),
            ..Self::default()
        };
        for line in String::from_utf8_lossy(inner.unwrap_or_default()).lines() {
            match line.split_once('\t') {
                Some(("path", path)) => info.path = Some(path.to_owned()),
                Some(("mod", module)) => {
                    info.module = module.split('\t').next().map(str::to_owned);
                }
                Some(("build", setting)) => {
                    if let Some((key, value)) = setting.split_once('=') {
                        info.settings.push((key.to_owned(), value.trim_matches('"').to_owned()));
                    }
                }
                _ => {}
            }
        }
        Some(info)
    }

    /// What a setting was, if it is listed.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// A text behind its length, and what comes after it.
fn string(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    let mut rest = data;
    for shift in (0..usize::BITS).step_by(7) {
        let (byte, after) = rest.split_first()?;
        rest = after;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return rest.split_at_checked(length);
        }
    }
    None
}
