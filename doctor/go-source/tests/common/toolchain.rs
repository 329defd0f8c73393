//! A real Go toolchain, where there is one.

use std::path::PathBuf;
use std::process::Command;

/// The Go toolchain of `1.<minor>`, or a loud skip.
pub(crate) fn go(minor: u32, test: &str) -> Option<Go> {
    let variable = format!("TOPHASH_GO_1_{minor}");
    if let Some(root) = std::env::var_os(&variable) {
        return Some(Go { root: root.into() });
    }
    assert!(std::env::var("TOPHASH_REQUIRE").as_deref() != Ok("all"), "{test} needs {variable}");
    eprintln!("SKIPPED {test}: needs Go 1.{minor} in {variable}; run cargo xtask test");
    None
}

/// An installed Go toolchain.
pub(crate) struct Go {
    pub(crate) root: PathBuf,
}

impl Go {
    /// A command of the toolchain that neither downloads nor looks at the user's settings.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.root.join("bin").join("go"));
        command
            .env("GOROOT", &self.root)
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-mod=mod")
            .env("GOWORK", "off");
        command.env("GOPROXY", "off").env("CGO_ENABLED", "0");
        command
    }

    /// Runs a command to its end; its output, or what went wrong as a panic.
    pub(crate) fn output(mut command: Command) -> String {
        let output = command.output().expect("go starts");
        assert!(
            output.status.success(),
            "{command:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("go prints UTF-8")
    }
}
