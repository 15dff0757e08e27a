//! `lissom`: an exercise diary for the command line.
//!
//! Everything it does, an app can do: a command reads its flags, calls [`lissom_diary`], and shows the answer. In
//! reading order: [`arguments`] lists the commands; each of [`commands`] is a file; the rest says how answers
//! ([`output`], [`table`], [`rows`], [`when`]) and refusals ([`failure`]) look. What is said is in `texts/`, by key
//! ([`texts`]), in the language that [`language`] finds; [`help`] has its English in the commands themselves.

mod arguments;
mod chart;
mod commands;
mod context;
mod doses;
mod failure;
mod given;
mod help;
mod language;
mod measures;
mod output;
mod page;
mod panics;
mod rows;
mod table;
mod texts;
mod when;

use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::Output;

fn main() -> ExitCode {
    panics::keep_quiet();
    let lang = language::chosen();
    panics::contain(lang, || match Arguments::read(lang) {
        Ok(arguments) => {
            let out = Output::new(arguments.json, lang);
            arguments.run(out).map_or_else(|failure| failure.report(out), |()| ExitCode::SUCCESS)
        }
        Err(usage) => Failure::report_usage(&usage),
    })
}
