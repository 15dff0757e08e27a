//! Sessions, results, check-ins and the history.

use lissom_diary::core::check_in::CheckInValues;
use lissom_diary::core::result::ResultValues;
use lissom_diary::{Diary as Core, RowValues};

use crate::diary::Diary;
use crate::error::LissomError;
use crate::measuring::MeasureDraft;
use crate::time::{LocalDay, Moment};

/// Which side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// Both in turn, or both at once.
    Both,
}

/// Tingling or numbness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Tingling {
    /// None.
    None,
    /// Gone within 60 seconds of stopping.
    Brief,
    /// Lasting longer.
    Lasting,
}

/// What one exercise came to. Leave out what was not asked.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct ResultDraft {
    /// Id of an exercise in the catalogue, or of an own one.
    pub exercise: String,
    /// Sets done, 1 to 50.
    #[uniffi(default = None)]
    pub sets: Option<i32>,
    /// Repetitions in each set, 1 to 500.
    #[uniffi(default = None)]
    pub reps: Option<i32>,
    /// Seconds that each repetition was held, 1 to 600.
    #[uniffi(default = None)]
    pub hold_seconds: Option<i32>,
    /// Minutes of an activity that is not counted in repetitions, 1 to 1,440.
    #[uniffi(default = None)]
    pub minutes: Option<i32>,
    /// Which side.
    #[uniffi(default = None)]
    pub side: Option<Side>,
    /// Effort, Borg CR10, 0 to 10.
    #[uniffi(default = None)]
    pub effort: Option<i32>,
    /// Pain just before, NRS 0 to 10.
    #[uniffi(default = None)]
    pub pain_before: Option<i32>,
    /// Worst pain during the exercise, NRS 0 to 10.
    #[uniffi(default = None)]
    pub pain_during: Option<i32>,
    /// Pain just after, NRS 0 to 10.
    #[uniffi(default = None)]
    pub pain_after: Option<i32>,
    /// Free text, at most 4,000 bytes.
    #[uniffi(default = None)]
    pub note: Option<String>,
    /// Whether all of the plan's dose was done.
    #[uniffi(default = None)]
    pub completed: Option<bool>,
    /// Whether the person was sure of their form.
    #[uniffi(default = None)]
    pub form_sure: Option<bool>,
    /// Whether pain or tingling spread further down a leg or an arm.
    #[uniffi(default = None)]
    pub spread: Option<bool>,
    /// Tingling or numbness.
    #[uniffi(default = None)]
    pub tingling: Option<Tingling>,
    /// Why it was stopped early: id of a stop reason.
    #[uniffi(default = None)]
    pub stopped: Option<String>,
}

/// How the person is. Several a day are fine.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct CheckInDraft {
    /// Back pain, NRS 0 to 10: needed to record one. None in a check-in whose pain this version cannot read.
    pub pain: Option<i32>,
    /// Leg pain, NRS 0 to 10.
    #[uniffi(default = None)]
    pub leg: Option<i32>,
    /// Sleep of the last night, 0 to 10, 10 is best.
    #[uniffi(default = None)]
    pub sleep: Option<i32>,
    /// Stress, 0 to 10, 10 is most.
    #[uniffi(default = None)]
    pub stress: Option<i32>,
    /// Mood, 0 to 10, 10 is best.
    #[uniffi(default = None)]
    pub mood: Option<i32>,
    /// Free text, at most 4,000 bytes.
    #[uniffi(default = None)]
    pub note: Option<String>,
}

/// Ids of a result just recorded.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Recorded {
    /// The result.
    pub id: String,
    /// Its session.
    pub session: String,
}

/// Which rows of the history.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HistoryQuery {
    /// First local day; from the beginning if absent.
    #[uniffi(default = None)]
    pub from: Option<LocalDay>,
    /// Last local day, included.
    #[uniffi(default = None)]
    pub to: Option<LocalDay>,
    /// Deleted records too.
    #[uniffi(default = false)]
    pub deleted: bool,
    /// Only the newest so many.
    #[uniffi(default = None)]
    pub newest: Option<i32>,
    /// Only what was written by a commit after this one: see `DiaryChange.since`.
    #[uniffi(default = None)]
    pub after_revision: Option<i64>,
}

