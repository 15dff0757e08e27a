//! What the story is played on, and how it is told.

use std::path::{Path, PathBuf};

use lissom_diary::{Notice, SyncReport};

use crate::commands::demo::device::Device;
use crate::commands::demo::relay::Relay;
use crate::commands::demo::story::{Entry, On};
use crate::failure::Failure;
use crate::output::{BOLD, Output, columns, wrap};
use crate::texts::{Lang, Sentence, Text, demo as words};

/// Rounds of syncing after which quiet must have come. Two do for devices that only have news.
const ROUNDS_MAX: usize = 8;

/// Columns before the account.
const INDENT: usize = 3;

/// Everything on the stage.
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    pub(super) relay: Relay,
    pub(super) phone: Device,
    pub(super) work: Device,
    /// Comes late.
    pub(super) tablet: Option<Device>,
    /// Records that the script has written, counted from the script.
    pub(super) expected: usize,
    /// Proposals that were accepted, in words.
    pub(super) accepted: Vec<Sentence>,
    /// What was not as the story says.
    pub(super) problems: Vec<Sentence>,
    out: Output,
    act: usize,
}

impl Stage {
    /// Begins the diary: a relay, a phone with an invite, a second phone with the words.
    pub(super) fn set(folder: &Path, out: Output) -> Result<Self, Failure> {
        let relay = Relay::start(folder.join("relay"))?;
        let mut phone = Device::alone("Anna's phone", folder.join("phone"))?;
        phone.go_to(relay.url(), Some(&relay.invite()?))?;
        phone.sync()?;
        let words = phone.diary()?.phrase();
        let (mut work, _) = Device::join("Anna's work phone", folder.join("work-phone"), &words, relay.url())?;
        work.sync()?;
        phone.sync()?;
        let (folder, problems) = (folder.to_owned(), Vec::new());
        Ok(Self { folder, relay, phone, work, tablet: None, expected: 0, accepted: Vec::new(), problems, out, act: 0 })
    }

    /// The language that the story is told in.
    pub(super) fn lang(&self) -> Lang {
        self.out.lang()
    }

    /// A heading.
    pub(super) fn act(&mut self, title: Text) -> Result<(), Failure> {
        self.act += 1;
        let gap = if self.act > 1 { "\n" } else { "" };
        let title = title.say(self.lang());
        self.out.tell_line(&format!("{gap}{BOLD}{}. {title}{BOLD:#}", self.act))
    }

    /// A few sentences of the account.
    pub(super) fn tell(&self, sentence: impl Into<Sentence>) -> Result<(), Failure> {
        let text = sentence.into().say(self.lang());
        let lines = wrap(&text, columns().saturating_sub(INDENT));
        lines.iter().try_for_each(|line| self.out.tell_line(&format!("{:INDENT$}{line}", "")))
    }

    /// Something that has lines of its own.
    pub(super) fn draw(&self, drawing: &str) -> Result<(), Failure> {
        self.out.tell_line(drawing)
    }

    /// Notes what must hold here.
    pub(super) fn hold(&mut self, holds: bool, what: Text) {
        if !holds {
            self.problems.push(words::PROBLEM_NOT_HELD.with("act", self.act).with("what", what));
        }
    }

    /// Writes entries down on the devices they belong to; gives their ids.
    pub(super) fn write(&mut self, entries: &[Entry]) -> Result<Vec<String>, Failure> {
        self.expected += entries.len();
        let write = |entry: &Entry| match (entry.on, &mut self.tablet) {
            (On::Phone, _) => self.phone.write(entry),
            (On::Work, _) => self.work.write(entry),
            (On::Tablet, Some(tablet)) => tablet.write(entry),
            (On::Tablet, None) => Err(lissom_diary::Error::NoDiary.into()),
        };
        entries.iter().map(write).collect()
    }

    /// The devices that are here.
    fn devices(&mut self) -> impl Iterator<Item = &mut Device> {
        [&mut self.phone, &mut self.work].into_iter().chain(self.tablet.as_mut())
    }

    /// The phones sync, while the tablet sleeps.
    pub(super) fn sync_phones(&mut self) -> Result<(), Failure> {
        self.phone.sync()?;
        self.work.sync()?;
        self.phone.sync().map(drop)
    }

    /// Each device syncs once, in turn.
    pub(super) fn sync_once(&mut self) -> Result<Vec<SyncReport>, Failure> {
        self.devices().map(Device::sync).collect()
    }

    /// Each device syncs in turn until a round moves nothing; gives what was noted on the way.
    pub(super) fn sync_until_quiet(&mut self) -> Result<Vec<Notice>, Failure> {
        let mut said = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let reports = self.sync_once()?;
            let quiet = reports.iter().all(|report| report.pushed == 0 && report.pulled == 0);
            said.extend(reports.into_iter().flat_map(|report| report.notices));
            if quiet {
                return Ok(said);
            }
        }
        self.problems.push(words::PROBLEM_NO_QUIET.with("act", self.act).with("rounds", ROUNDS_MAX));
        Ok(said)
    }

    /// After the relay was set back it may listen elsewhere.
    pub(super) fn follow_relay(&mut self) -> Result<(), Failure> {
        let url = self.relay.url().to_owned();
        self.devices().try_for_each(|device| device.go_to(&url, None))
    }
}
