//! Safety: the questions, what the answers come to, cautions, clearances, and what to do on stopping.

use lissom_diary::Diary as Core;
use lissom_diary::core::condition::Condition as CoreCondition;
use lissom_diary::core::screening::{
    self as core, AnswerKind, Answers, ClearanceValues, Level, Locked, Numbers, Purpose, Safety, Then,
};
use lissom_diary::texts::Lang;

use crate::diary::Diary;
use crate::error::{LissomError, say_all};
use crate::time::{LocalDay, Moment};

/// Why the questions are asked, which settles what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ScreeningPurpose {
    /// At the first start: everything.
    First,
    /// After a break, or because something asked for it: everything.
    Again,
    /// The person says that something has changed: everything.
    Changed,
    /// Before the first session after the advice to see somebody: everything.
    Session,
    /// The short check before a session.
    Today,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Question {
    /// Its id, for ever. An answer is `id=yes`, `id=no`, `id=unsure`, or `age=47`.
    pub id: String,
    /// Its words.
    pub text: String,
    /// Whether it is answered with whole years; else with yes, no or not sure.
    pub is_age: bool,
}

/// What was made of answers that were recorded.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Screened {
    /// Id of the record.
    pub id: String,
    /// Level: `a` emergency, `b` within a day, `c` within days, `d` with exercises left out, `e` go.
    pub level: String,
    /// Whether nothing is put together now.
    pub locks: bool,
    /// What to tell the person, with whom to call: show all of it.
    pub texts: Vec<String>,
    /// The check-ins say that pain stays or gets worse, whatever was answered.
    pub from_records: bool,
}

/// What the answers, cautions and clearances of all devices come to on a day.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct SafetyState {
    /// Strictest level that stands.
    pub level: String,
    /// Whether a session may be put together.
    pub cleared: bool,
    /// Highest level of exercises, 0 to 3, where there is a clearance.
    pub level_max: Option<i32>,
    /// What to tell the person: why not, what to do, and whom to call.
    pub texts: Vec<String>,
    /// Which questions to ask now, the most important first.
    pub asks: Vec<ScreeningPurpose>,
    /// Ids of the person's conditions.
    pub conditions: Vec<String>,
    /// Ids of the results that a professional's clearance has to cover.
    pub to_cover: Vec<String>,
    /// Ids of the clearances that set a limit.
    pub limited_by: Vec<String>,
}

/// A condition that keeps exercises away, or changes how they are done.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Condition {
    /// Its id, for ever.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What follows from it.
    pub about: String,
}

/// A professional's clearance of screening results.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct ClearanceDraft {
    /// Who: a name or a profession.
    pub who: String,
    /// Local day of the consultation.
    pub day: LocalDay,
    /// Ids of the results it covers: `SafetyState.to_cover`.
    pub covers: Vec<String>,
    /// Whether the signs were assessed; false: they are gone. Only for level `a`.
    #[uniffi(default = None)]
    pub assessed: Option<bool>,
    /// Highest level of exercises that the professional allows.
    #[uniffi(default = None)]
    pub level_max: Option<i32>,
    /// Free text.
    #[uniffi(default = None)]
    pub note: Option<String>,
    /// Ids of earlier clearances that this takes the place of: `SafetyState.limited_by`.
    #[uniffi(default = [])]
    pub replaces: Vec<String>,
}

/// What to do after a stop.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct StopAdvice {
    /// `go-on`, `easier`, `swap`, `sit-down`, `end-gently` or `end`.
    pub then: String,
    /// Card to show: `a` emergency, `b` same day, `c` appointment.
    pub card: Option<String>,
    /// What to say, with whom to call: show all of it.
    pub texts: Vec<String>,
}

quiet_debug!(Screened SafetyState ClearanceDraft StopAdvice);

/// The questions for a purpose, in order.
#[uniffi::export(default(language = "en"))]
#[must_use]
pub fn questions(purpose: ScreeningPurpose, language: &str) -> Vec<Question> {
    let lang = Lang::fitting(language).unwrap_or_default();
    core::questions(purpose.into()).iter().map(|question| Question::of(question, lang)).collect()
}

/// What to ask next: the first question that is due and not answered. Nothing when all is answered.
///
/// # Errors
/// `InvalidInput` of an answer that is none.
#[uniffi::export(default(language = "en"))]
pub fn next_question(
    answers: &[String],
    purpose: ScreeningPurpose,
    language: &str,
) -> Result<Option<Question>, LissomError> {
    let lang = Lang::fitting(language).unwrap_or_default();
    let answers = Answers::parse(answers).map_err(|refusal| LissomError::refused(&refusal, lang))?;
    Ok(core::next_question(&answers, purpose.into()).map(|question| Question::of(question, lang)))
}

/// Every condition.
#[uniffi::export(default(language = "en"))]
#[must_use]
pub fn conditions(language: &str) -> Vec<Condition> {
    let lang = Lang::fitting(language).unwrap_or_default();
    let condition = |one: &CoreCondition| Condition {
        id: one.id.to_owned(),
        name: one.text().say(lang),
        about: one.about().say(lang),
    };
    CoreCondition::all().iter().map(condition).collect()
}

#[uniffi::export]
impl Diary {
    /// Records answers to the safety questions, such as `a1=no`; `country` is two letters, for whom to call.
    ///
    /// # Errors
    /// `InvalidInput` of a question that is not answered or contradicts another; nothing is recorded then.
    #[uniffi::method(default(country = None))]
    pub async fn record_screening(
        &self,
        answers: Vec<String>,
        purpose: ScreeningPurpose,
        at: Moment,
        country: Option<String>,
    ) -> Result<Screened, LissomError> {
        let lang = self.worker.lang;
        let record = move |core: &mut Core| {
            let answers = Answers::parse(&answers)?;
            let screened = core.record_screening(&answers, purpose.into(), country.as_deref(), Some(at.into()))?;
            Ok(Screened::of(screened, core.numbers()?, lang))
        };
        self.worker.write(record).await
    }

