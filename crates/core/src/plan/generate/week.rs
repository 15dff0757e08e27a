//! Filling the days of a week.
//!
//! Each kind of work has a share of every session. What it did not get is a debt that the next day inherits, so that
//! people with five minutes get round all kinds in a week. Debts are kept in seconds times the sum of shares: whole
//! numbers, and no division.

use std::collections::BTreeMap;

use crate::catalogue;
use crate::exercise::{Exercise, Kind, Region};

use super::{ELASTIC_MINUTES_MIN, Gap, KINDS, LeftOut, is_elastic, shortest};
use crate::plan::ITEMS_MAX;
use crate::plan::item::{self, Item, Origin};
use crate::plan::length::seconds;
use crate::plan::limits::Limits;
use crate::plan::profile::{Experience, Goal, Profile};
use crate::plan::reason::{Because, Cap, Why};

/// Shares in the order of [`KINDS`]: mobility, strength, aerobic, stretch, relaxation. Sources: `docs/evidence.md`.
const SHARES: [i64; 5] = [12, 40, 30, 10, 8];
/// Shares while only level 0 is offered.
const SHARES_LEVEL_0: [i64; 5] = [30, 12, 28, 12, 18];
/// What a goal adds to the share of its kind; two kinds share it.
const GOAL: i64 = 12;
/// Shortest session that begins with an opener, in minutes: below, it would leave room for nothing else. Our choice.
const OPENER_MINUTES_MIN: u32 = 10;
/// Most minutes that the generator gives to one exercise. Our choice; walking for 30 minutes is a goal of months.
const AEROBIC_MINUTES_MAX: u32 = 30;
const RELAXATION_MINUTES_MAX: u32 = 20;
/// Most items of one day: seven such days fit into a record.
const DAY_ITEMS_MAX: usize = ITEMS_MAX / 7;
/// Part of a session, in percent, below which it is called shorter than asked. Our choice.
const FILLED_PERCENT: u32 = 80;

/// Weights of the score, in tenths.
const REGION: i64 = 40;
const WHOLE_BODY: i64 = 20;
const FIRST_CHOICE: i64 = 15;
const USE: i64 = -25;
const LIKED: i64 = 20;
const DIRECTION: i64 = 10;
const LEVEL_APART: i64 = -5;
const VARIATION: i64 = -15;

pub(super) struct Input<'a> {
    pub(super) limits: &'a Limits,
    pub(super) profile: &'a Profile,
    pub(super) most: u8,
    pub(super) cap: Cap,
    /// Exercises with nothing against them.
    pub(super) candidates: &'a [&'static Exercise],
}

pub(super) struct Filled {
    pub(super) items: Vec<Item>,
    /// Items that were to be kept and may not be.
    pub(super) dropped: Vec<LeftOut>,
    pub(super) gaps: Vec<Gap>,
}

/// One exercise of a session that is being filled.
struct Pick {
    exercise: &'static Exercise,
    seconds: u32,
    item: Item,
}

/// An exercise that may be picked, with what the week cannot change.
struct Candidate {
    exercise: &'static Exercise,
    score: i64,
    shortest: u32,
    for_region: bool,
    demanding: bool,
}

struct Week<'a> {
    input: &'a Input<'a>,
    candidates: Vec<Candidate>,
    shares: [i64; 5],
    debts: [i64; 5],
    uses: BTreeMap<&'static str, i64>,
}

