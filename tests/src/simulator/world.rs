//! The world: relays, devices, the network between them, and what must hold.

use std::collections::{BTreeMap, BTreeSet};

use lissom_diary::sync::client::End;
use lissom_diary::sync::http::{Method, Request, Response};
use lissom_diary::sync::phrase::from_phrase;
use lissom_diary::{Diary, Error, RelayUrl, StartedBy, Step as SyncStep, SteppedSync, Transport, TransportError};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::UnverifiedEntry;
use lissom_protocol::ids::EntryId;
use lissom_sync::keys::Keys;
use sha2::{Digest, Sha256};

use crate::evil::EvilRelay;
use crate::simulator::device::{Device, Next, host};
use crate::simulator::host::Clock;
use crate::simulator::model::Model;
use crate::simulator::raw::Raw;
use crate::simulator::relay::{Disk, Relay, SimRelay};
use crate::simulator::rng::Rng;
use crate::simulator::schedule::{Group, Schedule};
use crate::simulator::violation::{Violation, broken};

/// Effects that no sync needs, with logs as short as those here.
const EFFECTS_MAX: u64 = 600;
/// Requests kept to reach a relay once more.
const LATE_MAX: usize = 8;

/// How often each thing happened.
pub type Counts = BTreeMap<String, u64>;

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) root: tempfile::TempDir,
    pub(crate) schedule: Schedule,
    pub(crate) relays: Vec<SimRelay>,
    pub(crate) backups: Vec<(usize, Disk)>,
    pub(crate) devices: Vec<Device>,
    pub(crate) named: u64,
    pub(crate) keys: Keys,
    pub(crate) model: Model,
    /// Every entry ever sealed, with all that its sealer held.
    pub(crate) sealed: BTreeMap<EntryId, BTreeSet<EntryId>>,
    /// Entries that this program cannot read.
    pub(crate) newer: BTreeSet<EntryId>,
    /// Which changes an entry carries.
    pub(crate) carried: BTreeMap<EntryId, Vec<[u8; 32]>>,
    /// Requests that may reach a relay once more.
    pub(crate) late: Vec<(usize, Request)>,
    pub(crate) evil: Option<EvilRelay>,
    /// An entry is held by nobody any more.
    pub(crate) entries_lost: bool,
    /// The network does as it likes.
    pub(crate) storm: bool,
    pub(crate) heals: BTreeMap<u64, u64>,
    pub(crate) last_end: BTreeMap<u64, End>,
    pub(crate) counts: Counts,
    pub(crate) notes: u64,
    pub(crate) trace: Sha256,
}

/// The address of a relay.
pub(crate) fn url(relay: usize) -> String {
    format!("https://relay{relay}.example")
}

/// The way to a relay in fair weather.
struct Direct<'a>(&'a mut SimRelay);

impl Transport for Direct<'_> {
    fn exchange(&mut self, request: &Request, _: std::time::Duration) -> Result<Response, TransportError> {
        self.0.answer(request).ok_or_else(|| TransportError::new("no answer"))
    }
}

/// Memory, where the system has a folder of it.
fn root() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

impl World {
    /// Three devices of one person with one record, and a relay or two.
    pub(crate) fn new(schedule: &Schedule) -> Self {
        let (seed, root) = (schedule.seed, root());
        let mut relays = vec![SimRelay::start(&root.path().join("relay0"))];
        if schedule.has(Group::TwoRelays) {
            relays.push(SimRelay::start(&root.path().join("relay1")));
        }
        let mut devices = Vec::new();
        let mut phrase = None;
        for name in 0..3_u64 {
            let (folder, clock) = (root.path().join(format!("device{name}")), Clock::new());
            let host = host(seed, name, 0, &clock);
            let address = RelayUrl::parse(&url(0), false).expect("an address");
            let mut way = Direct(&mut relays[0]);
            let diary = match &phrase {
                None => {
                    let mut diary = Diary::create(&folder, "Phone", host).expect("a diary");
                    diary.set_relay(&url(0), None, false).expect("an address");
                    let report = diary.sync(&mut way, crate::person()).expect("a first sync");
                    assert_eq!(report.end, End::Done);
                    phrase = Some(diary.phrase());
                    diary
                }
                Some(phrase) => {
                    Diary::join(&folder, phrase, "Tablet", (&address, false), &mut way, host)
                        .expect("a diary to join")
                        .diary
                }
            };
            devices.push(Device::new(seed, name, &folder, clock, diary));
        }
        let secret = from_phrase(&phrase.expect("three devices")).expect("a phrase");
        let mut world = Self {
            seed,
            root,
            relays,
            backups: Vec::new(),
            devices,
            named: 3,
            keys: Keys::owner(&secret),
            model: Model::default(),
            sealed: BTreeMap::new(),
            newer: BTreeSet::new(),
            carried: BTreeMap::new(),
            late: Vec::new(),
            evil: None,
            entries_lost: false,
            storm: schedule.has(Group::Network),
            heals: BTreeMap::new(),
            last_end: BTreeMap::new(),
            counts: Counts::new(),
            notes: 0,
            trace: Sha256::new(),
            schedule: schedule.clone(),
        };
        if schedule.has(Group::Evil) {
            world.turn_evil();
        }
        world
    }

