//! What a line costs `tophash check`, from 100,000 lines to 5,000,000.
//!
//! The trees are modules made of copies of the standard library: packages in an order without meaning until there are
//! lines enough, and as many copies of all of them as are wanted. A copy imports its own packages, so that calls lead from
//! one to another as they do in a real module; locks, and what else the check knows by name, stay those of the standard
//! library.

use crate::peers;
use crate::process;
use crate::row::{Pairs, print_share};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use walkdir::WalkDir;

/// The sizes of the trees in lines.
const SIZES: [usize; 5] = [100_000, 300_000, 1_000_000, 2_500_000, 5_000_000];

/// The name of the modules.
const MODULE: &str = "example.com/copies";

/// Packages that a copy shares with the standard library.
const SHARED: [&str; 6] = ["context", "maps", "sync", "sync/atomic", "time", "unsafe"];

/// A package of the standard library: its import path, and its files with their lines.
struct Package {
    path: String,
    files: Vec<(PathBuf, String)>,
    lines: usize,
}

/// Prints a row for each size but the first, which is the yardstick.
pub fn run(rounds: usize, program: &Path, quick: bool) -> Result<()> {
    let packages = packages(&peers::goroot()?.join("src"))?;
    let sizes = if quick { SIZES.get(..3).unwrap_or(&SIZES) } else { &SIZES };
    let mut trees = Vec::new();
    for size in sizes {
        let folder = tempfile::tempdir()?;
        let lines = write(folder.path(), &packages, *size)?;
        trees.push((folder, lines, Vec::new(), 0));
    }
    for _ in 0..rounds {
        for (folder, lines, costs, peak) in &mut trees {
            let mut command = Command::new(program);
            command.args(["check", ".", "--no-cache", "--no-config", "--format", "concise"]);
            let cost = process::measure(command.current_dir(folder.path()))?;
            let millions = *lines as f64 / 1e6;
            let per = |time: Duration| time.div_f64(millions);
            costs.push((per(cost.wall), per(cost.processor)));
            *peak = cost.peak.max(*peak);
        }
    }
    let Some(((_, base_lines, base, base_peak), larger)) = trees.split_first() else {
        return Ok(());
    };
    let bytes = |lines: usize, peak: u64| peak as f64 / lines as f64;
    for (_, lines, costs, peak) in larger {
        let name = |what: &str| format!("check {lines} lines: {what} per million lines");
        let yardstick = format!("{base_lines} lines");
        let pairs = |side: fn(&(Duration, Duration)) -> Duration| {
            Pairs::of(costs.iter().map(side).zip(base.iter().map(side)))
        };
        pairs(|cost| cost.0).print(&name("wall time"), &yardstick, "linear");
        pairs(|cost| cost.1).print(&name("processor time"), &yardstick, "linear");
        let (ours, theirs) = (bytes(*lines, *peak), bytes(*base_lines, *base_peak));
        print_share(&name("peak memory"), ours, &yardstick, theirs, "linear");
    }
    Ok(())
}

/// The packages of the standard library, without tests and what is vendored, in an order without meaning.
fn packages(source: &Path) -> Result<Vec<Package>> {
    let mut found: BTreeMap<String, Package> = BTreeMap::new();
    let skipped = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let top = entry.depth() == 1 && matches!(&*name, "cmd" | "vendor");
        entry.file_type().is_dir() && (top || name == "testdata" || name.starts_with('_'))
    };
    for entry in WalkDir::new(source).into_iter().filter_entry(|entry| !skipped(entry)) {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy();
        if !name.ends_with(".go") || name.ends_with("_test.go") || entry.depth() < 2 {
            continue;
        }
        let within = entry.path().strip_prefix(source)?;
        let folder = within.parent().context("a file lies in a folder")?;
        let path = folder.to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(entry.path())?;
        let package = found.entry(path.clone()).or_insert_with(|| Package {
            path,
            files: Vec::new(),
            lines: 0,
        });
        package.lines += text.lines().count();
        package.files.push((within.to_path_buf(), text));
    }
    let mut packages: Vec<Package> = found.into_values().collect();
    packages.sort_by_key(|package| {
        let mut hasher = DefaultHasher::new();
        package.path.hash(&mut hasher);
        hasher.finish()
    });
    Ok(packages)
}

/// Writes a module of at least so many lines; returns how many there are.
fn write(root: &Path, packages: &[Package], wanted: usize) -> Result<usize> {
    std::fs::write(root.join("go.mod"), format!("module {MODULE}\n\ngo 1.27\n"))?;
    let own: BTreeSet<&str> = packages.iter().map(|package| package.path.as_str()).collect();
    let mut lines = 0;
    for copy in 0.. {
        for package in packages {
            if lines >= wanted {
                return Ok(lines);
            }
            for (file, text) in &package.files {
                let path = root.join(format!("c{copy}")).join(file);
                std::fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
                std::fs::write(path, renamed(text, copy, &own))?;
            }
            lines += package.lines;
        }
    }
    Ok(lines)
}

/// The text of a file with the imports of its own copy.
fn renamed(text: &str, copy: usize, own: &BTreeSet<&str>) -> String {
    let mut head = true;
    let mut out = String::with_capacity(text.len() + 512);
    for line in text.split_inclusive('\n') {
        head &= !["func ", "type ", "var ", "const "].iter().any(|word| line.starts_with(word));
        let quoted = line.split('"').nth(1).filter(|path| head && own.contains(path));
        match quoted.filter(|path| !SHARED.contains(path)) {
            Some(path) => {
                let import = format!("\"{MODULE}/c{copy}/{path}\"");
                out.push_str(&line.replacen(&format!("\"{path}\""), &import, 1));
            }
            None => out.push_str(line),
        }
    }
    out
}
