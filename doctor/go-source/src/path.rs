//! From a path in a crash text to the files of the tree it may mean.
//!
//! A binary knows its files by the paths of the machine that built it. What is left of them in a
//! container, behind `-trimpath`, under GOPATH or in a Bazel sandbox differs in front and agrees at
//! the end, so candidates are ranked by how many trailing segments agree.

use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A file of the tree that a printed path may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathCandidate {
    /// Its path in the tree.
    pub file: Arc<str>,
    /// How many trailing segments agree, the file name among them.
    pub segments: usize,
    /// True when the whole path in the tree agrees, or the import path of its package does.
    pub whole: bool,
}

/// The files of a tree by their last segment.
#[derive(Debug, Default)]
pub(crate) struct PathIndex {
    by_name: FxHashMap<Box<str>, Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    path: Arc<str>,
    /// The import path of the package and the file name: what `-trimpath` prints.
    import: Box<str>,
    /// The same in the module whose text was vendored, as a build from the module cache prints it.
    copied_from: Option<Box<str>>,
}

impl PathIndex {
    /// Adds a file, the import path of its package, and that of the package it is a copy of.
    pub(crate) fn insert(&mut self, path: &Arc<str>, import: &str, copied_from: Option<&str>) {
        let name = last_segment(path);
        let below = |import: &str| format!("{import}/{name}").into();
        let (import, copied_from) = (below(import), copied_from.map(below));
        let entry = Entry { path: Arc::clone(path), import, copied_from };
        self.by_name.entry(name.into()).or_default().push(entry);
    }

    /// Candidates for a printed path, best first; only those that agree in the most segments.
    pub(crate) fn resolve(&self, printed: &str) -> Vec<PathCandidate> {
        let printed = normalise(printed);
        let Some(entries) = self.by_name.get(last_segment(&printed)) else { return Vec::new() };
        let mut found: Vec<_> = entries.iter().map(|entry| entry.candidate(&printed)).collect();
        found.sort_by(|a, b| {
            (b.whole, b.segments).cmp(&(a.whole, a.segments)).then_with(|| a.file.cmp(&b.file))
        });
        let best = found.first().map_or((false, 0), |first| (first.whole, first.segments));
        found.retain(|candidate| (candidate.whole, candidate.segments) == best);
        found
    }
}

impl Entry {
    fn candidate(&self, printed: &str) -> PathCandidate {
        let mut found = PathCandidate { file: Arc::clone(&self.path), segments: 0, whole: false };
        let names = [&*self.path, &self.import].into_iter().chain(self.copied_from.as_deref());
        for name in names {
            let agree = common_tail(printed, name);
            found.segments = found.segments.max(agree);
            found.whole |= agree == segments(name);
        }
        found
    }
}

/// Backslashes become slashes, `module@version/` loses its version, and a module cache's `!x` is `X`.
pub(crate) fn normalise(printed: &str) -> String {
    let mut out = String::with_capacity(printed.len());
    for (index, segment) in printed.split(['/', '\\']).filter(|segment| *segment != ".").enumerate()
    {
        if index > 0 {
            out.push('/');
        }
        let segment = segment.split_once('@').map_or(segment, |(module, _)| module);
        let mut raise = false;
        for c in segment.chars() {
            if c == '!' {
                raise = true;
            } else {
                out.push(if std::mem::take(&mut raise) { c.to_ascii_uppercase() } else { c });
            }
        }
    }
    out
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn segments(path: &str) -> usize {
    path.split('/').count()
}

fn common_tail(a: &str, b: &str) -> usize {
    a.rsplit('/').zip(b.rsplit('/')).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(printed: &str) -> Vec<(String, bool)> {
        let mut index = PathIndex::default();
        for (path, import) in [
            ("main.go", "example.com/orders"),
            ("internal/status/cache.go", "example.com/orders/internal/status"),
            ("internal/registry/cache.go", "example.com/orders/internal/registry"),
            ("cmd/tool/main.go", "example.com/orders/cmd/tool"),
        ] {
            index.insert(&path.into(), import, None);
        }
        index.resolve(printed).into_iter().map(|c| (c.file.to_string(), c.whole)).collect()
    }

    #[test]
    fn every_way_a_build_prints_a_path_finds_the_file() {
        for printed in [
            "internal/status/cache.go",
            "/src/orders/internal/status/cache.go",
            "example.com/orders/internal/status/cache.go",
            "/go/pkg/mod/example.com/orders@v1.2.3/internal/status/cache.go",
            "/home/u/go/src/example.com/orders/internal/status/cache.go",
            r"C:\work\orders\internal\status\cache.go",
            "external/com_example_orders/internal/status/cache.go",
            "/proc/self/cwd/./internal/status/cache.go",
        ] {
            assert_eq!(
                resolve(printed),
                [("internal/status/cache.go".to_owned(), true)],
                "{printed}"
            );
        }
    }

    #[test]
    fn a_vendored_copy_answers_to_the_module_that_it_was_copied_from() {
        let mut index = PathIndex::default();
        let path = "vendor/a.b/lru/lru.go".into();
        index.insert(&path, "a.b/lru", Some("c.d/fork"));
        for printed in ["a.b/lru@v1.0.0/lru.go", "/go/pkg/mod/c.d/fork@v1.1.0/lru.go"] {
            let found = index.resolve(printed);
            assert_eq!((&found[0].file, found[0].whole), (&path, true), "{printed}");
        }
    }

    #[test]
    fn a_root_file_is_told_from_one_of_the_same_name_below() {
        assert_eq!(resolve("example.com/orders/main.go"), [("main.go".to_owned(), true)]);
        assert_eq!(resolve("/app/cmd/tool/main.go"), [("cmd/tool/main.go".to_owned(), true)]);
    }

    #[test]
    fn a_bare_name_yields_every_file_of_that_name() {
        assert_eq!(resolve("cache.go").len(), 2);
        assert!(resolve("nowhere.go").is_empty());
    }
}
