//! Finding out which closed eras are pinned, and freeing what none of them holds.

use super::{EAGER, Era, Eras, Garbage, PATIENCE, Rest};
use crate::raw::hazard::Domain;
use crate::sync::Ordering;
use alloc::boxed::Box;
use alloc::vec::Vec;
#[cfg(test)]
use core::mem;
use core::ptr::{self, NonNull};

impl Eras {
    /// Frees what no pinned era may be looking at, if enough eras were closed for that to be worth it.
    #[cold]
    pub(super) fn collect(&self, domain: &Domain, at_once: bool) {
        if self.collecting.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return;
        }
        let mut garbage = Rest { free: self.free, list: Vec::new() };
        let mut closed = self.closed.have();
        let (count, sealed, over) = (closed.count, closed.sealed, closed.over);
        let new = count - closed.pinned;
        drop(closed);
        if at_once || new >= EAGER {
            let looked_at = if !at_once && sealed > 0 && domain.is_over(over) {
                sealed
            } else if (at_once || new > PATIENCE) && domain.prove() {
                count
            } else {
                0
            };
            if looked_at > 0 {
                self.look_at(domain, looked_at, &mut garbage.list);
            }
            if looked_at > 0 || sealed == 0 {
                closed = self.closed.have();
                (closed.sealed, closed.over) = (closed.count, domain.begin_era());
            }
        }
        self.collecting.store(0, Ordering::Release);
        for garbage in &garbage.list {
            self.waiting[garbage.kind as usize].fetch_sub(1, Ordering::Relaxed);
        }
        garbage.free_all();
    }

    /// Finds out which of the `oldest` closed eras are pinned, and takes out what none of them holds. Called by the one who
    /// collects, who alone takes closed eras out.
    fn look_at(&self, domain: &Domain, oldest: usize, garbage: &mut Vec<Garbage>) {
        let mut closed = self.closed.have();
        let mut at = closed.newest;
        let mut last = ptr::null_mut();
        for _ in oldest..closed.count {
            last = at;
            // SAFETY: closed eras are linked to each other, as many as are counted, and freed here alone.
            at = unsafe { (*at).before };
        }
        closed.count -= oldest;
        if last.is_null() {
            closed.newest = ptr::null_mut();
        } else {
            // SAFETY: as above, and links are changed under the bit.
            unsafe { (*last).before = ptr::null_mut() };
        }
        drop(closed);
        let mut eras = Vec::with_capacity(oldest);
        while let Some(era) = NonNull::new(at) {
            eras.push(era.cast::<()>());
            // SAFETY: it was taken out, and is this thread's.
            at = unsafe { (*era.as_ptr()).before };
        }
        // SAFETY: as above.
        let number = |era: &NonNull<()>| unsafe { (*era.cast::<Era>().as_ptr()).number };
        let kept = domain.sift::<true>(&mut eras);
        let (pinned, free) = eras.split_at_mut(kept);
        pinned.sort_unstable_by_key(number);
        for era in free {
            // SAFETY: it came from a box, was taken out, and no slot holds it, nor ever will.
            let era = unsafe { Box::from_raw(era.cast::<Era>().as_ptr()) };
            for dead in era.bag {
                // The newest pinned era of its life, if there is one.
                let newer = pinned.partition_point(|pinned| number(pinned) <= era.number);
                match newer.checked_sub(1).map(|last| pinned[last]) {
                    Some(holder) if number(&holder) >= dead.birth => {
                        // SAFETY: it was taken out, and readers look at the number alone.
                        let bag = unsafe { &mut (*holder.cast::<Era>().as_ptr()).bag };
                        bag.push(dead);
                    }
                    _ => garbage.push(dead),
                }
            }
        }
        self.put_back(pinned);
    }

    /// Puts closed eras back, which are sorted, as the oldest.
    fn put_back(&self, pinned: &[NonNull<()>]) {
        let mut newest: *mut Era = ptr::null_mut();
        for era in pinned {
            let era = era.cast::<Era>().as_ptr();
            // SAFETY: they were taken out, and are this thread's.
            unsafe { (*era).before = newest };
            newest = era;
        }
        let mut closed = self.closed.have();
        closed.count += pinned.len();
        closed.pinned = pinned.len();
        let mut oldest = closed.newest;
        if oldest.is_null() {
            closed.newest = newest;
            return;
        }
        // SAFETY: closed eras are linked to each other, and links are changed under the bit.
        unsafe {
            while !(*oldest).before.is_null() {
                oldest = (*oldest).before;
            }
            (*oldest).before = newest;
        }
    }

    /// Frees all that waits and is not held by a pinned era.
    #[cfg(test)]
    pub(in crate::raw::skip) fn flush(&self, domain: &Domain) {
        for stripe in &self.stripes {
            let bag = mem::take(&mut *stripe.have());
            self.close(bag);
        }
        self.collect(domain, true);
    }
}
