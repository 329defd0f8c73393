//! A `FixedMap` in memory that two processes share, each at an address of its own.
#![cfg(not(miri))]

use memmap2::{MmapOptions, MmapRaw};
use std::fs::OpenOptions;
use std::path::Path;
use std::process::Command;
use std::ptr::NonNull;
use tophash::FixedMap;

type Shared = FixedMap<u64, u64, 2>;

/// Where the child finds the file.
const FILE: &str = "TOPHASH_SHARED_MAP";

/// Keys that both processes add to, and how often.
const KEYS: u64 = 10;
const ROUNDS: u64 = 300_000;

fn map(path: &Path) -> MmapRaw {
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).unwrap();
    file.set_len(size_of::<Shared>() as u64).unwrap();
    MmapOptions::new().len(size_of::<Shared>()).map_raw(&file).unwrap()
}

fn shared(memory: &MmapRaw) -> &Shared {
    let bytes = std::ptr::slice_from_raw_parts_mut(memory.as_mut_ptr(), memory.len());
    // SAFETY: the file was all zero when it was made, and nobody writes to it but through the map, whose lifetime is that
    // of the mapping.
    #[expect(unsafe_code, reason = "what a user writes who shares memory")]
    unsafe { Shared::at(NonNull::new(bytes).unwrap()) }.unwrap()
}

/// Adds to the keys of both, and has keys of its own come and go.
fn work(map: &Shared, own: u64) {
    for round in 0..ROUNDS {
        map.fetch_update(round % KEYS, |count| Some(count.unwrap_or(0) + 1)).unwrap();
        let key = 1_000 * own + round % 30;
        assert_eq!((map.insert(key, round), map.get(&key)), (Ok(None), Some(round)));
        assert_eq!(map.remove(&key), Some(round));
    }
    map.insert(own, own).unwrap();
}

/// Not a test of its own: the other process.
#[test]
#[ignore = "run by the other test"]
fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    work(shared(&map(Path::new(&path))), 200);
}

#[test]
fn two_processes_share_a_map() {
    let path = std::env::temp_dir().join(format!("tophash-shared-{}", std::process::id()));
    let (here, again) = (map(&path), map(&path));
    assert_ne!(here.as_ptr(), again.as_ptr());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored"])
        .env(FILE, &path)
        .spawn()
        .unwrap();
    work(shared(&here), 100);
    assert!(child.wait().unwrap().success());
    std::fs::remove_file(&path).unwrap();
    let map = shared(&again);
    assert!((0..KEYS).all(|key| map.get(&key) == Some(2 * ROUNDS / KEYS)), "{map:?}");
    assert_eq!(
        (map.get(&100), map.get(&200), map.len()),
        (Some(100), Some(200), KEYS as usize + 2)
    );
}

#[test]
fn memory_that_does_not_fit_is_refused() {
    #[repr(align(64))]
    struct Page([u8; size_of::<Shared>() + 64]);
    let mut page = Page([0; size_of::<Shared>() + 64]);
    let all = size_of::<Shared>();
    let mut place = |range: std::ops::Range<usize>| {
        // SAFETY: the page is all zero, and nobody else has it.
        #[expect(unsafe_code, reason = "what a user writes who shares memory")]
        unsafe { Shared::at(NonNull::from(&mut page.0[range])) }.is_some()
    };
    assert!(place(0..all) && place(64..all + 64));
    assert!(!place(0..all - 1) && !place(8..all + 8));
}
