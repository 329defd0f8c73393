//! The XML formats, read by an XML parser as build servers read them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crate::sample;
use finding::{Findings, Grade};
use report::{RuleInfo, Tool, findings_checkstyle, findings_junit};
use roxmltree::{Document, Node};

fn tool(codes: &[&str]) -> Tool {
    let info = |code: &&str| RuleInfo {
        code: (*code).to_owned(),
        name: "a-name".to_owned(),
        summary: "a summary".to_owned(),
        page: String::new(),
    };
    Tool { version: "1.2.3".to_owned(), rules: codes.iter().map(info).collect() }
}

fn parse(text: &str) -> Document<'_> {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn children<'a, 'd>(node: Node<'a, 'd>, name: &str) -> Vec<Node<'a, 'd>> {
    let name = name.to_owned();
    node.children().filter(|child| child.has_tag_name(name.as_str())).collect()
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    node.attribute(name).unwrap_or_else(|| panic!("{name} is missing in {node:?}"))
}

/// Twice the same finding, then one of another file and grade.
fn three() -> Findings {
    let mut findings = sample::findings();
    let first = findings.findings.first().unwrap().clone();
    let mut other = first.clone();
    other.access.site.file = "zoo/b.go".into();
    other.grade = Grade::Low;
    findings.findings.extend([first, other]);
    findings
}

/// Jenkins adds suites up, and GitLab keeps one of several tests with the same class and name.
#[test]
fn junit_has_a_suite_for_each_rule_and_a_failed_test_for_each_finding() {
    let text = findings_junit(&three(), &tool(&["TH101", "TH102"])).unwrap();
    let document = parse(&text);
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites") && text.ends_with("</testsuites>\n"), "{text}");
    assert_eq!((attribute(root, "tests"), attribute(root, "failures")), ("4", "3"));
    let suites = children(root, "testsuite");
    let counts: Vec<_> = suites
        .iter()
        .map(|suite| ["name", "tests", "failures", "errors"].map(|of| attribute(*suite, of)))
        .collect();
    assert_eq!(counts, [["TH101 a-name", "3", "3", "0"], ["TH102 a-name", "1", "0", "0"]]);
    let failed = children(suites[0], "testcase");
    let mut names: Vec<_> = failed
        .iter()
        .map(|case| (attribute(*case, "classname"), attribute(*case, "name")))
        .collect();
    assert!(names[0].0 == "example.com/s/status.Cache.entries", "{names:?}");
    assert!(names[0].1.ends_with(", in (*Cache).sweep"), "{names:?}");
    // GitLab compares runs by these names: no line may be in them.
    assert!(!names[0].1.contains("18"), "{names:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 3);
    assert_eq!(
        (attribute(failed[0], "file"), attribute(failed[0], "line")),
        ("status/cache.go", "18")
    );
    let failure = children(failed[0], "failure")[0];
    assert!(
        attribute(failure, "message")
            .starts_with("status/cache.go:18:10: Cache.entries is deleted")
    );
    assert_eq!(attribute(failure, "type"), "high");
    for line in [
        "status/cache.go:7:2: the map is declared here",
        "main.go:40:2: a goroutine is started here",
        "grounds: 1 of 3 accesses hold Cache.mu, 1 of them to change the map (high)",
        "help: take Cache.mu around the access",
    ] {
        assert!(failure.text().unwrap().lines().any(|of| of == line), "{line}: {text}");
    }
    let passed = children(suites[1], "testcase")[0];
    assert_eq!(attribute(passed, "name"), "a summary");
    assert!(!passed.has_children());
}

#[test]
fn junit_of_nothing_found_has_passed_tests() {
    let text = findings_junit(&Findings::default(), &tool(&["TH101", "TH102"])).unwrap();
    let document = parse(&text);
    let root = document.root_element();
    assert_eq!((attribute(root, "tests"), attribute(root, "failures")), ("2", "0"));
}

#[test]
fn checkstyle_has_errors_by_file() {
    let text = findings_checkstyle(&three()).unwrap();
    let document = parse(&text);
    let files = children(document.root_element(), "file");
    let names: Vec<_> = files.iter().map(|file| attribute(*file, "name")).collect();
    assert_eq!(names, ["status/cache.go", "zoo/b.go"]);
    let errors = children(files[0], "error");
    assert_eq!(errors.len(), 2);
    let of = |error: Node<'_, '_>| {
        ["line", "column", "severity", "source"].map(|name| attribute(error, name).to_owned())
    };
    assert_eq!(of(errors[0]), ["18", "10", "error", "tophash.TH101"]);
    assert_eq!(of(children(files[1], "error")[0])[2], "info");
    let message = attribute(errors[0], "message");
    for part in [
        "which guards it elsewhere (high)",
        "status/cache.go:7:2: the map is declared here",
        "take Cache.mu",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let nothing = findings_checkstyle(&Findings::default()).unwrap();
    assert!(parse(&nothing).root_element().has_tag_name("checkstyle"));
}

/// A name out of a foreign tree may hold what XML has no place for.
#[test]
fn whatever_stands_in_names_is_well_formed() {
    let bad = "a\u{1b}<b>&\"'\u{0}\u{7}\n]]>\u{fffe}\u{ffff}\u{2028}ä\u{1f600}--";
    let mut findings = sample::findings();
    let finding = &mut findings.findings[0];
    finding.message = bad.to_owned();
    finding.help = bad.to_owned();
    finding.because = vec![bad.to_owned()];
    finding.related[0].label = bad.to_owned();
    finding.access.site.file = bad.into();
    finding.access.site.function = Some(bad.into());
    finding.code = bad.into();
    let text = findings_junit(&findings, &tool(&[bad])).unwrap();
    let document = parse(&text);
    let message = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert!(attribute(message, "message").contains("a<b>&\"' ]]>"), "{text}");
    let text = findings_checkstyle(&findings).unwrap();
    let document = parse(&text);
    let file = document.descendants().find(|node| node.has_tag_name("file")).unwrap();
    assert!(attribute(file, "name").starts_with("a<b>&\"' ]]>"), "{text}");
}
