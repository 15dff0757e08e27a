//! What each kind of step does.

use lissom_diary::{CheckInValues, Diary, Error, HistoryQuery, HistoryRow, ResultValues, RowValues, StartedBy};
use lissom_protocol::problem::ProblemKind;

use crate::simulator::device::Device;
use crate::simulator::host::Clock;
use crate::simulator::model::Said;
use crate::simulator::raw::Raw;
use crate::simulator::relay::Refusing;
use crate::simulator::rng::Rng;
use crate::simulator::schedule::{Kind, Step};
use crate::simulator::violation::{Violation, broken};
use crate::simulator::world::{World, url};

const MINUTE_MS: i64 = 60_000;
const YEAR_MS: i64 = 365 * 24 * 60 * MINUTE_MS;
/// Most devices, copies of folders and copies of relays' disks.
const DEVICES_MAX: usize = 5;
const COPIES_MAX: usize = 3;
const BACKUPS_MAX: usize = 6;

impl World {
    /// Does one step.
    pub(crate) fn act(&mut self, step: Step) -> Result<(), Violation> {
        let mut rng = Rng::new(step.chance);
        let device = rng.index(self.devices.len());
        let process = rng.index(self.devices[device].processes.len());
        self.devices[device].touched = true;
        self.count(&format!("step {}", step.kind));
        match step.kind {
            Kind::Record => self.record(device, process, 1),
            Kind::Session => self.record(device, process, 2 + rng.index(3)),
            Kind::CheckIn => self.check_in(device, process, &mut rng),
            Kind::Edit => self.edit(device, process, &mut rng),
            Kind::Delete => self.delete(device, process, true, &mut rng),
            Kind::Restore => self.delete(device, process, false, &mut rng),
            Kind::Sync => self.sync(device, process, started_by(&mut rng), None, &mut rng),
            Kind::Begin => self.begin_sync(device, process, started_by(&mut rng)),
            Kind::Advance => self.advance_any(device, process, &mut rng),
            Kind::Rebuild => {
                let rebuilt = self.devices[device].processes[process].diary.rebuild_history();
                rebuilt.or_else(|error| self.failed(device, process, &error))
            }
            Kind::Time => {
                for device in &self.devices {
                    device.clock.advance(MINUTE_MS);
                }
                self.count("minutes that passed");
                Ok(())
            }
            Kind::LateDuplicate => {
                self.late_duplicate(&mut rng);
                Ok(())
            }
            Kind::Partition => {
                let device = &mut self.devices[device];
                device.cut_off = !device.cut_off;
                Ok(())
            }
            Kind::Crash => self.crash(device, process),
            Kind::CrashAtWrite => {
                let process = &mut self.devices[device].processes[process];
                process.ending = true;
                process.diary.end_after_transactions(u32::try_from(rng.below(5)).unwrap_or(0));
                Ok(())
            }
            Kind::CrashInSync => {
                let effects = rng.below(14);
                self.sync(device, process, started_by(&mut rng), Some(effects), &mut rng)
            }
            Kind::SaveCopy => {
                let device = &mut self.devices[device];
                if device.copies.len() >= COPIES_MAX {
                    device.copies.remove(0);
                }
                device.copies.push(device.copy());
                Ok(())
            }
            Kind::SetBack => self.set_back(device, &mut rng),
            Kind::Clone => self.clone_device(device, &mut rng),
            Kind::Second => self.second(device, process),
            Kind::ClockJump => {
                let years = i64::try_from(rng.below(21)).unwrap_or(0) - 10;
                self.devices[device].clock.jump(years * YEAR_MS);
                (0..years.abs()).for_each(|_| self.count("years that clocks jumped"));
                Ok(())
            }
            Kind::DiskFull => {
                let full = !self.devices[device].full;
                self.devices[device].set_full(full);
                Ok(())
            }
            Kind::Update => {
                self.devices[device].observer.pretend_update();
                self.restart(device)
            }
            Kind::ChangeRelay => {
                let relay = rng.index(self.relays.len());
                self.change_relay(device, process, relay)
            }
            Kind::RelayRestart
            | Kind::RelayBackup
            | Kind::RelayRestore
            | Kind::RelayWipe
            | Kind::RelayDown
            | Kind::TokenExpiry
            | Kind::Refuse
            | Kind::NewerKind
            | Kind::NewerVersion => {
                self.relay_act(step.kind, &mut rng);
                Ok(())
            }
            Kind::Mischief => {
                if let Some(evil) = &mut self.evil {
                    evil.turn(rng.next());
                }
                Ok(())
            }
        }
    }

