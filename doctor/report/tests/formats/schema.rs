//! The page on the JSON format names the fields that are written, with their types: no more, no less.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::{goroutines, sample};
use finding::{
    ByShape, Candidate, Change, Confidence, Detail, EntrySample, Exactness, Growth, Inside,
    InspectedMap, Inspection, Instance, KeyHint, LockSet, Locking, MapClue, MapInstance, MapState,
    Operation, Overview, OverviewRow, Picture, PictureCell, PictureUnit, Probes, Reason,
    ReasonKind, Retained, Site, Subject, TypeBy,
};
use report::{
    findings_json, goroutine_json, goroutines_json, inspection_json, json, overview_json,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = include_str!("../../../../docs/json.md");

/// A field as the page describes it.
struct Field {
    kind: String,
    always: bool,
}

type Page = BTreeMap<String, BTreeMap<String, Field>>;

/// Reads the tables: `## object`, then rows of field, type, always, meaning.
fn page() -> Page {
    let mut objects = Page::new();
    let mut current = String::new();
    for line in PAGE.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut current);
        } else if line.starts_with("| `") {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let field = Field { kind: cells[2].to_owned(), always: cells[3] == "yes" };
            let name = cells[1].trim_matches('`').to_owned();
            let fields = objects.entry(current.clone()).or_default();
            assert!(
                fields.insert(name.clone(), field).is_none(),
                "{current}.{name} is there twice"
            );
        }
    }
    objects
}

/// Compares what was written with the page, and notes what was met.
struct Check<'p> {
    page: &'p Page,
    met: BTreeSet<(String, String)>,
    wrong: Vec<String>,
}

impl Check<'_> {
    fn object(&mut self, name: &str, value: &Value) {
        let (Some(fields), Some(written)) = (self.page.get(name), value.as_object()) else {
            return self.wrong.push(format!("{name}: not on the page, or not an object: {value}"));
        };
        for (field, value) in written {
            self.met.insert((name.to_owned(), field.clone()));
            match fields.get(field) {
                Some(known) => self.value(&format!("{name}.{field}"), &known.kind, value),
                None => self.wrong.push(format!("{name}.{field} is not on the page")),
            }
        }
        for (field, known) in fields {
            if known.always && !written.contains_key(field) {
                self.wrong.push(format!("{name}.{field} is not always there"));
            }
        }
    }

    fn value(&mut self, at: &str, kind: &str, value: &Value) {
        if let Some(element) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
            match value.as_array() {
                Some(list) => list.iter().for_each(|value| self.value(at, element, value)),
                None => self.wrong.push(format!("{at} is no list")),
            }
            return;
        }
        let right = match kind {
            "text" => value.is_string(),
            "word" => value.as_str().is_some_and(|word| {
                !word.is_empty()
                    && word
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            }),
            "number" => value.is_u64(),
            "flag" => value.is_boolean(),
            object => return self.object(object, value),
        };
        if !right {
            self.wrong.push(format!("{at} is no {kind}: {value}"));
        }
    }
}

/// A report with every field that the sample leaves out.
fn everything() -> finding::Diagnosis {
    let mut diagnosis = sample::diagnosis();
    let case = &mut diagnosis.cases[0];
    let pc = Site { pc: Some(7), ..sample::site(1, 1, "f") };
    let fault = case.fault.as_mut().unwrap();
    fault.key = Some(KeyHint::String);
    fault.comma_ok = Some(true);
    fault.stack.push(pc.clone());
    case.accesses[0].callers_hold = vec!["r.mu".to_owned()];
    case.accesses[1].access.locks = LockSet::Unknown;
    case.goroutines[0].created_by = Some(pc.clone());
    case.instances = vec![Instance { address: 1, stacks: 2 }];
    let mut ambiguous = case.clone();
    let reasons = vec![Reason::new(ReasonKind::Key, "the key is a string")];
    ambiguous.subject = Subject::Ambiguous {
        candidates: vec![Candidate { map: sample::decl(), reasons }],
        why: "two on one line".to_owned(),
    };
    let mut unnamed = case.clone();
    let clue = MapClue {
        site: Some(pc),
        function: Some("main.f".into()),
        operation: Some(Operation::Read),
        key: Some(KeyHint::Bits64),
        comma_ok: Some(false),
        type_name: Some("main.T".into()),
        address: Some(3),
    };
    unnamed.subject = Subject::Unnamed { clue, why: "no source".to_owned() };
    let mut no_map = case.clone();
    no_map.subject = Subject::NotAMap { why: "a deadlock".to_owned() };
    diagnosis.cases.extend([ambiguous, unnamed, no_map]);
    diagnosis
}

