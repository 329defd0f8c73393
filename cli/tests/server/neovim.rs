//! Neovim as the client: a person's way through a finding, from opening the file to saving the repair.

use crate::client::{UNEVEN, module_of};
use crate::common::cache_folder;
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Stdio};

#[test]
fn a_finding_is_seen_and_repaired_in_neovim() {
    let version = Command::new("nvim").arg("--version").output();
    if version.is_err() {
        let required = std::env::var_os("TOPHASH_REQUIRE").is_some_and(|value| value == "all");
        assert!(!required, "Neovim is needed: cargo xtask test installs it where it can");
        eprintln!(
            "SKIPPED the server in an editor: there is no nvim (Debian: apt-get install neovim)"
        );
        return;
    }
    // Letters before the map on its line that UTF-16 and UTF-8 count differently.
    let source = UNEVEN.replace("\treturn c.m[k]", "\t_ = \"ä𝄞\"; return c.m[k]");
    let folder = module_of(&source);
    let home = tempfile::tempdir().unwrap();
    let seen = home.path().join("seen.json");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/neovim.lua");
    let output = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"])
        .arg(format!("luafile {script}"))
        .current_dir(folder.path())
        .env("TOPHASH_PROGRAM", env!("CARGO_BIN_EXE_tophash"))
        .env("TOPHASH_SEEN", &seen)
        .env("TOPHASH_CACHE_DIR", cache_folder())
        .env("XDG_STATE_HOME", home.path())
        .env("XDG_CACHE_HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let seen: Value =
        serde_json::from_str(&fs::read_to_string(&seen).unwrap_or_else(|_| panic!("{said}")))
            .unwrap();
    assert_eq!(seen.get("problem"), None, "{seen}\n{said}");
    let finding =
        |line: u32| json!({ "line": line, "code": "TH101", "text": "c.m", "severity": 2 });
    assert_eq!(seen["before"], json!([finding(17), finding(21)]));
    let hover = seen["hover"].as_str().unwrap();
    assert!(hover.contains("C.m map[string]int") && hover.contains("3 of 5 accesses"), "{hover}");
    let actions = json!([
        "Repair TH101: takes C.mu",
        "Repair all 2 findings of C.m: takes C.mu",
        "Suppress TH101 with a comment"
    ]);
    assert_eq!(seen["actions"], actions);
    assert_eq!(seen["after"], json!([finding(23)]));
    let text = seen["text"].as_str().unwrap();
    assert!(
        text.contains("\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\t_ = \"ä𝄞\"; return c.m[k]\n"),
        "{text}"
    );
}
