//! Core dumps whose memory makes no sense: cut short, overwritten, with stacks that lead into themselves.

use crate::program::{build, crash, inspect, toolchains};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A core dump, and the text of the crash; none without a toolchain, or where the system keeps cores elsewhere.
fn core(test: &str, folder: &Path) -> Option<(String, PathBuf)> {
    let (_, go) = toolchains(test).pop()?;
    let crashed = crash(&build(&go, folder, &[]), folder);
    if crashed.is_none() {
        eprintln!("SKIPPED {test}: the system keeps core dumps elsewhere");
    }
    crashed.map(|(_, text, core)| (text, core))
}

/// Where an address lies in the file of a core: by the headers of its parts of memory.
fn offset(core: &[u8], address: u64) -> Option<usize> {
    let word = |at: usize| Some(u64::from_le_bytes(core.get(at..at + 8)?.try_into().unwrap()));
    let (headers, count) = (word(32)? as usize, u16::from_le_bytes([core[56], core[57]]));
    (0..usize::from(count)).find_map(|place| {
        let at = headers + place * 56;
        let (start, from, size) = (word(at + 16)?, word(at + 8)?, word(at + 32)?);
        let is_memory = core[at] == 1 && (start..start + size).contains(&address);
        is_memory.then(|| (from + address - start) as usize)
    })
}

/// Looks at a core, which must end in time and in no panic.
fn look(core: &Path) -> (i32, String) {
    let begun = Instant::now();
    let out = inspect(&[core.to_str().unwrap(), "--goroutines", "--json"]);
    assert!(!out.stderr.contains("panicked"), "{}", out.stderr);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!([0, 2, 3].contains(&out.code), "{}", out.code);
    (out.code, out.stdout)
}

#[test]
fn overwritten_memory_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_, path)) = core("overwritten_memory_is_survived", folder.path()) else { return };
    let whole = std::fs::read(&path).unwrap();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    const HEADERS: u64 = 1 << 14;
    for round in 0..12 {
        let mut damaged = whole.clone();
        for _ in 0..(2_000 << (round / 2)) {
            let at = (HEADERS + next() % (whole.len() as u64 - HEADERS)) as usize;
            damaged[at] = next() as u8;
        }
        if round % 3 == 2 {
            damaged.truncate(whole.len() / 16 * (round + 2));
        }
        std::fs::write(&path, damaged).unwrap();
        look(&path);
    }
}

#[test]
fn a_stack_that_leads_into_itself_ends_and_is_said_to_be_cut() {
    let test = "a_stack_that_leads_into_itself_ends_and_is_said_to_be_cut";
    let folder = tempfile::tempdir().unwrap();
    let Some((text, path)) = core(test, folder.path()) else { return };
    // The goroutine that waits deep in a recursion: its frames are printed with their stack pointers and pcs.
    let block = text.split("\n\n").find(|block| block.contains("main.deep(")).unwrap();
    let id: u64 = block.split(' ').nth(1).unwrap().parse().unwrap();
    let line = block.lines().filter(|line| line.contains("main.go")).nth(1).unwrap();
    let number = |name: &str| {
        let digits = line.split(name).nth(1).unwrap().split(' ').next().unwrap();
        u64::from_str_radix(digits, 16).unwrap()
    };
    let (sp, pc) = (number("sp=0x"), number("pc=0x"));
    let mut damaged = std::fs::read(&path).unwrap();
    let at = offset(&damaged, sp).expect("the stack is in the core");
    let cases = [
        ("the caller is the same place for ever", pc),
        ("the caller is nothing", 7),
        ("the caller is the stack", sp),
    ];
    for (what, word) in cases {
        for place in 0..4_096_usize / 8 {
            damaged[at + place * 8..][..8].copy_from_slice(&word.to_le_bytes());
        }
        std::fs::write(&path, &damaged).unwrap();
        let (code, json) = look(&path);
        assert_eq!(code, 0, "{what}");
        let json: Value = serde_json::from_str(&json).unwrap();
        let with = |group: &&Value| {
            let ids = group["ids"].as_array().unwrap();
            ids.iter().any(|one| one.as_u64() == Some(id))
        };
        let group = json["stacks"].as_array().unwrap().iter().find(with).expect(what);
        assert!(group["stack"]["cut"].is_string(), "{what}: {}", group["stack"]);
    }
}
