//! `--new-from-rev`: what a change brought, and not what was there before it.

use crate::module::{UNEVEN, check, module_of, places, write};
use std::fs;
use std::path::Path;
use std::process::Command;

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(identity).args(arguments);
    assert!(command.status().unwrap().success(), "git {arguments:?}");
}

/// A repository whose first commit has the module.
fn repository(source: &str) -> tempfile::TempDir {
    let folder = module_of(source);
    git(folder.path(), &["init", "--quiet"]);
    commit(folder.path());
    folder
}

fn commit(folder: &Path) {
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "-m", "as it was"]);
}

const NEW: [&str; 2] = ["--new-from-rev", "HEAD"];

#[test]
fn what_was_there_is_not_new_wherever_its_lines_are_now() {
    let folder = repository(UNEVEN);
    assert_eq!(places(folder.path(), &NEW), [""; 0]);
    write(folder.path(), "t.go", &UNEVEN.replace("package t\n", "package t\n\n// Moved.\n"));
    let out = check(folder.path(), &NEW);
    assert_eq!(out.code, 0, "{}", out.stdout);
    assert!(out.stdout.contains(" 2 more are in the revision"), "{}", out.stdout);
    let json = check(folder.path(), &[&NEW[..], &["--format", "json"]].concat()).stdout;
    assert!(json.contains("\"old\": 2"), "{json}");
}

#[test]
fn what_is_not_committed_counts_files_that_git_does_not_know_too() {
    let folder = repository(UNEVEN);
    write(folder.path(), "u.go", "package t\n\nfunc (c *C) Forget(k string) { delete(c.m, k) }\n");
    assert_eq!(places(folder.path(), &NEW), ["u.go:3"]);
    git(folder.path(), &["add", "u.go"]);
    assert_eq!(places(folder.path(), &NEW), ["u.go:3"]);
    commit(folder.path());
    assert_eq!(places(folder.path(), &NEW), [""; 0]);
    assert_eq!(places(folder.path(), &["--new-from-rev", "HEAD~1"]), ["u.go:3"]);
    assert_eq!(places(folder.path(), &["--new-from-rev", "HEAD~1", "t.go"]), [""; 0]);
}

/// Of several accesses of one function, the one whose line is new is told.
#[test]
fn the_new_one_of_several_alike_is_found_by_its_line() {
    let folder = repository(UNEVEN);
    write(
        folder.path(),
        "t.go",
        &UNEVEN.replace("\tc.m[k] = v\n", "\tc.m[\"new\"] = v\n\tc.m[k] = v\n"),
    );
    assert_eq!(places(folder.path(), &NEW), ["t.go:21"]);
    write(
        folder.path(),
        "t.go",
        &UNEVEN.replace("\tc.m[k] = v\n", "\tc.m[k] = v\n\tc.m[\"new\"] = v\n"),
    );
    assert_eq!(places(folder.path(), &NEW), ["t.go:22"]);
}

/// The lines that race did not change; what runs beside them did.
#[test]
fn code_that_a_change_makes_racy_from_elsewhere_is_new() {
    let quiet = "package t\n\nvar seen = map[string]int{}\n\nfunc note(k string) { seen[k]++ }\n\nfunc Run() {\n\tnote(\"a\")\n}\n";
    let folder = repository(quiet);
    write(
        folder.path(),
        "t.go",
        &quiet.replace("\tnote(\"a\")\n", "\tfor range 9 {\n\t\tgo note(\"a\")\n\t}\n"),
    );
    assert_eq!(places(folder.path(), &NEW), ["t.go:5"]);
}

#[test]
fn a_comment_that_is_taken_away_makes_its_finding_new() {
    let source = UNEVEN
        .replace("\treturn c.m[k]\n", "\treturn c.m[k] //tophash:ignore TH101 read before Put\n");
    let folder = repository(&source);
    write(folder.path(), "t.go", UNEVEN);
    assert_eq!(places(folder.path(), &NEW), ["t.go:17"]);
}

/// As the gate would have shown it before: what it did not show then is new now.
#[test]
fn both_trees_are_checked_by_the_same_rules_and_grade() {
    let folder = repository(UNEVEN);
    for arguments in [&["--grade", "low"][..], &["--select", "TH101"], &["--grade", "high"]] {
        let out = places(folder.path(), &[&NEW[..], arguments].concat());
        assert_eq!(out, [""; 0], "{arguments:?}");
    }
}

#[test]
fn a_folder_that_the_revision_does_not_have_is_all_new() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "README.md", "# A repository\n");
    git(folder.path(), &["init", "--quiet"]);
    commit(folder.path());
    write(folder.path(), "service/go.mod", "module example.com/t\n");
    write(folder.path(), "service/t.go", UNEVEN);
    let out = check(&folder.path().join("service"), &NEW);
    assert_eq!(out.code, 1);
    assert!(out.stderr.contains("HEAD has no Go files here"), "{}", out.stderr);
}

#[test]
fn what_keeps_the_revision_from_being_read_is_said_with_a_way_out() {
    let refused = |folder: &Path, rev: &str, says: &str, hint: &str| {
        let out = check(folder, &[&format!("--new-from-rev={rev}")]);
        assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{}", out.stderr);
        assert!(out.stderr.contains(says) && out.stderr.contains(hint), "{}", out.stderr);
    };
    let folder = module_of(UNEVEN);
    refused(folder.path(), "HEAD", "is in no git repository", "leave --new-from-rev out");
    let folder = repository(UNEVEN);
    refused(folder.path(), "v9", "v9 is no commit, tag or branch", "fetch --tags");
    refused(folder.path(), "--help", "--help is no commit", "hint: ");
    git(folder.path(), &["tag", "v1"]);
    write(folder.path(), "t.go", "package t\n");
    commit(folder.path());
    let shallow = tempfile::tempdir().unwrap();
    let from = format!("file://{}", folder.path().display());
    let to = shallow.path().to_str().unwrap();
    git(folder.path(), &["clone", "--quiet", "--depth", "1", &from, to]);
    refused(shallow.path(), "HEAD~1", "HEAD~1 is no commit", "fetch --unshallow");
    // A tree whose revision cannot be read is no clean tree.
    fs::write(shallow.path().join("t.go"), UNEVEN).unwrap();
    refused(shallow.path(), "v1", "v1 is no commit", "the clone is shallow");
}
