//! The gate as a user and a build server run it: what it prints where, and the code it exits with.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{CHECK, Out, copy_tree, module_of, run, run_in};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The rules.
const CODES: [&str; 18] = [
    "TH101", "TH102", "TH103", "TH104", "TH105", "TH106", "TH107", "TH108", "TH109", "TH110",
    "TH111", "TH112", "TH113", "TH201", "TH202", "TH203", "TH204", "TH205",
];

/// The rules of memory and speed, which run only where they are selected.
const ADVICE: [&str; 7] = ["TH301", "TH302", "TH303", "TH304", "TH305", "TH306", "TH307"];

/// All rules.
fn all() -> Vec<&'static str> {
    [&CODES[..], &ADVICE[..]].concat()
}

/// A copy of the programs that the rules are about.
fn module() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_tree(CHECK.as_ref(), folder.path());
    folder
}

/// Checks the copy, one line a finding.
fn concise(folder: &Path, arguments: &[&str]) -> Out {
    run_in(folder, &[&["check", "--format", "concise"], arguments].concat())
}

/// The files of concise lines.
fn files(out: &Out) -> BTreeSet<&str> {
    out.stdout.lines().map(|line| line.split(':').next().unwrap()).collect()
}

/// The codes of concise lines.
fn codes(out: &Out) -> BTreeSet<&str> {
    out.stdout.lines().map(|line| line.split(": ").nth(1).unwrap()).collect()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let out = run_in(folder, &[&["check", "--format", "json"], arguments].concat());
    serde_json::from_str(&out.stdout).unwrap_or_else(|error| panic!("{error}: {}", out.stderr))
}

#[test]
fn findings_exit_with_1_and_a_clean_tree_with_0() {
    let folder = module();
    assert_eq!(concise(folder.path(), &["th101/bad"]).code, 1);
    let clean = concise(folder.path(), &["th105/good"]);
    assert_eq!((clean.code, clean.stdout.as_str(), clean.stderr.as_str()), (0, "", ""));
    let read = run_in(folder.path(), &["check", "th105/good"]);
    assert!(read.stdout.starts_with("0 findings in "), "{}", read.stdout);
}

#[test]
fn what_cannot_be_read_exits_with_2_and_a_hint() {
    let folder = module();
    for arguments in [
        vec!["check", "no/such/folder"],
        vec!["check", "no/such/folder/..."],
        vec!["check", "--select", "TH999"],
        vec!["check", "--ignore", "TH101,nonsense"],
        vec!["check", "--rev", "v9"],
        vec!["rule", "NOPE"],
    ] {
        let out = run_in(folder.path(), &arguments);
        assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(
            out.stderr.starts_with("error: ") && out.stderr.contains("hint: "),
            "{}",
            out.stderr
        );
    }
    assert_eq!(run_in(folder.path(), &["check", "--format", "yaml"]).code, 2);
    assert_eq!(run_in(folder.path(), &["check", "--no-such-flag"]).code, 2);
}

#[test]
fn a_folder_without_go_exits_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let out = run_in(folder.path(), &["check"]);
    assert_eq!((out.code, out.stdout.as_str()), (3, ""), "{}", out.stderr);
    assert!(out.stderr.contains("no Go files"), "{}", out.stderr);
    fs::write(folder.path().join("README.md"), "# Empty\n").unwrap();
    fs::write(folder.path().join("go.mod"), "module m\n").unwrap();
    assert_eq!(run_in(folder.path(), &["check", "./..."]).code, 3);
}

#[test]
fn a_binary_that_calls_itself_go_is_said_and_no_reason_to_fail() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.go"), b"\x7fELF\x02\0\0\xff\xfe".repeat(1000)).unwrap();
    let out = run_in(folder.path(), &["check"]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stderr.contains("a.go: does not parse"), "{}", out.stderr);
}

