//! Today: safety, session, doses, proposals and outcomes in one call.

use lissom_diary::Diary as Core;
use lissom_diary::core::dose;
use lissom_diary::texts::Lang;

use crate::catalogue::Dose;
use crate::diary::Diary;
use crate::error::{LissomError, say_all};
use crate::outcome::Outcome;
use crate::recording::Side;
use crate::safety::SafetyState;
use crate::session::SessionToday;
use crate::time::{LocalDay, Moment};

/// What the diary comes to on a day. The same on every device with the same records.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Today {
    /// The day.
    pub day: LocalDay,
    /// Whether a session may be put together, and why not.
    pub safety: SafetyState,
    /// Today's session: there if the person is cleared and has a plan.
    pub session: Option<SessionToday>,
    /// What is offered to the person, who says yes or no.
    pub proposals: Vec<Proposal>,
    /// The flare, if there is one.
    pub flare: Option<FlareState>,
    /// Trends, alerts, practice.
    pub outcome: Outcome,
    /// Whether changes of other devices wait: then nothing is raised.
    pub waiting: bool,
}

/// Something that is offered.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Proposal {
    /// Its id, the same on every device.
    pub id: String,
    /// Id of the rule.
    pub rule: String,
    /// Exercise that it is about.
    pub exercise: String,
    /// Side that it is about.
    pub side: Side,
    /// Dose that a yes leads to, where it leads to one.
    pub to_dose: Option<Dose>,
    /// Exercise that a yes leads to, where it leads to one.
    pub to_exercise: Option<String>,
    /// In words.
    pub text: String,
}

/// A flare.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct FlareState {
    /// Day it began.
    pub since: LocalDay,
    /// Why it is one.
    pub because: String,
    /// What to do meanwhile: show all of it.
    pub advice: Vec<String>,
    /// Day on which to look again.
    pub recheck: LocalDay,
}

quiet_debug!(Today Proposal FlareState);

#[uniffi::export]
impl Diary {
    /// What the diary comes to on a local day: one call for the first screen.
    ///
    /// # Errors
    /// `InvalidInput` of the day; what the database says.
    pub async fn today(&self, day: LocalDay) -> Result<Today, LissomError> {
        let (day, lang) = (day.read()?, self.worker.lang);
        let read = move |core: &mut Core| {
            let advice = core.advice(day)?;
            Ok(Today {
                day: day.into(),
                safety: SafetyState::of(&advice.safety, core.numbers()?, lang),
                session: advice.session.as_ref().map(|session| SessionToday::of(session, lang)),
                proposals: advice.doses.proposals.iter().map(|one| Proposal::of(one, lang)).collect(),
                flare: advice.doses.flare.as_ref().map(|flare| FlareState::of(flare, lang)),
                outcome: Outcome::of(&advice.outcome, lang),
                waiting: advice.waiting,
            })
        };
        self.worker.read(read).await
    }

    /// Answers a proposal of today's.
    ///
    /// # Errors
    /// `InvalidInput` of `proposal` if the rules do not make it today.
    pub async fn answer_proposal(&self, proposal: String, accept: bool, at: Moment) -> Result<String, LissomError> {
        self.worker.write(move |core| core.answer_proposal(&proposal, accept, Some(at.into()))).await
    }

    /// The week of a day in a few sentences.
    ///
    /// # Errors
    /// As `today`.
    pub async fn digest(&self, week: LocalDay, today: LocalDay) -> Result<Vec<String>, LissomError> {
        let (week, today, lang) = (week.read()?, today.read()?, self.worker.lang);
        Ok(say_all(&self.worker.read(move |core| core.digest(week, today)).await?, lang))
    }
}

impl Proposal {
    fn of(proposal: &dose::Proposal, lang: Lang) -> Self {
        Self {
            id: proposal.id.clone(),
            rule: proposal.rule.to_owned(),
            exercise: proposal.key.exercise.clone(),
            side: proposal.key.side.into(),
            to_dose: proposal.to_dose.map(Into::into),
            to_exercise: proposal.to_exercise.clone(),
            text: proposal.sentence.say(lang),
        }
    }
}

impl FlareState {
    fn of(flare: &dose::FlareNow, lang: Lang) -> Self {
        Self {
            since: flare.since.into(),
            because: flare.because.sentence.say(lang),
            advice: say_all(&flare.advice, lang),
            recheck: flare.recheck.into(),
        }
    }
}
