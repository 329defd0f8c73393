//! `vendor/modules.txt`: which modules and packages `go mod vendor` and `go work vendor` copied.
//!
//! Go 1.27, `cmd/go/internal/modload/vendor.go`, `readVendorList`: `# path version` or
//! `# path => …` begins a module, `## …` says more of it, and every other line is a package.

use crate::vendored_module::{Replacement, VendoredModule};
use std::sync::Arc;

/// Reads a list. The second part names the lines that could not be understood.
pub(crate) fn read(text: &str, path: &Arc<str>) -> (Vec<VendoredModule>, Vec<u32>) {
    let mut modules: Vec<VendoredModule> = Vec::new();
    let mut bad = Vec::new();
    for (line, number) in text.lines().zip(1u32..) {
        if let Some(annotation) = line.strip_prefix("##") {
            let explicit = annotation.split(';').any(|entry| entry.trim() == "explicit");
            if let Some(module) = modules.last_mut() {
                module.explicit |= explicit;
            }
        } else if let Some(heading) = line.strip_prefix("# ") {
            match module(heading) {
                Some(module) => modules.push(VendoredModule { list: Arc::clone(path), ..module }),
                None => bad.push(number),
            }
        } else {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), modules.last_mut()) {
                (None, ..) => {}
                (Some(package), None, Some(module)) => module.packages.push(package.to_owned()),
                _ => bad.push(number),
            }
        }
    }
    // A replacement without packages is listed once more at the end.
    modules.retain(|module| !module.packages.is_empty() || module.explicit);
    (modules, bad)
}

fn module(heading: &str) -> Option<VendoredModule> {
    let words: Vec<&str> = heading.split_whitespace().collect();
    let (path, version, rest) = match words.as_slice() {
        [path, "=>", rest @ ..] => (*path, "", rest),
        [path, version, "=>", rest @ ..] => (*path, *version, rest),
        [path, version] => {
            return Some(VendoredModule {
                path: (*path).to_owned(),
                version: (*version).to_owned(),
                ..VendoredModule::default()
            });
        }
        _ => return None,
    };
    let by = match rest {
        [by] => Replacement { path: (*by).to_owned(), version: String::new() },
        [by, version] => Replacement { path: (*by).to_owned(), version: (*version).to_owned() },
        _ => return None,
    };
    Some(VendoredModule {
        path: path.to_owned(),
        version: version.to_owned(),
        replaced: Some(by),
        ..VendoredModule::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_packages_and_replacements_are_read() {
        let text = "## workspace\n# a.b/c v1.2.3\n## explicit; go 1.21\na.b/c\na.b/c/d\n\
                    # e.f/g v1.0.0 => h.i/j v1.1.0\ne.f/g\n# k.l/m v0.1.0 => ../m\n## explicit\nk.l/m\n\
                    # e.f/g => h.i/j v1.1.0\n";
        let (modules, bad) = read(text, &"vendor/modules.txt".into());
        assert!(bad.is_empty(), "{bad:?}");
        let shown: Vec<_> = modules
            .iter()
            .map(|m| (m.path.as_str(), m.copied(), m.explicit, m.packages.len()))
            .collect();
        assert_eq!(
            shown,
            [
                ("a.b/c", ("a.b/c", "v1.2.3"), true, 2),
                ("e.f/g", ("h.i/j", "v1.1.0"), false, 1),
                ("k.l/m", ("k.l/m", "v0.1.0"), true, 1),
            ]
        );
    }

    #[test]
    fn lines_that_make_no_sense_are_named() {
        let (modules, bad) = read("a.b/c\n# \n# a\n# a v1 => \nx y z\n# a v1\na\n", &"".into());
        assert_eq!(modules.len(), 1);
        assert_eq!(bad, [1, 2, 3, 4, 5]);
    }
}
