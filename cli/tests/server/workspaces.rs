//! Folders of all kinds, and several of them.

use crate::client::{Client, UNEVEN, capabilities, module_of, uri};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_folder_within_a_module_shows_its_own_findings_and_those_of_open_files() {
    let folder = module_of(UNEVEN);
    let sub = folder.path().join("sub");
    fs::create_dir(&sub).unwrap();
    fs::write(sub.join("s.go"), UNEVEN).unwrap();
    let mut client = Client::in_folders(&[&sub]);
    client.shows(&sub.join("s.go"), &[17, 21]);
    let above = folder.path().join("t.go");
    assert!(!client.shown.contains_key(&uri(&above)));
    client.open(&above);
    client.shows(&above, &[17, 21]);
    client.close(&above);
    client.shows(&above, &[]);
}

#[test]
fn several_folders_come_and_go() {
    let (one, two) = (module_of(UNEVEN), module_of(UNEVEN));
    let (in_one, in_two) = (one.path().join("t.go"), two.path().join("t.go"));
    let mut client = Client::in_folders(&[one.path(), two.path()]);
    client.shows(&in_one, &[17, 21]);
    client.shows(&in_two, &[17, 21]);
    // What changes in one is nothing to the other.
    client.open(&in_two);
    client.open(&in_one);
    client.change(&in_one, 2, "package t\n");
    client.shows(&in_one, &[]);
    assert_eq!(client.actions(&in_two, 17).len(), 3);
    client.close(&in_one);
    client.shows(&in_one, &[17, 21]);
    let folder = json!({ "uri": uri(one.path()), "name": "t" });
    let gone = json!({ "event": { "removed": [folder], "added": [] } });
    client.tell("workspace/didChangeWorkspaceFolders", gone);
    client.shows(&in_one, &[]);
    let back = json!({ "event": { "removed": [], "added": [folder] } });
    client.tell("workspace/didChangeWorkspaceFolders", back);
    client.shows(&in_one, &[17, 21]);
    assert_eq!(client.end(true), 0);
}

#[test]
fn a_module_within_a_folder_that_is_open_too_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("go.mod"), "module example.com/inner\n\ngo 1.21\n").unwrap();
    fs::write(inner.join("t.go"), UNEVEN).unwrap();
    let outer = folder.path().join("outer");
    fs::create_dir(&outer).unwrap();
    fs::write(outer.join("go.mod"), "module example.com/outer\n\ngo 1.21\n").unwrap();
    fs::write(outer.join("t.go"), UNEVEN).unwrap();
    let mut client = Client::in_folders(&[folder.path(), &inner]);
    client.shows(&outer.join("t.go"), &[17, 21]);
    client.shows(&inner.join("t.go"), &[17, 21]);
    let gone = json!({ "uri": uri(&inner), "name": "t" });
    let event = json!({ "event": { "removed": [gone], "added": [] } });
    client.tell("workspace/didChangeWorkspaceFolders", event);
    client.shows(&inner.join("t.go"), &[]);
}

#[test]
fn a_workspace_of_go_is_one_tree() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("go.work"), "go 1.21\n\nuse (\n\t./a\n\t./b\n)\n").unwrap();
    for module in ["a", "b"] {
        let inner = folder.path().join(module);
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("go.mod"), format!("module example.com/{module}\n\ngo 1.21\n"))
            .unwrap();
    }
    fs::write(folder.path().join("a/t.go"), UNEVEN.replace("package t", "package a")).unwrap();
    let user = "package b\n\nimport \"example.com/a\"\n\nfunc Use(c *a.C) { c.Set(\"k\", 1) }\n";
    fs::write(folder.path().join("b/u.go"), user).unwrap();
    let a = folder.path().join("a");
    let mut client = Client::in_folders(&[&a]);
    client.shows(&a.join("t.go"), &[17, 21]);
}

#[test]
fn without_a_folder_the_modules_of_open_files_are_checked() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::start(&[]);
    client.greet(json!({ "capabilities": capabilities() }));
    client.open(&path);
    client.shows(&path, &[17, 21]);
    client.close(&path);
    client.shows(&path, &[]);
    assert_eq!(client.hover(&path, 16, 10), Value::Null);
}

#[test]
#[cfg(unix)]
fn the_whole_system_is_no_folder_to_check() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[std::path::Path::new("/")]);
    client.open(&path);
    client.shows(&path, &[17, 21]);
    assert_eq!(client.end(true), 0);
}

#[test]
fn a_folder_without_go_is_said_and_the_server_goes_on() {
    let empty = tempfile::tempdir().unwrap();
    let mut client = Client::in_folders(&[empty.path()]);
    let said = client.told("window/showMessage");
    let text = said["message"].as_str().unwrap();
    assert!(text.contains("no Go files below") && text.contains("go.mod"), "{text}");
    // Files without a module are checked all the same, as the check does.
    let path = empty.path().join("t.go");
    fs::write(&path, UNEVEN).unwrap();
    client.open(&path);
    client.shows(&path, &[17, 21]);
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::in_folders(&[&folder.path().join("none")]);
    let said = client.told("window/showMessage");
    assert!(said["message"].as_str().unwrap().contains("cannot read the source tree"), "{said}");
    assert_eq!(client.end(true), 0);
}
