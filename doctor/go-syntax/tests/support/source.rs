//! Go source to try a parser on: our samples, Go's own files, and damaged pieces of both.

use std::path::{Path, PathBuf};

/// Tokens and fragments that parsers stumble over.
pub(crate) const FRAGMENTS: &[&str] = &[
    "func",
    "func f(",
    "func(",
    "type",
    "type T[",
    "struct",
    "struct{",
    "interface{",
    "map[",
    "chan",
    "<-",
    "go",
    "defer",
    "if",
    "else",
    "for",
    "range",
    "switch",
    "select",
    "case",
    "default",
    "return",
    "goto",
    "break",
    "var",
    "const",
    "import",
    "package p;",
    "x",
    "y",
    "T",
    "1",
    "0x",
    "'a'",
    "\"s\"",
    "`",
    "\"",
    "'",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    ":=",
    "=",
    ".",
    "...",
    "+",
    "-",
    "*",
    "/",
    "//",
    "/*",
    "*/",
    "&",
    "&^",
    "|",
    "~",
    "!",
    "==",
    "++",
    "\n",
    " ",
    "\n\nfunc f() {",
    "\nfunc (r T) m(",
    "\u{e9}",
    "\0",
    "\r",
    "a.b.c",
    "x.(type)",
];

/// The files of `tests/data`, by name.
pub(crate) fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files = read_go_files(&dir);
    files.sort();
    files
}

fn read_go_files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(read_go_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "go") {
            let src = std::fs::read(&path).expect("the file is there");
            files.push((path, src));
        }
    }
    files
}

/// Go's own files if the environment names a toolchain, spread over its packages.
pub(crate) fn goroot_files(count: usize) -> Vec<(PathBuf, Vec<u8>)> {
    let Some(goroot) = std::env::var_os("TOPHASH_GO_1_27") else { return Vec::new() };
    let mut files = read_go_files(&Path::new(&goroot).join("src"));
    files.retain(|(_, src)| src.len() < 12_000);
    files.sort();
    let step = (files.len() / count.max(1)).max(1);
    files.into_iter().step_by(step).take(count).collect()
}

/// A small generator of pseudo-random numbers, so that a run repeats.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `limit`, or 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).expect("44 bits") % limit.max(1)
    }
}

/// Go source with a few places changed: bytes flipped, cut, doubled, fragments put in.
pub(crate) fn mutate(src: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let from = random.below(src.len());
    let to = from.saturating_add(random.below(600)).min(src.len());
    let mut text = src[from..to].to_vec();
    if random.below(2) == 0 {
        text.splice(0..0, b"package p\nfunc f() {\n".iter().copied());
    }
    for _ in 0..=random.below(5) {
        let at = random.below(text.len().saturating_add(1));
        let end = at.saturating_add(random.below(20)).min(text.len());
        match random.below(6) {
            0 => drop(text.splice(at..end, std::iter::empty())),
            1 => {
                let fragment = FRAGMENTS[random.below(FRAGMENTS.len())];
                drop(text.splice(at..at, fragment.bytes()));
            }
            2 => {
                let copy = text[at..end].to_vec();
                drop(text.splice(at..at, copy));
            }
            3 => {
                let start = random.below(other.len());
                let stop = start.saturating_add(random.below(60)).min(other.len());
                drop(text.splice(at..end, other[start..stop].iter().copied()));
            }
            4 if at < text.len() => text[at] = u8::try_from(random.below(256)).expect("a byte"),
            _ => text.truncate(end),
        }
    }
    text
}

/// Go source with one small place changed, which often leaves it Go.
pub(crate) fn nick(src: &[u8], random: &mut Random) -> Vec<u8> {
    let mut text = src.to_vec();
    let at = random.below(text.len());
    let end = at.saturating_add(random.below(4)).min(text.len());
    let fragment = FRAGMENTS[random.below(FRAGMENTS.len())];
    match random.below(5) {
        0 => drop(text.splice(at..end, std::iter::empty())),
        1 => drop(text.splice(at..at, fragment.bytes())),
        2 => drop(text.splice(at..end, fragment.bytes())),
        3 => {
            let copy = text[at..end].to_vec();
            drop(text.splice(at..at, copy));
        }
        _ => {
            // Words and signs trade places with what stands behind them.
            let length = random.below(12).min(text.len().saturating_sub(at));
            text[at..][..length].rotate_left(length / 2);
        }
    }
    text
}