/// Fills the days of the profile.
pub(super) fn fill(input: &Input<'_>) -> Filled {
    let profile = input.profile;
    let mut filled = Filled { items: Vec::new(), dropped: Vec::new(), gaps: Vec::new() };
    let kept = kept(input, &mut filled.dropped);
    let demanding = demanding_days(profile, &kept);
    let candidates = candidates(input);
    let mut week = Week { input, candidates, shares: shares(input), debts: [0; 5], uses: BTreeMap::new() };
    let budget = profile.minutes.saturating_mul(60);
    let (mut missing, mut longest) = (0, 0);
    for day in &profile.weekdays {
        for (debt, share) in week.debts.iter_mut().zip(week.shares) {
            *debt += share * i64::from(budget);
        }
        let of_day: Vec<&Item> = kept.iter().filter(|item| item.weekday == *day).collect();
        let (items, used) = week.session(*day, budget, demanding.contains(day), &of_day);
        if used.saturating_mul(100) < budget.saturating_mul(FILLED_PERCENT) {
            missing = missing.max(budget.saturating_sub(used) / 60);
        }
        longest = longest.max(used);
        filled.items.extend(items);
    }
    // Only kept items could lead here.
    filled.items.truncate(ITEMS_MAX);
    if missing > 0 {
        filled.gaps.push(Gap::Minutes(missing));
    }
    if longest > budget {
        filled.gaps.push(Gap::Longer(longest.div_ceil(60)));
    }
    if strength_days(&filled.items) {
        filled.gaps.push(Gap::StrengthDays);
    }
    filled
}

/// Whether strength above level 0 is on two days in a row, Sunday and Monday too.
pub(crate) fn strength_days(items: &[Item]) -> bool {
    let demanding = |day: u8| items.iter().any(|item| item.weekday == day && item.find().is_some_and(is_demanding));
    (0..7).any(|day| demanding(day) && demanding((day + 1) % 7))
}

/// Whether it is strength above level 0, after which muscles need a day in between.
pub(crate) fn is_demanding(exercise: &Exercise) -> bool {
    exercise.kind == Kind::Strength && exercise.level > 0
}

/// Items to keep that may be kept, on days that the profile has.
fn kept(input: &Input<'_>, dropped: &mut Vec<LeftOut>) -> Vec<Item> {
    let mut kept = Vec::new();
    for item in &input.profile.keep {
        let exercise = item.find();
        let because = match exercise {
            Some(exercise) if exercise.level > input.most => {
                input.limits.block(exercise).or(Some(Because::Level { most: input.most, cap: input.cap }))
            }
            Some(exercise) => input.limits.block(exercise),
            None if item.is_own() => input.limits.block_own(&item.exercise, (input.most, input.cap)),
            None => Some(Because::Newer),
        };
        if let Some(because) = because {
            dropped.push(LeftOut { exercise, because });
            continue;
        }
        let days = &input.profile.weekdays;
        let later = days.iter().find(|day| **day >= item.weekday).or_else(|| days.first());
        kept.extend(later.map(|day| Item { weekday: *day, ..item.clone() }));
    }
    kept.sort_by(|a, b| a.order().cmp(&b.order()));
    item::number(&mut kept);
    kept
}

/// What may be picked. Walking, where it is possible, comes instead of marching on a chair: that one is for people
/// whose balance is poor, and for who likes it.
fn candidates(input: &Input<'_>) -> Vec<Candidate> {
    let profile = input.profile;
    let liked = |id: &str| profile.likes.iter().any(|other| other == id);
    let walks = input.candidates.iter().any(|exercise| exercise.id == "walking") && !input.limits.has("balance");
    let yes = |condition: bool, points: i64| if condition { points } else { 0 };
    let wanted = wanted_level(profile, input.most);
    let offered =
        input.candidates.iter().filter(|exercise| exercise.id != "seated-march" || !walks || liked(exercise.id));
    let candidate = |exercise: &&'static Exercise| {
        let region = region_match(profile, exercise);
        let score = region
            + yes(catalogue::mission().contains(&exercise.id), FIRST_CHOICE)
            + yes(liked(exercise.id), LIKED)
            + yes(input.limits.prefer == Some(exercise.bias), DIRECTION)
            + i64::from(exercise.level.abs_diff(wanted)) * LEVEL_APART;
        Candidate {
            exercise,
            score,
            shortest: shortest(exercise),
            for_region: region == REGION,
            demanding: is_demanding(exercise),
        }
    };
    offered.map(candidate).collect()
}

/// Whether one is an easier or harder variation of the other: both in one session would be more of the same.
fn is_variation(a: &Exercise, b: &Exercise) -> bool {
    let related = |a: &Exercise, b: &Exercise| a.easier.contains(&b.id) || a.harder.contains(&b.id);
    a.kind == b.kind && (related(a, b) || related(b, a))
}

