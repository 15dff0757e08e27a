//! What Anna does: twelve weeks of a desk worker with a sore back. Always the same, so that the records can be counted.

use lissom_diary::{CheckInValues, Moment, ResultValues};

/// Monday, 24 November 2025, 00:00 in Berlin: the story crosses the end of a year, and so a document.
const START_MS: i64 = 1_763_938_800_000;
const OFFSET_MINUTES: i64 = 60;
const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;

/// Weeks of the story.
pub(super) const WEEKS: i64 = 12;
/// Morning pain, week by week: it gets better, with a setback in the mountains and a flare in the eighth week.
const PAIN: [i64; 12] = [6, 5, 4, 5, 3, 3, 2, 4, 2, 1, 1, 1];
/// The week of the flare, from 0.
pub(super) const FLARE_WEEK: i64 = 7;

/// Which device something is written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    Phone,
    Work,
    Tablet,
}

/// One thing that is written down.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) on: On,
    pub(super) at: Moment,
    pub(super) what: What,
}

#[derive(Clone)]
pub(super) enum What {
    Result(ResultValues),
    CheckIn(CheckInValues),
}

/// A day of the story, from 0, and a time of day.
pub(super) fn at(day: i64, hour: i64, minute: i64) -> Moment {
    let minutes = day * DAY_MINUTES + hour * 60 + minute;
    Moment { at_ms: START_MS + minutes * MINUTE_MS, offset_minutes: OFFSET_MINUTES }
}

/// All of one week, from 0, in the order of writing.
pub(super) fn week(week: i64) -> Vec<Entry> {
    (0..7).flat_map(|weekday| day(week, weekday)).collect()
}

/// One day: Monday is 0.
pub(super) fn day(week: i64, weekday: i64) -> Vec<Entry> {
    let today = week * 7 + weekday;
    let pain = usize::try_from(week).ok().and_then(|week| PAIN.get(week)).copied().unwrap_or(1);
    let mut entries = Vec::new();
    let mut add = |on, hour, minute, what| entries.push(Entry { on, at: at(today, hour, minute), what });
    match weekday {
        0..5 => {
            add(On::Phone, 7, 5, check_in(pain, (pain - 2).max(0), 5 + week.min(3), 6 - week.min(4), morning(weekday)));
            add(On::Phone, 7, 15, pelvic_tilt((8 + week).min(12), pain));
            add(On::Work, 14, 30, minutes("desk-check", 3, None));
            if weekday % 2 == 1 {
                add(On::Work, 12, 40, nerve_glide("left", pain));
                add(On::Work, 12, 45, nerve_glide("right", pain));
            }
        }
        5 => {
            add(On::Phone, 8, 30, check_in(pain, (pain - 2).max(0), 7, 3, None));
            add(On::Phone, 10, 0, minutes("walking", 20 + 5 * week, Some("along the river, slowly")));
        }
        _ => {
            add(On::Phone, 9, 30, minutes("swimming", 20 + 2 * week, None));
            add(On::Phone, 21, 0, check_in((pain - 1).max(0), 1, 7, 3, None));
        }
    }
    entries
}

/// What the tablet wrote down before it knew of the phones.
pub(super) fn tablet() -> Vec<Entry> {
    let evening = |day| Entry { on: On::Tablet, at: at(day, 20, 30), what: minutes("body-scan", 10, Some("in bed")) };
    vec![evening(1), evening(3), evening(8), evening(10), evening(17)]
}

/// A lazy Sunday: the same, but written down on the tablet.
pub(super) fn on_the_tablet(entries: Vec<Entry>) -> Vec<Entry> {
    entries.into_iter().map(|entry| Entry { on: On::Tablet, ..entry }).collect()
}

/// An extra round of pelvic tilts.
pub(super) fn extra(day: i64, hour: i64, note: &str) -> Entry {
    let what = match pelvic_tilt(10, 3) {
        What::Result(values) => What::Result(ResultValues { note: Some(note.to_owned()), ..values }),
        other @ What::CheckIn(_) => other,
    };
    Entry { on: On::Phone, at: at(day, hour, 0), what }
}

fn morning(weekday: i64) -> Option<&'static str> {
    match weekday {
        0 => Some("stiff after the weekend"),
        3 => Some("long meeting yesterday, leg tingles"),
        _ => None,
    }
}

fn check_in(pain: i64, leg: i64, sleep: i64, stress: i64, note: Option<&str>) -> What {
    let [pain, leg, sleep, stress] = [pain, leg, sleep, stress].map(Some);
    What::CheckIn(CheckInValues { pain, leg, sleep, stress, note: note.map(str::to_owned), ..CheckInValues::default() })
}

fn pelvic_tilt(reps: i64, pain: i64) -> What {
    What::Result(ResultValues {
        exercise: Some("pelvic-tilt".to_owned()),
        sets: Some(2),
        reps: Some(reps),
        hold_seconds: Some(5),
        effort: Some(3),
        pain_before: Some(pain),
        pain_during: Some(pain),
        pain_after: Some((pain - 1).max(0)),
        completed: Some("yes".to_owned()),
        form: Some("sure".to_owned()),
        ..ResultValues::default()
    })
}

fn nerve_glide(side: &str, pain: i64) -> What {
    What::Result(ResultValues {
        exercise: Some("nerve-glide-slider".to_owned()),
        sets: Some(2),
        reps: Some(10),
        side: Some(side.to_owned()),
        effort: Some(3),
        pain_before: Some(pain),
        pain_during: Some(pain),
        ..ResultValues::default()
    })
}

fn minutes(exercise: &str, minutes: i64, note: Option<&str>) -> What {
    What::Result(ResultValues {
        exercise: Some(exercise.to_owned()),
        minutes: Some(minutes),
        note: note.map(str::to_owned),
        ..ResultValues::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_story_can_be_recorded() {
        let entries: Vec<Entry> = (0..WEEKS).flat_map(week).chain(tablet()).chain([extra(40, 19, "again")]).collect();
        for entry in &entries {
            match &entry.what {
                What::Result(values) => assert!(values.check().is_ok(), "{:?}", values.check().err()),
                What::CheckIn(values) => {
                    let Moment { at_ms, offset_minutes } = entry.at;
                    let (at_ms, offset_minutes) = (Some(at_ms), Some(offset_minutes));
                    assert_eq!(CheckInValues { at_ms, offset_minutes, ..values.clone() }.check(), Ok(()));
                }
            }
        }
        assert_eq!(entries.len(), 12 * 23 + 5 + 1);
        assert_eq!(at(0, 7, 5).to_rfc3339(), "2025-11-24T07:05:00.000+01:00");
    }
}
