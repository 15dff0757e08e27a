//! What a person can do: the Patient-Specific Functional Scale over an episode, and the questionnaires they brought.

use serde::Serialize;
use std::collections::BTreeMap;

use crate::day::Day;
use crate::measure::{MeasureValues, OWN_PEG, OWN_RMDQ, PSFS};
use crate::outcome::no_health_data_in_debug;
use crate::record::Dated;

/// Days for which a taking says how somebody is now: twice the two weeks between takings.
pub const TAKING_STANDS_DAYS: i32 = 28;
/// Rise of a PEG scale that counts, in percent.
pub const PEG_RISE_PERCENT: i64 = 30;
/// Roland-Morris score up to which function counts as good.
pub const RMDQ_GOOD_MAX: i64 = 2;

/// What a person can do, in one episode. Scores are in tenths.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
pub struct Function {
    /// Scores of all takings of the Patient-Specific Functional Scale (PSFS), higher is better.
    pub psfs: Vec<(Day, i64)>,
    /// The first PSFS score of the episode.
    pub psfs_baseline_tenths: Option<i64>,
    /// The last PSFS score, if it is at most 28 days old.
    pub psfs_latest_tenths: Option<i64>,
    /// How the PSFS changed from the first to the last taking, over the activities that both name, rounded toward 0.
    /// `None` if they have no activity in common, or there is one taking only.
    pub psfs_change_tenths: Option<i64>,
    /// Whether an own PEG scale rose by 30 % or more.
    pub peg_rose: bool,
    /// The last score of an own Roland-Morris questionnaire, if it is at most 28 days old.
    pub rmdq_latest: Option<i64>,
    /// Ids of the takings that were compared.
    pub basis: Vec<String>,
}

no_health_data_in_debug!(Function);

impl Function {
    /// What the takings of an episode say. Takings that are not complete say nothing.
    #[must_use]
    pub fn of(measures: &[&Dated<MeasureValues>], start: Day, today: Day) -> Self {
        let psfs = takings(measures, PSFS, today);
        let (first, last) = first_and_last(&psfs, start, today);
        let change = first.zip(last).filter(|(first, last)| first.id != last.id);
        let peg = takings(measures, OWN_PEG, today);
        let peg: Vec<_> = peg.into_iter().filter(|one| is_peg(&one.values)).collect();
        let (peg_first, peg_last) = first_and_last(&peg, start, today);
        let peg_rose = peg_first.zip(peg_last).filter(|(first, last)| rose(first, last));
        let rmdq = takings(measures, OWN_RMDQ, today);
        let rmdq: Vec<_> = rmdq.into_iter().filter(|one| is_rmdq(&one.values)).collect();
        let compared = change.into_iter().chain(peg_rose).flat_map(|(first, last)| [first.id.clone(), last.id.clone()]);
        Self {
            psfs: psfs.iter().filter_map(|one| Some((one.day, one.values.score_tenths()?))).collect(),
            psfs_baseline_tenths: first.and_then(|one| one.values.score_tenths()),
            psfs_latest_tenths: last.and_then(|one| one.values.score_tenths()),
            psfs_change_tenths: change.and_then(|(first, last)| change_tenths(&first.values, &last.values)),
            peg_rose: peg_rose.is_some(),
            rmdq_latest: first_and_last(&rmdq, start, today).1.and_then(|one| Some(one.values.score_tenths()? / 10)),
            basis: compared.collect(),
        }
    }
}

/// The complete takings of a measure up to today, in order.
pub(crate) fn takings<'a>(
    measures: &[&'a Dated<MeasureValues>],
    id: &str,
    today: Day,
) -> Vec<&'a Dated<MeasureValues>> {
    let complete = |one: &&Dated<MeasureValues>| {
        one.day <= today && one.values.measure.as_deref() == Some(id) && one.values.score_tenths().is_some()
    };
    let mut takings: Vec<_> = measures.iter().copied().filter(complete).collect();
    takings.sort_by(|one, other| one.order().cmp(&other.order()));
    takings
}

