//! `tophash.toml`: where it is found, what it decides, and what is said of what it does not understand.

use crate::module::{AT, UNEVEN, check, module_of, places, write};
use std::fs;
use std::path::Path;

/// What the check says about a settings file, which it refuses.
fn refused(settings: &str) -> String {
    let folder = module_of(UNEVEN);
    write(folder.path(), "tophash.toml", settings);
    let out = check(folder.path(), &[]);
    assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{settings}: {}", out.stderr);
    out.stderr
}

/// A module with the same map in three folders.
fn three() -> tempfile::TempDir {
    let folder = module_of("package t\n");
    for name in ["a", "b/gen", "c"] {
        write(folder.path(), &format!("{name}/t.go"), UNEVEN);
    }
    folder
}

fn with(folder: &Path, settings: &str, arguments: &[&str]) -> Vec<String> {
    write(folder, "tophash.toml", settings);
    places(folder, arguments)
}

/// What could be faster breaks nothing: a gate fails of it only where somebody asks.
#[test]
fn rules_of_memory_and_speed_are_silent_until_they_are_selected() {
    let fill = "package t\n\nfunc Names(users []string) map[string]bool {\n\tnames := make(map[string]bool)\n\tfor _, user := range users {\n\t\tnames[user] = true\n\t}\n\treturn names\n}\n";
    let folder = module_of(fill);
    let of = |settings: &str, arguments: &[&str]| with(folder.path(), settings, arguments);
    let (none, found) = ([""; 0], ["t.go:4"]);
    assert_eq!(of("", &[]), none);
    assert_eq!(of("select = [\"TH1\", \"TH2\"]\n", &["--grade", "low"]), none);
    assert_eq!(of("", &["--select", "TH3"]), found);
    assert_eq!(of("", &["--select", "TH"]), found);
    assert_eq!(of("select = [\"TH301\"]\n", &[]), found);
    assert_eq!(of("ignore = [\"TH301\"]\n", &["--select", "TH3"]), none);
}

#[test]
fn the_command_line_wins_over_the_file() {
    let folder = module_of(UNEVEN);
    let of = |settings: &str, arguments: &[&str]| with(folder.path(), settings, arguments);
    let none = [""; 0];
    assert_eq!(of("", &[]), AT);
    assert_eq!(of("select = [\"TH2\"]\n", &[]), none);
    assert_eq!(of("select = [\"TH2\"]\n", &["--select", "th101"]), AT);
    assert_eq!(of("ignore = [\"th101\"]\n", &[]), none);
    assert_eq!(of("ignore = [\"TH101\"]\n", &["--ignore", "TH105"]), AT);
    assert_eq!(of("grade = \"high\"\n", &[]), none);
    assert_eq!(of("grade = \"high\"\n", &["--grade", "medium"]), AT);
    assert_eq!(of("grade = \"high\"\n", &["--preview"]), AT);
    assert_eq!(of("grade = \"high\"\n", &["--no-config"]), AT);
    write(folder.path(), "tophash.toml", "format = \"json\"\n");
    assert!(check(folder.path(), &[]).stdout.starts_with('{'));
    assert!(check(folder.path(), &["--format", "full"]).stdout.starts_with("TH101 "));
}

#[test]
fn tests_are_checked_where_either_says_so_and_left_out_where_the_command_line_does() {
    let folder = module_of(UNEVEN);
    fs::rename(folder.path().join("t.go"), folder.path().join("t_test.go")).unwrap();
    let none = [""; 0];
    assert_eq!(with(folder.path(), "", &[]), none);
    assert_eq!(with(folder.path(), "", &["--tests"]).len(), 2);
    assert_eq!(with(folder.path(), "tests = true\n", &[]).len(), 2);
    assert_eq!(with(folder.path(), "tests = true\n", &["--tests=false"]), none);
}

#[test]
fn excluded_files_are_read_and_not_reported() {
    let folder = three();
    let all = with(folder.path(), "", &[]);
    assert_eq!(all.len(), 6);
    assert_eq!(with(folder.path(), "exclude = [\"gen\", \"/c/t.go\"]\n", &[]), all[..2]);
    let json = check(folder.path(), &["--format", "json"]).stdout;
    assert!(json.contains("\"excluded\": 4"), "{json}");
    let full = check(folder.path(), &[]).stdout;
    assert!(full.contains(" 4 more are left out by"), "{full}");
}

#[test]
fn a_part_of_the_tree_has_rules_and_grades_of_its_own() {
    let folder = three();
    let all = with(folder.path(), "", &[]);
    let settings = "grade = \"high\"\n[[path]]\nglob = \"b/**\"\ngrade = \"medium\"\n\n[[path]]\nglob = \"c\"\ngrade = \"low\"\nignore = [\"TH1\"]\n";
    assert_eq!(with(folder.path(), settings, &[]), all[2..4]);
    assert_eq!(with(folder.path(), settings, &["--grade", "medium"]), all[..4]);
    assert_eq!(with(folder.path(), settings, &["--grade", "high"]), [""; 0]);
}

