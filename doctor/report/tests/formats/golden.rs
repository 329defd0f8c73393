//! Each format, whole, on a case built by hand. `SNAPSHOTS=overwrite cargo test` renews the files.

use crate::sample;

use finding::{Confidence, MapClue, Subject, Verdict};
use report::{FullOptions, NoSource, Styles, concise, full, json, markdown, patch};
use snapbox::{assert_data_eq, file};

#[test]
fn full_is_readable_in_a_hundred_columns() {
    let text = full(&sample::diagnosis(), &sample::source, &FullOptions::default());
    let long: Vec<_> = text.lines().filter(|line| line.chars().count() > 100).collect();
    assert!(long.is_empty(), "{long:#?}");
    assert_data_eq!(text, file!["golden/full.txt"].raw());
}

#[test]
fn full_begins_with_map_declaration_fault_other_side_and_action() {
    let text = full(&sample::diagnosis(), &NoSource, &FullOptions::default());
    let head: Vec<_> = text.lines().take(12).collect();
    let head = head.join("\n");
    for needle in [
        "Cache.entries",
        "status/cache.go:7:2",
        "was iterating",
        "(*Cache).Put writes",
        "Take c.mu",
    ] {
        assert!(head.contains(needle), "{needle} is missing from\n{head}");
    }
}

#[test]
fn colours_change_no_text() {
    let plain = full(&sample::diagnosis(), &NoSource, &FullOptions::default());
    let styles = Styles::colored();
    let colored =
        full(&sample::diagnosis(), &NoSource, &FullOptions { styles, ..FullOptions::default() });
    assert_ne!(plain, colored);
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    assert_eq!(plain, stripped);
}

#[test]
fn concise_is_one_line_a_place() {
    assert_data_eq!(concise(&sample::diagnosis()), file!["golden/concise.txt"].raw());
}

#[test]
fn json_has_a_schema_version_and_stable_names() {
    assert_data_eq!(json(&sample::diagnosis()).unwrap(), file!["golden/case.json"].raw());
}

#[test]
fn markdown_fits_a_ticket() {
    assert_data_eq!(markdown(&sample::diagnosis(), &sample::source), file!["golden/case.md"].raw());
}

#[test]
fn a_case_without_a_name_is_still_a_report() {
    let mut diagnosis = sample::diagnosis();
    let case = &mut diagnosis.cases[0];
    case.subject =
        Subject::Unnamed { clue: MapClue::default(), why: "No source was given.".into() };
    case.verdict = Verdict {
        sentence: "A map.".into(),
        confidence: Confidence::Possible,
        because: String::new(),
    };
    case.other_sides.clear();
    case.accesses.clear();
    case.repair = None;
    let text = full(&diagnosis, &NoSource, &FullOptions::default());
    assert!(text.contains("No source was given."), "{text}");
    assert!(!text.contains("Every access"), "{text}");
}

#[test]
fn nothing_yields_nothing() {
    let empty = finding::Diagnosis::default();
    assert_eq!(full(&empty, &NoSource, &FullOptions::default()), "");
    assert_eq!(concise(&empty), "");
}

/// The diff goes to `git apply`: byte for byte, tabs included.
#[test]
fn patch_is_the_diff_and_nothing_else() {
    let mut diagnosis = sample::diagnosis();
    let diff = diagnosis.cases[0].repair.as_ref().unwrap().patch.as_ref().unwrap().diff.clone();
    assert_eq!(patch(&diagnosis), Some(diff));
    diagnosis.cases[0].repair.as_mut().unwrap().patch = None;
    assert_eq!(patch(&diagnosis), None);
}