/// One row of the history.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct HistoryRow {
    /// Id of the record.
    pub id: String,
    /// When it happened.
    pub at: Moment,
    /// The local day of it.
    pub day: LocalDay,
    /// What it says.
    pub entry: HistoryEntry,
    /// It was deleted, and can be restored.
    pub deleted: bool,
    /// Something in it did not fit and is not shown; it is kept.
    pub attention: bool,
}

/// What a row says.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[uniffi::export(Debug)]
pub enum HistoryEntry {
    /// A result.
    Result {
        /// What it says.
        values: ResultDraft,
    },
    /// A check-in.
    CheckIn {
        /// What it says.
        values: CheckInDraft,
    },
    /// A measure.
    Measure {
        /// What it says.
        values: MeasureDraft,
        /// Its score in tenths of its unit, if it has one.
        score_tenths: Option<i64>,
    },
}

quiet_debug!(ResultDraft CheckInDraft Recorded HistoryRow HistoryEntry);

#[uniffi::export]
impl Diary {
    /// Records the results of one session together; durable when it returns. All of them, or none.
    ///
    /// `at` is when the session began.
    ///
    /// # Errors
    /// `InvalidInput` names the field; `StorageFull` and others leave everything as it was.
    pub async fn record_session(&self, results: Vec<ResultDraft>, at: Moment) -> Result<Vec<Recorded>, LissomError> {
        let record = move |core: &mut Core, at| {
            let values: Vec<ResultValues> = results.iter().map(ResultDraft::values).collect();
            core.record_session(&values, Some(at))
        };
        let recorded = self.worker.write_at(at, record).await?;
        Ok(recorded.into_iter().map(|one| Recorded { id: one.id, session: one.session }).collect())
    }

    /// Records one exercise as a session of its own; durable when it returns.
    ///
    /// # Errors
    /// As `record_session`.
    pub async fn record_result(&self, result: ResultDraft, at: Moment) -> Result<Recorded, LissomError> {
        let one = self.worker.write_at(at, move |core, at| core.record_result(&result.values(), Some(at))).await?;
        Ok(Recorded { id: one.id, session: one.session })
    }

    /// Records a check-in; gives its id.
    ///
    /// # Errors
    /// As `record_session`.
    pub async fn record_check_in(&self, check_in: CheckInDraft, at: Moment) -> Result<String, LissomError> {
        self.worker.write_at(at, move |core, at| core.record_check_in(&check_in.values(), Some(at))).await
    }

    /// Results, check-ins and measures, sorted by time, then id.
    ///
    /// # Errors
    /// `InvalidInput` of a day; what the database says.
    pub async fn history(&self, query: HistoryQuery) -> Result<Vec<HistoryRow>, LissomError> {
        let day = |day| LocalDay::read_some(day).map(|day| day.map(|day| day.to_string()));
        let query = lissom_diary::HistoryQuery {
            from: day(query.from)?,
            to: day(query.to)?,
            deleted: query.deleted,
            newest: query.newest.and_then(|newest| usize::try_from(newest).ok()),
            after_revision: query.after_revision,
        };
        let rows = self.worker.read(move |core| core.history(&query)).await?;
        Ok(rows.into_iter().map(HistoryRow::from).collect())
    }

    /// Whether a result reaches the dose of its day: what `completed` should say unless the person says otherwise. Nothing
    /// if it gives no amount.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reached(&self, result: ResultDraft, day: LocalDay) -> Result<Option<bool>, LissomError> {
        let day = day.read()?;
        self.worker.read(move |core| core.reached(&result.values(), day)).await
    }
}

fn int(number: Option<i32>) -> Option<i64> {
    number.map(i64::from)
}

