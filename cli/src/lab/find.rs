//! Which scenario is meant: one that comes with the program, or a file.

use super::Lab;
use crate::error::{Error, Result};
use go_lab::{Scenario, Unfit, bundled, bundled_names};
use std::path::Path;

/// More than any scenario is long.
const MOST_BYTES: u64 = 1 << 20;

/// The scenario of the command line.
pub(super) fn scenario(arguments: &Lab) -> Result<Scenario> {
    let named = arguments.replay.as_deref().and_then(|text| text.split(':').next());
    match (&arguments.scenario, named) {
        (Some(given), _) if is_file(given) => read(Path::new(given)),
        (Some(given), _) => known(given),
        (None, Some(name)) => known(name),
        (None, None) => known(""),
    }
}

fn is_file(given: &str) -> bool {
    given.contains(['/', '\\', '.'])
}

fn known(name: &str) -> Result<Scenario> {
    bundled(name).ok_or_else(|| {
        let names: Vec<&str> = bundled_names().collect();
        let near = names.iter().copied().map(|known| (strsim::jaro_winkler(known, name), known));
        let nearest = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(near, _)| *near > 0.8);
        let hint = match nearest {
            Some((_, nearest)) => format!("did you mean {nearest}? 'tophash lab' lists all"),
            None => "'tophash lab' lists them; a file of your own has a name such as ./mine.toml"
                .to_owned(),
        };
        Error::new(format!("there is no scenario '{name}'")).hint(hint)
    })
}

fn read(path: &Path) -> Result<Scenario> {
    let failed = |error: &std::io::Error| {
        Error::new(format!("cannot read {}", path.display())).because(error)
    };
    let size = std::fs::metadata(path).map_err(|error| failed(&error))?.len();
    if size > MOST_BYTES {
        let what = format!("{} is too large for a scenario: {size} bytes", path.display());
        return Err(Error::new(what).hint("a scenario is a few lines of TOML"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().replace(':', "-");
    Scenario::parse(&name, &text).map_err(|refused| {
        let error = Error::new(format!("{}:{}: {refused}", path.display(), refused.line()));
        match refused.way_out() {
            Some(hint) => error.hint(hint),
            None => error,
        }
    })
}

/// Where a scenario is unfit: the file, and the line where it is known.
pub(super) fn place(arguments: &Lab, scenario: &Scenario, unfit: Unfit) -> String {
    let file = arguments.scenario.as_deref().unwrap_or(&scenario.name);
    match unfit {
        Unfit::Before(operation, _) => {
            format!("{file}:{}", scenario.line_of_before(operation))
        }
        Unfit::TooManyOrders => file.to_owned(),
    }
}