    /// From now on the relay is evil. What it was given before, it has.
    fn turn_evil(&mut self) {
        let mut evil = EvilRelay::new(Rng::of(&[self.seed, 3]).next());
        let relay = &mut self.relays[0];
        let log = Raw::begin(&self.keys, relay).and_then(|raw| raw.log(relay)).expect("a relay that was honest so far");
        for entry in log {
            evil.learn(entry.id(), entry.bytes());
        }
        self.evil = Some(evil);
    }

    /// The relay is honest from now on, with the log that it showed to one of the devices, or with none.
    pub(crate) fn turn_honest(&mut self) {
        let Some(evil) = self.evil.take() else { return };
        let mut rng = Rng::of(&[self.seed, 5]);
        let clients = evil.clients();
        let shown = if clients.is_empty() || rng.percent(20) {
            Vec::new()
        } else {
            evil.shown(clients[rng.index(clients.len())])
        };
        let relay = &mut self.relays[0];
        relay.wipe();
        Raw::register(&self.keys, relay);
        let raw = Raw::begin(&self.keys, relay).expect("a vault just registered");
        let mut at = Cursor::start(&self.keys.vault());
        for bytes in shown {
            // What it made itself, an honest relay would never have taken.
            let entry = UnverifiedEntry::parse(bytes).ok().and_then(|entry| self.keys.verify(entry));
            let Some(entry) = entry else { continue };
            if raw.post(relay, &at, std::slice::from_ref(&entry)) {
                at = at.after([&entry.id()]);
            }
        }
    }

