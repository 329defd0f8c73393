//! Keeps the manifests true: every line they name must still hold what they say it holds.

use super::manifest::{Case, Fixture, Kind, Map};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;
use std::fs;

/// Checks a manifest against the source beside it and against itself.
pub(super) fn check(fixture: &Fixture) -> Result<()> {
    let inside = || format!("in the manifest of {}", fixture.folder.display());
    ensure!(!fixture.summary.is_empty(), "{}: no summary", inside());
    for map in &fixture.maps {
        check_map(fixture, map).with_context(inside)?;
    }
    for case in &fixture.cases {
        check_case(fixture, case)
            .with_context(|| format!("case {}", case.name))
            .with_context(inside)?;
    }
    Ok(())
}

fn check_map(fixture: &Fixture, map: &Map) -> Result<()> {
    let last = map.id.rsplit('.').next().unwrap_or_default();
    let last = last.trim_end_matches("[]").split('#').next().unwrap_or_default();
    ensure!(last == map.name, "the id {} does not end with the name {}", map.id, map.name);
    ensure!(!map.map_type.is_empty(), "{} has no type", map.id);
    holds(fixture, &map.at, &map.name)?;
    let mut seen = BTreeSet::new();
    for access in &map.accesses {
        ensure!(
            seen.insert((&access.at, access.operation, &access.expression)),
            "{} is listed twice",
            access.at
        );
        let alias = access.aliases.contains(&access.function);
        ensure!(!access.function.is_empty() && !alias, "{}: no function", access.at);
        holds(fixture, &access.at, &access.expression)?;
        let reason = access.undecidable.as_ref();
        ensure!(
            reason.is_none_or(|r| !r.is_empty()),
            "{}: undecidable without a reason",
            access.at
        );
        for lock in access.locks.iter().chain(&access.callers) {
            let known = lock.starts_with("write ") || lock.starts_with("read ");
            ensure!(known, "{}: a lock reads `write c.mu` or `read c.mu`, not {lock}", access.at);
        }
    }
    Ok(())
}

fn check_case(fixture: &Fixture, case: &Case) -> Result<()> {
    ensure!(!case.messages.is_empty(), "no messages: nothing would count as its failure");
    let needs_a_map = !matches!(
        case.kind,
        Kind::Unlock | Kind::Deadlock | Kind::Dump | Kind::Panic | Kind::Checkptr
    );
    let map = match (&case.map, &case.undecidable) {
        (Some(_), Some(_)) => bail!("a map that is named is not undecidable"),
        (None, Some(reason)) => {
            ensure!(!reason.is_empty(), "undecidable without a reason");
            return Ok(());
        }
        (None, None) => {
            ensure!(!needs_a_map, "neither a map nor undecidable");
            return Ok(());
        }
        (Some(id), None) => {
            let known = fixture.maps.iter().find(|map| map.id == *id);
            known.with_context(|| format!("no map {id}"))?
        }
    };
    ensure!(!case.sides.is_empty() || !needs_a_map, "no sides");
    for side in &case.sides {
        let known = map.accesses.iter().any(|access| access.at == *side);
        ensure!(known, "the side {side} is no access of {}", map.id);
    }
    Ok(())
}

