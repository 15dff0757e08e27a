//! The quiet at the end: whatever happened, calm weather brings everybody together.

use std::collections::BTreeSet;

use lissom_diary::sync::client::End;
use lissom_diary::{HistoryQuery, StartedBy};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::ids::EntryId;

use crate::simulator::raw::Raw;
use crate::simulator::relay::Refusing;
use crate::simulator::rng::Rng;
use crate::simulator::schedule::Group;
use crate::simulator::violation::{Violation, broken};
use crate::simulator::world::World;

/// Times that every device syncs in turn: once to bring, once to take, and once more for who was first to repair.
const ROUNDS: usize = 3;

/// Opens after which nothing is set aside any more: an entry that ended its process `n` times waits for 2^n.
const OPENS_MAX: usize = 70;

impl World {
    /// Calms everything down, lets all devices sync, and checks that nothing was lost and nothing waits.
    pub(crate) fn quiet(&mut self) -> Result<(), Violation> {
        self.calm()?;
        let mut rng = Rng::of(&[self.seed, 4]);
        for _ in 0..ROUNDS {
            for device in 0..self.devices.len() {
                self.sync(device, 0, StartedBy::Person, None, &mut rng)?;
                let name = self.devices[device].name;
                if self.last_end.get(&name) != Some(&End::Done) {
                    let end = format!("{:?}", self.last_end.get(&name));
                    return Err(broken("in the quiet every sync is done", end));
                }
                self.check()?;
                self.open_often(device)?;
            }
        }
        if let Some((_, heals)) = self.heals.iter().find(|(_, heals)| **heals > 1) {
            return Err(broken("in the quiet a device repairs at most once", format!("{heals} times")));
        }
        self.check_together()?;
        if self.schedule.deletes { self.delete_for_ever(&mut rng) } else { Ok(()) }
    }

    /// What was set aside is tried again at later opens.
    fn open_often(&mut self, device: usize) -> Result<(), Violation> {
        for _ in 0..OPENS_MAX {
            if self.devices[device].observer.trouble().set_aside == 0 {
                break;
            }
            self.count("opened again for what was set aside");
            self.restart(device)?;
        }
        self.devices[device].touched = true;
        self.check()
    }

    fn calm(&mut self) -> Result<(), Violation> {
        self.storm = false;
        self.late.clear();
        for relay in &mut self.relays {
            (relay.down, relay.refusing) = (false, Refusing::Nothing);
        }
        self.turn_honest();
        // What only another relay has is fetched from there.
        for relay in 1..self.relays.len() {
            self.devices[0].cut_off = false;
            self.devices[0].full = false;
            self.restart(0)?;
            self.change_relay(0, 0, relay)?;
            self.sync(0, 0, StartedBy::Person, None, &mut Rng::of(&[self.seed, 6]))?;
        }
        for device in 0..self.devices.len() {
            self.devices[device].cut_off = false;
            self.devices[device].full = false;
            self.devices[device].touched = true;
            self.restart(device)?;
            if self.relay_of(device) != 0 {
                self.change_relay(device, 0, 0)?;
            }
        }
        self.heals.clear();
        Ok(())
    }

    fn check_together(&mut self) -> Result<(), Violation> {
        const RULE: &str = "in the quiet all devices come to the same";
        self.settle_after_quiet();
        let log: BTreeSet<EntryId> = self.relays[0].log().into_iter().map(EntryId).collect();
        let mut first: Option<(String, Vec<lissom_diary::HistoryRow>)> = None;
        for at in 0..self.devices.len() {
            self.check_whole(at)?;
            let process = &mut self.devices[at].processes[0];
            let status = process.diary.status().map_err(|error| broken(RULE, error.to_string()))?;
            let query = HistoryQuery { deleted: true, ..Default::default() };
            let rows = process.diary.history(&query).map_err(|error| broken(RULE, error.to_string()))?;
            let waits = (status.unsynced, status.waiting, status.refused);
            // What a gone entry was built on cannot come back, and what was built on it waits for it.
            if waits != (0, 0, 0) && !(self.entries_lost && (waits.0, waits.2) == (0, 0)) {
                return Err(broken(
                    "in the quiet nothing waits",
                    format!("{waits:?} {:?}", self.devices[at].observer.trouble()),
                ));
            }
            let observer = &self.devices[at].observer;
            if observer.held != log {
                let seen = format!("{} on the device, {} on the relay", observer.held.len(), log.len());
                return Err(broken("in the quiet every entry that anybody holds is on the relay and everywhere", seen));
            }
            self.model.check_changes(&observer.chunks)?;
            let cut_off = observer.cut_off();
            if observer.waiting() != cut_off {
                let seen = format!("{} wait, {} ought to", observer.waiting().len(), cut_off.len());
                return Err(broken("in the quiet a change waits exactly if something that it builds on is gone", seen));
            }
            self.model.check_history(&rows, &cut_off)?;
            let now = (status.state_hash, rows);
            if first.as_ref().is_some_and(|first| *first != now) {
                return Err(broken(RULE, "two devices differ"));
            }
            first = Some(now);
        }
        let (hash, rows) = first.unwrap_or_default();
        self.write_trace(&format!("together: {hash}, {} rows", rows.len()));
        Ok(())
    }

    /// What an evil relay kept from everybody may be held by nobody: then it was lost with its device.
    fn settle_after_quiet(&mut self) {
        if self.schedule.has(Group::Evil) && self.schedule.has(Group::Copies) {
            self.settle_losses();
        }
    }

    /// The owner deletes the diary. The relay comes back from a backup, and still nothing goes up to it.
    fn delete_for_ever(&mut self, rng: &mut Rng) -> Result<(), Violation> {
        const RULE: &str = "what was deleted does not come back";
        let before = self.relays[0].backup();
        let relay = &mut self.relays[0];
        let start = Cursor::start(&self.keys.vault());
        let early = Raw::begin(&self.keys, relay).is_some_and(|raw| raw.delete_at(relay, &start));
        if early {
            return Err(broken("a diary is deleted only by who has seen all of it", ""));
        }
        let deleted = Raw::begin(&self.keys, relay).is_some_and(|raw| raw.delete(relay));
        if !deleted {
            return Err(broken(RULE, "the relay does not delete"));
        }
        self.count("diary deleted");
        for back in [false, true] {
            if back {
                self.relays[0].restore(&before);
            }
            let held = self.relays[0].log();
            for device in 0..self.devices.len() {
                let note = self.devices[device].processes[0].diary.record_result(
                    &lissom_diary::ResultValues { exercise: Some("pelvic-tilt".into()), ..Default::default() },
                    None,
                );
                note.map_err(|error| broken("a device does its own work", error.to_string()))?;
                self.sync(device, 0, StartedBy::Person, None, rng)?;
                let end = self.last_end.get(&self.devices[device].name);
                if !matches!(end, Some(End::Gone { .. })) {
                    return Err(broken(RULE, format!("{end:?}")));
                }
            }
            if self.relays[0].log() != held {
                return Err(broken(RULE, "something went up"));
            }
        }
        Ok(())
    }
}
