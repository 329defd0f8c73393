//! The patches: each must apply, build, pass `go vet` and `gofmt`, and end the fault.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_27` and `git`; skipped loudly without.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "fixture/mod.rs"]
mod fixture;

use fixture::{fixtures, load_manifest, manifests, module_of, program_of};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// GOROOT of the toolchain, or a loud skip.
fn goroot(test: &str) -> Option<PathBuf> {
    if let Some(root) = std::env::var_os("TOPHASH_GO_1_27") {
        return Some(root.into());
    }
    assert!(
        std::env::var_os("TOPHASH_REQUIRE").is_none_or(|value| value != "all"),
        "{test} needs TOPHASH_GO_1_27"
    );
    eprintln!("SKIPPED {test}: needs Go 1.27; run cargo xtask test");
    None
}

fn go(goroot: &Path, folder: &Path, tool: &str) -> Command {
    let mut command = Command::new(goroot.join("bin").join(tool));
    command
        .current_dir(folder)
        .env("GOROOT", goroot)
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "-mod=mod")
        .env("CGO_ENABLED", "0");
    command
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Runs a command that must succeed; its output otherwise.
fn must(command: &mut Command, what: &str) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{what}: {error}"))?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() { Ok(text) } else { Err(format!("{what}: {text}")) }
}

/// What a program prints to stderr within some seconds.
fn watch(binary: &Path, args: &[String], limit: Duration) -> String {
    let mut child = Command::new(binary)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while begin.elapsed() < limit && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let mut text = Vec::new();
    child.stderr.take().unwrap().read_to_end(&mut text).unwrap();
    child.wait().unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

/// Applies the patch of one case to a copy of its program and tries it out.
fn try_out(
    goroot: &Path,
    manifest: &Path,
    expected: &fixture::Expected,
    package: &str,
    case: &finding::Case,
) -> Result<(), String> {
    let patch = case.repair.as_ref().and_then(|repair| repair.patch.as_ref()).unwrap();
    let folder = manifest.parent().unwrap();
    let module = module_of(folder);
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path();
    copy(folder, &root.join(folder.strip_prefix(&module).unwrap()));
    fs::copy(module.join("go.mod"), root.join("go.mod")).unwrap();
    fs::write(root.join("fix.patch"), &patch.diff).unwrap();
    must(
        Command::new("git")
            .args(["apply", "fix.patch"])
            .current_dir(root)
            .env("GIT_CEILING_DIRECTORIES", root.parent().unwrap()),
        "git apply",
    )?;
    let stress = case.steps.verify.code.as_ref();
    if let Some(code) = stress {
        fs::write(root.join(&code.file), &code.text).unwrap();
    }
    let own = root.join(folder.strip_prefix(&module).unwrap());
    let unformatted = must(go(goroot, &own, "gofmt").args(["-l", "."]), "gofmt")?;
    if !unformatted.is_empty() {
        return Err(format!("not formatted: {unformatted}"));
    }
    let main = if package.is_empty() { ".".to_owned() } else { format!("./{package}") };
    let binary = root.join("patched");
    must(go(goroot, &own, "go").args(["build", "-o"]).arg(&binary).arg(&main), "go build")?;
    must(go(goroot, &own, "go").args(["vet", "./..."]), "go vet")?;
    if let Some(code) = stress.filter(|_| patch.complete) {
        let directory = root.join(&code.file).parent().unwrap().to_path_buf();
        let mut run = go(goroot, &directory, "go");
        must(run.args(["test", "-run", "UnderLoad", "-timeout", "20s", "."]), "the stress test")
            .map_err(|why| format!("{why}\n{}", code.text))?;
    }
    let printed = watch(&binary, &expected.args, Duration::from_secs(2));
    if patch.complete
        && (printed.contains("fatal error: concurrent map") || printed.contains("deadlock!"))
    {
        let first = printed.lines().take(12).collect::<Vec<_>>().join("\n");
        return Err(format!("still dies: {first}"));
    }
    Ok(())
}

#[test]
fn patches_apply_build_and_end_the_fault() {
    let Some(goroot) = goroot("patches_apply_build_and_end_the_fault") else { return };
    let mut found = Vec::new();
    manifests(&fixtures(), &mut found);
    let only = std::env::var("TOPHASH_FIXTURE").ok();
    let (mut patched, mut by_hand, mut whole, mut stressed) = (0u32, 0u32, 0u32, 0u32);
    let mut wrong = Vec::new();
    for path in &found {
        let manifest = load_manifest(path);
        let case = manifest.case.iter().find(|case| {
            case.kind == "concurrent"
                && case.map.is_some()
                && !case.race
                && only.as_ref().is_none_or(|only| *only == case.name)
        });
        let Some(case) = case.filter(|_| !manifest.test && !manifest.cgo) else { continue };
        let Ok(bytes) =
            fs::read(fixtures().join("recorded").join(&case.name).join("1.27-single.txt"))
        else {
            continue;
        };
        let program = program_of(path, &manifest, 27);
        let diagnosis = diagnosis::diagnose(
            &go_crash::read(&bytes),
            Some(&program),
            &diagnosis::Options::default(),
        );
        let Some(found) = diagnosis.cases.first() else { continue };
        let Some(repair) = found.repair.as_ref() else { continue };
        stressed += u32::from(found.steps.verify.code.is_some());
        match &repair.patch {
            Some(patch) => {
                patched += 1;
                whole += u32::from(patch.complete);
                if let Err(why) = try_out(&goroot, path, case, &manifest.package, found) {
                    wrong.push(format!("{}: {why}\n{}", case.name, patch.diff));
                }
            }
            None => {
                by_hand += 1;
                let why: Vec<_> = repair
                    .by_hand
                    .iter()
                    .map(|hand| format!("{}: {}", hand.site, hand.why))
                    .collect();
                eprintln!("{} by hand: {}", case.name, why.join("; "));
                assert!(!repair.by_hand.is_empty(), "{} has neither patch nor advice", case.name);
            }
        }
    }
    eprintln!(
        "{patched} patched ({whole} in full), {by_hand} by hand, {stressed} with a stress test"
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(only.is_some() || whole >= 10, "only {whole} patches in full");
}
