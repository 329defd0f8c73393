//! SARIF 2.1.0, as code scanning services read it.
//!
//! Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, §3.

use crate::source::SourceText;
use crate::text::clean;
use finding::{Finding, Findings, Grade, Site};
use serde_json::{Value, json};

/// A rule as the log describes it.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it finds.
    pub summary: String,
    /// Its page, in Markdown.
    pub page: String,
}

/// The program as the log describes it.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its version.
    pub version: String,
    /// Its rules.
    pub rules: Vec<RuleInfo>,
}

/// Renders findings as a SARIF log.
///
/// Paths are relative to what the log calls `%SRCROOT%`. Columns are counted in UTF-16 code
/// units, for which the text of the lines is needed; without it they are left out.
///
/// # Errors
/// Serialisation of these types cannot fail in itself; whatever `serde_json` reports is returned.
pub fn findings_sarif(
    findings: &Findings,
    source: &dyn SourceText,
    tool: &Tool,
) -> Result<String, serde_json::Error> {
    let rules: Vec<Value> = tool
        .rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.code,
                "name": rule.name,
                "shortDescription": { "text": rule.summary },
                "help": { "text": rule.page, "markdown": rule.page },
                "properties": { "tags": ["concurrency", "map"] },
            })
        })
        .collect();
    let results: Vec<Value> =
        findings.findings.iter().map(|finding| result(finding, source, tool)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tophash",
                "semanticVersion": tool.version,
                "rules": rules,
            }},
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The root of the repository, or of the tree where it is in none." } } },
            "results": results,
        }],
    });
    let mut out = serde_json::to_string_pretty(&log)?;
    out.push('\n');
    Ok(out)
}

fn result(finding: &Finding, source: &dyn SourceText, tool: &Tool) -> Value {
    let index = tool.rules.iter().position(|rule| *rule.code == *finding.code);
    let level = match finding.grade {
        Grade::High => "error",
        Grade::Medium => "warning",
        Grade::Low => "note",
    };
    let related: Vec<Value> = finding
        .related
        .iter()
        .enumerate()
        .map(|(id, related)| {
            let mut place = location(&related.site, source);
            if let Some(place) = place.as_object_mut() {
                place.insert("id".into(), json!(id));
                place.insert("message".into(), json!({ "text": clean(&related.label) }));
            }
            place
        })
        .collect();
    let text = format!(
        "{}. Grounds ({}): {}. Do: {}.",
        clean(&finding.message),
        finding.grade.word(),
        clean(&finding.because.join("; ")),
        clean(&finding.help)
    );
    let mut result = json!({
        "ruleId": finding.code,
        "level": level,
        "message": { "text": text },
        "locations": [location(&finding.access.site, source)],
        "relatedLocations": related,
        "partialFingerprints": { "tophash/v1": finding.fingerprint() },
        "properties": { "grade": finding.grade.word(), "map": finding.map.id.to_string() },
    });
    if let (Some(index), Some(result)) = (index, result.as_object_mut()) {
        result.insert("ruleIndex".into(), json!(index));
    }
    result
}

fn location(site: &Site, source: &dyn SourceText) -> Value {
    let mut region = json!({ "startLine": site.line.max(1) });
    let column = column(site, source);
    if let (Some(region), Some(column)) = (region.as_object_mut(), column) {
        region.insert("startColumn".into(), json!(column));
    }
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&site.file), "uriBaseId": "%SRCROOT%" },
        "region": region,
    }})
}

/// The column of a place in UTF-16 code units, from 1; a site has it in bytes.
fn column(site: &Site, source: &dyn SourceText) -> Option<usize> {
    let bytes = source.bytes(&site.file)?;
    let line = usize::try_from(site.line).ok()?.checked_sub(1)?;
    let before = usize::try_from(site.column).ok()?.checked_sub(1)?;
    let text = bytes.split(|byte| *byte == b'\n').nth(line)?;
    let before = String::from_utf8_lossy(text.get(..before)?);
    Some(before.encode_utf16().count().saturating_add(1))
}

/// A path as a URI reference: what is neither unreserved nor a slash is escaped (RFC 3986, §2).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped() {
        assert_eq!(uri("a b/ä.go"), "a%20b/%C3%A4.go");
    }
}