fn whole(number: Option<i64>) -> Option<i32> {
    number.and_then(|number| i32::try_from(number).ok())
}

fn yes_no(answer: Option<bool>, yes: &str, no: &str) -> Option<String> {
    answer.map(|answer| if answer { yes } else { no }.to_owned())
}

fn is(word: Option<&str>, yes: &str, no: &str) -> Option<bool> {
    word.and_then(|word| if word == yes { Some(true) } else { (word == no).then_some(false) })
}

impl Side {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Both => "both",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Left, Self::Right, Self::Both].into_iter().find(|side| side.word() == word)
    }
}

impl Tingling {
    const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Brief => "brief",
            Self::Lasting => "lasting",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::None, Self::Brief, Self::Lasting].into_iter().find(|tingling| tingling.word() == word)
    }
}

impl ResultDraft {
    pub(crate) fn values(&self) -> ResultValues {
        ResultValues {
            exercise: Some(self.exercise.clone()),
            sets: int(self.sets),
            reps: int(self.reps),
            hold_seconds: int(self.hold_seconds),
            minutes: int(self.minutes),
            side: self.side.map(|side| side.word().to_owned()),
            effort: int(self.effort),
            pain_before: int(self.pain_before),
            pain_during: int(self.pain_during),
            pain_after: int(self.pain_after),
            note: self.note.clone(),
            completed: yes_no(self.completed, "yes", "no"),
            form: yes_no(self.form_sure, "sure", "unsure"),
            spread: yes_no(self.spread, "yes", "no"),
            tingling: self.tingling.map(|tingling| tingling.word().to_owned()),
            stopped: self.stopped.clone(),
        }
    }
}

impl From<ResultValues> for ResultDraft {
    fn from(values: ResultValues) -> Self {
        Self {
            exercise: values.exercise.unwrap_or_default(),
            sets: whole(values.sets),
            reps: whole(values.reps),
            hold_seconds: whole(values.hold_seconds),
            minutes: whole(values.minutes),
            side: values.side.as_deref().and_then(Side::of),
            effort: whole(values.effort),
            pain_before: whole(values.pain_before),
            pain_during: whole(values.pain_during),
            pain_after: whole(values.pain_after),
            note: values.note,
            completed: is(values.completed.as_deref(), "yes", "no"),
            form_sure: is(values.form.as_deref(), "sure", "unsure"),
            spread: is(values.spread.as_deref(), "yes", "no"),
            tingling: values.tingling.as_deref().and_then(Tingling::of),
            stopped: values.stopped,
        }
    }
}

impl CheckInDraft {
    pub(crate) fn values(&self) -> CheckInValues {
        CheckInValues {
            pain: self.pain.map(i64::from),
            leg: int(self.leg),
            sleep: int(self.sleep),
            stress: int(self.stress),
            mood: int(self.mood),
            note: self.note.clone(),
            ..CheckInValues::default()
        }
    }
}

impl From<CheckInValues> for CheckInDraft {
    fn from(values: CheckInValues) -> Self {
        Self {
            pain: whole(values.pain),
            leg: whole(values.leg),
            sleep: whole(values.sleep),
            stress: whole(values.stress),
            mood: whole(values.mood),
            note: values.note,
        }
    }
}

impl From<lissom_diary::HistoryRow> for HistoryRow {
    fn from(row: lissom_diary::HistoryRow) -> Self {
        let entry = match row.values {
            RowValues::Result(values) => HistoryEntry::Result { values: values.into() },
            RowValues::CheckIn(values) => HistoryEntry::CheckIn { values: values.into() },
            RowValues::Measure(values) => {
                let score_tenths = values.score_tenths();
                HistoryEntry::Measure { values: values.into(), score_tenths }
            }
        };
        let day = lissom_diary::core::day::Day::of(row.at).into();
        Self { id: row.id, at: row.at.into(), day, entry, deleted: row.deleted, attention: row.attention }
    }
}
