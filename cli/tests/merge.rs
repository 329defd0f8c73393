//! `check --merge`: what other tools print comes together with our findings, map by map.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a test says what it skips")]

mod common;
#[path = "../../doctor/go-source/tests/common/toolchain.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod toolchain;

use common::{Out, REPORTED, copy_tree, run_in, run_with};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TH101: &str = "stock/shelf.go:33:2: TH101: Shelf.goods is deleted from without Shelf.mu, which guards it elsewhere [high]";
const TH201: &str =
    "stock/orders.go:30:3: TH201: index is written and is declared without a value [high]";
const RACE: &str = "stock/orders.go:10:2: race: sold: one goroutine was writing to it while another was reading it [high]";
const COPY: &str = "stock/shelf.go:37:9: vet:copylocks: Shelf.goods: Total passes lock by value: example.com/reported/stock.Shelf contains sync.Mutex [medium]";
const GUARD: &str =
    "stock/orders.go:17:15: staticcheck:S1036: at: unnecessary guard around map access [medium]";

fn recorded(name: &str) -> PathBuf {
    Path::new(REPORTED).join("output").join(name)
}

fn module() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_tree(REPORTED.as_ref(), folder.path());
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Out {
    run_in(folder, &[&["check", "--no-config"], arguments].concat())
}

