//! What the program does with input that is not a whole crash text and a matching tree: a clear
//! sentence, the documented exit code, and whatever could be read.

mod common;

use common::{ORDERS, crash, explain, run, run_with};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn an_empty_file_is_nothing_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.log");
    fs::write(&file, "").unwrap();
    let out = run(&["explain", file.to_str().unwrap()]);
    assert_eq!(out.code, 3);
    assert!(out.stderr.contains("the input is empty"), "{}", out.stderr);
    assert!(out.stderr.contains("hint:"), "{}", out.stderr);
    assert_eq!(out.stdout, "");
}

/// A message that somebody quotes is no crash, but whoever pasted too little learns it.
#[test]
fn a_message_without_a_stack_is_said() {
    let text =
        b"Seen again last night:\n\n```\nfatal error: concurrent map writes\n```\n\nAny ideas?\n";
    let out = run_with(&["explain", "-"], text);
    assert_eq!(out.code, 3, "{}", out.stdout);
    assert!(out.stderr.contains("line 4") && out.stderr.contains("no stack"), "{}", out.stderr);
}

#[test]
fn a_missing_file_is_an_error_that_names_it() {
    let out = run(&["explain", "no/such/file.log"]);
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("cannot read no/such/file.log"), "{}", out.stderr);
}

#[test]
fn a_folder_as_crash_text_hints_at_source() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(&["explain", folder.path().to_str().unwrap()]);
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("--source"), "{}", out.stderr);
}

#[test]
fn wrong_usage_is_2() {
    assert_eq!(run(&["explain", "--no-such-flag"]).code, 2);
    let out = run(&["explain", "-", "--path-map", "nonsense"]);
    assert!(out.code == 2 && out.stderr.contains("FROM=TO"), "{}", out.stderr);
    let out = run(&["explain", "-", "--format", "yaml"]);
    assert!(out.code == 2 && out.stderr.contains("markdown"), "{}", out.stderr);
    let out = run(&["explian"]);
    assert!(out.code == 2 && out.stderr.contains("'explain'"), "{}", out.stderr);
    assert_eq!(run(&["doctor"]).code, 2);
    assert_eq!(run(&["--help"]).code, 0);
}

/// Random bytes from a fixed seed; 1 GB in the deep tier.
#[test]
fn random_bytes_are_nothing_found() {
    let megabytes = if std::env::var_os("TOPHASH_DEEP").is_some() { 1_000 } else { 16 };
    let mut child = Command::new(env!("CARGO_BIN_EXE_tophash"))
        .args(["explain", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut piece = vec![0_u8; 1 << 20];
    for _ in 0..megabytes {
        for word in piece.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        input.write_all(&piece).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
}

/// However a crash is cut off, the program says something sensible and never dies of it.
#[test]
fn every_cut_of_a_crash_ends_with_a_documented_code() {
    let text = fs::read(crash("orders-status-cache", "1.27-single")).unwrap();
    let step = if std::env::var_os("TOPHASH_DEEP").is_some() { 1 } else { text.len() / 24 };
    for end in (0..text.len()).step_by(step) {
        let out = run_with(&["explain", "-", "--format", "concise"], &text[..end]);
        assert!(matches!(out.code, 0 | 3), "cut at {end}: {} {}", out.code, out.stderr);
    }
}

#[test]
fn a_source_tree_that_is_not_there_is_an_error() {
    let file = crash("orders-status-cache", "1.27-single");
    let out = run(&["explain", file.to_str().unwrap(), "--source", "no/such/tree"]);
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("no/such/tree") && out.stderr.contains("hint:"), "{}", out.stderr);
}

#[test]
fn a_revision_that_is_not_there_is_an_error_with_a_hint() {
    let file = crash("orders-status-cache", "1.27-single");
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("git").args(["init", "--quiet"]).arg(folder.path()).status().unwrap();
    assert!(status.success());
    let source = folder.path().to_str().unwrap();
    let out = run(&["explain", file.to_str().unwrap(), "--source", source, "--rev", "v9"]);
    assert_eq!(out.code, 2);
    assert!(
        out.stderr.contains("v9 is no commit") && out.stderr.contains("hint:"),
        "{}",
        out.stderr
    );
}

#[test]
fn a_revision_outside_any_repository_is_an_error_with_a_hint() {
    let file = crash("orders-status-cache", "1.27-single");
    let file = file.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().to_str().unwrap();
    let out = run(&["explain", file, "--source", source, "--rev", "v9"]);
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("in no git repository"), "{}", out.stderr);
    assert!(out.stderr.contains("leave --rev out"), "{}", out.stderr);
}

/// Without a tree, `--rev` would silently mean nothing.
#[test]
fn a_revision_without_a_tree_is_an_error_with_a_hint() {
    let file = crash("orders-status-cache", "1.27-single");
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tophash"))
        .args(["explain".as_ref(), fs::canonicalize(file).unwrap().as_os_str()])
        .args(["--rev", "v9"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("no source tree") && stderr.contains("--source DIR"), "{stderr}");
}

#[test]
fn a_path_map_that_fits_no_path_is_said() {
    let file = crash("orders-status-cache", "1.27-single");
    let arguments =
        ["explain", file.to_str().unwrap(), "--source", ORDERS, "--path-map", "/nothing/like=it"];
    let out = run(&arguments);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stderr.contains("no path of the text begins with /nothing/like"), "{}", out.stderr);
}

#[test]
fn a_source_tree_without_go_files_is_said_and_the_text_is_still_explained() {
    let folder = tempfile::tempdir().unwrap();
    let out = explain("orders-status-cache", "1.27-single", folder.path().to_str().unwrap());
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stderr.contains("no Go files below"), "{}", out.stderr);
    assert!(out.stdout.contains("cleaner.go"), "{}", out.stdout);
}