    pub(crate) fn count(&mut self, what: &str) {
        let count = self.counts.entry(what.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    pub(crate) fn write_trace(&mut self, line: &str) {
        self.trace.update(line.as_bytes());
        self.trace.update(b"\n");
    }

    /// The relay that a device's folder names.
    pub(crate) fn relay_of(&self, device: usize) -> usize {
        let process = &self.devices[device].processes[0];
        let address = process.diary.relay().ok().flatten().map_or_else(|| url(0), |url| url.as_str().to_owned());
        (0..self.relays.len()).find(|relay| url(*relay) == address).unwrap_or(0)
    }

    /// What a relay answers, evil or not.
    pub(crate) fn relay_answer(&mut self, relay: usize, client: u64, request: &Request) -> Option<Response> {
        let honest = &mut self.relays[relay];
        match &mut self.evil {
            Some(evil) => evil.answer_as(client, request, honest),
            None => honest.answer(request),
        }
    }

    /// Carries a request to the relay and the answer back, or not.
    pub(crate) fn exchange(&mut self, device: usize, request: &Request, rng: &mut Rng) -> Option<Response> {
        let relay = self.relay_of(device);
        let client = self.devices[device].name;
        if self.devices[device].cut_off {
            self.count("no way to the relay");
            return None;
        }
        if self.relays[relay].down {
            self.count("no answer from a relay that is down");
            return None;
        }
        if request.method == Method::Post && request.path.contains("/entries?") {
            self.late.push((relay, request.clone()));
            if self.late.len() > LATE_MAX {
                self.late.remove(0);
            }
        }
        let fate = if self.storm { rng.below(100) } else { 99 };
        match fate {
            0..4 => {
                self.count("request dropped");
                None
            }
            4..8 => {
                self.count("answer dropped");
                drop(self.relay_answer(relay, client, request));
                None
            }
            8..11 => {
                self.count("request duplicated");
                drop(self.relay_answer(relay, client, request));
                self.relay_answer(relay, client, request)
            }
            _ => self.relay_answer(relay, client, request),
        }
    }

    /// Begins a sync; one under way is given up.
    pub(crate) fn begin_sync(&mut self, device: usize, process: usize, started_by: StartedBy) -> Result<(), Violation> {
        let begun = self.devices[device].processes[process].diary.sync_begin(started_by);
        self.devices[device].processes[process].sync = None;
        self.devices[device].processes[process].lie = None;
        self.devices[device].touched = true;
        match begun {
            Ok((stepped, step)) => self.took(device, process, stepped, Ok(step)),
            Err(error) => self.failed(device, process, &error),
        }
    }

    /// One effect of a sync under way.
    pub(crate) fn advance(&mut self, device: usize, process: usize, rng: &mut Rng) -> Result<(), Violation> {
        let Some((stepped, next)) = self.devices[device].processes[process].sync.take() else { return Ok(()) };
        self.devices[device].touched = true;
        let step = match next {
            Next::Send(request) => {
                let answer = self.exchange(device, &request, rng);
                let lie = self.evil.as_mut().and_then(EvilRelay::caught).filter(|_| answer.is_some());
                if let Some(lie) = lie {
                    self.count(&format!("evil relay: {lie}"));
                    self.devices[device].processes[process].lie = Some(lie);
                }
                self.devices[device].processes[process].sync = Some((stepped, Next::Take(answer)));
                return Ok(());
            }
            Next::Take(answer) => {
                let answer = answer.ok_or_else(|| TransportError::new("no answer"));
                self.devices[device].processes[process].diary.sync_answered(&stepped, answer)
            }
            Next::Write(work) => {
                if let lissom_diary::Work::Commit(lissom_diary::sync::client::Commit::Heal { .. }) = &work {
                    let name = self.devices[device].name;
                    let heals = self.heals.entry(name).or_default();
                    *heals = heals.saturating_add(1);
                    self.count("log read again from its start");
                }
                self.devices[device].processes[process].diary.sync_work(&stepped, &work)
            }
        };
        self.took(device, process, stepped, step)
    }

    fn took(
        &mut self,
        device: usize,
        process: usize,
        stepped: SteppedSync,
        step: Result<SyncStep, Error>,
    ) -> Result<(), Violation> {
        let next = match step {
            Ok(SyncStep::Exchange(request)) => {
                self.check_post(device, &request)?;
                Next::Send(request)
            }
            Ok(SyncStep::Work(work)) => Next::Write(work),
            Ok(SyncStep::Finished(report)) => return self.finished(device, process, &report.end),
            Err(error) => return self.failed(device, process, &error),
        };
        self.devices[device].processes[process].sync = Some((stepped, next));
        Ok(())
    }

    fn finished(&mut self, device: usize, process: usize, end: &End) -> Result<(), Violation> {
        let name = self.devices[device].name;
        if let Some(lie) = self.devices[device].processes[process].lie.take() {
            let notices = self.devices[device].observer.notices();
            if *end == End::Done && !notices.iter().any(|kind| kind == "junk" || kind == "misbehaving") {
                return Err(broken("what a relay is caught at is reported in the same sync", lie));
            }
        }
        self.write_trace(&format!("device {name} synced: {end:?}"));
        self.last_end.insert(name, end.clone());
        self.count(match end {
            End::Done => "sync done",
            _ => "sync ended otherwise",
        });
        match end {
            End::Misbehaving(what) if !self.schedule.has(Group::Evil) => {
                Err(broken("an honest relay is not blamed", what.to_string()))
            }
            End::VaultUnknown if !self.schedule.has(Group::Evil) => {
                Err(broken("a vault that was known is registered again", ""))
            }
            _ => Ok(()),
        }
    }

    /// What a device itself cannot do: only what the schedule did to it.
    pub(crate) fn failed(&mut self, device: usize, process: usize, error: &Error) -> Result<(), Violation> {
        self.devices[device].processes[process].sync = None;
        if self.devices[device].processes[process].ending {
            self.count("process ended before a transaction");
            return self.crash(device, process);
        }
        match error {
            Error::StorageFull if self.devices[device].full => {
                self.count("refused by a full disk");
                Ok(())
            }
            Error::UpdateNeeded if self.schedule.has(Group::Newer) => Ok(()),
            error => Err(broken("a device does its own work", error.to_string())),
        }
    }

    /// A process ends where it is; another opens the folder.
    pub(crate) fn crash(&mut self, device: usize, process: usize) -> Result<(), Violation> {
        let device = &mut self.devices[device];
        device.touched = true;
        device.crash(process).map_err(|error| broken("a folder opens again after a crash", error.to_string()))
    }

    /// A sync from the beginning to its end, or to the end of its process after some effects.
    pub(crate) fn sync(
        &mut self,
        device: usize,
        process: usize,
        started_by: StartedBy,
        end_after: Option<u64>,
        rng: &mut Rng,
    ) -> Result<(), Violation> {
        self.begin_sync(device, process, started_by)?;
        let mut effects = 0_u64;
        while self.devices[device].processes.get(process).is_some_and(|process| process.sync.is_some()) {
            if end_after == Some(effects) {
                self.count("process ended inside a sync");
                return self.crash(device, process);
            }
            self.advance(device, process, rng)?;
            effects = effects.saturating_add(1);
            if effects > EFFECTS_MAX {
                return Err(broken("a sync ends", format!("{effects} effects and no end")));
            }
        }
        Ok(())
    }
}
