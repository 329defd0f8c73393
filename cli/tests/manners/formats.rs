//! Formats that build servers read.

use crate::module::{UNEVEN, check, module_of};
use roxmltree::Document;

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
