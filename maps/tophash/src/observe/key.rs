//! How a key that is looked up becomes a key that can be kept.

use std::ffi::{CStr, OsStr};
use std::path::Path;

/// A form of the key `K` in which it is looked up, of which a whole key can be made, for the list of hot keys.
///
/// It is implemented for keys that can be cloned, and for strings, slices and paths under what they convert into: `str` is a form
/// of `String`, `Box<str>` and `Arc<str>`. For types of your own that are [`Equivalent`](crate::Equivalent) to a key,
/// implement it beside that.
pub trait ToKey<K> {
    /// The key. Called for operations that are sampled.
    fn to_key(&self) -> K;
}

impl<K: Clone> ToKey<K> for K {
    fn to_key(&self) -> K {
        self.clone()
    }
}

impl<T, K: for<'a> From<&'a [T]>> ToKey<K> for [T] {
    fn to_key(&self) -> K {
        self.into()
    }
}

macro_rules! from {
    ($($form:ty),*) => {$(
        impl<K: for<'a> From<&'a $form>> ToKey<K> for $form {
            fn to_key(&self) -> K {
                self.into()
            }
        }
    )*};
}

from!(str, Path, OsStr, CStr);
