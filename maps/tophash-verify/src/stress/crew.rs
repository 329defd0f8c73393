//! A crew of threads that work together once, with disturbers beside them; panics come back as text.

use super::gate::Gate;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a text".to_owned())
}

/// Runs `work` on each of `threads` threads; the results in order of the threads.
///
/// `disturbers` more threads wake at short intervals for a moment of work. The scheduler takes the processor from
/// whoever runs then, in the middle of whatever it does: no hook in the map is needed for that.
pub(crate) fn crew<R: Send>(
    threads: usize,
    disturbers: usize,
    work: impl Fn(usize, &Gate) -> R + Sync,
) -> Result<Vec<R>, String> {
    let gate = Gate::new(threads);
    let over = AtomicBool::new(false);
    let (gate, over, work) = (&gate, &over, &work);
    std::thread::scope(|scope| {
        for number in 0..disturbers {
            scope.spawn(move || {
                while !over.load(Relaxed) {
                    std::thread::sleep(Duration::from_micros(30 + 37 * number as u64));
                    for _ in 0..300 {
                        std::hint::spin_loop();
                    }
                }
            });
        }
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    catch_unwind(AssertUnwindSafe(|| work(thread, gate))).map_err(|payload| {
                        gate.break_open();
                        format!("thread {thread} panicked: {}", text(&*payload))
                    })
                })
            })
            .collect();
        let results: Vec<_> = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|payload| Err(text(&*payload))))
            .collect();
        over.store(true, Relaxed);
        results.into_iter().collect()
    })
}
