//! What is shown of findings is what `tophash check` finds.

use crate::client::{Client, UNEVEN, capabilities, module_of, uri};
use crate::common::{ORDERS, cache_folder, copy_tree, run_in};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The findings of the check: file, line and column from 0, code, and severity of the protocol.
fn checked(folder: &Path) -> Vec<(String, u64, u64, String, u64)> {
    let out = run_in(folder, &["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&out.stdout).unwrap();
    let of = |finding: &Value| {
        let site = &finding["access"]["site"];
        let number = |name: &str| site[name].as_u64().unwrap() - 1;
        let severity = if finding["grade"] == "high" { 1 } else { 2 };
        let file = uri(&folder.join(site["file"].as_str().unwrap()));
        let code = finding["code"].as_str().unwrap().to_owned();
        (file, number("line"), number("column"), code, severity)
    };
    report["findings"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn a_folder_that_opens_shows_what_the_check_finds() {
    let folder = tempfile::tempdir().unwrap();
    copy_tree(ORDERS.as_ref(), folder.path());
    let wanted = checked(folder.path());
    assert!(wanted.len() >= 8, "{wanted:?}");
    let mut client = Client::in_folders(&[folder.path()]);
    let mut shown = Vec::new();
    while shown.len() < wanted.len() {
        client.told("textDocument/publishDiagnostics");
        shown.clear();
        for (file, diagnostics) in &client.shown {
            for one in diagnostics.as_array().unwrap() {
                let start = &one["range"]["start"];
                let number = |value: &Value| value.as_u64().unwrap();
                let code = one["code"].as_str().unwrap().to_owned();
                let (line, column) = (number(&start["line"]), number(&start["character"]));
                shown.push((file.clone(), line, column, code, number(&one["severity"])));
            }
        }
    }
    shown.sort();
    let mut wanted = wanted;
    wanted.sort();
    assert_eq!(shown, wanted);
}

#[test]
fn a_diagnostic_says_what_where_and_why() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    let shown = client.shows(&path, &[17, 21]);
    let one = &shown[0];
    assert_eq!(one["source"], "tophash");
    assert_eq!(one["code"], "TH101");
    let message = one["message"].as_str().unwrap();
    assert!(message.starts_with("C.m is read without C.mu, which guards it elsewhere [medium]; "));
    assert_eq!(one["range"]["end"], json!({ "line": 16, "character": 11 + 1 - 1 }));
    let related = one["relatedInformation"].as_array().unwrap();
    assert_eq!(related[0]["message"], "the map is declared here");
    let start = json!({ "line": 6, "character": 1 });
    assert_eq!(related[0]["location"]["range"]["start"], start);
    assert!(related.len() >= 2, "{related:?}");
    assert_eq!(one["data"]["grade"], "medium");
}

#[test]
fn a_code_leads_to_the_page_of_its_rule() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    let shown = client.shows(&path, &[17, 21]);
    let link = shown[0]["codeDescription"]["href"].as_str().unwrap();
    let page = fs::read_to_string(cache_folder().join("rules").join("TH101.md")).unwrap();
    assert_eq!(link, uri(&cache_folder().join("rules").join("TH101.md")));
    assert_eq!(page, run_in(folder.path(), &["rule", "TH101"]).stdout);
    // A client that follows no links gets none.
    let mut other = Client::start(&[]);
    let mut can = capabilities();
    can["textDocument"]["publishDiagnostics"] = json!({});
    other.greet(json!({ "capabilities": can, "rootUri": uri(folder.path()) }));
    assert_eq!(other.shows(&path, &[17, 21])[0]["codeDescription"], Value::Null);
}

#[test]
fn what_is_typed_is_checked_before_it_is_saved() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.shows(&path, &[17, 21]);
    client.open(&path);
    let mended = UNEVEN.replace("\treturn c.m[k]\n", "\treturn 0\n");
    client.change(&path, 2, &mended);
    client.shows(&path, &[21]);
    client.change(&path, 3, "package t\n");
    client.shows(&path, &[]);
    // What is closed without being saved is as it is on disk.
    client.close(&path);
    client.shows(&path, &[17, 21]);
    fs::write(&path, &mended).unwrap();
    client.open(&path);
    client.save(&path);
    client.shows(&path, &[21]);
    fs::remove_file(&path).unwrap();
    fs::write(folder.path().join("u.go"), "package t\n").unwrap();
    client.close(&path);
    let change = json!({ "changes": [{ "uri": uri(&path), "type": 3 }] });
    client.tell("workspace/didChangeWatchedFiles", change);
    client.shows(&path, &[]);
}

#[test]
fn a_new_file_counts_before_it_is_saved() {
    let folder = module_of(UNEVEN);
    let mut client = Client::in_folders(&[folder.path()]);
    client.shows(&folder.path().join("t.go"), &[17, 21]);
    let new = folder.path().join("new.go");
    let text = "package t\n\nfunc (c *C) Forget(k string) { delete(c.m, k) }\n";
    let document = json!({ "uri": uri(&new), "languageId": "go", "version": 1, "text": text });
    client.tell("textDocument/didOpen", json!({ "textDocument": document }));
    client.shows(&new, &[3]);
}

#[test]
fn settings_and_comments_hold_as_they_do_for_the_check() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let settings = folder.path().join("tophash.toml");
    let mut client = Client::in_folders(&[folder.path()]);
    client.shows(&path, &[17, 21]);
    let change = |client: &mut Client, text: &str| {
        fs::write(&settings, text).unwrap();
        let change = json!({ "changes": [{ "uri": uri(&settings), "type": 2 }] });
        client.tell("workspace/didChangeWatchedFiles", change);
    };
    change(&mut client, "grade = \"high\"\n");
    client.shows(&path, &[]);
    change(&mut client, "ignroe = []\n");
    let said = client.told("window/showMessage");
    assert!(said["message"].as_str().unwrap().contains("did you mean 'ignore'?"), "{said}");
    change(&mut client, "");
    client.shows(&path, &[17, 21]);
    client.open(&path);
    let comment = "\treturn c.m[k] //tophash:ignore TH101 only before it is shared\n";
    client.change(&path, 2, &UNEVEN.replace("\treturn c.m[k]\n", comment));
    client.shows(&path, &[21]);
    // A comment without a reason suppresses nothing, and that is said.
    client.change(&path, 3, &UNEVEN.replace("c.m[k]\n", "c.m[k] //tophash:ignore TH101\n"));
    client.shows(&path, &[17, 21]);
    client.until(|message| {
        let text = message["params"]["message"].as_str().unwrap_or_default();
        message["method"] == "window/logMessage" && text.contains("without a reason")
    });
}

