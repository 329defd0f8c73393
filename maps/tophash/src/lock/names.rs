//! Numbers of threads, which fit into a word, and their names, which a report wants.
//!
//! A thread is given its number when it first takes a lock that is watched. It is in the list of names until it ends; a
//! thread that has no name is not in it.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};
use parking_lot::Mutex;

static NEXT: AtomicU64 = AtomicU64::new(1);
static NAMES: Mutex<BTreeMap<u64, String>> = Mutex::new(BTreeMap::new());

/// Takes the name of a thread that ends off the list.
struct End(Cell<u64>);

impl Drop for End {
    fn drop(&mut self) {
        NAMES.lock().remove(&self.0.get());
    }
}

std::thread_local! {
    static NUMBER: Cell<u64> = const { Cell::new(0) };
    static END: End = const { End(Cell::new(0)) };
}

/// The number of this thread: not 0, and never given again.
#[inline]
pub(super) fn number() -> u64 {
    match NUMBER.get() {
        0 => enlist(),
        number => number,
    }
}

#[cold]
fn enlist() -> u64 {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    NUMBER.set(number);
    // A thread that is being torn down would stay on the list.
    if END.try_with(|end| end.0.set(number)).is_ok() {
        if let Some(name) = std::thread::current().name() {
            NAMES.lock().insert(number, name.into());
        }
    }
    number
}

/// The name of the thread of that number, if it has one and lives.
pub(super) fn name(number: u64) -> Option<String> {
    NAMES.lock().get(&number).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_until_the_thread_ends() {
        let named = std::thread::Builder::new().name("a name".into());
        let thread = named.spawn(|| (number(), name(number()), number())).unwrap();
        let (first, while_it_lived, second) = thread.join().unwrap();
        assert_eq!((first, while_it_lived.as_deref()), (second, Some("a name")));
        assert_eq!(name(first), None);
        let nameless = std::thread::spawn(|| (number(), name(number()))).join().unwrap();
        assert_eq!(nameless, (first.max(nameless.0), None));
    }
}
