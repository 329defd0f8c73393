//! Names this build of the program: results that another build has kept are not its own.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

/// What decides the results of a check: its sources, their data, and the versions of what they use.
const PARTS: [&str; 3] = ["src", "../doctor", "../Cargo.lock"];

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for part in PARTS {
        println!("cargo::rerun-if-changed={part}");
        collect(Path::new(part), &mut files)?;
    }
    files.sort_unstable();
    let mut hash = DefaultHasher::new();
    for file in files {
        fs::read(&file)?.hash(&mut hash);
        file.to_string_lossy().hash(&mut hash);
    }
    println!("cargo::rustc-env=TOPHASH_BUILD={:016x}", hash.finish());
    Ok(())
}

/// The files below a path; tests decide nothing.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?.path();
            if entry.file_name().is_some_and(|name| name != "tests" && name != "target") {
                collect(&entry, files)?;
            }
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}
