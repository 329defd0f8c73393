//! Git repositories with the example service, made on the fly.

use crate::common::{ORDERS, copy_tree};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A race of its own, in a file of its own.
pub(crate) fn race(package: &str) -> String {
    format!(
        "package {package}\n\nfunc seen() {{\n\tseen := map[int]bool{{}}\n\tfor i := 0; i < 2; i++ {{\n\
         \t\tgo func() {{ seen[1] = true }}()\n\t}}\n}}\n"
    )
}

/// Runs git, which must succeed, and yields what it prints.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
    let output =
        Command::new("git").arg("-C").arg(folder).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Commits all that is there.
pub(crate) fn commit(folder: &Path, message: &str) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message", message]);
}

/// A repository as GitHub has one: the service in a folder on `main`, and a pull request with one new race, which began before
/// `main` got another one.
pub(crate) struct Hosted {
    folder: tempfile::TempDir,
}

impl Hosted {
    /// Makes it, with the service in `service`.
    pub(crate) fn new(service: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let origin = folder.path().join("origin");
        fs::create_dir(&origin).unwrap();
        let at = origin.join(service);
        copy_tree(ORDERS.as_ref(), &at);
        git(&origin, &["init", "--quiet", "--initial-branch=main"]);
        // As GitHub lets any commit be fetched.
        git(&origin, &["config", "uploadpack.allowReachableSHA1InWant", "true"]);
        commit(&origin, "the service");
        commit(&origin, "and another commit");
        git(&origin, &["checkout", "--quiet", "-b", "change"]);
        fs::write(at.join("internal/order/seen.go"), race("order")).unwrap();
        commit(&origin, "a race");
        git(&origin, &["checkout", "--quiet", "main"]);
        fs::write(at.join("internal/api/seen.go"), race("api")).unwrap();
        commit(&origin, "another race");
        // What GitHub makes to try a pull request.
        git(&origin, &["checkout", "--quiet", "--detach", "main"]);
        git(&origin, &["merge", "--quiet", "--no-ff", "--message", "merge", "change"]);
        git(&origin, &["update-ref", "refs/pull/1/merge", "HEAD"]);
        git(&origin, &["update-ref", "refs/pull/1/head", "change"]);
        git(&origin, &["checkout", "--quiet", "main"]);
        Self { folder }
    }

    /// Checks a reference out as actions/checkout does: that commit and no other.
    pub(crate) fn checkout(&self, reference: &str) -> PathBuf {
        let work = self.folder.path().join(format!("work-{}", reference.replace('/', "-")));
        fs::create_dir(&work).unwrap();
        let origin = format!("file://{}", self.folder.path().join("origin").display());
        git(&work, &["init", "--quiet"]);
        git(&work, &["remote", "add", "origin", &origin]);
        let to = format!("+{reference}:refs/remotes/checked/out");
        git(&work, &["fetch", "--quiet", "--no-tags", "--depth=1", "origin", &to]);
        git(&work, &["checkout", "--quiet", "--detach", "refs/remotes/checked/out"]);
        work
    }
}
