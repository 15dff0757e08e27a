//! `init`, `join` and `phrase`: how a diary begins, and the words that open it.

use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use lissom_diary::sync::phrase::WORDS;
use lissom_diary::{Diary, HttpTransport, RelayUrl, StartedBy, SyncOptions, SyncReport, SystemHost};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{BOLD, FAINT, Output, lines};
use crate::texts::{Arg, Lang, Sentence, begin as words};

/// Longest first exchange with the relay: the diary is there already, so nobody needs to wait for it.
const FIRST_SYNC: Duration = Duration::from_secs(20);
/// Largest file that can be a phrase, in bytes.
const PHRASE_BYTES_MAX: u64 = 4_096;
/// Columns of the words on paper.
const COLUMNS: usize = 4;

/// Begin a diary on this device; no network needed
#[derive(Debug, Args)]
#[command(after_help = "\
Prints 24 words, once. They are the only way into the diary from another device,
or after this one is lost.

Examples:
  lissom init --name Laptop
  lissom init --name Phone --relay https://relay.example.org --invite 3kq9…")]
pub(crate) struct Init {
    /// Name of this device, as the other devices show it
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Address of the relay that keeps the devices in step
    #[arg(long, value_name = "URL")]
    relay: Option<String>,
    /// Invite from whoever runs the relay
    #[arg(long, value_name = "TOKEN", requires = "relay")]
    invite: Option<String>,
    /// Allow a relay without TLS that is not on this machine
    #[arg(long, requires = "relay")]
    insecure: bool,
}

#[derive(Serialize)]
struct Begun<'a> {
    vault: String,
    phrase: &'a str,
    device: &'a str,
    relay: Option<&'a str>,
    synced: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

impl Init {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        // A wrong address is said before anything is made.
        let relay = self.relay.as_deref().map(|url| RelayUrl::parse(url, self.insecure)).transpose();
        let relay = relay.map_err(lissom_diary::Error::from)?;
        let mut diary = Diary::create(context.folder()?, &self.name, SystemHost)?;
        context.leave_room(&diary)?;
        let first = match &relay {
            Some(url) => {
                diary.set_relay(url.as_str(), self.invite.as_deref(), self.insecure)?;
                Some(first_sync(&mut diary, url))
            }
            None => None,
        };
        let notice = first.as_ref().and_then(|first| first.as_ref().err());
        let phrase = diary.phrase();
        let begun = Begun {
            vault: diary.vault(),
            phrase: &phrase,
            device: self.name.trim(),
            relay: relay.as_ref().map(RelayUrl::as_str),
            synced: first.as_ref().is_some_and(Result::is_ok),
            notice: notice.map(|why| why.say(Lang::En)),
        };
        context.out.saved().show(&begun, || welcome(context.lang(), begun.device, &phrase, begun.synced))?;
        if let Some(notice) = notice.filter(|_| !context.out.is_json()) {
            context.out.warn(words::READY_NOT_SENT.with("why", notice.clone()));
        }
        Ok(())
    }
}

fn welcome(lang: Lang, device: &str, phrase: &str, synced: bool) -> String {
    let ready = if synced { words::READY_AND_SENT } else { words::READY };
    let ready = ready.with("device", device).say(lang);
    let write_down = words::WRITE_DOWN.with("words", WORDS).say(lang);
    let opens = lines(&words::WHAT_THEY_OPEN.say(lang));
    format!("{ready}\n\n{}\n\n{BOLD}{write_down}{BOLD:#}\n{opens}", grid(phrase))
}

/// The words in numbered columns, to be read down.
fn grid(phrase: &str) -> String {
    let words: Vec<&str> = phrase.split(' ').collect();
    let rows = words.len().div_ceil(COLUMNS);
    let cell = |at: usize| {
        let word = words.get(at).copied().unwrap_or_default();
        format!("  {FAINT}{:>2}{FAINT:#} {word:<9}", at.saturating_add(1))
    };
    let line = |row: usize| {
        let cells = (0..COLUMNS).map(|column| cell(column.saturating_mul(rows).saturating_add(row)));
        cells.collect::<String>().trim_end().to_owned()
    };
    (0..rows).map(line).collect::<Vec<_>>().join("\n")
}

/// Registers at the relay and exchanges what there is; or says why not yet.
fn first_sync(diary: &mut Diary, relay: &RelayUrl) -> Result<SyncReport, Sentence> {
    let why = |error| Failure::from(error).sentence().clone();
    let options = SyncOptions { budget: FIRST_SYNC, started_by: StartedBy::Person };
    let report = diary.sync(&mut HttpTransport::new(relay.clone()), options).map_err(why)?;
    report.check().map_err(why)?;
    Ok(report)
}

