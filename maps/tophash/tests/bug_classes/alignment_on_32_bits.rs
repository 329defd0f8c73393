//! **Alignment where words have 32 bits.** A `u64` is aligned to four bytes there and an `AtomicU64` is not: who
//! makes the one of the other has atomics that are torn, or trap.
//!
//! RUSTSEC-2022-0041. On 64 bits this can hardly fail; the deep tier runs it under Miri as a program of 32 bits,
//! where a wrong alignment is an error by itself.

use crate::few;
use std::fmt::Debug;
use std::hash::Hash;
use tophash::HashMap;

fn whole_and_aligned<K, V>(keys: impl Fn(u8) -> K, values: impl Fn(u8) -> V)
where
    K: Eq + Hash + Clone,
    V: PartialEq + Debug,
{
    fn aligned<T>(of: &T) {
        assert_eq!(std::ptr::from_ref(of).addr() % align_of::<T>(), 0);
    }
    let mut map: HashMap<K, V> = HashMap::new();
    for number in 0..few(60, 14) as u8 {
        map.insert(keys(number), values(number));
    }
    for number in 0..few(60, 14) as u8 {
        let entry = map.get_ref(&keys(number)).unwrap();
        aligned(entry.key());
        aligned(entry.value());
        assert_eq!(entry.value(), &values(number));
    }
    map.iter().for_each(|entry| aligned(entry.value()));
    for (key, value) in &mut map {
        aligned(key);
        aligned(value);
    }
    for number in 0..few(60, 14) as u8 {
        aligned(map.get_mut(&keys(number)).unwrap());
        assert_eq!(map.remove(&keys(number)).unwrap().value(), &values(number));
    }
}

#[test]
fn entries_are_aligned_as_their_types_ask() {
    #[derive(Clone, PartialEq, Eq, Hash, Debug)]
    #[repr(align(64))]
    struct Line(u8);
    whole_and_aligned(u64::from, |number| u64::from(number) << 56 | 7);
    whole_and_aligned(|number| number, |number| i64::from(number) << 33);
    whole_and_aligned(|number| u64::MAX - u64::from(number), |number| number);
    whole_and_aligned(usize::from, |number| isize::from(number.cast_signed()));
    whole_and_aligned(u16::from, |number| u128::from(number) << 100);
    whole_and_aligned(|number| (number, u64::from(number)), f64::from);
    whole_and_aligned(Line, Line);
}

#[test]
fn all_bits_of_a_word_are_changed_at_once() {
    // Both halves are the same number, so half a change would show.
    let map: HashMap<u32, u64> = HashMap::from([(0, 0)]);
    let both = |number: u64| number << 32 | number;
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..few(50_000, 200) {
                map.fetch_add(0, both(1));
            }
        });
        while !writer.is_finished() {
            let seen = map.get(&0).unwrap();
            assert_eq!(seen, both(seen >> 32), "half of one word and half of another");
        }
    });
    assert_eq!(map.get(&0), Some(both(few(50_000, 200))));
}
