//! What is no live Go process and no whole core of one: a clear sentence, the way out, and whatever could be read.

use crate::common::{Out, run};
use crate::program::{MODES, Running, both, build, instances, json};
use crate::snapshot::snapshot;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

fn refused(out: &Out, said: &[&str]) {
    assert_eq!(out.code, 2, "{}{}", out.stdout, out.stderr);
    assert_eq!(out.stdout, "");
    for said in said {
        assert!(out.stderr.contains(said), "{said} is missing: {}", out.stderr);
    }
    assert!(out.stderr.contains("hint:"), "{}", out.stderr);
}

#[test]
fn no_such_process_and_no_such_file() {
    refused(&run(&["inspect", "4294967295"]), &["there is no process 4294967295", "pgrep"]);
    refused(&run(&["inspect", "no/such/core"]), &["cannot read no/such/core"]);
    refused(&run(&["inspect", "0"]), &["there is no process 0"]);
}

#[test]
fn files_that_are_no_cores() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("core");
    let inspect = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        run(&["inspect", file.to_str().unwrap()])
    };
    refused(&inspect(b""), &["shorter than a header", "--howto-core"]);
    refused(&inspect(b"goroutine 1 [running]:\nmain.main()\n\t/srv/main.go:7\n, and so on: this is the text of a crash, not its memory"), &["no ELF file"]);
    let program = fs::read(env!("CARGO_BIN_EXE_tophash")).unwrap();
    refused(&inspect(&program), &["ELF file of another type"]);
    refused(&inspect(&program[..32]), &["shorter than a header"]);
}

#[test]
fn a_process_that_is_no_go_program() {
    let mut child = Command::new("sleep").arg("600").stdout(Stdio::null()).spawn().unwrap();
    let pid = child.id().to_string();
    let out = run(&["inspect", &pid]);
    refused(&out, &["is no Go program"]);
    // Dead, but not buried: there is a process of that number, without memory.
    child.kill().unwrap();
    while !fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") Z ") {
        std::thread::yield_now();
    }
    refused(&run(&["inspect", &pid]), &["of process", "it may have ended meanwhile"]);
    child.wait().unwrap();
}

/// The message names the command that grants it.
#[test]
fn without_the_rights_of_a_debugger_the_command_that_gives_them_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("sleep").arg("600").stdout(Stdio::null()).spawn().unwrap();
    // As another user than that of the process.
    let program = folder.path().join("tophash");
    fs::copy(env!("CARGO_BIN_EXE_tophash"), &program).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid", "65534", "--clear-groups", "--"])
        .arg(&program)
        .args(["inspect", &child.id().to_string()])
        .output();
    child.kill().unwrap();
    child.wait().unwrap();
    match output {
        Ok(output) if !String::from_utf8_lossy(&output.stderr).contains("setpriv:") => {
            let said = String::from_utf8_lossy(&output.stderr);
            for part in ["ermission denied", "sudo tophash inspect", "setcap cap_sys_ptrace"] {
                assert!(said.contains(part), "{part} is missing: {said}");
            }
        }
        _ => eprintln!("SKIPPED missing rights: needs root, and setpriv of util-linux"),
    }
}

#[test]
fn cores_that_are_cut_short_or_of_another_build() {
    for (minor, go) in both("damaged cores") {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(&build(&go, MODES[0], "zoo", folder.path()), &[]);
        let core = folder.path().join("core");
        snapshot(&running, 0, &core);
        let name = core.to_str().unwrap();
        let whole = json(&run(&["inspect", name, "--json"]));
        let all = instances(&whole).count();

        let other = build(&go, MODES[0], "growing", folder.path());
        let out = run(&["inspect", name, "--exe", other.to_str().unwrap()]);
        refused(&out, &["of another build", "build id", "--exe"]);

        // What is there is read, what is missing is said; whatever is left, nothing panics.
        let length = fs::metadata(&core).unwrap().len();
        let mut said = 0;
        for share in (1..20).rev() {
            fs::OpenOptions::new()
                .write(true)
                .open(&core)
                .unwrap()
                .set_len(length * share / 20)
                .unwrap();
            let out = run(&["inspect", name, "--json"]);
            assert!([0, 2, 3].contains(&out.code), "Go 1.{minor}: {} {}", out.code, out.stderr);
            assert!(!out.stderr.contains("panicked"), "{}", out.stderr);
            if out.code == 0 {
                let cut = json(&out);
                assert!(instances(&cut).count() <= all);
                assert!(cut["gaps"].to_string().contains("cut short"), "{}", cut["gaps"]);
                said += 1;
            }
        }
        assert!(said > 0, "Go 1.{minor}: of no cut core a map was read");
    }
}

#[test]
fn a_stripped_program_is_said_to_be_one() {
    for (_, go) in both("stripped programs") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zoo");
        let mut command = go.command();
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/go/memory"));
        command.args(["build", "-ldflags=-s -w", "-o"]).arg(&file).arg("./zoo");
        assert!(command.status().unwrap().success());
        let running = Running::start(&file, &[]);
        refused(&running.inspect(&[]), &["no debugging information", "-s -w"]);
    }
}
