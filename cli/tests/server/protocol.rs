//! The life of a session, and what is done with messages that nobody should send.

use crate::client::{Client, UNEVEN, capabilities, module_of, uri};
use serde_json::{Value, json};

const NOT_INITIALIZED: i64 = -32002;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const CANCELLED: i64 = -32800;

#[test]
fn a_session_by_the_book_ends_with_zero_and_any_other_with_one() {
    let folder = module_of(UNEVEN);
    assert_eq!(Client::in_folders(&[folder.path()]).end(true), 0);
    assert_eq!(Client::in_folders(&[folder.path()]).end(false), 1);
    assert_eq!(Client::start(&[]).end(false), 1);
    let mut early = Client::start(&[]);
    early.tell("exit", Value::Null);
    assert_eq!(early.code(), 1);
}

#[test]
fn what_comes_out_of_turn_is_refused() {
    let mut client = Client::start(&["--stdio"]);
    assert_eq!(client.ask("shutdown", Value::Null), Err(NOT_INITIALIZED));
    assert_eq!(client.ask("initialize", json!({ "capabilities": 1 })), Err(INVALID_PARAMS));
    let said = client.greet(json!({ "capabilities": capabilities() }));
    assert_eq!(said["serverInfo"]["name"], "tophash");
    assert_eq!(said["capabilities"]["positionEncoding"], "utf-16");
    let kinds = &said["capabilities"]["codeActionProvider"]["codeActionKinds"];
    assert_eq!(kinds, &json!(["quickfix", "source.fixAll.tophash"]));
    assert_eq!(client.ask("initialize", json!({ "capabilities": {} })), Err(INVALID_REQUEST));
    assert_eq!(client.ask("textDocument/rename", json!({})), Err(METHOD_NOT_FOUND));
    assert_eq!(client.ask("textDocument/hover", json!({})), Err(INVALID_PARAMS));
    client.tell("$/setTrace", json!({ "value": "off" }));
    client.tell("nobody/knows", json!([1]));
    client.tell("textDocument/didChange", json!({ "textDocument": 7 }));
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": "untitled:1" } }));
    assert_eq!(client.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.ask("textDocument/hover", json!({})), Err(INVALID_REQUEST));
    client.tell("exit", Value::Null);
    assert_eq!(client.code(), 0);
}

#[test]
fn what_is_no_message_is_answered_and_the_session_goes_on() {
    let folder = module_of(UNEVEN);
    let mut client = Client::in_folders(&[folder.path()]);
    let deep = "[".repeat(100_000);
    for (text, code) in [
        ("{", -32700),
        (deep.as_str(), -32700),
        ("{}", -32600),
        (r#"{"id":1.5,"method":"x"}"#, -32600),
    ] {
        client.send(text);
        let refused =
            client.until(|message| message["id"].is_null() && message.get("error").is_some());
        assert_eq!(refused["error"]["code"], code, "{text:.30}");
    }
    assert_eq!(client.end(true), 0);
}

#[test]
fn a_request_can_be_cancelled() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.shows(&path, &[17, 21]);
    client.open(&path);
    // A text that was just changed is checked only once it is quiet, so the request waits.
    client.change(&path, 2, &format!("{UNEVEN}\n"));
    let params = json!({ "textDocument": { "uri": uri(&path) }, "position": { "line": 16, "character": 11 } });
    let id = client.begin("textDocument/hover", params);
    client.tell("$/cancelRequest", json!({ "id": id }));
    assert_eq!(client.answer(id), Err(CANCELLED));
    client.tell("$/cancelRequest", json!({ "id": id }));
    client.tell("$/cancelRequest", json!({ "id": "another" }));
    assert_ne!(client.hover(&path, 16, 11), Value::Null);
}

#[test]
fn the_client_is_asked_to_watch_files_if_it_can() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    let asked = client.until(|message| message["method"] == "client/registerCapability");
    assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null }).to_string());
    client.shows(&path, &[17, 21]);
    std::fs::write(&path, UNEVEN.replace("\treturn c.m[k]\n", "\treturn 0\n")).unwrap();
    let change = json!({ "changes": [{ "uri": uri(&path), "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", change);
    client.shows(&path, &[21]);
}
