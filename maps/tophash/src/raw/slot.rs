//! The three states of an entry of `SyncMap`: a value, none, or none and given up by the dirty map.
//!
//! A **slot** is one word, changed by compare-and-swap alone: null, the address of [`EXPUNGED`], or that of a box with
//! the value. Values that are read are protected by the process's hazard pointers (see [`super::hazard`]); a value that was
//! taken out belongs to whoever took it, who retires it when he is done.
//!
//! What was taken out goes to the [`Values`] of the map, which every slot shares, for a slot may be the last to hold a value
//! that somebody reads. All methods of a slot must be given the values that it was made with, which the map keeps too:
//! they are what a [`Loaded`] borrows.

use super::hazard::{GLOBAL, Pin, Retired};
use crate::sync::{AtomicPtr, Ordering};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::{self, NonNull};

/// Its address, which no box has, says that an entry has no value and is not in the dirty map.
static EXPUNGED: u64 = 0;

/// What an entry leads to. See the module.
pub(crate) struct Slot<V> {
    word: AtomicPtr<V>,
    values: Arc<Values<V>>,
    /// A slot owns the value that it holds.
    marker: PhantomData<V>,
}

/// The values of a map that were taken out of its slots and are not freed yet.
pub(crate) struct Values<V> {
    retired: Retired,
    marker: PhantomData<V>,
}

/// What was found in a slot.
pub(crate) enum Found<'m, V> {
    /// A value.
    Value(Loaded<'m, V>),
    /// None.
    Nothing,
    /// None, and the dirty map has given the entry up.
    Expunged,
}

/// A value that is in a map, or was when it was read or taken out; alive as long as this is.
///
/// It holds no lock. Values are not changed while others may see them.
pub struct Loaded<'m, V> {
    value: NonNull<V>,
    keeps: Keeps<'m, V>,
    /// A value is lent out, and may be dropped here.
    marker: PhantomData<(&'m V, V)>,
}

