//! Taking in changes from elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, PatchLog};

use crate::document::Document;
use crate::document::change::{CHANGE_OPERATIONS_MAX, Change, ChangeHash};

/// What became of each change, in the order given, and the records that they touched.
#[derive(Debug, Default)]
pub struct Applied {
    /// One for each change.
    pub outcomes: Vec<Outcome>,
    /// Keys of records to read again.
    pub dirty: BTreeSet<String>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the document now.
    Applied,
    /// It was in the document already.
    Held,
    /// It builds on changes that are not here; it waits outside the document.
    Waiting,
    /// It cannot be taken in.
    Refused(Refused),
}

/// Why a change that passed the guard was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its number does not follow its actor's last.
    #[error("its number does not follow its writer's last")]
    Sequence,
    /// Automerge does not accept it.
    #[error("Automerge does not accept it")]
    Contents,
    /// Automerge panicked on it. The document was dropped and is as before.
    #[error("Automerge failed on it")]
    Panicked,
}

impl Document {
    /// Takes in changes, in any order, each at most once.
    ///
    /// Works on a copy: whatever happens inside Automerge, the document is either as before or holds the change.
    pub fn apply(&mut self, changes: &[Change]) -> Applied {
        let mut outcomes = vec![Outcome::Waiting; changes.len()];
        let mut dirty = BTreeSet::new();
        let ready = self.ready(changes, &mut outcomes);
        if self.take_in(&ready, changes, &mut dirty).is_err() {
            // Somewhere in the batch is one that Automerge does not take: one by one, so that it goes alone.
            for index in ready {
                let Some((change, outcome)) = changes.get(index).zip(outcomes.get_mut(index)) else { continue };
                *outcome = if change.deps.iter().all(|dep| self.holds(dep)) {
                    match self.take_in(&[index], changes, &mut dirty) {
                        Ok(()) => Outcome::Applied,
                        Err(why) => Outcome::Refused(why),
                    }
                } else {
                    Outcome::Waiting
                };
            }
        }
        Applied { outcomes, dirty }
    }

    /// Indexes of the changes that can be applied now, in an order in which each has what it builds on.
    fn ready(&self, changes: &[Change], outcomes: &mut [Outcome]) -> Vec<usize> {
        let mut ready = Vec::new();
        let mut accepted: BTreeSet<ChangeHash> = BTreeSet::new();
        let mut sequences: BTreeMap<&[u8], u64> = BTreeMap::new();
        let mut open: Vec<usize> = (0..changes.len()).collect();
        loop {
            let before = open.len();
            open.retain(|index| {
                let Some((change, outcome)) = changes.get(*index).zip(outcomes.get_mut(*index)) else { return false };
                if self.holds(&change.hash) || accepted.contains(&change.hash) {
                    *outcome = Outcome::Held;
                    return false;
                }
                if !change.deps.iter().all(|dep| accepted.contains(dep) || self.holds(dep)) {
                    return true;
                }
                let actor = change.actor.as_slice();
                let last = sequences.get(actor).or_else(|| self.sequences.get(actor)).copied().unwrap_or(0);
                if last.checked_add(1) == Some(change.seq) {
                    sequences.insert(actor, change.seq);
                    accepted.insert(change.hash);
                    ready.push(*index);
                    *outcome = Outcome::Applied;
                } else {
                    *outcome = Outcome::Refused(Refused::Sequence);
                }
                false
            });
            if open.is_empty() || open.len() == before {
                return ready;
            }
        }
    }

    /// Applies these changes together or not at all.
    fn take_in(&mut self, indexes: &[usize], changes: &[Change], dirty: &mut BTreeSet<String>) -> Result<(), Refused> {
        if indexes.is_empty() {
            return Ok(());
        }
        let chosen: Vec<&Change> = indexes.iter().filter_map(|index| changes.get(*index)).collect();
        let (copy, log) = contained(|| apply_to_copy(&self.automerge, &chosen)).unwrap_or(Err(Refused::Panicked))?;
        let mut next = Self { automerge: copy, sequences: self.sequences.clone() };
        if !chosen.iter().all(|change| next.holds(&change.hash)) {
            return Err(Refused::Contents);
        }
        for change in &chosen {
            next.sequences.insert(change.actor.clone(), change.seq);
        }
        dirty.extend(contained(|| next.dirty_keys(log)).ok_or(Refused::Panicked)?);
        *self = next;
        Ok(())
    }
}

fn apply_to_copy(automerge: &Automerge, changes: &[&Change]) -> Result<(Automerge, PatchLog), Refused> {
    let mut parsed = Vec::with_capacity(changes.len());
    for change in changes {
        let one = automerge::Change::from_bytes(change.bytes.clone()).map_err(|_| Refused::Contents)?;
        let operations = u64::try_from(one.len()).unwrap_or(u64::MAX);
        if one.hash().0 != change.hash.0 || operations > CHANGE_OPERATIONS_MAX {
            return Err(Refused::Contents);
        }
        parsed.push(one);
    }
    let mut copy = automerge.clone();
    let mut log = PatchLog::active();
    copy.apply_changes_log_patches(parsed, &mut log).map_err(|_| Refused::Contents)?;
    Ok((copy, log))
}

/// Runs what may panic inside Automerge; `None` if it did. What it worked on must be dropped.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
