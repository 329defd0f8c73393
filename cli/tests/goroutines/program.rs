//! The Go program whose goroutines are looked at: built, started, and ended with the test.

use crate::common::{Out, run};
use crate::toolchain::{Go, go};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The module of the program.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/go/memory");

/// The go commands that there are: the oldest, the newest, and those between where they are named.
pub(crate) fn toolchains(test: &str) -> Vec<(u32, Go)> {
    let named = |minor: &u32| std::env::var_os(format!("TOPHASH_GO_1_{minor}")).is_some();
    let between = (22..27).filter(named);
    [21, 27]
        .into_iter()
        .chain(between)
        .filter_map(|minor| Some((minor, go(minor, test)?)))
        .collect()
}

/// Builds the program.
pub(crate) fn build(go: &Go, folder: &Path, flags: &[&str]) -> PathBuf {
    let program = folder.join("goroutines");
    let mut command = go.command();
    command.current_dir(SOURCE).arg("build").args(flags).arg("-o").arg(&program);
    let output = command.arg("./goroutines").output().expect("go starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

/// The program while it runs.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts the program, and waits until it says that it is ready.
    pub(crate) fn start(program: &Path, mode: &str) -> Self {
        let mut child = Command::new(program)
            .args((!mode.is_empty()).then_some(mode))
            .env("GOTRACEBACK", "system")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.ends_with("ready\n") {
            assert!(lines.read_line(&mut said).unwrap() > 0, "it ended early: {said}");
        }
        Self { child }
    }

    /// Its number.
    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Lets it print all its goroutines, which ends it.
    pub(crate) fn goroutines(mut self) -> String {
        self.signal("QUIT");
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Sends it a signal, by the name that `kill` has for it.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.pid()).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets the program crash; its text and its core dump, unless the system keeps cores elsewhere.
pub(crate) fn crash(program: &Path, folder: &Path) -> Option<(String, String, PathBuf)> {
    let mut command = Command::new("sh");
    command
        .current_dir(folder)
        .args(["-c", "ulimit -c unlimited && exec \"$0\" crash"])
        .arg(program);
    let mut child = command
        .env("GOTRACEBACK", "crash")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sh starts");
    let mut stderr = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stderr.read_to_string(&mut text);
        text
    });
    let mut said = String::new();
    let _ = child.stdout.take().unwrap().read_to_string(&mut said);
    let _ = child.wait();
    let text = reader.join().unwrap();
    let core = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let is_core = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core"))
    };
    Some((said, text, core.into_iter().find(is_core)?))
}

/// Inspects, and gives the JSON that was printed.
pub(crate) fn inspect_json(arguments: &[&str]) -> Value {
    let out = inspect(&[arguments, &["--json"]].concat());
    assert_eq!(out.code, 0, "{}", out.stderr);
    serde_json::from_str(&out.stdout).expect("it is JSON")
}

/// Inspects.
pub(crate) fn inspect(arguments: &[&str]) -> Out {
    run(&[&["inspect"], arguments].concat())
}
