//! What a `go.mod` or `go.work` says that matters for finding packages.

use super::directives;

/// `replace old [version] => new [version]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replace {
    /// The module path that is replaced.
    pub(crate) old: String,
    /// A directory (`./x`, `../x`, `/x`) or a module path.
    pub(crate) new: String,
}

impl Replace {
    /// The directory, relative to that of the manifest, where the replacement is one inside it.
    pub(crate) fn directory(&self) -> Option<&str> {
        (self.new == "." || self.new.starts_with("./") || self.new.starts_with("../"))
            .then_some(&*self.new)
    }
}

/// A parsed `go.mod` or `go.work`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The module path; empty in `go.work` or where it is missing.
    pub(crate) module: String,
    /// The minor number of `go 1.N`.
    pub(crate) go_minor: Option<u32>,
    /// Replacements.
    pub(crate) replaces: Vec<Replace>,
    /// `use` directories of `go.work`.
    pub(crate) uses: Vec<String>,
    /// Lines that could not be read.
    pub(crate) bad_lines: Vec<u32>,
}

impl Manifest {
    /// Reads a manifest; unknown directives are skipped, as newer releases add some.
    pub(crate) fn parse(text: &str) -> Self {
        let (directives, bad_lines) = directives::read(text);
        let mut manifest = Self { bad_lines, ..Self::default() };
        for directive in &directives {
            let words: Vec<&str> = directive.words.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["module", path, ..] => manifest.module = (*path).to_owned(),
                ["go", version, ..] => manifest.go_minor = minor(version),
                ["use", directory, ..] => manifest.uses.push((*directory).to_owned()),
                ["replace", old, "=>", new, ..] | ["replace", old, _, "=>", new, ..] => {
                    manifest
                        .replaces
                        .push(Replace { old: (*old).to_owned(), new: (*new).to_owned() });
                }
                ["module" | "go" | "use" | "replace", ..] => {
                    manifest.bad_lines.push(directive.line);
                }
                _ => {}
            }
        }
        manifest
    }
}

/// `1.21`, `1.21.3` and `1.22rc1` by their minor number.
fn minor(version: &str) -> Option<u32> {
    let rest = version.strip_prefix("1.")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_file_is_read() {
        let manifest = Manifest::parse(
            "module example.com/orders\n\ngo 1.22.1\ntoolchain go1.24.0\n\nreplace (\n\ta.b/c => ../c\n\td.e/f v1.0.0 => g.h/i v1.1.0\n)\nreplace broken\n",
        );
        assert_eq!(manifest.module, "example.com/orders");
        assert_eq!(manifest.go_minor, Some(22));
        assert_eq!(
            manifest.replaces.iter().map(|r| r.directory()).collect::<Vec<_>>(),
            [Some("../c"), None]
        );
        assert_eq!(manifest.bad_lines, [10]);
    }

    #[test]
    fn a_workspace_file_is_read() {
        let manifest = Manifest::parse("go 1.21rc2\nuse .\nuse (\n\t./api\n\t\"./tools\"\n)\n");
        assert_eq!(manifest.uses, [".", "./api", "./tools"]);
        assert_eq!(manifest.go_minor, Some(21));
    }
}
