//! Which of the results that were ever recorded still stand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::answers::{Answers, Reading};
use super::emergency::Numbers;
use super::question::Purpose;
use super::rules::{self, Level};
use super::triage::{Fired, Triage, fired};
use super::{RULES_VERSION, ScreeningValues};
use crate::day::Day;
use crate::record::Dated;
use crate::texts::{Sentence, screening as text};

/// Why a result stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// For what it says.
    Answers,
    /// It is not complete, or contradicts itself.
    Incomplete,
    /// A newer version wrote it, or it cannot be read.
    Newer,
}

/// A result that stands: it limits what is put together, or locks it.
#[derive(Clone, PartialEq, Eq)]
pub struct Standing {
    /// Id of the result, for a clearance to cover.
    pub id: String,
    /// Local day of the result.
    pub day: Day,
    /// Time of the result by the clock of the device that wrote it; if that is far ahead, the earliest time at which
    /// another result names it.
    pub at_ms: i64,
    /// Its level; `None` when it cannot be read, which wants as much to clear as A.
    pub level: Option<Level>,
    /// Why it stands.
    pub why: Why,
    /// Highest level of exercise that it leaves; `None`: it locks.
    pub level_max: Option<u8>,
    /// Whether the questions were answered again since. It stands all the same: its level is A or B.
    pub answered_again: bool,
    triage: Triage,
    harsher: bool,
}

impl Standing {
    /// Whether a clearance that covers it has to say what became of the signs: A, and what cannot be read.
    #[must_use]
    pub fn wants_signs(&self) -> bool {
        wants_signs(self.level)
    }

    /// What to do about it.
    #[must_use]
    pub fn sentences(&self, numbers: Numbers) -> Vec<Sentence> {
        let mut said = match self.why {
            Why::Newer => vec![text::STATE_NEWER.into()],
            // Answering again is of no use then, and what to do comes first.
            Why::Incomplete if self.level.is_some_and(Level::needs_clearance) => Vec::new(),
            Why::Incomplete => vec![text::STATE_UNANSWERED.into()],
            Why::Answers if self.harsher => vec![text::STATE_STORED.into()],
            Why::Answers => Vec::new(),
        };
        if self.triage.level > Level::D {
            said.extend(self.triage.sentences(numbers));
        } else if self.level == Some(Level::A) {
            said.push(text::CARD_A.with("number", numbers.number()));
        } else if self.level == Some(Level::B) {
            said.push(text::CARD_B.with("number", numbers.number()));
        }
        if self.level.is_some_and(Level::needs_clearance) {
            said.push(text::STATE_STANDS.into());
        }
        if self.wants_signs() {
            said.push(text::STATE_SIGNS.into());
        }
        said
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Standing(..)")
    }
}

pub(super) fn wants_signs(level: Option<Level>) -> bool {
    level.is_none_or(|level| level == Level::A)
}

/// A result as the rules of today see it.
pub(super) struct Judged<'a> {
    pub(super) record: &'a Dated<ScreeningValues>,
    pub(super) why: Why,
    pub(super) level: Option<Level>,
    pub(super) level_max: Option<u8>,
    pub(super) triage: Triage,
    pub(super) whole: bool,
    harsher: bool,
}

