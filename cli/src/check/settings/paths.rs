//! Settings that hold for a part of the tree: globs of paths, and what is left out there.

use crate::check::args::Least;
use finding::{Finding, Grade};
use globset::{GlobBuilder, GlobSet};

/// A `[[path]]` of `tophash.toml`.
pub(super) struct OfPath {
    pub(super) glob: String,
    pub(super) ignore: Vec<String>,
    pub(super) grade: Option<Least>,
}

/// The settings of parts of a tree.
#[derive(Default)]
pub(crate) struct Paths {
    /// What comes before a path of the tree to make it one from the folder of the settings file: nothing, or a path with a
    /// slash at its end.
    prefix: String,
    exclude: Vec<GlobSet>,
    parts: Vec<Part>,
}

struct Part {
    glob: GlobSet,
    ignore: Vec<String>,
    least: Option<Grade>,
}

impl Paths {
    /// # Errors
    ///
    /// When a glob is none.
    pub(super) fn new(
        prefix: String,
        exclude: &[String],
        parts: Vec<OfPath>,
    ) -> Result<Self, globset::Error> {
        let part = |of: OfPath| {
            Ok(Part { glob: glob(&of.glob)?, ignore: of.ignore, least: of.grade.map(Least::grade) })
        };
        Ok(Self {
            prefix,
            exclude: exclude.iter().map(|text| glob(text)).collect::<Result<_, _>>()?,
            parts: parts.into_iter().map(part).collect::<Result<_, _>>()?,
        })
    }

    /// Whether a finding is left out by its path.
    pub(crate) fn exclude(&self, finding: &Finding) -> bool {
        let path = self.path(finding);
        let ignored = |part: &Part| {
            let code = |code: &String| finding.code.starts_with(code.as_str());
            part.ignore.iter().any(code) && part.glob.is_match(&path)
        };
        self.exclude.iter().any(|glob| glob.is_match(&path)) || self.parts.iter().any(ignored)
    }

    /// The least grade that is shown where a finding is; the last part that says one decides.
    pub(crate) fn least(&self, finding: &Finding) -> Option<Grade> {
        let path = self.path(finding);
        let of = |part: &&Part| part.least.is_some() && part.glob.is_match(&path);
        self.parts.iter().rev().find(of).and_then(|part| part.least)
    }

    fn path(&self, finding: &Finding) -> String {
        format!("{}{}", self.prefix, finding.access.site.file)
    }
}

/// A glob as `.gitignore` has them: without a slash it names a file or folder anywhere, with one a path from the folder of
/// the settings; and a folder stands for all below it.
pub(super) fn glob(text: &str) -> Result<GlobSet, globset::Error> {
    let path = text.strip_prefix("./").unwrap_or(text).trim_end_matches('/');
    let path = match path.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None if path.contains('/') => path.to_owned(),
        None => format!("**/{path}"),
    };
    let mut either = GlobSet::builder();
    for glob in [format!("{path}/**"), path] {
        either.add(GlobBuilder::new(&glob).literal_separator(true).build()?);
    }
    either.build()
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn globs_are_read_as_git_reads_them() {
        for (text, path, matches) in [
            ("gen", "gen/a.go", true),
            ("gen", "a/gen/b/c.go", true),
            ("gen", "regen/a.go", false),
            ("gen/", "a/gen/b.go", true),
            ("/gen", "gen/a.go", true),
            ("/gen", "a/gen/a.go", false),
            ("./a/gen", "a/gen/x.go", true),
            ("a/gen", "b/a/gen/x.go", false),
            ("*_mock.go", "a/b/x_mock.go", true),
            ("*_mock.go", "a/x_mock.gox", false),
            ("a/*.go", "a/x.go", true),
            ("a/*.go", "a/b/x.go", false),
            ("a/**", "a/b/x.go", true),
            ("a/**/x.go", "a/x.go", true),
            ("**/x.go", "x.go", true),
            ("{a,b}/x.go", "b/x.go", true),
            ("t.go", "t.go", true),
        ] {
            assert_eq!(glob(text).unwrap().is_match(path), matches, "{text} {path}");
        }
        assert!(glob("a[").is_err());
    }
}
