//! A map under locks as one of the maps: by its own methods, which have the same names.

/// Implements [`Lookup`](super::Lookup) and [`ConcurrentMap`](super::ConcurrentMap) for a map whose own methods say it all,
/// but for what it says of itself, which is given in braces.
macro_rules! by_own_methods {
    ($map:ident { $($own:tt)* }) => {
        impl<K, V, S, Q> Lookup<Q> for $map<K, V, S>
        where
            K: Hash + Eq,
            S: BuildHasher,
            Q: Hash + Equivalent<K> + ?Sized,
        {
            type Value = V;

            #[inline]
            fn get_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
                self.get_with(key, read)
            }

            #[inline]
            fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
                let old = self.remove(key)?;
                Some(read(&old))
            }

            #[inline]
            fn get(&self, key: &Q) -> Option<V>
            where
                V: Clone,
            {
                self.get(key)
            }

            #[inline]
            fn remove(&self, key: &Q) -> Option<V>
            where
                V: Clone,
            {
                self.remove(key)
            }

            #[inline]
            fn contains_key(&self, key: &Q) -> bool {
                self.contains_key(key)
            }
        }

        impl<K: Hash + Eq, V, S: BuildHasher> ConcurrentMap for $map<K, V, S> {
            type Key = K;

            #[inline]
            fn insert_with<R>(
                &self,
                key: K,
                value: V,
                replaced: impl FnOnce(Option<&V>) -> R,
            ) -> Result<R, Full> {
                let old = self.insert(key, value);
                Ok(replaced(old.as_ref()))
            }

            fn insert_new(&self, key: K, value: V) -> Result<bool, Full> {
                Ok(self.try_insert(key, value).is_ok())
            }

            fn alter<T>(
                &self,
                key: K,
                decide: impl FnMut(Option<&V>) -> Operation<V, T>,
            ) -> Result<Altered<T>, Full> {
                Ok(self.compute(key, decide))
            }

            fn for_each(&self, meet: impl FnMut(&K, &V)) {
                self.for_each(meet);
            }

            fn clear(&self) {
                self.clear();
            }

            fn len(&self) -> usize {
                self.len()
            }

            $($own)*
        }
    };
}

pub(crate) use by_own_methods;
