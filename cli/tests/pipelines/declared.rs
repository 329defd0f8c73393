//! What `action.yml` and `.pre-commit-hooks.yaml` declare, against what GitHub and pre-commit demand.
//!
//! Source: GitHub Docs, Metadata syntax reference; pre-commit.com, Creating new hooks.

use crate::github::{Action, project, string};
use saphyr::{LoadableYamlNode as _, Yaml};
use std::collections::BTreeSet;
use std::fs;

/// Reads a document of the project.
fn with<T>(file: &str, look: impl Fn(&Yaml<'_>) -> T) -> T {
    let text = fs::read_to_string(project().join(file)).unwrap();
    look(Yaml::load_from_str(&text).unwrap().first().unwrap())
}

fn keys(yaml: &Yaml<'_>) -> BTreeSet<String> {
    yaml.as_mapping().unwrap().keys().map(string).collect()
}

/// Asserts that a table has these keys, and of the others none that is not in `may`.
fn assert_keys(yaml: &Yaml<'_>, must: &[&str], may: &[&str]) {
    let keys = keys(yaml);
    assert!(must.iter().all(|key| keys.contains(*key)), "{keys:?}");
    let known = |key: &String| [must, may].concat().contains(&key.as_str());
    assert!(keys.iter().all(known), "{keys:?}");
}

#[test]
fn the_action_has_the_form_that_github_reads() {
    with("action.yml", |action| {
        let may = ["author", "branding", "inputs", "outputs"];
        assert_keys(action, &["name", "description", "runs"], &may);
        for (name, input) in action["inputs"].as_mapping().unwrap() {
            let name = string(name);
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
            assert_keys(input, &["description"], &["default", "required", "deprecationMessage"]);
            // A number or a bool would come as another text.
            string(&input["default"]);
        }
        for output in action["outputs"].as_mapping().unwrap().values() {
            assert_keys(output, &["description", "value"], &[]);
        }
        assert_keys(&action["runs"], &["using", "steps"], &[]);
        assert_eq!(string(&action["runs"]["using"]), "composite");
        for step in action["runs"]["steps"].as_sequence().unwrap() {
            if keys(step).contains("run") {
                assert_keys(
                    step,
                    &["run", "shell"],
                    &["id", "if", "name", "env", "working-directory"],
                );
                // What is put into a command is read by the shell, so nothing is.
                assert!(!string(&step["run"]).contains("${{"));
            } else {
                assert_keys(step, &["uses"], &["id", "if", "name", "with"]);
                let uses = string(&step["uses"]);
                let (action, version) = uses.split_once('@').unwrap();
                let pinned = version.len() == 40 && version.chars().all(|c| c.is_ascii_hexdigit());
                assert!(action.starts_with("actions/") && pinned, "{uses}");
            }
        }
    });
}

#[test]
fn the_script_reads_the_inputs_that_the_action_hands_on() {
    let action = Action::read();
    let script = fs::read_to_string(project().join("pipelines/check.sh")).unwrap();
    let read: BTreeSet<String> = script
        .split("INPUT_")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect())
        .collect();
    let variable = |name: &String| name.to_uppercase().replace('-', "_");
    let declared: BTreeSet<String> = action.defaults.keys().map(variable).collect();
    assert_eq!(read, declared);
    let handed = &action.steps.last().unwrap().env;
    for name in action.defaults.keys() {
        let expression = format!("${{{{ inputs.{name} }}}}");
        assert_eq!(handed.get(&format!("INPUT_{}", variable(name))), Some(&expression));
    }
}

#[test]
fn the_key_of_the_program_changes_with_its_sources() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["Cargo.toml", "Cargo.lock", "cli/src/main.rs", "cli/tests/a.rs", "doctor/a.rs"] {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "a").unwrap();
    }
    fs::create_dir(folder.path().join("pipelines")).unwrap();
    for file in ["program.sh", "build.sh"] {
        let to = folder.path().join("pipelines").join(file);
        fs::copy(project().join("pipelines").join(file), to).unwrap();
    }
    let key = || {
        let output = folder.path().join("output");
        fs::write(&output, "").unwrap();
        let status = std::process::Command::new("bash")
            .arg(folder.path().join("pipelines/build.sh"))
            .arg("key")
            .envs([("RUNNER_TEMP", "/t"), ("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64")])
            .env("GITHUB_OUTPUT", &output)
            .status();
        assert!(status.unwrap().success());
        fs::read_to_string(&output).unwrap()
    };
    let first = key();
    assert!(first.starts_with("folder=/t/tophash\nkey=tophash-Linux-X64-"), "{first}");
    fs::write(folder.path().join("cli/tests/a.rs"), "b").unwrap();
    assert_eq!(key(), first);
    fs::write(folder.path().join("doctor/a.rs"), "b").unwrap();
    assert_ne!(key(), first);
}

#[test]
fn the_hooks_have_the_form_that_pre_commit_reads() {
    with(".pre-commit-hooks.yaml", |hooks| {
        for hook in hooks.as_sequence().unwrap() {
            let may = ["description", "types", "pass_filenames", "require_serial"];
            assert_keys(hook, &["id", "name", "entry", "language"], &may);
            // The whole module is read, whatever was changed.
            assert_eq!(hook["pass_filenames"].as_bool(), Some(false));
        }
    });
}
