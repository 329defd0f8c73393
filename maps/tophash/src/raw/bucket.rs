//! A bucket: its state, its tags and its slots, and how writers lock it.
//!
//! Where these lie is the layout's to say, see [`Page`](super::page::Page): all in sixteen words one after the other, or the
//! state and the tags, which are the *head*, among those of the page's other buckets, and the slots, the *body*, elsewhere.

mod locked;
mod state;

pub(crate) use locked::Locked;
pub(super) use state::{MOST_REACH, State};

use super::layout::Layout;
use crate::sync::{AtomicU64, Ordering, fence, spin};
use core::marker::PhantomData;
use core::ptr::NonNull;

/// A word of a page.
pub(super) type Word = AtomicU64;

/// The words of a cache line's pair: what the head and the body of a bucket have at most, and the alignment of both.
pub(super) const WORDS: usize = 16;

/// Where a bucket lies: its state and its tags, and its slots.
///
/// Whoever names a word of it by a number has been told the layout that it was made for.
#[derive(Clone, Copy)]
pub(crate) struct Bucket<'t> {
    head: NonNull<Word>,
    body: NonNull<Word>,
    page: PhantomData<&'t Word>,
}

impl PartialEq for Bucket<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head
    }
}

impl<'t> Bucket<'t> {
    /// # Safety
    /// The words of the head and the body, as many as the layout has, are alive for `'t`.
    #[inline(always)]
    pub(super) unsafe fn new(head: *const Word, body: *const Word) -> Self {
        // SAFETY: what is alive is not null.
        let (head, body) = unsafe {
            (NonNull::new_unchecked(head.cast_mut()), NonNull::new_unchecked(body.cast_mut()))
        };
        Self { head, body, page: PhantomData }
    }

    /// The bucket so many behind this one.
    ///
    /// # Safety
    /// There is one in its page.
    #[inline(always)]
    pub(super) unsafe fn behind<L: Layout>(self, by: usize) -> Self {
        let body = if L::GEOMETRY.body == 0 { L::GEOMETRY.head } else { L::GEOMETRY.body };
        // SAFETY: heads follow each other, and so do bodies.
        unsafe {
            Self {
                head: self.head.add(by * L::GEOMETRY.head),
                body: self.body.add(by * body),
                ..self
            }
        }
    }

    /// The first word of the head, which tells buckets apart.
    #[inline]
    pub(super) fn head(self) -> *const Word {
        self.head.as_ptr()
    }

