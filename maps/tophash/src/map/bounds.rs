//! What must not compile, as tests.
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
//! So nobody changes a value in its place while somebody reads it:
//!
//! ```compile_fail,E0502
//! let mut map = tophash::HashMap::from([(1u64, 1u64)]);
//! let held = map.get_ref(&1);
//! *map.get_mut(&1).unwrap() = 2;
//! assert!(held.is_some());
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
//! Arithmetic is for inline integers:
//!
//! ```compile_fail,E0599
//! let map = tophash::HashMap::<u64, f64>::new();
//! map.fetch_add(1, 1.0);
//! ```
