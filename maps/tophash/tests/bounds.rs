//! Which maps, references and iterators may be sent to and shared with other threads.

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;
use tophash::{Drain, HashMap, HashSet, IntoIter, Iter, IterMut, KeyRef, Ref};

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
    assert_unwind_safe::<HashMap<String, u64>>();
    assert_unwind_safe::<HashSet<String>>();
    assert_not! {
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
    }
}
