//! Formats that build servers read.

use crate::module::{UNEVEN, check, module_of, write};
use roxmltree::Document;
use serde_json::Value;
use std::fs;

#[test]
fn junit_counts_the_findings_of_the_rules_that_ran() {
    let folder = module_of(UNEVEN);
    let out = check(folder.path(), &["--format", "junit", "--select", "TH101,TH105"]);
    let document = Document::parse(&out.stdout).unwrap();
    let suites: Vec<_> = document
        .root_element()
        .children()
        .filter(roxmltree::Node::is_element)
        .map(|suite| ["name", "tests", "failures"].map(|name| suite.attribute(name).unwrap()))
        .collect();
    let expected =
        [["TH101 inconsistent-lock", "2", "2"], ["TH105 write-under-read-lock", "1", "0"]];
    assert_eq!((out.code, suites), (1, expected.to_vec()));
}

#[test]
fn checkstyle_names_places_and_rules() {
    let folder = module_of(UNEVEN);
    let out = check(folder.path(), &["--format", "checkstyle"]);
    let document = Document::parse(&out.stdout).unwrap();
    let errors: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("error"))
        .map(|error| ["line", "source"].map(|name| error.attribute(name).unwrap()))
        .collect();
    assert_eq!(out.code, 1);
    assert_eq!(errors, [["17", "tophash.TH101"], ["21", "tophash.TH101"]]);
}

#[test]
fn services_get_paths_from_the_root_of_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let module = folder.path().join("services/t");
    write(&module, "go.mod", "module example.com/t\n\ngo 1.21\n");
    write(&module, "t.go", UNEVEN);
    let json = |format: &str| {
        let out = check(&module, &["--format", format]);
        serde_json::from_str::<Value>(&out.stdout).unwrap()
    };
    assert_eq!(json("gitlab")[0]["location"]["path"], "services/t/t.go");
    let sarif = &json("sarif")["runs"][0]["results"][0];
    for place in [&sarif["locations"][0], &sarif["relatedLocations"][0]] {
        let place = &place["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "services/t/t.go");
        assert!(place["region"]["startColumn"].is_number(), "{place}");
    }
    let github = check(&module, &["--format", "github"]).stdout;
    assert!(github.lines().all(|line| line.contains(" file=services/t/t.go,")), "{github}");
    // Who reads the text stands in the module.
    let concise = check(&module, &["--format", "concise"]).stdout;
    assert!(concise.lines().all(|line| line.starts_with("t.go:")), "{concise}");
}
