//! `status`, `verify` and `rebuild-history`: how things stand.

use std::borrow::Cow;

use clap::Args;
use lissom_diary::{Diary, RelayUrl, Status as Standing, Verified};
use serde::Serialize;

use crate::commands::sync::JsonNotice;
use crate::context::Context;
use crate::failure::{Failure, hinted};
use crate::output::{BOLD, columns, in_english, printable, wrap};
use crate::table::labelled;
use crate::texts::{Lang, Sentence, Text, failure, status as words};
use crate::when;

/// Show what is where, and what waits for what
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom status
  lissom status --json")]
pub(crate) struct Status {}

#[derive(Serialize)]
struct JsonStatus<'a> {
    unsynced: usize,
    quarantined: usize,
    waiting: usize,
    refused: usize,
    last_sync: Option<String>,
    state_hash: &'a str,
    devices: Vec<JsonDevice<'a>>,
    notices: Vec<JsonNotice<'a>>,
    waiting_for: Vec<Cow<'a, str>>,
    records: usize,
    entries: usize,
    vault: String,
    relay: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonDevice<'a> {
    name: Cow<'a, str>,
    last_heard: Option<String>,
    this_device: bool,
}

impl Status {
    pub(crate) fn run(context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let standing = diary.status()?;
        let relay = diary.relay()?;
        let relay = relay.as_ref().map(RelayUrl::as_str);
        context.out.show(&to_json(&diary, &standing, relay), || describe(&standing, relay, context))
    }
}

fn to_json<'a>(diary: &Diary, standing: &'a Standing, relay: Option<&'a str>) -> JsonStatus<'a> {
    let devices = standing.devices.iter().map(|device| JsonDevice {
        name: name(device.name.as_deref(), words::UNNAMED, Lang::En),
        last_heard: device.last_heard_ms.map(when::rfc3339),
        this_device: device.this_device,
    });
    JsonStatus {
        unsynced: standing.unsynced,
        quarantined: standing.quarantined,
        waiting: standing.waiting,
        refused: standing.refused,
        last_sync: standing.last_sync_ms.map(when::rfc3339),
        state_hash: &standing.state_hash,
        devices: devices.collect(),
        notices: standing.notices.iter().map(JsonNotice::from).collect(),
        waiting_for: waiting_for(standing, Lang::En),
        records: standing.records,
        entries: standing.entries,
        vault: diary.vault(),
        relay,
    }
}

/// A device's name, or the words for one without.
fn name(name: Option<&str>, unnamed: Text, lang: Lang) -> Cow<'_, str> {
    name.map_or_else(|| Cow::Owned(unnamed.say(lang)), Cow::Borrowed)
}

fn waiting_for(standing: &Standing, lang: Lang) -> Vec<Cow<'_, str>> {
    let names = standing.waiting_for.iter();
    names.map(|device| name(device.as_deref(), words::UNKNOWN_DEVICE, lang)).collect()
}

