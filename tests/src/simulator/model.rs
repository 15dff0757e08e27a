//! What must be there: every write that was acknowledged, unless every place that held it is gone.

use std::collections::{BTreeMap, BTreeSet};

use lissom_diary::{HistoryRow, RowValues};

use crate::simulator::violation::{Violation, broken};

/// What a write says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// A note, in the place of the one that stood there.
    Note {
        note: String,
        over: Option<String>,
    },
    Deleted,
    Restored,
}

/// One acknowledged write.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) record: String,
    pub(crate) said: Said,
    /// The change that it is.
    pub(crate) change: [u8; 32],
    /// Whatever held it was set back or wiped. It may turn up again, from a copy.
    pub(crate) lost: bool,
}

/// Every acknowledged write.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) writes: Vec<Acknowledged>,
}

impl Model {
    pub(crate) fn acknowledge(&mut self, record: &str, said: Said, change: [u8; 32]) {
        self.writes.push(Acknowledged { record: record.to_owned(), said, change, lost: false });
    }

    /// Only what is in one of these is still to be expected.
    pub(crate) fn held_only(&mut self, held: &BTreeSet<[u8; 32]>) {
        for write in &mut self.writes {
            write.lost |= !held.contains(&write.change);
        }
    }

    /// Every write is in this folder.
    pub(crate) fn check_changes(&self, held: &BTreeSet<[u8; 32]>) -> Result<(), Violation> {
        let absent = self.writes.iter().filter(|write| !write.lost && !held.contains(&write.change)).count();
        if absent == 0 {
            return Ok(());
        }
        Err(broken("what was acknowledged is on every device in the end", format!("{absent} changes are not there")))
    }

    /// Every record shows what was written last, or one of several that did not know of each other. What waits, because
    /// something that it builds on is gone, is not in any document, and not to be seen.
    pub(crate) fn check_history(&self, rows: &[HistoryRow], waiting: &BTreeSet<[u8; 32]>) -> Result<(), Violation> {
        const RULE: &str = "every record shows the last that was written to it";
        let rows: BTreeMap<&str, &HistoryRow> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
        let mut of: BTreeMap<&str, Vec<&Acknowledged>> = BTreeMap::new();
        for write in self.writes.iter().filter(|write| !waiting.contains(&write.change)) {
            of.entry(&write.record).or_default().push(write);
        }
        for (record, writes) in of {
            let kept = || writes.iter().filter(|write| !write.lost);
            if kept().next().is_none() {
                continue;
            }
            // The first is its making; a change cannot be in a document without it.
            let Some(row) = rows.get(record) else { return Err(broken(RULE, "a record is not shown")) };
            let shown = match &row.values {
                RowValues::Result(values) => values.note.clone(),
                RowValues::CheckIn(values) => values.note.clone(),
                RowValues::Measure(_) => None,
            };
            let over: BTreeSet<&String> = kept()
                .filter_map(|write| match &write.said {
                    Said::Note { over, .. } => over.as_ref(),
                    _ => None,
                })
                .collect();
            let may = writes.iter().any(|write| match &write.said {
                Said::Note { note, .. } => shown.as_ref() == Some(note) && !over.contains(note),
                _ => false,
            });
            if !may {
                return Err(broken(RULE, format!("a note that was overwritten or never written: {shown:?}")));
            }
            let deleted = kept().any(|write| write.said == Said::Deleted);
            let ever_deleted = writes.iter().any(|write| write.said == Said::Deleted);
            let ever_restored = writes.iter().any(|write| write.said == Said::Restored);
            if (row.deleted && !ever_deleted) || (!row.deleted && deleted && !ever_restored) {
                return Err(broken(RULE, format!("deleted: {}", row.deleted)));
            }
        }
        Ok(())
    }
}
