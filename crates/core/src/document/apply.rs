//! Taking in changes from elsewhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, PatchLog};

use crate::document::change::{CHANGE_OPERATIONS_MAX, Change, ChangeHash};
use crate::document::{Document, dirty_keys, holds};

/// What became of each change, in the order given, and the records that they touched.
#[derive(Debug, Default)]
pub struct Applied {
    /// One for each change.
    pub outcomes: Vec<Outcome>,
    /// Indexes of those that are in the document now, each after what it builds on: the order to load them in again.
    pub order: Vec<usize>,
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
    /// Its number does not follow its actor's last, or those of its operations do not follow what it builds on.
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
        let mut applied = Applied { outcomes: vec![Outcome::Waiting; changes.len()], ..Applied::default() };
        let ready = self.ready(changes, &mut applied.outcomes);
        self.take_in_parts(&ready, changes, &mut applied);
        applied
    }

    /// Indexes of the changes that can be applied now, each after what it builds on. The others get their outcome.
    fn ready(&self, changes: &[Change], outcomes: &mut [Outcome]) -> Vec<usize> {
        let mut places: BTreeMap<ChangeHash, usize> = BTreeMap::new();
        for (index, change) in changes.iter().enumerate() {
            let again = places.insert(change.hash, index).is_some();
            if (again || self.holds(&change.hash))
                && let Some(outcome) = outcomes.get_mut(index)
            {
                *outcome = Outcome::Held;
            }
        }
        // How many dependencies of each are still outside, and who waits for whom.
        let mut open: Vec<usize> = vec![0; changes.len()];
        let mut dependents: BTreeMap<ChangeHash, Vec<usize>> = BTreeMap::new();
        for (index, change) in changes.iter().enumerate() {
            for dep in change.deps.iter().filter(|dep| !self.holds(dep)) {
                dependents.entry(*dep).or_default().push(index);
                if let Some(open) = open.get_mut(index) {
                    *open = open.saturating_add(1);
                }
            }
        }
        let free = |index: &usize| open.get(*index) == Some(&0) && outcomes.get(*index) == Some(&Outcome::Waiting);
        let mut queue: VecDeque<usize> = (0..changes.len()).filter(free).collect();
        let mut ready = Vec::new();
        let mut last = Last { document: self, sequences: BTreeMap::new(), operations: BTreeMap::new() };
        while let Some(index) = queue.pop_front() {
            let Some((change, outcome)) = changes.get(index).zip(outcomes.get_mut(index)) else { continue };
            if !last.follows(change) {
                *outcome = Outcome::Refused(Refused::Sequence);
                continue;
            }
            ready.push(index);
            for dependent in dependents.remove(&change.hash).unwrap_or_default() {
                if let Some(open) = open.get_mut(dependent) {
                    *open = open.saturating_sub(1);
                    if *open == 0 && outcomes.get(dependent) == Some(&Outcome::Waiting) {
                        queue.push_back(dependent);
                    }
                }
            }
        }
        ready
    }

    /// Applies these changes together; where that fails, in halves, until the one at fault is alone. What builds on a
    /// refused one waits.
    fn take_in_parts(&mut self, part: &[usize], changes: &[Change], applied: &mut Applied) {
        let mut inside: BTreeSet<ChangeHash> = BTreeSet::new();
        let mut fit = Vec::new();
        for index in part {
            let Some(change) = changes.get(*index) else { continue };
            if change.deps.iter().all(|dep| inside.contains(dep) || self.holds(dep)) {
                inside.insert(change.hash);
                fit.push(*index);
            }
        }
        let outcome = match (self.take_in(&fit, changes, &mut applied.dirty), fit.as_slice()) {
            (Ok(()), _) => {
                applied.order.extend(&fit);
                Outcome::Applied
            }
            (Err(why), [_]) => Outcome::Refused(why),
            (Err(_), _) => {
                let (first, second) = fit.split_at(fit.len().div_euclid(2));
                self.take_in_parts(first, changes, applied);
                return self.take_in_parts(second, changes, applied);
            }
        };
        for index in fit {
            if let Some(place) = applied.outcomes.get_mut(index) {
                *place = outcome;
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
        if !chosen.iter().all(|change| holds(&copy, &change.hash)) {
            return Err(Refused::Contents);
        }
        dirty.extend(contained(|| dirty_keys(&copy, log)).ok_or(Refused::Panicked)?);
        self.automerge = copy;
        for change in chosen {
            self.remember(change);
        }
        Ok(())
    }
}

/// Where each actor and each line of operations ends, with the changes accepted so far.
struct Last<'a> {
    document: &'a Document,
    sequences: BTreeMap<&'a [u8], u64>,
    operations: BTreeMap<ChangeHash, u64>,
}

impl<'a> Last<'a> {
    /// Whether the change's numbers follow; if so, they are the last ones now.
    ///
    /// Automerge numbers a change by its actor's last, and its operations by the highest of what it builds on. Any
    /// others would make it panic, or leave no numbers for those who come after.
    fn follows(&mut self, change: &'a Change) -> bool {
        let actor = change.actor.as_slice();
        let last = self.sequences.get(actor).or_else(|| self.document.sequences.get(actor)).copied().unwrap_or(0);
        let ends = change.deps.iter().map(|dep| self.operations.get(dep).or_else(|| self.document.ends.get(dep)));
        let highest = ends.map(|end| end.copied().unwrap_or(0)).max().unwrap_or(0);
        let follows = last.checked_add(1) == Some(change.seq) && highest.checked_add(1) == Some(change.start_op);
        if follows {
            self.sequences.insert(actor, change.seq);
            self.operations.insert(change.hash, change.last_operation());
        }
        follows
    }
}

fn apply_to_copy(automerge: &Automerge, changes: &[&Change]) -> Result<(Automerge, PatchLog), Refused> {
    let mut parsed = Vec::with_capacity(changes.len());
    for change in changes {
        let one = automerge::Change::from_bytes(change.bytes.clone()).map_err(|_| Refused::Contents)?;
        let operations = u64::try_from(one.len()).unwrap_or(u64::MAX);
        if one.hash().0 != change.hash.0 || operations > CHANGE_OPERATIONS_MAX || operations != change.operations {
            return Err(Refused::Contents);
        }
        parsed.push(one);
    }
    let mut copy = automerge.clone();
    let mut log = PatchLog::active();
    copy.apply_changes_log_patches(parsed, &mut log).map_err(|_| Refused::Contents)?;
    // Automerge also takes a change that it would write in other bytes, or that replaces a value of another key. It
    // keeps operations and not bytes: the document reads well, and once saved it never loads again. So each change must
    // come out as it went in.
    let out: BTreeSet<[u8; 32]> = copy.get_changes(&automerge.get_heads()).iter().map(|one| one.hash().0).collect();
    if changes.iter().all(|change| out.contains(&change.hash.0)) { Ok((copy, log)) } else { Err(Refused::Contents) }
}

/// Runs what may panic inside Automerge; `None` if it did. What it worked on must be dropped.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
