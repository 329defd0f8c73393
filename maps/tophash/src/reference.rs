//! What the entries that maps hand out have in common, whichever way they keep what they show.

/// Gives `Ref`, whose only field has `key` and `value`, its methods and the traits of the language.
macro_rules! is_an_entry {
    () => {
        impl<K, V, C: Storage<K, V>> Ref<'_, K, V, C> {
            /// The key.
            #[inline]
            pub fn key(&self) -> &K {
                self.0.key()
            }

            /// The value.
            #[inline]
            pub fn value(&self) -> &V {
                self.0.value()
            }

            /// Key and value.
            #[inline]
            pub fn pair(&self) -> (&K, &V) {
                (self.key(), self.value())
            }

            /// A clone of the value.
            #[inline]
            #[must_use]
            pub fn cloned(&self) -> V
            where
                V: Clone,
            {
                self.value().clone()
            }
        }

        impl<K, V, C: Storage<K, V>> Deref for Ref<'_, K, V, C> {
            type Target = V;

            #[inline]
            fn deref(&self) -> &V {
                self.value()
            }
        }

        impl<K: fmt::Debug, V: fmt::Debug, C: Storage<K, V>> fmt::Debug for Ref<'_, K, V, C> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple("Ref").field(self.key()).field(self.value()).finish()
            }
        }

        impl<V: fmt::Display, K, C: Storage<K, V>> fmt::Display for Ref<'_, K, V, C> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.value().fmt(f)
            }
        }

        impl<V: PartialEq, K, C: Storage<K, V>> PartialEq<V> for Ref<'_, K, V, C> {
            fn eq(&self, other: &V) -> bool {
                self.value() == other
            }
        }
    };
}

pub(crate) use is_an_entry;
