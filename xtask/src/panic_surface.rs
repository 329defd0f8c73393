//! `cargo xtask panic-surface`: counts the places outside tests where input could bring a crate down.
//!
//! The workspace denies these lints, so what is left are exceptions that carry a reason. The count
//! is taken by clippy itself with `--force-warn`, which sees through `allow` and `expect`.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// The lints that make up the panic surface: explicit panics, indexing, and arithmetic that can overflow.
const LINTS: [&str; 9] = [
    "clippy::unwrap_used",
    "clippy::expect_used",
    "clippy::panic",
    "clippy::unreachable",
    "clippy::todo",
    "clippy::unimplemented",
    "clippy::indexing_slicing",
    "clippy::string_slice",
    "clippy::arithmetic_side_effects",
];

/// The crates that read no foreign bytes: their indices and sums are their own, not input's, so that only
/// explicit panics count. What a caller can trip there is documented at the method.
const OWN_DATA: [&str; 6] = [
    "tophash",
    "tophash_metrics",
    "tophash_opentelemetry",
    "tophash_prometheus_client",
    "tophash_tracing",
    "tophash_verify",
];

/// The lints that concern input alone.
const ON_INPUT: [&str; 3] =
    ["clippy::indexing_slicing", "clippy::string_slice", "clippy::arithmetic_side_effects"];

/// How many exceptions the whole tree may hold.
const BUDGET: usize = 4;

/// Counts, prints a table per crate, and fails above the budget.
pub(crate) fn run() -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["clippy", "--workspace", "--lib", "--bins", "--message-format=json", "--quiet"])
        // A target folder of its own: with shared artifacts cargo would replay warnings of another lint set.
        .args(["--target-dir", "target/panic-surface", "--"]);
    for lint in LINTS {
        command.args(["--force-warn", lint]);
    }
    let output = command.stderr(Stdio::inherit()).output().context("cargo clippy did not start")?;
    let places = places(&output.stdout);
    if !output.status.success() {
        bail!("cargo clippy failed; run `cargo clippy --workspace` to see why");
    }

    let mut total = 0_usize;
    for (package, found) in &places {
        total = total.saturating_add(found.len());
        if !found.is_empty() {
            eprintln!("{package}: {}", found.len());
            for place in found {
                eprintln!("  {place}");
            }
        }
    }
    eprintln!("panic surface: {total} in {} crates, budget {BUDGET}", places.len());
    if total > BUDGET {
        bail!(
            "the panic surface is above its budget; return an error or a note instead of panicking"
        );
    }
    Ok(())
}

/// The places per package, from clippy's messages. Packages without any are listed too.
fn places(messages: &[u8]) -> BTreeMap<String, Vec<String>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in messages.split(|&byte| byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
        let workspace =
            message.pointer("/package_id").and_then(|id| id.as_str()).unwrap_or_default();
        if !workspace.starts_with("path+") {
            continue;
        }
        let package = message.pointer("/target/name").and_then(|name| name.as_str()).unwrap_or("?");
        let counts = |code: &&str| {
            LINTS.contains(code) && !(OWN_DATA.contains(&package) && ON_INPUT.contains(code))
        };
        let found = places.entry(package.to_owned()).or_default();
        let code = message.pointer("/message/code/code").and_then(|code| code.as_str());
        if let Some(code) = code.filter(counts) {
            let file = message.pointer("/message/spans/0/file_name").and_then(|f| f.as_str());
            let line =
                message.pointer("/message/spans/0/line_start").and_then(serde_json::Value::as_u64);
            found.push(format!("{}:{}: {code}", file.unwrap_or("?"), line.unwrap_or_default()));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn counts_only_panicking_lints_of_workspace_crates() {
        let messages = concat!(
            r#"{"package_id":"path+file:///x#a","target":{"name":"a"},"message":{"code":{"code":"clippy::indexing_slicing"},"spans":[{"file_name":"a.rs","line_start":7}]}}"#,
            "\n",
            r#"{"package_id":"path+file:///x#a","target":{"name":"a"},"message":{"code":{"code":"clippy::pedantic_thing"},"spans":[]}}"#,
            "\n",
            r#"{"package_id":"registry+x#b","target":{"name":"b"},"message":{"code":{"code":"clippy::panic"},"spans":[]}}"#,
            "\n",
            r#"{"package_id":"path+file:///x#c","target":{"name":"c"},"reason":"compiler-artifact"}"#,
        );
        let found = places(messages.as_bytes());
        assert_eq!(found.len(), 2);
        assert_eq!(found["a"], ["a.rs:7: clippy::indexing_slicing"]);
        assert!(found["c"].is_empty());
    }

    #[test]
    fn of_the_maps_only_explicit_panics_count() {
        let message = |lint: &str| {
            format!(
                r#"{{"package_id":"path+file:///x#a","target":{{"name":"tophash"}},"message":{{"code":{{"code":"{lint}"}},"spans":[]}}}}"#
            )
        };
        let messages = [message("clippy::indexing_slicing"), message("clippy::panic")].join("\n");
        assert_eq!(places(messages.as_bytes())["tophash"].len(), 1);
    }
}