/// Checks that the line `at` names contains `text`.
fn holds(fixture: &Fixture, at: &str, text: &str) -> Result<()> {
    let (file, number) = at.rsplit_once(':').with_context(|| format!("{at} is no file:line"))?;
    let number: usize = number.parse().with_context(|| format!("{at} is no file:line"))?;
    let source = fs::read_to_string(fixture.folder.join(file))
        .with_context(|| format!("{at}: cannot read {file}"))?;
    let line = number.checked_sub(1).and_then(|index| source.lines().nth(index));
    let line = line.with_context(|| format!("{at}: the file is shorter"))?;
    ensure!(line.contains(text), "{at} does not contain {text} but reads: {}", line.trim());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::build::Paths;
    use super::super::{fixtures_folder, index::Index, manifest};
    use super::*;

    /// The manifests and the sources beside them agree.
    #[test]
    fn manifests_name_lines_that_hold_what_they_say() {
        let fixtures = manifest::read_all(&fixtures_folder()).unwrap();
        assert!(!fixtures.is_empty());
        for fixture in &fixtures {
            check(fixture).unwrap();
        }
    }

    /// True when a frame of one of these functions stands at that place.
    fn shows_frame(text: &str, place: &str, functions: &[&String]) -> bool {
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        lines.windows(2).any(|frame| {
            let at = frame[1].split(" +").next().is_some_and(|at| at.ends_with(place));
            let named =
                |f: &&String| frame[0].strip_prefix(f.as_str()).is_some_and(|l| l.starts_with('('));
            at && functions.iter().any(named)
        })
    }

    /// The real output shows one of the sides that the manifest names, and one of its messages.
    #[test]
    fn recordings_bear_the_manifests_out() {
        let folder = fixtures_folder();
        let fixtures = manifest::read_all(&folder).unwrap();
        let index = Index::read(&folder.join("recorded")).unwrap();
        let mut wrong = Vec::new();
        for run in index.runs() {
            let cases = |f: &&Fixture| f.cases.iter().any(|case| case.name == run.fixture);
            let fixture = fixtures.iter().find(cases).expect("a recording has its fixture");
            let case = fixture.cases.iter().find(|case| case.name == run.fixture).unwrap();
            let name = format!("recorded/{}/{}-{}.txt", run.fixture, run.go, run.level.name());
            let output = fs::read(folder.join(&name)).unwrap();
            let text = String::from_utf8_lossy(&output);
            let said = case.messages.iter().any(|m| text.contains(m.as_str()));
            let shows = |side: &String| {
                let module = fixture.module.file_name().unwrap().to_str().unwrap();
                let below = fixture.folder.strip_prefix(&fixture.module).unwrap();
                let root = match run.paths {
                    Paths::Trimmed => format!("example.com/{module}"),
                    Paths::Full => format!("/srv/app/{module}"),
                };
                let mut path = std::path::Path::new(&root).join(below).join(side);
                if side.starts_with("vendor/") && run.paths == Paths::Trimmed {
                    // There the path begins with the other module and its version.
                    path = std::path::Path::new("/").join(path.file_name().unwrap());
                }
                let accesses = fixture.maps.iter().flat_map(|map| &map.accesses);
                let names: Vec<&String> = accesses
                    .filter(|access| access.at == *side)
                    .flat_map(|access| access.aliases.iter().chain([&access.function]))
                    .collect();
                shows_frame(&text, path.to_str().unwrap(), &names)
            };
            let silent = run.level == manifest::Level::None;
            if !said || !silent && !case.sides.is_empty() && !case.sides.iter().any(shows) {
                wrong.push(name);
            }
        }
        assert!(wrong.is_empty(), "these do not show what their manifest says: {wrong:#?}");
    }

    /// Every case was recorded wherever its manifest wants it.
    #[test]
    fn every_case_is_recorded() {
        let folder = fixtures_folder();
        let mut missing = Vec::new();
        for fixture in &manifest::read_all(&folder).unwrap() {
            for case in &fixture.cases {
                for release in &crate::toolchain::RELEASES {
                    for level in case.levels_on(release.minor) {
                        let name = format!("{}/{}-{}.txt", case.name, release.minor, level.name());
                        if !folder.join("recorded").join(&name).is_file() {
                            missing.push(name);
                        }
                    }
                }
            }
        }
        assert!(missing.is_empty(), "not recorded; run cargo xtask record --missing: {missing:#?}");
    }

    /// A join that gives up is no join: most cases must have an answer.
    #[test]
    fn most_cases_are_decidable() {
        let fixtures = manifest::read_all(&fixtures_folder()).unwrap();
        let cases = || fixtures.iter().flat_map(|f| &f.cases);
        let undecidable = cases().filter(|case| case.undecidable.is_some()).count();
        assert!(undecidable * 100 <= cases().count() * 15, "{undecidable} are undecidable");
    }
}
