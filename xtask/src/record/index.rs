//! `recorded/index.json`: how each recording came about, one run a line.

use super::build::Paths;
use super::manifest::Level;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One recording.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Run {
    /// Name of the case; also the folder of the recording.
    pub(super) fixture: String,
    /// Go release by minor.
    pub(super) go: String,
    /// GOTRACEBACK.
    pub(super) level: Level,
    /// How paths look in it.
    pub(super) paths: Paths,
    /// How many attempts it took to fail as it should.
    pub(super) attempts: u32,
    /// How the program ended: `exit 2`, `signal 6`.
    pub(super) exit: String,
    /// The line that says what happened.
    pub(super) message: String,
}

/// All recordings, by fixture, release and level.
#[derive(Default)]
pub(super) struct Index {
    runs: BTreeMap<(String, String, Level), Run>,
}

impl Index {
    /// Reads the index, which may not exist yet. Runs whose recording is gone are left out.
    pub(super) fn read(recorded: &Path) -> Result<Self> {
        let path = recorded.join("index.json");
        let mut index = Self::default();
        if path.is_file() {
            let runs: Vec<Run> = serde_json::from_slice(&fs::read(&path)?)
                .with_context(|| format!("{} is no index", path.display()))?;
            for run in runs {
                let name = format!("{}-{}.txt", run.go, run.level.name());
                if recorded.join(&run.fixture).join(name).is_file() {
                    index.put(run);
                }
            }
        }
        Ok(index)
    }

    /// Adds a run, in place of an older one of the same recording.
    pub(super) fn put(&mut self, run: Run) {
        self.runs.insert((run.fixture.clone(), run.go.clone(), run.level), run);
    }

    /// All runs, in the order of the file.
    #[cfg(test)]
    pub(super) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.values()
    }

    /// Writes the index: a JSON array with one run a line, so that changes read well.
    pub(super) fn write(&self, recorded: &Path) -> Result<()> {
        let lines: Vec<String> =
            self.runs.values().map(serde_json::to_string).collect::<Result<_, _>>()?;
        fs::create_dir_all(recorded)?;
        fs::write(recorded.join("index.json"), format!("[\n{}\n]\n", lines.join(",\n")))?;
        Ok(())
    }
}