    #[inline(always)]
    fn state_word(self) -> &'t Word {
        // SAFETY: every head begins with the state, and is alive for `'t`.
        unsafe { self.head.as_ref() }
    }

    #[inline(always)]
    fn head_word(self, index: usize) -> &'t Word {
        debug_assert!(index < WORDS, "no head has so many words");
        // SAFETY: layouts name words of their own heads alone, and these are alive for `'t`.
        unsafe { self.head.add(index).as_ref() }
    }

    #[inline(always)]
    fn slot_word_at(self, index: usize) -> &'t Word {
        debug_assert!(index < WORDS, "no body has so many words");
        // SAFETY: layouts name words of their own slots alone, and these are alive for `'t`.
        unsafe { self.body.add(index).as_ref() }
    }

    /// The state, before which nothing that is read afterwards can have been read.
    #[inline]
    pub(super) fn state(self) -> State {
        State(self.state_word().load(Ordering::Acquire))
    }

    /// Asks the processor to fetch the slots, so that a search does not wait for them after the tags.
    #[inline(always)]
    pub(super) fn prefetch_slots(self) {
        if self.head != self.body {
            prefetch(self.body.as_ptr());
        }
        prefetch(self.body.as_ptr().wrapping_add(WORDS / 2));
    }

    /// Asks the processor to fetch the bucket.
    #[inline(always)]
    pub(super) fn prefetch(self) {
        prefetch(self.head.as_ptr());
        self.prefetch_slots();
    }

    /// Asks the processor to fetch what a word of the slots is the address of, if it is one.
    #[inline(always)]
    pub(super) fn prefetch_from(self, index: usize) {
        prefetch(core::ptr::without_provenance(self.slot_word(index) as usize));
    }

    /// The state once no word is being stored.
    #[inline]
    pub(super) fn settled(self) -> State {
        let mut turn = 0;
        loop {
            let state = self.state();
            if !state.is_odd() {
                return state;
            }
            spin(&mut turn);
        }
    }

    /// Whether all that was read since `state` was read belongs together.
    #[inline]
    pub(super) fn unchanged(self, state: State) -> bool {
        delicate!();
        #[cfg(not(tophash_tsan))]
        let now = {
            fence(Ordering::Acquire);
            self.state_word().load(Ordering::Relaxed)
        };
        // A read-modify-write that changes nothing stands in for the fence that the sanitizer cannot see.
        #[cfg(tophash_tsan)]
        let now = self.state_word().fetch_add(0, Ordering::AcqRel);
        mutant!("validate-nothing", true, now == state.0 || Self::is_only_locked(now, state))
    }

    /// Whether no more has changed than that a writer came or went without changing anything.
    #[cold]
    fn is_only_locked(now: u64, state: State) -> bool {
        State(now).unlocked() == state.unlocked()
    }

    /// A word of the head that is not the state, as it is just now.
    #[inline(always)]
    pub(super) fn word(self, index: usize) -> u64 {
        load(self.head_word(index))
    }

    /// A word of the slots, as it is just now.
    #[inline(always)]
    pub(super) fn slot_word(self, index: usize) -> u64 {
        load(self.slot_word_at(index))
    }

    /// A word like [`Bucket::word`]'s, in a vector register, and zero above it.
    ///
    /// The compiler brings atomics to such a register by way of another one only.
    #[cfg(all(target_arch = "x86_64", not(any(miri, loom, tophash_tsan))))]
    #[inline(always)]
    pub(super) fn word_as_vector<const INDEX: usize>(self) -> core::arch::x86_64::__m128i {
        const { assert!(INDEX < WORDS) };
        let vector;
        // SAFETY: the word is the bucket's, and aligned. `movq` reads it by one access, which is atomic then, and nothing
        // orders it but what follows: it is a relaxed load.
        unsafe {
            core::arch::asm!(
                "movq {vector}, qword ptr [{head} + {offset}]",
                head = in(reg) self.head.as_ptr(),
                offset = const INDEX * size_of::<Word>(),
                vector = lateout(xmm_reg) vector,
                options(nostack, readonly, preserves_flags)
            );
        }
        vector
    }

    /// Two words like [`Bucket::word`]'s that follow each other, in a vector register.
    #[cfg(all(target_arch = "x86_64", not(any(miri, loom, tophash_tsan))))]
    #[inline(always)]
    pub(super) fn words_as_vector<const INDEX: usize>(self) -> core::arch::x86_64::__m128i {
        const { assert!(INDEX + 1 < WORDS) };
        let vector;
        // SAFETY: as above; `movhps` reads the second word by one access too.
        unsafe {
            core::arch::asm!(
                "movq {vector}, qword ptr [{head} + {offset}]",
                "movhps {vector}, qword ptr [{head} + {offset} + 8]",
                head = in(reg) self.head.as_ptr(),
                offset = const INDEX * size_of::<Word>(),
                vector = out(xmm_reg) vector,
                options(nostack, readonly, preserves_flags)
            );
        }
        vector
    }

    /// Where a word of the slots and those behind it lie, for whoever has the table to himself.
    #[cfg(not(loom))]
    #[inline]
    pub(super) fn slot_pointer(self, index: usize) -> *mut u64 {
        // The words are atomics, which may be written through what is shared.
        self.body.as_ptr().wrapping_add(index).cast::<u64>()
    }

    /// A word of the slots in the one total order of sequentially consistent operations.
    #[inline]
    pub(super) fn slot_word_in_order(self, index: usize) -> u64 {
        self.slot_word_at(index).load(Ordering::SeqCst)
    }

    /// Locks the bucket if it is exactly as it was when `seen` was read.
    #[inline]
    pub(super) fn lock_from(self, seen: State) -> Option<Locked<'t>> {
        let from =
            mutant!("lock-any-version", State(self.state_word().load(Ordering::Relaxed)), seen)
                .unlocked();
        if from.is_odd() {
            return None;
        }
        delicate!();
        self.state_word()
            .compare_exchange(from.0, from.0 | State::LOCKED, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
            .then(|| Locked { bucket: self, before: from, after: from, changed: false, odd: false })
    }

    /// Locks the bucket like [`Bucket::lock_from`], for whoever stores words at once: the odd window begins with the
    /// lock, which saves a store.
    #[inline(always)]
    pub(super) fn open_from(self, seen: State) -> Option<Locked<'t>> {
        let from =
            mutant!("lock-any-version", State(self.state_word().load(Ordering::Relaxed)), seen)
                .unlocked();
        if from.is_odd() {
            return None;
        }
        delicate!();
        let odd = from.0 | State::LOCKED | State::ODD;
        let opened =
            self.state_word().compare_exchange(from.0, odd, Ordering::Acquire, Ordering::Relaxed);
        // Whoever sees one of the stores that follow also sees the odd state.
        fence(Ordering::Release);
        opened.is_ok().then(|| Locked {
            bucket: self,
            before: from,
            after: from,
            changed: true,
            odd: true,
        })
    }

    /// Locks the bucket if nobody else holds it.
    #[inline]
    pub(super) fn try_lock(self) -> Option<Locked<'t>> {
        let seen = self.state();
        if seen.is_locked() { None } else { self.lock_from(seen) }
    }

    /// Locks the bucket, waiting for the few stores of whoever holds it.
    ///
    /// Only growth waits: writers hold at most two buckets and never wait for the second, so no circle of
    /// waiting threads can close.
    pub(super) fn lock(self) -> Locked<'t> {
        let mut turn = 0;
        loop {
            if let Some(locked) = self.try_lock() {
                return locked;
            }
            spin(&mut turn);
        }
    }
}