fn overview() -> Overview {
    let access = sample::case().accesses[0].access.clone();
    let row = OverviewRow {
        declaration: sample::decl(),
        locking: Locking::Mixed,
        accesses: 3,
        changes: 2,
        lock: Some("example.com/s/status.Cache.mu".into()),
        under_lock: 2,
        unlocked: vec![access],
        beside_others: true,
        vendored: false,
    };
    Overview { declared: 1, sync_maps: 0, maps: vec![row] }
}

/// A look at maps of every kind, with everything that is shown of one.
fn inspection() -> Inspection {
    let cell = PictureCell { parts: 1, places: 8, entries: 3, ..PictureCell::default() };
    let detail = Detail {
        picture: Some(Picture { unit: PictureUnit::Group, parts: 1, cells: vec![cell] }),
        samples: vec![EntrySample { key: "9".into(), value: "\"xxx\"".into() }],
    };
    let instance = |inside| MapInstance {
        address: 0xc000_0120_0000,
        path: "main.reg.shards[2]".into(),
        declared: "main.registry.shards".into(),
        map_type: "map[string]int".into(),
        entries: 3,
        capacity: 8,
        bytes: 256,
        indirect: 0,
        retained: Some(Retained { bytes: 48, sampled: 3 }),
        probes: Some(Probes { mean_hundredths: 104, longest: 2, sampled: 1 }),
        writing: false,
        exactness: Exactness::Exact,
        inside,
        by_shape: Some(ByShape {
            confidence: Confidence::Likely,
            variable: Some(0x58_9f60),
            type_by: TypeBy::Size,
        }),
        detail: Some(Box::new(detail.clone())),
    };
    let growth = Some(Growth { from: 1, moved: 0 });
    let instances = vec![
        instance(Inside::Classic { log2_buckets: 1, overflow: 0, growth, grows_beyond: 13 }),
        instance(Inside::Swiss {
            tables: 1,
            directory: 1,
            depth: 0,
            tombstones: 0,
            full_tables: 0,
        }),
        instance(Inside::Split { read: 3, dirty: 0, amended: false, misses: 0 }),
        instance(Inside::Trie { nodes: 1 }),
    ];
    Inspection {
        target: "core dump core.4711".into(),
        program: "/srv/server".into(),
        go_version: Some("go1.27.3".into()),
        signal: Some(6),
        in_map_functions: vec![goroutines::inside()],
        maps: vec![InspectedMap {
            declared: "main.registry.shards".into(),
            map_type: "map[string]int".into(),
            entries: 12,
            capacity: 32,
            bytes: 1_024,
            retained: 192,
            exactness: Exactness::About,
            states: MapState::ALL.to_vec(),
            change: Some(Change {
                milliseconds: 1_000,
                entries: vec![8, 12],
                bytes: vec![1_024; 2],
            }),
            instances,
        }],
        gaps: vec!["1 value could not be read".into()],
    }
}

#[test]
fn the_page_names_the_fields_that_are_written() {
    let page = page();
    let mut check = Check { page: &page, met: BTreeSet::new(), wrong: Vec::new() };
    for diagnosis in [sample::diagnosis(), everything()] {
        let text = json(&diagnosis).unwrap();
        check.object("report", &serde_json::from_str(&text).unwrap());
    }
    let text = overview_json(&overview()).unwrap();
    check.object("overview", &serde_json::from_str(&text).unwrap());
    let text = findings_json(&sample::merged()).unwrap();
    check.object("findings", &serde_json::from_str(&text).unwrap());
    let text = goroutines_json(&goroutines::all()).unwrap();
    check.object("goroutines_in_memory", &serde_json::from_str(&text).unwrap());
    let text = goroutine_json(&goroutines::one()).unwrap();
    check.object("goroutine_in_memory", &serde_json::from_str(&text).unwrap());
    let text = inspection_json(&inspection()).unwrap();
    check.object("inspection", &serde_json::from_str(&text).unwrap());
    assert!(check.wrong.is_empty(), "{:#?}", check.wrong);

    let on_the_page = page.iter().flat_map(|(object, fields)| {
        fields.keys().map(move |field| (object.clone(), field.clone()))
    });
    let unmet: Vec<_> = on_the_page.filter(|field| !check.met.contains(field)).collect();
    assert!(unmet.is_empty(), "on the page, but never written: {unmet:#?}");
}

#[test]
fn the_page_names_the_version_that_is_written() {
    assert!(PAGE.contains(&format!("`schema_version` is {}.", report::SCHEMA_VERSION)));
}