    fn relay_act(&mut self, kind: Kind, rng: &mut Rng) {
        let relay = rng.index(self.relays.len());
        match kind {
            Kind::RelayRestart => self.relays[relay].restart(),
            Kind::RelayBackup => {
                if self.backups.len() >= BACKUPS_MAX {
                    self.backups.remove(0);
                }
                self.backups.push((relay, self.relays[relay].backup()));
            }
            Kind::RelayRestore => {
                if self.backups.is_empty() {
                    return;
                }
                let (relay, disk) = self.backups[rng.index(self.backups.len())].clone();
                self.relays[relay].restore(&disk);
                self.count("relay set back");
                self.settle_losses();
            }
            Kind::RelayWipe => {
                self.relays[relay].wipe();
                self.settle_losses();
            }
            Kind::RelayDown => self.relays[relay].down = !self.relays[relay].down,
            Kind::TokenExpiry => self.relays[relay].advance(if rng.percent(70) { 1_000 } else { 300 }),
            Kind::Refuse => {
                self.relays[relay].refusing = match rng.below(8) {
                    0 => Refusing::All(ProblemKind::StorageFull),
                    1 => Refusing::All(ProblemKind::TooManyRequests),
                    2 => Refusing::All(ProblemKind::Unavailable),
                    3 => Refusing::Large,
                    4 => Refusing::Some(ProblemKind::TooLarge, u8::try_from(rng.below(8)).unwrap_or(0)),
                    5 => Refusing::Some(ProblemKind::BadSignature, u8::try_from(rng.below(8)).unwrap_or(0)),
                    _ => Refusing::Nothing,
                };
            }
            _ => self.write_newer(relay, kind == Kind::NewerKind, rng),
        }
    }

    fn write_newer(&mut self, relay: usize, another_kind: bool, rng: &mut Rng) {
        let relay = &mut self.relays[relay];
        let Some(raw) = Raw::begin(&self.keys, relay) else { return };
        let Some((entry, held)) = raw.write_newer(relay, another_kind, rng) else { return };
        self.sealed.insert(entry, held.into_iter().collect());
        if another_kind {
            self.newer.insert(entry);
        }
        self.count(if another_kind { "entry of an unknown kind" } else { "entry of a higher version" });
    }

    fn next_note(&mut self) -> String {
        self.notes = self.notes.saturating_add(1);
        format!("note {}", self.notes)
    }

    /// A call returned: its change must be committed, and new.
    fn acknowledged(&mut self, device: usize, record: &str, said: Said) -> Result<[u8; 32], Violation> {
        let observer = &self.devices[device].observer;
        let change = observer.newest_chunk().filter(|change| !observer.chunks.contains(change));
        let change = change.ok_or_else(|| broken("saved is saved", "a call returned, and its change is not there"))?;
        self.model.acknowledge(record, said, change);
        Ok(change)
    }

    fn record(&mut self, device: usize, process: usize, results: usize) -> Result<(), Violation> {
        let notes: Vec<String> = (0..results).map(|_| self.next_note()).collect();
        let values: Vec<ResultValues> = notes
            .iter()
            .map(|note| ResultValues {
                exercise: Some("pelvic-tilt".into()),
                reps: Some(8),
                note: Some(note.clone()),
                ..Default::default()
            })
            .collect();
        let diary = &mut self.devices[device].processes[process].diary;
        match diary.record_session(&values, None) {
            Ok(recorded) => {
                let mut change = None;
                for (recorded, note) in recorded.into_iter().zip(notes) {
                    let said = Said::Note { note, over: None };
                    match change {
                        // One change for all of them.
                        Some(change) => self.model.acknowledge(&recorded.id, said, change),
                        None => change = Some(self.acknowledged(device, &recorded.id, said)?),
                    }
                }
                Ok(())
            }
            Err(error) => self.failed(device, process, &error),
        }
    }

    fn check_in(&mut self, device: usize, process: usize, rng: &mut Rng) -> Result<(), Violation> {
        let note = self.next_note();
        let pain = i64::try_from(rng.below(11)).ok();
        let values = CheckInValues { pain, note: Some(note.clone()), ..Default::default() };
        match self.devices[device].processes[process].diary.record_check_in(&values, None) {
            Ok(id) => self.acknowledged(device, &id, Said::Note { note, over: None }).map(drop),
            Err(error) => self.failed(device, process, &error),
        }
    }

    /// One of the newest records here, deleted or not as asked.
    fn pick(&self, device: usize, process: usize, deleted: Option<bool>, rng: &mut Rng) -> Option<HistoryRow> {
        let query = HistoryQuery { deleted: true, newest: Some(12), ..Default::default() };
        let mut rows = self.devices[device].processes[process].diary.history(&query).ok()?;
        rows.retain(|row| deleted.is_none_or(|deleted| row.deleted == deleted));
        (!rows.is_empty()).then(|| rows.swap_remove(rng.index(rows.len())))
    }

