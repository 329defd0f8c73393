//! The import path of a tree without a `go.mod`, from how its files import each other.
//!
//! Under GOPATH, and in a folder cut out of a module, nothing in the tree says its import path. But
//! where many files import `example.com/app/store`, `example.com/app/log`, … and the tree has the
//! directories `store` and `log`, the tree is `example.com/app`.

use rustc_hash::{FxHashMap, FxHashSet};

/// This many directories must agree: one may well have the name of somebody else's package.
const MIN_DIRECTORIES: usize = 2;

/// What stands before the directories' paths in most imports; `None` where too few agree, or as
/// many agree on something else. Linear in the imports and their segments.
pub(super) fn common<'i>(
    imports: impl Iterator<Item = &'i str>,
    directories: &FxHashSet<&str>,
) -> Option<&'i str> {
    let mut votes: FxHashMap<&str, usize> = FxHashMap::default();
    for import in imports {
        for (at, _) in import.match_indices('/') {
            let (prefix, rest) = import.split_at(at);
            let rest = rest.trim_start_matches('/');
            if directories.contains(rest) {
                let count = votes.entry(prefix).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    let most = votes.values().copied().max().filter(|most| *most >= MIN_DIRECTORIES)?;
    let mut winners = votes.iter().filter(|(_, count)| **count == most).map(|(prefix, _)| *prefix);
    winners.next().filter(|_| winners.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(imports: &[&'static str], directories: &[&str]) -> Option<&'static str> {
        common(imports.iter().copied(), &directories.iter().copied().collect())
    }

    #[test]
    fn what_most_imports_put_before_the_directories_is_the_path_of_the_tree() {
        let imports = [
            "fmt",
            "example.com/app/store",
            "example.com/app/net/log",
            "example.com/app/net",
            "example.org/other/store",
        ];
        assert_eq!(of(&imports, &["store", "net/log", "net", "log"]), Some("example.com/app"));
    }

    #[test]
    fn one_directory_or_a_tie_says_nothing() {
        assert_eq!(of(&["example.org/errors"], &["errors", "store"]), None);
        let tie = ["a.b/c/x", "a.b/c/y", "d.e/f/x", "d.e/f/y"];
        assert_eq!(of(&tie, &["x", "y"]), None);
        assert_eq!(of(&[], &[]), None);
    }
}