/// What [`super::run::Run`] does to each of its buckets.
impl Bucket<'_> {
    /// Excludes writers if the bucket is exactly as it was when `seen` was read, which nobody held or was storing to.
    #[inline(always)]
    pub(super) fn seize(self, seen: State) -> bool {
        let locked = seen.0 | State::LOCKED;
        let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
        self.state_word().compare_exchange(seen.0, locked, success, failure).is_ok()
    }

    /// Sets the state of a bucket that is held, while words are being stored, or before.
    #[inline(always)]
    pub(super) fn hold_odd(self, state: State) {
        self.state_word().store(state.0 | State::LOCKED | State::ODD, Ordering::Relaxed);
    }

    /// Sets the state of a bucket that goes on being held, after all stores.
    #[inline(always)]
    pub(super) fn hold(self, state: State) {
        self.state_word().store(state.0 | State::LOCKED, Ordering::Release);
    }

    /// Sets the state of a bucket and lets go of it.
    #[inline(always)]
    pub(super) fn release(self, state: State) {
        self.state_word().store(state.0, Ordering::Release);
    }

    /// Stores a word of the head of a bucket that is held and odd, behind a fence.
    #[inline(always)]
    pub(super) fn set_word(self, index: usize, word: u64) {
        delicate!();
        store(self.head_word(index), word);
    }

    /// Stores a word of the slots of a bucket that is held and odd, behind a fence.
    #[inline(always)]
    pub(super) fn set_slot_word(self, index: usize, word: u64) {
        delicate!();
        store(self.slot_word_at(index), word);
    }
}

#[inline(always)]
fn load(word: &Word) -> u64 {
    #[cfg(not(tophash_tsan))]
    return word.load(Ordering::Relaxed);
    #[cfg(tophash_tsan)]
    return word.load(Ordering::Acquire);
}

#[inline(always)]
fn store(to: &Word, word: u64) {
    #[cfg(not(tophash_tsan))]
    to.store(word, Ordering::Relaxed);
    #[cfg(tophash_tsan)]
    to.store(word, Ordering::Release);
}

/// Asks the processor to fetch the line of an address, whatever is there.
#[inline(always)]
pub(super) fn prefetch(address: *const Word) {
    #[cfg(all(target_arch = "x86_64", not(any(miri, loom))))]
    // SAFETY: prefetching reads nothing, from wherever, and every x86-64 processor can.
    unsafe {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(any(miri, loom)))))]
    let _ = address;
}
