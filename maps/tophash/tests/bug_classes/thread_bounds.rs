//! **Missing bounds of `Send` and `Sync`.** A container claims that it may go to, or be shared with, other threads
//! whatever is in it: then safe code races on a `Cell`, or on the count of an `Rc`.
//!
//! The most frequent advisory of all, such as RUSTSEC-2020-0092, RUSTSEC-2020-0128, RUSTSEC-2021-0036 and
//! RUSTSEC-2020-0070. Here is which types may; programs that must not compile are in the documentation of
//! `src/map/bounds.rs`.

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;
use tophash::{
    Compute, Drain, Entry, HashMap, HashSet, Inline, IntoIter, Iter, IterMut, KeyRef, Keys,
    OccupiedError, PlainMap, PlainSet, Ref, Values,
};

/// Does not compile if `$type` implements `$trait`: then two of the implementations would apply.
macro_rules! assert_not {
    ($($type:ty: $trait:path;)*) => {
        $({
            trait Ambiguous<A> {
                fn item() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<u8> for T {}
            <$type as Ambiguous<_>>::item();
        })*
    };
}

fn assert_send<T: Send>() {}
fn assert_sync<T: Sync>() {}
fn assert_unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}

#[test]
fn what_may_be_sent_and_shared() {
    assert_send::<HashMap<String, Vec<u64>>>();
    assert_sync::<HashMap<String, Vec<u64>>>();
    assert_send::<HashMap<u64, Cell<u64>>>();
    assert_send::<Ref<'_, String, u64>>();
    assert_sync::<Ref<'_, String, u64>>();
    assert_send::<Iter<'_, String, u64>>();
    assert_send::<IterMut<'_, String, Cell<u64>>>();
    assert_send::<IntoIter<Cell<u64>, Cell<u64>>>();
    assert_send::<Drain<'_, Cell<u64>, Cell<u64>>>();
    assert_send::<Keys<'_, String, u64>>();
    assert_send::<Values<'_, String, u64>>();
    assert_send::<Entry<'_, String, u64>>();
    assert_send::<Compute<'_, String, u64, ()>>();
    assert_send::<HashSet<Cell<u64>>>();
    assert_sync::<HashSet<String>>();
    assert_unwind_safe::<HashMap<String, u64>>();
    assert_unwind_safe::<HashSet<String>>();
    assert_send::<PlainMap<[u8; 4], f64>>();
    assert_sync::<PlainMap<[u8; 4], f64>>();
    assert_sync::<Ref<'_, [u8; 4], f64, Inline>>();
    assert_unwind_safe::<PlainSet<[u8; 4]>>();
    assert_not! {
        PlainMap<u64, u64, Rc<u64>>: Send;
        HashMap<u64, Rc<u64>>: Send;
        HashMap<u64, Rc<u64>>: Sync;
        HashMap<Rc<u64>, u64>: Send;
        HashMap<Rc<u64>, u64>: Sync;
        HashMap<u64, Cell<u64>>: Sync;
        HashMap<Cell<u64>, u64>: Sync;
        HashMap<u64, MutexGuard<'static, u64>>: Send;
        // Sharing a map lets others take values out and drop them.
        HashMap<u64, MutexGuard<'static, u64>>: Sync;
        HashMap<u64, u64, Rc<u64>>: Send;
        HashMap<u64, u64, Cell<u64>>: Sync;
        Ref<'static, u64, Cell<u64>>: Send;
        Ref<'static, u64, Rc<u64>>: Sync;
        KeyRef<'static, Cell<u64>, u64>: Send;
        Iter<'static, u64, Cell<u64>>: Send;
        IterMut<'static, u64, Rc<u64>>: Send;
        IterMut<'static, Cell<u64>, u64>: Send;
        IterMut<'static, u64, Cell<u64>>: Sync;
        IntoIter<u64, Rc<u64>>: Send;
        IntoIter<u64, Cell<u64>>: Sync;
        Drain<'static, u64, Rc<u64>>: Send;
        Drain<'static, Rc<u64>, u64>: Send;
        Keys<'static, Cell<u64>, u64>: Send;
        Values<'static, u64, Rc<u64>>: Send;
        Entry<'static, u64, Cell<u64>>: Send;
        Entry<'static, Rc<u64>, u64>: Send;
        Compute<'static, u64, Rc<u64>, ()>: Send;
        OccupiedError<'static, u64, Rc<u64>>: Send;
        HashSet<Rc<u64>>: Send;
        HashSet<Cell<u64>>: Sync;
    }
}