#[test]
fn a_text_as_source_tree_is_an_error_with_a_hint() {
    let file = crash("orders-status-cache", "1.27-single");
    let out = explain("orders-status-cache", "1.27-single", file.to_str().unwrap());
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("--source DIR"), "{}", out.stderr);
}

/// A program holds the messages of the runtime, and none of them happened.
#[test]
fn a_program_is_not_searched_for_crashes() {
    let program = env!("CARGO_BIN_EXE_tophash");
    for command in ["explain", "doctor"] {
        let out = run(&[command, program]);
        assert_eq!(out.code, 3, "{command}: {}", out.stdout);
        assert!(out.stderr.contains("a program"), "{command}: {}", out.stderr);
    }
}

#[test]
fn a_compressed_log_is_told_how_to_be_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    for (magic, tool) in [(&b"\x1f\x8b\x08\0"[..], "zcat"), (b"\x28\xb5\x2f\xfd", "zstdcat")] {
        let file = folder.path().join("crash.log.packed");
        fs::write(&file, magic).unwrap();
        let out = run(&["explain", file.to_str().unwrap()]);
        assert_eq!(out.code, 3);
        assert!(out.stderr.contains(tool), "{}", out.stderr);
    }
}

/// One path that cannot be read does not hide what the others say; the exit code still tells.
#[test]
fn doctor_explains_what_it_can_and_fails_for_the_rest() {
    let file = crash("orders-status-cache", "1.27-single");
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_tophash");
    let out = run(&[
        "doctor",
        file.to_str().unwrap(),
        "no/such/path",
        program,
        folder.path().to_str().unwrap(),
        ORDERS,
        ORDERS,
    ]);
    assert_eq!(out.code, 2, "{}", out.stderr);
    assert!(out.stdout.contains("Cache.entries"), "{}", out.stdout);
    for part in
        ["cannot read no/such/path", "a program", "a folder without Go files", "source tree"]
    {
        assert!(out.stderr.contains(part), "{part} is missing: {}", out.stderr);
    }
    assert_eq!(out.stderr.matches("source tree, 21 Go files").count(), 1, "{}", out.stderr);
}

#[test]
fn doctor_reads_one_tree_and_says_so_of_a_second() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.go"), "package main\n").unwrap();
    let out = run(&["doctor", ORDERS, folder.path().to_str().unwrap()]);
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("a second source tree"), "{}", out.stderr);
    assert!(out.stdout.contains("Cache.entries"), "{}", out.stdout);
}

/// What is read from a pipe is gone: nothing of it may be spent on recognising it.
#[test]
#[cfg(unix)]
fn a_named_pipe_is_read_whole() {
    let file = crash("orders-status-cache", "1.27-single");
    let program = env!("CARGO_BIN_EXE_tophash");
    for command in ["explain", "doctor"] {
        let script = format!("'{program}' {command} <(cat '{}') --format concise", file.display());
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{command}: {stderr}");
        assert!(stdout.contains("fault: concurrent map"), "{command}: {stdout} {stderr}");
    }
}

