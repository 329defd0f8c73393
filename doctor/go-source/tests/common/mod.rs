//! What the tests against a real toolchain share.

use go_source::SourceTree;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory on disk, without what lies under `skipped`.
pub struct Disk {
    pub root: PathBuf,
    pub skipped: &'static [&'static str],
}

impl SourceTree for Disk {
    fn files(&self) -> Vec<String> {
        let walk = walkdir::WalkDir::new(&self.root).into_iter();
        let kept = walk.filter_entry(|entry| {
            let path = relative(entry.path(), &self.root);
            !self.skipped.contains(&path.as_str())
        });
        let files = kept.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
        files.map(|entry| relative(entry.path(), &self.root)).collect()
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The Go toolchain of `1.<minor>`, or a loud skip.
pub fn go(minor: u32, test: &str) -> Option<Go> {
    let variable = format!("TOPHASH_GO_1_{minor}");
    if let Some(root) = std::env::var_os(&variable) {
        return Some(Go { root: root.into() });
    }
    assert!(std::env::var("TOPHASH_REQUIRE").as_deref() != Ok("all"), "{test} needs {variable}");
    eprintln!("SKIPPED {test}: needs Go 1.{minor} in {variable}; run cargo xtask test");
    None
}

/// An installed Go toolchain.
pub struct Go {
    pub root: PathBuf,
}

impl Go {
    /// A command of the toolchain that neither downloads nor looks at the user's settings.
    pub fn command(&self) -> Command {
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
    pub fn output(mut command: Command) -> String {
        let output = command.output().expect("go starts");
        assert!(
            output.status.success(),
            "{command:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("go prints UTF-8")
    }
}