/// Days that may have strength above level 0: no two in a row, those first that have it already.
fn demanding_days(profile: &Profile, kept: &[Item]) -> Vec<u8> {
    let has = |day: &u8| kept.iter().any(|item| item.weekday == *day && item.find().is_some_and(is_demanding));
    let (first, rest): (Vec<u8>, Vec<u8>) = profile.weekdays.iter().copied().partition(has);
    let mut days = first;
    for day in rest {
        if !days.contains(&((day + 1) % 7)) && !days.contains(&((day + 6) % 7)) {
            days.push(day);
        }
    }
    days
}

/// Shares with what the goals add.
fn shares(input: &Input<'_>) -> [i64; 5] {
    let [mut mobility, mut strength, mut aerobic, mut stretch, mut relaxation] =
        if input.most == 0 { SHARES_LEVEL_0 } else { SHARES };
    for goal in &input.profile.goals {
        match goal {
            Goal::Strength => strength += GOAL,
            Goal::Flexibility => {
                stretch += GOAL / 2;
                mobility += GOAL / 2;
            }
            Goal::Calm => relaxation += GOAL,
            // Walking is what has been tested for keeping well.
            Goal::Prevent => aerobic += GOAL,
        }
    }
    [mobility, strength, aerobic, stretch, relaxation]
}

