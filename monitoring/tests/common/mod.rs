//! What the tests of this folder share: where files lie, the rules as data, and the programs of Prometheus.

#![allow(dead_code, clippy::allow_attributes, reason = "each test uses a part of it")]
#![expect(clippy::print_stderr, reason = "a test says what it skips")]

use saphyr::{LoadableYamlNode, Yaml};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of this package.
pub(crate) fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of this package, or of the repository by `../`.
pub(crate) fn read(file: impl AsRef<Path>) -> String {
    let path = folder().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder of this package whose names end so, in order.
pub(crate) fn files(of: &str, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder().join(of)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    found.sort();
    assert!(!found.is_empty(), "no {ending} in {of}");
    found
}

/// A file's name without folder and ending.
pub(crate) fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

/// A file of one YAML document.
pub(crate) fn yaml(text: &str) -> Yaml<'_> {
    let mut documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// A string of a mapping.
pub(crate) fn string<'y>(of: &'y Yaml<'_>, key: &str) -> Option<&'y str> {
    of.as_mapping_get(key)?.as_str()
}

/// What a mapping has under a key, as a list.
pub(crate) fn list<'y>(of: &'y Yaml<'y>, key: &str) -> &'y [Yaml<'y>] {
    of.as_mapping_get(key).and_then(Yaml::as_vec).map_or(&[], Vec::as_slice)
}

/// A rule: its name and query, and of alerts the labels and annotations.
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) alerts: bool,
    pub(crate) query: String,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) annotations: Vec<(String, String)>,
}

impl Rule {
    /// A label or an annotation of the rule.
    pub(crate) fn said(&self, key: &str) -> &str {
        let all = self.labels.iter().chain(&self.annotations);
        let found = all.filter(|(name, _)| name == key).map(|(_, value)| value.as_str()).next();
        found.unwrap_or_else(|| panic!("{} has no {key}", self.name))
    }
}

/// All rules, in the order of the files.
pub(crate) fn rules() -> Vec<Rule> {
    let pairs = |of: &Yaml<'_>, key: &str| -> Vec<(String, String)> {
        let pairs = of.as_mapping_get(key).and_then(Yaml::as_mapping);
        let text = |yaml: &Yaml<'_>| yaml.as_str().unwrap().to_owned();
        pairs.into_iter().flatten().map(|(name, value)| (text(name), text(value))).collect()
    };
    let mut found = Vec::new();
    for file in files("rules", ".yml") {
        let text = fs::read_to_string(file).unwrap();
        for group in list(&yaml(&text), "groups") {
            for rule in list(group, "rules") {
                let alert = string(rule, "alert");
                found.push(Rule {
                    name: alert.or(string(rule, "record")).unwrap().to_owned(),
                    alerts: alert.is_some(),
                    query: string(rule, "expr").unwrap().to_owned(),
                    labels: pairs(rule, "labels"),
                    annotations: pairs(rule, "annotations"),
                });
            }
        }
    }
    assert!(found.len() > 15, "only {} rules were found", found.len());
    found
}

/// A program of Prometheus (`promtool`, `prometheus`), or a loud skip.
pub(crate) fn prometheus(program: &str, test: &str) -> Option<PathBuf> {
    find("TOPHASH_PROMETHEUS", program, test)
}

/// Alertmanager's `amtool`, or a loud skip.
pub(crate) fn amtool(test: &str) -> Option<PathBuf> {
    find("TOPHASH_ALERTMANAGER", "amtool", test)
}

fn find(variable: &str, name: &str, test: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os(variable).map(PathBuf::from) else {
        let required = std::env::var("TOPHASH_REQUIRE").as_deref() == Ok("all");
        assert!(!required, "{test} needs {variable}");
        eprintln!("SKIPPED {test}: needs {name} in {variable}; run cargo xtask test");
        return None;
    };
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{variable} names {}, which has no {name}", folder.display());
    Some(path)
}

/// Runs a command that must succeed; what it printed.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}
