//! Panics of the program: counted, and told in one line that a log search finds.

use crate::sync::{AtomicU64, Ordering::Relaxed};
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt::{self, Write};
use core::marker::PhantomData;
use std::backtrace::Backtrace;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Counted panics, by component.
static PANICS: Mutex<Vec<(Arc<str>, Arc<AtomicU64>)>> = Mutex::new(Vec::new());

std::thread_local! {
    static TRACE: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// Frames of a panic that are told.
const FRAMES: usize = 3;

/// Installs [`PanicHook::new`].
///
/// Returns whether it was installed: a program has one, and keeps the first.
pub fn panic_hook() -> bool {
    PanicHook::new().install()
}

/// Counts the panics of the program in `tophash_panics_total`, and writes a line about each to standard error:
///
/// ```text
/// tophash: panic component=orders trace=4bf92f35 thread=worker-3 at=src/cart.rs:41:9 message="index out of bounds" frames="cart::total (src/cart.rs:41) < cart::checkout (src/cart.rs:12) < main (src/main.rs:9)" pod=orders-7c9 container=0a1b…
/// ```
///
/// A panic is counted before anything else is done. Then the hook that was there before is called. Which frames there are is
/// known as far as the program has symbols; they are the first three that are not of the standard library's.
pub struct PanicHook {
    component: String,
    trace: Option<Box<dyn Fn() -> Option<String> + Send + Sync>>,
}

impl PanicHook {
    /// Counts under the name of the program's file.
    #[must_use]
    pub fn new() -> Self {
        let program = std::env::current_exe().ok();
        let name =
            program.as_deref().and_then(|path| path.file_stem()).and_then(|name| name.to_str());
        Self { component: name.unwrap_or("program").to_owned(), trace: None }
    }

    /// Counts under this name, which becomes the label `component`.
    #[must_use]
    pub fn component(self, name: impl Into<String>) -> Self {
        Self { component: name.into(), ..self }
    }

    /// Where the trace id of the panicking thread comes from, if [`trace`] has not set one. It must not panic, which would end the
    /// program.
    #[must_use]
    pub fn trace_id(
        self,
        of_this_thread: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { trace: Some(Box::new(of_this_thread)), ..self }
    }

    /// Installs the hook, before the one that is there. Returns whether it was: a program has one, and keeps the first.
    pub fn install(self) -> bool {
        static INSTALLED: OnceLock<()> = OnceLock::new();
        if INSTALLED.set(()).is_err() {
            return false;
        }
        let count = counter(&self.component);
        let place = Place::find();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            count.fetch_add(1, Relaxed);
            let line = self.line(info, &place, &Backtrace::force_capture().to_string());
            // There is nobody to tell that standard error is gone.
            let _ = std::io::stderr().write_all(line.as_bytes());
            before(info);
        }));
        true
    }

    fn line(&self, info: &PanicHookInfo<'_>, place: &Place, backtrace: &str) -> String {
        let mut line = String::from("tophash: panic");
        let mut field = |name: &str, value: Option<&dyn fmt::Display>| {
            if let Some(value) = value {
                let _ = write!(line, " {name}={}", Logged(&value.to_string()));
            }
        };
        // A thread that is being torn down has no trace any more.
        let named = TRACE.try_with(|trace| trace.try_borrow().ok()?.as_deref().map(str::to_owned));
        let trace = named.ok().flatten().or_else(|| self.trace.as_ref().and_then(|trace| trace()));
        let thread = std::thread::current();
        let payload = info.payload();
        let message = payload.downcast_ref::<&str>().copied();
        let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        field("component", Some(&self.component));
        field("trace", trace.as_ref().map(|trace| trace as &dyn fmt::Display));
        field("thread", thread.name().as_ref().map(|name| name as &dyn fmt::Display));
        field("at", info.location().as_ref().map(|at| at as &dyn fmt::Display));
        field("message", message.as_ref().map(|message| message as &dyn fmt::Display));
        let frames = frames(backtrace);
        field("frames", (!frames.is_empty()).then_some(&frames.join(" < ")));
        field("pod", place.pod.as_ref().map(|pod| pod as &dyn fmt::Display));
        field("container", place.container.as_ref().map(|id| id as &dyn fmt::Display));
        line.push('\n');
        line
    }
}

impl Default for PanicHook {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for PanicHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PanicHook").field("component", &self.component).finish_non_exhaustive()
    }
}

/// Names the trace that this thread works for, until what is returned is dropped.
pub fn trace(id: impl Into<Arc<str>>) -> Trace {
    let before = TRACE.replace(Some(id.into()));
    Trace { before, here: PhantomData }
}

/// A thread works for a trace: see [`trace`].
#[derive(Debug)]
#[must_use = "the trace is over when this is dropped"]
pub struct Trace {
    before: Option<Arc<str>>,
    here: PhantomData<*const ()>,
}

impl Drop for Trace {
    fn drop(&mut self) {
        let _ = TRACE.try_with(|trace| *trace.borrow_mut() = self.before.take());
    }
}

/// Panics so far, by component.
pub(super) fn panics() -> Vec<(Arc<str>, u64)> {
    let panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    panics.iter().map(|(name, count)| (Arc::clone(name), count.load(Relaxed))).collect()
}

