//! Loads a Go source tree and prints what is known of its maps.
//!
//! ```text
//! cargo run --release -p go-source --example inspect -- DIR [--tests] [--quiet] [--frame SYMBOL]... [QUESTION]...
//! ```
//!
//! A question is `FILE:LINE`, with a path as in the tree: the maps declared there and the accesses
//! that stand there, with operation, map, where that map is declared, locks, and why it may run
//! beside other code. Or it is the name of a map, such as `example.com/orders/status.statusCache`:
//! every access to it. `-` reads one question a line from standard input. Then totals and notes.
//! `--frame` names a function as a crash would: vendored packages are searched by it.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use finding::{LockMode, LockSet, MapDecl, RootKind};
use go_source::{LoadOptions, Mention, Program, SourceAccess, SourceTree};
use std::io::{self, BufRead};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// The Go and module files below a folder. Links to folders are not followed.
struct Folder {
    root: PathBuf,
    files: Vec<String>,
}

impl Folder {
    fn open(root: PathBuf) -> io::Result<Self> {
        let mut files = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                let path =
                    if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                let kind = entry.file_type()?;
                if kind.is_dir() && !name.starts_with('.') {
                    folders.push(path);
                } else if kind.is_file() && is_read(&name) {
                    files.push(path);
                }
            }
        }
        Ok(Self { root, files })
    }
}

impl SourceTree for Folder {
    fn files(&self) -> Vec<String> {
        self.files.clone()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }
}

fn is_read(name: &str) -> bool {
    name.ends_with(".go") || matches!(name, "go.mod" | "go.work" | "modules.txt")
}

fn main() -> io::Result<()> {
    let mut options = LoadOptions::default();
    let (mut root, mut places, mut quiet) = (None, Vec::new(), false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--frame" => {
                let symbol = arguments.next().unwrap_or_default().into();
                options.mentions.push(Mention { symbol, file: "".into() });
            }
            "--tests" => options.tests = true,
            "--quiet" => quiet = true,
            "-" => places.extend(io::stdin().lock().lines().collect::<io::Result<Vec<_>>>()?),
            _ if root.is_none() => root = Some(PathBuf::from(argument)),
            _ => places.push(argument),
        }
    }
    let Some(root) = root else {
        println!("usage: inspect DIR [--tests] [--quiet] [FILE:LINE]... [MAP]... [-]");
        return Ok(());
    };
    let folder = Folder::open(root)?;
    let started = Instant::now();
    let program = Program::load(&folder, &options);
    let took = started.elapsed();
    for place in &places {
        match place.rsplit_once(':').map(|(file, line)| (file, line.parse())) {
            Some((file, Ok(line))) => print_line(&program, file, line),
            _ => print_map(&program, place),
        }
    }
    if !quiet {
        for note in program.notes() {
            println!("note: {note}");
        }
    }
    let bytes: usize = program.files().iter().map(|file| file.text().len()).sum();
    println!(
        "{} files, {bytes} bytes, {} maps, {} accesses and {} on maps without a name, {} functions, {} notes, {took:.2?}",
        program.files().len(),
        program.decls().len(),
        program.all_accesses().len(),
        program.unresolved(),
        program.functions().len(),
        program.notes().len(),
    );
    Ok(())
}

fn print_map(program: &Program, name: &str) {
    println!("{name}");
    let Some(decl) = program.decls().iter().find(|decl| decl.id.as_str() == name) else {
        println!("  not a map of the program");
        return;
    };
    println!("  declared at {} {:?} {}", decl.site, decl.decl, decl.map_type.text);
    for access in program.accesses(&decl.id) {
        print_access(program, access);
    }
}

fn print_line(program: &Program, file: &str, line: u32) {
    println!("{file}:{line}");
    if program.file(file).is_none() {
        println!("  not a file of the program");
    }
    let here = |decl: &&MapDecl| &*decl.site.file == file && decl.site.line == line;
    for decl in program.decls().iter().filter(here) {
        println!("  declares {} {:?} {}", decl.id, decl.decl, decl.map_type.text);
    }
    for access in program.accesses_at(file, line) {
        print_access(program, access);
    }
}

fn print_access(program: &Program, found: &SourceAccess) {
    let access = &found.access;
    let declared = program.decl(&access.map).map(|decl| decl.site.to_string());
    println!(
        "  {} `{}` is {} declared at {}",
        access.operation.word(),
        access.expression,
        access.map,
        declared.as_deref().unwrap_or("?"),
    );
    let function = access.site.function.as_deref().unwrap_or("a package-level initialiser");
    println!("    at {} in {function}", access.site);
    println!("    locks {}", locks(&access.locks, &found.guards));
    if let Some(root) = &access.root {
        let kind = match root.kind {
            RootKind::Go => "go",
            RootKind::Callback => "callback",
            RootKind::Handler => "handler",
        };
        let many = if root.many { ", many at a time" } else { "" };
        println!("    root {kind} {}{many}: {}", root.site, root.path.join(" > "));
    }
    if access.before_sharing {
        println!("    before the map is shared");
    }
    if found.through_alias {
        println!("    through an alias");
    }
    for call in &found.calls {
        println!("    handed over at {call}");
    }
}

fn locks(set: &LockSet, guards: &[Option<Arc<str>>]) -> String {
    match set {
        LockSet::Unknown => "unknown".to_owned(),
        LockSet::Held(held) if held.is_empty() => "none".to_owned(),
        LockSet::Held(held) => {
            let one = |(lock, guard): (&finding::HeldLock, &Option<Arc<str>>)| {
                let mode = if lock.mode == LockMode::Read { " (read)" } else { "" };
                let guard = guard.as_deref().unwrap_or("?");
                format!("{}{mode} from {}, which is {guard}", lock.path, lock.site)
            };
            held.iter().zip(guards).map(one).collect::<Vec<_>>().join("; ")
        }
    }
}
