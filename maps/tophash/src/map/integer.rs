//! Arithmetic on integer values, in one atomic step without a closure.

use super::HashMap;
use crate::class::Arithmetic;
use crate::raw::entries::{Fresh, Lookup, NotAtOnce};
use crate::reentry;
use crate::sync::spin;
use core::hash::{BuildHasher, Hash};

mod sealed {
    pub trait Sealed {}
}

/// The primitive integers of at most eight bytes, which lie in a map's buckets themselves.
pub trait Integer: sealed::Sealed + Copy + Eq + Ord + Hash + 'static {
    /// Zero.
    const ZERO: Self;
    /// The sum, wrapping around at the type's bounds.
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// The difference, wrapping around at the type's bounds.
    #[must_use]
    fn minus(self, other: Self) -> Self;
    /// The bits of both.
    #[must_use]
    fn and(self, other: Self) -> Self;
    /// The bits of either.
    #[must_use]
    fn or(self, other: Self) -> Self;
    /// The bits of one of them alone.
    #[must_use]
    fn xor(self, other: Self) -> Self;
}

macro_rules! integers {
    ($($type:ty)*) => {
        $(
            impl sealed::Sealed for $type {}
            impl Integer for $type {
                const ZERO: Self = 0;
                #[inline]
                fn plus(self, other: Self) -> Self {
                    self.wrapping_add(other)
                }
                #[inline]
                fn minus(self, other: Self) -> Self {
                    self.wrapping_sub(other)
                }
                #[inline]
                fn and(self, other: Self) -> Self {
                    self & other
                }
                #[inline]
                fn or(self, other: Self) -> Self {
                    self | other
                }
                #[inline]
                fn xor(self, other: Self) -> Self {
                    self ^ other
                }
            }
        )*
    };
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

/// Arithmetic on inline values: integers under integers, or, in the storage [`Inline`](crate::Inline), under any
/// [`Plain`](crate::Plain) key. Each is one atomic step, linearizable, in expected constant time, and returns the
/// value before, or none if the key had no value.
impl<K, V, S, C> HashMap<K, V, S, C>
where
    K: Hash + Eq + Copy,
    V: Integer,
    S: BuildHasher,
    C: Arithmetic<K, V>,
{
    #[inline]
    fn fetch(&self, key: K, change: impl Fn(Option<V>) -> V) -> Option<V> {
        let hash = self.hash(&key);
        let make = |old: Option<&V>| Fresh::new(key, change(old.copied()));
        match self.entries.change_at_once(hash, |candidate| *candidate == key, make) {
            Ok(old) => {
                reentry::note(self.address(), hash);
                old.map(|held| *held.value())
            }
            Err(NotAtOnce) => self.fetch_patiently(hash, key, change),
        }
    }

    #[cold]
    #[inline(never)]
    fn fetch_patiently(&self, hash: u64, key: K, change: impl Fn(Option<V>) -> V) -> Option<V> {
        let mut turn = 0;
        loop {
            match self.find(hash, &key) {
                Lookup::Hit(hit) => {
                    let old = *hit.held().value();
                    if self.replace(hash, hit, Fresh::new(key, change(Some(old)))).is_ok() {
                        return Some(old);
                    }
                }
                Lookup::Gap(gap) => {
                    if self.put(hash, gap, Fresh::new(key, change(None))).is_ok() {
                        return None;
                    }
                }
            }
            spin(&mut turn);
        }
    }

    /// Adds, wrapping around at the type's bounds. No value counts as zero.
    #[inline]
    pub fn fetch_add(&self, key: K, by: V) -> Option<V> {
        self.fetch(key, |value| value.unwrap_or(V::ZERO).plus(by))
    }

    /// Subtracts, wrapping around at the type's bounds. No value counts as zero.
    #[inline]
    pub fn fetch_sub(&self, key: K, by: V) -> Option<V> {
        self.fetch(key, |value| value.unwrap_or(V::ZERO).minus(by))
    }

    /// Keeps the larger one. If there is no value, `value` is put in.
    #[inline]
    pub fn fetch_max(&self, key: K, value: V) -> Option<V> {
        self.fetch(key, |old| old.map_or(value, |old| old.max(value)))
    }

    /// Keeps the smaller one. If there is no value, `value` is put in.
    #[inline]
    pub fn fetch_min(&self, key: K, value: V) -> Option<V> {
        self.fetch(key, |old| old.map_or(value, |old| old.min(value)))
    }

    /// Keeps the bits of both. No value counts as zero.
    #[inline]
    pub fn fetch_and(&self, key: K, bits: V) -> Option<V> {
        self.fetch(key, |value| value.unwrap_or(V::ZERO).and(bits))
    }

    /// Sets bits. No value counts as zero.
    #[inline]
    pub fn fetch_or(&self, key: K, bits: V) -> Option<V> {
        self.fetch(key, |value| value.unwrap_or(V::ZERO).or(bits))
    }

    /// Flips bits. No value counts as zero.
    #[inline]
    pub fn fetch_xor(&self, key: K, bits: V) -> Option<V> {
        self.fetch(key, |value| value.unwrap_or(V::ZERO).xor(bits))
    }

    /// Puts `new` in the place of `current`, if that is the value, and returns it.
    ///
    /// # Errors
    /// If the value is another one, or there is none: that.
    pub fn compare_exchange(&self, key: K, current: V, new: V) -> Result<V, Option<V>> {
        let hash = self.hash(&key);
        let mut turn = 0;
        loop {
            let Lookup::Hit(hit) = self.find(hash, &key) else { return Err(None) };
            let value = *hit.held().value();
            if value != current {
                return Err(Some(value));
            }
            if self.replace(hash, hit, Fresh::new(key, new)).is_ok() {
                return Ok(value);
            }
            spin(&mut turn);
        }
    }
}
