//! A real Go toolchain, where there is one.

#![expect(clippy::print_stderr, reason = "it says what it skips")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The Go toolchain of `1.<minor>`, or a loud skip.
pub(crate) fn go(minor: u32, test: &str) -> Option<PathBuf> {
    let variable = format!("TOPHASH_GO_1_{minor}");
    if let Some(root) = std::env::var_os(&variable) {
        return Some(root.into());
    }
    assert!(std::env::var("TOPHASH_REQUIRE").as_deref() != Ok("all"), "{test} needs {variable}");
    eprintln!("SKIPPED {test}: needs Go 1.{minor} in {variable}; run cargo xtask test");
    None
}

/// Builds a program of one file, and runs it in its folder with an argument; what it prints.
pub(crate) fn run(root: &Path, folder: &Path, program: &str, argument: &str) -> String {
    std::fs::write(folder.join("main.go"), program).expect("it can be written");
    std::fs::write(folder.join("go.mod"), "module example.com/oracle\n\ngo 1.21\n").unwrap();
    let output = Command::new(root.join("bin").join("go"))
        .current_dir(folder)
        .args(["run", ".", argument])
        .envs([("GOROOT", root.as_os_str()), ("GOTOOLCHAIN", "local".as_ref())])
        .envs([
            ("GOFLAGS", "-mod=mod"),
            ("GOWORK", "off"),
            ("GOPROXY", "off"),
            ("CGO_ENABLED", "0"),
        ])
        .output()
        .expect("go starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("go prints UTF-8")
}
