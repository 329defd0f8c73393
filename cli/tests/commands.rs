//! The commands as a user runs them, on the bundled example and its recorded crashes.

mod common;

use common::{ORDERS, copy_tree, crash, explain, run, run_with};
use std::fs;
use std::process::Command;

const CACHE: &str = "example.com/orders/internal/status.Cache.entries";

#[test]
fn explain_names_the_map_its_declaration_and_both_sides() {
    let out = explain("orders-status-cache", "1.27-single", ORDERS);
    assert_eq!(out.code, 0, "{}", out.stderr);
    for part in ["Cache.entries", "internal/status/cache.go:21", "cleaner.go:28", "cache.go:56"] {
        assert!(out.stdout.contains(part), "{part} is missing:\n{}", out.stdout);
    }
    // Only the faulting goroutine is printed since Go 1.26, and the report says how to get the others.
    assert!(out.stdout.contains("GOTRACEBACK=all"), "{}", out.stdout);
}

#[test]
fn explain_reads_standard_input() {
    let text = fs::read(crash("orders-status-cache", "1.27-single")).unwrap();
    let from_file = explain("orders-status-cache", "1.27-single", ORDERS);
    let from_stdin = run_with(&["explain", "-", "--source", ORDERS, "--format", "json"], &text);
    assert_eq!(from_stdin.code, from_file.code);
    assert!(from_stdin.stdout.contains(CACHE), "{}", from_stdin.stdout);
}

#[test]
fn json_has_a_schema_version_and_the_case() {
    let file = crash("orders-status-cache", "1.27-single");
    let arguments = ["explain", file.to_str().unwrap(), "--source", ORDERS, "--format", "json"];
    let document: serde_json::Value = serde_json::from_str(&run(&arguments).stdout).unwrap();
    assert!(document["schema_version"].is_number(), "{document}");
    assert!(document["cases"].as_array().is_some_and(|cases| cases.len() == 1), "{document}");
}

#[test]
fn explain_doctor_and_check_name_the_same_lock_at_the_same_accesses() {
    let json = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&run(arguments).stdout).unwrap()
    };
    let file = crash("orders-status-cache", "1.27-single");
    let file = file.to_str().unwrap();
    let explained = json(&["explain", file, "--source", ORDERS, "--format", "json"]);
    let guard = &explained["cases"][0]["guard"];
    let overview = json(&["doctor", ORDERS, "--format", "json"]);
    let rows = overview["maps"].as_array().unwrap();
    let row = rows.iter().find(|row| row["declaration"]["id"] == CACHE).unwrap();
    assert_eq!(guard["lock"], row["lock"]);
    assert_eq!(guard["under"], row["under_lock"]);
    assert_eq!(guard["of"], row["accesses"]);
    let checked = json(&["check", ORDERS, "--exit-zero", "--format", "json"]);
    let findings = checked["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["map"]["id"] == CACHE).unwrap();
    let said = format!(
        "{} of {} accesses hold {}",
        guard["under"],
        guard["of"],
        guard["name"].as_str().unwrap()
    );
    let grounds = finding["because"].to_string();
    assert!(grounds.contains(&said), "{said} is missing: {grounds}");
}

#[test]
fn concise_lines_are_places() {
    let file = crash("orders-status-cache", "1.27-single");
    let arguments = ["explain", file.to_str().unwrap(), "--source", ORDERS, "--format", "concise"];
    let out = run(&arguments);
    assert!(out.stdout.lines().count() > 3, "{}", out.stdout);
    // What has no place in the source, such as what could not be told, stands at `-`.
    for line in out.stdout.lines().filter(|line| !line.starts_with("-: ")) {
        let mut parts = line.splitn(3, ':');
        let (file, number) = (parts.next().unwrap(), parts.next().unwrap_or_default());
        assert!(file.ends_with(".go") && number.parse::<u32>().is_ok(), "not file:line: {line}");
    }
}

#[test]
fn markdown_is_a_ticket() {
    let file = crash("orders-status-cache", "1.27-single");
    let arguments = ["explain", file.to_str().unwrap(), "--source", ORDERS, "--format", "markdown"];
    let out = run(&arguments);
    assert!(out.stdout.starts_with('#') && out.stdout.contains("```"), "{}", out.stdout);
}

/// The tree is read as of the revision that crashed, not as it stands.
#[test]
fn rev_reads_the_tree_that_crashed() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("orders");
    copy_tree(ORDERS.as_ref(), &copy);
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
        let mut command = Command::new("git");
        assert!(
            command.arg("-C").arg(&copy).args(identity).args(arguments).status().unwrap().success()
        );
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "as it crashed"]);
    git(&["tag", "v1"]);
    fs::remove_dir_all(copy.join("internal/status")).unwrap();

    let file = crash("orders-status-cache", "1.27-single");
    let source = copy.to_str().unwrap();
    let now = run(&["explain", file.to_str().unwrap(), "--source", source]);
    assert!(!now.stdout.contains("Cache.entries"), "{}", now.stdout);
    let then = run(&["explain", file.to_str().unwrap(), "--source", source, "--rev", "v1"]);
    assert!(then.stdout.contains("Cache.entries"), "{} {}", then.stdout, then.stderr);
}

/// Paths of the text that share no tail with the tree are mapped by hand.
#[test]
fn path_map_leads_printed_paths_into_the_tree() {
    let text = fs::read_to_string(crash("orders-status-cache", "1.27-single")).unwrap();
    let moved = text.replace("example.com/orders/internal/status/", "/sandbox/7/s/");
    let arguments =
        ["explain", "-", "--source", ORDERS, "--path-map", "/sandbox/7/s=internal/status"];
    let out = run_with(&arguments, moved.as_bytes());
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("internal/status/cache.go:21"), "{}", out.stdout);
}

