//! `docs/advise.md` names the fields of the JSON with their types, no more and no less, and the thresholds of the rules.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use support::recorded;
use tophash::observe::trace::{Header, Writer};
use tophash_advise::rules::DIMENSIONS;
use tophash_advise::workload::from_trace;
use tophash_advise::{Advice, advise, reader};

const PAGE: &str = include_str!("../../../docs/advise.md");

/// Fields by object: type, and whether it is always there.
type Page = BTreeMap<String, BTreeMap<String, (String, bool)>>;

fn page() -> Page {
    let mut objects = Page::new();
    let mut current = String::new();
    for line in PAGE.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            name.clone_into(&mut current);
        } else if line.starts_with("| `") {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let field = (cells[2].to_owned(), cells[3] == "yes");
            let name = cells[1].trim_matches('`').to_owned();
            let before = objects.entry(current.clone()).or_default().insert(name, field);
            assert!(before.is_none(), "twice: {line}");
        }
    }
    objects
}

struct Check {
    page: Page,
    met: BTreeSet<(String, String)>,
}

impl Check {
    fn object(&mut self, name: &str, value: &Value) {
        let fields =
            self.page.get(name).unwrap_or_else(|| panic!("{name} is not on the page")).clone();
        let written = value.as_object().unwrap_or_else(|| panic!("{name} is no object: {value}"));
        for (field, value) in written {
            let known = fields.get(field);
            let (kind, _) = known.unwrap_or_else(|| panic!("{name}.{field} is not on the page"));
            self.met.insert((name.to_owned(), field.clone()));
            self.value(&format!("{name}.{field}"), kind, value);
        }
        for (field, (_, always)) in fields {
            assert!(!always || written.contains_key(&field), "{name}.{field} is not always there");
        }
    }

    fn value(&mut self, at: &str, kind: &str, value: &Value) {
        if let Some(element) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
            let list = value.as_array().unwrap_or_else(|| panic!("{at} is no list"));
            return list.iter().for_each(|value| self.value(at, element, value));
        }
        let right = match kind {
            "text" => value.is_string(),
            "word" => value.as_str().is_some_and(|word| !word.contains(' ')),
            "number" => value.is_number(),
            "flag" => value.is_boolean(),
            object => return self.object(object, value),
        };
        assert!(right, "{at} is no {kind}: {value}");
    }
}

fn whole() -> Advice {
    let trace = recorded(|map| {
        for step in 0..3_000u64 {
            map.insert(step, step).unwrap();
        }
    });
    let mut advice = advise(&from_trace(&trace)).unwrap();
    let mut options = tophash_advise::replay::Options::default();
    options.time = std::time::Duration::from_millis(50);
    advice.replay = tophash_advise::replay::replay(&trace, options, |_, _| {}).ok();
    advice
}

#[test]
fn the_page_has_the_fields_that_are_written() {
    let mut check = Check { page: page(), met: BTreeSet::new() };
    let empty = Writer::new(Vec::new(), &Header::default()).unwrap().finish().unwrap();
    let empty = reader::read(&*empty, reader::Limits::default()).unwrap();
    assert!(advise(&from_trace(&empty)).is_none());
    check.object("advice", &serde_json::to_value(whole()).unwrap());
    for (object, fields) in check.page.clone() {
        // The document around it is the program's, whose tests look at it.
        for field in fields.into_keys().filter(|_| object != "document") {
            assert!(
                check.met.contains(&(object.clone(), field.clone())),
                "{object}.{field} was not written"
            );
        }
    }
}

#[test]
fn the_page_has_the_thresholds() {
    for dimension in DIMENSIONS {
        let row = format!(
            "| {} | {} | {} |",
            dimension.name,
            dimension.risk.fact.label(),
            dimension.risk.text()
        );
        assert!(PAGE.contains(&row), "not on the page: {row}");
    }
}
