//! `Checked` as one of the maps, for generic code.
//!
//! The traits have no way to say that a use was refused, so a map that was built to refuse panics here instead.

use super::{Checked, Conflict};
use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup, NeverWaits, Summary, Watch};
use crate::map::Operation;
use alloc::sync::Arc;

/// What a use returned that was not refused.
#[track_caller]
fn not_refused<T>(result: Result<T, Conflict>) -> T {
    match result {
        Ok(value) => value,
        Err(conflict) => super::give_up(&conflict),
    }
}

type ValueOf<M> = <M as Lookup<<M as ConcurrentMap>::Key>>::Value;

impl<M: ConcurrentMap + Lookup<Q>, Q: ?Sized> Lookup<Q> for Checked<M> {
    type Value = <M as Lookup<Q>>::Value;

    #[track_caller]
    fn get_with<R>(&self, key: &Q, read: impl FnOnce(&Self::Value) -> R) -> Option<R> {
        let _use = not_refused(self.begin(super::Using::Read));
        Lookup::<Q>::get_with(&self.map, key, read)
    }

    #[track_caller]
    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&Self::Value) -> R) -> Option<R> {
        let _use = not_refused(self.begin(super::Using::Write));
        Lookup::<Q>::remove_with(&self.map, key, read)
    }
}

impl<M: ConcurrentMap> ConcurrentMap for Checked<M> {
    type Key = M::Key;

    #[track_caller]
    fn insert_with<R>(
        &self,
        key: M::Key,
        value: ValueOf<M>,
        replaced: impl FnOnce(Option<&ValueOf<M>>) -> R,
    ) -> Result<R, Full> {
        let _use = not_refused(self.begin(super::Using::Write));
        self.map.insert_with(key, value, replaced)
    }

    #[track_caller]
    fn insert_new(&self, key: M::Key, value: ValueOf<M>) -> Result<bool, Full> {
        let _use = not_refused(self.begin(super::Using::Write));
        self.map.insert_new(key, value)
    }

    #[track_caller]
    fn alter<T>(
        &self,
        key: M::Key,
        decide: impl FnMut(Option<&ValueOf<M>>) -> Operation<ValueOf<M>, T>,
    ) -> Result<Altered<T>, Full> {
        let _use = not_refused(self.begin(super::Using::Write));
        self.map.alter(key, decide)
    }

    #[track_caller]
    fn for_each(&self, meet: impl FnMut(&M::Key, &ValueOf<M>)) {
        not_refused(Checked::for_each(self, meet));
    }

    #[track_caller]
    fn clear(&self) {
        not_refused(Checked::clear(self));
    }

    #[track_caller]
    fn len(&self) -> usize {
        not_refused(Checked::len(self))
    }

    fn summary(&self) -> Summary {
        Summary { kind: "Checked", ..self.map.summary() }
    }

    fn watch(&self, watch: Arc<dyn Watch>) -> Result<(), NeverWaits> {
        self.map.watch(watch)
    }
}
