//! A source tree as of a revision, read from git's objects; the work tree is not touched.

use super::{Loaded, is_source_file};
use crate::error::{Error, Result};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Reads the Go files and module files of `root` as of the revision `rev`.
///
/// `root` may be the repository or a folder in it. The object store is read through `git cat-file
/// --batch`, so packed, loose, alternate and partial stores all work as git makes them work.
///
/// # Errors
///
/// When git is not there, `root` is in no repository, or `rev` names no commit of it.
pub(crate) fn load(root: &Path, rev: &str) -> Result<Loaded> {
    let commit = ask(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{rev}^{{commit}}")])
        .map_err(|error| {
            error.hint(format!("is {rev} a commit of {}? 'git fetch' may be needed first", root.display()))
        })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    // With a relative path, ls-tree lists the folder that it runs in, named from there.
    let listing = ask(root, &["ls-tree", "-r", "-z", &commit])?;

    let mut loaded = Loaded::default();
    let mut wanted = Vec::new();
    for entry in listing.split(|&byte| byte == 0) {
        let entry = String::from_utf8_lossy(entry);
        let Some((meta, path)) = entry.split_once('\t') else { continue };
        let mut words = meta.split(' ');
        let (Some(mode), Some(kind), Some(object)) = (words.next(), words.next(), words.next()) else { continue };
        if kind == "commit" {
            loaded.notes.push(format!("skipped: {path} is a submodule, whose files are in another repository"));
        } else if mode != "120000" && is_source_file(path) {
            wanted.push((path.to_owned(), object.to_owned()));
        }
    }
    read_objects(root, wanted, &mut loaded)?;
    Ok(loaded)
}

/// Reads all wanted objects through one `git cat-file --batch`.
fn read_objects(root: &Path, wanted: Vec<(String, String)>, loaded: &mut Loaded) -> Result<()> {
    let failed = |error: &dyn std::error::Error| Error::new("cannot read git's objects").because(error);
    let mut child = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(&error))?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::new("cannot read git's objects"));
    };
    // The requests are written from a thread of their own: git answers while it still reads.
    let names: Vec<u8> = wanted.iter().flat_map(|(_, object)| [object.as_bytes(), b"\n"].concat()).collect();
    let writer = std::thread::spawn(move || input.write_all(&names));

    let mut output = BufReader::new(output);
    for (path, object) in wanted {
        let mut header = String::new();
        output.read_line(&mut header).map_err(|error| failed(&error))?;
        let size = header.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
        let Some(size) = size.filter(|_| header.starts_with(&object)) else {
            loaded.notes.push(format!("skipped: {path}: git has no object {object}"));
            continue;
        };
        // The length is git's word: `take` allocates as the bytes arrive, never ahead of them.
        let mut text = Vec::new();
        output.by_ref().take(size).read_to_end(&mut text).map_err(|error| failed(&error))?;
        let mut newline = [0_u8; 1];
        output.read_exact(&mut newline).map_err(|error| failed(&error))?;
        loaded.push(path, text);
    }
    drop(output);
    // Both have done their work when everything was read; their results add nothing.
    let _ = writer.join();
    let _ = child.wait();
    Ok(())
}

/// Runs git in `root` and returns what it prints.
fn ask(root: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| {
        Error::new("cannot run git").because(&error).hint("--rev reads the tree through git; install it or leave --rev out")
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().trim_start_matches("fatal: ");
    let command = arguments.first().copied().unwrap_or_default();
    Err(match said {
        "" => Error::new(format!("git {command} found nothing in {}", root.display())),
        said => Error::new(format!("git {command}: {said}")),
    })
}
