//! The table of map functions, held against the sources of the Go releases at hand.
//!
//! Each release's GOROOT is named by `TOPHASH_GO_1_NN`. An entry must be declared in the file it
//! names by the newest release that has it, and must exist in just the releases that it claims.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use go_runtime::{MapFunction, map_argument, map_functions};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 6] =
    ["runtime", "internal/runtime/maps", "reflect", "maps", "sync", "internal/sync"];

/// The sources of one release that can declare a map function: path below `src`, and the lines
/// that declare or name a function.
struct Release {
    files: Vec<(String, Vec<String>)>,
}

impl Release {
    fn read(goroot: &Path) -> Self {
        let mut files = Vec::new();
        for folder in FOLDERS {
            for entry in
                std::fs::read_dir(goroot.join("src").join(folder)).into_iter().flatten().flatten()
            {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.ends_with(".go") && !name.ends_with("_test.go") {
                    let text = std::fs::read_to_string(entry.path()).expect("a source file");
                    let tells = |line: &&str| {
                        line.starts_with("func ") || line.starts_with("//go:linkname ")
                    };
                    files.push((
                        format!("{folder}/{name}"),
                        text.lines().filter(tells).map(str::to_owned).collect(),
                    ));
                }
            }
        }
        Self { files }
    }

    /// The files that declare the function, or give it its name by `go:linkname`.
    fn declaring(&self, function: &MapFunction) -> Vec<&str> {
        let name = function.name.replace("[...]", "").replace(".func1", "");
        let (package, rest) = match name.find(".(") {
            Some(at) => name.split_at(at),
            None if name.starts_with("reflect.Value.") => name.split_at("reflect".len()),
            None => name.split_at(name.rfind('.').unwrap_or(0)),
        };
        let rest = rest.trim_start_matches('.');
        let method = rest
            .rsplit_once('.')
            .map(|(receiver, method)| (receiver.trim_matches(['(', ')', '*']), method));
        let declares = |line: &str| match method {
            None => line
                .strip_prefix("func ")
                .and_then(|line| line.strip_prefix(rest))
                .is_some_and(|line| line.starts_with(['(', '['])),
            Some((receiver, method)) => line
                .strip_prefix("func (")
                .and_then(|line| line.split_once(") "))
                .is_some_and(|(bound, tail)| {
                    let bound =
                        bound.split(' ').next_back().unwrap_or(bound).trim_start_matches('*');
                    let generic = bound.split('[').next() == Some(receiver)
                        || bound.ends_with(']') && line.contains(&format!("*{receiver}["));
                    generic && tail.strip_prefix(method).is_some_and(|tail| tail.starts_with('('))
                }),
        };
        let linked = format!(" {package}.{rest}");
        let links = |line: &str| {
            method.is_none() && line.starts_with("//go:linkname ") && line.ends_with(&linked)
        };
        self.files
            .iter()
            .filter(|(path, lines)| {
                let here = path.rsplit_once('/').is_some_and(|(folder, _)| folder == package);
                lines.iter().any(|line| here && declares(line) || links(line))
            })
            .map(|(path, _)| path.as_str())
            .collect()
    }
}

fn releases() -> BTreeMap<u8, Release> {
    let named = |minor: u8| std::env::var_os(format!("TOPHASH_GO_1_{minor}")).map(PathBuf::from);
    (21..=40).filter_map(|minor| Some((minor, Release::read(&named(minor)?)))).collect()
}

#[test]
fn every_map_function_is_in_the_releases_it_claims() {
    let releases = releases();
    if releases.is_empty() {
        let missing = "every_map_function_is_in_the_releases_it_claims: needs TOPHASH_GO_1_27; run cargo xtask test";
        assert!(std::env::var("TOPHASH_REQUIRE").as_deref() != Ok("all"), "{missing}");
        eprintln!("SKIPPED {missing}");
        return;
    }
    let newest = releases.keys().next_back().copied().unwrap_or(0);
    let mut wrong = Vec::new();
    for function in map_functions() {
        for (minor, release) in &releases {
            let declaring = release.declaring(function);
            if declaring.is_empty() == function.versions.contains(*minor) {
                wrong.push(format!(
                    "{} in 1.{minor}: declared by {declaring:?}, claimed {:?}",
                    function.name, function.versions
                ));
            }
        }
        let last = function.versions.last.unwrap_or(newest);
        if let Some(release) = releases.get(&last) {
            if !release.declaring(function).contains(&function.file) {
                wrong.push(format!(
                    "{} in 1.{last} is not in {}, but in {:?}",
                    function.name,
                    function.file,
                    release.declaring(function)
                ));
            }
        }
    }
    println!("{} functions against {} releases", map_functions().len(), releases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a declaration calls its parameters, the receiver first; none if the line declares another function.
fn parameters<'l>(line: &'l str, function: &str) -> Option<Vec<&'l str>> {
    let rest = line.strip_prefix("func ")?;
    let (receiver, rest) = match rest.strip_prefix('(') {
        Some(rest) => rest.split_once(") ").map(|(receiver, rest)| (Some(receiver), rest))?,
        None => (None, rest),
    };
    let listed = rest.strip_prefix(function)?.strip_prefix('(')?.split(')').next()?;
    let names = receiver.into_iter().chain(listed.split(", ").filter(|one| !one.is_empty()));
    Some(names.map(|one| one.split(' ').next().unwrap_or(one)).collect())
}

#[test]
fn the_map_is_the_argument_that_is_said() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (minor, release) in &releases() {
        for function in map_functions() {
            let Some(place) = map_argument(function.name) else { continue };
            let (package, name) = match function.name.split_once(".(*") {
                Some((package, method)) => {
                    (package, method.rsplit_once(").").map_or("", |(_, name)| name))
                }
                None => function.name.rsplit_once('.').unwrap_or_default(),
            };
            let receiver =
                function.name.split_once(".(*").and_then(|(_, rest)| rest.split_once(')'));
            for (path, lines) in &release.files {
                if path.rsplit_once('/').is_none_or(|(folder, _)| folder != package) {
                    continue;
                }
                for line in lines {
                    let of_type = receiver.is_none_or(|(of, _)| line.contains(&format!("*{of}) ")));
                    let method = line.starts_with("func (");
                    if !of_type || method != receiver.is_some() {
                        continue;
                    }
                    let Some(names) = parameters(line, name) else { continue };
                    seen += 1;
                    if !names.get(place).is_some_and(|name| ["m", "h", "src"].contains(name)) {
                        wrong
                            .push(format!("1.{minor} {path}: {line}, of which {place} is the map"));
                    }
                }
            }
        }
    }
    if releases().is_empty() {
        eprintln!(
            "SKIPPED the_map_is_the_argument_that_is_said: needs TOPHASH_GO_1_27; run cargo xtask test"
        );
        return;
    }
    println!("{seen} declarations");
    assert!(seen > 50, "{seen} declarations");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
