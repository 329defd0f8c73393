//! Servers that a test starts, and that end with it.

use super::http;
use serde_json::Value;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take until it is ready.
const START: Duration = Duration::from_secs(50);

/// A running server, which is ended when this is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts a server that is told its address, and waits until it says that it is ready.
    ///
    /// The address is one that was free a moment ago; if somebody else was faster, another is tried.
    fn start(log: &Path, command: impl Fn(SocketAddr) -> Command) -> Self {
        for _ in 0..5 {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = free.local_addr().unwrap();
            drop(free);
            let output = File::create(log).unwrap();
            let child = command(address)
                .stdin(Stdio::null())
                .stdout(output.try_clone().unwrap())
                .stderr(output)
                .spawn()
                .unwrap();
            let mut server = Self { child, address, log: log.to_owned() };
            let begun = Instant::now();
            while server.child.try_wait().unwrap().is_none() {
                if http::get(address, "/-/ready").is_some() {
                    return server;
                }
                assert!(begun.elapsed() < START, "not ready within {START:?}\n{}", server.said());
                thread::sleep(Duration::from_millis(50));
            }
            assert!(server.said().contains("address already in use"), "{}", server.said());
        }
        panic!("no address was free five times");
    }

    /// What it has logged.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// What it answers to a request, as JSON.
    pub(crate) fn ask(&self, path: &str) -> Value {
        let answer = http::get(self.address, path);
        let answer = answer.unwrap_or_else(|| panic!("no answer to {path}\n{}", self.said()));
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prometheus, with the rules of a folder, which scrapes one address five times a second and tells another of alerts.
pub(crate) fn prometheus(
    program: &Path,
    place: &Path,
    scraped: SocketAddr,
    alertmanager: SocketAddr,
) -> Server {
    let config = format!(
        "global: {{scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}}\n\
         rule_files: [{place}/alerts.yml, {place}/recording.yml]\n\
         alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{alertmanager}']}}]}}]}}\n\
         scrape_configs: [{{job_name: test, static_configs: [{{targets: ['{scraped}']}}]}}]\n",
        place = place.display()
    );
    let file = place.join("prometheus.yml");
    fs::write(&file, config).unwrap();
    Server::start(&place.join("prometheus.log"), |address| {
        let mut command = Command::new(program);
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", place.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            // A resolved alert is said at once.
            .args(["--rules.alert.resend-delay=200ms", "--storage.tsdb.min-block-duration=2h"]);
        command
    })
}
