//! From a printed path to the file of the tree.

use super::Paths;
use finding::Site;
use go_source::Program;
use std::sync::Arc;

/// The file that a printed path means, where it is one file and no other.
///
/// Where the tool says which package it is about, the name in that package decides: tools print paths from wherever they
/// run. Else, and where that is no file, a path is taken as it is mapped, from the folder that relative paths begin at, from
/// the root, and at last by its end, as those are that another machine printed.
pub(crate) fn file(
    program: &Program,
    paths: Paths<'_>,
    site: &Site,
    package: Option<&str>,
) -> Option<Arc<str>> {
    let mapped = paths.options.mapped(&site.file);
    let printed = normal(&mapped);
    let known = |path: &str| program.file(path).map(|file| Arc::from(file.path()));
    let absolute = is_absolute(&mapped);
    let as_mapped = || (*mapped != *site.file).then(|| known(&printed)).flatten();
    let from_base = || (!absolute).then(|| known(&joined(paths.base, &printed))).flatten();
    let found = as_mapped().or_else(from_base).or_else(|| known(&printed));
    let all = program.resolve_path(&mapped);
    let of_package = |path: &&Arc<str>| {
        let file = program.file(path);
        file.is_some_and(|file| package.is_some_and(|wanted| file.package() == wanted))
    };
    let by_package = || only(all.iter().map(|candidate| &candidate.file).filter(of_package));
    let segments = printed.split('/').filter(|segment| *segment != "..").count();
    let fits = all
        .iter()
        .filter(|candidate| candidate.whole || (!absolute && candidate.segments == segments));
    found
        .clone()
        .filter(|file| of_package(&file))
        .or_else(by_package)
        .or(found)
        .or_else(|| only(fits.map(|candidate| &candidate.file)))
}

/// The one file of several, where there is but one.
fn only<'p>(mut files: impl Iterator<Item = &'p Arc<str>>) -> Option<Arc<str>> {
    let first = files.next()?;
    files.next().is_none().then(|| Arc::clone(first))
}

/// A path that is shown: as it is mapped, without `./` before it.
pub(crate) fn shown(paths: Paths<'_>, printed: &str) -> String {
    normal(&paths.options.mapped(printed))
}

fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\'])
        || path.get(1..3).is_some_and(|colon| [":\\", ":/"].contains(&colon))
}

/// Slashes, and no `.` between them.
fn normal(path: &str) -> String {
    let parts = path.split(['/', '\\']).filter(|part| *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

/// A relative path from a folder, `..` followed.
fn joined(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')).filter(|part| !part.is_empty()) {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_are_followed() {
        assert_eq!(joined("", &normal("./a/b.go")), "a/b.go");
        assert_eq!(joined("internal", &normal(r"..\a\b.go")), "a/b.go");
        assert_eq!(joined("internal/x", "b.go"), "internal/x/b.go");
        assert!(is_absolute("/a.go") && is_absolute(r"C:\a.go") && !is_absolute("a.go"));
    }
}
