//! The names we give to functions and closures, against those that real compilers give.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and says what it measured"
)]

#[path = "common/disk.rs"]
mod disk;
#[path = "common/toolchain.rs"]
mod toolchain;

use disk::Disk;
use go_source::{LoadOptions, Program};
use std::io::Write;
use std::process::Stdio;
use toolchain::Go;

/// Every function of package main in a binary: symbol, file name and first line.
fn compiled(go: &Go) -> Vec<(String, String, u32)> {
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/symbols");
    let out = tempfile::tempdir().expect("a directory");
    let binary = out.path().join("names");
    let mut build = go.command();
    build.args(["build", "-gcflags=-l", "-o"]).arg(&binary).current_dir(sources);
    Go::output(build);
    let mut nm = go.command();
    nm.args(["tool", "nm"]).arg(&binary);
    let listing = Go::output(nm);
    let symbols: Vec<(&str, &str)> = listing
        .lines()
        .filter_map(|line| match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            [address, "T" | "t", symbol] if symbol.starts_with("main.") => {
                Some((*address, *symbol))
            }
            _ => None,
        })
        .collect();
    let mut lookup = go.command();
    lookup.args(["tool", "addr2line"]).arg(&binary).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = lookup.spawn().expect("addr2line starts");
    let mut input = child.stdin.take().expect("a pipe");
    for (address, _) in &symbols {
        writeln!(input, "0x{address}").expect("addr2line reads");
    }
    drop(input);
    let answers = child.wait_with_output().expect("addr2line ends");
    let answers = String::from_utf8(answers.stdout).expect("UTF-8");
    let places = answers.lines().skip(1).step_by(2);
    let named = symbols.iter().zip(places).filter_map(|((_, symbol), place)| {
        let (file, line) = place.rsplit_once(':')?;
        let name = file.rsplit('/').next()?;
        Some(((*symbol).to_owned(), name.to_owned(), line.parse().ok()?))
    });
    named.filter(|(_, file, _)| !file.starts_with('<')).collect()
}

fn compare(minor: u32) {
    let Some(go) = toolchain::go(minor, "symbols") else { return };
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/symbols").into();
    let options = LoadOptions { go_minor: Some(minor), ..LoadOptions::default() };
    let program = Program::load(&Disk { root, skipped: &[] }, &options);
    let compiled = compiled(&go);
    let mut wrong = Vec::new();
    for (symbol, file, line) in &compiled {
        // What the compiler wrote itself: package initialisation, bound arguments of go and defer.
        if symbol == "main.init" || symbol.contains("wrap") {
            continue;
        }
        // Until Go 1.21 a bound call is a numbered closure like any other; it has no `func`.
        match program.function(symbol) {
            Some(function) if &*function.site.file == file && function.site.line == *line => {}
            Some(function) => {
                wrong.push(format!("{symbol}: {} instead of {file}:{line}", function.site));
            }
            None if minor <= 21 => {
                let text = program.file(file).expect("a file").text();
                let source =
                    text.lines().nth(usize::try_from(line.saturating_sub(1)).expect("fits"));
                let source = source.unwrap_or_default().trim();
                if !source.starts_with("go ") && !source.starts_with("defer ") {
                    wrong.push(format!("{symbol}: not found, {file}:{line}"));
                }
            }
            None => wrong.push(format!("{symbol}: not found, {file}:{line}")),
        }
    }
    eprintln!("Go 1.{minor}: {} functions compared, {} wrong", compiled.len(), wrong.len());
    assert!(compiled.len() > 60, "the comparison itself found too little");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn go_1_21_names_functions_as_we_do() {
    compare(21);
}

#[test]
fn go_1_27_names_functions_as_we_do() {
    compare(27);
}
