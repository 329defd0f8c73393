//! The findings of a check: with their source and without, and whatever stands in their names.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::sample;
use finding::Findings;
use report::{
    FullOptions, RuleInfo, Styles, Tool, findings_concise, findings_full, findings_json,
    findings_sarif,
};
use serde_json::Value;
use snapbox::{assert_data_eq, str};

fn full(findings: &Findings, source: &dyn Fn(&str) -> Option<Vec<u8>>, width: usize) -> String {
    findings_full(findings, &source, &FullOptions { styles: Styles::plain(), width })
}

fn sarif(findings: &Findings, rules: &[&str]) -> Value {
    let info = |code: &&str| RuleInfo {
        code: (*code).to_owned(),
        name: "inconsistent-lock".to_owned(),
        summary: "a summary".to_owned(),
        page: "# A page".to_owned(),
    };
    let tool = Tool { version: "1.2.3".to_owned(), rules: rules.iter().map(info).collect() };
    serde_json::from_str(&findings_sarif(findings, &report::NoSource, &tool).unwrap()).unwrap()
}

#[test]
fn a_finding_shows_its_places_in_the_source() {
    assert_data_eq!(
        full(&sample::findings(), &sample::source, 90),
        str![[r#"
TH101 inconsistent-lock: Cache.entries is deleted from without Cache.mu, which guards it elsewhere
  --> status/cache.go:18:10
   |
10 | func (c *Cache) Put(id string, e entry) {
11 |     c.mu.Lock()
12 |     c.entries[id] = e
   |     --------- is written under c.mu here
13 |     c.mu.Unlock()
14 | }
15 |
16 | func (c *Cache) sweep() {
17 |     for id := range c.entries {
18 |         delete(c.entries, id)
   |                ^^^^^^^^^ here
19 |     }
20 | }
   |
  ::: status/cache.go:7:2
   |
 5 | type Cache struct {
 6 |     mu      sync.Mutex
 7 |     entries map[string]entry
   |     ------- the map is declared here
 8 | }
   |
(1 place without source text here)
  map       example.com/s/status.Cache.entries map[string]entry, field of Cache
  runs      from main.go:40:2 by main → (*Cache).sweep
  grounds   1 of 3 accesses hold Cache.mu, 1 of them to change the map (high)
  help      take Cache.mu around the access

1 finding in 3 accesses to 1 map that are changed after they are shared. 2 more are of a
lower grade not shown; --grade low shows all. 3 more are in the baseline. 2 more are in
the revision of --new-from-rev too. 1 more is left out by paths of tophash.toml. 1 more is
suppressed by comments.

"#]]
    );
}

/// The tree may be gone by the time that the report is written.
#[test]
fn without_source_the_places_are_listed() {
    let text = full(&sample::findings(), &|_| None, 90);
    for place in [
        "status/cache.go:18:10: here",
        "status/cache.go:7:2: the map is declared here",
        "main.go:40",
    ] {
        assert!(text.contains(place), "{place} is missing:\n{text}");
    }
}

#[test]
fn concise_is_one_line() {
    assert_data_eq!(
        findings_concise(&sample::findings()),
        str![[r#"
status/cache.go:18:10: TH101: Cache.entries is deleted from without Cache.mu, which guards it elsewhere [high]

"#]]
    );
}

#[test]
fn what_tools_say_is_summed_up_by_map() {
    let text = full(&sample::merged(), &|_| None, 200);
    let (_, summary) = text.split_once("by map\n").unwrap();
    assert_eq!(
        summary.lines().next(),
        Some("  example.com/s/status.Cache.entries: TH101 (race), vet:copylocks")
    );
    assert!(!full(&sample::findings(), &|_| None, 200).contains("by map"));
}

#[test]
fn what_is_left_out_takes_the_reports_with_it() {
    let mut findings = sample::merged();
    findings.findings.remove(0);
    findings.forget_merged();
    let codes: Vec<&str> = findings.merged.iter().map(|merged| &*merged.code).collect();
    assert_eq!(codes, ["vet:copylocks"]);
}

#[test]
fn what_was_not_shown_is_counted_in_words_that_fit() {
    let summary =
        |findings: &Findings| full(findings, &|_| None, 200).lines().last().unwrap().to_owned();
    let mut findings = Findings { maps: 1, accesses: 1, ..Findings::default() };
    assert!(
        summary(&findings).starts_with("0 findings in 1 access to 1 map "),
        "{}",
        summary(&findings)
    );
    findings.withheld = 1;
    assert!(summary(&findings).contains("1 more is of a lower grade"), "{}", summary(&findings));
    findings.withheld = 2;
    assert!(summary(&findings).contains("2 more are of a lower grade"), "{}", summary(&findings));
}

#[test]
fn lines_of_source_that_are_gone_are_no_failure() {
    for text in ["", "package status\n", "\u{feff}\r\r\n", "äöü"] {
        let source = |_: &str| Some(text.as_bytes().to_vec());
        assert!(full(&sample::findings(), &source, 80).contains("TH101"));
    }
    assert!(full(&sample::findings(), &|_| Some(vec![0xff; 4096]), 80).contains("TH101"));
}

/// The characters that workflow commands are made of must not end one early.
#[test]
fn github_escapes_what_commands_are_made_of() {
    let mut findings = sample::findings();
    findings.findings[0].access.site.file = "a,b:c%d.go".into();
    findings.findings[0].message = "100 %\n::error::x".to_owned();
    let line = report::findings_github(&findings);
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(
        line.starts_with("::error file=a%2Cb%3Ac%25d.go,line=18,col=10,title=TH101 "),
        "{line}"
    );
    assert!(line.contains("::100 %25 ::error::x (high); take"), "{line}");
}

#[test]
fn gitlab_tells_findings_of_one_fingerprint_apart() {
    let mut findings = sample::findings();
    let again = findings.findings[0].clone();
    findings.findings.push(again);
    let issues: Value = serde_json::from_str(&report::findings_gitlab(&findings).unwrap()).unwrap();
    assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
    assert_eq!(issues[0]["location"]["path"], "status/cache.go");
    assert_eq!(issues[0]["severity"], "critical");
}

/// A name out of a foreign tree must not steer the terminal or break a line.
#[test]
fn control_characters_do_not_reach_the_terminal() {
    let mut findings = sample::findings();
    let bad = "a\u{1b}[2J\nb\u{7}";
    let finding = &mut findings.findings[0];
    finding.message = bad.to_owned();
    finding.help = bad.to_owned();
    finding.because = vec![bad.to_owned()];
    finding.related[0].label = bad.to_owned();
    finding.access.site.file = format!("{bad}.go").into();
    let harmless = |text: &str| !text.contains(['\u{1b}', '\u{7}']);
    let text = full(&findings, &|_| None, 80);
    assert!(harmless(&text), "{text:?}");
    let line = findings_concise(&findings);
    assert!(harmless(&line) && line.lines().count() == 1, "{line:?}");
    assert!(harmless(&findings_json(&findings).unwrap()));
}

#[test]
fn sarif_points_at_the_rule_and_stays_whole_without_it() {
    let log = sarif(&sample::findings(), &["TH105", "TH101"]);
    let result = &log["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["ruleIndex"]), (&"TH101".into(), &1.into()));
    assert_eq!(log["runs"][0]["tool"]["driver"]["semanticVersion"], "1.2.3");
    let log = sarif(&sample::findings(), &[]);
    assert!(log["runs"][0]["results"][0].get("ruleIndex").is_none(), "{log}");
}

/// Lines count from 1 in the log; a place that is not known is at the beginning of its file.
#[test]
fn sarif_has_no_place_before_the_first() {
    let mut findings = sample::findings();
    findings.findings[0].access.site.line = 0;
    findings.findings[0].access.site.column = 0;
    let log = sarif(&findings, &["TH101"]);
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 1);
    assert!(region.get("startColumn").is_none(), "{region}");
}