/// Checks with recorded outputs; the lines of the findings.
fn lines(folder: &Path, outputs: &[&str], arguments: &[&str]) -> Vec<String> {
    let files: Vec<String> =
        outputs.iter().map(|name| recorded(name).display().to_string()).collect();
    let mut all = vec!["--format", "concise"];
    for file in &files {
        all.extend(["--merge", file]);
    }
    all.extend(arguments);
    let out = check(folder, &all);
    assert!(out.code <= 1, "{}", out.stderr);
    assert_eq!(out.code == 1, !out.stdout.is_empty());
    out.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn everything_comes_together_by_map() {
    let folder = module();
    // Without the tools, the race is unlikely enough to stay below the gate.
    assert_eq!(lines(folder.path(), &[], &[]), [TH201]);
    let all = [RACE, GUARD, TH201, TH101, COPY];
    assert_eq!(lines(folder.path(), &["vet.txt", "staticcheck.txt", "race.txt"], &[]), all);
    assert_eq!(lines(folder.path(), &["vet.json", "staticcheck.json", "race.json"], &[]), all);
    assert_eq!(lines(folder.path(), &["vet-1.21.txt", "staticcheck.sarif", "race.txt"], &[]), all);
    assert_eq!(lines(folder.path(), &["staticcheck-stylish.txt"], &[]), [GUARD, TH201]);
    // The heading of one output says nothing of the next.
    let log = [
        "# example.com/reported/other\n".as_bytes(),
        &fs::read(recorded("staticcheck.txt")).unwrap(),
    ]
    .concat();
    fs::write(folder.path().join("log"), log).unwrap();
    let out = check(folder.path(), &["--format", "concise", "--merge", "log"]);
    assert_eq!(out.stdout.lines().collect::<Vec<_>>(), [GUARD, TH201]);
}

#[test]
fn a_race_that_was_seen_is_as_sure_as_can_be_and_says_where_it_was_seen() {
    let folder = module();
    let race = recorded("race.txt").display().to_string();
    let out = check(folder.path(), &["--format", "json", "--merge", &race]);
    let json: Value = serde_json::from_str(&out.stdout).unwrap();
    let of = |code: &str| {
        let all = json["findings"].as_array().unwrap();
        all.iter()
            .find(|finding| finding["code"] == code)
            .unwrap_or_else(|| panic!("{code}"))
            .clone()
    };
    let ground = format!("the race detector saw this: {race}");
    for code in ["TH101", "race"] {
        assert_eq!(of(code)["grade"], "high");
        assert!(of(code)["because"].as_array().unwrap().contains(&Value::from(ground.as_str())));
    }
    let merged = json["merged"].as_array().unwrap();
    let told: Vec<_> = merged
        .iter()
        .map(|one| (one["told_by"].as_str().unwrap(), one["report_line"].as_u64().unwrap()))
        .collect();
    let warnings: Vec<u64> = (1u64..)
        .zip(fs::read_to_string(recorded("race.txt")).unwrap().lines())
        .filter(|(_, line)| *line == "WARNING: DATA RACE")
        .map(|(number, _)| number)
        .collect();
    assert_eq!(told.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["TH101", "race"]);
    assert!(told.iter().all(|(_, line)| warnings.contains(line)), "{told:?} {warnings:?}");
}

#[test]
fn what_is_about_no_map_is_counted_and_left() {
    let folder = module();
    let log =
        ["vet.txt", "staticcheck.txt", "race.txt"].map(|name| fs::read(recorded(name)).unwrap());
    let log_file = folder.path().join("log");
    fs::write(&log_file, log.concat()).unwrap();
    let out = check(folder.path(), &["--merge", "log"]);
    for note in [
        "note: 1 entry of go vet is about no map; it is left to go vet",
        "note: 1 entry of staticcheck is about no map; it is left to staticcheck",
        "note: 1 race of the race detector is about no map; it is left to the race detector",
    ] {
        assert!(out.stderr.contains(note), "{}", out.stderr);
    }
    assert!(out.stdout.contains(
        "by map\n  example.com/reported/stock.Group.at: staticcheck:S1036\n  \
         example.com/reported/stock.Index.index: TH201 (staticcheck:SA5000)\n  \
         example.com/reported/stock.Shelf.goods: TH101 (race), vet:copylocks\n  \
         example.com/reported/stock.sold: race\n"
    ));
}

#[test]
fn the_manners_of_findings_hold_for_merged_ones() {
    let folder = module();
    let outputs = ["vet.txt", "staticcheck.txt", "race.txt"];
    let some = |arguments: &[&str]| lines(folder.path(), &outputs, arguments);
    assert_eq!(
        some(&["--select", "race,vet"]),
        [
            RACE.to_owned(),
            TH101.replace("TH101: ", "race: ").replace(
                "Shelf.goods is deleted from without Shelf.mu, which guards it elsewhere",
                "Shelf.goods: one goroutine was deleting from it while another was reading it"
            ),
            COPY.to_owned()
        ]
    );
    assert_eq!(some(&["--select", "staticcheck:SA5000"]).len(), 1);
    assert_eq!(some(&["--ignore", "race,staticcheck"]), [TH201, TH101, COPY]);
    assert_eq!(some(&["--grade", "high"]), [RACE, TH201, TH101]);
    assert_eq!(some(&["./stock/shelf.go"]), [TH101, COPY]);

    let wrong = check(folder.path(), &["--select", "vettt"]);
    assert_eq!(wrong.code, 2);

    // Comments suppress by the tools' codes, and are no fault where no output is merged.
    let orders = folder.path().join("stock/orders.go");
    let source = fs::read_to_string(&orders).unwrap();
    let comment = "\tsold[name]++ //tophash:ignore race one test alone does this\n";
    fs::write(&orders, source.replace("\tsold[name]++\n", comment)).unwrap();
    assert_eq!(some(&[]), [GUARD, TH201, TH101, COPY]);
    let quiet = check(folder.path(), &["--format", "concise"]);
    assert!(!quiet.stderr.contains("nothing to suppress"), "{}", quiet.stderr);
    fs::write(&orders, source).unwrap();

    let race = recorded("race.txt").display().to_string();
    let vet = recorded("vet.txt").display().to_string();
    let merge = ["--merge", &race, "--merge", &vet];
    let written = check(folder.path(), &[&["--write-baseline", "known"], &merge[..]].concat());
    assert_eq!(written.code, 0);
    let left = check(folder.path(), &[&["--baseline", "known"], &merge[..]].concat());
    assert_eq!(left.code, 0, "{}", left.stdout);

    for format in ["sarif", "github", "gitlab", "junit", "checkstyle"] {
        let out = check(folder.path(), &[&["--format", format], &merge[..]].concat());
        assert!(
            out.code == 1 && out.stdout.contains("vet:copylocks")
                || out.stdout.contains("vet%3Acopylocks"),
            "{format}"
        );
    }
    let out =
        check(folder.path(), &[&["--statistics", "--format", "concise"], &merge[..]].concat());
    assert!(out.stderr.contains("vet:copylocks go vet"), "{}", out.stderr);
}

#[test]
fn a_revision_has_what_its_lines_have() {
    let folder = module();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(folder.path()).args(["-c", "user.name=t", "-c", "user.email=t@t"]);
        assert!(git.args(arguments).output().unwrap().status.success());
    };
    let orders = folder.path().join("stock/orders.go");
    let source = fs::read_to_string(&orders).unwrap();
    let before = source.replace("\tsold[name]++\n", "\tsold[name] += 1\n");
    fs::write(&orders, before).unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "one"]);
    fs::write(&orders, source).unwrap();
    let outputs = ["vet.txt", "staticcheck.txt", "race.txt"];
    assert_eq!(lines(folder.path(), &outputs, &["--new-from-rev", "HEAD"]), [RACE]);
}