fn describe(standing: &Standing, relay: Option<&str>, context: &Context) -> String {
    let lang = context.lang();
    let folder = context.folder().map(|folder| folder.display().to_string()).unwrap_or_default();
    let last_sync = standing.last_sync_ms.map_or_else(|| words::NEVER.say(lang), |at| when::ago(lang, at));
    let to_send = match standing.unsynced {
        0 => words::NOTHING.say(lang),
        n => words::TO_SEND.with("n", n).say(lang),
    };
    let names = waiting_for(standing, lang).join(", ");
    let waiting = match names.as_str() {
        "" => standing.waiting.to_string(),
        names => words::WAITING_FOR.with("count", standing.waiting).with("devices", names).say(lang),
    };
    let some = |n: usize, text: String| if n == 0 { String::new() } else { text };
    let kept = |text: Text, n: usize| some(n, text.with("count", n).say(lang));
    let facts = [
        (words::LABEL_FOLDER, folder),
        (words::LABEL_RECORDS, standing.records.to_string()),
        (words::LABEL_RELAY, relay.map_or_else(|| words::NO_RELAY.say(lang), str::to_owned)),
        (words::LABEL_LAST_SYNC, last_sync),
        (words::LABEL_TO_SEND, to_send),
        (words::LABEL_WAITING, some(standing.waiting, waiting)),
        (words::LABEL_UNREADABLE, kept(words::UNREADABLE, standing.quarantined)),
        (words::LABEL_REFUSED, kept(words::REFUSED, standing.refused)),
        (words::LABEL_STATE, standing.state_hash.chars().take(16).collect()),
    ];
    let facts = facts.map(|(label, value)| (label, printable(&value)));
    let mut lines = labelled(lang, 1, &facts);
    lines.push(format!("\n{BOLD}{}{BOLD:#}", words::HEADING_DEVICES.say(lang)));
    let names: Vec<String> = standing.devices.iter().map(|device| shown(device.name.as_deref(), lang)).collect();
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (device, name) in standing.devices.iter().zip(&names) {
        let heard = match (device.this_device, device.last_heard_ms) {
            (true, _) => words::THIS_DEVICE.say(lang),
            (false, Some(at)) => words::HEARD.with("when", when::ago(lang, at)).say(lang),
            (false, None) => words::NOT_HEARD.say(lang),
        };
        lines.push(format!("  {name:<widest$}  {heard}"));
    }
    if !standing.notices.is_empty() {
        lines.push(format!("\n{BOLD}{}{BOLD:#}", words::HEADING_NOTICES.say(lang)));
    }
    for notice in &standing.notices {
        let at = notice.at_ms.map_or_else(|| words::NOW.say(lang), when::short_ms);
        let before = format!("  {at}  ");
        let indent = before.chars().count();
        for (index, line) in wrap(&notice.say(lang), columns().saturating_sub(indent)).iter().enumerate() {
            lines.push(if index == 0 { format!("{before}{line}") } else { format!("{:indent$}{line}", "") });
        }
    }
    lines.join("\n")
}

fn shown(device: Option<&str>, lang: Lang) -> String {
    printable(&name(device, words::UNNAMED, lang))
}

/// Check that everything is still as it was written
#[derive(Debug, Args)]
#[command(after_help = "\
The database file, every entry's hash and signature, every change, and that the
history is what the documents say. Changes nothing.

Examples:
  lissom verify

Exits with 6 if anything is wrong.")]
pub(crate) struct Verify {}

impl Verify {
    pub(crate) fn run(context: &Context) -> Result<(), Failure> {
        let verified = context.open()?.verify()?;
        let problems: Vec<Sentence> = verified.problems.iter().cloned().map(with_remedy).collect();
        let Verified { entries, changes, rows, .. } = verified;
        let lang = context.lang();
        context.out.show(&JsonVerified { entries, changes, rows, problems: &problems }, || {
            match problems.as_slice() {
                [] => words::AS_WRITTEN.with("entries", entries).with("changes", changes).with("rows", rows).say(lang),
                problems => problems.iter().map(|problem| problem.say(lang)).collect::<Vec<_>>().join("\n"),
            }
        })?;
        match problems.len() {
            0 => Ok(()),
            n => Err(Failure::integrity(words::PROBLEMS.with("n", n))),
        }
    }
}

#[derive(Serialize)]
struct JsonVerified<'a> {
    entries: usize,
    changes: usize,
    rows: usize,
    #[serde(serialize_with = "in_english")]
    problems: &'a [Sentence],
}

/// A problem with what to type, if that is known.
fn with_remedy(problem: Sentence) -> Sentence {
    let rebuild = problem.key() == lissom_diary::texts::verify::HISTORY.key();
    hinted(problem, rebuild.then_some(failure::HINT_REBUILD))
}

/// Make the history anew from the documents
#[derive(Debug, Args)]
#[command(after_help = "\
For when `lissom verify` says that they differ. Nothing that was written down
changes.

Examples:
  lissom rebuild-history")]
pub(crate) struct RebuildHistory {}

#[derive(Serialize)]
struct Rebuilt {
    rows: usize,
}

impl RebuildHistory {
    pub(crate) fn run(context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        diary.rebuild_history()?;
        let every = lissom_diary::HistoryQuery { deleted: true, ..lissom_diary::HistoryQuery::default() };
        let rows = diary.history(&every)?.len();
        context.out.answer(&Rebuilt { rows }, || words::REBUILT.with("n", rows))
    }
}