impl Week<'_> {
    fn session(&mut self, day: u8, budget: u32, demanding: bool, kept: &[&Item]) -> (Vec<Item>, u32) {
        let mut own: Vec<(Item, u32)> = Vec::new();
        let mut picks: Vec<Pick> = Vec::new();
        let mut used = 0_u32;
        for item in kept {
            let length = length(item, budget);
            used = used.saturating_add(length);
            match item.find() {
                Some(exercise) => {
                    self.spend(exercise, length);
                    picks.push(Pick { exercise, seconds: length, item: (*item).clone() });
                }
                None => own.push(((*item).clone(), length)),
            }
        }
        let opened = picks.iter().any(|pick| pick.exercise.kind == Kind::Mobility);
        if self.input.profile.minutes >= OPENER_MINUTES_MIN && !opened {
            let left = budget.saturating_sub(used);
            if let Some(exercise) = self.best(Kind::Mobility, left, demanding, &picks, true) {
                used = used.saturating_add(self.pick(day, exercise, left, &mut picks, Some(Why::Opener)));
            }
        }
        let mut open = [true; 5];
        while let Some(index) = self.deepest(open).filter(|_| picks.len() < DAY_ITEMS_MAX) {
            let left = budget.saturating_sub(used);
            let kind = KINDS.get(index).copied().unwrap_or(Kind::Mobility);
            match self.best(kind, left, demanding, &picks, false) {
                Some(exercise) => used = used.saturating_add(self.pick(day, exercise, left, &mut picks, None)),
                None => open.iter_mut().skip(index).take(1).for_each(|open| *open = false),
            }
        }
        used = self.make_room(day, budget, used, &mut picks);
        used = self.stretch(&mut picks, budget, used);
        picks.sort_by_key(|pick| KINDS.iter().position(|kind| *kind == pick.exercise.kind));
        let mut items: Vec<Item> = picks.into_iter().map(|pick| pick.item).collect();
        items.extend(own.into_iter().map(|(item, _)| item));
        for (place, item) in items.iter_mut().enumerate() {
            item.place = u32::try_from(place).unwrap_or(u32::MAX);
        }
        (items, used)
    }

    /// The open kind with the highest debt; of equals the first.
    fn deepest(&self, open: [bool; 5]) -> Option<usize> {
        let debts = self.debts.iter().zip(open).enumerate().filter(|(_, (_, open))| *open);
        debts.max_by_key(|(index, (debt, _))| (**debt, std::cmp::Reverse(*index))).map(|(index, _)| index)
    }

    /// The exercise of a kind with the highest score that fits into so many seconds; of equals the one with the
    /// smaller id.
    fn best(&self, kind: Kind, left: u32, demanding: bool, picks: &[Pick], region: bool) -> Option<&'static Exercise> {
        let fits = |candidate: &&Candidate| {
            candidate.exercise.kind == kind
                && candidate.shortest <= left
                && (demanding || !candidate.demanding)
                && (!region || candidate.for_region)
                && !picks.iter().any(|pick| pick.exercise.id == candidate.exercise.id)
        };
        let score = |candidate: &&Candidate| {
            let uses = self.uses.get(candidate.exercise.id).copied().unwrap_or(0);
            let variation = picks.iter().any(|pick| is_variation(pick.exercise, candidate.exercise));
            candidate.score + uses * USE + if variation { VARIATION } else { 0 }
        };
        let found = self.candidates.iter().filter(fits);
        let best = found.max_by_key(|candidate| (score(candidate), std::cmp::Reverse(candidate.exercise.id)));
        best.map(|candidate| candidate.exercise)
    }

    fn pick(
        &mut self,
        day: u8,
        exercise: &'static Exercise,
        left: u32,
        picks: &mut Vec<Pick>,
        first: Option<Why>,
    ) -> u32 {
        let minutes = is_elastic(exercise).then(|| self.minutes(exercise, left));
        let length = minutes.map_or_else(|| seconds(&exercise.dose, exercise.sides), |minutes| minutes * 60);
        let mut reasons: Vec<Why> = first.into_iter().collect();
        if first.is_none() {
            reasons.push(Why::Kind(exercise.kind));
        }
        reasons.extend(self.why(exercise));
        let item = Item {
            weekday: day,
            place: 0,
            exercise: exercise.id.to_owned(),
            minutes,
            locked: false,
            origin: Origin::Generated,
            reasons,
        };
        picks.push(Pick { exercise, seconds: length, item });
        self.spend(exercise, length);
        length
    }

    /// Minutes for an exercise that counts them: what its kind is owed, and no more than there is.
    fn minutes(&self, exercise: &Exercise, left: u32) -> u32 {
        let whole: i64 = self.shares.iter().sum();
        let debt = KINDS.iter().position(|kind| *kind == exercise.kind).and_then(|index| self.debts.get(index));
        let owed = debt.copied().unwrap_or(0).max(0) / (whole * 60).max(1);
        let owed = u32::try_from(owed).unwrap_or(u32::MAX);
        owed.clamp(ELASTIC_MINUTES_MIN, most_minutes(exercise)).min(left / 60)
    }

    fn unspend(&mut self, exercise: &'static Exercise, length: u32) {
        let whole: i64 = self.shares.iter().sum();
        let index = KINDS.iter().position(|kind| *kind == exercise.kind);
        if let Some(debt) = index.and_then(|index| self.debts.get_mut(index)) {
            *debt += whole * i64::from(length);
        }
        *self.uses.entry(exercise.id).or_default() -= 1;
    }

    fn spend(&mut self, exercise: &'static Exercise, length: u32) {
        let whole: i64 = self.shares.iter().sum();
        let index = KINDS.iter().position(|kind| *kind == exercise.kind);
        if let Some(debt) = index.and_then(|index| self.debts.get_mut(index)) {
            *debt -= whole * i64::from(length);
        }
        *self.uses.entry(exercise.id).or_default() += 1;
    }

    /// When nothing fits into what is left, and nothing can take it, the last pick gives way to something that can.
    fn make_room(&mut self, day: u8, budget: u32, used: u32, picks: &mut Vec<Pick>) -> u32 {
        let takes_more = |pick: &Pick| is_elastic(pick.exercise) && !pick.item.stays();
        if used.saturating_mul(100) >= budget.saturating_mul(FILLED_PERCENT) || picks.iter().any(takes_more) {
            return used;
        }
        let goes = |pick: &Pick| !pick.item.stays() && !pick.item.reasons.contains(&Why::Opener);
        let Some(index) = picks.iter().rposition(goes) else { return used };
        let Some(gone) = picks.get(index).map(|pick| (pick.exercise, pick.seconds)) else { return used };
        let left = budget.saturating_sub(used).saturating_add(gone.1);
        let found =
            [Kind::Aerobic, Kind::Relaxation].into_iter().find_map(|kind| self.best(kind, left, false, picks, false));
        let Some(exercise) = found else { return used };
        picks.remove(index);
        self.unspend(gone.0, gone.1);
        used.saturating_sub(gone.1).saturating_add(self.pick(day, exercise, left, picks, None))
    }

    /// Gives the minutes that are left to what can take them: the kind that is owed most first.
    fn stretch(&mut self, picks: &mut [Pick], budget: u32, mut used: u32) -> u32 {
        let mut elastic: Vec<&mut Pick> =
            picks.iter_mut().filter(|pick| is_elastic(pick.exercise) && !pick.item.stays()).collect();
        elastic.sort_by_key(|pick| KINDS.iter().position(|kind| *kind == pick.exercise.kind));
        for pick in elastic {
            let left = budget.saturating_sub(used) / 60;
            let now = pick.seconds / 60;
            let more = most_minutes(pick.exercise).saturating_sub(now).min(left);
            if more > 0 {
                pick.item.minutes = Some(now.saturating_add(more));
                pick.item.reasons.push(Why::Fills);
                used = used.saturating_add(more * 60);
                let index = KINDS.iter().position(|kind| *kind == pick.exercise.kind);
                let whole: i64 = self.shares.iter().sum();
                if let Some(debt) = index.and_then(|index| self.debts.get_mut(index)) {
                    *debt -= whole * i64::from(more * 60);
                }
            }
        }
        used
    }

    fn why(&self, exercise: &Exercise) -> Vec<Why> {
        let profile = self.input.profile;
        let region = exercise.regions.iter().find(|region| profile.regions.contains(region));
        let whole = exercise.regions.contains(&Region::Whole).then_some(&Region::Whole);
        let mut reasons: Vec<Why> = region.or(whole).map(|region| Why::Region(*region)).into_iter().collect();
        let yes = |condition: bool, why: Why| condition.then_some(why);
        reasons.extend(yes(catalogue::mission().contains(&exercise.id), Why::FirstChoice));
        reasons.extend(yes(profile.likes.iter().any(|id| id == exercise.id), Why::Liked));
        reasons.extend(yes(self.input.limits.prefer == Some(exercise.bias), Why::Direction));
        reasons
    }
}