#[test]
fn the_file_is_found_up_to_the_root_of_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "tophash.toml", "ignore = [\"TH101\"]\n");
    write(root, "repo/services/one/go.mod", "module example.com/t\n");
    write(root, "repo/services/one/t.go", UNEVEN);
    let module = root.join("repo/services/one");
    assert_eq!(places(&module, &[]), AT, "no repository: only the root of the tree is looked at");
    fs::create_dir(root.join("repo/.git")).unwrap();
    assert_eq!(places(&module, &[]), AT, "above the repository it is somebody else's");
    // Globs and paths are those of its own folder.
    write(root, "repo/tophash.toml", "exclude = [\"services/*/t.go\"]\n");
    assert_eq!(places(&module, &[]), [""; 0]);
    write(root, "repo/tophash.toml", "exclude = [\"/t.go\"]\n");
    assert_eq!(places(&module, &[]), AT);
    write(root, "repo/services/tophash.toml", "");
    write(root, "repo/tophash.toml", "exclude = [\"t.go\"]\n");
    assert_eq!(places(&module, &[]), AT, "the nearest alone holds");
    assert_eq!(places(&module, &["--config", "../../tophash.toml"]), [""; 0]);
    write(root, "elsewhere.toml", "exclude = [\"/t.go\"]\n");
    assert_eq!(places(&module, &["--config", "../../../elsewhere.toml"]), AT);
    let missing = check(&module, &["--config", "missing.toml"]);
    assert!(missing.code == 2 && missing.stderr.contains("--no-config"), "{}", missing.stderr);
}

#[test]
fn a_baseline_lies_beside_the_settings() {
    let folder = module_of(UNEVEN);
    write(folder.path(), "tophash.toml", "baseline = \"maps.baseline\"\n");
    let missing = check(folder.path(), &[]);
    assert!(missing.stderr.contains("--write-baseline"), "{}", missing.stderr);
    assert_eq!(check(folder.path(), &["--write-baseline", "maps.baseline"]).code, 0);
    assert_eq!(check(folder.path(), &[]).code, 0);
    fs::create_dir(folder.path().join("sub")).unwrap();
    assert_eq!(check(&folder.path().join("sub"), &["../t.go"]).code, 0);
}

#[test]
fn what_it_does_not_understand_is_said_with_the_line_and_the_nearest_word() {
    for (settings, says, hint) in [
        ("\nignroe = []\n", "tophash.toml:2: there is no key 'ignroe'", "did you mean 'ignore'?"),
        ("excludes = []\n", "tophash.toml:1: there is no key 'excludes'", "'exclude'"),
        ("colour = 1\n", "tophash.toml:1: there is no key 'colour'", "known are baseline, exclude"),
        (
            "[[path]]\nglob = \"a\"\n# x\nselect = []\n",
            "tophash.toml:4: there is no key 'select'",
            "known are glob",
        ),
        ("[[path]]\nignore = []\n", "tophash.toml:1: [[path]] has no glob", "glob = "),
        ("[path]\nglob = \"a\"\n", "tophash.toml:1: path is a TOML table", "write [[path]]"),
        ("grade = \"hihg\"\n", "tophash.toml:1: there is no grade 'hihg'", "did you mean 'high'?"),
        ("format = \"yaml\"\n", "tophash.toml:1: there is no format 'yaml'", "known are full"),
        ("format = \"gitalb\"\n", "there is no format 'gitalb'", "did you mean 'gitlab'?"),
        ("tests = \"yes\"\n", "tophash.toml:1: tests is a TOML string", "tests = true"),
        ("select = \"TH101\"\n", "select is a TOML string", "select = ["),
        (
            "select = [\n\"TH101\",\n7]\n",
            "tophash.toml:3: a value of select is a TOML integer",
            "hint",
        ),
        (
            "select = [\n\"TH999\"]\n",
            "tophash.toml:2: no rule's code begins with 'TH999'",
            "tophash rule",
        ),
        ("exclude = [\"a[\"]\n", "tophash.toml:1: the glob 'a[' cannot be read", "hint"),
        ("exclude = [\"\"]\n", "the glob '' cannot be read: names no file", "hint"),
        ("baseline = 3\n", "baseline is a TOML integer", "hint"),
        ("tests = true\ntests = true\n", "tophash.toml:2: duplicate key", "hint"),
        ("\n\nselect = [\n", "tophash.toml:", "hint"),
        ("a = \u{0}\n", "tophash.toml:1: ", "hint"),
    ] {
        let said = refused(settings);
        assert!(said.contains(says) && said.contains(hint), "{settings:?}: {said}");
    }
    let folder = module_of(UNEVEN);
    fs::write(folder.path().join("tophash.toml"), b"\xff\xfe").unwrap();
    assert_eq!(check(folder.path(), &[]).code, 2);
}

/// The page names each key once, in the table of what it belongs to, and no other.
#[test]
fn the_page_has_the_keys_that_the_program_knows() {
    let page = include_str!("../../../docs/settings.md");
    let of = |heading: &str| {
        let (_, after) = page.split_once(&format!("\n## {heading}\n")).unwrap();
        let section = after.split("\n## ").next().unwrap();
        let mut keys: Vec<String> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned))
            .collect();
        keys.sort_unstable();
        keys.join(", ")
    };
    // What is known is what the program says that it knows.
    let known = |settings: &str| {
        let said = refused(settings);
        said.split("known are ").nth(1).unwrap().trim().to_owned()
    };
    assert_eq!(of("tophash.toml"), known("unheard-of = 1\n"));
    assert_eq!(of("path"), known("[[path]]\nunheard-of = 1\n"));
    let folder = module_of(UNEVEN);
    let (_, after) = page.split_once("```toml\n").unwrap();
    write(folder.path(), "tophash.toml", after.split("```").next().unwrap());
    write(folder.path(), "maps.baseline", "");
    let out = check(folder.path(), &[]);
    assert!(out.stderr.contains("is no baseline"), "the example is understood: {}", out.stderr);
}
