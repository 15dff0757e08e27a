//! Plans: made from a profile or a sample routine, then changed by the person.

use lissom_diary::core::exercise::{Bias, Region};
use lissom_diary::core::plan::{self as core, Edit, Experience, Followed, Generated, Goal, PlanValues, Profile};
use lissom_diary::core::record::Dated;
use lissom_diary::core::{dose::Irritability, plan::Item};
use lissom_diary::texts::Lang;
use lissom_diary::{Diary as Core, PlanError};

use crate::diary::Diary;
use crate::error::LissomError;
use crate::numbers::{signed, unsigned};
use crate::time::{LocalDay, Moment};
use crate::worker::{Ask, Desk};

/// What a plan is made from. Leave out what is not known: it is read the careful way.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct PlanRequest {
    /// Days of the week with a session, 0 Monday to 6 Sunday; at least one.
    pub weekdays: Vec<i32>,
    /// Minutes for one session, 3 to 120.
    pub minutes: i32,
    /// Where the trouble is: `lower`, `upper`, `sciatica`, `whole`.
    #[uniffi(default = [])]
    pub regions: Vec<String>,
    /// What is wanted: `strength`, `flexibility`, `stress-sleep`, `prevent`.
    #[uniffi(default = [])]
    pub goals: Vec<String>,
    /// Usual back pain, NRS 0 to 10.
    #[uniffi(default = None)]
    pub pain: Option<i32>,
    /// Usual leg pain, NRS 0 to 10.
    #[uniffi(default = None)]
    pub leg: Option<i32>,
    /// How quickly pain settles: `low` within an hour, `moderate` within a day, `high` longer.
    #[uniffi(default = None)]
    pub irritability: Option<String>,
    /// How used to exercise the person is: `beginner`, `used`, `trained`.
    #[uniffi(default = "beginner")]
    pub experience: String,
    /// What there is to exercise with.
    #[uniffi(default = [])]
    pub equipment: Vec<String>,
    /// Ids of exercises that are liked.
    #[uniffi(default = [])]
    pub likes: Vec<String>,
    /// Ids of exercises that are not wanted.
    #[uniffi(default = [])]
    pub dislikes: Vec<String>,
    /// Ways of bending that were tried and make no leg pain spread: `flexion`, `extension`.
    #[uniffi(default = [])]
    pub directions: Vec<String>,
    /// Whether the person is 65 or older.
    #[uniffi(default = false)]
    pub age_65: bool,
    /// Name of the plan.
    #[uniffi(default = None)]
    pub name: Option<String>,
}

/// A version of a plan.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Plan {
    /// Id of the version.
    pub id: String,
    /// Local day on which it was made.
    pub day: LocalDay,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Minutes for one session.
    pub minutes: Option<i32>,
    /// Days of the week with a session, 0 is Monday.
    pub weekdays: Vec<i32>,
    /// Whether it is for keeping well after a recovery.
    pub keeps_well: bool,
    /// The items of all days, by day and place.
    pub items: Vec<PlanItem>,
}

/// One exercise on one day.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct PlanItem {
    /// Day of the week, 0 Monday to 6 Sunday.
    pub weekday: i32,
    /// Place within the day, from 0.
    pub place: i32,
    /// Id of the exercise.
    pub exercise: String,
    /// Minutes, for an exercise that counts minutes.
    pub minutes: Option<i32>,
    /// Whether it stays when the plan is made anew.
    pub locked: bool,
    /// Why it is there.
    pub reasons: Vec<String>,
}

/// What making or changing a plan came to.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct PlanMade {
    /// Id of the version that is followed now.
    pub id: String,
    /// What it does not have, or what the change leads to: show all of it.
    pub gaps: Vec<String>,
    /// What is not in it, and why.
    pub left_out: Vec<String>,
    /// Said when an own exercise came in, which nobody has checked.
    pub unchecked: Option<String>,
}

/// A change of the plan that is followed. Days are 0 Monday to 6 Sunday; places count from 0 within a day.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[uniffi::export(Debug)]
pub enum PlanEdit {
    /// Another exercise in the place of one; on every day that has it, if no day is given.
    Swap {
        /// Day.
        weekday: Option<i32>,
        /// Exercise that goes.
        from: String,
        /// Exercise that comes.
        to: String,
    },
    /// An exercise more, at the end of a day.
    Add {
        /// Day.
        weekday: i32,
        /// Exercise.
        exercise: String,
        /// Minutes, for one that counts minutes.
        minutes: Option<i32>,
    },
    /// An exercise less.
    Remove {
        /// Day.
        weekday: Option<i32>,
        /// Exercise.
        exercise: String,
    },
    /// Keeps an exercise where it is when the plan is made anew, or lets go of it.
    Lock {
        /// Day.
        weekday: Option<i32>,
        /// Exercise.
        exercise: String,
        /// Whether it is kept.
        locked: bool,
    },
    /// Another order within a day.
    Reorder {
        /// Day.
        weekday: i32,
        /// Place of the item that moves.
        from: i32,
        /// Place it moves to.
        to: i32,
    },
    /// The session of one day on another.
    MoveDay {
        /// Day it was on.
        from: i32,
        /// Day it is on from now.
        to: i32,
    },
    /// Other days of training.
    Days {
        /// The days.
        weekdays: Vec<i32>,
    },
    /// Other minutes for one session.
    Minutes {
        /// Minutes.
        minutes: i32,
    },
}