    fn edit(&mut self, device: usize, process: usize, rng: &mut Rng) -> Result<(), Violation> {
        let Some(row) = self.pick(device, process, None, rng) else { return Ok(()) };
        let note = self.next_note();
        let diary = &mut self.devices[device].processes[process].diary;
        let mut over = None;
        let edited = match &row.values {
            RowValues::Result(_) => diary.edit_result(&row.id, |values| over = values.note.replace(note.clone())),
            _ => diary.edit_check_in(&row.id, |values| over = values.note.replace(note.clone())),
        };
        match edited {
            Ok(()) => self.acknowledged(device, &row.id, Said::Note { note, over }).map(drop),
            Err(error) => self.failed(device, process, &error),
        }
    }

    fn delete(&mut self, device: usize, process: usize, delete: bool, rng: &mut Rng) -> Result<(), Violation> {
        let Some(row) = self.pick(device, process, Some(!delete), rng) else { return Ok(()) };
        // A result of a deleted session is shown as deleted, and has nothing of its own to restore.
        let diary: &mut Diary = &mut self.devices[device].processes[process].diary;
        let done: Result<(), Error> = if delete { diary.delete(&row.id) } else { diary.restore(&row.id) };
        match done {
            Ok(()) => {
                let said = if delete { Said::Deleted } else { Said::Restored };
                self.acknowledged(device, &row.id, said).map(drop)
            }
            Err(error) => self.failed(device, process, &error),
        }
    }

    /// One effect of this process's sync, or of any other's that is under way.
    fn advance_any(&mut self, device: usize, process: usize, rng: &mut Rng) -> Result<(), Violation> {
        let busy =
            |world: &Self, device: usize, process: usize| world.devices[device].processes[process].sync.is_some();
        if busy(self, device, process) {
            return self.advance(device, process, rng);
        }
        let all = self.devices.iter().enumerate();
        let under_way: Vec<(usize, usize)> = all
            .flat_map(|(device, of)| (0..of.processes.len()).map(move |process| (device, process)))
            .filter(|(device, process)| busy(self, *device, *process))
            .collect();
        if under_way.is_empty() {
            return Ok(());
        }
        let (device, process) = under_way[rng.index(under_way.len())];
        self.advance(device, process, rng)
    }

    fn late_duplicate(&mut self, rng: &mut Rng) {
        if self.late.is_empty() {
            return;
        }
        let (relay, request) = self.late[rng.index(self.late.len())].clone();
        if !self.relays[relay].down {
            self.count("request came late and again");
            // Nobody waits for this answer. To an evil relay it comes from nobody in particular.
            drop(self.relay_answer(relay, u64::MAX, &request));
        }
    }

    pub(crate) fn restart(&mut self, device: usize) -> Result<(), Violation> {
        let device = &mut self.devices[device];
        device.restart().map_err(|error| broken("a folder opens again after a crash", error.to_string()))
    }

    fn set_back(&mut self, device: usize, rng: &mut Rng) -> Result<(), Violation> {
        let copies = self.devices[device].copies.len();
        if copies == 0 {
            return Ok(());
        }
        self.learn_carried();
        let copy = self.devices[device].copies[rng.index(copies)].clone();
        let back = self.devices[device].set_back(&copy);
        back.map_err(|error| broken("a copied folder opens", error.to_string()))?;
        self.devices[device].observer.look(&self.keys.vault())?;
        self.count("device set back");
        self.settle_losses();
        Ok(())
    }

    fn clone_device(&mut self, device: usize, rng: &mut Rng) -> Result<(), Violation> {
        if self.devices.len() >= DEVICES_MAX {
            return Ok(());
        }
        let from = &self.devices[device];
        let copy = if from.copies.is_empty() || rng.percent(60) {
            from.copy()
        } else {
            from.copies[rng.index(from.copies.len())].clone()
        };
        let name = self.named;
        self.named = self.named.saturating_add(1);
        let folder = self.root.path().join(format!("device{name}"));
        let clock = Clock::new();
        clock.advance(from.clock.now().saturating_sub(clock.now()));
        let made = Device::from_copy(self.seed, name, &folder, clock, &copy);
        let mut made = made.map_err(|error| broken("a copied folder opens", error.to_string()))?;
        made.observer.look(&self.keys.vault())?;
        self.devices.push(made);
        self.count("device copied");
        Ok(())
    }

    fn second(&mut self, device: usize, process: usize) -> Result<(), Violation> {
        let device = &mut self.devices[device];
        if device.processes.len() > 1 {
            drop(device.processes.remove(process));
            return Ok(());
        }
        device.begin().map_err(|error| broken("a folder opens again after a crash", error.to_string()))
    }

    pub(crate) fn change_relay(&mut self, device: usize, process: usize, relay: usize) -> Result<(), Violation> {
        let of = &mut self.devices[device];
        // The others hear of it when they open the folder again.
        match of.processes[process].diary.set_relay(&url(relay), None, false) {
            Ok(_) => self.restart(device),
            Err(error) => self.failed(device, process, &error),
        }
    }
}

fn started_by(rng: &mut Rng) -> StartedBy {
    if rng.percent(70) { StartedBy::Person } else { StartedBy::App }
}
