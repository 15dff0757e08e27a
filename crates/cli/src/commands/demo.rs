//! `demo`: the desk worker's story, played for real on three devices and a relay, and checked at the end.
//!
//! In reading order: [`story`] is what gets logged, [`device`] and [`relay`] are what it happens on, [`acts`] is
//! what happens, [`care`] what the rules make of it, and this file checks and shows what came of it.

mod acts;
mod care;
mod device;
mod relay;
mod stage;
mod story;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::commands::demo::device::Device;
use crate::commands::demo::stage::Stage;
use crate::context::Context;
use crate::failure::{Failure, hinted};
use crate::output::{in_english, lines};
use crate::table::Table;
use crate::texts::{Lang, Sentence, demo as words};

/// Letters of a state hash that the table shows.
const HASH_CHARS: usize = 12;

/// Play a story of three devices and a relay, and check that nothing is lost
#[derive(Debug, Args)]
#[command(after_help = "\
Twelve weeks of a desk worker's diary in a few seconds: safety questions, a
plan, doses that rise and fall, a flare and a recovery. And beside them: phones
without a network, edits of one record on two phones, a delete against an edit,
a phone set back to an old copy of itself, a tablet that comes late and brings
records, and a relay that is set back twice. The folders and the sealed entries
are real, and the relay runs inside this command, on this machine. At the end
everything is compared.

Examples:
  lissom demo
  lissom demo --keep story  keep the folders, to look around in:
  lissom --data story/tablet history

Exits with 6 unless it ends in `converged: yes`.")]
pub(crate) struct Demo {
    /// Folder to play in, which must be empty or new, and is kept [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// How it ended, for programs.
#[derive(Debug, Serialize)]
struct Ending {
    devices: Vec<Row>,
    records_expected: usize,
    relay_entries: u64,
    #[serde(serialize_with = "in_english")]
    problems: Vec<Sentence>,
    converged: bool,
}

/// One device at the end.
#[derive(Debug, Serialize)]
struct Row {
    device: &'static str,
    records: usize,
    entries: usize,
    bytes_sent: u64,
    state_hash: String,
}

impl Demo {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let Some(keep) = self.keep else {
            // Removed when it is dropped, at the end.
            let temporary = tempfile::tempdir().map_err(|error| Failure::file(words::TEMPORARY_FOLDER, &error))?;
            return perform(temporary.path(), context);
        };
        perform(&empty_folder(keep)?, context)
    }
}

fn perform(folder: &Path, context: &Context) -> Result<(), Failure> {
    let mut stage = Stage::set(folder, context.out)?;
    acts::play(&mut stage)?;
    let ending = judge(stage)?;
    context.out.show(&ending, || describe(context.lang(), &ending))?;
    if ending.converged {
        return Ok(());
    }
    let problems = ending.problems.into_iter().reduce(|said, next| hinted(said, Some(next)));
    Err(Failure::integrity(
        problems.map_or_else(|| words::VERDICT_NO.into(), |problems| words::NOT_CONVERGED.with("problems", problems)),
    ))
}

/// Folders of a story must not mix with anything else.
fn empty_folder(folder: PathBuf) -> Result<PathBuf, Failure> {
    let what = |folder: &Path| folder.display().to_string();
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file(what(&folder), &error))?;
    let mut inside = std::fs::read_dir(&folder).map_err(|error| Failure::file(what(&folder), &error))?;
    if inside.next().is_none() {
        return Ok(folder);
    }
    Err(Failure::refused_field("keep", words::NOT_EMPTY.with("folder", what(&folder))))
}

/// Compares everything with everything, and with what the script says must be there.
fn judge(stage: Stage) -> Result<Ending, Failure> {
    let Stage { phone, work, tablet, relay, expected, mut problems, .. } = stage;
    let mut devices: Vec<Device> = [Some(phone), Some(work), tablet].into_iter().flatten().collect();
    let mut rows = Vec::new();
    for device in &mut devices {
        let status = device.diary()?.status()?;
        let row = Row {
            device: device.name,
            records: status.records,
            entries: status.entries,
            bytes_sent: device.bytes_sent(),
            state_hash: status.state_hash,
        };
        let left = status.unsynced + status.waiting + status.quarantined + status.refused;
        for (wrong, what) in [
            (row.records != expected, words::PROBLEM_RECORDS.with("records", row.records).with("expected", expected)),
            (left > 0, words::PROBLEM_UNSETTLED.with("left", left)),
        ] {
            if wrong {
                problems.push(what.with("device", device.name));
            }
        }
        let verified = device.diary()?.verify()?;
        problems.extend(
            verified
                .problems
                .into_iter()
                .map(|problem| words::PROBLEM_OF_DEVICE.with("device", device.name).with("what", problem)),
        );
        rows.push(row);
    }
    if rows.windows(2).any(|pair| matches!(pair, [a, b] if a.state_hash != b.state_hash)) {
        problems.push(words::PROBLEM_DOCUMENTS.into());
    }
    let verdict = relay.verify()?;
    problems.extend(verdict.damage.iter().map(|damage| words::PROBLEM_RELAY.with("what", damage.what.clone())));
    if rows.len() != 3 || rows.iter().any(|row| u64::try_from(row.entries) != Ok(verdict.entries)) {
        problems.push(words::PROBLEM_ENTRIES.into());
    }
    let converged = problems.is_empty();
    Ok(Ending { devices: rows, records_expected: expected, relay_entries: verdict.entries, problems, converged })
}

fn describe(lang: Lang, ending: &Ending) -> String {
    let [device, records, entries] = [words::HEADING_DEVICE, words::HEADING_RECORDS, words::HEADING_ENTRIES];
    let mut table = Table::new(lang, &[device, records, entries, words::HEADING_BYTES, words::HEADING_STATE]);
    for row in &ending.devices {
        let hash = row.state_hash.chars().take(HASH_CHARS).collect();
        let numbers = [row.records.to_string(), row.entries.to_string(), grouped(row.bytes_sent)];
        let [records, entries, bytes] = numbers;
        table.row(&[row.device.to_owned(), records, entries, bytes, hash]);
    }
    let verdict = match ending.problems.as_slice() {
        [] => {
            let all = lines(&words::VERDICT_ALL.with("records", ending.records_expected).say(lang));
            format!("{all}\n\n{}", words::VERDICT_YES.say(lang))
        }
        problems => {
            let problems: Vec<String> = problems.iter().map(|problem| lines(&problem.say(lang))).collect();
            format!("{}\n\n{}", problems.join("\n"), words::VERDICT_NO.say(lang))
        }
    };
    format!("\n{table}\n\n{verdict}")
}

/// `12,345`
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let first = digits.len() % 3;
    let place = |at: usize| at > 0 && at % 3 == first;
    digits.char_indices().map(|(at, c)| if place(at) { format!(",{c}") } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Output;

    #[test]
    fn a_missing_record_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage::set(folder.path(), Output::new(true, Lang::En)).unwrap();
        stage.write(&story::day(0, 0)).unwrap();
        stage.sync_until_quiet().unwrap();
        stage.expected += 1;
        let ending = judge(stage).unwrap();
        assert!(!ending.converged);
        assert_eq!(ending.problems[0].say(Lang::En), "records on Anna's phone: 3; the script wrote 4");
        assert!(describe(Lang::En, &ending).ends_with("converged: no"));
    }

    #[test]
    fn large_numbers_are_easy_to_read() {
        assert_eq!([0, 999, 1_000, 123_456, 1_234_567].map(grouped), ["0", "999", "1,000", "123,456", "1,234,567"]);
    }
}
