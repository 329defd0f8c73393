//! `tophash demo`: the bundled example service, its real crash, and what `explain` says about it.

use crate::args::{Demo, Source};
use crate::error::{Error, Result};
use crate::tree::{Files, Tree};
use crate::{exit, explain, output, render};
use diagnosis::Options;
use go_source::MemoryTree;
use rust_embed::RustEmbed;
use std::path::Path;

/// The source of the example: an order service with a fault that its authors did not see.
#[derive(RustEmbed)]
#[folder = "../fixtures/go/orders"]
#[include = "*.go"]
#[include = "go.mod"]
struct Orders;

/// What the service printed when it died, recorded from a real run.
const CRASH: &[u8] = include_bytes!("../../fixtures/go/recorded/orders-status-cache/1.27-all.txt");

/// Explains the crash, or unpacks the example.
pub(crate) fn run(arguments: &Demo) -> Result<u8> {
    if let Some(folder) = &arguments.unpack {
        return unpack(folder);
    }
    let mut files = MemoryTree::new();
    for path in Orders::iter() {
        if let Some(file) = Orders::get(&path) {
            files.insert(path.into_owned(), file.data.into_owned());
        }
    }
    let tree = Tree { files: Files::Memory(files), notes: Vec::new() };
    let crash = go_crash::read_grouped(CRASH);
    let program = explain::load(&tree, &Source::default(), &crash);
    // The commands in the report work on what --unpack writes.
    let options = Options {
        input: "demo/crash.txt".to_owned(),
        source: "demo/orders".to_owned(),
        ..Options::default()
    };
    let diagnosis = diagnosis::diagnose(&crash, Some(&program), &options);
    let code = render::print(&diagnosis, Some(&tree), arguments.format)?;
    output::say("a bundled example; 'tophash demo --unpack demo' writes its source and crash out");
    Ok(code)
}

/// Writes the example into a folder that does not exist yet.
fn unpack(folder: &Path) -> Result<u8> {
    let failed = |what: &Path, error: std::io::Error| {
        Error::new(format!("cannot write {}", what.display())).because(&error)
    };
    if folder.exists() {
        return Err(
            Error::new(format!("{} exists", folder.display())).hint("name a folder that does not")
        );
    }
    // Everything is written beside and renamed at the end: the folder is there whole or not at all.
    let parent =
        folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
    let beside = tempfile::Builder::new()
        .prefix(".tophash-")
        .tempdir_in(parent)
        .map_err(|error| failed(parent, error))?;
    let write = |path: &Path, data: &[u8]| -> Result<()> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        }
        std::fs::write(path, data).map_err(|error| failed(path, error))
    };
    for path in Orders::iter() {
        if let Some(file) = Orders::get(&path) {
            write(&beside.path().join("orders").join(&*path), &file.data)?;
        }
    }
    write(&beside.path().join("crash.txt"), CRASH)?;
    std::fs::rename(beside.keep(), folder).map_err(|error| failed(folder, error))?;
    let name = folder.display();
    output::say(format_args!(
        "wrote {name}; next: tophash explain {name}/crash.txt --source {name}/orders"
    ));
    Ok(exit::EXPLAINED)
}
