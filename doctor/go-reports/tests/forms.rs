//! What real tools printed is read as they meant it, in every form they have.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use go_reports::{Entry, Reports, read};
use std::path::Path;

/// A recorded output of `fixtures/go/reported`.
fn output(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/go/reported/output");
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// `vet:copylocks stock/shelf.go:37:9`, in order.
fn places(reports: &Reports) -> Vec<String> {
    let place = |entry: &Entry| {
        let (_, file) = entry.site.file.split_once("stock/").expect("the files lie in stock");
        format!("{} {file}:{}:{}", entry.name(), entry.site.line, entry.site.column)
    };
    let mut places: Vec<String> = reports.entries.iter().map(place).collect();
    places.sort();
    places
}

const VET: [&str; 2] = ["vet:copylocks shelf.go:37:9", "vet:unusedresult orders.go:37:2"];

const STATICCHECK: [&str; 3] = [
    "staticcheck:S1036 orders.go:17:3",
    "staticcheck:SA4017 orders.go:37:2",
    "staticcheck:SA5000 orders.go:30:3",
];

#[test]
fn go_vet_says_the_same_as_text_and_as_json() {
    // Go 1.21 points at the parenthesis of the call.
    let old = [VET[0], "vet:unusedresult orders.go:37:13"];
    for (name, wanted) in [("vet.txt", VET), ("vet-1.21.txt", old), ("vet.json", VET)] {
        let reports = read(&output(name));
        assert_eq!(places(&reports), wanted, "{name}");
        assert!(reports.notes.is_empty(), "{name}: {:?}", reports.notes);
    }
    let json = read(&output("vet.json"));
    assert_eq!(json.entries[0].package.as_deref(), Some("example.com/reported/stock"));
    let old = read(&output("vet-1.21.txt"));
    assert_eq!(old.entries[0].package.as_deref(), Some("example.com/reported/stock"));
}

#[test]
fn staticcheck_says_the_same_in_all_its_forms() {
    for name in
        ["staticcheck.txt", "staticcheck-stylish.txt", "staticcheck.json", "staticcheck.sarif"]
    {
        let reports = read(&output(name));
        assert_eq!(places(&reports), STATICCHECK, "{name}");
        assert!(reports.notes.is_empty(), "{name}: {:?}", reports.notes);
        let nil = reports.entries.iter().find(|entry| &*entry.check == "SA5000");
        assert_eq!(nil.expect("it is there").message, "assignment to nil map", "{name}");
    }
}

#[test]
fn outputs_behind_each_other_are_read_as_one() {
    let names = ["vet.json", "staticcheck.txt", "race.txt", "staticcheck.json", "vet-1.21.txt"];
    let log = names.map(output).concat();
    let reports = read(&log);
    let count = |tool: &str| reports.entries.iter().filter(|entry| &*entry.tool == tool).count();
    assert_eq!((count("vet"), count("staticcheck")), (4, 6));
    let lines = String::from_utf8(log).expect("UTF-8").lines().count();
    assert_eq!(reports.lines, u64::try_from(lines).expect("a small number"));
}

#[test]
fn colours_carriage_returns_and_times_do_not_matter() {
    let text = String::from_utf8(output("staticcheck.txt")).expect("UTF-8");
    let wrapped: String = text
        .lines()
        .map(|line| {
            let (place, rest) = line.split_once(": ").expect("a place");
            format!("2026-11-30T09:18:31.1234567Z \u{1b}[1m{place}\u{1b}[0m: \u{1b}[31m{rest}\u{1b}[0m\r\n")
        })
        .collect();
    assert_eq!(places(&read(wrapped.as_bytes())), STATICCHECK);
}

#[test]
fn events_of_go_test_are_told_apart_by_package() {
    let event = |package: &str, output: &str| {
        format!(
            "{{\"Action\":\"output\",\"Package\":\"{package}\",\"Test\":\"T\",\"Output\":\"{output}\"}}\n"
        )
    };
    let text = [
        event("a", "WARNING: DA"),
        event("b", "one\\n"),
        event("a", "TA RACE\\n"),
        event("b", "two\\n"),
        event("a", "end\\n"),
    ]
    .concat();
    let tests = read(text.as_bytes()).tests;
    assert_eq!(tests.len(), 2);
    assert_eq!(
        (tests[0].text.as_str(), &*tests[0].text_lines),
        ("WARNING: DATA RACE\nend\n", &[1, 5][..])
    );
    assert_eq!((tests[1].text.as_str(), &*tests[1].text_lines), ("one\ntwo\n", &[2, 4][..]));
}

/// As golangci-lint's printers write them (`pkg/printers`).
#[test]
fn golangci_lint_names_the_linter_and_its_check() {
    let lines = "stock/shelf.go:37:9: copylocks: Total passes lock by value: a.b/stock.Shelf contains sync.Mutex (govet)\n\
                 func (s Shelf) Total() int {\n        ^\n\
                 stock/orders.go:30:3: SA5000: assignment to nil map (staticcheck)\n\
                 stock/orders.go:31: Error return value of `f` is not checked (errcheck)\n\
                 stock/orders.go:32:1: G104: Errors unhandled (gosec)\n4 issues:\n";
    let wanted = ["vet:copylocks", "staticcheck:SA5000", "golangci:errcheck", "gosec:G104"];
    let names = |reports: &Reports| reports.entries.iter().map(Entry::name).collect::<Vec<_>>();
    assert_eq!(names(&read(lines.as_bytes())), wanted);
    let issue = |linter: &str, text: &str| {
        format!(
            "{{\"FromLinter\":\"{linter}\",\"Text\":\"{text}\",\"Severity\":\"\",\"SourceLines\":[\"x\"],\
             \"Pos\":{{\"Filename\":\"stock/orders.go\",\"Offset\":1,\"Line\":30,\"Column\":3}}}}"
        )
    };
    let issues = [
        issue(
            "govet",
            "copylocks: Total passes lock by value: a.b/stock.Shelf contains sync.Mutex",
        ),
        issue("staticcheck", "SA5000: assignment to nil map"),
        issue("errcheck", "Error return value of `f` is not checked"),
        issue("gosec", "G104: Errors unhandled"),
    ];
    let json = format!("{{\"Issues\":[{}],\"Report\":{{}}}}\n4 issues:\n", issues.join(","));
    let reports = read(json.as_bytes());
    assert_eq!(names(&reports), wanted);
    assert_eq!((reports.entries[1].site.line, reports.entries[1].site.column), (30, 3));
}

#[test]
fn sarif_of_any_tool_is_read_but_for_what_is_suppressed() {
    let result = |rule: &str, more: &str| {
        format!(
            "{{\"ruleId\":\"{rule}\",\"message\":{{\"text\":\"m\"}},{more}\"locations\":[{{\"physicalLocation\":{{\
             \"artifactLocation\":{{\"uri\":\"file:///srv/a%20b/x.go\"}},\"region\":{{\"startLine\":7,\"startColumn\":2}}}}}}]}}"
        )
    };
    let results = [
        result("go/one", ""),
        result("go/two", "\"suppressions\":[{\"kind\":\"inSource\"}],"),
        result("go/three", "\"kind\":\"pass\","),
        "{\"ruleIndex\":0,\"message\":{\"text\":\"no place\"}}".to_owned(),
    ];
    let log = format!(
        "{{\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":\"CodeQL\",\"rules\":[{{\"id\":\"go/none\"}}]}}}},\"results\":[{}]}}]}}",
        results.join(",")
    );
    let reports = read(log.as_bytes());
    let names: Vec<String> = reports.entries.iter().map(Entry::name).collect();
    assert_eq!(names, ["codeql:go/one", "codeql:go/none"]);
    assert_eq!(
        (&*reports.entries[0].site.file, reports.entries[0].site.line),
        ("/srv/a b/x.go", 7)
    );
    assert_eq!(&*reports.entries[1].site.file, "");
}

#[test]
fn what_cannot_be_read_is_said_with_its_line() {
    let notes = |text: &str| -> Vec<(u64, String)> {
        read(text.as_bytes()).notes.into_iter().map(|note| (note.text_line, note.what)).collect()
    };
    let said = |line: u64, what: &str| vec![(line, what.to_owned())];
    assert_eq!(notes("# a\n{\n\t\"a\": {\n"), said(2, "JSON that is cut off"));
    assert_eq!(notes("\n{\"x\": 1}\n"), said(2, "JSON of no form that is known"));
    assert_eq!(notes("{\"a\": }\n"), said(1, "no JSON: expected value"));
    assert_eq!(notes("vet: cannot load package\n"), said(1, "go vet failed: cannot load package"));
    assert_eq!(
        notes("{\"a\":{\"copylocks\":{\"error\":\"no types\"}}}\n"),
        said(1, "go vet failed on a (copylocks): no types")
    );
    let many = "{\"x\": 1}\n".repeat(100);
    assert_eq!(notes(&many).len(), 20);
    assert!(notes(&many)[19].1.ends_with("and 80 more"));
}

#[test]
fn logs_and_tests_report_nothing() {
    let text = "main.go:12: started\n    shelf_test.go:7:2: got 3\nhttp: a.go:1:2\nok  \texample.com/a\t0.1s\n";
    let reports = read(text.as_bytes());
    assert_eq!((reports.entries.len(), reports.notes.len(), reports.known), (0, 0, true));
    assert!(!read(b"nothing of the kind\n").known);
}
