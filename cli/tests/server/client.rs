//! A small client: it sends what a test says, and keeps what comes until a test asks for it.

use crate::common::cache_folder;
pub(crate) use crate::common::{UNEVEN, module_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// No answer takes nearly as long.
const LONG: Duration = Duration::from_secs(60);

/// A server and the way to it.
pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    next: i32,
    /// What came and nobody asked for, in order.
    pub(crate) kept: Vec<Value>,
    /// The diagnostics of each file, as they were published last.
    pub(crate) shown: BTreeMap<String, Value>,
}

impl Client {
    /// Starts the server, and says nothing yet.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tophash"))
            .arg("server")
            .args(arguments)
            .env("TOPHASH_CACHE_DIR", cache_folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let stdin = child.stdin.take();
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            loop {
                let mut line = String::new();
                if stdout.read_line(&mut line).unwrap() == 0 {
                    return;
                }
                let length = line.trim_end().strip_prefix("Content-Length: ").unwrap();
                let mut body = vec![0; length.parse().unwrap()];
                assert_eq!(stdout.read_line(&mut line).unwrap(), 2);
                stdout.read_exact(&mut body).unwrap();
                if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        let (kept, shown) = (Vec::new(), BTreeMap::new());
        Self { child, stdin, messages, next: 0, kept, shown }
    }

    /// A session in folders, with a client that can do all of what the server makes use of.
    pub(crate) fn in_folders(folders: &[&Path]) -> Self {
        let mut client = Self::start(&[]);
        let folder = |path: &&Path| json!({ "uri": uri(path), "name": "t" });
        let folders: Vec<Value> = folders.iter().map(folder).collect();
        client.greet(json!({ "capabilities": capabilities(), "workspaceFolders": folders }));
        client
    }

    /// Introduces the client; yields what the server says of itself.
    pub(crate) fn greet(&mut self, params: Value) -> Value {
        let mut all = json!({ "processId": null, "rootUri": null });
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        let result = self.ask("initialize", all).unwrap();
        self.tell("initialized", json!({}));
        result
    }

    pub(crate) fn send(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        write!(stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        stdin.flush().unwrap();
    }

    /// Sends a notification.
    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    /// Sends a request, and yields its number.
    pub(crate) fn begin(&mut self, method: &str, params: Value) -> i32 {
        self.next += 1;
        let id = self.next;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send(&request.to_string());
        id
    }

    /// Sends a request, and yields its result, or the code of its error.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value, i64> {
        let id = self.begin(method, params);
        self.answer(id)
    }

    /// Waits for the answer to a request.
    pub(crate) fn answer(&mut self, id: i32) -> Result<Value, i64> {
        let message = self.until(|message| message["id"] == id && message.get("method").is_none());
        match message.get("error") {
            Some(error) => Err(error["code"].as_i64().unwrap()),
            None => Ok(message["result"].clone()),
        }
    }

    /// Waits for a message.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at);
        }
        loop {
            let message = self.messages.recv_timeout(LONG).unwrap();
            if message["method"] == "textDocument/publishDiagnostics" {
                let params = &message["params"];
                let file = params["uri"].as_str().unwrap().to_owned();
                self.shown.insert(file, params["diagnostics"].clone());
            }
            if wanted(&message) {
                return message;
            }
            self.kept.push(message);
        }
    }

    /// Waits for a notification, and yields its parameters.
    pub(crate) fn told(&mut self, method: &str) -> Value {
        self.until(|message| message["method"] == method)["params"].clone()
    }

    /// Waits until the diagnostics of a file are at these lines, counted from 1.
    pub(crate) fn shows(&mut self, path: &Path, lines: &[u64]) -> Value {
        let of = |diagnostics: &Value| -> Vec<u64> {
            let line = |one: &Value| one["range"]["start"]["line"].as_u64().unwrap() + 1;
            diagnostics.as_array().unwrap().iter().map(line).collect()
        };
        let uri = uri(path);
        if let Some(shown) = self.shown.get(&uri).filter(|shown| of(shown) == lines) {
            return shown.clone();
        }
        self.kept.retain(|message| message["method"] != "textDocument/publishDiagnostics");
        let message = self.until(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri.as_str()
                && of(&message["params"]["diagnostics"]) == lines
        });
        message["params"]["diagnostics"].clone()
    }

    pub(crate) fn open(&mut self, path: &Path) {
        let text = fs::read_to_string(path).unwrap();
        let document = json!({ "uri": uri(path), "languageId": "go", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Changes the whole text of an open file.
    pub(crate) fn change(&mut self, path: &Path, version: i32, text: &str) {
        let document = json!({ "uri": uri(path), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        self.tell("textDocument/didChange", params);
    }

    pub(crate) fn save(&mut self, path: &Path) {
        let document = json!({ "uri": uri(path) });
        self.tell("textDocument/didSave", json!({ "textDocument": document }));
    }

    pub(crate) fn close(&mut self, path: &Path) {
        let document = json!({ "uri": uri(path) });
        self.tell("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// Asks about a place, by line and column from 0.
    pub(crate) fn hover(&mut self, path: &Path, line: u32, character: u32) -> Value {
        let params = json!({
            "textDocument": { "uri": uri(path) },
            "position": { "line": line, "character": character },
        });
        self.ask("textDocument/hover", params).unwrap()
    }

    /// Asks for the actions in a line, counted from 1.
    pub(crate) fn actions(&mut self, path: &Path, line: u32) -> Vec<Value> {
        let at = |character: u32| json!({ "line": line - 1, "character": character });
        let params = json!({
            "textDocument": { "uri": uri(path) },
            "range": { "start": at(0), "end": at(99) },
            "context": { "diagnostics": [] },
        });
        let actions = self.ask("textDocument/codeAction", params).unwrap();
        actions.as_array().unwrap().clone()
    }

    /// Lets the client go, by the book or not, and yields the exit code.
    pub(crate) fn end(mut self, by_the_book: bool) -> i32 {
        if by_the_book {
            assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
            self.tell("exit", Value::Null);
        }
        self.stdin = None;
        self.child.wait().unwrap().code().unwrap()
    }

    /// Waits for the end of a server that was told to exit.
    pub(crate) fn code(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the client of most tests can do.
pub(crate) fn capabilities() -> Value {
    json!({
        "textDocument": {
            "hover": { "contentFormat": ["markdown"] },
            "publishDiagnostics": { "relatedInformation": true, "codeDescriptionSupport": true },
        },
        "workspace": {
            "workspaceEdit": { "documentChanges": true },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
        },
    })
}

/// The URI of a file, in an editor that leaves alone what may stand in one.
pub(crate) fn uri(path: &Path) -> String {
    let path = path.to_str().unwrap().replace('\\', "/");
    format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" })
}
