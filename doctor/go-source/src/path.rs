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
}

impl PathIndex {
    /// Adds a file and the import path of its package.
    pub(crate) fn insert(&mut self, path: &Arc<str>, import: &str) {
        let name = last_segment(path);
        let import = format!("{import}/{name}").into();
        self.by_name.entry(name.into()).or_default().push(Entry { path: Arc::clone(path), import });
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
        let by_path = common_tail(printed, &self.path);
        let by_import = common_tail(printed, &self.import);
        let whole = by_path == segments(&self.path) || by_import == segments(&self.import);
        PathCandidate { file: Arc::clone(&self.path), segments: by_path.max(by_import), whole }
    }
}

/// Backslashes become slashes, `module@version/` loses its version, and a module cache's `!x` is `X`.
fn normalise(printed: &str) -> String {
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
            index.insert(&path.into(), import);
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
