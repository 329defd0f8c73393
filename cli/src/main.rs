//! The program `tophash`: arguments in, files read, readers and renderers called, exit code out.
//!
//! Everything that knows something about Go lives in the crates of `doctor/`; this one is glue.

mod advise;
mod args;
mod cache;
mod check;
mod crash_text;
mod demo;
mod doctor;
mod error;
mod exit;
mod explain;
mod inspect;
mod lab;
mod output;
mod progress;
mod recognise;
mod render;
mod rule;
mod server;
mod tree;
mod vettool;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use error::{Error, Result};
use std::ffi::OsString;
use std::process::ExitCode;
use vettool::Question;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let Some(question) = Question::new(&arguments) {
        return end(question.answer());
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) => {
            // Help and version come this way too, and are no errors.
            let code = if asked.use_stderr() { exit::ERROR } else { exit::EXPLAINED };
            // A closed pipe while printing help is nobody's concern.
            let _ = asked.print();
            return ExitCode::from(code);
        }
    };
    output::set_colour(cli.color);
    end(run(cli.command))
}

fn end(result: Result<u8>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::say(format_args!("error: {error}"));
            ExitCode::from(exit::ERROR)
        }
    }
}

fn run(command: Command) -> Result<u8> {
    match command {
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Advise(arguments) => advise::run(&arguments),
        Command::Rule(arguments) => rule::run(&arguments),
        Command::Server(arguments) => server::run(&arguments),
        Command::Lab(arguments) => lab::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tophash", &mut script);
            print(&script)
        }
        Command::Man { command } => manual(command.as_deref()),
    }
}

/// Prints the page of the program, or of one of its commands.
fn manual(command: Option<&str>) -> Result<u8> {
    let mut program = Cli::command();
    // Options of the program stand in the pages of its commands too.
    program.build();
    let page_of = match command {
        None => program,
        Some(name) => {
            let known = program.find_subcommand(name).cloned();
            known.ok_or_else(|| {
                Error::new(format!("there is no command {name}"))
                    .hint("'tophash --help' lists them")
            })?
        }
    };
    // A page is called as it is asked for: man tophash-explain.
    let title = command.map_or_else(|| "tophash".to_owned(), |name| format!("tophash-{name}"));
    let man = clap_mangen::Man::new(page_of.display_name(title.clone())).title(title);
    let mut page = Vec::new();
    man.render(&mut page).map_err(|error| Error::new("cannot write the manual").because(&error))?;
    print(&page)
}

/// Prints generated text.
fn print(text: &[u8]) -> Result<u8> {
    output::data(&String::from_utf8_lossy(text))?;
    Ok(exit::EXPLAINED)
}
