//! Functions that a reader of stacks must know: those at which a stack goes on in another way than by a call, and those that
//! goroutines of the runtime's own begin in.
//!
//! Read in `runtime/traceback.go` (`injectedCall`, `isSystemGoroutine`), `runtime/proc.go` (`schedinit`, `main`) and
//! `runtime/sys_linux_amd64.s` of Go 1.21 and 1.27.

/// Whether a function was put between two instructions of its caller, rather than called by it: the caller's pc is then the
/// instruction itself, and not the one behind a call.
#[must_use]
pub fn is_injected(symbol: &str) -> bool {
    matches!(symbol, "runtime.sigpanic" | "runtime.asyncPreempt" | "runtime.debugCallV2")
}

/// Whether a signal handler returns to it: above it the kernel has put down the registers at which the signal came.
#[must_use]
pub fn returns_from_signal(symbol: &str) -> bool {
    matches!(symbol, "runtime.sigreturn__sigaction" | "runtime.sigreturn")
}

/// Whether a goroutine that begins in a function is one of the runtime's own.
///
/// Those that run finalizers and cleanups are, too, except while they run code of the user's; the name does not tell.
#[must_use]
pub fn is_system(start: &str) -> bool {
    const OF_USERS: [&str; 3] = ["runtime.main", "runtime.corostart", "runtime.handleAsyncEvent"];
    start.starts_with("runtime.") && !OF_USERS.contains(&start)
}

/// Whether a function ends the program with a message, its first argument.
#[must_use]
pub fn is_fatal(symbol: &str) -> bool {
    matches!(symbol, "runtime.fatal" | "runtime.throw")
}

/// Whether a function ends the program, whatever called it.
#[must_use]
pub fn ends_the_program(symbol: &str) -> bool {
    is_fatal(symbol) || matches!(symbol, "runtime.fatalthrow" | "runtime.fatalpanic")
}
