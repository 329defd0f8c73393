//! `--escape`: the compiler's report of where values live, joined to the findings of the rules of memory.

use crate::common::run_with_cache;
use crate::module::{check, module_of, write};

const GROWS: &str = "\
package t

import \"net/http\"

type Visit struct{ pages [64]string }

var visits = map[string]*Visit{}

func init() { http.HandleFunc(\"/\", visit) }

func visit(w http.ResponseWriter, r *http.Request) {
	visits[r.RemoteAddr] = &Visit{}
}
";

/// What the compiler prints of it.
const REPORT: &str = "\
# example.com/t
./t.go:9:6: can inline init.0
./t.go:11:12: w does not escape
./t.go:12:25: &Visit{} escapes to heap
./t.go:7:32: map[string]*Visit{} escapes to heap
";

#[test]
fn a_finding_says_what_the_compiler_says_of_its_values() {
    let folder = module_of(GROWS);
    write(folder.path(), "m.txt", REPORT);
    let without = check(folder.path(), &["--select", "TH302"]);
    assert_eq!(without.code, 1, "{}", without.stderr);
    assert!(!without.stdout.contains("escapes to the heap"), "{}", without.stdout);
    let with = check(folder.path(), &["--select", "TH302", "--escape", "m.txt"]);
    let reason = "each value put in escapes to the heap: &Visit{} (m.txt:4)";
    assert!(with.stdout.contains(reason), "{}", with.stdout);
}

#[test]
fn a_report_of_other_files_is_said_to_be_one() {
    let folder = module_of(GROWS);
    write(folder.path(), "m.txt", &REPORT.replace("example.com/t", "example.com/u"));
    let out = check(folder.path(), &["--select", "TH302", "--escape", "m.txt"]);
    assert!(!out.stdout.contains("escapes to the heap"), "{}", out.stdout);
    assert!(
        out.stderr.contains("m.txt speaks of 1 file that is not in this tree"),
        "{}",
        out.stderr
    );
}

#[test]
fn what_is_no_report_is_an_error_that_says_how_to_write_one() {
    let folder = module_of(GROWS);
    write(folder.path(), "empty.txt", "# example.com/t\nt.go:9:6: can inline init.0\n");
    for (file, says) in [
        ("missing.txt", "cannot read the compiler's report missing.txt"),
        ("empty.txt", "empty.txt does not say where any value lives"),
    ] {
        let out = check(folder.path(), &["--select", "TH302", "--escape", file]);
        assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{file}");
        assert!(out.stderr.contains(says), "{}", out.stderr);
        assert!(out.stderr.contains("go build -gcflags=-m ./... 2> FILE"), "{}", out.stderr);
    }
}

#[test]
fn the_cache_knows_one_report_from_another() {
    let (folder, cache) = (module_of(GROWS), tempfile::tempdir().unwrap());
    let said = |report: &str| {
        write(folder.path(), "m.txt", report);
        let arguments = ["check", "--select", "TH302", "--escape", "m.txt"];
        run_with_cache(folder.path(), cache.path(), &arguments).stdout
    };
    assert!(said(REPORT).contains("m.txt:4"));
    assert!(said(&format!("\n{REPORT}")).contains("m.txt:5"));
    assert!(said(REPORT).contains("m.txt:4"));
}
