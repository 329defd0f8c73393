//! Which type a type parameter is, for types that borrow as well.
//!
//! `TypeId::of` asks for `'static`. What is asked here is only whether a type is one of a few that have no
//! lifetimes in them, and for that the identity of the type with its lifetimes forgotten will do: two types
//! that differ in lifetimes alone are both not in the list.

use core::any::TypeId;
use core::marker::PhantomData;
use core::mem::transmute;

trait Identity {
    fn identity(&self) -> TypeId
    where
        Self: 'static;
}

impl<T: ?Sized> Identity for PhantomData<T> {
    #[inline(always)]
    fn identity(&self) -> TypeId
    where
        Self: 'static,
    {
        TypeId::of::<T>()
    }
}

/// The identity of `T` with its lifetimes forgotten.
#[inline(always)]
fn identity<T: ?Sized>() -> TypeId {
    let marker = PhantomData::<T>;
    let borrowed: &dyn Identity = &marker;
    // SAFETY: the lifetime of a trait object is not there when the program runs, and the one method that
    // asks for it reads nothing of `T` but its `TypeId`, which knows no lifetimes.
    let forgotten = unsafe { transmute::<&dyn Identity, &(dyn Identity + 'static)>(borrowed) };
    forgotten.identity()
}

/// Whether `T` is `U`. Folded away when compiled with optimisation.
#[inline(always)]
pub(crate) fn is<T: ?Sized, U: ?Sized + 'static>() -> bool {
    identity::<T>() == TypeId::of::<U>()
}

/// Whether both are the same type, their lifetimes aside.
#[inline(always)]
pub(crate) fn same<T: ?Sized, U: ?Sized>() -> bool {
    identity::<T>() == identity::<U>()
}
