//! The threads of a live process, as the kernel tells of them in `/proc`, and the clock that its goroutines wait by.

use go_memory::{Standing, Threads, standing};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

/// The threads of a live process.
pub(super) struct LiveThreads {
    tasks: PathBuf,
    /// Threads by the numbers that they have themselves: inside a container those are others than outside.
    outside: HashMap<u64, u64>,
}

impl LiveThreads {
    pub(super) fn of(pid: u32) -> Self {
        let tasks = PathBuf::from(format!("/proc/{pid}/task"));
        let mut outside = HashMap::new();
        for task in fs::read_dir(&tasks).into_iter().flatten().flatten() {
            let number = task.file_name().to_str().and_then(|name| name.parse::<u64>().ok());
            let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
            let inside = status
                .lines()
                .find_map(|line| line.strip_prefix("NSpid:"))
                .and_then(|numbers| numbers.split_whitespace().last()?.parse::<u64>().ok());
            if let Some(number) = number {
                outside.insert(inside.unwrap_or(number), number);
            }
        }
        Self { tasks, outside }
    }
}

impl Threads for LiveThreads {
    fn standing(&self, thread: u64) -> Standing {
        let number = self.outside.get(&thread).copied().unwrap_or(thread);
        let file = self.tasks.join(number.to_string()).join("syscall");
        fs::read_to_string(file).map_or(Standing::Unknown, |line| standing(&line))
    }
}

/// Nanoseconds since the system was started, as `CLOCK_MONOTONIC` has them, by which Go notes when a goroutine began to wait.
#[cfg(target_os = "linux")]
pub(super) fn now() -> Option<u64> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).ok()?.checked_mul(1_000_000_000)?;
    seconds.checked_add(u64::try_from(now.tv_nsec).ok()?)
}

/// Processes are read on Linux only.
#[cfg(not(target_os = "linux"))]
pub(super) fn now() -> Option<u64> {
    None
}
