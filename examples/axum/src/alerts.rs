//! Takes what Alertmanager sends to a webhook: see `monitoring/alertmanager/webhook.yml`.

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

/// `/alerts`.
pub(crate) fn routes() -> Router {
    Router::new().route("/alerts", post(take))
}

/// Logs a line for each alert. Here you would page somebody, open a ticket, or take an instance out of the balancer.
async fn take(Json(message): Json<Value>) -> StatusCode {
    let Some(alerts) = message["alerts"].as_array() else { return StatusCode::BAD_REQUEST };
    for alert in alerts {
        let said = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        eprintln!(
            "alert {} {} map={} {} {}",
            said(&alert["status"]),
            said(&alert["labels"]["alertname"]),
            said(&alert["labels"]["map"]),
            said(&alert["annotations"]["description"]),
            said(&alert["annotations"]["runbook_url"]),
        );
    }
    StatusCode::OK
}
