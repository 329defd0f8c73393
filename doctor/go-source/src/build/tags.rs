//! The set of build tags that hold for one target.

use crate::{LoadOptions, Target};
use std::collections::BTreeSet;

/// The newest Go release whose tags are set when the caller names none.
pub(crate) const NEWEST_GO: u32 = 27;

/// Operating systems that satisfy the `unix` tag. Go 1.27, `src/internal/syslist/syslist.go`.
const UNIX: [&str; 12] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "linux",
    "netbsd",
    "openbsd",
    "solaris",
];

/// The tags that are set.
#[derive(Clone, Debug)]
pub(crate) struct Tags {
    target: Target,
    set: BTreeSet<String>,
    release: u32,
    cgo: bool,
}

impl Tags {
    pub(crate) fn new(options: &LoadOptions) -> Self {
        Self {
            target: options.target.clone(),
            set: options.tags.iter().cloned().collect(),
            release: options.go_minor.unwrap_or(NEWEST_GO),
            cgo: options.cgo,
        }
    }

    /// True when the tag holds. Android builds take Linux files, as iOS takes Darwin's and Illumos
    /// takes those of Solaris.
    pub(crate) fn holds(&self, tag: &str) -> bool {
        let os = self.target.os.as_str();
        if tag == os || tag == self.target.arch || self.set.contains(tag) {
            return true;
        }
        match tag {
            "linux" => os == "android",
            "darwin" => os == "ios",
            "solaris" => os == "illumos",
            "unix" => UNIX.contains(&os),
            "gc" => true,
            "cgo" => self.cgo,
            _ => tag
                .strip_prefix("go1.")
                .and_then(|minor| minor.parse::<u32>().ok())
                .is_some_and(|minor| minor >= 1 && minor <= self.release),
        }
    }
}