fn first_and_last<'a>(
    takings: &[&'a Dated<MeasureValues>],
    start: Day,
    today: Day,
) -> (Option<&'a Dated<MeasureValues>>, Option<&'a Dated<MeasureValues>>) {
    let first = takings.iter().find(|one| one.day >= start).copied();
    let last = takings.last().copied().filter(|one| one.day >= start && today.since(one.day) <= TAKING_STANDS_DAYS);
    (first, last)
}

/// The mean change over the activities that both takings name.
fn change_tenths(first: &MeasureValues, last: &MeasureValues) -> Option<i64> {
    let before: BTreeMap<String, i64> = first.activities()?.into_iter().collect();
    let after: BTreeMap<String, i64> = last.activities()?.into_iter().collect();
    let changes: Vec<i64> = after.iter().filter_map(|(label, now)| Some(now - before.get(label)?)).collect();
    let sum: i64 = changes.iter().sum();
    sum.saturating_mul(10).checked_div(i64::try_from(changes.len()).ok()?)
}

fn is_peg(values: &MeasureValues) -> bool {
    let items = values.items.as_ref().map_or(0, Vec::len);
    items == 3 && values.item_max == Some(10) && values.scoring.as_deref() == Some("mean")
}

fn is_rmdq(values: &MeasureValues) -> bool {
    let items = values.items.as_ref().map_or(0, Vec::len);
    items == 24 && values.item_max == Some(1) && values.scoring.as_deref() == Some("sum")
}

fn rose(first: &Dated<MeasureValues>, last: &Dated<MeasureValues>) -> bool {
    let (Some(before), Some(now)) = (first.values.score_tenths(), last.values.score_tenths()) else { return false };
    now > before && now.saturating_mul(100) >= before.saturating_mul(100_i64.saturating_add(PEG_RISE_PERCENT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::tests::{own, psfs};

    #[test]
    fn the_change_is_over_the_activities_that_both_name() {
        let takings =
            [psfs("m:1", 0, &[("Bending", 3), ("Lifting", 4)]), psfs("m:2", 20, &[("lifting ", 7), ("Sitting", 0)])];
        let function = Function::of(&[&takings[1], &takings[0]], Day(0), Day(20));
        assert_eq!(function.psfs, [(Day(0), 35), (Day(20), 35)]);
        assert_eq!((function.psfs_change_tenths, function.basis.len()), (Some(30), 2));
        let other = psfs("m:3", 21, &[("Sitting", 9)]);
        assert_eq!(Function::of(&[&takings[0], &other], Day(0), Day(21)).psfs_change_tenths, None);
    }

    #[test]
    fn old_takings_and_single_ones_say_nothing_of_change() {
        let takings = [psfs("m:1", 0, &[("Bending", 3)]), psfs("m:2", 20, &[("Bending", 9)])];
        let all = [&takings[0], &takings[1]];
        assert_eq!(Function::of(&all, Day(0), Day(48)).psfs_change_tenths, Some(60));
        assert_eq!(Function::of(&all, Day(0), Day(49)).psfs_change_tenths, None);
        assert_eq!(Function::of(&all, Day(10), Day(20)).psfs_change_tenths, None);
        assert_eq!(Function::of(&all, Day(10), Day(20)).psfs_latest_tenths, Some(90));
    }

    #[test]
    fn a_peg_scale_counts_only_in_its_own_form() {
        let peg = |id, day, items: &[i64]| own(id, day, OWN_PEG, items, 10, "mean");
        let (first, last) = (peg("m:1", 0, &[4, 4, 4]), peg("m:2", 14, &[5, 5, 6]));
        assert!(Function::of(&[&first, &last], Day(0), Day(14)).peg_rose);
        assert!(!Function::of(&[&first, &peg("m:2", 14, &[5, 5, 5])], Day(0), Day(14)).peg_rose);
        let long = own("m:2", 14, OWN_PEG, &[9, 9, 9, 9], 10, "mean");
        assert!(!Function::of(&[&first, &long], Day(0), Day(14)).peg_rose);
    }
}
