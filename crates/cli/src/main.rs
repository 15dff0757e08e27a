//! `lissom`: an exercise diary for the command line.
//!
//! Everything it does, an app can do: a command reads its flags, calls [`lissom_diary`], and shows the answer. In
//! reading order: [`arguments`] lists the commands; each of [`commands`] is a file; the rest says how answers
//! ([`output`], [`table`], [`rows`], [`when`]) and refusals ([`failure`]) look.

mod arguments;
mod chart;
mod commands;
mod context;
mod failure;
mod given;
mod output;
mod panics;
mod rows;
mod table;
mod when;

use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::failure::Failure;

fn main() -> ExitCode {
    panics::keep_quiet();
    panics::contain(|| match Arguments::read() {
        Ok(arguments) => {
            let json = arguments.json;
            arguments.run().map_or_else(|failure| failure.report(json), |()| ExitCode::SUCCESS)
        }
        Err(usage) => Failure::report_usage(&usage),
    })
}
