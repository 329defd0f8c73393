//! Reports: for people, as JSON, and what follows from them.

use tophash::HashMap;
use tophash::observe::{Keys, Observed, Report};

fn report() -> Report {
    let map = Observed::builder("people").sample_every(1).show_keys(Keys::Whole);
    let map = map.build(HashMap::<String, u64>::with_capacity(1_000)).unwrap();
    for turn in 0..30 {
        map.insert("ada".into(), turn).unwrap();
        map.get("bob");
    }
    map.get("ada");
    map.stats()
}

#[test]
fn a_report_is_readable() {
    let text = report().to_string();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("people: HashMap of 1 entries, "), "{text}");
    for line in [
        "  get hit: 1",
        "  get miss: 30",
        "  insert inserted: 1",
        "  insert replaced: 29",
        "  hot key 1: \"ada\" (hot), 50.8 % of samples: 31 to 31 of 61",
        "  hot key 2: \"bob\" (warm), 49.2 % of samples: 30 to 30 of 61",
    ] {
        assert!(lines.contains(&line), "no {line:?} in\n{text}");
    }
}

#[test]
fn a_report_is_json_with_the_same_numbers() {
    let report = report();
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["map"], "people");
    assert_eq!(json["summary"]["entries"], 1);
    assert_eq!(json["operations"].as_array().unwrap().len(), 4);
    assert_eq!(json["hot_keys"][0]["samples"], 31);
    assert_eq!(json["timings"][0]["count"], 31);
    assert_eq!((&json["locks"], &json["capacity_hint"]), (&().into(), &().into()));
    #[cfg(feature = "serde")]
    {
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), json);
    }
}

#[test]
fn the_hint_of_a_map_that_grew_spares_the_next_one_the_growth() {
    for entries in [1_000u64, 10_000, 300_000] {
        let fill = |map: HashMap<u64, u64>| {
            let map = Observed::new("hinted", map);
            for key in 0..entries {
                map.insert(key, key).unwrap();
            }
            map.stats()
        };
        let hint = fill(HashMap::new()).capacity_hint().unwrap();
        let report = fill(HashMap::with_capacity(hint));
        let summary = report.summary.as_ref().unwrap();
        assert_eq!((summary.growths, report.capacity_hint()), (Some(0), None), "{entries} entries");
    }
}
