//! A simulated device: a folder, and the processes that have it open.

use std::path::{Path, PathBuf};

use lissom_diary::sync::http::{Request, Response};
use lissom_diary::{Diary, Error, SteppedSync, Work};

use crate::simulator::host::{Clock, SimHost};
use crate::simulator::observer::Observer;
use crate::simulator::relay::{Disk, read_files, write_files};
use crate::simulator::rng::Rng;

/// Files that make a diary.
const FILES: &[&str] = &["diary.sqlite", "diary.sqlite-wal", "secret", "secret.next"];

/// What a sync under way waits for.
pub(crate) enum Next {
    /// That its request is sent.
    Send(Request),
    /// That it looks at what came.
    Take(Option<Response>),
    /// That its transaction is done.
    Write(Work),
}

/// A process: a diary, and perhaps a sync under way.
pub(crate) struct Process {
    pub(crate) diary: Diary,
    pub(crate) sync: Option<(SteppedSync, Next)>,
    /// It has been told to end.
    pub(crate) ending: bool,
    /// An evil relay was caught at this in the sync under way.
    pub(crate) lie: Option<&'static str>,
}

/// A folder copied.
#[derive(Clone)]
pub(crate) struct Copy {
    pub(crate) files: Disk,
}

/// A device.
pub(crate) struct Device {
    pub(crate) name: u64,
    pub(crate) folder: PathBuf,
    pub(crate) clock: Clock,
    seed: u64,
    /// Processes begun so far: each has its own randomness.
    begun: u64,
    pub(crate) processes: Vec<Process>,
    pub(crate) observer: Observer,
    pub(crate) cut_off: bool,
    pub(crate) full: bool,
    pub(crate) copies: Vec<Copy>,
    pub(crate) touched: bool,
    pub(crate) looks: u64,
}

/// The host of a device's process of this number.
pub(crate) fn host(seed: u64, device: u64, process: u64, clock: &Clock) -> SimHost {
    SimHost { clock: clock.clone(), rng: Rng::of(&[seed, 2, device, process]) }
}

impl Device {
    pub(crate) fn new(seed: u64, name: u64, folder: &Path, clock: Clock, diary: Diary) -> Self {
        diary.relax_syncing().expect("a pragma");
        Self {
            name,
            folder: folder.to_owned(),
            clock,
            seed,
            begun: 1,
            processes: vec![Process { diary, sync: None, ending: false, lie: None }],
            observer: Observer::open(folder),
            cut_off: false,
            full: false,
            copies: Vec::new(),
            touched: true,
            looks: 0,
        }
    }

    /// A device with a copied folder.
    pub(crate) fn from_copy(seed: u64, name: u64, folder: &Path, clock: Clock, copy: &Copy) -> Result<Self, Error> {
        write_files(folder, &copy.files);
        let diary = Diary::open(folder, host(seed, name, 0, &clock))?;
        Ok(Self::new(seed, name, folder, clock, diary))
    }

    /// Another process opens the folder.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        let host = host(self.seed, self.name, self.begun, &self.clock);
        self.begun = self.begun.saturating_add(1);
        let diary = Diary::open(&self.folder, host)?;
        diary.relax_syncing()?;
        if self.full {
            diary.limit_size(1)?;
        }
        self.processes.push(Process { diary, sync: None, ending: false, lie: None });
        Ok(())
    }

    /// A process ends where it is; another takes its place.
    pub(crate) fn crash(&mut self, process: usize) -> Result<(), Error> {
        drop(self.processes.remove(process));
        self.begin()
    }

    /// All processes end, and one begins.
    pub(crate) fn restart(&mut self) -> Result<(), Error> {
        self.processes.clear();
        self.begin()
    }

    pub(crate) fn copy(&self) -> Copy {
        Copy { files: read_files(&self.folder, FILES) }
    }

    /// The folder is as it was when it was copied.
    pub(crate) fn set_back(&mut self, copy: &Copy) -> Result<(), Error> {
        self.processes.clear();
        self.observer = Observer::closed();
        write_files(&self.folder, &copy.files);
        self.observer = Observer::open(&self.folder);
        self.begin()
    }

    pub(crate) fn set_full(&mut self, full: bool) {
        self.full = full;
        for process in &self.processes {
            let bytes = if full { 1 } else { u64::MAX };
            process.diary.limit_size(bytes).expect("a pragma");
        }
    }
}
