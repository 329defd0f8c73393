//! A service that keeps sessions in an observed map, and shows what the map is doing: to Prometheus at `/metrics`, to people at
//! `/maps` and `/maps/hot`. It also takes Alertmanager's webhook at `/alerts`.
//!
//! README.md of this folder says how to run and ask it. `observed.rs` is what to copy.

mod alerts;
mod observed;
mod sessions;

use axum::Router;
use std::env;
use tokio::net::TcpListener;
use tophash::observe;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    // Panics are counted, and logged with their component.
    observe::panic_hook();
    let service =
        Router::new().merge(sessions::routes()).merge(observed::routes()).merge(alerts::routes());
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, service).with_graceful_shutdown(until_interrupted()).await
}

async fn until_interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal to wait for the service runs until it is killed.
        std::future::pending::<()>().await;
    }
}
