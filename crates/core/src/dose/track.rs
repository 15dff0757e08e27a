//! Where one exercise, or one side of it, stands on its ladder.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::dose::fold::{
    AEROBIC_GREEN_DAYS, COOL_DOWN, DAYS_TOP, EFFORT_MAX, GAP_DAYS, REDS_DAYS, STRENGTH_DAYS_APART, USUAL_PAIN_MAX,
};
use crate::dose::known::Known;
use crate::dose::ladder::top;
use crate::dose::rule::Rule;
use crate::dose::zone::{Doubled, Exposure, Limits, Zone, zone};
use crate::exercise::{Kind, Ladder};

/// Days of the volume that a rise is compared with.
pub(crate) const WEEK: i32 = 7;

/// Bounded, however long the diary.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Track {
    pub(crate) step: u32,
    /// Exposures that still have to pass after a red.
    cool_down: u8,
    pub(crate) last: Option<Last>,
    /// The exposure before the next one, if it was all that a rise needs and nothing has changed since.
    clean: Option<Day>,
    /// Clean exposures in a row since the last rise.
    pub(crate) run: u32,
    /// Since when every exposure was green, and nothing has changed.
    good_since: Option<Day>,
    /// Whether the last exposure was amber or red.
    strained: bool,
    last_red: Option<Day>,
    /// Reds of which each came soon after the one before.
    reds: u8,
    pub(crate) standing: Standing,
    /// Exercise that the person moved on to.
    pub(crate) moved_to: Option<String>,
    /// Days of the last week with an exposure.
    pub(crate) recent: Vec<Day>,
    /// What it is ready for after the last exposure, and was not answered.
    pub(crate) offer: Option<Rule>,
}

/// The last day with an exposure.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Last {
    pub(crate) day: Day,
    pub(crate) zone: Zone,
    /// What the rules made of it.
    pub(crate) rules: Vec<Rule>,
    /// Results of the day, and the morning after.
    pub(crate) basis: Vec<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    #[default]
    Active,
    /// After two reds; the day of the second.
    Paused(Day),
    /// After three; the day of the last.
    Retired(Day),
}

/// What the exposures of one day on one track came to.
pub(crate) struct Seen {
    pub(crate) zone: Zone,
    /// Rules of the zone, then of what follows from it.
    pub(crate) rules: Vec<Rule>,
    /// A rise that the track by itself is ready for.
    pub(crate) ready: Option<Rule>,
}

/// What is known around the exposures of a day.
pub(crate) struct Around {
    pub(crate) day: Day,
    pub(crate) usual: Option<Doubled>,
    pub(crate) next_morning: Option<i64>,
    pub(crate) leg_usual: Option<Doubled>,
    pub(crate) leg_next: Option<i64>,
    pub(crate) flare: bool,
}

impl Track {
    /// What the days since the last exposure make of the step: the rule and the new step.
    pub(crate) fn gap(&self, day: Day) -> Option<(Rule, u32)> {
        let days = day.since(self.last.as_ref()?.day);
        if days > GAP_DAYS.2 {
            Some((Rule::GapRestart, 0))
        } else if days > GAP_DAYS.1 {
            Some((Rule::GapTwoWeeks, self.step.saturating_sub(2)))
        } else if days > GAP_DAYS.0 {
            Some((Rule::GapWeek, self.step.saturating_sub(1)))
        } else {
            None
        }
    }

    /// Applies [`Track::gap`], once, when the exercise is done again.
    pub(crate) fn resume(&mut self, day: Day) -> Option<Rule> {
        let (rule, step) = self.gap(day)?;
        self.step = step;
        self.come_back();
        // A step that a gap took is not given back by the good day before the gap.
        self.changed();
        if rule == Rule::GapRestart {
            self.forget();
            if matches!(self.standing, Standing::Paused(_)) {
                self.standing = Standing::Active;
                self.moved_to = None;
            }
        }
        Some(rule)
    }

    /// Takes the exposures of one day in as one: the worst of them counts, and all must be clean.
    pub(crate) fn expose(&mut self, exposures: &[Exposure], around: &Around, known: &Known<'_>) -> Seen {
        let judge = |exposure| {
            let back = zone(exposure, around.usual, around.next_morning, &Limits::STANDARD);
            let leg = zone(exposure, around.leg_usual, around.leg_next, &Limits::STANDARD);
            // A leg that is worse than usual counts as much as a back that is. One that is well, or that nobody asked
            // about, says nothing of the back.
            if leg.zone < back.zone && leg.zone <= Zone::Amber { leg } else { back }
        };
        let judged: Vec<_> = exposures.iter().map(judge).collect();
        let worst = judged.iter().map(|judged| judged.zone).min().unwrap_or(Zone::Unknown);
        let mut rules: Vec<Rule> =
            judged.into_iter().filter(|judged| judged.zone == worst).flat_map(|judged| judged.because).collect();
        rules.sort_unstable();
        rules.dedup();

        self.recent.push(around.day);
        self.recent.retain(|day| around.day.since(*day) < WEEK);
        self.offer = None;
        let ready = match worst {
            Zone::Red => {
                self.red(around.day, &mut rules);
                None
            }
            Zone::Amber if self.strained => {
                self.lower(1);
                rules.push(Rule::RegressAmber);
                self.cool_down = self.cool_down.saturating_sub(1);
                None
            }
            _ => self.calm(worst, exposures, around, known, &mut rules),
        };
        self.strained = matches!(worst, Zone::Red | Zone::Amber);
        Seen { zone: worst, rules, ready }
    }

