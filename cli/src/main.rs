//! The program `tophash`: arguments in, files read, readers and renderers called, exit code out.
//!
//! Everything that knows something about Go lives in the crates of `doctor/`; this one is glue.

mod args;
mod crash_text;
mod demo;
mod doctor;
mod error;
mod exit;
mod explain;
mod output;
mod progress;
mod recognise;
mod render;
mod tree;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use error::{Error, Result};
use std::process::ExitCode;

fn main() -> ExitCode {
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
    match run(cli.command) {
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
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tophash", &mut script);
            print(&script)
        }
        Command::Man => {
            let mut page = Vec::new();
            let man = clap_mangen::Man::new(Cli::command());
            man.render(&mut page)
                .map_err(|error| Error::new("cannot write the manual").because(&error))?;
            print(&page)
        }
    }
}

/// Prints generated text.
fn print(text: &[u8]) -> Result<u8> {
    output::data(&String::from_utf8_lossy(text))?;
    Ok(exit::EXPLAINED)
}
