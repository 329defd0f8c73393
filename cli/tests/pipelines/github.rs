//! A runner of GitHub, as far as our action needs one: it reads `action.yml` and runs the steps that are commands.

use saphyr::{LoadableYamlNode as _, Yaml};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository of this project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Texts by their names.
pub(crate) type Texts = BTreeMap<String, String>;

/// A step of an action that is a command.
pub(crate) struct Step {
    pub(crate) id: Option<String>,
    pub(crate) run: String,
    pub(crate) env: Texts,
}

/// `action.yml`, as far as a runner reads it.
pub(crate) struct Action {
    pub(crate) defaults: Texts,
    pub(crate) outputs: Texts,
    pub(crate) steps: Vec<Step>,
}

impl Action {
    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(project().join("action.yml")).unwrap();
        let documents = Yaml::load_from_str(&text).unwrap();
        let action = documents.first().unwrap();
        let steps = action["runs"]["steps"].as_sequence().unwrap();
        let command = |step: &Yaml<'_>| {
            Some(Step {
                id: step.as_mapping_get("id").map(string),
                run: step.as_mapping_get("run").map(string)?,
                env: step.as_mapping_get("env").map(texts).unwrap_or_default(),
            })
        };
        Self {
            defaults: of_each(&action["inputs"], "default"),
            outputs: of_each(&action["outputs"], "value"),
            steps: steps.iter().filter_map(command).collect(),
        }
    }
}

/// A text of a document.
pub(crate) fn string(yaml: &Yaml<'_>) -> String {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}")).to_owned()
}

/// A table of texts.
fn texts(yaml: &Yaml<'_>) -> Texts {
    yaml.as_mapping().unwrap().iter().map(|(key, value)| (string(key), string(value))).collect()
}

/// One text of each table in a table.
fn of_each(yaml: &Yaml<'_>, key: &str) -> Texts {
    let entries = yaml.as_mapping().unwrap().iter();
    entries.map(|(name, entry)| (string(name), string(&entry[key]))).collect()
}

/// What an action left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) outputs: Texts,
}

/// Runs the action in a checked out repository, with the variables of an event and inputs; a program that is installed stands
/// for the one that would be built.
pub(crate) fn run(workspace: &Path, event: &[(&str, &str)], inputs: &[(&str, &str)]) -> Ran {
    let action = Action::read();
    let runner = tempfile::tempdir().unwrap();
    let mut values = Texts::new();
    values.insert("github.action_path".to_owned(), project().display().to_string());
    for (name, default) in &action.defaults {
        let given = inputs.iter().find(|(input, _)| input == name);
        let value = given.map_or(default.as_str(), |(_, value)| value);
        values.insert(format!("inputs.{name}"), value.to_owned());
    }
    let mut ran =
        Ran { code: 0, stdout: String::new(), stderr: String::new(), outputs: Texts::new() };
    for step in &action.steps {
        let output = runner.path().join("output");
        fs::write(&output, "").unwrap();
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", &step.run])
            .current_dir(workspace)
            .env_remove("GITHUB_BASE_REF")
            .env("GITHUB_OUTPUT", &output)
            .env("RUNNER_TEMP", runner.path())
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("TOPHASH_PROGRAM", env!("CARGO_BIN_EXE_tophash"))
            .envs(event.iter().copied())
            .envs(step.env.iter().map(|(name, text)| (name, expand(text, &values))));
        let out = command.output().unwrap();
        ran.stdout.push_str(&String::from_utf8_lossy(&out.stdout));
        ran.stderr.push_str(&String::from_utf8_lossy(&out.stderr));
        for line in fs::read_to_string(&output).unwrap().lines() {
            let (name, value) = line.split_once('=').unwrap();
            let id = step.id.as_ref().unwrap();
            values.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        ran.code = out.status.code().unwrap();
        if ran.code != 0 {
            break;
        }
    }
    ran.outputs =
        action.outputs.iter().map(|(name, text)| (name.clone(), expand(text, &values))).collect();
    ran
}

/// Puts values for `${{ name }}`; what is not there is an empty text.
fn expand(text: &str, values: &Texts) -> String {
    let mut parts = text.split("${{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap();
        out.push_str(values.get(name.trim()).map_or("", String::as_str));
        out.push_str(rest);
    }
    out
}
