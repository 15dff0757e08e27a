//! The relay of the demo: a real one, on loopback, that takes new diaries by invite only.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use lissom_relay::blocking::{self, BlockingRelay};
use lissom_relay::config::Config;
use lissom_relay::store::{Database, Verdict, restore};

use crate::commands::demo::device::{copy_files, remove_folder};
use crate::failure::Failure;
use crate::texts::demo as words;

/// The relay, running or between two runs.
pub(super) struct Relay {
    folder: PathBuf,
    url: String,
    running: Option<BlockingRelay>,
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::storage("relay", words::RELAY_FAILED.with("why", error.to_string()))
}

impl Relay {
    /// Starts a new relay on a free port.
    pub(super) fn start(folder: PathBuf) -> Result<Self, Failure> {
        let mut relay = Self { folder, url: String::new(), running: None };
        relay.run(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(relay)
    }

    fn run(&mut self, listen: SocketAddr) -> Result<(), Failure> {
        let registration = Config::default().registration;
        let config = Config { listen, registration, ..Config::local(&self.folder) };
        let running = blocking::start(config).map_err(|error| failed(&error))?;
        self.url = running.url();
        self.running = Some(running);
        Ok(())
    }

    /// Its address, which may be another one after it was set back.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// An invite for one diary.
    pub(super) fn invite(&self) -> Result<String, Failure> {
        Database::open(&self.folder)
            .map_err(|error| failed(&error))?
            .make_invite(1, None)
            .map_err(|error| failed(&error))
    }

    /// What `lissom-relay backup` does, while serving.
    pub(super) fn back_up(&self, file: &Path) -> Result<(), Failure> {
        let database = Database::open(&self.folder).map_err(|error| failed(&error))?;
        database.backup(file).map(drop).map_err(|error| failed(&error))
    }

    /// What an operator does who knows the manual: stop, `lissom-relay restore`, start.
    pub(super) fn restore(&mut self, file: &Path) -> Result<(), Failure> {
        self.while_stopped(|folder| restore(file, folder).map(drop).map_err(|error| failed(&error)))
    }

    /// Copies the database's files beside a stopped relay.
    pub(super) fn copy_folder(&mut self, to: &Path) -> Result<(), Failure> {
        let folder = self.folder.clone();
        self.pause(|| copy_files(&folder, to))
    }

    /// What happens behind its back: a virtual machine is set back, a disk image is put in place.
    pub(super) fn swap_files(&mut self, from: &Path) -> Result<(), Failure> {
        self.while_stopped(|folder| copy_files(from, folder))
    }

    fn while_stopped(&mut self, work: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
        let folder = self.folder.clone();
        self.pause(|| {
            remove_folder(&folder)?;
            work(&folder)
        })
    }

    /// Stops, does the work, and starts again: at the same address if it is still free.
    fn pause(&mut self, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let before = self.running.take().map(|running| {
            let address = running.address();
            running.stop();
            address
        });
        work()?;
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        self.run(before.unwrap_or(any)).or_else(|_| self.run(any))
    }

    /// Entries that it holds.
    pub(super) fn entries(&self) -> Result<u64, Failure> {
        Ok(self.verify()?.entries)
    }

    /// What `lissom-relay verify` says.
    pub(super) fn verify(&self) -> Result<Verdict, Failure> {
        let database = Database::open(&self.folder).map_err(|error| failed(&error))?;
        database.verify().map_err(|error| failed(&error))
    }
}
