//! The examples of `docs/pipelines.md`: what they name is there, and what they run works.

use crate::github::{Action, project, string};
use crate::repository::{commit, git, race};
use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The examples, one document each.
fn examples() -> Vec<String> {
    let document = fs::read_to_string(project().join("docs/pipelines.md")).unwrap();
    let blocks = document.split("```yaml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The steps of an example that use an action whose name begins so.
fn steps<'y>(example: &'y Yaml<'y>, action: &str) -> Vec<&'y Yaml<'y>> {
    let jobs = example.as_mapping_get("jobs").and_then(Yaml::as_mapping);
    let jobs = jobs.into_iter().flat_map(|jobs| jobs.values());
    let steps = jobs.flat_map(|job| job["steps"].as_sequence().unwrap());
    steps.filter(|step| string(&step["uses"]).starts_with(action)).collect()
}

#[test]
fn the_workflows_name_inputs_and_outputs_that_there_are() {
    let action = Action::read();
    let mut seen = 0;
    for example in examples() {
        let example = &Yaml::load_from_str(&example).unwrap()[0];
        for step in steps(example, "tophash/") {
            let with = step.as_mapping_get("with").and_then(Yaml::as_mapping).unwrap();
            for input in with.keys() {
                assert!(action.defaults.contains_key(&string(input)), "{input:?}");
                seen += 1;
            }
        }
        for step in steps(example, "github/codeql-action/upload-sarif") {
            let file = string(&step["with"]["sarif_file"]);
            assert_eq!(file, "${{ steps.maps.outputs.sarif }}");
            assert!(action.outputs.contains_key("sarif"));
        }
    }
    assert_eq!(seen, 3);
}

#[test]
fn the_table_of_inputs_has_all_with_their_defaults() {
    let document = fs::read_to_string(project().join("docs/pipelines.md")).unwrap();
    let action = Action::read();
    for name in action.defaults.keys().chain(action.outputs.keys()) {
        assert!(document.contains(&format!("| `{name}` | ")), "{name}");
    }
    for (name, default) in [("paths", "./..."), ("format", "github"), ("new-from-rev", "auto")] {
        let row = document.lines().find(|line| line.starts_with(&format!("| `{name}` | ")));
        assert!(row.unwrap().contains(&format!("| `{default}`")), "{name}");
        assert_eq!(action.defaults[name], default);
    }
}

#[test]
fn the_hook_is_one_of_ours() {
    let hooks = fs::read_to_string(project().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks = &Yaml::load_from_str(&hooks).unwrap()[0];
    let ids: Vec<String> =
        hooks.as_sequence().unwrap().iter().map(|hook| string(&hook["id"])).collect();
    let examples = examples();
    let example = examples.iter().find(|example| example.starts_with("repos:")).unwrap();
    let example = &Yaml::load_from_str(example).unwrap()[0];
    let id = string(&example["repos"][0]["hooks"][0]["id"]);
    assert!(ids.contains(&id), "{id}");
}

#[test]
fn the_job_of_gitlab_writes_its_report() {
    let examples = examples();
    let example = examples.iter().find(|example| example.contains("codequality")).unwrap();
    let job = &Yaml::load_from_str(example).unwrap()[0]["maps"];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("go.mod"), "module example.com/t\n\ngo 1.21\n").unwrap();
    fs::write(folder.path().join("old.go"), race("t")).unwrap();
    git(folder.path(), &["init", "--quiet"]);
    commit(folder.path(), "as it was");
    let base = git(folder.path(), &["rev-parse", "HEAD"]);
    fs::write(folder.path().join("new.go"), race("t").replace("seen()", "others()")).unwrap();
    let script = string(&job["script"][0]);
    let ours = Path::new(env!("CARGO_BIN_EXE_tophash")).parent().unwrap();
    let path = format!("{}:{}", ours.display(), std::env::var("PATH").unwrap_or_default());
    let status = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)
        .env("TOPHASH_CACHE_DIR", crate::common::cache_folder())
        .status();
    assert_eq!(status.unwrap().code(), Some(1));
    let report = string(&job["artifacts"]["reports"]["codequality"]);
    let report: Value =
        serde_json::from_slice(&fs::read(folder.path().join(report)).unwrap()).unwrap();
    let found = report.as_array().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["location"]["path"], "new.go");
}
