//! What is offered to do about a finding, and that it does what it says.

use crate::client::{Client, UNEVEN, capabilities, module_of, uri};
use crate::edits::with;
use serde_json::{Value, json};
use std::fs;

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

#[test]
fn a_repair_is_offered_and_its_finding_is_gone_when_it_is_made() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    let shown = client.shows(&path, &[17, 21]);
    client.open(&path);
    let actions = client.actions(&path, 17);
    assert_eq!(
        titles(&actions),
        [
            "Repair TH101: takes C.mu",
            "Repair all 2 findings of C.m: takes C.mu",
            "Suppress TH101 with a comment"
        ]
    );
    assert!(actions.iter().all(|action| action["kind"] == "quickfix"));
    assert_eq!(actions[0]["diagnostics"], json!([shown[0]]));
    assert_eq!(actions[0]["isPreferred"], true);
    assert_eq!(actions[1]["diagnostics"], shown);
    let document = &actions[0]["edit"]["documentChanges"][0];
    assert_eq!(document["textDocument"], json!({ "uri": uri(&path), "version": 1 }));
    let mended = with(UNEVEN, &document["edits"]);
    let get =
        "func (c *C) Get(k string) int {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\treturn c.m[k]\n";
    assert!(mended.contains(get), "{mended}");
    client.change(&path, 2, &mended);
    client.shows(&path, &[23]);
    // Nothing is offered where nothing is found.
    assert_eq!(client.actions(&path, 17), [Value::Null; 0]);
    let all = with(UNEVEN, &actions[1]["edit"]["documentChanges"][0]["edits"]);
    client.change(&path, 3, &all);
    client.shows(&path, &[]);
}

#[test]
fn a_comment_is_offered_that_suppresses() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.open(&path);
    let actions = client.actions(&path, 21);
    let last = actions.last().unwrap();
    let text = with(UNEVEN, &last["edit"]["documentChanges"][0]["edits"]);
    assert!(
        text.contains("{\n\t//tophash:ignore TH101 TODO: say why this is safe\n\tc.m[k] = v\n")
    );
    client.change(&path, 2, &text);
    client.shows(&path, &[17]);
}

#[test]
fn a_repair_may_edit_files_that_are_not_open() {
    let owner = "package t\n\ntype c struct {\n\tm map[string]int\n}\n\nfunc (c *c) get() int { return c.m[\"a\"] }\n";
    let folder = module_of(owner);
    let user = folder.path().join("u.go");
    let text = "package t\n\nfunc Run() {\n\tx := &c{m: map[string]int{}}\n\tgo func() {\n\t\tx.m[\"a\"] = 1\n\t}()\n\tprintln(x.get())\n}\n";
    fs::write(&user, text).unwrap();
    let mut client = Client::in_folders(&[folder.path()]);
    client.open(&user);
    let actions = client.actions(&user, 6);
    let repair = actions
        .iter()
        .find(|action| action["title"].as_str().unwrap().starts_with("Repair"))
        .unwrap();
    let changes = repair["edit"]["documentChanges"].as_array().unwrap();
    let of = |path: &std::path::Path| {
        changes.iter().find(|change| change["textDocument"]["uri"] == uri(path)).unwrap()
    };
    let closed = folder.path().join("t.go");
    assert_eq!(of(&closed)["textDocument"]["version"], Value::Null);
    assert_eq!(of(&user)["textDocument"]["version"], 1);
    fs::write(&closed, with(owner, &of(&closed)["edits"])).unwrap();
    client.change(&user, 2, &with(text, &of(&user)["edits"]));
    client.save(&user);
    client.shows(&user, &[]);
}

/// The uneven module with a helper, whose callers may hold the lock or may not.
fn with_a_helper() -> String {
    format!(
        "{UNEVEN}\nfunc (c *C) add(k string) {{ c.m[k]++ }}\n\n\
         func (c *C) Grow() {{\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.add(\"g\")\n}}\n\n\
         func (c *C) Shrink() {{\n\tc.mu.Lock()\n\tc.mu.Unlock()\n\tc.add(\"s\")\n}}\n"
    )
}

#[test]
fn what_has_no_safe_repair_is_offered_none() {
    // Callers may hold the lock.
    let folder = module_of(&with_a_helper());
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.open(&path);
    client.shows(&path, &[17, 21, 24]);
    assert_eq!(titles(&client.actions(&path, 24)), ["Suppress TH101 with a comment"]);
}

#[test]
fn a_client_gets_what_it_knows_and_asks_for() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::start(&[]);
    let mut can = capabilities();
    can["workspace"] = json!({});
    client.greet(json!({ "capabilities": can, "rootUri": uri(folder.path()) }));
    client.open(&path);
    let actions = client.actions(&path, 17);
    assert!(actions[0]["edit"]["changes"][uri(&path)].is_array(), "{}", actions[0]);
    let at = json!({ "line": 16, "character": 0 });
    let asked = |only: &str| {
        json!({
            "textDocument": { "uri": uri(&path) },
            "range": { "start": at, "end": { "line": 16, "character": 20 } },
            "context": { "diagnostics": [], "only": [only] },
        })
    };
    let mut number = |only: &str| {
        client.ask("textDocument/codeAction", asked(only)).unwrap().as_array().unwrap().len()
    };
    assert_eq!((number("refactor"), number("quickfix")), (0, 3));
    assert_eq!((number("source"), number("source.fixAll"), number("quick")), (1, 1, 0));
}

#[test]
fn all_that_can_be_repaired_of_a_file_is_repaired_at_once() {
    // What `add` does may be done under the lock of its callers, and is left.
    let source = with_a_helper();
    let folder = module_of(&source);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    let shown = client.shows(&path, &[17, 21, 24]);
    client.open(&path);
    // Wherever the cursor is.
    let at = json!({ "line": 0, "character": 0 });
    let params = json!({
        "textDocument": { "uri": uri(&path) },
        "range": { "start": at, "end": at },
        "context": { "diagnostics": [], "only": ["source.fixAll.tophash"] },
    });
    let actions = client.ask("textDocument/codeAction", params.clone()).unwrap();
    assert_eq!(titles(actions.as_array().unwrap()), ["Repair 2 findings of this file: takes C.mu"]);
    let action = &actions[0];
    assert_eq!(action["kind"], "source.fixAll.tophash");
    assert_eq!(action["diagnostics"], json!([shown[0], shown[1]]));
    let mended = with(&source, &action["edit"]["documentChanges"][0]["edits"]);
    client.change(&path, 2, &mended);
    client.shows(&path, &[28]);
    // Nothing that is left can be repaired.
    assert_eq!(client.ask("textDocument/codeAction", params).unwrap(), json!([]));
}