#[test]
fn paths_of_other_folders_and_machines_lead_to_the_tree() {
    let folder = module();
    let vet = "shelf.go:37:9: Total passes lock by value: example.com/reported/stock.Shelf contains sync.Mutex\n";
    for (below, path) in [
        ("stock", "./"),
        ("stock", "../stock/"),
        (".", "/build/agent/7/stock/"),
        (".", "example.com/reported/stock/"),
        (".", r"C:\work\reported\stock\"),
    ] {
        let at = folder.path().join(below);
        let out = run_in_with(
            &at,
            &["check", "--no-config", "--format", "concise", "--merge", "-", "--select", "vet"],
            format!("{path}{vet}").as_bytes(),
        );
        assert_eq!(out.0.trim_end(), COPY, "{path}: {}", out.1);
    }
    let mapped = [
        "check",
        "--no-config",
        "--format",
        "concise",
        "--merge",
        "-",
        "--select",
        "vet",
        "--path-map",
        "/x/y=stock",
    ];
    let out = run_in_with(folder.path(), &mapped, format!("/x/y/{vet}").as_bytes());
    assert_eq!(out.0.trim_end(), COPY);
    let elsewhere = run_in_with(folder.path(), &mapped, format!("/x/z/{vet}").as_bytes());
    assert_eq!(elsewhere.0, "");
    assert!(
        elsewhere.1.contains("1 entry of go vet lies in files that are not read here"),
        "{}",
        elsewhere.1
    );
}

/// A race report, whose sides are writes at these lines of `t.go`.
fn race_of(sides: [(&str, u32); 2]) -> String {
    let side = |head: &str, (function, line): (&str, u32)| {
        format!(
            "{head} at 0x00c000012345 by goroutine 7:\n  runtime.mapassign_faststr()\n      \
             /usr/local/go/src/runtime/map_faststr.go:203 +0x0\n  example.com/t.{function}()\n      /srv/app/t.go:{line} +0x44\n\n"
        )
    };
    let [one, other] = sides;
    let rule = "==================\n";
    format!(
        "{rule}WARNING: DATA RACE\n{}{}{rule}",
        side("Write", one),
        side("Previous write", other)
    )
}

/// A parameter is another name of the map that callers hand over.
#[test]
fn a_map_that_is_handed_over_has_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("go.mod"), "module example.com/t\n\ngo 1.21\n").unwrap();
    let source = "package t\n\ntype Box struct{ seen map[string]int }\n\n\
                  func note(m map[string]int) {\n\tm[\"a\"] = 1\n}\n\n\
                  func (b *Box) One() { note(b.seen) }\n\n\
                  func (b *Box) Two() { note(b.seen) }\n";
    fs::write(folder.path().join("t.go"), source).unwrap();
    fs::write(folder.path().join("race"), race_of([("note", 6), ("note", 6)])).unwrap();
    let out = check(folder.path(), &["--format", "concise", "--merge", "race"]);
    let line = "t.go:6:2: race: Box.seen: one goroutine was writing to it while another was writing to it [high]\n";
    assert_eq!((out.code, out.stdout.as_str()), (1, line), "{}", out.stderr);
}

