//! `status`, `verify` and `rebuild-history`: how things stand.

use std::fmt::Write as _;

use clap::Args;
use lissom_diary::{Diary, RelayUrl, Status as Standing, Verified};
use serde::Serialize;

use crate::commands::sync::JsonNotice;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{BOLD, counted, printable};
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
    waiting_for: &'a [String],
    records: usize,
    entries: usize,
    vault: String,
    relay: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonDevice<'a> {
    name: &'a str,
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
        name: &device.name,
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
        waiting_for: &standing.waiting_for,
        records: standing.records,
        entries: standing.entries,
        vault: diary.vault(),
        relay,
    }
}

fn describe(standing: &Standing, relay: Option<&str>, context: &Context) -> String {
    let folder = context.folder().map(|folder| folder.display().to_string()).unwrap_or_default();
    let last_sync = standing.last_sync_ms.map_or_else(|| "never".to_owned(), when::ago);
    let to_send = match standing.unsynced {
        0 => "nothing".to_owned(),
        n => format!("{}; safe on this device", counted(n, "change", "changes")),
    };
    let waiting_for = match standing.waiting_for.as_slice() {
        [] => String::new(),
        names => format!(" (from {})", names.join(", ")),
    };
    let some = |n: usize, text: String| if n == 0 { String::new() } else { text };
    let lines = [
        ("Folder", folder),
        ("Records", standing.records.to_string()),
        ("Relay", relay.unwrap_or("none; this diary is on this device only").to_owned()),
        ("Last sync", last_sync),
        ("To send", to_send),
        ("Waiting", some(standing.waiting, format!("{}{waiting_for}", standing.waiting))),
        ("Unreadable", some(standing.quarantined, format!("{}, kept", standing.quarantined))),
        ("Refused", some(standing.refused, format!("{}, kept and tried again", standing.refused))),
        ("State", standing.state_hash.chars().take(16).collect()),
    ];
    let mut text = String::new();
    let mut line = |line: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _: std::fmt::Result = writeln!(text, "{line}");
    };
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        line(format_args!("{name:<11}{}", printable(value)));
    }
    line(format_args!("\n{BOLD}Devices{BOLD:#}"));
    let widest = standing.devices.iter().map(|device| device.name.chars().count()).max().unwrap_or(0);
    for device in &standing.devices {
        let heard = match (device.this_device, device.last_heard_ms) {
            (true, _) => "this device".to_owned(),
            (false, Some(at)) => format!("last heard from {}", when::ago(at)),
            (false, None) => "not heard from yet".to_owned(),
        };
        line(format_args!("  {:<widest$}  {heard}", printable(&device.name)));
    }
    if !standing.notices.is_empty() {
        line(format_args!("\n{BOLD}Notices{BOLD:#}"));
    }
    for notice in &standing.notices {
        let at = notice.at_ms.map_or_else(|| "now".to_owned(), when::short_ms);
        line(format_args!("  {at}  {}", notice.text));
    }
    text.trim_end().to_owned()
}

/// Check that everything is still as it was written
#[derive(Debug, Args)]
#[command(after_help = "\
The database file, every entry's hash and signature, every change, and that the history is what
the documents say. Changes nothing.

Examples:
  lissom verify

Exits with 6 if anything is wrong.")]
pub(crate) struct Verify {}

impl Verify {
    pub(crate) fn run(context: &Context) -> Result<(), Failure> {
        let verified = context.open()?.verify()?;
        context.out.show(&verified, || found(&verified))?;
        match verified.problems.len() {
            0 => Ok(()),
            problems => {
                let problems = counted(problems, "problem", "problems");
                let text = format!("{problems} found; keep a copy of the folder, then `lissom sync` on every device");
                Err(Failure::integrity(text))
            }
        }
    }
}

fn found(verified: &Verified) -> String {
    if verified.problems.is_empty() {
        let Verified { entries, changes, rows, .. } = verified;
        return format!("All is as it was written: {entries} entries, {changes} changes, {rows} rows.");
    }
    verified.problems.join("\n")
}

/// Make the history anew from the documents
#[derive(Debug, Args)]
#[command(after_help = "\
For when `lissom verify` says that they differ. Nothing that was written down changes.

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
        context.out.show(&Rebuilt { rows }, || format!("Made anew: {}.", counted(rows, "record", "records")))
    }
}
