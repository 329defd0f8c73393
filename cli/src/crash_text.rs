//! Reads a crash text from a file or standard input, in pieces: a dump may be larger than memory.

use crate::error::{Error, Result};
use crate::output;
use crate::progress::{Progress, Unit};
use go_crash::{CrashText, Group, Reader};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

/// How much is read at once.
const PIECE: usize = 256 * 1024;

/// Reads the text of `path`, or of standard input for `-` or nothing.
///
/// # Errors
///
/// When the file cannot be opened, or nothing of it can be read. An error in the middle ends the
/// text there and is said on standard error: what was read counts.
pub(crate) fn read(path: Option<&Path>) -> Result<CrashText> {
    let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            output::say("reading a crash text from the terminal; end it with Ctrl-D");
        }
        return pump(stdin.lock(), None, "standard input");
    };
    let name = path.display().to_string();
    let failed = |error: io::Error| Error::new(format!("cannot read {name}")).because(&error);
    let file = File::open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if meta.is_dir() {
        return Err(Error::new(format!("{name} is a folder, not a crash text"))
            .hint(format!("'tophash explain CRASH --source {name}' reads it as the source tree")));
    }
    pump(file, meta.is_file().then_some(meta.len()), &name)
}

/// Feeds all of `input` to the reader.
fn pump(mut input: impl Read, length: Option<u64>, name: &str) -> Result<CrashText> {
    let progress = Progress::new(name, Unit::Bytes, length);
    let mut reader = Reader::new(Group::default());
    let mut piece = vec![0_u8; PIECE];
    let mut done = 0_u64;
    loop {
        let count = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if done == 0 => {
                return Err(Error::new(format!("cannot read {name}")).because(&error));
            }
            Err(error) => {
                output::say(format_args!(
                    "warning: {name} ends early, after {done} bytes: {error}"
                ));
                break;
            }
        };
        reader.push(piece.get(..count).unwrap_or(&piece));
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        done = done.saturating_add(count);
        progress.add(count);
    }
    drop(progress);
    Ok(reader.finish().into_text())
}
