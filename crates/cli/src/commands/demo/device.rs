//! One of Anna's devices: a real folder, a real diary, and a wire on which bytes are counted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lissom_diary::sync::http::{Request, Response};
use lissom_diary::{
    Diary, Error, HistoryQuery, HttpTransport, RelayUrl, RowValues, SyncOptions, SyncReport, SystemHost, Transport,
    TransportError,
};

use crate::commands::demo::story::{Entry, What};
use crate::failure::Failure;

/// A device under play.
pub(super) struct Device {
    pub(super) name: &'static str,
    folder: PathBuf,
    /// Open while the app is.
    diary: Option<Diary>,
    wire: Wire,
}

/// Counts what goes out: method, path, headers and body, as HTTP/1.1 writes them.
struct Wire {
    http: HttpTransport,
    sent: u64,
}

impl Transport for Wire {
    fn exchange(&mut self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        let headers = request.headers.iter().map(|(name, value)| name.len() + value.len() + ": \r\n".len());
        let line = request.method.as_str().len() + request.path.len() + "  HTTP/1.1\r\n".len();
        let bytes = line + headers.sum::<usize>() + "\r\n".len() + request.body.len();
        self.sent += u64::try_from(bytes).unwrap_or(0);
        self.http.exchange(request, timeout)
    }
}

impl Device {
    /// A device with a diary of its own, which knows no relay yet.
    pub(super) fn alone(name: &'static str, folder: PathBuf) -> Result<Self, Failure> {
        let diary = Some(Diary::create(&folder, name, SystemHost)?);
        // Replaced as soon as there is a relay; until then nothing is exchanged.
        let nowhere = RelayUrl::parse("http://127.0.0.1:9", false).map_err(Error::from)?;
        Ok(Self { name, folder, diary, wire: Wire { http: HttpTransport::new(nowhere), sent: 0 } })
    }

    /// Joins with the 24 words; gives the device and the number of records that it brought along.
    pub(super) fn join(
        name: &'static str,
        folder: PathBuf,
        words: &str,
        relay: &str,
    ) -> Result<(Self, usize), Failure> {
        let url = RelayUrl::parse(relay, false).map_err(Error::from)?;
        let mut wire = Wire { http: HttpTransport::new(url.clone()), sent: 0 };
        let joined = Diary::join(&folder, words, name, (&url, false), &mut wire, SystemHost)?;
        Ok((Self { name, folder, diary: Some(joined.diary), wire }, joined.brought))
    }

    /// The diary; opens it if it is closed.
    pub(super) fn diary(&mut self) -> Result<&mut Diary, Failure> {
        let diary = match self.diary.take() {
            Some(diary) => diary,
            None => Diary::open(&self.folder, SystemHost)?,
        };
        Ok(self.diary.insert(diary))
    }

    /// Uses this relay from now on, with an invite to show if there is one.
    pub(super) fn go_to(&mut self, relay: &str, invite: Option<&str>) -> Result<(), Failure> {
        let url = self.diary()?.set_relay(relay, invite, false)?;
        self.wire.http = HttpTransport::new(url);
        Ok(())
    }

    /// Writes one entry of the story down; gives its id.
    pub(super) fn write(&mut self, entry: &Entry) -> Result<String, Failure> {
        Ok(match &entry.what {
            What::Result(values) => self.diary()?.record_result(values, Some(entry.at))?.id,
            What::CheckIn(values) => self.diary()?.record_check_in(values, Some(entry.at))?,
        })
    }

    /// Exchanges with the relay, to the end.
    pub(super) fn sync(&mut self) -> Result<SyncReport, Failure> {
        self.diary()?;
        let Self { diary: Some(diary), wire, .. } = self else { return Err(Error::NoDiary.into()) };
        let report = diary.sync(wire, SyncOptions::default())?;
        report.check()?;
        Ok(report)
    }

    pub(super) fn bytes_sent(&self) -> u64 {
        self.wire.sent
    }

    /// What a record says here, and whether it is deleted.
    pub(super) fn look(&mut self, id: &str) -> Result<Option<(RowValues, bool)>, Failure> {
        let every = HistoryQuery { deleted: true, ..HistoryQuery::default() };
        let row = self.diary()?.history(&every)?.into_iter().find(|row| row.id == id);
        Ok(row.map(|row| (row.values, row.deleted)))
    }

    /// Copies the folder, as a backup does while the app is closed.
    pub(super) fn back_up(&mut self, to: &Path) -> Result<(), Failure> {
        self.diary = None;
        copy_files(&self.folder, to)
    }

    /// Puts a copy of the folder in the folder's place: what was written since is gone from here.
    pub(super) fn set_back(&mut self, from: &Path) -> Result<(), Failure> {
        self.diary = None;
        remove_folder(&self.folder)?;
        copy_files(from, &self.folder)
    }
}

/// Copies the files of a folder without folders in it.
pub(super) fn copy_files(from: &Path, to: &Path) -> Result<(), Failure> {
    let copy = || -> std::io::Result<()> {
        std::fs::create_dir_all(to)?;
        for file in std::fs::read_dir(from)? {
            let file = file?;
            std::fs::copy(file.path(), to.join(file.file_name()))?;
        }
        Ok(())
    };
    copy().map_err(|error| Failure::file(from.display().to_string(), &error))
}

pub(super) fn remove_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::remove_dir_all(folder).map_err(|error| Failure::file(folder.display().to_string(), &error))
}
