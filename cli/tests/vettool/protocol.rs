//! What the go command asks, and what it is answered.

use crate::common::{ORDERS, Out, copy_tree, run, run_in};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder like that of a run, with the configuration of one unit: a package of the example service.
fn unit(folder: &Path, package: &str, files: &[&str], more: &Value) -> PathBuf {
    let module = folder.join("orders");
    copy_tree(ORDERS.as_ref(), &module);
    let dir = module.join(package);
    let work = folder.join("go-build1").join("b001");
    fs::create_dir_all(&work).unwrap();
    let mut unit = json!({
        "ID": format!("example.com/orders/{package}"),
        "Dir": dir,
        "GoFiles": files.iter().map(|file| dir.join(file)).collect::<Vec<_>>(),
        "VetxOnly": false,
        "VetxOutput": work.join("vet.out"),
        "Stdout": work.join("vet.stdout"),
    });
    unit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let path = work.join("vet.cfg");
    fs::write(&path, unit.to_string()).unwrap();
    path
}

fn check(flags: &[&str], unit: &Path) -> Out {
    run(&[flags, &[unit.to_str().unwrap()]].concat())
}

#[test]
fn the_build_names_itself_as_the_go_command_reads_it() {
    let out = run(&["-V=full"]);
    let words: Vec<&str> = out.stdout.split_whitespace().collect();
    assert_eq!((out.code, &words[..3]), (0, &["tophash", "version", "devel"][..]));
    let id = words.last().unwrap().strip_prefix("buildID=").unwrap();
    assert!(id.len() >= 16, "{id}");
}

#[test]
fn the_flags_are_a_list_of_what_the_go_command_may_give() {
    let out = run(&["-flags"]);
    let flags: Vec<Value> = serde_json::from_str(&out.stdout).unwrap();
    for flag in &flags {
        assert!(flag["Bool"].is_boolean() && !flag["Usage"].as_str().unwrap().is_empty(), "{flag}");
    }
    let names: Vec<&str> = flags.iter().map(|flag| flag["Name"].as_str().unwrap()).collect();
    assert_eq!(&names[..3], ["json", "tags", "tophash.select"]);
}

#[test]
fn a_unit_reports_what_is_in_its_files_and_leaves_no_facts() {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(folder.path(), "internal/status", &["cleaner.go"], &json!({}));
    let out = check(&[], &unit);
    assert_eq!((out.code, out.stdout.as_str()), (1, ""), "{}", out.stderr);
    let places: Vec<&str> = out.stderr.lines().filter(|line| line.contains(": TH")).collect();
    assert_eq!(places.len(), 2, "{}", out.stderr);
    assert!(places.iter().all(|line| line.contains("cleaner.go:")), "{}", out.stderr);
    assert!(out.stderr.contains("cache.go:21:2: \tthe map is declared here"), "{}", out.stderr);
    // Else the go command would keep the answer, whatever changes in other packages.
    assert!(!unit.with_file_name("vet.out").exists());
    // The same package without that file.
    let other = fs::read_to_string(&unit).unwrap().replace("cleaner.go", "cache.go");
    fs::write(&unit, other).unwrap();
    let out = check(&[], &unit);
    assert_eq!((out.code, out.stderr.as_str()), (0, ""));
}

#[test]
fn json_goes_where_the_go_command_wants_it_and_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = unit(folder.path(), "internal/metrics", &["aggregator.go"], &json!({}));
    let out = check(&["-json", "-tophash.grade=high"], &path);
    assert_eq!((out.code, out.stdout.as_str(), out.stderr.as_str()), (0, "", ""));
    let text = fs::read_to_string(path.with_file_name("vet.stdout")).unwrap();
    let found: Value = serde_json::from_str(&text).unwrap();
    let found = found["example.com/orders/internal/metrics"]["tophash"].as_array().unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["category"], "TH101");
    let posn = found[0]["posn"].as_str().unwrap();
    assert!(posn.ends_with("orders/internal/metrics/aggregator.go:77:13"), "{posn}");
    assert!(Path::new(posn).is_absolute(), "{posn}");
    // Before Go 1.26 there is no such file.
    let path = unit(folder.path(), "internal/order", &["order.go"], &json!({ "Stdout": "" }));
    assert_eq!(check(&["-json"], &path).stdout, "{}\n");
}

#[test]
fn a_package_that_is_only_imported_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let only = json!({ "VetxOnly": true });
    for (package, has_facts) in [("internal/status", false), ("vendor/internal/status", true)] {
        let unit = unit(folder.path(), package, &["cleaner.go"], &only);
        let out = check(&[], &unit);
        assert_eq!((out.code, out.stdout.as_str(), out.stderr.as_str()), (0, "", ""));
        let facts = unit.with_file_name("vet.out");
        assert_eq!(fs::read_to_string(facts).ok(), has_facts.then(String::new), "{package}");
    }
}

#[test]
fn what_cannot_be_checked_is_an_error_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("go-build1/b001");
    fs::create_dir_all(&work).unwrap();
    let broken = work.join("vet.cfg");
    fs::write(&broken, "{").unwrap();
    let alone = folder.path().join("alone.cfg");
    let text = json!({ "ID": "a", "Dir": folder.path(), "GoFiles": [folder.path().join("a.go")] });
    fs::write(&alone, text.to_string()).unwrap();
    let module = unit(folder.path(), "internal/status", &["cleaner.go"], &json!({}));
    for (out, says) in [
        (check(&[], &work.join("none.cfg")), "go vet -vettool"),
        (check(&[], &alone), "go mod init"),
        (check(&["-tophash.grade=best"], &module), "-tophash.NAME"),
        (check(&["-tophash.select=TH999"], &module), "tophash rule"),
        (check(&["-fix"], &module), "tophash check --fix"),
    ] {
        assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{}", out.stderr);
        let hinted = out.stderr.starts_with("error: ") && out.stderr.contains("hint: ");
        assert!(hinted && out.stderr.contains(says), "{}", out.stderr);
    }
}

#[test]
fn what_is_not_the_protocol_is_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("crash.cfg"), "no crash").unwrap();
    let out = run_in(folder.path(), &["--color", "never", "explain", "crash.cfg"]);
    assert_eq!(out.code, 3, "{}", out.stderr);
    assert!(run(&["-V"]).stdout.starts_with("tophash "));
    let out = run_in(folder.path(), &["--unknown", "crash.cfg"]);
    assert!(out.code == 2 && out.stderr.contains("--unknown"), "{}", out.stderr);
}
