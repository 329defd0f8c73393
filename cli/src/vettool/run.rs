//! One run of the go command: its units ask at the same time, and the module is checked once.
//!
//! The go command has a folder for each run, named anew, and removes it at the end. There the first unit leaves what it found
//! in the whole module; the others wait for a lock and read it. So a run has one answer, also where files change meanwhile.

use super::flags::Flags;
use super::unit::Unit;
use crate::cache::hash;
use crate::check::{self, Patterns};
use crate::error::{Error, Result};
use finding::Findings;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The findings in the files of a unit, and the root of the tree that their places are relative to.
///
/// # Errors
///
/// When the package is part of no module, or the module cannot be checked.
pub(super) fn findings(
    flags: &Flags,
    unit: &Unit,
    configuration: &Path,
) -> Result<(Findings, PathBuf)> {
    let Some(patterns) = Patterns::module_around(&unit.dir) else {
        let folder = unit.dir.display();
        return Err(Error::new(format!("{folder} is part of no module"))
            .hint(format!("go mod init makes one around it; tophash check {folder} needs none")));
    };
    let root = patterns.root.clone();
    let check = || -> Result<Findings> {
        let (_, mut findings) = check::shown(&flags.check(&root)?, &patterns)?;
        findings.notes.clear();
        Ok(findings)
    };
    let mut findings = match folder(configuration) {
        Some(folder) => once(&folder, &super::subject(flags, &root), check)?,
        None => check()?,
    };
    let files = unit.files(&root);
    findings.findings.retain(|finding| files.contains(&*finding.access.site.file));
    Ok((findings, unit.spelled(&root)))
}

/// The folder of the run, in which each unit has a folder: `go-build123/b001/vet.cfg`. `None` where another program calls,
/// whose folders may stay.
fn folder(configuration: &Path) -> Option<PathBuf> {
    let folder = configuration.parent()?.parent()?;
    let name = folder.file_name()?.to_str()?;
    (name.starts_with("go-build") && folder.is_dir()).then(|| folder.to_path_buf())
}

/// What `check` finds, or found for another unit of the run.
fn once(folder: &Path, subject: &str, check: impl Fn() -> Result<Findings>) -> Result<Findings> {
    let name = format!("tophash-{}", hash(subject.as_bytes()));
    // Without a lock each unit checks the module: slow, and right.
    let Ok(_lock) = lock(&folder.join(format!("{name}.lock"))) else { return check() };
    let kept = folder.join(format!("{name}.json"));
    let found = std::fs::read(&kept).ok().and_then(|text| serde_json::from_slice(&text).ok());
    if let Some(found) = found {
        return Ok(found);
    }
    let found = check()?;
    // What cannot be kept is found again.
    let _ = keep(&found, folder, &kept);
    Ok(found)
}

/// Waits until nobody else has the lock; whoever has it gives it back by its end.
fn lock(path: &Path) -> io::Result<File> {
    let file = File::options().create(true).append(true).open(path)?;
    file.lock()?;
    Ok(file)
}

fn keep(found: &Findings, folder: &Path, path: &Path) -> io::Result<()> {
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(&serde_json::to_vec(found)?)?;
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{folder, once};
    use crate::error::Error;
    use finding::Findings;
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn of_all_units_that_ask_at_once_one_checks() {
        let run = tempfile::tempdir().unwrap();
        let checks = AtomicU64::new(0);
        let check = || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            let maps = checks.fetch_add(1, Ordering::Relaxed).saturating_add(1);
            Ok(Findings { maps, ..Findings::default() })
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(once(run.path(), "a", check).unwrap().maps, 1));
            }
        });
        assert_eq!(once(run.path(), "another", check).unwrap().maps, 2);
    }

    #[test]
    fn a_check_that_failed_is_no_answer() {
        let run = tempfile::tempdir().unwrap();
        assert!(once(run.path(), "a", || Err(Error::new("no"))).is_err());
        assert!(once(run.path(), "a", || Ok(Findings::default())).is_ok());
    }

    #[test]
    fn only_a_folder_of_the_go_command_is_written_to() {
        let outside = tempfile::tempdir().unwrap();
        let run = outside.path().join("go-build42");
        std::fs::create_dir_all(run.join("b001")).unwrap();
        assert_eq!(folder(&run.join("b001/vet.cfg")), Some(run));
        assert_eq!(folder(&outside.path().join("b001/vet.cfg")), None);
        assert_eq!(folder(Path::new("vet.cfg")), None);
    }
}
