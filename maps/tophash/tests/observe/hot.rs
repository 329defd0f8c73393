//! Hot keys: those that are met most often are told, with bounds that hold, whether every access is sampled or few.

use std::collections::BTreeMap;
use std::time::Duration;
use tophash::HashMap;
use tophash::observe::{Heat, Keys, Observed};

/// Keys of a million, as often as Zipf's law says: the key of rank `r` in proportion to `r` to the power of -0.99.
struct Zipf {
    sums: Vec<f64>,
    random: u64,
}

impl Zipf {
    fn new(seed: u64) -> Self {
        let weights = (1..=1_000_000u32).map(|rank| f64::from(rank).powf(-0.99));
        let sums = weights.scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self { sums: sums.collect(), random: seed }
    }

    /// The rank of the next key, from zero on.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let unit = ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
        let drawn = unit * self.sums.last().unwrap();
        self.sums.partition_point(|sum| *sum <= drawn) as u64
    }
}

/// How many of the true first ten are not among the first twelve that are told.
fn missing(told: &[u64]) -> usize {
    (0..10).filter(|rank| !told.contains(rank)).count()
}

#[test]
fn the_true_first_ten_are_in_the_first_twelve() {
    let mut zipf = Zipf::new(1);
    let every =
        Observed::builder("every").sample_every(1).build(HashMap::<u64, u64>::new()).unwrap();
    for _ in 0..1_000_000 {
        every.get(&zipf.next());
    }
    let told: Vec<u64> = every.hot_keys(12).iter().map(|hot| hot.key).collect();
    assert_eq!(missing(&told), 0, "{told:?}");

    // Sampled one in 16, of as many accesses as give two hundred thousand samples.
    let some =
        Observed::builder("some").sample_every(16).build(HashMap::<u64, u64>::new()).unwrap();
    for _ in 0..3_200_000 {
        some.get(&zipf.next());
    }
    let told: Vec<u64> = some.hot_keys(12).iter().map(|hot| hot.key).collect();
    assert_eq!(missing(&told), 0, "{told:?}");
    let report = some.stats();
    assert!((190_000..210_000).contains(&report.samples), "{}", report.samples);
    let share = report.hot_keys[0].share;
    // The first key's share of a million keys is 1 / 15.4.
    assert!((0.060..0.072).contains(&share), "{share}");
}

#[test]
fn bounds_hold_for_every_seed() {
    let mut zipf = Zipf::new(0);
    for seed in 0..100 {
        zipf.random = seed;
        let map = Observed::builder("bounds")
            .sample_every(1)
            .hot_keys(64)
            .build(HashMap::<u64, u64>::new());
        let map = map.unwrap();
        let mut exact: BTreeMap<u64, u64> = BTreeMap::new();
        for _ in 0..20_000 {
            let key = zipf.next();
            *exact.entry(key).or_insert(0) += 1;
            map.get(&key);
        }
        let hot = map.hot_keys(usize::MAX);
        assert_eq!(hot.len(), 64);
        for hot in &hot {
            let truth = exact[&hot.key];
            assert!(
                hot.samples - hot.error <= truth && truth <= hot.samples,
                "seed {seed}: {hot:?}, {truth}"
            );
            assert!(hot.error <= 20_000 / 64, "seed {seed}: {hot:?}");
        }
        for (key, count) in &exact {
            assert!(
                *count <= 20_000 / 64 || hot.iter().any(|hot| hot.key == *key),
                "seed {seed}: {key}"
            );
        }
    }
}

#[test]
fn windows_pass_and_bounds_hold_over_both() {
    const WINDOW: Duration = Duration::from_secs(1);
    let map = Observed::builder("windows").sample_every(1).hot_keys(4).window(WINDOW);
    let map = map.build(HashMap::<u64, u64>::new()).unwrap();
    let meet = |keys: std::ops::Range<u64>| {
        for round in 0..50 {
            keys.clone().for_each(|key| _ = map.get(&key));
            map.get(&(1_000 + round));
        }
    };
    meet(0..2);
    assert_eq!(map.hot_keys(1)[0].samples, 50);
    // Two windows later nothing is known of these.
    std::thread::sleep(2 * WINDOW);
    assert!(map.hot_keys(1).is_empty());
    meet(2..4);
    let hot = map.hot_keys(2);
    assert!(
        hot.iter().all(|hot| (2..4).contains(&hot.key) && hot.samples - hot.error <= 50),
        "{hot:?}"
    );
}

#[test]
fn heat_follows_accesses_and_hits() {
    let map = Observed::builder("heat").sample_every(1).show_keys(Keys::Truncated(4));
    let map = map.build(HashMap::<String, u64>::new()).unwrap();
    map.insert("boiling".into(), 1).unwrap();
    for _ in 0..60 {
        map.get("boiling");
        map.get("missing");
    }
    map.get("cold");
    let heat =
        |key: &str| map.hot_keys(10).into_iter().find(|hot| hot.key == key).map(|hot| hot.heat);
    assert_eq!(
        (heat("boiling"), heat("missing"), heat("cold")),
        (Some(Heat::Boiling), Some(Heat::Warm), Some(Heat::Cold))
    );
    assert_eq!(map.stats().hot_keys[0].key, "\"boi…");
}

#[test]
fn a_key_whose_code_uses_the_map_waits_for_nothing() {
    use std::cell::Cell;
    use std::sync::OnceLock;
    #[derive(PartialEq, Eq, Hash)]
    struct Nosy(u64);
    static MAP: OnceLock<Observed<HashMap<Nosy, u64>>> = OnceLock::new();
    thread_local!(static DEPTH: Cell<u32> = const { Cell::new(0) });
    fn look() {
        if DEPTH.get() < 3 {
            DEPTH.set(DEPTH.get() + 1);
            MAP.get().map(|map| map.get(&Nosy(DEPTH.get().into())));
            DEPTH.set(DEPTH.get() - 1);
        }
    }
    impl Clone for Nosy {
        fn clone(&self) -> Self {
            look();
            Self(self.0)
        }
    }
    impl Drop for Nosy {
        fn drop(&mut self) {
            look();
        }
    }
    let map = MAP.get_or_init(|| {
        Observed::builder("nosy").sample_every(1).hot_keys(2).build(HashMap::new()).unwrap()
    });
    for key in 0..100 {
        map.insert(Nosy(key), key).unwrap();
        map.get(&Nosy(key));
    }
    assert_eq!(map.hot_keys(5).len(), 2);
}
