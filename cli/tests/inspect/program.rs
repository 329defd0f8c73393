//! The Go programs that are inspected: built, started, spoken to.

use crate::common::{Out, run};
use crate::toolchain::{Go, go};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/go/memory");

/// How a program is built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    pub(crate) name: &'static str,
    /// The first and the last release that have it, by minor.
    releases: (u32, u32),
    arguments: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
}

/// All ways that change how maps lie in memory, or where.
pub(crate) const MODES: [Mode; 5] = [
    Mode { name: "default", releases: (21, 27), arguments: &[], variables: &[] },
    Mode { name: "pie", releases: (21, 27), arguments: &["-buildmode=pie"], variables: &[] },
    Mode {
        name: "cgo",
        releases: (21, 27),
        arguments: &["-ldflags=-linkmode=external"],
        variables: &[("CGO_ENABLED", "1")],
    },
    Mode {
        name: "noswissmap",
        releases: (24, 25),
        arguments: &[],
        variables: &[("GOEXPERIMENT", "noswissmap")],
    },
    Mode {
        name: "mapsplitgroup",
        releases: (27, 27),
        arguments: &[],
        variables: &[("GOEXPERIMENT", "mapsplitgroup")],
    },
];

pub(crate) fn is_deep() -> bool {
    std::env::var_os("TOPHASH_DEEP").is_some()
}

/// The oldest and the newest release as they build by default, and the newest moved in memory; in the deep tier all
/// releases in all modes.
pub(crate) fn builds(test: &str) -> Vec<(u32, Mode, Go)> {
    let deep = is_deep();
    let releases: Vec<u32> = if deep { (21..=27).collect() } else { vec![21, 27] };
    let is_wanted = |mode: &Mode, minor: u32| {
        (mode.releases.0..=mode.releases.1).contains(&minor)
            && (deep || mode.name == "default" || mode.name == "pie" && minor == 27)
    };
    releases
        .into_iter()
        .flat_map(|minor| MODES.map(|mode| (minor, mode)))
        .filter(|(minor, mode)| is_wanted(mode, *minor))
        .filter_map(|(minor, mode)| Some((minor, mode, go(minor, test)?)))
        .collect()
}

/// The oldest and the newest release as they build by default.
pub(crate) fn both(test: &str) -> Vec<(u32, Go)> {
    [21, 27].into_iter().filter_map(|minor| Some((minor, go(minor, test)?))).collect()
}

/// Builds a program of the fixtures into a folder.
pub(crate) fn build(go: &Go, mode: Mode, name: &str, folder: &Path) -> PathBuf {
    build_as(go, mode, name, &folder.join(name), mode.arguments)
}

/// The same without debugging information and symbols.
pub(crate) fn build_stripped(go: &Go, mode: Mode, name: &str, folder: &Path) -> PathBuf {
    let file = folder.join(format!("{name}-stripped"));
    let flags =
        if mode.name == "cgo" { "-ldflags=-s -w -linkmode=external" } else { "-ldflags=-s -w" };
    let others =
        mode.arguments.iter().copied().filter(|argument| !argument.starts_with("-ldflags"));
    build_as(go, mode, name, &file, &others.chain([flags]).collect::<Vec<_>>())
}

fn build_as(go: &Go, mode: Mode, name: &str, file: &Path, arguments: &[&str]) -> PathBuf {
    let mut command = go.command();
    command.current_dir(SOURCE).arg("build").args(arguments).arg("-o").arg(file);
    command.arg(format!("./{name}")).envs(mode.variables.iter().copied());
    let output = command.output().expect("go starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    file.to_owned()
}

/// A program that runs until this is dropped.
pub(crate) struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// What it printed before it was ready: names and numbers.
    pub(crate) told: Vec<(String, u64)>,
}

impl Running {
    /// Starts a program and waits until it is ready.
    pub(crate) fn start(file: &Path, arguments: &[&str]) -> Self {
        Self::of(Command::new(file).args(arguments))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let input = child.stdin.take();
        let mut running = Self { child, input, output, told: Vec::new() };
        loop {
            let line = running.line();
            assert!(!line.is_empty(), "the program ended before it was ready");
            let (name, number) = line.rsplit_once(' ').unwrap_or((&line, "0"));
            if name == "ready" || line == "ready" {
                return running;
            }
            running.told.push((name.to_owned(), number.parse().unwrap()));
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Asks for two numbers.
    pub(crate) fn ask(&mut self) -> (u64, u64) {
        self.input.as_mut().unwrap().write_all(b"\n").unwrap();
        let line = self.line();
        let (one, other) = line.split_once(' ').unwrap();
        (one.parse().unwrap(), other.parse().unwrap())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits until the program has died by itself.
    pub(crate) fn wait(&mut self) {
        self.child.wait().unwrap();
    }

    /// Looks at it.
    pub(crate) fn inspect(&self, arguments: &[&str]) -> Out {
        run(&[&["inspect", &self.pid().to_string()], arguments].concat())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have died by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The JSON that a run printed.
pub(crate) fn json(out: &Out) -> Value {
    assert_eq!(out.code, 0, "{}", out.stderr);
    serde_json::from_str(&out.stdout).unwrap()
}

/// All instances of an inspection.
pub(crate) fn instances(inspection: &Value) -> impl Iterator<Item = &Value> {
    let maps = inspection["maps"].as_array().unwrap().iter();
    maps.flat_map(|map| map["instances"].as_array().unwrap())
}

/// The instance that is reached by a path.
pub(crate) fn at<'v>(inspection: &'v Value, path: &str) -> &'v Value {
    instances(inspection).find(|instance| instance["path"] == path).unwrap_or_else(|| {
        let paths: Vec<_> = instances(inspection).map(|instance| &instance["path"]).collect();
        panic!("no map is reached as {path}, but {paths:?}")
    })
}

/// Whether a run of the program comes to its end with no more address space than so many KiB, which is more than what it
/// has in memory.
pub(crate) fn fits_into(kilobytes: u64, arguments: &[&str]) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {kilobytes} && exec \"$0\" \"$@\"")]);
    command.arg(env!("CARGO_BIN_EXE_tophash")).args(arguments);
    let output = command.output().unwrap();
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    output.status.success()
}
