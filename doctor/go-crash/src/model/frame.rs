//! One frame of a stack, and whose code it runs.

use go_runtime::symbol::{self, Home};
use std::fmt;
use std::sync::Arc;

/// One frame of a stack, as printed.
///
/// A text may be cut or thinned out: a frame can lack its place (`file` empty, `line` 0) or its
/// function (`symbol` empty, as middleware prints stacks of `file:line (pc)` alone).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The function by its runtime symbol, without arguments: `main.(*Cache).Put.func1`.
    pub symbol: Arc<str>,
    /// The text between the parentheses as given: `0xc000012345, {0x1, 0x2}, ...`.
    /// Three dots alone mean that the call was inlined. `None` where no parentheses were printed.
    pub args: Option<Arc<str>>,
    /// The file as printed: absolute, or import-path based under `-trimpath`. Empty when missing.
    pub file: Arc<str>,
    /// The line, from 1; 0 when missing.
    pub line: u32,
    /// The `+0x…` offset of the return address in its function.
    pub offset: Option<u64>,
    /// Frame pointer, printed from `GOTRACEBACK=system` on and for throws through Go 1.20.
    pub fp: Option<u64>,
    /// Stack pointer.
    pub sp: Option<u64>,
    /// Program counter.
    pub pc: Option<u64>,
}

/// Whose code a frame runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FrameOwner {
    /// Go's own: the runtime and the standard library.
    Go,
    /// A module that is not the program's own: under `vendor/`, in the module cache, `golang.org/x`.
    ThirdParty,
    /// The program's own, as far as the text can tell.
    User,
}

impl Frame {
    /// Whose code this is, judged by the symbol and the file together.
    ///
    /// The file decides where it can (a path below `/pkg/mod/` or `/vendor/`, a path with
    /// `module@version`, a file of GOROOT), the package path otherwise.
    pub fn owner(&self) -> FrameOwner {
        match symbol::home(&self.symbol, &self.file) {
            Home::Runtime | Home::StandardLibrary => FrameOwner::Go,
            Home::Dependency => FrameOwner::ThirdParty,
            Home::Program => FrameOwner::User,
        }
    }
}

/// Prints `symbol at file:line`, leaving out what is missing.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.symbol.is_empty() { "?" } else { &self.symbol })?;
        if !self.file.is_empty() {
            write!(f, " at {}:{}", self.file, self.line)?;
        }
        Ok(())
    }
}

/// The first frame that is not Go's own, third-party frames included.
pub fn user_frame(frames: &[Frame]) -> Option<&Frame> {
    frames.iter().find(|frame| frame.owner() != FrameOwner::Go)
}
