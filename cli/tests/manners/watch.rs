//! `--watch`: what comes and what goes is printed, until Ctrl-C.

use crate::common::cache_folder;
use crate::module::{UNEVEN, check, module_of, write};
use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// No step takes nearly as long.
const LONG: Duration = Duration::from_secs(30);

/// A run that goes on.
struct Run {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Run {
    fn new(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tophash"))
            .current_dir(folder)
            .env("TOPHASH_CACHE_DIR", cache_folder())
            .args(["check", "--watch"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    /// The next line of standard output.
    fn next(&self) -> String {
        self.stdout.recv_timeout(LONG).unwrap()
    }

    /// Waits for a line on standard error.
    fn until(&self, says: &str) {
        while !self.stderr.recv_timeout(LONG).unwrap().contains(says) {}
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a stream, as they come.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

#[test]
fn what_is_new_and_what_is_gone_is_printed_once() {
    let folder = module_of(UNEVEN);
    let run = Run::new(folder.path(), &["--format", "concise"]);
    assert!(run.next().starts_with("t.go:17:") && run.next().starts_with("t.go:21:"));
    run.until("2 findings in ");

    write(folder.path(), "sub/new.go", "package sub\n");
    write(folder.path(), "u.go", "package t\n\nfunc (c *C) Forget(k string) { delete(c.m, k) }\n");
    assert!(run.next().starts_with("u.go:3:"));
    run.until("3 findings in ");

    // Lines move, one finding is mended, and nothing is said of the others.
    let mended = UNEVEN.replace("package t\n", "package t\n\n// Moved.\n");
    write(folder.path(), "t.go", &mended.replace("\treturn c.m[k]\n", "\treturn 0\n"));
    assert!(run.next().starts_with("gone: t.go:17:"));
    run.until("2 findings in ");

    // An editor writes beside and renames; a folder is moved in whole.
    write(folder.path(), ".t.go.swp", UNEVEN);
    fs::rename(folder.path().join(".t.go.swp"), folder.path().join("t.go")).unwrap();
    assert!(run.next().starts_with("t.go:17:"));
    let other = module_of(UNEVEN);
    fs::rename(other.path(), folder.path().join("other")).unwrap();
    assert!(run.next().starts_with("other/t.go:17:") && run.next().starts_with("other/t.go:21:"));
    fs::remove_file(folder.path().join("u.go")).unwrap();
    assert!(run.next().starts_with("gone: u.go:3:"));
}

#[test]
fn full_shows_new_findings_with_their_source() {
    let folder = module_of("package t\n");
    let run = Run::new(folder.path(), &[]);
    run.until("0 findings in ");
    write(folder.path(), "t.go", UNEVEN);
    assert!(run.next().starts_with("TH101 inconsistent-lock: C.m is read"));
    assert_eq!(run.next(), "  --> t.go:17:9");
}

#[test]
fn settings_that_break_are_said_and_the_run_goes_on() {
    let folder = module_of("package t\n");
    let run = Run::new(folder.path(), &["--format", "concise"]);
    run.until("0 findings in ");
    write(folder.path(), "tophash.toml", "ignroe = []\n");
    run.until("did you mean 'ignore'?");
    write(folder.path(), "tophash.toml", "");
    write(folder.path(), "t.go", UNEVEN);
    assert!(run.next().starts_with("t.go:17:"));
}

#[test]
#[cfg(unix)]
fn it_ends_at_ctrl_c() {
    // Whoever starts the tests in the background of a script has them ignore the signal, and all that they start.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask, 16).ok());
    if ignored.is_some_and(|mask| mask & 0b10 != 0) {
        eprintln!("SKIPPED it_ends_at_ctrl_c: SIGINT is ignored here");
        return;
    }
    let folder = module_of(UNEVEN);
    let mut run = Run::new(folder.path(), &[]);
    run.until("Ctrl-C ends");
    let pid = run.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(!run.child.wait().unwrap().success());
}

#[test]
fn formats_that_end_are_refused() {
    let folder = module_of(UNEVEN);
    for arguments in [&["--format", "json"][..], &["--rev", "HEAD"], &["--statistics"]] {
        let out = check(folder.path(), &[&["--watch"], arguments].concat());
        assert_eq!(out.code, 2, "{}", out.stderr);
    }
}