#[test]
fn patterns_name_folders_with_all_below_them_and_files() {
    let folder = module();
    let at = |patterns: &[&str]| {
        let out = concise(folder.path(), patterns);
        assert!(out.code <= 1, "{patterns:?}: {}", out.stderr);
        files(&out).into_iter().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let all = at(&[]);
    assert!(all.len() > 15 && all.iter().all(|file| file.starts_with("th")), "{all:?}");
    assert_eq!(at(&["./..."]), all);
    assert_eq!(at(&["."]), all);
    assert_eq!(at(&["..."]), all);
    assert_eq!(at(&[folder.path().to_str().unwrap()]), all);

    let of_rule: BTreeSet<_> =
        all.iter().filter(|file| file.starts_with("th105/")).cloned().collect();
    for pattern in ["./th105/...", "th105/...", "th105", "./th105/", "th105/bad", "th101/../th105"]
    {
        assert_eq!(at(&[pattern]), of_rule, "{pattern}");
    }
    assert_eq!(at(&["th105/bad/hits.go"]), BTreeSet::from(["th105/bad/hits.go".to_owned()]));
    let two = at(&["th105/bad/hits.go", "th106/bad/visits.go"]);
    assert_eq!(two.len(), 2, "{two:?}");
    assert_eq!(at(&["th105/good"]), BTreeSet::new());
}

/// `th10` is no folder, and `th105/bad/hit` no file: a prefix of a name is not a pattern.
#[test]
fn a_part_of_a_name_is_no_pattern() {
    let folder = module();
    for part in ["th10", "th105/bad/hit", "th10/..."] {
        assert_eq!(concise(folder.path(), &[part]).code, 2, "{part}");
    }
    let beside = folder.path().join("th105/bad2");
    copy_tree(&folder.path().join("th106/bad"), &beside);
    let out = concise(folder.path(), &["th105/bad"]);
    assert!(files(&out).iter().all(|file| file.starts_with("th105/bad/")), "{}", out.stdout);
}

/// From inside a folder, paths are still those of the module, and the whole module is read.
#[test]
fn a_run_from_inside_a_module_reads_all_of_it() {
    let folder = module();
    let out = concise(&folder.path().join("th101/bad"), &[]);
    assert_eq!(out.code, 1, "{}", out.stderr);
    assert!(files(&out).iter().all(|file| file.starts_with("th101/bad/")), "{}", out.stdout);
    assert!(out.stdout.contains("th101/bad/registry.go:"), "{}", out.stdout);
}

#[test]
fn who_else_touches_a_map_may_stand_outside_of_the_pattern() {
    let folder = module_of(
        "package t\n\nimport \"sync\"\n\ntype C struct {\n\tMu sync.Mutex\n\tM  map[string]int\n}\n\nfunc (c *C) Put(k string) { c.Mu.Lock(); c.M[k]++; c.Mu.Unlock() }\nfunc (c *C) Drop(k string) { c.Mu.Lock(); delete(c.M, k); c.Mu.Unlock() }\nfunc (c *C) Get(k string) int { c.Mu.Lock(); defer c.Mu.Unlock(); return c.M[k] }\n",
    );
    fs::create_dir(folder.path().join("use")).unwrap();
    fs::write(
        folder.path().join("use/use.go"),
        "package use\n\nimport \"example.com/t\"\n\nfunc Inc(c *t.C) { c.M[\"a\"]++ }\n",
    )
    .unwrap();
    let out = concise(folder.path(), &["./use"]);
    assert_eq!(files(&out), BTreeSet::from(["use/use.go"]), "{}", out.stderr);
    assert_eq!(concise(folder.path(), &["t.go"]).code, 0);
}

#[test]
fn rules_are_selected_and_ignored_by_code_or_its_beginning() {
    let folder = module();
    let of = |arguments: &[&str]| {
        let out = concise(folder.path(), arguments);
        codes(&out).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of(&[]), CODES);
    // Findings of TH307 are of low grade.
    let shown: Vec<&str> = all().into_iter().filter(|code| *code != "TH307").collect();
    assert_eq!(of(&["--select", "TH"]), shown);
    assert_eq!(of(&["--select", "TH3"]), shown[CODES.len()..]);
    assert_eq!(of(&["--select", "TH3", "--preview"]), ADVICE);
    assert_eq!(of(&["--select", "TH1"]), CODES[..13]);
    assert_eq!(of(&["--select", "TH2"]), CODES[13..]);
    assert_eq!(of(&["--select", "TH105"]), ["TH105"]);
    assert_eq!(of(&["--select", "TH105,TH106"]), ["TH105", "TH106"]);
    assert_eq!(of(&["--select", "TH105", "--select", "TH106"]), ["TH105", "TH106"]);
    assert_eq!(of(&["--ignore", "TH101,TH102,TH103"]), CODES[3..]);
    assert_eq!(of(&["--select", "TH10", "--ignore", "TH105"]).len(), 8);
    let none = concise(folder.path(), &["--ignore", "TH1,TH2"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, ""));
    let unknown = concise(folder.path(), &["--select", "TH999"]);
    assert!(
        unknown.stderr.contains("TH999") && unknown.stderr.contains("tophash rule"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn preview_shows_the_weak_findings_that_are_otherwise_counted() {
    let folder = module();
    let usual = json(folder.path(), &[]);
    let withheld = usual["withheld"].as_u64().unwrap();
    assert!(withheld > 0);
    let preview = json(folder.path(), &["--preview"]);
    assert_eq!(preview["withheld"], 0);
    let count = |document: &Value| document["findings"].as_array().unwrap().len() as u64;
    assert_eq!(count(&preview), count(&usual) + withheld);
    let grades = |document: &Value| {
        let findings = document["findings"].as_array().unwrap().iter();
        findings.map(|found| found["grade"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert!(!grades(&usual).contains("low") && grades(&preview).contains("low"));
    let full = run_in(folder.path(), &["check"]);
    assert!(full.stdout.contains("--grade low shows all"), "{}", full.stdout);
}

#[test]
fn the_least_grade_withholds_what_is_below_it() {
    let folder = module();
    let shown = |grade: &str| {
        let document = json(folder.path(), &["--grade", grade]);
        let findings = document["findings"].as_array().unwrap().clone();
        (findings, document["withheld"].as_u64().unwrap())
    };
    let (all, none) = shown("low");
    assert_eq!(none, 0);
    let (high, withheld) = shown("high");
    assert_eq!(high.len() as u64 + withheld, all.len() as u64);
    assert!(!high.is_empty() && high.iter().all(|found| found["grade"] == "high"));
    assert_eq!(json(folder.path(), &[]), json(folder.path(), &["--grade", "medium"]));
    let both = run_in(folder.path(), &["check", "--grade", "high", "--preview"]);
    assert_eq!(both.code, 2, "{}", both.stderr);
}

#[test]
fn statistics_count_the_findings_of_each_rule_beside_the_output() {
    let folder = module();
    let plain = concise(folder.path(), &["th105"]);
    let counted = concise(folder.path(), &["th105", "--statistics"]);
    assert_eq!(plain.stdout, counted.stdout);
    let line = counted.stderr.lines().find(|line| line.starts_with("TH105")).unwrap();
    assert!(line.contains("write-under-read-lock") && line.contains(" high, "), "{line}");
    let counts = line.split_whitespace().filter_map(|word| word.parse::<usize>().ok());
    assert_eq!(counts.sum::<usize>(), plain.stdout.lines().count(), "{line}");
    assert!(!counted.stderr.contains("TH106"), "{}", counted.stderr);
}

#[test]
fn exit_zero_finds_the_same_and_exits_with_0() {
    let folder = module();
    let (gate, report) = (concise(folder.path(), &[]), concise(folder.path(), &["--exit-zero"]));
    assert_eq!((gate.code, report.code), (1, 0));
    assert_eq!(gate.stdout, report.stdout);
    assert_eq!(concise(folder.path(), &["--exit-zero", "nowhere"]).code, 2);
}

#[test]
fn test_files_are_checked_where_that_is_asked_for() {
    let folder = module_of("package t\n");
    let test = "package t\n\nimport (\n\t\"sync\"\n\t\"testing\"\n)\n\nfunc TestAll(t *testing.T) {\n\tseen := map[int]bool{}\n\tvar all sync.WaitGroup\n\tfor i := 0; i < 9; i++ {\n\t\tall.Add(1)\n\t\tgo func(i int) {\n\t\t\tdefer all.Done()\n\t\t\tseen[i] = true\n\t\t}(i)\n\t}\n\tall.Wait()\n}\n";
    fs::write(folder.path().join("t_test.go"), test).unwrap();
    assert_eq!(concise(folder.path(), &[]).code, 0);
    let asked = concise(folder.path(), &["--tests"]);
    assert!(asked.stdout.starts_with("t_test.go:15:"), "{} {}", asked.stdout, asked.stderr);
}

#[test]
fn targets_and_tags_choose_the_variant_that_is_checked() {
    let folder = module();
    let path = folder.path().join("th105/bad");
    fs::rename(path.join("hits.go"), path.join("hits_windows.go")).unwrap();
    let tagged = fs::read_to_string(path.join("leases.go")).unwrap();
    fs::write(path.join("leases.go"), format!("//go:build pro\n\n{tagged}")).unwrap();
    let of = |arguments: &[&str]| {
        let out = concise(folder.path(), &[&["th105"], arguments].concat());
        files(&out)
            .into_iter()
            .map(|file| file.trim_start_matches("th105/bad/").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&[]), ["helper.go", "thumbs.go"]);
    assert_eq!(of(&["--goos", "windows"]), ["helper.go", "hits_windows.go", "thumbs.go"]);
    assert_eq!(of(&["--tags", "other,pro"]), ["helper.go", "leases.go", "thumbs.go"]);
}

/// A gate over what was committed does not see what lies around.
#[test]
fn rev_checks_the_tree_of_that_commit() {
    let folder = module();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
        let mut command = Command::new("git");
        assert!(
            command
                .arg("-C")
                .arg(folder.path())
                .args(identity)
                .args(arguments)
                .status()
                .unwrap()
                .success()
        );
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "as it was"]);
    git(&["tag", "v1"]);
    let before = concise(folder.path(), &[]);
    for code in all() {
        fs::remove_dir_all(folder.path().join(code.to_lowercase())).unwrap();
    }
    assert_eq!(concise(folder.path(), &[]).code, 0);
    assert_eq!(concise(folder.path(), &["--rev", "v1"]).stdout, before.stdout);
}

#[test]
fn generated_files_are_left_out_and_said() {
    let folder = module();
    let path = folder.path().join("th105/bad/hits.go");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("// Code generated by hits. DO NOT EDIT.\n\n{text}")).unwrap();
    let out = concise(folder.path(), &["th105"]);
    assert!(!out.stdout.contains("hits.go"), "{}", out.stdout);
    assert!(out.stderr.contains("note: ") && out.stderr.contains("generated"), "{}", out.stderr);
}

const THUMBS: &str = "\
TH105 write-under-read-lock: Thumbs.byPath is written while t.mu is held for reading only
  --> th105/bad/thumbs.go:25:3
   |
18 | // Get fills the map in a getter.
19 | func (t *Thumbs) Get(path string) string {
20 |     t.mu.RLock()
   |     ---- the lock is taken for reading here
21 |     defer t.mu.RUnlock()
22 |     thumb, ok := t.byPath[path]
23 |     if !ok {
24 |         thumb = t.shrink(path)
25 |         t.byPath[path] = thumb // want TH105
   |         ^^^^^^^^ here
26 |     }
27 |     return thumb
   |
  ::: th105/bad/thumbs.go:9:2
   |
 7 | type Thumbs struct {
 8 |     mu     sync.RWMutex
 9 |     byPath map[string]string
   |     ------ the map is declared here
10 |     shrink func(string) string
11 | }
   |
  map       example.com/check/th105/bad.Thumbs.byPath map[string]string, field of Thumbs
  grounds   RLock lets other readers in, who may do the same (medium)
  help      take t.mu with Lock for the change

";

#[test]
fn full_shows_the_source_the_grounds_and_the_way_out() {
    let folder = module();
    let out = run_in(folder.path(), &["check", "th105/bad/thumbs.go"]);
    let (finding, summary) = out.stdout.split_at(out.stdout.find("1 finding in ").unwrap());
    // How sure the rule is may change; how that is said does not.
    assert_eq!(finding.replace("(high)", "(medium)"), THUMBS);
    assert!(summary.contains("that are changed after they are shared"), "{summary}");
    assert!(out.stderr.contains("tophash rule TH105"), "{}", out.stderr);
}

#[test]
fn colour_is_for_whoever_asks_for_it() {
    let folder = module();
    let plain = run_in(folder.path(), &["check", "th105"]);
    let coloured = run_in(folder.path(), &["check", "th105", "--color", "always"]);
    assert!(!plain.stdout.contains('\u{1b}') && coloured.stdout.contains("\u{1b}["));
    for format in ["concise", "json", "sarif"] {
        let arguments = ["check", "th105", "--color", "always", "--format", format];
        assert!(!run_in(folder.path(), &arguments).stdout.contains('\u{1b}'), "{format}");
    }
}

#[test]
fn concise_is_one_line_a_finding_with_a_place_that_editors_open() {
    let folder = module();
    let out = concise(folder.path(), &["--preview"]);
    let document = json(folder.path(), &["--preview"]);
    assert_eq!(out.stdout.lines().count(), document["findings"].as_array().unwrap().len());
    for line in out.stdout.lines() {
        let (place, rest) = line.split_once(": ").unwrap();
        let mut parts = place.split(':');
        let path = folder.path().join(parts.next().unwrap());
        let number: usize = parts.next().unwrap().parse().unwrap();
        let column: usize = parts.next().unwrap().parse().unwrap();
        let text = fs::read_to_string(path).unwrap();
        assert!(column <= text.lines().nth(number - 1).unwrap().len(), "{line}");
        let (code, message) = rest.split_once(": ").unwrap();
        assert!(CODES.contains(&code), "{line}");
        let grade = message.rsplit(" [").next().unwrap();
        assert!(["high]", "medium]", "low]"].contains(&grade), "{line}");
    }
}

#[test]
fn json_has_a_schema_version_and_the_findings() {
    let folder = module();
    let document = json(folder.path(), &["th105/bad/thumbs.go"]);
    assert_eq!(document["schema_version"], 1);
    assert!(document["maps"].as_u64().unwrap() > 0 && document["accesses"].as_u64().unwrap() > 0);
    assert!(document["notes"].is_array() && document["withheld"].is_u64(), "{document}");
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    let found = &findings[0];
    assert_eq!(found["code"], "TH105");
    assert_eq!(found["rule"], "write-under-read-lock");
    assert!(["high", "medium"].contains(&found["grade"].as_str().unwrap()), "{found}");
    assert_eq!(found["map"]["id"], "example.com/check/th105/bad.Thumbs.byPath");
    assert_eq!(found["access"]["site"]["file"], "th105/bad/thumbs.go");
    assert_eq!(found["access"]["site"]["line"], 25);
    assert_eq!(found["access"]["operation"], "write");
    assert_eq!(found["related"][0]["role"], "declaration");
}

/// Whatever a file is called and whatever stands in it, the outputs for programs stay whole.
#[test]
fn odd_names_and_text_do_not_break_the_formats() {
    let folder = module();
    let odd = "th105/bad/a b#ü%41.go";
    fs::rename(folder.path().join("th105/bad/thumbs.go"), folder.path().join(odd)).unwrap();
    let out = concise(folder.path(), &["th105"]);
    assert!(out.stdout.contains(&format!("{odd}:25:3: TH105")), "{}", out.stdout);
    let document = json(folder.path(), &["th105"]);
    assert!(
        document["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|found| found["access"]["site"]["file"] == odd)
    );
    let sarif = sarif(folder.path(), &["th105"]);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let uri = |result: &Value| {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
    };
    assert!(
        results.iter().any(|result| uri(result) == "th105/bad/a%20b%23%C3%BC%2541.go"),
        "{sarif}"
    );
}

fn sarif(folder: &Path, arguments: &[&str]) -> Value {
    let out = run_in(folder, &[&["check", "--format", "sarif"], arguments].concat());
    serde_json::from_str(&out.stdout).unwrap_or_else(|error| panic!("{error}: {}", out.stderr))
}

/// The parts of SARIF 2.1.0 that a location must have (§3.28 to §3.30).
fn check_location(location: &Value) {
    let physical = &location["physicalLocation"];
    let artifact = &physical["artifactLocation"];
    let uri = artifact["uri"].as_str().unwrap();
    assert!(!uri.starts_with('/') && !uri.contains('\\') && !uri.contains(".."), "{uri}");
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
    assert!(uri.chars().all(allowed), "{uri}");
    assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
    let region = &physical["region"];
    assert!(region["startLine"].as_u64().unwrap() >= 1, "{region}");
    assert!(
        region.get("startColumn").is_none_or(|column| column.as_u64().unwrap() >= 1),
        "{region}"
    );
}

#[test]
fn sarif_is_a_log_that_code_scanning_takes() {
    let folder = module();
    let log = sarif(folder.path(), &["--preview"]);
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let driver = &runs[0]["tool"]["driver"];
    assert_eq!(driver["name"], "tophash");
    assert!(driver["semanticVersion"].as_str().unwrap().split('.').count() == 3, "{driver}");
    let bases = runs[0]["originalUriBaseIds"].as_object().unwrap();
    assert_eq!(bases.keys().collect::<Vec<_>>(), ["%SRCROOT%"]);

    let rules = driver["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, all().into_iter().collect());
    for rule in rules {
        for text in [&rule["name"], &rule["shortDescription"]["text"], &rule["help"]["text"]] {
            assert!(!text.as_str().unwrap().is_empty(), "{rule}");
        }
    }

    let results = runs[0]["results"].as_array().unwrap();
    let mut levels = BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let level = result["level"].as_str().unwrap();
        let of_grade = match result["properties"]["grade"].as_str().unwrap() {
            "high" => "error",
            "medium" => "warning",
            _ => "note",
        };
        assert_eq!(level, of_grade);
        levels.insert(level);
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        check_location(&result["locations"][0]);
        let related = result["relatedLocations"].as_array().unwrap();
        for (id, location) in related.iter().enumerate() {
            check_location(location);
            assert_eq!(location["id"].as_u64(), Some(id as u64));
            assert!(!location["message"]["text"].as_str().unwrap().is_empty());
        }
        let prints = result["partialFingerprints"].as_object().unwrap();
        assert!(prints.values().all(|print| !print.as_str().unwrap().is_empty()));
        assert_eq!(prints.keys().collect::<Vec<_>>(), ["tophash/v1"]);
    }
    assert_eq!(levels, BTreeSet::from(["error", "note", "warning"]));
    let document = json(folder.path(), &["--preview"]);
    assert_eq!(results.len(), document["findings"].as_array().unwrap().len());
}

#[test]
fn sarif_of_a_clean_tree_is_a_run_without_results() {
    let folder = module();
    let out = run_in(folder.path(), &["check", "--format", "sarif", "th105/good"]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    let log: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

/// Columns of Go are bytes, those of the log are UTF-16 code units, as it says.
#[test]
fn sarif_counts_columns_as_it_says() {
    let folder = module();
    let path = folder.path().join("th105/bad/thumbs.go");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\t\tt.byPath[path] =", "\t\t/* ü */ t.byPath[path] =")).unwrap();
    let log = sarif(folder.path(), &["th105/bad/thumbs.go"]);
    assert_eq!(log["runs"][0]["columnKind"], "utf16CodeUnits");
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startColumn"], 11, "{region}");
}

/// What is counted is what was asked for.
#[test]
fn what_is_withheld_is_counted_where_was_looked() {
    let folder = module();
    let document = json(folder.path(), &["th105/bad/thumbs.go"]);
    assert_eq!(document["withheld"], 0);
}

#[test]
fn rule_lists_all_and_prints_the_page_of_each() {
    let list = run(&["rule"]);
    assert_eq!(list.code, 0, "{}", list.stderr);
    let codes: Vec<&str> =
        list.stdout.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(codes, all());
    for line in list.stdout.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (code, name) = (words[0], words[1]);
        let page = run(&["rule", code]);
        assert_eq!(page.code, 0, "{}", page.stderr);
        assert!(page.stdout.starts_with(&format!("# {code} {name}\n")), "{}", page.stdout);
        for section in ["What it does", "Why is this bad", "Example", "Use instead", "References"] {
            assert!(page.stdout.contains(&format!("\n## {section}\n")), "{code} has no {section}");
        }
        assert!(!page.stdout.contains("//!") && page.stdout.contains("```go\n"), "{code}");
        for spelling in [code.to_lowercase().as_str(), name] {
            assert_eq!(run(&["rule", spelling]).stdout, page.stdout, "{spelling}");
        }
    }
}

#[test]
fn a_rule_that_is_not_there_is_an_error_with_a_hint() {
    let out = run(&["rule", "NOPE"]);
    assert_eq!((out.code, out.stdout.as_str()), (2, ""));
    assert!(
        out.stderr.contains("NOPE") && out.stderr.contains("hint: tophash rule"),
        "{}",
        out.stderr
    );
}

#[test]
fn two_runs_give_the_same_bytes() {
    let folder = module();
    for format in ["full", "concise", "json", "sarif"] {
        let arguments = ["check", "--preview", "--statistics", "--format", format];
        let first = run_in(folder.path(), &arguments);
        for _ in 0..3 {
            let again = run_in(folder.path(), &arguments);
            assert_eq!(
                (again.code, &again.stdout, &again.stderr),
                (first.code, &first.stdout, &first.stderr)
            );
        }
    }
}

/// The check of the example service finds the races that its incidents are about.
#[test]
fn the_example_service_is_found_and_its_repaired_form_is_clean() {
    let out = run(&["check", common::ORDERS, "--format", "concise"]);
    assert_eq!(out.code, 1, "{}", out.stderr);
    assert!(out.stdout.contains("internal/status/cleaner.go:28"), "{}", out.stdout);
    let repaired = run(&["check", &format!("{}-repaired", common::ORDERS), "--format", "concise"]);
    assert_eq!((repaired.code, repaired.stdout.as_str()), (0, ""), "{}", repaired.stderr);
}

/// Two functions that forget the lock which two others take.
const UNEVEN: &str = "package t

import \"sync\"

type C struct {
	mu sync.Mutex
	m  map[int]int
}

func New() *C { return &C{m: make(map[int]int)} }

func (c *C) Put(k int) { c.mu.Lock(); defer c.mu.Unlock(); c.m[k] = 1 }

func (c *C) Drop(k int) { c.mu.Lock(); defer c.mu.Unlock(); delete(c.m, k) }

func (c *C) Get(k int) int {
	return c.m[k]
}

func (c *C) Has(k int) bool {
	_, ok := c.m[k]
	return ok
}
";

#[test]
fn a_comment_with_a_reason_suppresses_a_finding() {
    let lines = |source: &str| {
        let folder = module_of(source);
        let out = concise(folder.path(), &[]);
        let lines: Vec<String> = out
            .stdout
            .lines()
            .map(|line| line.split(':').nth(1).unwrap_or_default().to_owned())
            .collect();
        (lines, out.stderr)
    };
    let at = |comment: &str| {
        UNEVEN.replace("\treturn c.m[k]\n", &format!("\treturn c.m[k] {comment}\n"))
    };
    let before = |comment: &str| {
        UNEVEN.replace("\treturn c.m[k]\n", &format!("\t{comment}\n\treturn c.m[k]\n"))
    };
    assert_eq!(lines(UNEVEN).0, ["17", "21"]);
    for good in [
        "//tophash:ignore TH101 filled before the server starts",
        "//tophash:ignore TH1 filled before",
        "//tophash:ignore TH105,th101 filled before",
        "//nolint:tophash // filled before",
        "//nolint:errcheck,tophash // filled before",
        "// nolint:tophash // filled before",
    ] {
        let (found, said) = lines(&at(good));
        assert_eq!((found.as_slice(), said.contains("t.go:17")), (&["21".to_owned()][..], false));
        assert_eq!(lines(&before(good)).0, ["22"], "{good} on the line before");
    }
    let two = before("//tophash:ignore TH101 one\n\t//nolint:errcheck // another");
    assert_eq!(lines(&two).0, ["23"]);
    for (bad, says) in [
        ("//tophash:ignore TH101", "without a reason"),
        ("//tophash:ignore", "which rules"),
        ("//tophash:ignore because", "which rules"),
        ("//nolint:tophash", "without a reason"),
        ("//tophash:ignore TH105 another rule", "nothing to suppress"),
    ] {
        let (found, said) = lines(&at(bad));
        assert_eq!(found, ["17", "21"], "{bad}");
        assert!(said.contains("t.go:17") && said.contains(says), "{bad}: {said}");
    }
    for other in ["//nolint:errcheck // theirs", "//nolint", "/* tophash:ignore TH101 x */"] {
        let (found, said) = lines(&at(other));
        assert_eq!((found.len(), said.contains("t.go:17")), (2, false), "{other}: {said}");
    }
    let text = UNEVEN
        .replace("c.m[k]\n\treturn ok", "c.m[len(\"//tophash:ignore TH101 x\")]\n\treturn ok");
    assert_eq!(lines(&text).0, ["17", "21"], "a string is no comment");
    // A rule that does not run has nothing to suppress, and that is nobody's fault.
    let folder = module_of(&at("//tophash:ignore TH101 filled before"));
    let out = concise(folder.path(), &["--select", "TH105"]);
    assert_eq!((out.code, out.stderr.contains("nothing to suppress")), (0, false));
    assert_eq!(json(folder.path(), &[])["suppressed"], 1);
}

#[test]
fn a_baseline_lets_only_what_is_new_through() {
    let folder = module_of(UNEVEN);
    let file = folder.path().join("tophash.baseline");
    let written = concise(folder.path(), &["--write-baseline", "tophash.baseline"]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""), "{}", written.stderr);
    assert!(written.stderr.contains("2 findings written"), "{}", written.stderr);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    let with = ["--baseline", "tophash.baseline"];
    let known = concise(folder.path(), &with);
    assert_eq!((known.code, known.stdout.as_str()), (0, ""), "{}", known.stderr);
    assert_eq!(json(folder.path(), &with)["known"], 2);
    // Lines move, and one more access of the same function is new.
    let moved = UNEVEN.replace("\treturn c.m[k]\n", "\n\n\tc.m[k+1] = 1\n\treturn c.m[k]\n");
    fs::write(folder.path().join("t.go"), &moved).unwrap();
    let new = concise(folder.path(), &with);
    assert_eq!((new.code, new.stdout.lines().count()), (1, 1), "{}", new.stdout);
    assert!(new.stdout.starts_with("t.go:19:"), "{}", new.stdout);
    // What is mended is said to be gone.
    let mended = UNEVEN.replace("\treturn c.m[k]\n", "\treturn 0\n");
    fs::write(folder.path().join("t.go"), mended).unwrap();
    let gone = concise(folder.path(), &with);
    assert_eq!(gone.code, 0);
    assert!(gone.stderr.contains("1 finding of the baseline"), "{}", gone.stderr);
    for (text, says) in [("", "is no baseline"), ("TH101:x\n", "is no baseline")] {
        fs::write(&file, text).unwrap();
        let out = concise(folder.path(), &with);
        assert_eq!((out.code, out.stderr.contains(says)), (2, true), "{}", out.stderr);
    }
    let missing = concise(folder.path(), &["--baseline", "missing"]);
    assert!(missing.code == 2 && missing.stderr.contains("--write-baseline"));
    let nowhere = concise(folder.path(), &["--write-baseline", "no/such/folder/file"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.stderr);
}

#[test]
fn build_servers_get_their_own_formats() {
    let folder = module_of(UNEVEN);
    let github = run_in(folder.path(), &["check", "--format", "github"]);
    let first = github.stdout.lines().next().unwrap();
    assert!(
        first.starts_with("::warning file=t.go,line=17,col=9,title=TH101 inconsistent-lock::C.m "),
        "{first}"
    );
    assert_eq!((github.code, github.stdout.lines().count()), (1, 2));
    let gitlab = run_in(folder.path(), &["check", "--format", "gitlab"]);
    let issues: Value = serde_json::from_str(&gitlab.stdout).unwrap();
    assert_eq!(issues[0]["check_name"], "TH101");
    assert_eq!(issues[0]["severity"], "major");
    assert_eq!(issues[1]["location"], serde_json::json!({"path": "t.go", "lines": {"begin": 21}}));
    assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
}
