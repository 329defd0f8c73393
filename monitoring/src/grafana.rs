//! The table in the form in which Grafana reads it.

use crate::panel::{Kind, Panel, Row, Step};
use crate::table::ROWS;
use serde_json::{Map, Value, json};

/// Where the dashboard lies, from the root of the repository.
pub const FILE: &str = "monitoring/dashboards/tophash-maps.json";

/// The version of the form: that of Grafana 11, which later ones bring up to theirs.
const SCHEMA: u32 = 39;
/// The columns of a dashboard.
const COLUMNS: u32 = 24;
/// The lines of a heading, and of a picture.
const HEADING: u32 = 1;
const LOW: u32 = 4;
const HIGH: u32 = 8;

/// The dashboard as the text of its file.
pub fn dashboard() -> String {
    let dashboard = json!({
        "uid": "tophash-maps",
        "title": "Tophash maps",
        "description": "Maps by size, operations, waiting, growth and hot keys. Written by `cargo xtask dashboard`.",
        "tags": ["tophash"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": { "from": "now-6h", "to": "now" },
        "timezone": "browser",
        "links": [],
        "templating": { "list": variables() },
        "annotations": { "list": annotations() },
        "panels": panels(ROWS),
    });
    format!("{dashboard:#}\n")
}

/// The source of all data, which is chosen on the dashboard.
fn source() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

/// What is chosen at the top of the dashboard; each narrows those after it.
fn variables() -> Vec<Value> {
    let mut list = vec![json!({
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
    })];
    let of = r#"{__name__=~"tophash_map_entries|map_entry_count|go_goroutines""#;
    for (name, label, matchers) in [
        ("job", "Job", ""),
        ("instance", "Instance", r#", job=~"$job""#),
        ("map", "Map", r#", job=~"$job", instance=~"$instance""#),
    ] {
        list.push(json!({
            "name": name,
            "label": label,
            "type": "query",
            "datasource": source(),
            "query": { "query": format!("label_values({of}{matchers}}}, {name})"), "refId": name },
            "refresh": 2,
            "sort": 1,
            "multi": true,
            "includeAll": true,
            // A service in Go may have no maps at all, and still has goroutines.
            "allValue": ".*",
            "current": { "text": ["All"], "value": ["$__all"] },
        }));
    }
    list
}

/// Lines across all pictures: where an alert fired, and where one was pending.
fn annotations() -> Vec<Value> {
    let of = |state: &str| {
        format!(
            r#"ALERTS{{alertname=~"Tophash.*|MapGrowthOverload", alertstate="{state}", job=~"$job", instance=~"$instance"}}"#
        )
    };
    [("Alerts that fire", "firing", "red", true), ("Pending alerts", "pending", "orange", false)]
        .map(|(name, state, colour, shown)| {
            json!({
                "name": name,
                "datasource": source(),
                "enable": shown,
                "iconColor": colour,
                "expr": of(state),
                "step": "60s",
                "titleFormat": "{{alertname}}",
                "textFormat": "{{map}} of {{instance}}",
                "tagKeys": "severity,team",
            })
        })
        .into()
}

/// All rows under each other, headings included.
fn panels(rows: &[Row]) -> Vec<Value> {
    let mut panels = Vec::new();
    let (mut id, mut top) = (0_u32, 0_u32);
    for row in rows {
        id = id.saturating_add(1);
        panels.push(json!({
            "id": id,
            "type": "row",
            "title": row.title,
            "collapsed": false,
            "gridPos": { "x": 0, "y": top, "w": COLUMNS, "h": HEADING },
            "panels": [],
        }));
        top = top.saturating_add(HEADING);
        let low = row.panels.iter().all(|panel| panel.kind == Kind::State);
        let height = if low { LOW } else { HIGH };
        for (panel, (left, width)) in row.panels.iter().zip(columns(row.panels.len())) {
            id = id.saturating_add(1);
            let place = json!({ "x": left, "y": top, "w": width, "h": height });
            panels.push(picture(panel, id, &place));
        }
        top = top.saturating_add(height);
    }
    panels
}

/// Where each of so many panels begins, and how wide it is; together they fill the row.
fn columns(number: usize) -> impl Iterator<Item = (u32, u32)> {
    let number = u32::try_from(number).unwrap_or(COLUMNS);
    let edge = move |index: u32| COLUMNS.saturating_mul(index).checked_div(number).unwrap_or(0);
    (0..number).map(move |index| {
        let left = edge(index);
        (left, edge(index.saturating_add(1)).saturating_sub(left))
    })
}

/// One picture.
fn picture(panel: &Panel, id: u32, place: &Value) -> Value {
    let targets: Vec<Value> = panel
        .queries
        .iter()
        .zip('A'..='Z')
        .map(|(query, letter)| {
            json!({
                "refId": letter.to_string(),
                "datasource": source(),
                "expr": query.with_variables(),
                "legendFormat": query.legend,
                "range": panel.kind != Kind::State,
                "instant": panel.kind == Kind::State,
            })
        })
        .collect();
    let (kind, options) = drawing(panel.kind);
    json!({
        "id": id,
        "type": kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": source(),
        "gridPos": place,
        "targets": targets,
        "fieldConfig": { "defaults": field(panel), "overrides": [] },
        "options": options,
    })
}

/// Which plug-in draws a panel, and its options.
fn drawing(kind: Kind) -> (&'static str, Value) {
    match kind {
        Kind::Lines => (
            "timeseries",
            json!({
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
        ),
        Kind::State => (
            "stat",
            json!({
                "colorMode": "background",
                "graphMode": "none",
                "textMode": "value",
                "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
            }),
        ),
        Kind::Alerts => (
            "state-timeline",
            json!({
                "mergeValues": true,
                "showValue": "never",
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true },
            }),
        ),
    }
}

/// Unit and colours of a panel's numbers.
fn field(panel: &Panel) -> Value {
    let steps: Vec<Value> = panel.steps.iter().map(step).collect();
    let mode = if steps.is_empty() { "palette-classic" } else { "thresholds" };
    let mut field = Map::new();
    let mut set = |name: &str, value: Value| drop(field.insert(name.to_owned(), value));
    set("unit", json!(panel.unit.id()));
    set("min", json!(0));
    set("color", json!({ "mode": mode }));
    if !steps.is_empty() {
        set("thresholds", json!({ "mode": "absolute", "steps": steps }));
    }
    match panel.kind {
        Kind::Lines => set("custom", json!({ "fillOpacity": 8, "showPoints": "never" })),
        // Without this a number of nothing is "No data", which looks like a fault where all is well.
        Kind::State => set("noValue", json!("0")),
        Kind::Alerts => {
            let names = json!({
                "1": { "text": "pending", "color": "orange", "index": 0 },
                "2": { "text": "firing", "color": "red", "index": 1 },
            });
            set("mappings", json!([{ "type": "value", "options": names }]));
        }
    }
    Value::Object(field)
}

/// The first step begins nowhere, which Grafana writes as null.
fn step(step: &Step) -> Value {
    let from = if step.from.is_finite() { json!(step.from) } else { Value::Null };
    json!({ "value": from, "color": step.colour })
}
