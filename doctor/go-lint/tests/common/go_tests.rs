//! The tests of one folder of the programs, built by a real toolchain, and run one by one.

use crate::common;
use crate::toolchain::Go;
use std::process::Command;

/// The tests of one folder.
pub(crate) struct Tests {
    program: std::path::PathBuf,
    /// The names of the tests.
    pub(crate) names: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Tests {
    /// Builds the tests of a folder, with further arguments of `go test`; `-race` needs a C compiler.
    pub(crate) fn build(go: &Go, package: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let program = folder.path().join("tests");
        let mut build = go.command();
        build.current_dir(common::module()).args(["test", "-vet=off", "-c", "-o"]).arg(&program);
        if arguments.contains(&"-race") {
            build.env("CGO_ENABLED", "1");
        }
        build.args(arguments).arg(format!("./{package}"));
        Go::output(build);
        let mut list = Command::new(&program);
        list.args(["-test.list", "."]);
        let names: Vec<String> = Go::output(list).lines().map(str::to_owned).collect();
        assert!(!names.is_empty(), "{package} has no tests");
        Self { program, names, _folder: folder }
    }

    /// Whether one test passes, and what it prints.
    pub(crate) fn run(&self, name: &str) -> (bool, String) {
        let mut run = Command::new(&self.program);
        run.args(["-test.run", &format!("^{name}$"), "-test.timeout", "60s"]);
        run.env("GORACE", "history_size=3 atexit_sleep_ms=50");
        let output = run.output().expect("the test starts");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}