#[test]
fn doctor_recognises_and_joins_in_any_order() {
    let file = crash("orders-status-cache", "1.27-single");
    let out = run(&["doctor", ORDERS, file.to_str().unwrap()]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(
        out.stderr.contains("source tree") && out.stderr.contains("crash text"),
        "{}",
        out.stderr
    );
    assert!(out.stdout.contains("Cache.entries"), "{}", out.stdout);
    for step in ["detect", "stop", "repair", "verify", "watch"] {
        assert!(out.stdout.contains(step), "{step} is missing:\n{}", out.stdout);
    }
}

#[test]
fn doctor_lists_the_maps_of_a_tree_alone() {
    let out = run(&["doctor", ORDERS]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("Cache.entries"), "{}", out.stdout);
}

/// The four faults that the authors of the example did not see come before everything else.
#[test]
fn doctor_puts_uneven_locking_first_and_says_what_it_left_out() {
    let out = run(&["doctor", ORDERS]);
    let table: Vec<_> = out.stdout.lines().skip_while(|line| !line.contains("look at")).collect();
    let first: Vec<_> = table.iter().skip(1).take(5).collect();
    for map in ["Cache.entries", "Registry.conns", "Live.values", "Aggregator.totals"] {
        assert!(first.iter().any(|line| line.contains(map)), "{map}:\n{}", out.stdout);
    }
    assert!(out.stdout.contains("more: "), "{}", out.stdout);
    assert!(out.stdout.contains("--all"), "{}", out.stdout);
    let all = run(&["doctor", ORDERS, "--all"]);
    assert!(all.stdout.lines().count() > out.stdout.lines().count(), "{}", all.stdout);
    assert!(!all.stdout.contains("more: "), "{}", all.stdout);
}

#[test]
fn doctor_has_a_tree_in_every_format() {
    let concise = run(&["doctor", ORDERS, "--format", "concise"]).stdout;
    assert!(concise.lines().all(|line| line.contains(".go:")), "{concise}");
    assert!(concise.contains(CACHE), "{concise}");
    let markdown = run(&["doctor", ORDERS, "--format", "markdown"]).stdout;
    assert!(markdown.starts_with("## ") && markdown.contains(CACHE), "{markdown}");
    let json = run(&["doctor", ORDERS, "--format", "json"]).stdout;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["schema_version"], 1, "{document}");
    assert_eq!(document["maps"][0]["locking"], "mixed", "{document}");
}

#[test]
fn doctor_says_what_it_does_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heap.pb.gz");
    fs::write(&file, b"\x1f\x8b\x08\0").unwrap();
    let out = run(&["doctor", file.to_str().unwrap()]);
    assert_eq!(out.code, 3, "{}", out.stderr);
    assert!(out.stderr.contains("gzip"), "{}", out.stderr);
}

#[test]
fn demo_needs_nothing_and_unpacks_what_it_explains() {
    let out = run(&["demo"]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("Cache.entries"), "{}", out.stdout);

    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("demo");
    let target = target.to_str().unwrap();
    assert_eq!(run(&["demo", "--unpack", target]).code, 0);
    let again =
        run(&["explain", &format!("{target}/crash.txt"), "--source", &format!("{target}/orders")]);
    assert!(again.stdout.contains("Cache.entries"), "{}", again.stdout);
    assert_eq!(run(&["demo", "--unpack", target]).code, 2, "an existing folder is left alone");
}

#[test]
fn completions_and_man_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let out = run(&["completions", shell]);
        assert!(out.code == 0 && out.stdout.contains("explain"), "{shell}");
    }
    let page = run(&["man", "explain"]);
    assert!(page.stdout.contains("tophash\\-explain"), "{}", page.stdout);
    for option in ["path\\-map", "format", "color", "rev"] {
        assert!(page.stdout.contains(option), "{option} is missing: {}", page.stdout);
    }
    let unknown = run(&["man", "nosuch"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("hint:"), "{}", unknown.stderr);
    let man = run(&["man"]);
    assert!(man.code == 0 && man.stdout.contains(".TH"), "{}", man.stdout);
}

/// The report says `… --format patch | git -C SOURCE apply`: it applies as it is printed.
#[test]
fn the_patch_that_is_printed_applies() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("orders");
    copy_tree(ORDERS.as_ref(), &copy);
    let file = crash("orders-status-cache", "1.27-single");
    let source = copy.to_str().unwrap();
    // Colour that is asked for must not get into it.
    let out = run(&[
        "explain",
        file.to_str().unwrap(),
        "--source",
        source,
        "--format",
        "patch",
        "--color",
        "always",
    ]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    let diff = folder.path().join("fix.patch");
    fs::write(&diff, &out.stdout).unwrap();
    let applied =
        Command::new("git").arg("-C").arg(&copy).arg("apply").arg(&diff).output().unwrap();
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let cleaner = fs::read_to_string(copy.join("internal/status/cleaner.go")).unwrap();
    assert!(cleaner.contains("c.mu.Lock()"), "{cleaner}");
}

#[test]
fn where_no_patch_is_safe_none_is_printed() {
    let file = crash("orders-status-cache", "1.27-single");
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().to_str().unwrap();
    let arguments = ["explain", file.to_str().unwrap(), "--source", source, "--format", "patch"];
    let out = run(&arguments);
    assert_eq!((out.code, out.stdout.as_str()), (3, ""), "{}", out.stderr);
    assert!(out.stderr.contains("hint:"), "{}", out.stderr);
    assert_eq!(run(&["doctor", ORDERS, "--format", "patch"]).code, 2);
}
