//! What must hold after every step.

use std::collections::BTreeSet;

use lissom_protocol::ids::EntryId;
use lissom_protocol::stream::split;
use lissom_sync::http::{Method, Request};

use crate::simulator::relay::vault_in;
use crate::simulator::schedule::Group;
use crate::simulator::violation::{Violation, broken};
use crate::simulator::world::World;

/// Every so many looks at a device, everything in it is checked.
const WHOLE_EVERY: u64 = 32;

impl World {
    /// Checks every device that the step touched.
    pub(crate) fn check(&mut self) -> Result<(), Violation> {
        for device in 0..self.devices.len() {
            if std::mem::take(&mut self.devices[device].touched) {
                self.check_device(device)?;
            }
        }
        Ok(())
    }

    fn check_device(&mut self, at: usize) -> Result<(), Violation> {
        let vault = self.keys.vault();
        let news = self.devices[at].observer.look(&vault)?;
        for entry in &news.entries {
            if !self.sealed.contains_key(entry) {
                let entries = &self.devices[at].observer.entries;
                let held = entries.iter().take_while(|held| *held != entry).copied().collect();
                self.sealed.insert(*entry, held);
            }
        }
        let device = &mut self.devices[at];
        let line = format!("device {}: {:?} {}", device.name, device.observer.cursor, device.observer.chunks.len());
        device.looks = device.looks.saturating_add(1);
        if device.looks.is_multiple_of(WHOLE_EVERY) {
            self.check_whole(at)?;
        }
        self.write_trace(&line);
        self.check_unread(at)?;
        if self.schedule.has(Group::Evil) { self.check_reported(at) } else { self.check_calm(at) }
    }

    /// What a device posts goes up in the order in which it is held: who ends between two batches leaves nothing behind
    /// that builds on what never went up.
    pub(crate) fn check_post(&self, device: usize, request: &Request) -> Result<(), Violation> {
        let posts = request.method == Method::Post && request.path.contains("/entries?");
        let Some(vault) = vault_in(&request.path).filter(|_| posts) else { return Ok(()) };
        let posted = split(&request.body).map_err(|error| broken("what is posted are entries", error.to_string()))?;
        let mut held = self.devices[device].observer.in_order().into_iter();
        for entry in posted {
            let id = entry.id(&vault);
            if !held.any(|held| held == id) {
                return Err(broken("what waits goes up in the order in which it is held", ""));
            }
        }
        Ok(())
    }

    /// File, entries, chain, changes; and that the projection equals one made anew.
    pub(crate) fn check_whole(&mut self, at: usize) -> Result<(), Violation> {
        let verified = self.devices[at].processes[0].diary.verify();
        self.count("device checked as a whole");
        match verified {
            Ok(verified) if verified.problems.is_empty() => Ok(()),
            Ok(verified) => {
                let problems: Vec<String> =
                    verified.problems.iter().map(|problem| problem.say(lissom_diary::texts::Lang::En)).collect();
                Err(broken(
                    "what is stored is as it was written, and the projection equals a rebuild",
                    problems.join("; "),
                ))
            }
            Err(error) => Err(broken("what is stored can be checked", error.to_string())),
        }
    }

    /// What this program cannot read is kept, and nothing else is called so.
    fn check_unread(&self, at: usize) -> Result<(), Violation> {
        let observer = &self.devices[at].observer;
        let trouble = observer.trouble();
        let newer: BTreeSet<EntryId> = observer.held.intersection(&self.newer).copied().collect();
        // A process that ended twice at the same entry sets it aside, until it is tried again, whoever wrote it.
        let crashed = self.schedule.has(Group::Crash) || trouble.set_aside == 0;
        let aside = observer.in_state(2);
        let fits = observer.in_state(1) == &newer - &aside && trouble.quarantined == 0;
        if !fits || !crashed {
            let seen = format!("{} of a newer program; {trouble:?}", newer.len());
            return Err(broken("nothing is set aside but what a newer program wrote", seen));
        }
        Ok(())
    }

    /// In honest runs nothing is reported but the repairs that a relay needed.
    fn check_calm(&self, at: usize) -> Result<(), Violation> {
        const RULE: &str = "in an honest run there is no alarm";
        let observer = &self.devices[at].observer;
        let (trouble, notices) = (observer.trouble(), observer.notices());
        let refusals = self.schedule.has(Group::Refusals);
        if trouble.junk != 0
            || (!refusals && (trouble.missing != 0 || trouble.refused != 0))
            || (!refusals && trouble.waiting != 0 && trouble.set_aside == 0)
        {
            return Err(broken(RULE, format!("{trouble:?}")));
        }
        let losses = self.schedule.has(Group::RelayLoss) || self.schedule.has(Group::TwoRelays);
        let of_losses = |kind: &str| losses && ["repaired", "unsettled"].contains(&kind);
        match notices.iter().find(|kind| *kind != "gone" && !of_losses(kind)) {
            Some(kind) => Err(broken(RULE, format!("a notice: {kind}"))),
            None => Ok(()),
        }
    }

    /// Whoever holds an entry whose sealer held something that is not here, says so.
    fn check_reported(&self, at: usize) -> Result<(), Violation> {
        let observer = &self.devices[at].observer;
        let nothing = BTreeSet::new();
        let lacking =
            observer.entries.iter().any(|entry| !self.sealed.get(entry).unwrap_or(&nothing).is_subset(&observer.held));
        if lacking && observer.trouble().missing == 0 {
            return Err(broken("an entry that was withheld is reported as missing once something shows it", ""));
        }
        Ok(())
    }

    /// Learns which changes the entries carry, before any of them may go.
    pub(crate) fn learn_carried(&mut self) {
        for device in &self.devices {
            for (entry, chunks) in device.observer.carried() {
                self.carried.entry(entry).or_insert(chunks);
            }
        }
    }

    /// Something was set back or wiped: what nobody holds any more is not to be expected.
    pub(crate) fn settle_losses(&mut self) {
        self.learn_carried();
        let mut changes: BTreeSet<[u8; 32]> = BTreeSet::new();
        let mut entries: BTreeSet<EntryId> = BTreeSet::new();
        for device in &self.devices {
            changes.extend(&device.observer.chunks);
            entries.extend(&device.observer.held);
        }
        for relay in &self.relays {
            entries.extend(relay.log().into_iter().map(EntryId));
        }
        for entry in &entries {
            changes.extend(self.carried.get(entry).into_iter().flatten());
        }
        self.entries_lost |= self.sealed.keys().any(|sealed| !entries.contains(sealed));
        self.model.held_only(&changes);
    }
}
