//! What is to be loaded, and for which target.

use crate::Mention;

/// The operating system and architecture whose files are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `GOOS`, such as `linux`.
    pub os: String,
    /// `GOARCH`, such as `amd64`.
    pub arch: String,
}

impl Default for Target {
    /// `linux/amd64`, where most Go services die.
    fn default() -> Self {
        Self { os: "linux".into(), arch: "amd64".into() }
    }
}

/// How [`Program::load`](crate::Program::load) reads a tree.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The target whose variant of each declaration is taken.
    pub target: Target,
    /// Build tags that are set besides those of the target, as in `go build -tags`.
    pub tags: Vec<String>,
    /// The Go release the tree is built with, as the minor number of `go1.N`: it sets the release
    /// tags and the names of closures. `None` means the newest known.
    pub go_minor: Option<u32>,
    /// Whether the `cgo` tag is set.
    pub cgo: bool,
    /// Whether `_test.go` files are read too.
    pub tests: bool,
    /// The functions that a crash text names. Of vendored packages only declarations are read, but
    /// for those that one of these lies in, and the vendored packages that import them, directly or
    /// not: their bodies are searched as the program's own are.
    pub mentions: Vec<Mention>,
    /// Whether every place that names a map is written down, and what the target leaves out is read: whoever rewrites a
    /// declaration needs both. See [`Program::uses`](crate::Program::uses).
    pub uses: bool,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            target: Target::default(),
            tags: Vec::new(),
            go_minor: None,
            cgo: true,
            tests: false,
            mentions: Vec::new(),
            uses: false,
        }
    }
}
