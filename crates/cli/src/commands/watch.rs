//! `watch`: follow the diary live.
//!
//! Two halves that share nothing but the folder: this one polls the database for new commits, by whatever process,
//! and shows their rows; [`network`] syncs, on a thread with a diary of its own, so that a slow relay never holds up
//! what is shown.

mod network;

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use clap::Args;
use lissom_diary::{Diary, HistoryQuery, HistoryRow};
use serde::Serialize;

use crate::commands::sync::JsonReport;
use crate::commands::watch::network::News;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::rows::{self, JsonRow};
use crate::texts::watch as words;

/// Time between two looks at the database.
const POLL: Duration = Duration::from_millis(300);

/// Follow the diary live, until Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = "\
Shows every record as it comes in or changes, from another device or another
program on this one, and sends what is written down here soon after. Offline it
follows this device alone, and tries the relay again now and then.

Examples:
  lissom watch
  lissom watch --json | jq 'select(.event == \"row\") | .row'

With --json, each line is one object with an `event`: watching (once, when
ready), row, synced, offline, online.")]
pub(crate) struct Watch {}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Shown<'a> {
    Watching,
    Row { row: Box<JsonRow<'a>> },
    Synced { report: JsonReport<'a> },
    Offline { message: &'a str },
    Online,
}

/// What the showing half hears.
#[derive(Debug)]
enum Heard {
    Network(News),
    /// Ctrl-C, or the system asks to end.
    Stop,
}

impl Watch {
    pub(crate) fn run(context: &Context) -> Result<(), Failure> {
        let diary = context.open()?;
        let (tell, hear) = mpsc::channel();
        stop_on_signal(tell.clone())?;
        let mut follower = Follower { seen: diary.revision()?, diary, last: Vec::new(), out: context.out };
        // From here on every commit is seen, so a script may go on.
        context.out.show(&Shown::Watching, || words::WATCHING.say(context.lang()))?;
        let network = network::start(context.clone(), move |news| tell.send(Heard::Network(news)).is_ok())?;
        loop {
            match hear.recv_timeout(POLL) {
                Ok(Heard::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Ok(Heard::Network(news)) => follower.show_news(&news)?,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if follower.show_new_rows()? {
                network.changed(follower.diary.unsynced()?);
            }
        }
    }
}

fn stop_on_signal(tell: Sender<Heard>) -> Result<(), Failure> {
    let stop = move || {
        // Nobody listens: then it has ended already.
        drop(tell.send(Heard::Stop));
    };
    ctrlc::set_handler(stop).map_err(|error| Failure::storage("signals", words::SIGNALS.with("why", error.to_string())))
}

/// Shows what is new in the database.
struct Follower {
    diary: Diary,
    seen: i64,
    /// Rows shown last: a commit between reading the revision and the rows would show them twice.
    last: Vec<HistoryRow>,
    out: Output,
}

impl Follower {
    /// Shows the rows of new commits; `false` if there were no commits.
    fn show_new_rows(&mut self) -> Result<bool, Failure> {
        let revision = self.diary.revision()?;
        if revision == self.seen {
            return Ok(false);
        }
        let query = HistoryQuery { deleted: true, after_revision: Some(self.seen), ..HistoryQuery::default() };
        let rows = self.diary.history(&query)?;
        let names = self.diary.own_names()?;
        for row in rows.iter().filter(|row| !self.last.contains(row)) {
            self.out.show(&Shown::Row { row: Box::new(row.into()) }, || rows::line(self.out.lang(), &names, row))?;
        }
        self.seen = revision;
        self.last = rows;
        Ok(true)
    }

    fn show_news(&self, news: &News) -> Result<(), Failure> {
        match news {
            News::Synced(report) => {
                if self.out.is_json() {
                    return self.out.show(&Shown::Synced { report: report.into() }, String::new);
                }
                if report.pushed > 0 {
                    self.out.tell(words::SENT.with("n", report.pushed))?;
                }
                report.notices.iter().try_for_each(|notice| self.out.tell_line(&notice.say(self.out.lang())))
            }
            News::Offline(why) => {
                let message = &why.say(self.out.lang());
                self.out.answer(&Shown::Offline { message }, || words::OFFLINE.with("why", why.clone()))
            }
            News::Online => self.out.answer(&Shown::Online, || words::ONLINE),
        }
    }
}
