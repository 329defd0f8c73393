//! The service as a process, asked over HTTP.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

/// The running service; it ends with the test.
struct Service {
    child: Child,
    address: String,
    _output: BufReader<ChildStdout>,
}

impl Service {
    /// Starts it on any free port, which it prints.
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tophash-example-axum"))
            .env("ADDRESS", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap().to_owned();
        Self { child, address, _output: output }
    }

    /// Sends a request; the status, the head and the body of the answer.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: test\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_ascii_lowercase(), body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String, String) {
        self.ask("GET", path, "", "")
    }

    fn json(&self, path: &str) -> Value {
        let (status, head, body) = self.get(path);
        assert_eq!(status, 200, "{path}");
        assert!(head.contains("content-type: application/json"), "{head}");
        serde_json::from_str(&body).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A service that has been used: two sessions begun, one of them asked for 1,000 times, one that is not there once.
fn used() -> Service {
    let service = Service::start();
    for (id, user) in [("first", "ann"), ("second", "bob")] {
        assert_eq!(service.ask("PUT", &format!("/sessions/{id}"), "", user).0, 201);
    }
    for _ in 0..1000 {
        let (status, _, user) = service.get("/sessions/first");
        assert_eq!((status, user.as_str()), (200, "ann"));
    }
    assert_eq!(service.get("/sessions/nobody").0, 404);
    assert_eq!(service.ask("DELETE", "/sessions/second", "", "").0, 204);
    service
}

#[test]
fn prometheus_gets_the_form_that_it_likes_best() {
    let service = used();
    let (status, head, body) = service.get("/metrics");
    assert_eq!(status, 200);
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    for line in [
        "tophash_map_entries{map=\"sessions\"} 1\n",
        "tophash_map_operations_total{map=\"sessions\",op=\"get\",result=\"hit\"} 1000\n",
        "tophash_map_operations_total{map=\"sessions\",op=\"get\",result=\"miss\"} 1\n",
        "tophash_map_operations_total{map=\"sessions\",op=\"remove\",result=\"removed\"} 1\n",
    ] {
        assert!(body.contains(line), "{line}{body}");
    }
    assert!(!body.contains("first") && !body.contains("# EOF"), "{body}");

    let accept =
        "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n";
    let (_, head, body) = service.ask("GET", "/metrics", accept, "");
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0"), "{head}");
    assert!(body.ends_with("# EOF\n"), "{body}");
}

#[test]
fn people_get_what_the_maps_tell_as_json() {
    let service = used();
    let maps = service.json("/maps");
    assert_eq!(maps.as_array().unwrap().len(), 1);
    assert_eq!(maps[0]["map"], "sessions");
    assert_eq!(maps[0]["summary"]["entries"], 1);
    assert_eq!(maps[0]["summary"]["kind"], "HashMap");
    let hits = maps[0]["operations"].as_array().unwrap();
    let hits = hits.iter().find(|one| one["op"] == "get" && one["result"] == "hit").unwrap();
    assert_eq!(hits["count"], 1000);
}

#[test]
fn the_hottest_key_is_told_and_not_shown() {
    let service = used();
    let hot = service.json("/maps/hot");
    assert_eq!(hot[0]["map"], "sessions");
    let first = &hot[0]["hot_keys"][0];
    // Of some 1,000 operations all but four were of one key.
    assert!(first["share"].as_f64().unwrap() > 0.5, "{hot:#}");
    assert!(first["samples"].as_u64().unwrap() > 0, "{hot:#}");
    assert!(!hot.to_string().contains("first"), "{hot:#}");
}

#[test]
fn alerts_of_the_webhook_are_logged() {
    let mut service = Service::start();
    let message = r#"{"version": "4", "status": "firing", "receiver": "webhook", "alerts": [
        {"status": "firing", "labels": {"alertname": "TophashMapHotKey", "map": "sessions"},
         "annotations": {"description": "One key takes 45%.", "runbook_url": "https://example.com/TophashMapHotKey.md"},
         "startsAt": "2026-11-30T12:00:00Z", "endsAt": "0001-01-01T00:00:00Z"}]}"#;
    let json = "Content-Type: application/json\r\n";
    assert_eq!(service.ask("POST", "/alerts", json, message).0, 200);
    assert_eq!(service.ask("POST", "/alerts", json, "{}").0, 400);
    let mut line = String::new();
    BufReader::new(service.child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(
        line,
        "alert firing TophashMapHotKey map=sessions One key takes 45%. https://example.com/TophashMapHotKey.md\n"
    );
}
