//! Paths from the root of the repository, where those of findings are from the root of the module.

use finding::{Findings, Site};
use std::borrow::Cow;
use std::path::Path;

/// What leads from the root of the repository to a folder in it: nothing, or a path with a slash at its end.
pub(super) fn prefix(root: &Path) -> String {
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    let between = repository.and_then(|repository| root.strip_prefix(repository).ok());
    let parts = between.into_iter().flat_map(Path::components);
    parts.map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect()
}

/// Findings with `prefix` before the paths of their places.
pub(super) fn below<'f>(findings: &'f Findings, prefix: &str) -> Cow<'f, Findings> {
    if prefix.is_empty() {
        return Cow::Borrowed(findings);
    }
    let mut findings = findings.clone();
    let put = |site: &mut Site| site.file = format!("{prefix}{}", site.file).into();
    for finding in &mut findings.findings {
        put(&mut finding.access.site);
        put(&mut finding.map.site);
        for related in &mut finding.related {
            put(&mut related.site);
        }
    }
    Cow::Owned(findings)
}
