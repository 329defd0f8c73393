//! `tophash server`: the check while one writes, for editors that speak the Language Server Protocol.
//!
//! ```text
//! editor ─► transport ─► session: what is open, which trees there are, who waits for what
//!    ▲                      │  ▲
//!    │              a tree  ▼  │  what was found
//!    │                   checker: overlay ─► the check ─► diagnostics, maps
//!    │                      │
//!    │           a request  ▼
//!    └─────────────────  repairer: actions ─► repairs
//! ```
//!
//! The session never waits: what takes time has a thread of its own, and comes back as an event. A request about a text that
//! was changed since it was checked is answered once it is checked again.

mod actions;
mod checker;
mod client;
mod diagnostics;
mod documents;
mod hover;
mod maps;
mod overlay;
mod pages;
mod positions;
mod repairer;
mod repairs;
mod root;
mod session;
mod transport;
mod uri;
mod workspace;

use crate::args::Build;
use crate::check::{Check, Least};
use crate::error::{Error, Result};
use clap::{Args, ValueHint};
use session::{Event, Session};
use std::io::{BufReader, stdin, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use transport::Outbox;

/// Bytes of stack of the threads that read programs: as much as the first thread of a program most often has.
const STACK: usize = 8 << 20;

/// Arguments of `server`.
#[derive(Args, Debug)]
pub(crate) struct Server {
    /// The least grade that is shown: medium, unless tophash.toml says another
    #[arg(long, value_enum, value_name = "GRADE")]
    grade: Option<Least>,

    /// Take settings from this file, rather than from the tophash.toml of the tree or the repository around it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,

    /// Take settings from no file
    #[arg(long, conflicts_with = "config")]
    no_config: bool,

    /// Standard input and output are used in any case; some clients say it all the same
    #[arg(long, hide = true)]
    stdio: bool,

    /// What the tree is checked for.
    #[command(flatten)]
    build: Build,
}

impl Server {
    /// The check that is done.
    fn check(&self) -> Result<Check> {
        let unsaid = Check::unsaid();
        let mut check = unsaid.map_err(|error| Error::new("cannot check").because(&error))?;
        check.grade = self.grade;
        check.config.clone_from(&self.config);
        check.no_config = self.no_config;
        check.build = self.build.clone();
        Ok(check)
    }
}

/// Serves the client at the other end of standard input and output until it says that it is done, or goes.
///
/// # Errors
///
/// When the system gives no threads.
pub(crate) fn run(arguments: &Server) -> Result<u8> {
    let check = Arc::new(arguments.check()?);
    let (events, received) = channel();
    let (outbox, writer) = Outbox::new(stdout());
    let (jobs, to_check) = channel();
    let (tasks, to_repair) = channel();
    let checked = events.clone();
    spawn("checker", move || checker::run(&to_check, &checked))?;
    let answers = events.clone();
    spawn("repairer", move || repairer::run(&to_repair, &answers))?;
    spawn("reader", move || read(&events))?;
    let code = Session::new(outbox, jobs, tasks, check).run(&received);
    // What was sent is written before the program ends; what is being checked is not waited for.
    let _ = writer.join();
    Ok(code)
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(run);
    thread.map(|_| ()).map_err(|error| Error::new("cannot start a thread").because(&error))
}

/// Reads messages until there are no more, or nobody wants them.
fn read(events: &Sender<Event>) {
    let mut input = BufReader::new(stdin().lock());
    loop {
        let event = match transport::read(&mut input) {
            Ok(Some(incoming)) => Event::Received(incoming),
            Ok(None) => Event::Closed(None),
            Err(error) => Event::Closed(Some(error.to_string())),
        };
        let last = matches!(event, Event::Closed(_));
        if events.send(event).is_err() || last {
            return;
        }
    }
}