/// A sample routine.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Preset {
    /// Its id, for ever.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Minutes it takes at most.
    pub minutes: i32,
    /// Ids of its exercises, in order.
    pub exercises: Vec<String>,
}

quiet_debug!(PlanRequest Plan PlanItem PlanMade PlanEdit);

/// Every sample routine.
#[uniffi::export(default(language = "en"))]
#[must_use]
pub fn presets(language: &str) -> Vec<Preset> {
    let lang = Lang::fitting(language).unwrap_or_default();
    let preset = |preset: &core::Preset| Preset {
        id: preset.id.to_owned(),
        name: preset.name.say(lang),
        minutes: signed(preset.minutes),
        exercises: preset.items.iter().map(|(id, _)| (*id).to_owned()).collect(),
    };
    core::PRESETS.iter().map(preset).collect()
}

#[uniffi::export]
impl Diary {
    /// Makes a plan and follows it in place of the one before.
    ///
    /// # Errors
    /// `Locked` until the person is cleared; `InvalidInput` of a profile that makes no plan.
    pub async fn make_plan(&self, request: PlanRequest, at: Moment) -> Result<PlanMade, LissomError> {
        let (profile, name) = (request.profile()?, request.name);
        self.plan_work(move |core, lang| {
            let (id, generated) = core.make_plan(&profile, name.as_deref(), Some(at.into()))?;
            Ok(PlanMade::of(id, &generated, lang))
        })
        .await
    }

    /// Follows a sample routine on these days, without what must not be done.
    ///
    /// # Errors
    /// As `make_plan`.
    pub async fn make_preset(&self, preset: String, weekdays: Vec<i32>, at: Moment) -> Result<PlanMade, LissomError> {
        let weekdays = days(&weekdays);
        self.plan_work(move |core, lang| {
            let (id, generated) = core.make_preset(&preset, &weekdays, Some(at.into()))?;
            Ok(PlanMade::of(id, &generated, lang))
        })
        .await
    }

    /// Changes the plan that is followed: a new version of it.
    ///
    /// # Errors
    /// As `make_plan`; `NotFound` without a plan. `InvalidInput` with code `plan.blocked` names what could come instead.
    pub async fn edit_plan(&self, edit: PlanEdit, at: Moment) -> Result<PlanMade, LissomError> {
        let edit = edit.read();
        self.plan_work(move |core, lang| {
            let (id, edited) = core.edit_plan(&edit, Some(at.into()))?;
            Ok(PlanMade {
                id,
                gaps: edited.gaps.iter().map(|gap| gap.sentence().say(lang)).collect(),
                left_out: edited.left_out.iter().map(|out| out.sentence().say(lang)).collect(),
                unchecked: edited.unchecked.map(|sentence| sentence.say(lang)),
            })
        })
        .await
    }

    /// The versions that stand: the one that is followed first, then those that other devices made beside it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn plans(&self) -> Result<Vec<Plan>, LissomError> {
        let lang = self.worker.lang;
        let Followed { plan, others } = self.worker.read(|core| core.plan()).await?;
        Ok(plan.into_iter().chain(others).map(|plan| Plan::of(&plan, lang)).collect())
    }

    /// Follows another version from now on.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn follow_plan(&self, id: String, at: Moment) -> Result<String, LissomError> {
        self.worker.write(move |core| core.follow_plan(&id, Some(at.into()))).await
    }

    /// Switches the plan between recovering and keeping well.
    ///
    /// # Errors
    /// `NotFound` without a plan.
    pub async fn keep_well(&self, on: bool, at: Moment) -> Result<String, LissomError> {
        self.plan_work(move |core, _| core.keep_well(on, Some(at.into()))).await
    }

    /// Records days off, a flare (`flare`) or its end (`flare-over`); else `rest`, `illness`, `travel`.
    ///
    /// # Errors
    /// `InvalidInput` names the field.
    #[uniffi::method(default(to = None))]
    pub async fn record_day_off(
        &self,
        reason: String,
        from: LocalDay,
        at: Moment,
        to: Option<LocalDay>,
    ) -> Result<String, LissomError> {
        let (from, to) = (from.read()?, LocalDay::read_some(to)?);
        self.worker.write(move |core| core.record_day_off(&reason, from, to, Some(at.into()))).await
    }
}

impl Diary {
    async fn plan_work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Core, Lang) -> Result<T, PlanError> + Send + 'static,
    ) -> Result<T, LissomError> {
        let lang = self.worker.lang;
        let work = move |desk: &mut Desk| {
            let core = desk.core()?;
            // Without a country the words still say what to do.
            work(core, lang).map_err(|error| LissomError::of_plan(error, core.numbers().unwrap_or_default(), lang))
        };
        self.worker.ask(Ask::Writing, work).await
    }
}