    /// Records answers that the person left half way, if they are a warning sign already; nothing otherwise. Call it when
    /// somebody goes back.
    ///
    /// # Errors
    /// `InvalidInput` of an answer that is none; what the database says.
    #[uniffi::method(default(country = None))]
    pub async fn record_screening_left(
        &self,
        answers: Vec<String>,
        purpose: ScreeningPurpose,
        at: Moment,
        country: Option<String>,
    ) -> Result<Option<Screened>, LissomError> {
        let lang = self.worker.lang;
        let record = move |core: &mut Core| {
            let answers = Answers::parse(&answers)?;
            let left = core.record_screening_left(&answers, purpose.into(), country.as_deref(), Some(at.into()))?;
            let numbers = core.numbers()?;
            Ok(left.map(|screened| Screened::of(screened, numbers, lang)))
        };
        self.worker.write(record).await
    }

    /// Records whether the person has a condition; gives the record's id. `until` is the last day after which to ask again.
    ///
    /// # Errors
    /// `InvalidInput` names the field.
    #[uniffi::method(default(until = None))]
    pub async fn record_caution(
        &self,
        condition: String,
        has: bool,
        at: Moment,
        until: Option<LocalDay>,
    ) -> Result<String, LissomError> {
        let until = LocalDay::read_some(until)?;
        self.worker.write_at(at, move |core, at| core.record_caution(&condition, has, until, Some(at))).await
    }

    /// Records that a professional cleared screening results: those it names, and no other.
    ///
    /// # Errors
    /// `InvalidInput` names the field. An emergency can be covered 24 hours after it was written down.
    pub async fn record_clearance(&self, clearance: ClearanceDraft, at: Moment) -> Result<String, LissomError> {
        let day = clearance.day.read()?;
        let record = move |core: &mut Core, at| {
            let values = ClearanceValues {
                who: Some(clearance.who),
                day: Some(day.to_string()),
                covers: Some(clearance.covers),
                signs: clearance.assessed.map(|assessed| if assessed { "assessed" } else { "gone" }.to_owned()),
                level_max: clearance.level_max.map(i64::from),
                note: clearance.note,
                replaces: (!clearance.replaces.is_empty()).then_some(clearance.replaces),
                ..ClearanceValues::default()
            };
            core.record_clearance(&values, Some(at))
        };
        self.worker.write_at(at, record).await
    }

    /// What to do after stopping for this reason. Ask before the result is recorded: what was stopped for earlier on the
    /// same day counts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn after_stop(&self, reason: String, at: Moment) -> Result<StopAdvice, LissomError> {
        let lang = self.worker.lang;
        let action = self.worker.read(move |core| core.after_stop(&reason, at.into())).await?;
        let then = match action.then {
            Then::GoOn => "go-on",
            Then::EasierVariant => "easier",
            Then::Swap => "swap",
            Then::SitDown => "sit-down",
            Then::EndGently => "end-gently",
            Then::End => "end",
        };
        let card = action.card.map(|level| level.letter().to_owned());
        Ok(StopAdvice { then: then.to_owned(), card, texts: say_all(&action.sentences, lang) })
    }
}

impl From<ScreeningPurpose> for Purpose {
    fn from(purpose: ScreeningPurpose) -> Self {
        match purpose {
            ScreeningPurpose::First => Self::First,
            ScreeningPurpose::Again => Self::Again,
            ScreeningPurpose::Changed => Self::Changed,
            ScreeningPurpose::Session => Self::Session,
            ScreeningPurpose::Today => Self::Today,
        }
    }
}

impl From<Purpose> for ScreeningPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::First => Self::First,
            Purpose::Again => Self::Again,
            Purpose::Changed => Self::Changed,
            Purpose::Session => Self::Session,
            Purpose::Today => Self::Today,
        }
    }
}

impl Question {
    fn of(question: &core::Question, lang: Lang) -> Self {
        let (id, text) = (question.id.to_owned(), question.text.say(lang));
        Self { id, text, is_age: question.kind == AnswerKind::Age }
    }
}

impl Screened {
    fn of(screened: lissom_diary::Screened, numbers: Numbers, lang: Lang) -> Self {
        let triage = &screened.triage;
        Self {
            level: triage.level.letter().to_owned(),
            locks: triage.level_max.is_none(),
            texts: say_all(&triage.sentences(numbers), lang),
            from_records: screened.from_records,
            id: screened.id,
        }
    }
}

impl SafetyState {
    pub(crate) fn of(safety: &Safety, numbers: Numbers, lang: Lang) -> Self {
        let clearance = safety.clearance();
        let to_cover = clearance.as_ref().err().map(Locked::to_cover).unwrap_or_default();
        let texts = match &clearance {
            Ok(_) => safety.sentences(numbers),
            Err(locked) => locked.sentences(numbers),
        };
        Self {
            level: Level::letter(safety.level).to_owned(),
            cleared: clearance.is_ok(),
            level_max: clearance.as_ref().ok().map(|cleared| i32::from(cleared.level_max())),
            texts: say_all(&texts, lang),
            asks: safety.asks.iter().filter_map(core::Ask::purpose).map(Into::into).collect(),
            conditions: safety.conditions.iter().map(|condition| condition.id.to_owned()).collect(),
            to_cover: to_cover.into_iter().map(str::to_owned).collect(),
            limited_by: safety.limited_by.clone(),
        }
    }
}
