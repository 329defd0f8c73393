//! A registry of which every metric has samples, and text of Prometheus' read back: what adapters are compared with.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tophash::observe::prometheus::{Format, encode};
use tophash::observe::{Observed, Registry, aliases, metrics, panic_hook};
use tophash::{HashMap, Locked, Operation, Sharded};

/// Samples by name and labels, these in order.
pub(crate) type Samples = BTreeMap<(String, Vec<(String, String)>), f64>;

/// A registry of which every metric has samples, with names that have to be quoted.
pub(crate) fn full() -> Maps {
    let registry = Registry::new();
    registry.aliases(true);
    let whole = Arc::new(builder().build(HashMap::new()).unwrap());
    let sharded = Arc::new(builder().build(Sharded::new()).unwrap());
    let quoted = "say \"hi\"\nback\\slash, {é=\"\u{7}\"}";
    let locked = Observed::builder(quoted).sample_every(1).build(Locked::new());
    let locked = Arc::new(locked.unwrap());
    registry.add(&whole);
    registry.add(&sharded);
    registry.add(&locked);
    let maps = Maps { registry, whole, sharded, locked };
    maps.work(1_000);
    // Somebody waits for a lock.
    std::thread::scope(|scope| {
        let waiter = Arc::clone(&maps.locked);
        maps.locked.insert(1, 1).unwrap();
        maps.locked.get_with(&1, |_| {
            scope.spawn(move || waiter.insert(2, 2).unwrap());
            std::thread::sleep(Duration::from_millis(20));
        });
    });
    panic_hook();
    let _ = catch_unwind(AssertUnwindSafe(|| panic!("so that a panic is counted")));
    maps
}

fn builder<M: tophash::ConcurrentMap>() -> tophash::observe::Builder<M> {
    Observed::builder("whole").sample_every(1)
}

/// The maps of [`full`], which live as long as this.
pub(crate) struct Maps {
    pub(crate) registry: Registry,
    whole: Arc<Observed<HashMap<u64, u64>>>,
    sharded: Arc<Observed<Sharded<u64, u64>>>,
    locked: Arc<Observed<Locked<u64, u64>>>,
}

impl Maps {
    /// Uses each of them, in every way.
    pub(crate) fn work(&self, operations: u64) {
        for key in 0..operations {
            self.whole.insert(key, key).unwrap();
            self.sharded.insert(key, key).unwrap();
            self.locked.insert(key % 7, key).unwrap();
            self.whole.get(&(key % 3));
            self.locked.remove(&key);
        }
        self.sharded.for_each(|_, _| {});
        self.locked.insert_new(1, 1).unwrap();
        self.locked.clear();
        self.whole.alter(0, |_| Operation::<u64, ()>::Remove).unwrap();
    }

    /// What the encoder without dependencies writes.
    pub(crate) fn text(&self, format: Format) -> String {
        let text = encode(&self.registry, format);
        for metric in metrics().iter().chain(aliases()) {
            assert!(text.contains(metric.name), "no sample of {}", metric.name);
        }
        text
    }
}

/// The samples of a text, without those that differ each time.
pub(crate) fn samples(text: &str) -> Samples {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let read = lines.map(|line| {
        let (start, value) = line.rsplit_once(' ').unwrap();
        let name = start.split('{').next().unwrap();
        let mut labels = labels(start.strip_prefix(name).unwrap());
        labels.sort();
        let value = value.parse().unwrap_or_else(|_| panic!("{line} has no value"));
        ((name.to_owned(), labels), value)
    });
    let mut all = Samples::new();
    for (key, value) in read {
        assert_eq!(all.insert(key.clone(), value), None, "{key:?} is told twice");
    }
    all.retain(|(name, _), _| !differs(name));
    all
}

/// Whether a metric is another each time that it is asked for.
pub(crate) fn differs(name: &str) -> bool {
    matches!(name, "tophash_map_scrape_seconds" | "tophash_map_last_write_timestamp_seconds")
}

/// What is told of each family, by name.
pub(crate) fn comments(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("# ") && *line != "# EOF") {
        let family = line.split(' ').nth(2).unwrap();
        all.entry(family.to_owned()).or_default().push(line.to_owned());
    }
    all
}

/// `{name="value",...}` as pairs. A bound is as its number.
fn labels(text: &str) -> Vec<(String, String)> {
    let mut rest = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or("");
    let mut pairs = Vec::new();
    while let Some((name, value)) = rest.split_once("=\"") {
        let (mut text, mut chars) = (String::new(), value.char_indices());
        let end = loop {
            match chars.next().unwrap() {
                (end, '"') => break end,
                (_, '\\') => match chars.next().unwrap().1 {
                    'n' => text.push('\n'),
                    char => text.push(char),
                },
                (_, char) => text.push(char),
            }
        };
        rest = value[end + 1..].trim_start_matches(',');
        if let ("le", Ok(bound)) = (name, text.parse::<f64>()) {
            text = format!("{bound:e}");
        }
        pairs.push((name.to_owned(), text));
    }
    pairs
}