fn counter(component: &str) -> Arc<AtomicU64> {
    let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    let count = Arc::new(AtomicU64::new(0));
    panics.push((Arc::from(component), Arc::clone(&count)));
    count
}

/// A value of a log line: quoted where it is not one plain word.
struct Logged<'v>(&'v str);

impl fmt::Display for Logged<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |char: char| char.is_ascii_graphic() && !matches!(char, '"' | '=' | '\\');
        if !self.0.is_empty() && self.0.chars().all(plain) {
            f.write_str(self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// Where the program runs.
struct Place {
    pod: Option<String>,
    container: Option<String>,
}

impl Place {
    fn find() -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let in_kubernetes = set("KUBERNETES_SERVICE_HOST").is_some();
        let host = || set("HOSTNAME").filter(|_| in_kubernetes);
        let read = |path| std::fs::read_to_string(path).ok();
        Self {
            pod: set("POD_NAME").or_else(host),
            container: read("/proc/self/cgroup")
                .and_then(|text| container(&text))
                .or_else(|| read("/proc/self/mountinfo").and_then(|text| container(&text))),
        }
    }
}

/// The id of the container in what the kernel says of control groups or mounts: 64 hexadecimal digits, between other characters.
fn container(text: &str) -> Option<String> {
    let is_id = |word: &&str| word.len() == 64;
    text.split(|char: char| !char.is_ascii_hexdigit()).find(is_id).map(str::to_owned)
}

/// A function of a backtrace, and where it is if that is known.
struct Frame<'b> {
    name: &'b str,
    place: Option<&'b str>,
}

/// The first frames that are neither the standard library's nor ours, as `name (file:line)`.
fn frames(backtrace: &str) -> Vec<String> {
    let mut all: Vec<Frame<'_>> = Vec::new();
    for line in backtrace.lines().map(str::trim) {
        if let Some(place) = line.strip_prefix("at ") {
            let place = place.rsplit_once(':').map_or(place, |(place, _column)| place);
            if let Some(frame) = all.last_mut() {
                frame.place = Some(place);
            }
        } else if let Some((number, name)) = line.split_once(": ") {
            if number.parse::<u32>().is_ok() {
                all.push(Frame { name, place: None });
            }
        }
    }
    // What lies above these runs because of the panic. Which of them there are depends on the release of Rust.
    const RAISED: [&str; 3] =
        ["panic_with_hook", "__rust_end_short_backtrace", "rust_begin_unwind"];
    let raised = |frame: &Frame<'_>| RAISED.iter().any(|name| frame.name.contains(name));
    let hooked = all.iter().rposition(raised);
    let program = all.iter().skip(hooked.unwrap_or(0)).filter(|frame| !frame.is_of_std());
    program.take(FRAMES).map(Frame::text).collect()
}

impl Frame<'_> {
    /// Whether it is of the standard library: by its name, or by its file where it is named by its last part alone.
    fn is_of_std(&self) -> bool {
        const NAMES: [&str; 8] =
            ["std::", "core::", "alloc::", "std[", "core[", "alloc[", "__rust", "rust_"];
        let name = self.name.trim_start_matches(['<', '&']);
        let sources = |place: &str| place.contains("/rustc/") || place.contains("/rustlib/src/");
        NAMES.iter().any(|start| name.starts_with(start))
            || self.place.is_some_and(|place| sources(&place.replace('\\', "/")))
    }

    fn text(&self) -> String {
        match self.place {
            Some(place) => format!("{} ({place})", self.name),
            None => self.name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_those_of_the_program() {
        let backtrace = "   0: std::backtrace::Backtrace::create\n\
            \x20            at /rustc/x/library/std/src/backtrace.rs:331:13\n\
            \x20  1: tophash::observe::panics::PanicHook::install::{{closure}}\n\
            \x20  2: <alloc::boxed::Box<F,A> as core::ops::function::Fn<Args>>::call\n\
            \x20  3: std::panicking::rust_panic_with_hook\n\
            \x20  4: core::panicking::panic_fmt\n\
            \x20  5: cart::total\n\
            \x20            at ./src/cart.rs:41:9\n\
            \x20  6: cart::checkout\n\
            \x20  7: core::ops::function::FnOnce::call_once\n\
            \x20  8: cart::main\n\
            \x20            at ./src/main.rs:9:5\n\
            \x20  9: main\n";
        let frames = frames(backtrace);
        assert_eq!(
            frames,
            ["cart::total (./src/cart.rs:41)", "cart::checkout", "cart::main (./src/main.rs:9)"]
        );
    }

    #[test]
    fn a_container_is_found_where_the_kernel_names_it() {
        let id = "0123456789abcdef".repeat(4);
        for text in [
            format!("12:cpu:/docker/{id}\n"),
            format!("0::/kubepods.slice/pod1a2b.slice/cri-containerd-{id}.scope\n"),
            format!("402 381 0:24 /var/lib/docker/containers/{id}/hostname /etc/hostname rw\n"),
        ] {
            assert_eq!(container(&text), Some(id.clone()), "{text}");
        }
        assert_eq!(container("0::/user.slice/session-2.scope\n"), None);
    }
}
