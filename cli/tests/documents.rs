//! What the documents say can be done: every command of ours runs word for word, every link leads
//! somewhere.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{ORDERS, REPORTED, copy_tree, crash};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The documents that a reader meets.
fn documents() -> Vec<PathBuf> {
    let root = root();
    let mut found: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "BENCHMARKS.md", "CHANGELOG.md", "CONTRIBUTING.md"]
            .map(|name| root.join(name))
            .into();
    for folder in
        ["ci", "docs", "docs/runbooks", "examples/axum", "monitoring", "monitoring/runbooks"]
    {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        found.extend(paths.filter(|path| path.extension().is_some_and(|ext| ext == "md")));
    }
    found
}

/// The lines of a document's command blocks: `sh` whole, `console` after its `$`.
fn commands(document: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut language = None;
    for line in document.lines() {
        if let Some(fence) = line.trim_start().strip_prefix("```") {
            language = if language.is_some() { None } else { Some(fence.to_owned()) };
            continue;
        }
        let command = match language.as_deref() {
            Some("sh") => Some(line),
            Some("console") => line.trim_start().strip_prefix("$ "),
            _ => None,
        };
        found.extend(command.map(str::to_owned));
    }
    found
}

/// A place as the documents assume it: a repository whose tag v1.4.2 crashed, its log, a dump, what other tools printed, and
/// a cluster that still has the log.
fn prepare(folder: &Path) {
    copy_tree(ORDERS.as_ref(), folder);
    fs::copy(crash("orders-status-cache", "1.27-all"), folder.join("crash.log")).unwrap();
    fs::copy(crash("quit-debug2", "1.27-all"), folder.join("dump.txt")).unwrap();
    for name in ["vet.txt", "staticcheck.txt", "race.txt"] {
        fs::copy(Path::new(REPORTED).join("output").join(name), folder.join(name)).unwrap();
    }
    for name in ["sessions.trace", "sessions.json"] {
        fs::copy(root().join("fixtures/traces").join(name), folder.join(name)).unwrap();
    }
    let tools = folder.join(".tools");
    fs::create_dir(&tools).unwrap();
    let script = format!(
        "set -e\ncd '{}'\nln -s '{}' .tools/tophash\n\
         printf '#!/bin/sh\\ncat \"%s\"\\n' \"$PWD/crash.log\" > .tools/kubectl\nchmod +x .tools/kubectl\n\
         git init --quiet\ngit add .\n\
         git -c user.name=t -c user.email=t@t -c commit.gpgsign=false commit --quiet -m as-it-crashed\n\
         git tag v1.4.2\n",
        folder.display(),
        env!("CARGO_BIN_EXE_tophash")
    );
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[cfg(unix)]
fn every_command_of_ours_runs_word_for_word() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let path = format!(
        "{}:{}",
        folder.path().join(".tools").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let has_jq = Command::new("jq").arg("--version").output().is_ok();
    if !has_jq {
        eprintln!("SKIPPED commands that read JSON: there is no jq");
    }
    let mut ran = 0;
    for document in documents() {
        for command in commands(&fs::read_to_string(&document).unwrap()) {
            // What calls cargo builds or tests a package of that name.
            let builds = command.split_whitespace().any(|word| word == "cargo");
            let ours = command.contains("tophash ") && !builds;
            if !ours || (command.contains("| jq") && !has_jq) {
                continue;
            }
            let output = Command::new("bash")
                .args(["-o", "pipefail", "-c", &command])
                .env("PATH", &path)
                .env("TOPHASH_CACHE_DIR", common::cache_folder())
                .current_dir(folder.path())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            let name = document.display();
            // A gate says by its code that it has found something.
            let found = command.contains("tophash check") && output.status.code() == Some(1);
            assert!(found || output.status.code() == Some(0), "{name}: {command}\n{said}");
            ran += 1;
        }
    }
    assert!(ran >= 15, "only {ran} commands were found");
}

#[test]
fn every_link_to_a_file_leads_there() {
    let mut seen = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|after| after.split(')').next()) {
            if link.contains("://") || link.starts_with('#') {
                continue;
            }
            let file = link.split('#').next().unwrap_or(link);
            let target = document.parent().unwrap().join(file);
            assert!(target.exists(), "{}: {link} leads nowhere", document.display());
            seen += 1;
        }
    }
    assert!(seen >= 20, "only {seen} links were found");
}
