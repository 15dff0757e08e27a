//! What sessions show by themselves: pain before and after, and how much each muscle did on each side.

use serde::Serialize;
use std::collections::BTreeMap;

use crate::catalogue;
use crate::day::Day;
use crate::exercise::{Kind, Sides};
use crate::outcome::no_health_data_in_debug;
use crate::outcome::series::median;
use crate::record::{Dated, session_of};
use crate::result::ResultValues;
use crate::texts::{Sentence, outcome as texts};

/// Days of sessions whose pain before and after is looked at.
pub const EFFECT_DAYS: i32 = 28;
/// Sessions with both numbers that it takes.
pub const EFFECT_SESSIONS_MIN: usize = 5;

/// Pain just before and just after sessions.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SessionEffect {
    /// Median of after minus before, in tenths of a point. Negative: less pain after.
    pub change_tenths: i64,
    /// Sessions that it rests on.
    pub sessions: usize,
    /// What to say.
    pub sentence: Sentence,
}

no_health_data_in_debug!(SessionEffect);

/// Pain before and after the sessions of the last 28 days, if at least 5 have both. Of the results of one session the
/// medians stand. It says what was, not why: pain also comes and goes by itself.
#[must_use]
pub fn session_effect(results: &[Dated<ResultValues>], today: Day) -> Option<SessionEffect> {
    let mut sessions: BTreeMap<&str, (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    let lately = results.iter().filter(|one| one.day <= today && today.since(one.day) < EFFECT_DAYS);
    for result in lately {
        let (before, after) = sessions.entry(session_of(&result.id)).or_default();
        before.extend(result.values.pain_before.map(|pain| pain.saturating_mul(10)));
        after.extend(result.values.pain_after.map(|pain| pain.saturating_mul(10)));
    }
    let change = |(before, after): (Vec<i64>, Vec<i64>)| Some(median(after)?.saturating_sub(median(before)?));
    let changes: Vec<i64> = sessions.into_values().filter_map(change).collect();
    let sessions = changes.len();
    let change_tenths = median(changes).filter(|_| sessions >= EFFECT_SESSIONS_MIN)?;
    let change = super::points(change_tenths.saturating_abs());
    let sentence = match change_tenths {
        ..=-10 => texts::EFFECT_LESS.with("n", sessions).with("change", change),
        10.. => texts::EFFECT_MORE.with("n", sessions).with("change", change),
        _ => texts::EFFECT_SAME.with("n", sessions),
    };
    Some(SessionEffect { change_tenths, sessions, sentence })
}

/// Sets that worked a muscle.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Volume {
    /// Sets that worked the left side: of the left, and of both sides.
    pub left_sets: u32,
    /// Sets that worked the right side: of the right, and of both sides.
    pub right_sets: u32,
}

no_health_data_in_debug!(Volume);

impl Volume {
    /// Sets of the side that did more.
    #[must_use]
    pub fn sets(self) -> u32 {
        self.left_sets.max(self.right_sets)
    }

    /// Left minus right.
    #[must_use]
    pub fn side_difference(self) -> i64 {
        i64::from(self.left_sets).saturating_sub(i64::from(self.right_sets))
    }
}

/// Sets of strength work from one day to another, both included, by muscle as the catalogue names it. Only what an
/// exercise is meant to work counts, as a whole set. A result without a number of sets is one; a result without a
/// side is both. Exercises that are not in the catalogue are left out.
#[must_use]
pub fn volume_by_muscle(results: &[Dated<ResultValues>], from: Day, to: Day) -> BTreeMap<&'static str, Volume> {
    let mut volumes: BTreeMap<&'static str, Volume> = BTreeMap::new();
    for result in results.iter().filter(|one| one.day >= from && one.day <= to) {
        let exercise = result.values.exercise.as_deref().and_then(catalogue::find);
        let Some(exercise) = exercise.filter(|exercise| exercise.kind == Kind::Strength) else { continue };
        let sets = result.values.sets.and_then(|sets| u32::try_from(sets).ok()).unwrap_or(1);
        let (left, right) = match (exercise.sides, result.values.side.as_deref()) {
            (Sides::Each, Some("left")) => (sets, 0),
            (Sides::Each, Some("right")) => (0, sets),
            _ => (sets, sets),
        };
        for muscle in exercise.muscles {
            let volume = volumes.entry(muscle).or_default();
            volume.left_sets = volume.left_sets.saturating_add(left);
            volume.right_sets = volume.right_sets.saturating_add(right);
        }
    }
    volumes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    fn result(session: i32, exercise: &str, values: ResultValues) -> Dated<ResultValues> {
        let values = ResultValues { exercise: Some(exercise.into()), ..values };
        Dated { id: format!("s:{session:02}.r00000001"), day: Day(session), at_ms: 0, values }
    }

    fn pain(session: i32, before: i64, after: i64) -> Dated<ResultValues> {
        let values = ResultValues { pain_before: Some(before), pain_after: Some(after), ..Default::default() };
        result(session, "pelvic-tilt", values)
    }

    #[test]
    fn five_sessions_with_both_numbers_say_something() {
        let mut results = vec![pain(1, 5, 3), pain(2, 5, 4), pain(3, 4, 3), pain(4, 2, 3)];
        assert_eq!(session_effect(&results, Day(5)), None);
        results.push(pain(5, 6, 3));
        let effect = session_effect(&results, Day(5)).unwrap();
        assert_eq!((effect.change_tenths, effect.sessions), (-10, 5));
        let said = effect.sentence.say(Lang::En);
        assert!(said.contains('5') && said.contains('1'), "{said}");
        assert_eq!(session_effect(&results, Day(29)), None);
    }

    #[test]
    fn no_change_is_said_plainly() {
        let results: Vec<_> = (0..6).map(|session| pain(session, 4, 4)).collect();
        let effect = session_effect(&results, Day(6)).unwrap();
        assert_eq!(effect.change_tenths, 0);
        assert_eq!(effect.sentence.key(), "outcome.effect_same");
        assert!(!effect.sentence.say(Lang::En).is_empty());
    }

    #[test]
    fn sets_count_for_muscles_and_sides() {
        let sets = |session, exercise, sets: i64, side: Option<&str>| {
            let values = ResultValues { sets: Some(sets), side: side.map(Into::into), ..Default::default() };
            result(session, exercise, values)
        };
        let strength = |sides| catalogue::all().iter().find(|one| one.kind == Kind::Strength && one.sides == sides);
        let both = strength(Sides::None).unwrap();
        let results = [sets(1, both.id, 2, None), sets(2, both.id, 3, None), sets(3, "walking", 4, None)];
        let volumes = volume_by_muscle(&results, Day(0), Day(2));
        assert_eq!(
            volumes.keys().copied().collect::<std::collections::BTreeSet<_>>(),
            both.muscles.iter().copied().collect()
        );
        assert!(volumes.values().all(|volume| volume.sets() == 5 && volume.side_difference() == 0));
        assert!(volume_by_muscle(&results, Day(3), Day(9)).is_empty());
        if let Some(each) = strength(Sides::Each) {
            let results =
                [sets(1, each.id, 3, Some("left")), sets(1, each.id, 1, Some("right")), sets(1, each.id, 1, None)];
            let volumes = volume_by_muscle(&results, Day(0), Day(2));
            assert!(volumes.values().all(|volume| volume.sets() == 4 && volume.side_difference() == 2));
        }
    }
}
