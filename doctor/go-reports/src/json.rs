//! JSON values, told by their fields: `go vet -json`, `staticcheck -f json`, golangci-lint, events of `go test -json`, SARIF.

use crate::lines::{message, place};
use crate::model::{Columns, Entry};
use crate::reader::Reader;
use crate::{sarif, tool};
use finding::Site;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Reads a value; false where its form is not known.
pub(crate) fn read(reader: &mut Reader, value: &Value, text_line: u64) -> bool {
    let Some(object) = value.as_object() else { return false };
    if text(object, "Action").is_some() {
        test_event(reader, object, text_line);
    } else if let (Some(code), Some(location)) = (text(object, "code"), object.get("location")) {
        staticcheck(reader, object, code, location, text_line);
    } else if let Some(runs) = object.get("runs").and_then(Value::as_array) {
        sarif::read(reader, runs, text_line);
    } else if let Some(issues) = object.get("Issues") {
        for issue in issues.as_array().map(Vec::as_slice).unwrap_or_default() {
            golangci(reader, issue, text_line);
        }
    } else if is_vet(object) {
        vet(reader, object, text_line);
    } else {
        return false;
    }
    reader.known();
    true
}

pub(crate) fn text<'v>(object: &'v Map<String, Value>, key: &str) -> Option<&'v str> {
    object.get(key).and_then(Value::as_str)
}

/// A number from 1; 0 where there is none.
pub(crate) fn number(value: Option<&Value>) -> u32 {
    value.and_then(Value::as_u64).and_then(|number| number.try_into().ok()).unwrap_or(0)
}

/// `{"Action":"output","Package":"example.com/a","Output":"…\n"}`.
fn test_event(reader: &mut Reader, event: &Map<String, Value>, text_line: u64) {
    let Some(output) = text(event, "Output") else { return };
    let package = text(event, "Package").or(text(event, "ImportPath")).unwrap_or_default();
    reader.test_output(package, output, text_line);
    // What a test prints is its own; what the build prints is not.
    if event.get("Test").is_none() {
        reader.build_line(package, output.trim_end_matches('\n'), text_line);
    }
}

/// `{"code":"SA5000","location":{"file":"…","line":30,"column":3},"message":"…"}`.
fn staticcheck(
    reader: &mut Reader,
    object: &Map<String, Value>,
    code: &str,
    location: &Value,
    text_line: u64,
) {
    let (tool, check) = tool::staticcheck(code);
    let site = Site {
        column: number(location.get("column")),
        ..Site::line(
            location.get("file").and_then(Value::as_str).unwrap_or_default(),
            number(location.get("line")),
        )
    };
    let said = text(object, "message").unwrap_or_default();
    reader.entry(entry(tool, check, site, None, said, text_line));
}

/// `{"FromLinter":"govet","Text":"copylocks: …","Pos":{"Filename":"…","Line":37,"Column":9}}`.
fn golangci(reader: &mut Reader, issue: &Value, text_line: u64) {
    let field = |name: &str| issue.get(name).and_then(Value::as_str).unwrap_or_default();
    let at = issue.get("Pos");
    let of_place = |name: &str| at.and_then(|at| at.get(name));
    let site = Site {
        column: number(of_place("Column")),
        ..Site::line(
            of_place("Filename").and_then(Value::as_str).unwrap_or_default(),
            number(of_place("Line")),
        )
    };
    let (tool, check, said) = tool::linter(field("FromLinter"), field("Text"));
    reader.entry(entry(tool, check, site, None, said, text_line));
}

/// `{"example.com/a":{"copylocks":[{"posn":"…","message":"…"}]}}`: packages, analysers, and what each found or why it could
/// not.
fn is_vet(object: &Map<String, Value>) -> bool {
    object.values().all(|package| {
        package.as_object().is_some_and(|package| {
            package.values().all(|found| found.is_array() || found.get("error").is_some())
        })
    })
}

fn vet(reader: &mut Reader, packages: &Map<String, Value>, text_line: u64) {
    for (package, analysers) in packages {
        let name = package.split_whitespace().next().unwrap_or_default();
        let import: Arc<str> = name.strip_suffix("_test").unwrap_or(name).into();
        for (analyser, found) in analysers.as_object().into_iter().flatten() {
            if let Some(error) = found.get("error") {
                let why = message(error.as_str().unwrap_or("an error"));
                reader.note(text_line, format!("go vet failed on {name} ({analyser}): {why}"));
            }
            for one in found.as_array().map(Vec::as_slice).unwrap_or_default() {
                let field = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
                let site = place(field("posn")).unwrap_or_else(|| Site::line("", 0));
                let (tool, check) = ("vet".into(), tool::name(analyser));
                let package = Some(Arc::clone(&import));
                reader.entry(entry(tool, check, site, package, field("message"), text_line));
            }
        }
    }
}

fn entry(
    tool: Arc<str>,
    check: Arc<str>,
    site: Site,
    package: Option<Arc<str>>,
    said: &str,
    text_line: u64,
) -> Entry {
    let message = message(said);
    Entry { tool, check, site, columns: Columns::Bytes, package, message, text_line }
}
