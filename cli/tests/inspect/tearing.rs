//! A map that grows without end while it is looked at: each number without a mark was true at some time during the look.

use crate::program::{MODES, Running, at, both, build, is_deep, json};

/// Whether a map of the generation and size `before` had so many entries before it was of `after`.
fn was_true(entries: u64, before: (u64, u64), after: (u64, u64), limit: u64) -> bool {
    // The program says what it has put in at least; the next one may already be there.
    let (least, most) = (before.1, after.1 + 1);
    match after.0 - before.0 {
        0 => (least..=most).contains(&entries),
        1 => (least..=limit).contains(&entries) || entries <= most,
        _ => entries <= limit,
    }
}

#[test]
fn every_unmarked_number_was_true_during_the_look() {
    let (limit, looks) = if is_deep() { (4_000_000, 1_000) } else { (300_000, 40) };
    for (minor, go) in both("a map that grows all the time") {
        let folder = tempfile::tempdir().unwrap();
        let file = build(&go, MODES[0], "growing", folder.path());
        let mut running = Running::start(&file, &[&limit.to_string()]);
        let mut marked = 0;
        for _ in 0..looks {
            let before = running.ask();
            let seen = json(&running.inspect(&["--json"]));
            let after = running.ask();
            // What does not change is exact, whatever goes on beside it.
            let still = at(&seen, "main.still");
            assert!(still["entries"] == 2 && still["exactness"] == "exact", "{still}");
            let numbers = at(&seen, "main.numbers");
            if numbers["exactness"] != "exact" {
                marked += 1;
                continue;
            }
            let entries = numbers["entries"].as_u64().unwrap();
            let capacity = numbers["capacity"].as_u64().unwrap();
            let told = was_true(entries, before, after, limit);
            assert!(told, "Go 1.{minor}: {entries} between {before:?} and {after:?}");
            assert!(capacity >= entries * 8 / 16 && capacity < limit * 16, "{numbers}");
        }
        eprintln!("Go 1.{minor}: {marked} of {looks} looks were marked as torn");
    }
}