/// Open a diary from another device on this one, with its 24 words
#[derive(Debug, Args)]
#[command(after_help = "\
Records that are on this device already come along. If the relay does not know
the words, or cannot be reached, nothing is created or changed.

Examples:
  lissom join --phrase-file words.txt --name Tablet \\
    --relay https://relay.example.org
  lissom join --phrase-file - --name Tablet --relay URL  type the words

The words never go on the command line, where other programs could see them.
Exits with 5 if the relay knows no diary with these words.")]
pub(crate) struct Join {
    /// File with the 24 words, or - to type them
    #[arg(long, value_name = "FILE|-")]
    phrase_file: PathBuf,
    /// Name of this device, as the other devices show it
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Address of the relay that the other device uses
    #[arg(long, value_name = "URL")]
    relay: String,
    /// Allow a relay without TLS that is not on this machine
    #[arg(long)]
    insecure: bool,
}

#[derive(Serialize)]
struct Came<'a> {
    vault: String,
    device: &'a str,
    relay: &'a str,
    brought: usize,
    synced: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

impl Join {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let relay = RelayUrl::parse(&self.relay, self.insecure).map_err(lissom_diary::Error::from)?;
        let phrase = self.read_phrase(context.out)?;
        let mut transport = HttpTransport::new(relay.clone());
        let at = (&relay, self.insecure);
        let joined = Diary::join(context.folder()?, &phrase, &self.name, at, &mut transport, SystemHost)?;
        let (mut diary, brought) = (joined.diary, joined.brought);
        context.leave_room(&diary)?;
        let first = first_sync(&mut diary, &relay);
        let told = first.as_ref().err();
        let notice = told.map(|why| why.say(Lang::En));
        let (device, synced) = (self.name.trim(), first.is_ok());
        let came = Came { vault: diary.vault(), device, relay: relay.as_str(), brought, synced, notice };
        let lang = context.lang();
        context.out.saved().show(&came, || {
            let records = diary.history(&lissom_diary::HistoryQuery::default()).map_or(0, |rows| rows.len());
            let joined = words::JOINED.with("n", records).with("device", device).say(lang);
            match brought {
                0 => joined,
                n => format!("{joined} {}", words::CAME_ALONG.with("n", n).say(lang)),
            }
        })?;
        if let Some(notice) = told.filter(|_| !context.out.is_json()) {
            context.out.warn(words::JOINED_NOT_ALL.with("why", notice.clone()));
        }
        Ok(())
    }

    fn read_phrase(&self, out: Output) -> Result<Zeroizing<String>, Failure> {
        let stdin = std::io::stdin();
        if self.phrase_file.as_os_str() != "-" {
            let what = self.phrase_file.display().to_string();
            let file = std::fs::File::open(&self.phrase_file).map_err(|error| Failure::file(what.as_str(), &error))?;
            return read_all(file, what);
        }
        if !stdin.is_terminal() {
            return read_all(stdin.lock(), words::STANDARD_INPUT);
        }
        out.ask(words::ASK_WORDS.with("words", WORDS));
        let mut text = Zeroizing::new(String::new());
        while text.split_whitespace().count() < WORDS {
            let read =
                stdin.lock().read_line(&mut text).map_err(|error| Failure::file(words::STANDARD_INPUT, &error))?;
            if read == 0 {
                break;
            }
        }
        Ok(text)
    }
}

fn read_all(from: impl std::io::Read, what: impl Into<Arg>) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    from.take(PHRASE_BYTES_MAX).read_to_string(&mut text).map_err(|error| Failure::file(what, &error))?;
    Ok(text)
}

/// Show the 24 words that open this diary
#[derive(Debug, Args)]
#[command(after_help = "\
On a terminal they stand in numbered columns; into a file or a pipe they go on
one line.

Examples:
  lissom phrase
  lissom phrase > words.txt")]
pub(crate) struct Phrase {}

#[derive(Serialize)]
struct Words<'a> {
    phrase: &'a str,
}

impl Phrase {
    pub(crate) fn run(context: &Context) -> Result<(), Failure> {
        let phrase = context.open()?.phrase();
        context.out.show(&Words { phrase: &phrase }, || {
            if std::io::stdout().is_terminal() { grid(&phrase) } else { phrase.to_string() }
        })
    }
}
