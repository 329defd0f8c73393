//! A source tree as of a revision, read from git's objects; the work tree is not touched.

use super::{Files, Rev, Tree, is_source_file};
use crate::error::{Error, Result};
use crate::progress::{Progress, Unit};
use go_source::{MemoryTree, SourceTree};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Go files and module files of a folder as of a revision.
///
/// The objects are read through `git cat-file`, so packed, loose, alternate and partial stores all work as git makes them
/// work: all at once by [`fetch`](Self::fetch), else each when it is asked for.
pub(crate) struct GitTree {
    root: PathBuf,
    /// What decides what the files are: the object of the folder, where that can be told.
    object: String,
    /// The objects of the files.
    objects: BTreeMap<String, String>,
    fetched: Option<MemoryTree>,
}

impl GitTree {
    /// What is the same only where all files are: the object of the folder, where that can be told.
    pub(crate) fn object(&self) -> &str {
        &self.object
    }

    /// Reads all files; those whose objects are missing are taken out, and said.
    ///
    /// # Errors
    ///
    /// When git cannot be run.
    pub(super) fn fetch(&mut self) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        if self.fetched.is_none() {
            let files = read_objects(&self.root, &self.objects, &mut notes)?;
            if !notes.is_empty() {
                self.objects.retain(|path, _| files.read(path).is_ok());
            }
            self.fetched = Some(files);
        }
        Ok(notes)
    }
}

