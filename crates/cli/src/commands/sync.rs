//! `sync`: exchange with the relay.

use std::fmt::Write as _;
use std::time::Duration;

use clap::Args;
use lissom_diary::sync::client::End;
use lissom_diary::{Error, HttpTransport, Notice, StartedBy, SyncOptions, SyncReport};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::counted;
use crate::when;

/// Exchange with the relay: send what is new here, fetch what is new there
#[derive(Debug, Args)]
#[command(after_help = "\
Whatever happens on the way, nothing that was written down is lost, and the next sync goes on from
there.

Examples:
  lissom sync
  lissom sync --budget-ms 5000        what is done by then is kept; the rest comes next time

Exits with 5 if the relay cannot be reached, refuses, or knows no diary with these words.")]
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
    text: &'a str,
    at: Option<String>,
}

impl<'a> From<&'a Notice> for JsonNotice<'a> {
    fn from(notice: &'a Notice) -> Self {
        Self { kind: &notice.kind, text: &notice.text, at: notice.at_ms.map(when::rfc3339) }
    }
}

impl<'a> From<&'a SyncReport> for JsonReport<'a> {
    fn from(report: &'a SyncReport) -> Self {
        let mut notices: Vec<JsonNotice<'a>> = report.notices.iter().map(JsonNotice::from).collect();
        if report.end == End::OutOfTime {
            notices.push(JsonNotice { kind: "out-of-time", text: OUT_OF_TIME, at: None });
        }
        let SyncReport { pushed, pulled, unsynced, .. } = *report;
        Self { pushed, pulled, unsynced, notices }
    }
}

const OUT_OF_TIME: &str = "The time was up before everything was exchanged. What was done is kept; sync again.";

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
            context.out.show(&JsonReport::from(&report), || told(&report))?;
        }
        Ok(ended?)
    }
}

fn told(report: &SyncReport) -> String {
    let mut text = match (report.pushed, report.pulled) {
        (0, 0) => "Nothing new on either side.".to_owned(),
        (sent, 0) => format!("Sent {}.", counted(sent, "entry", "entries")),
        (0, got) => format!("Received {}.", counted(got, "entry", "entries")),
        (sent, got) => format!("Sent {}, received {got}.", counted(sent, "entry", "entries")),
    };
    let notices = report.notices.iter().map(|notice| notice.text.as_str());
    let out_of_time = (report.end == End::OutOfTime).then_some(OUT_OF_TIME);
    for notice in notices.chain(out_of_time) {
        // Writing to a string cannot fail.
        let _: std::fmt::Result = write!(text, "\n{notice}");
    }
    text
}
