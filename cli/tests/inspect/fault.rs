//! A process that died over a map: the core dump goes straight to it.

use crate::common::run;
use crate::program::{MODES, Running, at, both, build, json};
use crate::snapshot::snapshot;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROWS: &str = "main.table.rows";

/// The writer compares long keys, so it is in the middle of a write most of the time.
#[test]
fn a_map_that_is_being_written_is_marked_and_leads_the_report_of_a_core() {
    for (minor, go) in both("a map that is being written") {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(&build(&go, MODES[0], "fault", folder.path()), &["1"]);
        let is_written =
            |out: &crate::common::Out| at(&json(out), "main.shared.rows")["writing"] == true;
        assert!(
            (0..50).any(|_| is_written(&running.inspect(&["--json"]))),
            "Go 1.{minor}: in 50 looks nobody was writing"
        );
        let core = folder.path().join("core");
        let name = core.to_str().unwrap();
        let written = (0..50).any(|_| {
            snapshot(&running, 6, &core);
            is_written(&run(&["inspect", name, "--json"]))
        });
        assert!(written, "Go 1.{minor}: in 50 cores nobody was writing");
        leads(name, minor);
    }
}

/// What a person reads first is the map at fault, in full, before the table of all.
fn leads(core: &str, minor: u32) {
    let out = run(&["inspect", core]);
    let lead = format!("It died of SIGABRT while {ROWS} was being written:");
    let at_fault = out.stdout.find(&lead).unwrap_or_else(|| panic!("Go 1.{minor}: {}", out.stdout));
    let table = out.stdout.find("+ content  entries").unwrap();
    let reached = out.stdout.find("main.shared.rows").unwrap();
    assert!(at_fault < reached && reached < table, "{}", out.stdout);
}

/// The kernel's own core, where the machine is set so that it lands in the folder of the program.
#[test]
fn the_kernels_core_of_a_crash_names_the_map() {
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    if pattern.trim().is_empty() || pattern.contains(['/', '|']) {
        eprintln!("SKIPPED cores of the kernel: core_pattern is {pattern:?}, not a plain name");
        return;
    }
    for (minor, go) in both("a crash over a map") {
        let folder = tempfile::tempdir().unwrap();
        let file = build(&go, MODES[0], "fault", folder.path());
        // The other writer may be between two writes when the process dies, as the scheduler has it.
        let mut marked = 0;
        for _ in 0..10 {
            let core = die(&file, folder.path());
            let name = core.to_str().unwrap();
            let seen = json(&run(&["inspect", name, "--json"]));
            assert_eq!(seen["signal"], 6, "Go 1.{minor}");
            assert_eq!(at(&seen, "main.shared.rows")["entries"], 1, "Go 1.{minor}");
            if at(&seen, "main.shared.rows")["writing"] == true {
                leads(name, minor);
                marked += 1;
                break;
            }
            let said = run(&["inspect", name]).stdout;
            assert!(said.contains("No map that was found is marked"), "Go 1.{minor}: {said}");
            fs::remove_file(core).unwrap();
        }
        eprintln!("Go 1.{minor}: the map was marked in {marked} core of up to 10");
    }
}

/// Lets the program die; its core.
fn die(file: &Path, folder: &Path) -> PathBuf {
    let mut command = Command::new("sh");
    command.current_dir(folder).env("GOTRACEBACK", "crash");
    command.args(["-c", "ulimit -c unlimited && exec \"$0\" 2", file.to_str().unwrap()]);
    Running::of(&mut command).wait();
    let core = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core"))
    });
    core.unwrap_or_else(|| panic!("no core in {}", folder.display()))
}