enum Keeps<'m, V> {
    /// Somebody else frees the value, and not while this pin holds it.
    Pinned { _pin: Pin<'static> },
    /// It is ours, to be retired since others may still be reading it.
    Taken(&'m Values<V>),
}

// SAFETY: it lends a value to the thread that has it, or has the value dropped there; the pin may be dropped anywhere.
unsafe impl<V: Send + Sync> Send for Loaded<'_, V> {}
// SAFETY: it lends the value, and nothing else.
unsafe impl<V: Send + Sync> Sync for Loaded<'_, V> {}

/// # Safety
/// `value` came from a box of a `V`, which nobody uses any more.
unsafe fn free<V>(value: *mut ()) {
    // SAFETY: the caller vouches for it.
    drop(unsafe { Box::from_raw(value.cast::<V>()) });
}

impl<V> Values<V> {
    pub(crate) fn new() -> Self {
        Self { retired: Retired::new(size_of::<V>(), free::<V>), marker: PhantomData }
    }

    /// Bytes of values that were taken out and are not freed yet, without what they own elsewhere.
    pub(crate) fn retired_bytes(&self) -> usize {
        self.retired.retired_bytes()
    }

    fn retire(&self, value: NonNull<V>) {
        // SAFETY: a value is retired by the one who took it out of its slot, once. It is read through `Slot::get`, which
        // protects it by its address and reads the slot again; `Loaded`s borrow the map; it came from a box.
        unsafe { self.retired.retire(&GLOBAL, value.cast()) };
    }
}

fn expunged<V>() -> *mut V {
    (&raw const EXPUNGED).cast_mut().cast()
}

fn boxed<V>(value: V) -> *mut V {
    Box::into_raw(Box::new(value))
}

/// Takes back a value that did not go in.
///
/// # Safety
/// `value` came from [`boxed`], was shown to nobody, and is not used again.
unsafe fn unboxed<V>(value: *mut V) -> V {
    // SAFETY: the caller vouches for it.
    *unsafe { Box::from_raw(value) }
}

impl<V> Slot<V> {
    /// A slot that holds a value.
    pub(crate) fn new(value: V, values: Arc<Values<V>>) -> Self {
        Self { word: AtomicPtr::new(boxed(value)), values, marker: PhantomData }
    }

    fn is_of(&self, values: &Values<V>) -> bool {
        ptr::eq(Arc::as_ptr(&self.values), values)
    }

    /// What the slot holds. Lock-free: it looks again if the value is replaced just then.
    #[inline]
    pub(crate) fn get<'m>(&self, values: &'m Values<V>) -> Found<'m, V> {
        debug_assert!(self.is_of(values), "a slot of another map");
        let mut word = self.word.load(Ordering::Acquire);
        loop {
            let Some(value) = NonNull::new(word) else { return Found::Nothing };
            if word == expunged() {
                return Found::Expunged;
            }
            let mut now = word;
            let still = || {
                now = self.word.load(Ordering::SeqCst);
                now == value.as_ptr()
            };
            if let Some(pin) = GLOBAL.protect(value, still) {
                // The one read last: a value freed meanwhile may have had the same address.
                let Some(value) = NonNull::new(now) else { return Found::Nothing };
                let keeps = Keeps::Pinned { _pin: pin };
                return Found::Value(Loaded { value, keeps, marker: PhantomData });
            }
            word = now;
        }
    }

    /// Whether there is a value.
    pub(crate) fn is_some(&self) -> bool {
        let word = self.word.load(Ordering::Acquire);
        !word.is_null() && word != expunged()
    }

    /// Puts a value in the place of whatever is there, unless the slot is expunged; then hands the value back.
    #[inline]
    pub(crate) fn swap<'m>(
        &self,
        value: V,
        values: &'m Values<V>,
    ) -> Result<Option<Loaded<'m, V>>, V> {
        let new = boxed(value);
        let mut old = self.word.load(Ordering::Acquire);
        loop {
            if old == expunged() {
                // SAFETY: it is ours, and went in nowhere.
                return Err(unsafe { unboxed(new) });
            }
            delicate!();
            match self.exchange(old, new) {
                Ok(()) => return Ok(Loaded::taken(old, values)),
                Err(now) => old = now,
            }
        }
    }

    /// Puts a value where there is none, unless the slot is expunged.
    ///
    /// # Errors
    /// The value, and what was found instead.
    #[inline]
    pub(crate) fn fill<'m>(
        &self,
        value: V,
        values: &'m Values<V>,
    ) -> Result<(), (V, Found<'m, V>)> {
        if let found @ (Found::Value(_) | Found::Expunged) = self.get(values) {
            return Err((value, found));
        }
        let new = boxed(value);
        loop {
            if self.exchange(ptr::null_mut(), new).is_ok() {
                return Ok(());
            }
            if let found @ (Found::Value(_) | Found::Expunged) = self.get(values) {
                // SAFETY: it is ours, and went in nowhere.
                return Err((unsafe { unboxed(new) }, found));
            }
        }
    }

    /// Puts a value in the place of the one that was `seen`, if that is still there.
    ///
    /// # Errors
    /// The value, if another one is there, or none.
    pub(crate) fn replace<'m>(
        &self,
        seen: &Loaded<'m, V>,
        value: V,
        values: &'m Values<V>,
    ) -> Result<Option<Loaded<'m, V>>, V> {
        let new = boxed(value);
        delicate!();
        // What is seen is protected, so that no other value can have its address.
        let seen =
            mutant!("replace-anything", self.word.load(Ordering::Acquire), seen.value.as_ptr());
        match self.exchange(seen, new) {
            Ok(()) => Ok(Loaded::taken(seen, values)),
            // SAFETY: it is ours, and went in nowhere.
            Err(_) => Err(unsafe { unboxed(new) }),
        }
    }

    /// Takes the value out that was `seen`, if it is still there.
    pub(crate) fn take_seen<'m>(
        &self,
        seen: &Loaded<'m, V>,
        values: &'m Values<V>,
    ) -> Option<Loaded<'m, V>> {
        delicate!();
        let out = self.exchange(seen.value.as_ptr(), ptr::null_mut());
        out.ok().and_then(|()| Loaded::taken(seen.value.as_ptr(), values))
    }

    /// Takes the value out, if there is one.
    pub(crate) fn take<'m>(&self, values: &'m Values<V>) -> Option<Loaded<'m, V>> {
        let mut old = self.word.load(Ordering::Acquire);
        loop {
            if old.is_null() || old == expunged() {
                return None;
            }
            match self.exchange(old, ptr::null_mut()) {
                Ok(()) => return Loaded::taken(old, values),
                Err(now) => old = now,
            }
        }
    }

    /// Marks the slot as given up by the dirty map if it holds no value; whether it is marked.
    pub(crate) fn expunge(&self) -> bool {
        let mut word = self.word.load(Ordering::Acquire);
        mutant!("expunge-unmarked", return word.is_null() || word == expunged());
        while word.is_null() {
            match self.exchange(word, expunged()) {
                Ok(()) => return true,
                Err(now) => word = now,
            }
        }
        word == expunged()
    }

    /// Takes the mark away; whether there was one.
    pub(crate) fn unexpunge(&self) -> bool {
        mutant!("recall-forgets", {
            let _ = self.exchange(expunged(), ptr::null_mut());
            return false;
        });
        self.exchange(expunged(), ptr::null_mut()).is_ok()
    }

    /// What goes in is seen whole by who finds it, and who takes something out sees all that was done to it.
    #[inline]
    fn exchange(&self, old: *mut V, new: *mut V) -> Result<(), *mut V> {
        self.word.compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).map(drop)
    }
}

impl<V> Drop for Slot<V> {
    fn drop(&mut self) {
        let word = self.word.load(Ordering::Acquire);
        if let Some(value) = NonNull::new(word).filter(|_| word != expunged()) {
            // Nobody finds it here any more, and those who did may still be reading it.
            self.values.retire(value);
        }
    }
}

impl<'m, V> Loaded<'m, V> {
    /// What a slot led to, and no longer does; none if that was null.
    fn taken(value: *mut V, values: &'m Values<V>) -> Option<Self> {
        let keeps = Keeps::Taken(values);
        NonNull::new(value).map(|value| Self { value, keeps, marker: PhantomData })
    }
}

impl<V> Deref for Loaded<'_, V> {
    type Target = V;

    #[inline]
    fn deref(&self) -> &V {
        // SAFETY: the value is pinned, or ours to retire; and nobody changes it while it is shared.
        unsafe { self.value.as_ref() }
    }
}

impl<V> Drop for Loaded<'_, V> {
    #[inline]
    fn drop(&mut self) {
        if let Keeps::Taken(values) = self.keeps {
            values.retire(self.value);
        }
    }
}

impl<V: core::fmt::Debug> core::fmt::Debug for Loaded<'_, V> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(f)
    }
}