fn days(weekdays: &[i32]) -> Vec<u8> {
    // A number that is no day is refused by the plan as one that is too large.
    weekdays.iter().map(|day| day_of(*day)).collect()
}

fn day_of(day: i32) -> u8 {
    u8::try_from(day).unwrap_or(u8::MAX)
}

fn some_day(day: Option<i32>) -> Option<u8> {
    day.map(day_of)
}

impl PlanRequest {
    fn profile(&self) -> Result<Profile, LissomError> {
        const REGIONS: &[&str] = &["lower", "upper", "sciatica", "whole"];
        const SETTLES: &[&str] = &["low", "moderate", "high"];
        const DIRECTIONS: &[&str] = &["flexion", "extension"];
        let region = |word: &String| word.parse().map_err(|_| LissomError::not_a_choice("regions", REGIONS));
        let goal = |word: &String| Goal::from_word(word).ok_or_else(|| LissomError::not_a_choice("goals", Goal::WORDS));
        let bias = |word: &String| word.parse().map_err(|_| LissomError::not_a_choice("directions", DIRECTIONS));
        let irritability = match self.irritability.as_deref() {
            None => None,
            Some("low") => Some(Irritability::Low),
            Some("moderate") => Some(Irritability::Moderate),
            Some("high") => Some(Irritability::High),
            Some(_) => return Err(LissomError::not_a_choice("irritability", SETTLES)),
        };
        let experience = Experience::from_word(&self.experience);
        let score = |score: Option<i32>| score.map(|score| u8::try_from(score).unwrap_or(u8::MAX));
        Ok(Profile {
            regions: self.regions.iter().map(region).collect::<Result<Vec<Region>, _>>()?,
            goals: self.goals.iter().map(goal).collect::<Result<_, _>>()?,
            pain: score(self.pain),
            leg: score(self.leg),
            irritability,
            minutes: unsigned(self.minutes),
            weekdays: days(&self.weekdays),
            equipment: self.equipment.clone(),
            experience: experience.ok_or_else(|| LissomError::not_a_choice("experience", Experience::WORDS))?,
            likes: self.likes.clone(),
            dislikes: self.dislikes.clone(),
            directions: self.directions.iter().map(bias).collect::<Result<Vec<Bias>, _>>()?,
            age_65: self.age_65,
            ..Profile::default()
        })
    }
}

impl PlanEdit {
    fn read(self) -> Edit {
        match self {
            Self::Swap { weekday, from, to } => Edit::Swap { weekday: some_day(weekday), from, to },
            Self::Add { weekday, exercise, minutes } => {
                Edit::Add { weekday: day_of(weekday), exercise, minutes: minutes.map(unsigned) }
            }
            Self::Remove { weekday, exercise } => Edit::Remove { weekday: some_day(weekday), exercise },
            Self::Lock { weekday, exercise, locked } => Edit::Lock { weekday: some_day(weekday), exercise, locked },
            Self::Reorder { weekday, from, to } => {
                Edit::Reorder { weekday: day_of(weekday), from: unsigned(from), to: unsigned(to) }
            }
            Self::MoveDay { from, to } => Edit::MoveDay { from: day_of(from), to: day_of(to) },
            Self::Days { weekdays } => Edit::Days(days(&weekdays)),
            Self::Minutes { minutes } => Edit::Minutes(unsigned(minutes)),
        }
    }
}

impl Plan {
    pub(crate) fn of(plan: &Dated<PlanValues>, lang: Lang) -> Self {
        let values = &plan.values;
        let whole = |number: i64| i32::try_from(number).ok();
        Self {
            id: plan.id.clone(),
            day: plan.day.into(),
            name: values.name.clone(),
            minutes: values.minutes.and_then(whole),
            weekdays: values.weekdays.iter().flatten().filter_map(|day| whole(*day)).collect(),
            keeps_well: values.mode.as_deref() == Some("maintenance"),
            items: values.items().items.iter().map(|item| PlanItem::of(item, lang)).collect(),
        }
    }
}

impl PlanItem {
    pub(crate) fn of(item: &Item, lang: Lang) -> Self {
        Self {
            weekday: i32::from(item.weekday),
            place: signed(item.place),
            exercise: item.exercise.clone(),
            minutes: item.minutes.map(signed),
            locked: item.locked,
            reasons: item.reasons.iter().map(|why| why.sentence().say(lang)).collect(),
        }
    }
}

impl PlanMade {
    fn of(id: String, generated: &Generated, lang: Lang) -> Self {
        Self {
            id,
            gaps: generated.gaps.iter().map(|gap| gap.sentence().say(lang)).collect(),
            left_out: generated.left_out.iter().map(|out| out.sentence().say(lang)).collect(),
            unchecked: None,
        }
    }
}
