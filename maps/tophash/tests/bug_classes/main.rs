//! Seventeen classes of bugs that other containers had, each a file with the tests that keep this map from it.
//!
//! | class | what it does to a user |
//! |---|---|
//! | [`thread_bounds`] | safe code races on what must stay in its thread |
//! | [`reference_outlives_map`] | safe code reads freed memory |
//! | [`double_free`] | a value has two owners |
//! | [`free_against_reacquire`] | a value dies while somebody gets hold of it |
//! | [`weak_ordering`] | a value is seen before what it stands for |
//! | [`panic_in_user_code`] | a panic leaves a map that is half changed |
//! | [`conjured_values`] | values appear that nobody put in, or that their type does not have |
//! | [`aliasing`] | references that must exclude each other do not |
//! | [`capacity_for_length`] | what is not in the map is taken for an entry |
//! | [`alignment_on_32_bits`] | atomics are torn or trap where words are half as wide |
//! | [`formatting_nothing`] | printing for a log crashes the program |
//! | [`write_lost_in_growth`] | what was written is gone |
//! | [`endless_loop`] | a look-up never comes back |
//! | [`reentrant_closure`] | a closure that uses the map deadlocks or breaks it |
//! | [`held_guard`] | a reference that is kept stops everybody |
//! | [`counter_underflow`] | an empty map says that it has 2⁶⁴ − 1 entries |
//! | [`supply_chain`] | a stranger's release comes into the user's build |
//!
//! These are the small programs in which such a bug shows. What shows only by chance or in long runs is hunted by
//! `tests/verify.rs` and `tests/histories.rs`, and explored by the models under loom. All of this runs under Miri
//! too, with fewer rounds.

mod aliasing;
mod alignment_on_32_bits;
mod capacity_for_length;
mod conjured_values;
mod counted;
mod counter_underflow;
mod double_free;
mod endless_loop;
mod formatting_nothing;
mod free_against_reacquire;
mod held_guard;
mod panic_in_user_code;
mod reentrant_closure;
mod reference_outlives_map;
mod supply_chain;
mod thread_bounds;
mod weak_ordering;
mod write_lost_in_growth;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How many rounds: `all`, or so `few` that an interpreter gets through them.
const fn few(all: u64, few: u64) -> u64 {
    if cfg!(miri) { few } else { all }
}

/// Runs what must end on a thread of its own, so that what does not is a failure and no silence.
fn within_a_minute(run: impl FnOnce() + Send + 'static) {
    let (done, ended) = channel::<()>();
    let runner = std::thread::spawn(move || {
        // Dropped by a panic as well.
        let _done = done;
        run();
    });
    // An interpreter's clock says little.
    let limit = Duration::from_secs(if cfg!(miri) { 3_600 } else { 60 });
    match ended.recv_timeout(limit) {
        Err(RecvTimeoutError::Timeout) => panic!("it has not ended after a minute"),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => {
            if let Err(panic) = runner.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

#[test]
#[should_panic = "wrong by itself"]
fn a_failure_within_a_minute_is_a_failure() {
    within_a_minute(|| panic!("wrong by itself"));
}
