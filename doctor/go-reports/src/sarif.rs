//! SARIF logs: the results of whatever tool wrote them.
//!
//! Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, §3.14, §3.27 to §3.30.

use crate::json::{number, text};
use crate::lines::message;
use crate::model::{Columns, Entry};
use crate::reader::Reader;
use crate::tool;
use finding::Site;
use serde_json::{Map, Value};

/// Reads the runs of a log.
pub(crate) fn read(reader: &mut Reader, runs: &[Value], text_line: u64) {
    for run in runs {
        let driver = run.get("tool").and_then(|tool| tool.get("driver"));
        let tool_name = driver.and_then(|driver| driver.get("name")).and_then(Value::as_str);
        let columns = match run.get("columnKind").and_then(Value::as_str) {
            Some("unicodeCodePoints") => Columns::CodePoints,
            _ => Columns::Utf16,
        };
        let rules = driver.and_then(|driver| driver.get("rules"));
        for result in run.get("results").and_then(Value::as_array).into_iter().flatten() {
            let Some(result) = result.as_object().filter(|result| holds(result)) else { continue };
            let said = result.get("message").and_then(|message| {
                message.get("text").or(message.get("markdown")).and_then(Value::as_str)
            });
            let (tool, check, said) = named(
                tool_name.unwrap_or("sarif"),
                rule(result, rules).unwrap_or_default(),
                said.unwrap_or_default(),
            );
            reader.entry(Entry {
                tool,
                check,
                site: site(result, run),
                columns,
                package: None,
                message: message(said),
                text_line,
            });
        }
    }
}

/// Whether a result says that something is wrong: neither passed, nor suppressed, nor gone.
fn holds(result: &Map<String, Value>) -> bool {
    let accepted = |suppression: &Value| {
        suppression.get("status").and_then(Value::as_str).is_none_or(|status| status == "accepted")
    };
    let suppressions = result.get("suppressions").and_then(Value::as_array);
    matches!(text(result, "kind"), None | Some("fail" | "open" | "review"))
        && text(result, "baselineState") != Some("absent")
        && !suppressions.is_some_and(|all| all.iter().any(accepted))
}

/// The id of a result's rule: its own, or that of the rule it points to.
fn rule<'v>(result: &'v Map<String, Value>, rules: Option<&'v Value>) -> Option<&'v str> {
    let own = text(result, "ruleId")
        .or_else(|| result.get("rule").and_then(|rule| rule.get("id")).and_then(Value::as_str));
    own.or_else(|| {
        let index = result.get("ruleIndex")?.as_u64()?;
        rules?.get(usize::try_from(index).ok()?)?.get("id")?.as_str()
    })
}

/// The tool and the check: golangci-lint gives the linter as the rule.
fn named<'m>(tool_name: &str, rule: &str, said: &'m str) -> tool::Said<'m> {
    let tool = tool::tool(tool_name);
    if &*tool == "golangci" {
        return tool::linter(rule, said);
    }
    (tool, tool::name(rule), said)
}

/// The first place of a result, its file as a path.
fn site(result: &Map<String, Value>, run: &Value) -> Site {
    let locations = result.get("locations").and_then(Value::as_array);
    let physical =
        locations.and_then(|all| all.first()).and_then(|first| first.get("physicalLocation"));
    let Some(physical) = physical else { return Site::line("", 0) };
    let named = physical.get("artifactLocation");
    // The file may stand in the list of all files.
    let listed = || {
        let index = named?.get("index")?.as_u64()?;
        run.get("artifacts")?.get(usize::try_from(index).ok()?)?.get("location")
    };
    let uri_of = |location: &Value| location.get("uri").and_then(Value::as_str).map(str::to_owned);
    let uri = named.and_then(uri_of).or_else(|| listed().and_then(uri_of)).unwrap_or_default();
    let region = physical.get("region");
    let field = |name: &str| number(region.and_then(|region| region.get(name)));
    Site { column: field("startColumn"), ..Site::line(path(&uri), field("startLine")) }
}

/// The path of a URI: without `file://`, and with its escapes undone.
fn path(uri: &str) -> String {
    let path = match uri.strip_prefix("file://") {
        Some(rest) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or(rest),
        None => uri,
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.map(|digits| u8::from_str_radix(digits, 16)) {
            Some(Ok(value)) if byte == b'%' => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    let path = String::from_utf8_lossy(&bytes).into_owned();
    // `/C:/work/a.go` is `C:/work/a.go`.
    match path.strip_prefix('/') {
        Some(drive) if drive.get(1..3) == Some(":/") => drive.to_owned(),
        _ => path,
    }
}
