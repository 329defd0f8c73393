//! Goroutines of core dumps.

use crate::oracle::{difference, printed, read};
use crate::program::{build, crash, inspect, inspect_json, toolchains};

#[test]
fn a_crash_leads_to_its_goroutine_and_its_map() {
    let test = "a_crash_leads_to_its_goroutine_and_its_map";
    for (minor, go) in toolchains(test) {
        let folder = tempfile::tempdir().unwrap();
        let program = build(&go, folder.path(), &[]);
        let Some((said, text, core)) = crash(&program, folder.path()) else {
            eprintln!("SKIPPED {test}: the system keeps core dumps elsewhere");
            return;
        };
        let core = core.to_str().unwrap();
        let json = inspect_json(&[core, "--goroutines"]);
        let dead = text.split("\ngoroutine ").nth(1).unwrap().split(' ').next().unwrap();
        // The other writer may have met the fault, too, before the first one ended the program.
        let faults = json["in_map_functions"].as_array().unwrap().iter();
        let mut faults = faults.take_while(|one| one["faulting"] == true);
        let number: u64 = dead.parse().unwrap();
        let fault = faults.find(|one| one["goroutine"] == number);
        let fault = fault.unwrap_or_else(|| panic!("Go 1.{minor}: {text:.400}"));
        assert_eq!(fault["declared"], "main.cache.entries");
        assert_eq!(fault["caller"]["function"], "main.(*cache).put");
        assert_eq!(fault["operation"], "write");
        let address = said.lines().find_map(|line| line.strip_prefix("map 0x")).unwrap();
        let address = u64::from_str_radix(address, 16).unwrap();
        assert_eq!(fault["map"].as_u64(), Some(address));
        if minor >= 27 {
            assert_eq!(json["fault"], "concurrent map writes");
        }
        let (printed, read) = (printed(&text), read(&json));
        let mut same = 0;
        for (id, printed) in &printed {
            let read = read.get(id).unwrap_or_else(|| panic!("goroutine {id} is missing"));
            // The two that write go on until the last moment, and their tops are those of the crash itself.
            if printed.frames.is_empty()
                || printed.state == "running"
                || printed.state == "runnable"
            {
                continue;
            }
            if let Some(difference) = difference(printed, read) {
                panic!("Go 1.{minor}, goroutine {id}: {difference}");
            }
            same += 1;
        }
        assert!(same >= 20, "Go 1.{minor}: only {same} were compared");
        // Without being asked for goroutines it goes straight there, too.
        let maps = inspect_json(&[core]);
        assert_eq!(&maps["in_map_functions"], &json["in_map_functions"], "Go 1.{minor}");
        let out = inspect(&[core]);
        let line = format!("goroutine {dead} [running] ended the program in write");
        assert!(out.stdout.contains(&line), "{}", out.stdout);
        let out = inspect(&[core, "--goroutine", dead]);
        assert!(out.stdout.contains("ended the program in write"), "{}", out.stdout);
        assert!(out.stdout.contains("main.crash"), "{}", out.stdout);
    }
}
