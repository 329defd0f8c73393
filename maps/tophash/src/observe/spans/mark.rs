//! What a span may know of a key: a hash and a length, both from one walk over it.

use core::hash::{BuildHasher, Hash, Hasher};
use std::hash::RandomState;

/// What is known of a key without the key.
#[derive(Clone, Copy)]
pub(in crate::observe) struct KeyMark {
    pub(super) hash: u64,
    pub(super) length: usize,
}

impl KeyMark {
    /// Of a key in any form.
    pub(in crate::observe) fn of<Q: Hash + ?Sized>(key: &Q, hasher: &RandomState) -> Self {
        let mut counting = Counting { hasher: hasher.build_hasher(), text: None, numbers: 0 };
        key.hash(&mut counting);
        let length = counting.text.unwrap_or(counting.numbers);
        Self { hash: counting.hasher.finish(), length }
    }
}

/// A hasher that counts what it is given.
struct Counting<H> {
    hasher: H,
    /// Bytes of strings and slices, if there are any: then numbers are lengths and ends.
    text: Option<usize>,
    numbers: usize,
}

macro_rules! numbers {
    ($($write:ident($number:ty)),*) => {$(
        fn $write(&mut self, number: $number) {
            self.numbers += size_of::<$number>();
            self.hasher.$write(number);
        }
    )*};
}

impl<H: Hasher> Hasher for Counting<H> {
    fn finish(&self) -> u64 {
        self.hasher.finish()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.text = Some(self.text.unwrap_or(0) + bytes.len());
        self.hasher.write(bytes);
    }

    numbers!(write_u8(u8), write_u16(u16), write_u32(u32), write_u64(u64), write_u128(u128));
    numbers!(write_usize(usize), write_i8(i8), write_i16(i16), write_i32(i32), write_i64(i64));
    numbers!(write_i128(i128), write_isize(isize));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec;

    #[test]
    fn a_mark_has_the_hash_that_anybody_gets_and_the_length_in_bytes() {
        fn check<Q: Hash + ?Sized>(key: &Q, length: usize) {
            let hasher = RandomState::new();
            let mark = KeyMark::of(key, &hasher);
            assert_eq!((mark.hash, mark.length), (hasher.hash_one(key), length));
        }
        check("", 0);
        check("größe", 7);
        check(&String::from("abc"), 3);
        check(&[1u8, 2, 3][..], 3);
        check(&vec![1u32, 2, 3], 12);
        check(&7u64, 8);
        check(&(7u64, -7i16), 10);
        check(&('a', true), 5);
        check(&(), 0);
        check(&("abc", "de"), 5);
    }
}