impl SourceTree for GitTree {
    fn files(&self) -> Vec<String> {
        self.objects.keys().cloned().collect()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match (&self.fetched, self.objects.get(path)) {
            (Some(files), _) => files.read(path),
            (None, Some(object)) => {
                ask(&self.root, &["cat-file", "blob", object]).map_err(io::Error::other)
            }
            (None, None) => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}

/// Lists the Go files and module files of `root`, the repository or a folder in it, as of a revision.
///
/// # Errors
///
/// When git is not there, `root` is in no repository, or `rev` names no commit of it.
pub(super) fn list(root: &Path, rev: Rev<'_>) -> Result<Tree> {
    let commit = commit(root, rev)?;
    // ls-tree lists the folder that it runs in, with paths relative to that folder.
    let listing = ask(root, &["ls-tree", "-r", "-z", &commit])?;
    // Where there is no work tree, no folder has a path in it: the commit and the place decide as well.
    let object = ask(root, &["rev-parse", "--verify", &format!("{commit}:./")]).map_or_else(
        |_| format!("{commit}:{}", root.display()),
        |object| String::from_utf8_lossy(&object).trim().to_owned(),
    );
    let mut notes = Vec::new();
    let mut objects = BTreeMap::new();
    for entry in listing.split(|&byte| byte == 0) {
        let entry = String::from_utf8_lossy(entry);
        let Some((meta, path)) = entry.split_once('\t') else { continue };
        let mut words = meta.split(' ');
        let (Some(mode), Some(kind), Some(object)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if kind == "commit" {
            notes.push(format!(
                "skipped: {path} is a submodule: its files are in another repository"
            ));
        } else if mode != "120000" && is_source_file(path) {
            objects.insert(path.to_owned(), object.to_owned());
        }
    }
    let tree = GitTree { root: root.to_owned(), object, objects, fetched: None };
    Ok(Tree { files: Files::Git(tree), notes })
}

/// The commit that a revision names.
fn commit(root: &Path, rev: Rev<'_>) -> Result<String> {
    let (place, Rev { name, option }) = (root.display(), rev);
    ask(root, &["rev-parse", "--git-dir"]).map_err(|error| {
        if error.is_hinted() {
            return error;
        }
        Error::new(format!("cannot read {place} as of {name}: it is in no git repository"))
            .hint(format!("leave {option} out to read the tree as it stands"))
    })?;
    let peeled = format!("{name}^{{commit}}");
    let commit =
        ask(root, &["rev-parse", "--verify", "--end-of-options", &peeled]).map_err(|_| {
            let shallow = ask(root, &["rev-parse", "--is-shallow-repository"])
                .is_ok_and(|answer| answer.starts_with(b"true"));
            let error =
                format!("{name} is no commit, tag or branch of the repository of {place}");
            Error::new(error).hint(if shallow {
                format!(
                    "the clone is shallow: 'git -C {place} fetch --unshallow' gets what it has not; on a build server, ask for the whole history, such as fetch-depth: 0"
                )
            } else {
                format!("'git -C {place} fetch --tags' gets those of its remote")
            })
        })?;
    Ok(String::from_utf8_lossy(&commit).trim().to_owned())
}

/// Reads all wanted objects through one `git cat-file --batch`.
fn read_objects(
    root: &Path,
    wanted: &BTreeMap<String, String>,
    notes: &mut Vec<String>,
) -> Result<MemoryTree> {
    let failed = |error: std::io::Error| Error::new("cannot read git's objects").because(&error);
    let mut child = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::new("cannot read git's objects: git has no pipes"));
    };
    // The requests are written from a thread of their own: git answers while it still reads.
    let requests: String = wanted.values().map(|object| format!("{object}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(requests.as_bytes()));

    let length = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
    let progress = Progress::new("git's objects", Unit::Files, Some(length));
    let mut files = MemoryTree::new();
    let mut output = BufReader::new(output);
    for (path, object) in wanted {
        progress.add(1);
        let mut header = String::new();
        output.read_line(&mut header).map_err(failed)?;
        let size = header.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
        let Some(size) = size.filter(|_| header.starts_with(object)) else {
            notes.push(format!("skipped: {path}: git has no object {object}"));
            continue;
        };
        // The size is only git's word: `take` allocates as the bytes arrive, never ahead of them.
        let mut text = Vec::new();
        output.by_ref().take(size).read_to_end(&mut text).map_err(failed)?;
        output.read_exact(&mut [0_u8; 1]).map_err(failed)?;
        files.insert(path.as_str(), text);
    }
    drop(output);
    // Everything was read, so how the two ended adds nothing.
    let _ = writer.join();
    let _ = child.wait();
    Ok(files)
}

/// Runs git in `root` and returns what it prints.
fn ask(root: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Error::new("cannot run git")
                .because(&error)
                .hint("revisions are read through git: install it, or ask for none")
        })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().trim_start_matches("fatal: ");
    Err(Error::new(format!("git {}: {said}", arguments.first().copied().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::{Rev, Tree};
    use crate::error::Result;
    use go_source::SourceTree as _;
    use std::path::Path;
    use std::process::Command;

    fn open(root: &Path, name: &str) -> Result<Tree> {
        super::list(root, Rev { name, option: "--rev" })
    }

    fn git(root: &Path, arguments: &[&str]) {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
        let status =
            Command::new("git").arg("-C").arg(root).args(identity).args(arguments).status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    }

    #[test]
    fn reads_the_tree_of_a_revision_and_not_the_work_tree() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        git(root, &["init", "--quiet"]);
        std::fs::create_dir(root.join("sub")).unwrap();
        std::fs::write(root.join("go.mod"), "module m\n").unwrap();
        std::fs::write(root.join("sub/a.go"), "package old\n").unwrap();
        git(root, &["add", "."]);
        git(root, &["commit", "--quiet", "-m", "one"]);
        std::fs::write(root.join("sub/a.go"), "package new\n").unwrap();

        let mut tree = open(root, "HEAD").unwrap();
        assert_eq!(tree.files.files(), ["go.mod", "sub/a.go"]);
        assert_eq!(tree.files.read("sub/a.go").unwrap(), b"package old\n");
        crate::tree::fetch(&mut tree).unwrap();
        assert_eq!(tree.files.files(), ["go.mod", "sub/a.go"]);
        assert_eq!(tree.files.read("sub/a.go").unwrap(), b"package old\n");
        assert!(tree.files.read("sub/none.go").is_err());
        let part = open(&root.join("sub"), "HEAD").unwrap();
        assert_eq!(part.files.files(), ["a.go"]);
        let error = open(root, "no-such-rev").map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("hint:"), "{error}");
    }

    #[test]
    fn a_folder_in_no_repository_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let error = open(folder.path(), "HEAD").map(|_| ()).unwrap_err().to_string();
        assert!(
            error.contains("no git repository") && error.contains("leave --rev out"),
            "{error}"
        );
    }
}
