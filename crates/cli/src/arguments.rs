//! The command line: every command and what all of them share.

use std::path::PathBuf;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::{
    advice, archive, begin, breaks, change, check_in, exercises, history, learn, log, measure, own, plan, relay,
    replay, screen, status, sync, today, trend, watch,
};
use crate::context::Context;
use crate::failure::Failure;
use crate::help;
use crate::output::Output;
use crate::texts::Lang;

/// Heading of the options that every command has.
const GLOBAL: &str = "Everywhere";

const EXAMPLES: &str = "\
Examples:
  lissom init --name Laptop                 begin a diary; no network needed
  lissom log pelvic-tilt --sets 2 --reps 8  write down what you did
  lissom check-in --pain 4                  write down how you are
  lissom history                            look back
  lissom relay https://relay.example.org    choose a relay, then `lissom sync`

Exit codes:
  0  done
  2  the command line was not understood
  3  the input was refused; the message names the flag
  4  not found: no diary in the folder, no such record, exercise or file
  5  offline, no relay set, or the relay refused; nothing is lost
  6  something stored or received is not as it was written
  7  storage: full, read-only, busy, or from a newer version";

/// An exercise diary for people with back trouble. It works offline, keeps your devices in step through a relay that
/// cannot read it, and gives you your data whenever you want
#[derive(Debug, Parser)]
#[command(name = "lissom", version, after_help = EXAMPLES, max_term_width = 80, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LISSOM_DATA",
        hide_env = true,
        help_heading = GLOBAL,
        help = "Folder of the diary [env: LISSOM_DATA; default: the platform's folder for application data]"
    )]
    data: Option<PathBuf>,

    /// Answer in JSON on standard output; errors are JSON on standard error
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) json: bool,

    #[arg(
        long,
        global = true,
        value_name = "N",
        env = "LISSOM_MAX_BYTES",
        hide_env = true,
        help_heading = GLOBAL,
        help = "Leave room: refuse to let the database grow over N bytes [env: LISSOM_MAX_BYTES]"
    )]
    max_bytes: Option<u64>,

    #[arg(
        long,
        global = true,
        value_name = "TAG",
        help_heading = GLOBAL,
        help = "Language to speak, such as en [env: LISSOM_LANG; default: the system's, if it is there]"
    )]
    lang: Option<Lang>,

    /// As of this day, such as 2026-11-22: for scripts, and to look back [default: today]
    #[arg(id = "as_of", long = "today", global = true, value_name = "DATE", hide = true, help_heading = GLOBAL)]
    today: Option<String>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(begin::Init),
    Join(begin::Join),
    Relay(relay::Relay),
    Phrase(begin::Phrase),
    Exercises(exercises::Exercises),
    Exercise(exercises::Exercise),
    Own(own::Own),
    Learn(learn::Learn),
    Breaks(breaks::Breaks),
    Plan(plan::Plan),
    Today(today::Today),
    Advice(advice::Advice),
    Replay(replay::Replay),
    Log(log::Log),
    CheckIn(check_in::CheckIn),
    Screen(screen::Screen),
    Measure(measure::Measure),
    Trend(trend::Trend),
    History(history::History),
    Edit(change::Edit),
    Delete(change::Delete),
    Restore(change::Restore),
    Sync(sync::Sync),
    Watch(watch::Watch),
    Status(status::Status),
    Verify(status::Verify),
    RebuildHistory(status::RebuildHistory),
    Export(archive::Export),
    Import(archive::Import),
    #[cfg(feature = "demo")]
    Demo(crate::commands::demo::Demo),
}

impl Arguments {
    /// Reads the command line; help and version are in this language.
    pub(crate) fn read(lang: Lang) -> Result<Self, clap::Error> {
        let mut command = help::in_language(Self::command(), lang);
        let mut matches = command.try_get_matches_from_mut(std::env::args_os())?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    }

    /// Does what was asked.
    pub(crate) fn run(self, out: Output) -> Result<(), Failure> {
        // The language was looked up before, for the help.
        let _: Option<Lang> = self.lang;
        let context = Context::new(self.data, self.max_bytes, out).on_day(self.today);
        match self.command {
            Command::Init(init) => init.run(&context),
            Command::Join(join) => join.run(&context),
            Command::Relay(relay) => relay.run(&context),
            Command::Phrase(_) => begin::Phrase::run(&context),
            Command::Exercises(exercises) => exercises.run(&context),
            Command::Exercise(exercise) => exercise.run(&context),
            Command::Own(own) => own.run(&context),
            Command::Learn(learn) => learn.run(&context),
            Command::Breaks(breaks) => breaks.run(&context),
            Command::Plan(plan) => plan.run(&context),
            Command::Today(_) => today::Today::run(&context),
            Command::Advice(advice) => advice.run(&context),
            Command::Replay(replay) => replay.run(&context),
            Command::Log(log) => log.run(&context),
            Command::CheckIn(check_in) => check_in.run(&context),
            Command::Screen(screen) => screen.run(&context),
            Command::Measure(measure) => measure.run(&context),
            Command::Trend(trend) => trend.run(&context),
            Command::History(history) => history.run(&context),
            Command::Edit(edit) => edit.run(&context),
            Command::Delete(delete) => delete.run(&context),
            Command::Restore(restore) => restore.run(&context),
            Command::Sync(sync) => sync.run(&context),
            Command::Watch(_) => watch::Watch::run(&context),
            Command::Status(_) => status::Status::run(&context),
            Command::Verify(_) => status::Verify::run(&context),
            Command::RebuildHistory(_) => status::RebuildHistory::run(&context),
            Command::Export(export) => export.run(&context),
            Command::Import(import) => import.run(&context),
            #[cfg(feature = "demo")]
            Command::Demo(demo) => demo.run(&context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }
}