/// How well an exercise fits the regions, in tenths; 0 when it is meant for another.
pub(super) fn region_match(profile: &Profile, exercise: &Exercise) -> i64 {
    let anywhere = profile.regions.is_empty() || profile.regions.contains(&Region::Whole);
    if anywhere || exercise.regions.iter().any(|region| profile.regions.contains(region)) {
        REGION
    } else if exercise.regions.contains(&Region::Whole) {
        WHOLE_BODY
    } else {
        0
    }
}

/// The level that suits the person best. Our choice; from 65 on one lower for who is not trained.
fn wanted_level(profile: &Profile, most: u8) -> u8 {
    let level: u8 = match profile.experience {
        Experience::Beginner => 0,
        Experience::Used => 1,
        Experience::Trained => return 2.min(most),
    };
    level.saturating_sub(u8::from(profile.age_65)).min(most)
}

fn most_minutes(exercise: &Exercise) -> u32 {
    if exercise.kind == Kind::Aerobic { AEROBIC_MINUTES_MAX } else { RELAXATION_MINUTES_MAX }
}

/// Seconds of an item with the dose it begins with. One of the person's own counts its minutes, or the fewest.
pub(crate) fn length(item: &Item, budget: u32) -> u32 {
    match (item.find(), item.minutes) {
        (Some(exercise), _) if !is_elastic(exercise) => seconds(&exercise.dose, exercise.sides),
        (_, Some(minutes)) => minutes.saturating_mul(60),
        (Some(exercise), None) => seconds(&exercise.dose, exercise.sides).min(budget),
        (None, None) => ELASTIC_MINUTES_MIN * 60,
    }
}