#[test]
fn columns_are_counted_as_agreed() {
    let source = UNEVEN.replace("\treturn c.m[k]", "\t_ = \"ä𝄞\"; return c.m[k]");
    let folder = module_of(&source);
    let path = folder.path().join("t.go");
    let line = source.lines().nth(16).unwrap();
    let before = line.split("c.m").next().unwrap();
    for (encodings, agreed, column) in [
        (json!(["utf-8", "utf-16"]), "utf-8", before.len()),
        (json!(["utf-32", "utf-16"]), "utf-16", before.encode_utf16().count()),
        (Value::Null, "utf-16", before.encode_utf16().count()),
    ] {
        let mut client = Client::start(&[]);
        let mut can = capabilities();
        if !encodings.is_null() {
            can["general"] = json!({ "positionEncodings": encodings });
        }
        let said = client.greet(json!({ "capabilities": can, "rootUri": uri(folder.path()) }));
        assert_eq!(said["capabilities"]["positionEncoding"], agreed);
        let shown = client.shows(&path, &[17, 21]);
        assert_eq!(shown[0]["range"]["start"]["character"], column);
        assert_eq!(shown[0]["range"]["end"]["character"], column + 3);
        // The same counts hold for what the client sends.
        client.open(&path);
        let at = |character: usize| json!({ "line": 16, "character": character });
        let change =
            json!({ "range": { "start": at(column), "end": at(column + 6) }, "text": "0" });
        let document = json!({ "uri": uri(&path), "version": 2 });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        client.tell("textDocument/didChange", params);
        client.shows(&path, &[21]);
    }
}
