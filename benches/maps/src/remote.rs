//! A second program that measures papaya without its membarrier, in the same rounds.
//!
//! Cargo builds one papaya for a program, and its barrier is a feature; so the other papaya sits in a process of
//! its own, asleep on its standard input until its turn comes. A line asks, a line answers, both JSON.

use crate::ground::{Effort, Ground, Group};
use crate::peers;
use crate::subject::{Class, Sample, Subject};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;

#[derive(Serialize, Deserialize)]
struct Request {
    ground: Ground,
    map: String,
    group: Group,
    effort: Effort,
}

/// The running program; ended when the last subject of it goes.
pub(crate) struct Program {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn start(path: &Path) -> Result<Self> {
        let mut child = Command::new(path)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} did not start", path.display()))?;
        let requests = child.stdin.take().context("no standard input")?;
        let answers = BufReader::new(child.stdout.take().context("no standard output")?);
        Ok(Self { child, requests, answers })
    }

    fn ask(&mut self, request: &Request) -> Result<Vec<Sample>> {
        writeln!(self.requests, "{}", serde_json::to_string(request)?)?;
        self.requests.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("the program with papaya's fences ended");
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It is asleep or gone; there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A map of that program.
struct Remote {
    name: &'static str,
    ground: Ground,
    program: Rc<RefCell<Program>>,
}

/// The maps that it is there for.
pub(crate) fn subjects(ground: Ground, program: &Rc<RefCell<Program>>) -> Vec<Box<dyn Subject>> {
    peers::FENCED
        .map(|name| -> Box<dyn Subject> {
            Box::new(Remote { name, ground, program: Rc::clone(program) })
        })
        .into()
}

impl Subject for Remote {
    fn name(&self) -> &str {
        self.name
    }

    fn class(&self) -> Class {
        Class::Peer
    }

    fn turn(&mut self, group: Group, effort: &Effort) -> Result<Vec<Sample>> {
        let (ground, map) = (self.ground, self.name.to_owned());
        self.program.borrow_mut().ask(&Request { ground, map, group, effort: *effort })
    }

    fn count(&mut self, _: &str, _: usize) {}

    fn contend(&mut self) {}

    fn footprint(&mut self, _: &[usize]) -> Vec<(usize, usize)> {
        Vec::new()
    }
}

/// What that program does: answers until nobody asks any more.
pub(crate) fn serve() -> Result<()> {
    let mut current: Option<(Ground, Vec<Box<dyn Subject>>)> = None;
    for line in std::io::stdin().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        if current.as_ref().is_none_or(|(ground, _)| *ground != request.ground) {
            // Frees the maps of the last ground before those of the next one are made.
            drop(current.take());
            current =
                Some((request.ground, peers::subjects(request.ground, request.effort.questions)));
        }
        let subjects = current.iter_mut().flat_map(|(_, subjects)| subjects);
        let subject = subjects.into_iter().find(|subject| subject.name() == request.map);
        let subject = subject.with_context(|| format!("no map {}", request.map))?;
        println!("{}", serde_json::to_string(&subject.turn(request.group, &request.effort)?)?);
    }
    Ok(())
}
