//! The hooks under a real pre-commit.

use crate::github::project;
use crate::repository::{commit, git, race};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs pre-commit in a folder; `None` and a loud skip where there is none.
fn pre_commit(folder: &Path, home: &Path, arguments: &[&str]) -> Option<Output> {
    let program = std::env::var_os("PRE_COMMIT").unwrap_or_else(|| "pre-commit".into());
    let path = std::env::var("PATH").unwrap_or_default();
    let ours = Path::new(env!("CARGO_BIN_EXE_tophash"));
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", ours.parent().unwrap().display()))
        .env("PRE_COMMIT_HOME", home)
        .env("TOPHASH_PROGRAM", ours)
        .env("TOPHASH_CACHE_DIR", crate::common::cache_folder())
        .env("PRE_COMMIT_COLOR", "never")
        .output();
    if output.is_err() {
        eprintln!("SKIPPED the hooks under pre-commit: there is none; pip install pre-commit");
    }
    output.ok()
}

/// A repository with what the hooks are made of, to be cloned as pre-commit clones this one.
fn provider(folder: &Path) -> String {
    fs::create_dir_all(folder.join("pipelines")).unwrap();
    for file in [".pre-commit-hooks.yaml", "pipelines/program.sh", "pipelines/hook.sh"] {
        fs::copy(project().join(file), folder.join(file)).unwrap();
    }
    git(folder, &["init", "--quiet"]);
    commit(folder, "the hooks");
    git(folder, &["rev-parse", "HEAD"])
}

#[test]
fn a_commit_with_a_race_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [hooks, work, home] = ["hooks", "work", "home"].map(|name| folder.path().join(name));
    let rev = provider(&hooks);
    for id in ["tophash-check", "tophash-check-system"] {
        let work = work.join(id);
        fs::create_dir_all(&work).unwrap();
        let configuration = format!(
            "repos:\n- repo: {}\n  rev: {rev}\n  hooks:\n  - id: {id}\n    args: [--grade, high]\n",
            hooks.display()
        );
        fs::write(work.join(".pre-commit-config.yaml"), configuration).unwrap();
        fs::write(work.join("go.mod"), "module example.com/t\n\ngo 1.21\n").unwrap();
        fs::write(work.join("main.go"), "package main\n\nfunc main() {}\n").unwrap();
        git(&work, &["init", "--quiet"]);
        git(&work, &["add", "--all"]);
        let Some(clean) = pre_commit(&work, &home, &["run"]) else { return };
        let said = String::from_utf8_lossy(&clean.stdout);
        assert!(clean.status.success() && said.contains("Passed"), "{said}");
        fs::write(work.join("seen.go"), race("main")).unwrap();
        git(&work, &["add", "--all"]);
        let Some(refused) = pre_commit(&work, &home, &["run"]) else { return };
        let said = String::from_utf8_lossy(&refused.stdout);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("TH103") && said.contains("seen.go:6"), "{said}");
        // Where no Go file is changed there is nothing to check.
        commit(&work, "as it is");
        fs::write(work.join("notes.txt"), "notes").unwrap();
        git(&work, &["add", "--all"]);
        let Some(other) = pre_commit(&work, &home, &["run"]) else { return };
        let said = String::from_utf8_lossy(&other.stdout);
        assert!(other.status.success() && said.contains("Skipped"), "{said}");
    }
}
