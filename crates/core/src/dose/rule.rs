//! The rules by name: what every step of a dose is explained with.

use serde::{Deserialize, Serialize};

use crate::dose::flare::{FLARE_DAYS_MAX, ON_POINTS};
use crate::dose::fold::{DAYS_TOP, EFFORT_MAX, GAP_DAYS, REDS_DAYS, STRENGTH_DAYS_APART, USUAL_PAIN_MAX};
use crate::dose::ladder::{LOAD_STEP_PERCENT, MINUTES_TOP};
use crate::dose::offers::{RISES_A_DAY, WEEK_GROWTH_PERCENT};
use crate::dose::today::{BEGINNER_DAYS, SEVERE_PAIN, SOME_PAIN};
use crate::dose::zone::Limits;
use crate::texts::{Arg, Sentence, Text, dose as texts};

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $id:literal: $text:ident,)+) => {
        /// A rule. Its id never changes once released.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Rule { $($(#[$doc])* #[serde(rename = $id)] $name,)+ }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its id, such as `dose.regress.red`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }

            const fn text(self) -> Text {
                match self { $(Self::$name => texts::$text,)+ }
            }
        }
    };
}

rules! {
    /// All went well.
    Green = "dose.green": ZONE_GREEN,
    /// Pain or tingling spread.
    RedSpread = "dose.red.spread": RED_SPREAD,
    /// Tingling outlasted a minute.
    RedTingling = "dose.red.tingling": RED_TINGLING,
    /// Stopped for a sign to stop.
    RedStopped = "dose.red.stopped": RED_STOPPED,
    /// Much worse the next morning.
    RedMorning = "dose.red.morning": RED_MORNING,
    /// High pain that also rose.
    RedHigh = "dose.red.high": RED_HIGH,
    /// A steep rise of pain.
    RedSteep = "dose.red.steep": RED_STEEP,
    /// More than calm pain during.
    AmberPain = "dose.amber.pain": AMBER_PAIN,
    /// Somewhat worse the next morning.
    AmberMorning = "dose.amber.morning": AMBER_MORNING,
    /// No pain during written down.
    UnknownPain = "dose.unknown.pain": UNKNOWN_PAIN,
    /// No morning after.
    UnknownMorning = "dose.unknown.morning": UNKNOWN_MORNING,
    /// Too few mornings before.
    UnknownUsual = "dose.unknown.usual": UNKNOWN_USUAL,
    /// One step more is offered.
    Progress = "dose.progress": PROGRESS_OFFER,
    /// One step more was accepted.
    ProgressAccepted = "dose.progress.accepted": PROGRESS_ACCEPTED,
    /// A harder exercise is offered.
    Harder = "dose.harder": HARDER_PLAIN,
    /// A harder exercise was accepted.
    HarderAccepted = "dose.harder.accepted": HARDER_ACCEPTED,
    /// One more day a week is offered.
    Days = "dose.days": DAYS_OFFER,
    /// One more day a week was accepted.
    DaysAccepted = "dose.days.accepted": DAYS_ACCEPTED,
    /// A rise was declined.
    Declined = "dose.declined": DECLINED_RISE,
    /// At the limit.
    HoldAmber = "dose.hold.amber": HOLD_AMBER,
    /// Not known.
    HoldUnknown = "dose.hold.unknown": HOLD_UNKNOWN,
    /// Not all done.
    HoldCompleted = "dose.hold.completed": HOLD_COMPLETED,
    /// Too much effort.
    HoldEffort = "dose.hold.effort": HOLD_EFFORT,
    /// Not sure of the form.
    HoldForm = "dose.hold.form": HOLD_FORM,
    /// Cooling down after a red.
    HoldCoolDown = "dose.hold.cool_down": HOLD_COOL_DOWN,
    /// Usual pain too high.
    HoldUsualPain = "dose.hold.usual_pain": HOLD_USUAL_PAIN,
    /// In a flare.
    HoldFlare = "dose.hold.flare": HOLD_FLARE,
    /// Once is not twice.
    HoldSecond = "dose.hold.second": HOLD_SECOND,
    /// Too close together.
    HoldRestDay = "dose.hold.rest_day": HOLD_REST_DAY,
    /// Less than two weeks.
    HoldWeeks = "dose.hold.weeks": HOLD_WEEKS,
    /// The top of the ladder.
    HoldTop = "dose.hold.top": HOLD_TOP,
    /// The plan has no room for one more day.
    HoldDays = "dose.hold.days": HOLD_DAYS,
    /// No ladder.
    HoldNoLadder = "dose.hold.no_ladder": HOLD_NO_LADDER,
    /// Others go first today.
    HoldTwoADay = "dose.hold.two_a_day": HOLD_TWO_A_DAY,
    /// The week would grow too much.
    HoldVolume = "dose.hold.volume": HOLD_VOLUME,
    /// Paused after two reds.
    HoldPaused = "dose.hold.paused": HOLD_PAUSED,
    /// Put away after three reds.
    HoldRetired = "dose.hold.retired": HOLD_RETIRED,
    /// Records are missing here.
    HoldWaiting = "dose.hold.waiting": HOLD_WAITING,
    /// Locked by a clinician.
    HoldLocked = "dose.hold.locked": HOLD_LOCKED,
    /// Screening has not cleared anything.
    HoldNotCleared = "dose.hold.not_cleared": HOLD_NOT_CLEARED,
    /// Above the ceiling of the day.
    HoldCeiling = "dose.hold.ceiling": HOLD_CEILING,
    /// Down after a red.
    RegressRed = "dose.regress.red": REGRESS_RED,
    /// Down after two ambers.
    RegressAmber = "dose.regress.amber": REGRESS_AMBER,
    /// Down after a gap.
    GapWeek = "dose.gap.week": GAP_WEEK,
    /// Down after a longer gap.
    GapTwoWeeks = "dose.gap.two_weeks": GAP_TWO_WEEKS,
    /// Back to the start after a long gap.
    GapRestart = "dose.gap.restart": GAP_RESTART,
    /// Paused, another exercise is offered.
    Swap = "dose.swap": SWAP_PLAIN,
    /// The other exercise was accepted.
    SwapAccepted = "dose.swap.accepted": SWAP_ACCEPTED,
    /// The other exercise was declined.
    SwapDeclined = "dose.swap.declined": DECLINED_SWAP,
    /// Put away.
    Retire = "dose.retire": RETIRE_ON,
    /// A review is asked for.
    Review = "dose.retire.review": RETIRE_OFFER,
    /// The review took place.
    Reviewed = "dose.retire.reviewed": RETIRE_REVIEWED,
    /// A flare shows in the mornings.
    FlareMornings = "dose.flare.mornings": FLARE_MORNINGS,
    /// A flare was reported.
    FlareTold = "dose.flare.told": FLARE_TOLD,
    /// A flare has settled.
    FlareSettled = "dose.flare.settled": FLARE_SETTLED,
    /// A flare was reported as over.
    FlareOver = "dose.flare.over": FLARE_OVER,
    /// Nothing spoke for a flare any more.
    FlareFaded = "dose.flare.faded": FLARE_FADED,
    /// Down for a flare.
    FlareLowered = "dose.flare.lowered": FLARE_LOWERED,
    /// Half the volume.
    FlareHalf = "dose.flare.half": FLARE_HALF,
    /// Ceiling 0 for severe pain.
    CeilingPainHigh = "dose.ceiling.pain_high": CEILING_PAIN_HIGH,
    /// Ceiling 1 for pain.
    CeilingPain = "dose.ceiling.pain": CEILING_PAIN,
    /// Ceiling 0 for high irritability.
    CeilingIrritableHigh = "dose.ceiling.irritable_high": CEILING_IRRITABLE_HIGH,
    /// Ceiling 1 for irritability.
    CeilingIrritable = "dose.ceiling.irritable": CEILING_IRRITABLE,
    /// Ceiling 1 for beginners.
    CeilingBeginner = "dose.ceiling.beginner": CEILING_BEGINNER,
    /// Ceiling of the screening.
    CeilingCleared = "dose.ceiling.cleared": CEILING_CLEARED,
    /// Ceiling 0 in a flare.
    CeilingFlare = "dose.ceiling.flare": CEILING_FLARE,
}