/// Another source than the one that ran is no ground for a finding.
#[test]
fn a_race_at_lines_that_touch_no_map_is_a_note() {
    let folder = module();
    let race = race_of([("Gone", 3), ("Gone", 4)])
        .replace("example.com/t.", "example.com/reported/stock.");
    fs::write(folder.path().join("race"), race.replace("/srv/app/t.go", "/srv/app/stock/shelf.go"))
        .unwrap();
    let out = check(folder.path(), &["--format", "concise", "--merge", "race", "--select", "race"]);
    assert_eq!((out.code, out.stdout.as_str()), (0, ""));
    assert!(
        out.stderr.contains("note: race:2: a race on a map without a name: "),
        "{}",
        out.stderr
    );
}

/// Runs in a folder with input; what it printed on both streams.
fn run_in_with(folder: &Path, arguments: &[&str], input: &[u8]) -> (String, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), input).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_tophash"))
        .current_dir(folder)
        .env("TOPHASH_CACHE_DIR", common::cache_folder())
        .args(arguments)
        .stdin(fs::File::open(file.path()).unwrap())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(out.stdout), text(out.stderr))
}

#[test]
fn a_race_that_was_seen_is_repaired_at_both_sides() {
    let folder = module();
    let race = recorded("race.txt").display().to_string();
    let staticcheck = recorded("staticcheck.txt").display().to_string();
    let given = ["--fix", "--merge", &race, "--merge", &staticcheck];
    let out = check(folder.path(), &given);
    // What is unnecessary around a map harms nothing, and is left.
    assert_eq!(out.code, 1, "{}{}", out.stdout, out.stderr);
    assert!(
        out.stdout.contains(
            "repaired  stock/orders.go:10 race sold: declares soldMu beside sold and takes it at 1 access"
        ),
        "{}",
        out.stdout
    );
    assert!(out.stdout.contains("left      stock/orders.go:17 staticcheck:S1036 Group.at: "));
    let orders = fs::read_to_string(folder.path().join("stock/orders.go")).unwrap();
    let sell =
        "func Sell(name string) {\n\tsoldMu.Lock()\n\tdefer soldMu.Unlock()\n\tsold[name]++\n}";
    assert!(orders.contains(sell), "{orders}");
    let shelf = fs::read_to_string(folder.path().join("stock/shelf.go")).unwrap();
    assert!(shelf.contains("Drop(name string) {\n\ts.mu.Lock()\n"), "{shelf}");
}

/// A module whose map is locked in one place, and a report of a race at two others.
fn seen_race(last: &str) -> (tempfile::TempDir, String) {
    let source = format!(
        "package t\n\nimport \"sync\"\n\nvar (\n\tmu   sync.Mutex\n\tseen = map[string]int{{}}\n)\n\n\
         func Put(k string) {{\n\tmu.Lock()\n\tdefer mu.Unlock()\n\tseen[k]++\n}}\n\n\
         func Add(k string) {{\n\tseen[k] = 1\n}}\n\n{last}"
    );
    let folder = common::module_of(&source);
    let race = "==================\nWARNING: DATA RACE\n\
        Write at 0x00c00009b080 by goroutine 8:\n  runtime.mapassign_faststr()\n      /usr/local/go/src/internal/runtime/maps/runtime_faststr.go:263 +0x0\n  example.com/t.Add()\n      /src/t.go:17 +0x46\n\n\
        Previous read at 0x00c00009b080 by goroutine 9:\n  runtime.mapaccess1_faststr()\n      /usr/local/go/src/internal/runtime/maps/runtime_faststr.go:115 +0x0\n  example.com/t.Get()\n      /src/t.go:21 +0x64\n\n\
        Goroutine 8 (running) created at:\n  main.main()\n      /src/main.go:14 +0x64\n\n\
        Goroutine 9 (finished) created at:\n  main.main()\n      /src/main.go:15 +0x64\n==================\n";
    common::write(folder.path(), "race.txt", race);
    (folder, source)
}

#[test]
fn the_lock_of_the_map_is_taken_at_both_sides_of_a_race() {
    let (folder, _) = seen_race("func Get(k string) int {\n\treturn seen[k]\n}\n");
    let given = ["--select", "race", "--merge", "race.txt", "--fix"];
    let out = check(folder.path(), &given);
    assert_eq!(out.code, 0, "{}{}", out.stdout, out.stderr);
    assert!(out.stdout.contains("t.go:17 race seen: takes mu"), "{}", out.stdout);
    let text = fs::read_to_string(folder.path().join("t.go")).unwrap();
    assert!(text.contains("Add(k string) {\n\tmu.Lock()\n\tdefer mu.Unlock()\n"), "{text}");
    assert!(text.contains("Get(k string) int {\n\tmu.Lock()\n\tdefer mu.Unlock()\n"), "{text}");
}

