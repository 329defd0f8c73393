//! The cache: a folder of the user, where results lie under the hash of what they were made for.
//!
//! An entry is a file: a line with the name of the format and the hash of all that follows, then what it was made for in
//! one line, then the result. It is written beside and renamed. What is not as it should be is said and taken for absent.
//! All entries together are at most [`LIMIT`] bytes; the ones that were used least recently are removed.

use crate::output;
use etcetera::BaseStrategy as _;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Bytes of all entries.
const LIMIT: u64 = 128 << 20;
/// What an entry begins with.
const FORMAT: &str = "tophash cache 1 ";
/// The variable that names another folder.
const FOLDER: &str = "TOPHASH_CACHE_DIR";

/// A folder with entries.
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache of the user: the folder of `TOPHASH_CACHE_DIR`, else `tophash/check` where the system keeps caches; none
    /// where the user has no such place.
    pub(crate) fn of_user() -> Option<Self> {
        let named = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty());
        let folder = named.map(PathBuf::from).or_else(|| {
            let places = etcetera::choose_base_strategy().ok()?;
            Some(places.cache_dir().join("tophash").join("check"))
        })?;
        Some(Self { folder })
    }

    /// Where the entries lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The result that was kept for `what`, a line.
    pub(crate) fn get(&self, what: &str) -> Option<String> {
        let path = self.path(what);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                output::say(format_args!("note: left aside: {}: {error}", path.display()));
                return None;
            }
        };
        let result = unwrap(&text, what);
        if result.is_none() {
            output::say(format_args!(
                "note: left aside: {} is no entry of the cache, or a broken one",
                path.display()
            ));
            return None;
        }
        // It was used: others go before it. A cache that cannot be written still serves.
        let used = File::options().append(true).open(&path);
        let _ = used.and_then(|file| file.set_modified(SystemTime::now()));
        result.map(str::to_owned)
    }

    /// Keeps the result for `what`, a line; says where that cannot be done.
    pub(crate) fn put(&self, what: &str, result: &str) {
        if let Err(error) = self.write(what, result) {
            output::say(format_args!(
                "note: the result cannot be kept in {}: {error}\n  hint: name another folder with {FOLDER}, or give --no-cache",
                self.folder.display()
            ));
        }
    }

    fn write(&self, what: &str, result: &str) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut beside = tempfile::NamedTempFile::new_in(&self.folder)?;
        beside.write_all(wrap(what, result).as_bytes())?;
        beside.persist(self.path(what)).map_err(|error| error.error)?;
        shrink(&self.folder, LIMIT)
    }

    fn path(&self, what: &str) -> PathBuf {
        self.folder.join(hash(what.as_bytes()))
    }
}

/// The entry with the result for `what`.
fn wrap(what: &str, result: &str) -> String {
    let body = format!("{what}\n{result}");
    format!("{FORMAT}{}\n{body}", hash(body.as_bytes()))
}

/// The result in an entry that was made for `what`.
fn unwrap<'t>(text: &'t str, what: &str) -> Option<&'t str> {
    let (sum, body) = text.strip_prefix(FORMAT)?.split_once('\n')?;
    let result = body.strip_prefix(what)?.strip_prefix('\n')?;
    (hash(body.as_bytes()) == sum).then_some(result)
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Removes the files of a folder that were used least recently, until the others have at most `limit` bytes.
fn shrink(folder: &Path, limit: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Others may remove it meanwhile.
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            files.push((metadata.modified()?, metadata.len(), entry.path()));
        }
    }
    files.sort_unstable();
    let mut all: u64 = files.iter().map(|(_, length, _)| length).sum();
    for (_, length, path) in files {
        if all <= limit {
            break;
        }
        fs::remove_file(path)?;
        all = all.saturating_sub(length);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Cache, shrink, unwrap, wrap};
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    #[test]
    fn what_is_kept_is_found_until_it_is_broken() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache { folder: folder.path().join("new") };
        assert_eq!(cache.get("a"), None);
        cache.put("a", "of a\n\nä");
        cache.put("b", "of b");
        assert_eq!(cache.get("a").as_deref(), Some("of a\n\nä"));
        fs::write(cache.path("a"), "broken").unwrap();
        assert_eq!(cache.get("a"), None);
        fs::copy(cache.path("b"), cache.path("a")).unwrap();
        assert_eq!(cache.get("a"), None, "another's entry");
        cache.put("a", "again");
        assert_eq!(cache.get("a").as_deref(), Some("again"));
    }

    #[test]
    fn any_broken_byte_breaks_an_entry() {
        let whole = wrap("a", "of a\n\nä");
        assert_eq!(unwrap(&whole, "a"), Some("of a\n\nä"));
        assert_eq!(unwrap(&whole, "b"), None);
        for at in 0..whole.len() {
            let mut broken = whole.clone().into_bytes();
            broken[at] ^= 1;
            assert_eq!(unwrap(&String::from_utf8_lossy(&broken), "a"), None, "byte {at}");
            broken.truncate(at);
            assert_eq!(unwrap(&String::from_utf8_lossy(&broken), "a"), None, "{at} bytes");
        }
    }

    #[test]
    fn what_was_used_least_recently_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache { folder: folder.path().to_owned() };
        let now = SystemTime::now();
        for (name, age) in [("a", 40), ("b", 30), ("c", 20), ("d", 10)] {
            cache.put(name, &"x".repeat(1000));
            let file = File::options().append(true).open(cache.path(name)).unwrap();
            file.set_modified(now - Duration::from_secs(age)).unwrap();
        }
        assert!(cache.get("a").is_some());
        shrink(folder.path(), 2500).unwrap();
        let left: Vec<_> = ["a", "b", "c", "d"].map(|name| cache.path(name).exists()).into();
        assert_eq!(left, [true, false, false, true]);
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let cache = Cache { folder: file };
        cache.put("a", "x");
        assert_eq!(cache.get("a"), None);
    }
}