/// Logs of Windows tools are often UTF-16.
#[test]
fn a_text_in_utf16_is_read() {
    let text = fs::read_to_string(crash("orders-status-cache", "1.27-single")).unwrap();
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let out = run_with(&["explain", "-", "--format", "concise"], &wide);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("fault: concurrent map"), "{}", out.stdout);
}

/// Folders and files without permission are left out and said. Root reads everything, so the test
/// needs another user to mean something.
#[test]
#[cfg(unix)]
fn what_cannot_be_read_is_left_out_and_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("orders");
    common::copy_tree(ORDERS.as_ref(), &copy);
    let close = |path: &str| {
        fs::set_permissions(copy.join(path), fs::Permissions::from_mode(0o000)).unwrap();
    };
    close("internal/store");
    close("internal/api/server.go");
    if fs::read_dir(copy.join("internal/store")).is_ok() {
        eprintln!("SKIPPED: this user reads folders without permission");
        return;
    }
    let out = explain("orders-status-cache", "1.27-single", copy.to_str().unwrap());
    fs::set_permissions(copy.join("internal/store"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("Cache.entries"), "{}", out.stdout);
    assert!(out.stderr.contains("internal/store: Permission denied"), "{}", out.stderr);
    assert!(out.stdout.contains("server.go"), "{}", out.stdout);
}

/// A tree of another program: the crash is still explained, and the mismatch is said.
#[test]
fn a_source_tree_that_does_not_match_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("go.mod"), "module example.com/other\n\ngo 1.21\n").unwrap();
    fs::write(folder.path().join("main.go"), "package main\n\nfunc main() {}\n").unwrap();
    let out = explain("orders-status-cache", "1.27-single", folder.path().to_str().unwrap());
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("cleaner.go"), "{}", out.stdout);
    assert!(out.stdout.contains("not in the source"), "{}", out.stdout);
}

/// The tree has moved on by a few lines since the crash: the nearest access is shown, and said to be it.
#[test]
fn a_source_tree_of_another_version_shows_the_nearest_line() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("orders");
    common::copy_tree(ORDERS.as_ref(), &copy);
    let cleaner = copy.join("internal/status/cleaner.go");
    let text = fs::read_to_string(&cleaner).unwrap();
    fs::write(
        &cleaner,
        text.replace("func (c *Cache) sweep", "// One.\n// Two.\n// Three.\nfunc (c *Cache) sweep"),
    )
    .unwrap();
    let out = explain("orders-status-cache", "1.27-single", copy.to_str().unwrap());
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("Cache.entries"), "{}", out.stdout);
    assert!(out.stdout.contains("nearest"), "{}", out.stdout);
}

/// Files that are not UTF-8 or not Go, links in a circle, folders without permission: the rest is read.
#[test]
fn a_source_tree_with_hostile_parts_is_read_around_them() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("orders");
    common::copy_tree(ORDERS.as_ref(), &copy);
    fs::write(
        copy.join("internal/status/latin1.go"),
        b"package status\n\n// caf\xe9\nvar x = \"\xff\xfe\"\n",
    )
    .unwrap();
    fs::write(copy.join("internal/status/broken.go"), b"package status\n\nfunc (((((\n").unwrap();
    fs::write(copy.join("internal/status/nul.go"), [0_u8; 4096]).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        std::os::unix::fs::symlink("..", copy.join("internal/loop")).unwrap();
        std::os::unix::fs::symlink("nothing", copy.join("internal/dangling.go")).unwrap();
        let odd = std::ffi::OsStr::from_bytes(b"odd\xff.go");
        fs::write(copy.join("internal").join(odd), "package internal\n").unwrap();
    }
    let out = explain("orders-status-cache", "1.27-single", copy.to_str().unwrap());
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("Cache.entries"), "{}", out.stdout);
}

/// `tophash … | head -1` must not end in a panic or an error.
#[test]
#[cfg(unix)]
fn a_closed_pipe_ends_quietly() {
    let program = env!("CARGO_BIN_EXE_tophash");
    let script = format!("'{program}' demo 2>&1 >&3 3>&- | cat >&2; exit 0");
    let output = Command::new("bash")
        .args(["-c", &format!("{{ {script}; }} 3>&1 | head -c 10 >/dev/null")])
        .output();
    let stderr = String::from_utf8_lossy(&output.unwrap().stderr).into_owned();
    assert!(!stderr.contains("panicked") && !stderr.contains("error"), "{stderr}");
}