    fn red(&mut self, day: Day, rules: &mut Vec<Rule>) {
        self.lower(1);
        self.cool_down = COOL_DOWN;
        rules.push(Rule::RegressRed);
        let soon = self.last_red.is_some_and(|before| day.since(before) <= REDS_DAYS);
        self.reds = if soon { self.reds.saturating_add(1) } else { 1 };
        self.last_red = Some(day);
        match self.reds {
            0 | 1 => {}
            2 if !matches!(self.standing, Standing::Retired(_)) => {
                self.standing = Standing::Paused(day);
                rules.push(Rule::Swap);
            }
            _ => {
                self.standing = Standing::Retired(day);
                self.moved_to = None;
                rules.push(Rule::Retire);
            }
        }
    }

    /// An exposure that lowers nothing: what holds the dose, or the rise that it is ready for.
    fn calm(
        &mut self,
        zone: Zone,
        exposures: &[Exposure],
        around: &Around,
        known: &Known<'_>,
        rules: &mut Vec<Rule>,
    ) -> Option<Rule> {
        let lacking = [
            (zone == Zone::Amber, Rule::HoldAmber),
            (zone == Zone::Unknown, Rule::HoldUnknown),
            (!exposures.iter().all(|exposure| exposure.completed), Rule::HoldCompleted),
            (!exposures.iter().all(|e| e.effort.is_some_and(|effort| effort <= EFFORT_MAX)), Rule::HoldEffort),
            (!exposures.iter().all(|exposure| exposure.sure), Rule::HoldForm),
        ];
        let lacking: Vec<Rule> = lacking.into_iter().filter(|(holds, _)| *holds).map(|(_, rule)| rule).collect();
        // What is not known to have gone well ends a good spell, and cannot begin one.
        self.good_since = if zone == Zone::Green { self.good_since.or(Some(around.day)) } else { None };
        let before = self.clean.take();
        let cooling = self.cool_down > 0;
        self.cool_down = self.cool_down.saturating_sub(1);
        // Half a dose that went well says nothing of the whole one.
        let lacking: Vec<Rule> = lacking.into_iter().chain(around.flare.then_some(Rule::HoldFlare)).collect();
        if !lacking.is_empty() {
            self.run = 0;
            if around.flare {
                self.good_since = None;
            }
            rules.extend(lacking);
            return None;
        }
        self.clean = Some(around.day);
        self.run = self.run.saturating_add(1);
        let mut holds = self.holds(around, known, before);
        if cooling {
            holds.push(Rule::HoldCoolDown);
        }
        if holds.is_empty() {
            return Some(self.rise(known));
        }
        rules.extend(holds);
        None
    }

    /// What holds a clean exposure back.
    fn holds(&self, around: &Around, known: &Known<'_>, before: Option<Day>) -> Vec<Rule> {
        let apart = before.map(|before| around.day.since(before));
        let rest = known.kind() == Kind::Strength && apart.is_some_and(|days| days < STRENGTH_DAYS_APART);
        let much = |usual: Doubled| usual.0 > USUAL_PAIN_MAX.saturating_mul(2);
        let usual_pain = around.usual.is_none_or(much) || around.leg_usual.is_some_and(much);
        let weeks = known.ladder() == Ladder::Minutes
            && self.good_since.is_none_or(|since| around.day.since(since) < AEROBIC_GREEN_DAYS);
        let kept = known.ladder() == Ladder::Stretch && self.step >= top(known.dose(), known.ladder(), true);
        let holds = [
            (matches!(self.standing, Standing::Retired(_)), Rule::HoldRetired),
            (matches!(self.standing, Standing::Paused(_)), Rule::HoldPaused),
            (known.ladder() == Ladder::None, Rule::HoldNoLadder),
            (kept, Rule::HoldTop),
            (usual_pain, Rule::HoldUsualPain),
            (before.is_none(), Rule::HoldSecond),
            (rest, Rule::HoldRestDay),
            (weeks, Rule::HoldWeeks),
        ];
        holds.into_iter().filter(|(holds, _)| *holds).map(|(_, rule)| rule).collect()
    }

    /// The next dimension to grow.
    fn rise(&self, known: &Known<'_>) -> Rule {
        if self.step < top(known.dose(), known.ladder(), true) {
            Rule::Progress
        } else if known.ladder() == Ladder::Minutes && self.recent.len() < DAYS_TOP {
            Rule::Days
        } else {
            Rule::Harder
        }
    }

    /// A rise was accepted.
    pub(crate) fn accept(&mut self, rule: Rule, to_exercise: Option<String>) -> Rule {
        self.changed();
        match rule {
            Rule::Progress => {
                self.step = self.step.saturating_add(1);
                Rule::ProgressAccepted
            }
            Rule::Days => Rule::DaysAccepted,
            _ => {
                self.moved_to = to_exercise;
                Rule::HarderAccepted
            }
        }
    }

    /// The professional's word lets a retired exercise begin anew.
    pub(crate) fn review(&mut self) {
        self.forget();
        self.step = 0;
        self.standing = Standing::Active;
    }

    pub(crate) fn lower(&mut self, steps: u32) {
        self.step = self.step.saturating_sub(steps);
        self.come_back();
        self.changed();
    }

    /// Comes back from a harder exercise. What is done in a paused one's place stays: nothing would offer it again.
    fn come_back(&mut self) {
        if self.standing == Standing::Active {
            self.moved_to = None;
        }
    }

    /// The dose is another one: good days at the old one no longer speak for more.
    pub(crate) fn changed(&mut self) {
        self.clean = None;
        self.run = 0;
        self.good_since = None;
        self.offer = None;
    }

    fn forget(&mut self) {
        self.changed();
        self.strained = false;
        self.last_red = None;
        self.reds = 0;
    }
}
