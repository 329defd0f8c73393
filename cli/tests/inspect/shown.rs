//! What a person is shown of one map, and of several looks.

use crate::common::run;
use crate::program::{MODES, Running, both, build, is_deep, json};
use crate::snapshot::snapshot;
use crate::toolchain::Go;

fn zoo(go: &Go) -> (tempfile::TempDir, Running) {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&build(go, MODES[0], "zoo", folder.path()), &[]);
    (folder, running)
}

#[test]
fn the_table_is_by_bytes_with_what_a_person_should_know() {
    for (minor, go) in both("the table of maps") {
        let (_folder, running) = zoo(&go);
        let out = running.inspect(&[]);
        assert_eq!(out.code, 0, "{}", out.stderr);
        let rows: Vec<&str> = out.stdout.lines().filter(|line| line.contains(" map[")).collect();
        assert!(rows[0].contains("main.words") && rows[0].contains("100,000"), "{}", out.stdout);
        let thinned = rows.iter().find(|row| row.contains("main.thinned")).unwrap();
        assert!(thinned.contains("never shrinks"), "{thinned}");
        assert!(out.stdout.contains("assign a new map"), "{}", out.stdout);
        assert!(out.stdout.contains(&format!("built by go1.{minor}")), "{}", out.stdout);
        assert!(out.stderr.contains("--map main.words"), "{}", out.stderr);
    }
}

#[test]
fn one_map_in_full_has_a_picture_in_the_terminal_and_as_svg() {
    for (minor, go) in both("the picture of a map") {
        let (folder, running) = zoo(&go);
        let svg = folder.path().join("words.svg");
        let out = running.inspect(&["--map", "words", "--svg", svg.to_str().unwrap()]);
        assert_eq!(out.code, 0, "{}", out.stderr);
        let part = if minor < 24 { "buckets" } else { "a table" };
        for said in ["main.words", "in the mean", "Each mark is", part] {
            assert!(out.stdout.contains(said), "{said} is missing: {}", out.stdout);
        }
        assert!(out.stdout.chars().any(|c| ('▁'..='█').contains(&c)), "{}", out.stdout);
        let drawn = std::fs::read_to_string(&svg).unwrap();
        let document = roxmltree::Document::parse(&drawn).unwrap();
        let is_square = |node: &roxmltree::Node<'_, '_>| {
            node.has_tag_name("rect") && node.children().any(|child| child.has_tag_name("title"))
        };
        assert!(document.descendants().filter(is_square).count() > 50, "{drawn}");
        // A map of one group is shown place by place.
        let small = running.inspect(&["--map", "main.small"]).stdout;
        assert!(small.contains("[███·····]"), "{small}");
        let missing = running.inspect(&["--map", "nosuch"]);
        assert!(
            missing.code == 2 && missing.stderr.contains("--all lists them"),
            "{}",
            missing.stderr
        );
    }
}

/// Keys and values may be secrets: they are shown on request only, and then as their shape.
#[test]
fn keys_and_values_are_shown_on_request_and_masked() {
    for (_, go) in both("entries of maps") {
        let (_folder, running) = zoo(&go);
        let secret = |text: &str| text.contains("word 1") || text.contains("\"one\"");
        for map in ["words", "main.small"] {
            let plain = running.inspect(&["--map", map]).stdout;
            assert!(!plain.contains("key  ") && !secret(&plain), "{plain}");
            let masked = running.inspect(&["--map", map, "--sample", "5"]).stdout;
            assert!(masked.contains("xxx") && !secret(&masked), "{masked}");
        }
        let shown = running.inspect(&["--map", "main.small", "--sample", "5", "--unmasked"]).stdout;
        for entry in ["1    \"one\"", "2    \"two\"", "3    \"three\""] {
            assert!(shown.contains(entry), "{entry} is missing: {shown}");
        }
        let points = running.inspect(&["--map", "points", "--sample", "1000", "--unmasked"]).stdout;
        let of_seven = |line: &str| line.contains("{x: 7, y: -7} ") && line.ends_with(" 7");
        assert!(points.lines().any(of_seven), "{points}");
        let things = running.inspect(&["--map", "things", "--sample", "1000", "--unmasked"]).stdout;
        assert!(things.contains("\"453\""), "{things}");
    }
}

#[test]
fn several_looks_tell_what_leaks() {
    for (minor, go) in both("maps that leak") {
        let folder = tempfile::tempdir().unwrap();
        // It ends before the map begins anew.
        let running =
            Running::start(&build(&go, MODES[0], "growing", folder.path()), &["40000000"]);
        let out = running.inspect(&["--again", "1"]);
        let row =
            |name: &str| out.stdout.lines().find(|line| line.contains(name)).unwrap().to_owned();
        assert!(row("main.numbers").contains("leaking"), "Go 1.{minor}: {}", out.stdout);
        assert!(row("main.numbers").contains("/s"), "Go 1.{minor}: {}", out.stdout);
        assert!(!row("main.still").contains("leaking"), "Go 1.{minor}: {}", out.stdout);
        let seen = json(&running.inspect(&["--again", "1", "--json", "--map", "numbers"]));
        assert_eq!(seen["maps"][0]["change"]["entries"].as_array().map(Vec::len), Some(5));
    }
}

/// A core of a process of 10 GB is read in parts: what is mapped of it is not what is needed.
#[test]
fn a_sparse_core_of_ten_gigabytes_is_listed_in_little_memory() {
    const SIZE: u64 = 10 << 30;
    for (minor, go) in both("a core of 10 GB").into_iter().take(if is_deep() { 2 } else { 1 }) {
        let (folder, running) = zoo(&go);
        let core = folder.path().join("core");
        snapshot(&running, 0, &core);
        crate::snapshot::widen(&core, SIZE);
        assert!(std::fs::metadata(&core).unwrap().len() > SIZE);
        let name = core.to_str().unwrap();
        let seen = json(&run(&["inspect", name, "--json"]));
        assert!(seen["maps"].as_array().unwrap().len() > 20, "Go 1.{minor}");
        assert!(crate::program::fits_into(200 << 10, &["inspect", name]), "Go 1.{minor}");
        assert!(!crate::program::fits_into(1 << 10, &["inspect", name]), "a limit is a limit");
    }
}
