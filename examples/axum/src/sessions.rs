//! The service itself: sessions by their id, in an observed map.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use std::sync::Arc;
use tophash::HashMap;
use tophash::observe::{Keys, Observed, Registry};

type Sessions = Arc<Observed<HashMap<String, String>>>;

/// Gives, takes and forgets sessions at `/sessions/ID`.
pub(crate) fn routes() -> Router {
    // The process has one such map, and adds it to the registry once.
    let sessions: Sessions = Arc::new(observe(HashMap::new()));
    Registry::global().add(&sessions);
    Router::new().route("/sessions/{id}", get(look_up).put(begin).delete(end)).with_state(sessions)
}

/// A small service can afford to look at one operation in 16; a busy one leaves it at one in 1,024.
fn observe(map: HashMap<String, String>) -> Observed<HashMap<String, String>> {
    // Ids of sessions are secrets, so `/maps/hot` shows their hashes.
    let builder = Observed::builder("sessions").sample_every(16).show_keys(Keys::Hashed);
    builder.build(map).expect("nothing was asked for that this map refuses")
}

async fn look_up(
    State(sessions): State<Sessions>,
    Path(id): Path<String>,
) -> Result<String, StatusCode> {
    sessions.get(&id).ok_or(StatusCode::NOT_FOUND)
}

async fn begin(
    State(sessions): State<Sessions>,
    Path(id): Path<String>,
    user: String,
) -> StatusCode {
    match sessions.insert(id, user) {
        Ok(None) => StatusCode::CREATED,
        Ok(Some(_)) => StatusCode::OK,
        Err(_) => StatusCode::INSUFFICIENT_STORAGE,
    }
}

async fn end(State(sessions): State<Sessions>, Path(id): Path<String>) -> StatusCode {
    match sessions.remove(&id) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}