impl<'a> Judged<'a> {
    /// The stricter of what the record says of itself and what our rules make of its answers.
    pub(super) fn of(record: &'a Dated<ScreeningValues>) -> Self {
        let values = &record.values;
        let purpose = Purpose::of(values.asked.as_deref());
        let items = values.answers.as_deref().unwrap_or_default();
        let current = values.rules_version == Some(RULES_VERSION);
        let parsed = Answers::parse(items);
        let mut why = match (&parsed, values.rules_version) {
            (_, None) => Why::Newer,
            (_, Some(version)) if version > RULES_VERSION => Why::Newer,
            (Err(_), Some(_)) if current => Why::Newer,
            (Ok(answers), Some(_)) if current && answers.check(purpose).is_err() => Why::Incomplete,
            _ => Why::Answers,
        };
        let answers = parsed.unwrap_or_else(|_| Answers::parse_known(items));
        // An older version asked less: what it did not ask is no gap.
        let strict = current.then_some(purpose).filter(|_| why == Why::Answers);
        let mut found = fired(Reading { answers: &answers, purpose: strict });
        for id in values.fired.as_deref().unwrap_or_default() {
            match rules::find(id) {
                Some(rule) if found.iter().all(|fired| fired.rule.id != rule.id) => {
                    found.push(Fired { rule, level: rule.level, level_max: rule.level_max });
                }
                Some(_) => {}
                None => why = Why::Newer,
            }
        }
        let triage = Triage::of(found);
        let stored = values.level.as_deref().and_then(Level::of);
        if stored.is_none() {
            why = Why::Newer;
        }
        // Held against the rules that the record itself names: a further yes among its answers may fire a rule of the
        // same level, but cannot explain away a level that stood there before.
        let named = |fired: &&Fired| values.fired.iter().flatten().any(|id| id == fired.rule.id);
        let explained = triage.fired.iter().filter(named).map(|fired| fired.level).max().unwrap_or(Level::E);
        let harsher = stored.is_some_and(|stored| stored > explained && stored > Level::D);
        let locked = why != Why::Answers || harsher;
        let level_max = if locked { None } else { triage.level_max };
        let level = stored.map(|stored| stored.max(triage.level));
        let whole = purpose.is_whole();
        Self { record, why, level, level_max, triage, whole, harsher }
    }

    /// Whether it can answer earlier results again: complete, readable, and not the short check, which asks too little.
    pub(super) fn answers(&self) -> bool {
        self.why == Why::Answers && self.whole
    }

    /// Whether answering again is enough to take it back.
    pub(super) fn yields(&self) -> bool {
        match self.why {
            Why::Newer => false,
            Why::Answers | Why::Incomplete => self.level.is_some_and(|level| !level.needs_clearance()),
        }
    }

    /// The result as one that stands. Under 16 is told in another way, and cleared by nobody.
    pub(super) fn standing(&self, answered_again: bool) -> Option<Standing> {
        let alone = self.level.is_some_and(|level| level < Level::C) && self.why == Why::Answers;
        (!alone).then(|| Standing {
            id: self.record.id.clone(),
            day: self.record.day,
            at_ms: self.record.values.at_ms.unwrap_or(self.record.at_ms),
            level: self.level,
            why: self.why,
            level_max: self.level_max,
            answered_again,
            triage: self.triage.clone(),
            harsher: self.harsher,
        })
    }
}

/// One record in the web of who answers whom again.
pub(super) struct Link<'a> {
    pub(super) id: &'a str,
    pub(super) names: &'a [String],
}

/// Which of the records another one names. `may` says whether the first can answer the second again.
///
/// Clocks play no part. Records that name each other in a circle, which no honest device writes, take nothing back.
/// Takes time in proportion to the names.
pub(super) fn answered(links: &[Link<'_>], may: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, link) in links.iter().enumerate() {
        places.entry(link.id).or_default().push(place);
    }
    let edges = links.iter().enumerate().map(|(from, link)| {
        let named = link.names.iter().filter(|name| name.as_str() != link.id);
        let to = named.filter_map(|name| places.get(name.as_str())).flatten().copied();
        to.filter(|to| may(from, *to)).collect::<BTreeSet<usize>>()
    });
    let edges: Vec<_> = edges.collect();
    let mut left = vec![0_usize; links.len()];
    for to in edges.iter().flatten() {
        if let Some(count) = left.get_mut(*to) {
            *count = count.saturating_add(1);
        }
    }
    let mut open: Vec<usize> = (0..links.len()).filter(|place| left.get(*place) == Some(&0)).collect();
    let mut answered = vec![false; links.len()];
    while let Some(from) = open.pop() {
        for to in edges.get(from).into_iter().flatten() {
            let (Some(count), Some(mark)) = (left.get_mut(*to), answered.get_mut(*to)) else { continue };
            *mark = true;
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.push(*to);
            }
        }
    }
    answered
}
