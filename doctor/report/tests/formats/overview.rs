//! The overview of a program's maps: the first screen, what it leaves out, and the other formats.

use crate::sample;
use finding::{Access, DeclKind, LockSet, Locking, Operation, Overview, OverviewRow};
use report::{OverviewOptions, overview_concise, overview_full, overview_json, overview_markdown};
use snapbox::assert_data_eq;

fn row(path: &str, locking: Locking) -> OverviewRow {
    let mut declaration = sample::decl();
    declaration.path = path.into();
    declaration.id = finding::MapId::new("example.com/s/status", path);
    let access = Access {
        map: declaration.id.clone(),
        operation: Operation::Delete,
        site: sample::site(19, 3, "(*Cache).sweep"),
        expression: "c.entries".into(),
        locks: LockSet::Held(Vec::new()),
        root: None,
        before_sharing: false,
    };
    let unlocked = match locking {
        Locking::Mixed | Locking::None => vec![access],
        Locking::Unknown | Locking::Locked => Vec::new(),
    };
    let lock = match locking {
        Locking::Mixed | Locking::Locked => Some("example.com/s/status.Cache.mu".into()),
        Locking::None | Locking::Unknown => None,
    };
    OverviewRow {
        under_lock: u64::from(lock.is_some()),
        declaration,
        locking,
        accesses: 2,
        changes: 1,
        lock,
        unlocked,
        beside_others: true,
        vendored: false,
    }
}

fn overview() -> Overview {
    let mut local = row("Cache.sweep.seen", Locking::None);
    local.declaration.decl = DeclKind::Local;
    let mut alone = row("alone", Locking::None);
    alone.beside_others = false;
    Overview {
        declared: 1234,
        sync_maps: 1,
        maps: vec![
            row("Cache.entries", Locking::Mixed),
            row("table", Locking::Mixed),
            row("free", Locking::None),
            row("odd", Locking::Unknown),
            row("Cache.safe", Locking::Locked),
            local,
            alone,
        ],
    }
}

fn first_screen(limit: Option<usize>) -> OverviewOptions {
    OverviewOptions {
        limit,
        width: 80,
        all: "tophash doctor . --all".to_owned(),
        ..OverviewOptions::default()
    }
}

#[test]
fn the_first_screen_says_what_it_leaves_out() {
    assert_data_eq!(
        overview_full(&overview(), &first_screen(Some(3))),
        snapbox::str![[r#"
1,233 maps declared, 7 changed once shared, 2 locked at one access and not at
another; 1 more is a sync.Map, which locks itself.

without lock  map            its lock  look at
1 of 2        Cache.entries  mu        status/cache.go:19
1 of 2        table          Cache.mu  status/cache.go:19
1 of 2        free           none      status/cache.go:19

without lock: under no lock of the function or of all its callers, or changed
under RLock. This is where to look, not what is wrong: a map that one goroutine
owns needs no lock.

… and 4 more: 1 below these, 1 local to a function and its closures, 1 locked at
every access, 1 that nothing was seen to run beside.
    tophash doctor . --all

"#]]
    );
}

#[test]
fn without_a_limit_every_map_is_shown_and_nothing_is_left_out() {
    let text = overview_full(&overview(), &first_screen(None));
    for row in overview().maps {
        assert!(text.contains(&*row.declaration.path), "{text}");
    }
    assert!(!text.contains('…'), "{text}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut overview = overview();
    overview.maps[0].declaration.path = "a".repeat(200).as_str().into();
    let text = overview_full(&overview, &first_screen(Some(3)));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn concise_has_a_line_for_every_map_at_the_place_to_look() {
    let text = overview_concise(&overview());
    assert_eq!(text.lines().count(), overview().maps.len());
    assert_eq!(
        text.lines().next(),
        Some(
            "status/cache.go:19:3: mixed: example.com/s/status.Cache.entries: 1 of 2 without lock, its lock mu, runs beside others"
        )
    );
}

#[test]
fn markdown_is_a_table_that_a_name_cannot_break() {
    let mut overview = overview();
    overview.maps[0].lock = Some("a|b".into());
    let text = overview_markdown(&overview, &first_screen(Some(2)));
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 4, "{text}");
    assert!(rows.iter().all(|row| row.replace("\\|", "").matches('|').count() == 6), "{text}");
    assert!(text.contains("`tophash doctor . --all`"), "{text}");
}

#[test]
fn json_holds_every_map_under_the_schema_version() {
    let text = overview_json(&overview()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema_version"], report::SCHEMA_VERSION);
    assert_eq!(value["maps"].as_array().map(Vec::len), Some(overview().maps.len()));
}

#[test]
fn a_program_without_such_maps_is_one_sentence() {
    let text = overview_full(&Overview::default(), &first_screen(Some(3)));
    assert!(
        text.starts_with("0 maps declared, 0 changed") && text.ends_with("another.\n"),
        "{text}"
    );
}