impl Rule {
    /// The rule as a sentence about an exercise.
    #[must_use]
    pub fn about(self, exercise: Arg) -> Sentence {
        self.fill(Sentence::from(self.text()).with("exercise", exercise))
    }

    /// The rule as a sentence about nothing in particular, such as a ceiling or a flare.
    #[must_use]
    pub fn plain(self) -> Sentence {
        self.fill(Sentence::from(self.text()))
    }

    /// The numbers in its words.
    pub(crate) fn fill(self, sentence: Sentence) -> Sentence {
        let limits = Limits::STANDARD;
        match self {
            Self::RedTingling => sentence.with("seconds", TINGLING_SECONDS),
            Self::RedMorning => sentence.with("points", limits.unsettled),
            Self::RedHigh => sentence.with("pain", limits.high).with("points", limits.high_rise),
            Self::RedSteep => sentence.with("points", limits.steep_rise),
            Self::AmberPain => sentence.with("pain", limits.calm),
            Self::Days => sentence.with("minutes", MINUTES_TOP).with("days", DAYS_TOP),
            Self::Progress => sentence.with("from", LOAD_STEP_PERCENT.0).with("to", LOAD_STEP_PERCENT.1),
            Self::HoldEffort => sentence.with("effort", EFFORT_MAX),
            Self::HoldUsualPain => sentence.with("pain", USUAL_PAIN_MAX),
            Self::HoldRestDay => sentence.with("n", STRENGTH_DAYS_APART),
            Self::HoldTwoADay => sentence.with("n", RISES_A_DAY),
            Self::HoldVolume => sentence.with("percent", i64::try_from(WEEK_GROWTH_PERCENT).unwrap_or(i64::MAX)),
            Self::GapWeek => sentence.with("days", GAP_DAYS.0),
            Self::GapTwoWeeks => sentence.with("days", GAP_DAYS.1),
            Self::GapRestart => sentence.with("days", GAP_DAYS.2),
            Self::Swap => sentence.with("days", REDS_DAYS),
            Self::FlareMornings => sentence.with("points", ON_POINTS),
            Self::FlareFaded => sentence.with("days", FLARE_DAYS_MAX),
            Self::CeilingPainHigh => sentence.with("pain", SEVERE_PAIN),
            Self::CeilingPain => sentence.with("pain", SOME_PAIN),
            Self::CeilingBeginner => sentence.with("days", BEGINNER_DAYS),
            _ => sentence,
        }
    }
}

/// Seconds after letting go for which tingling may last.
const TINGLING_SECONDS: u32 = 60;