#[test]
fn a_race_of_which_one_side_cannot_be_repaired_is_left_whole() {
    // Whether the caller of Get has the lock is not the same at both calls.
    let (folder, source) = seen_race(
        "func Get(k string) int {\n\treturn seen[k]\n}\n\n\
         func Has(k string) bool {\n\tmu.Lock()\n\tdefer mu.Unlock()\n\treturn Get(k) > 0\n}\n\n\
         func Lacks(k string) bool { return Get(k) == 0 }\n",
    );
    let given = ["--select", "race", "--merge", "race.txt", "--fix"];
    let out = check(folder.path(), &given);
    assert_eq!(out.code, 1, "{}{}", out.stdout, out.stderr);
    assert!(out.stdout.contains("left      t.go:17 race seen: "), "{}", out.stdout);
    assert_eq!(fs::read_to_string(folder.path().join("t.go")).unwrap(), source);
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = module();
    let missing = check(folder.path(), &["--merge", "nowhere.txt"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("cannot read nowhere.txt") && missing.stderr.contains("hint"));
    let mut cut = fs::read(recorded("vet.json")).unwrap();
    cut.truncate(cut.len() / 2);
    fs::write(folder.path().join("cut.json"), cut).unwrap();
    fs::write(folder.path().join("other"), "nothing of the kind\n").unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    let out =
        check(folder.path(), &["--merge", "cut.json", "--merge", "other", "--merge", "empty"]);
    assert!(out.stderr.contains("note: cut.json:1: JSON that is cut off"), "{}", out.stderr);
    assert!(out.stderr.contains("note: other holds nothing that is known"), "{}", out.stderr);
    assert!(!out.stderr.contains("empty"), "{}", out.stderr);
    assert_eq!(run_with(&["check", "--merge", "x", "--watch"], b"").code, 2);
}

/// What the real tools print now, rather than what they printed once.
#[test]
fn the_real_tools_are_merged() {
    let test = "the_real_tools_are_merged";
    let Some(go) = toolchain::go(27, test) else { return };
    if Command::new("gcc").arg("--version").output().is_err() {
        assert!(std::env::var("TOPHASH_REQUIRE").as_deref() != Ok("all"), "{test} needs gcc");
        eprintln!("SKIPPED {test}: the race detector needs gcc");
        return;
    }
    let folder = module();
    let print = |name: &str, arguments: &[&str]| {
        let mut command = go.command();
        let command = command.current_dir(folder.path()).env("CGO_ENABLED", "1").args(arguments);
        let out = command.output().unwrap();
        fs::write(folder.path().join(name), [out.stdout, out.stderr].concat()).unwrap();
    };
    print("vet", &["vet", "./..."]);
    print("race", &["test", "-race", "-count=1", "./..."]);
    print("vet.json", &["vet", "-json", "./..."]);
    print("race.json", &["test", "-race", "-count=1", "-json", "./..."]);
    for (vet, race) in [("vet", "race"), ("vet.json", "race.json")] {
        let arguments = ["--format", "concise", "--merge", vet, "--merge", race];
        let out = check(folder.path(), &arguments);
        let found: Vec<&str> = out.stdout.lines().collect();
        // Which side the detector catches differs from run to run; the places do not.
        assert!(
            found.contains(&TH101) && found.contains(&TH201) && found.contains(&COPY),
            "{}",
            out.stdout
        );
        assert!(
            found.iter().any(|line| line.starts_with("stock/orders.go:10:2: race: sold: ")),
            "{}",
            out.stdout
        );
        assert_eq!(found.len(), 4, "{}", out.stdout);
        let tests = check(folder.path(), &[&arguments[..], &["--tests"]].concat());
        assert!(tests.code == 1 && tests.stdout.contains(TH101), "{}", tests.stdout);
    }
}
