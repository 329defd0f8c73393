//! What must not compile, as tests.
//!
//! The compiler that is stable checks that these fail, and the deep tier also that each fails for the reason that it names.
//!
//! A map is changed through shared references, so the types in it cannot be exchanged for ones of shorter lives:
//!
//! ```compile_fail,E0597
//! let map = tophash::HashMap::<u64, &'static str>::new();
//! fn put<'a>(map: &tophash::HashMap<u64, &'a str>, text: &'a str) {
//!     let _ = map.insert(1, text);
//! }
//! {
//!     let text = String::from("short");
//!     put(&map, &text);
//! }
//! assert!(map.get(&1).is_some());
//! ```
//!
//! What a map hands out borrows it:
//!
//! ```compile_fail,E0505
//! let map = tophash::HashMap::from([(1u64, String::new())]);
//! let held = map.get_ref(&1);
//! drop(map);
//! assert!(held.is_some());
//! ```
//!
//! ```compile_fail,E0505
//! let map = tophash::HashMap::from([(1u64, String::new())]);
//! let first = map.iter().next();
//! drop(map);
//! assert!(first.is_some());
//! ```
//!
//! ```compile_fail,E0505
//! let map = tophash::HashMap::from([(1u64, String::new())]);
//! let refused = map.try_insert(1, String::new());
//! drop(map);
//! assert!(refused.is_err());
//! ```
//!
//! ```compile_fail,E0505
//! let set = tophash::HashSet::from([String::new()]);
//! let taken = set.take("");
//! drop(set);
//! assert!(taken.is_some());
//! ```
//!
//! A reference to what is in an entry borrows the entry, for that is what keeps it alive:
//!
//! ```compile_fail,E0597
//! let map = tophash::HashMap::from([(1u64, String::new())]);
//! let text: &str = {
//!     let held = map.get_ref(&1).unwrap();
//!     held.as_str()
//! };
//! assert_eq!(text, "");
//! ```
//!
//! So does one that a closure is lent:
//!
//! ```compile_fail
//! let map = tophash::HashMap::from([(1u64, String::new())]);
//! let text: &str = map.get_with(&1, |value| value.as_str()).unwrap();
//! assert_eq!(text, "");
//! ```
//!
//! Keys and values outlive the map that they are in:
//!
//! ```compile_fail,E0597
//! let map = tophash::HashMap::new();
//! {
//!     let text = String::from("short");
//!     map.insert(text.as_str(), 1u64);
//! }
//! assert_eq!(map.len(), 1);
//! ```
//!
//! So nobody changes a value in its place while somebody reads it:
//!
//! ```compile_fail,E0502
//! let mut map = tophash::HashMap::from([(1u64, 1u64)]);
//! let held = map.get_ref(&1);
//! *map.get_mut(&1).unwrap() = 2;
//! assert!(held.is_some());
//! ```
//!
//! ```compile_fail,E0499
//! let mut map = tophash::HashMap::from([(1u64, String::new())]);
//! let first = map.get_mut(&1).unwrap();
//! let second = map.get_mut(&1).unwrap();
//! first.push_str(second);
//! ```
//!
//! ```compile_fail,E0499
//! let mut map = tophash::HashMap::from([(1u64, String::new())]);
//! let (_, first) = map.iter_mut().next().unwrap();
//! let drained = map.drain().next();
//! first.push('x');
//! ```
//!
//! Keys and values that must stay in their thread keep the map there:
//!
//! ```compile_fail,E0277
//! let map = tophash::HashMap::from([(1u64, std::rc::Rc::new(1))]);
//! std::thread::spawn(move || map.len());
//! ```
//!
//! ```compile_fail,E0277
//! let map = tophash::HashMap::from([(1u64, std::cell::Cell::new(1))]);
//! std::thread::scope(|scope| scope.spawn(|| map.len()).join().unwrap());
//! ```
//!
//! What is not plain data cannot lie in the buckets of a map whose storage is [`Inline`](crate::Inline): not what
//! is unique, what others change, what owns memory, or what has patterns of bits that are no value:
//!
//! ```compile_fail,E0277
//! fn put<'a>(value: &'a mut u64) {
//!     let _ = tophash::PlainMap::<u64, &'a mut u64>::default().insert(1, value);
//! }
//! ```
//!
//! ```compile_fail,E0277
//! let _ = tophash::PlainMap::<u64, std::sync::atomic::AtomicU64>::default();
//! ```
//!
//! ```compile_fail,E0277
//! let _ = tophash::PlainMap::<String, u64>::default();
//! ```
//!
//! ```compile_fail,E0277
//! let _ = tophash::PlainMap::<u64, &'static u64>::default();
//! ```
//!
//! ```compile_fail,E0277
//! let _ = tophash::PlainMap::<u64, bool>::default();
//! ```
//!
//! ```compile_fail,E0277
//! let _ = tophash::PlainSet::<std::num::NonZeroU64>::default();
//! ```
//!
//! ```compile_fail,E0277
//! let _ = tophash::PlainMap::<(u32, u32), u64>::default();
//! ```
//!
//! A type that is not `Copy` is not plain, whatever its author says:
//!
//! ```compile_fail,E0277
//! struct Token(u64);
//! unsafe impl tophash::Plain for Token {}
//! ```
//!
//! What is too large, or aligned to more than a word, does not fit:
//!
//! ```compile_fail,E0080
//! let _ = tophash::PlainMap::<[u64; 2], u64>::default();
//! ```
//!
//! ```compile_fail,E0080
//! let _ = tophash::PlainMap::<u64, [u8; 9]>::default();
//! ```
//!
//! ```compile_fail,E0080
//! let _ = tophash::PlainSet::<[u8; 17]>::default();
//! ```
//!
//! ```compile_fail,E0080
//! #[derive(Clone, Copy, PartialEq, Eq, Hash)]
//! #[repr(C, align(16))]
//! struct Aligned([u8; 0]);
//! unsafe impl tophash::Plain for Aligned {}
//! let _ = tophash::PlainMap::<u64, Aligned>::default();
//! ```
//!
//! Constructors that are not told the storage are those of the default one:
//!
//! ```compile_fail,E0599
//! let _ = tophash::PlainMap::<u64, u64>::new();
//! ```
//!
//! Arithmetic is for inline integers:
//!
//! ```compile_fail,E0599
//! let map = tophash::HashMap::<u64, f64>::new();
//! map.fetch_add(1, 1.0);
//! ```
