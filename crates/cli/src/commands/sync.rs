//! `sync`: exchange with the relay.

use std::borrow::Cow;
use std::time::Duration;

use clap::Args;
use lissom_diary::sync::client::End;
use lissom_diary::{Error, HttpTransport, Notice, StartedBy, SyncOptions, SyncReport};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{columns, wrap};
use crate::texts::{Lang, Text, sync as words};
use crate::when;

/// Exchange with the relay: send what is new here, fetch what is new there
#[derive(Debug, Args)]
#[command(after_help = "\
Whatever happens on the way, nothing that was written down is lost, and the next
sync goes on from there.

Examples:
  lissom sync
  lissom sync --budget-ms 5000  what is done by then is kept

Exits with 5 if the relay cannot be reached, refuses, or knows no diary with
these words.")]
pub(crate) struct Sync {
    /// Longest time to take, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 60_000)]
    budget_ms: u64,
}

/// What a sync did, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct JsonReport<'a> {
    pushed: usize,
    pulled: usize,
    unsynced: usize,
    notices: Vec<JsonNotice<'a>>,
}

/// A notice, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct JsonNotice<'a> {
    kind: &'a str,
    text: Cow<'a, str>,
    at: Option<String>,
}

impl<'a> From<&'a Notice> for JsonNotice<'a> {
    fn from(notice: &'a Notice) -> Self {
        Self { kind: &notice.kind, text: Cow::Borrowed(&notice.text), at: notice.at_ms.map(when::rfc3339) }
    }
}

impl<'a> From<&'a SyncReport> for JsonReport<'a> {
    fn from(report: &'a SyncReport) -> Self {
        let mut notices: Vec<JsonNotice<'a>> = report.notices.iter().map(JsonNotice::from).collect();
        if report.end == End::OutOfTime {
            notices.push(JsonNotice {
                kind: "out-of-time",
                text: Cow::Owned(out_of_time(report).say(Lang::En)),
                at: None,
            });
        }
        let SyncReport { pushed, pulled, unsynced, .. } = *report;
        Self { pushed, pulled, unsynced, notices }
    }
}

impl Sync {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let relay = diary.relay()?.ok_or(Error::NoRelay)?;
        let options = SyncOptions { budget: Duration::from_millis(self.budget_ms), started_by: StartedBy::Person };
        let report = diary.sync(&mut HttpTransport::new(relay), options)?;
        let ended = report.check();
        // A sync that did nothing has nothing to say but why.
        let idle = report.pushed == 0 && report.pulled == 0 && report.notices.is_empty();
        if ended.is_ok() || !idle || context.out.is_json() {
            context.out.show(&JsonReport::from(&report), || told(context.lang(), &report))?;
        }
        Ok(ended?)
    }
}

/// That the time was up, and whether anything was exchanged by then.
fn out_of_time(report: &SyncReport) -> Text {
    if (report.pushed, report.pulled) == (0, 0) { words::OUT_OF_TIME_AT_ONCE } else { words::OUT_OF_TIME }
}

fn told(lang: Lang, report: &SyncReport) -> String {
    let late = report.end == End::OutOfTime;
    let moved = match (report.pushed, report.pulled) {
        // Whether there is something new nobody knows yet.
        (0, 0) if late => out_of_time(report).into(),
        (0, 0) => words::NOTHING.into(),
        (sent, 0) => words::SENT.with("n", sent),
        (0, received) => words::RECEIVED.with("n", received),
        (sent, received) => words::BOTH.with("n", sent).with("received", received),
    };
    let notices = report.notices.iter().map(|notice| notice.say(lang));
    let some = report.pushed > 0 || report.pulled > 0;
    let out_of_time = (late && some).then(|| out_of_time(report).say(lang));
    let lines: Vec<String> = [moved.say(lang)].into_iter().chain(notices).chain(out_of_time).collect();
    lines.iter().flat_map(|line| wrap(line, columns())).collect::<Vec<_>>().join("\n")
}
