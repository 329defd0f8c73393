//! What the maps of the process are doing, for Prometheus and for people.

use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tophash::observe::{Registry, Report, prometheus};

/// `/metrics`, `/maps` and `/maps/hot`.
///
/// Keys are shown there as the map's builder says. Where they are nobody else's business, keep these paths inside.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/maps", get(maps))
        .route("/maps/hot", get(hot))
}

/// In the form that the scraper likes best. No lock is waited for, so this may run where requests are served.
async fn metrics(headers: HeaderMap) -> impl IntoResponse {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let format = prometheus::accept(accepted);
    ([(CONTENT_TYPE, format.content_type())], prometheus::encode(Registry::global(), format))
}

/// Everything that each map tells.
async fn maps() -> Json<Vec<Report>> {
    Json(Registry::global().reports())
}

/// The keys that each map meets most often.
async fn hot() -> Json<Vec<Value>> {
    let reports = Registry::global().reports();
    Json(reports.iter().filter_map(|report| hot_keys(report)).collect())
}

fn hot_keys(report: &Report) -> Option<Value> {
    let report = serde_json::to_value(report).ok()?;
    Some(json!({
        "map": report["map"],
        "samples": report["samples"],
        "sample_every": report["sample_every"],
        "hot_keys": report["hot_keys"],
    }))
}
