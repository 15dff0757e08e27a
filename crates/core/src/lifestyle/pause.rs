//! Movement breaks: when to be reminded to get up, in local civil minutes.
//!
//! A minute of the day is what the clock on the wall shows, 0 to 1,440: when clocks change, a break at 14:20 stays at
//! 14:20. Which moment that is, is the host's to know.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::refusal::{Reason, Refusal};
use crate::scale::Range;
use crate::texts::{Text, pause as text};

/// Minutes of a day.
pub const MINUTE_OF_DAY: Range = Range { min: 0, max: 1_440, unit: "minutes after midnight" };
/// Minutes from one break to the next. Our choice around the 30 to 45 minutes of `docs/evidence.md`.
pub const EVERY_MINUTES: Range = Range { min: 20, max: 120, unit: "minutes" };
/// Minutes between breaks unless chosen otherwise.
pub const EVERY_MINUTES_DEFAULT: u16 = 40;
/// Most quiet times of one profile.
pub const QUIET_MAX: usize = 24;

/// When somebody sits, and how often they would like to get up.
///
/// A setting of one device, so it does not merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakProfile {
    /// Minute of the day at which sitting begins, 0 to 1,439.
    pub from: u16,
    /// Minute of the day at which it ends, later than `from`, at most 1,440.
    pub to: u16,
    /// Minutes from one break to the next, 20 to 120.
    pub every_minutes: u16,
    /// Days of the week with breaks, Monday first. None at all means no breaks.
    pub weekdays: [bool; 7],
    /// Times without reminders, such as meetings: from a minute up to and without another. May overlap.
    pub quiet: Vec<(u16, u16)>,
}

impl Default for BreakProfile {
    /// Every 40 minutes from 9:00 to 17:00, Monday to Friday.
    fn default() -> Self {
        Self {
            from: 540,
            to: 1_020,
            every_minutes: EVERY_MINUTES_DEFAULT,
            weekdays: [true, true, true, true, true, false, false],
            quiet: Vec::new(),
        }
    }
}

impl BreakProfile {
    /// Checks the whole profile.
    ///
    /// # Errors
    /// [`Refusal`] names the field: `from`, `to`, `every_minutes` or `quiet`.
    pub fn check(&self) -> Result<(), Refusal> {
        check_span(("from", self.from), ("to", self.to))?;
        EVERY_MINUTES.check("every_minutes", self.every_minutes.into())?;
        if self.quiet.len() > QUIET_MAX {
            return Err(Refusal::new("quiet", Reason::TooMany { items: self.quiet.len(), max: QUIET_MAX }));
        }
        self.quiet.iter().try_for_each(|(from, to)| check_span(("quiet", *from), ("quiet", *to)))
    }
}

/// A span within one day, longer than nothing.
fn check_span(from: (&'static str, u16), to: (&'static str, u16)) -> Result<(), Refusal> {
    let last = MINUTE_OF_DAY.max.saturating_sub(1);
    let begin = Range { max: last, ..MINUTE_OF_DAY }.check(from.0, from.1.into())?;
    Range { min: begin.saturating_add(1), ..MINUTE_OF_DAY }.check(to.0, to.1.into()).map(drop)
}

/// The breaks of a day as minutes of the day, ascending; empty on a day of the week without breaks.
///
/// The first comes `every_minutes` after `from`; none comes at `to` or later. A break that falls into a quiet time
/// waits for its end, and the next is counted from there.
///
/// # Errors
/// [`Refusal`] of [`BreakProfile::check`].
pub fn breaks(profile: &BreakProfile, day: Day) -> Result<Vec<u16>, Refusal> {
    profile.check()?;
    let mut at = profile.from.saturating_add(profile.every_minutes);
    let mut minutes = Vec::new();
    if !profile.weekdays.get(usize::from(day.weekday())).is_some_and(|on| *on) {
        return Ok(minutes);
    }
    loop {
        at = after_quiet(&profile.quiet, at);
        if at >= profile.to {
            return Ok(minutes);
        }
        minutes.push(at);
        at = at.saturating_add(profile.every_minutes);
    }
}

/// The first minute from this one on that is not quiet.
fn after_quiet(quiet: &[(u16, u16)], mut at: u16) -> u16 {
    while let Some((_, end)) = quiet.iter().find(|(from, to)| (*from..*to).contains(&at)) {
        at = *end;
    }
    at
}

/// The next break after a minute of a day, perhaps days later; `None` if no day of the week has any.
///
/// # Errors
/// [`Refusal`] of [`BreakProfile::check`].
pub fn next_break(profile: &BreakProfile, day: Day, minute: u16) -> Result<Option<(Day, u16)>, Refusal> {
    for ahead in 0..=7 {
        let then = day.plus(ahead);
        let found = breaks(profile, then)?.into_iter().find(|at| ahead > 0 || *at > minute);
        if let Some(at) = found {
            return Ok(Some((then, at)));
        }
    }
    Ok(None)
}

const REMINDERS: [Text; 5] =
    [text::REMIND_STRETCH, text::REMIND_STAND, text::REMIND_WALK, text::REMIND_NEXT, text::REMIND_SMALL];

/// What a reminder says: one of several offers, the same for a break on every device.
#[must_use]
pub fn reminder(day: Day, minute: u16) -> Text {
    let turn = i64::from(day.0).saturating_mul(7).saturating_add(i64::from(minute).div_euclid(20));
    let choice = usize::try_from(turn.rem_euclid(5)).unwrap_or(0);
    REMINDERS.get(choice).copied().unwrap_or(text::REMIND_SMALL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Arg;
    use crate::vocabulary::said;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn monday() -> Day {
        "2026-11-23".parse().unwrap()
    }

    fn refused(profile: &BreakProfile) -> Option<(&'static str, Reason)> {
        breaks(profile, monday()).err().map(|refusal| (refusal.field, refusal.reason))
    }

    #[test]
    fn a_working_day_has_a_break_every_40_minutes() {
        let profile = BreakProfile::default();
        let minutes = breaks(&profile, monday()).unwrap();
        assert_eq!(minutes, [580, 620, 660, 700, 740, 780, 820, 860, 900, 940, 980]);
        assert!(breaks(&profile, monday().plus(5)).unwrap().is_empty());
        assert_eq!(breaks(&BreakProfile { weekdays: [true; 7], ..profile }, monday().plus(5)).unwrap(), minutes);
    }

    #[test]
    fn a_break_waits_for_the_end_of_a_quiet_time() {
        let quiet = vec![(630, 700), (690, 720), (800, 900)];
        let profile = BreakProfile { to: 900, quiet, ..Default::default() };
        // 660 waits for 700, which is quiet too, so for 720; 800 would wait until 900, when the day is over.
        assert_eq!(breaks(&profile, monday()).unwrap(), [580, 620, 720, 760]);
        let all = BreakProfile { quiet: vec![(0, 1_440)], ..Default::default() };
        assert!(breaks(&all, monday()).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused_by_field() {
        let profile = BreakProfile::default();
        for (profile, field) in [
            (BreakProfile { from: 1_020, ..profile.clone() }, "to"),
            (BreakProfile { from: 1_440, ..profile.clone() }, "from"),
            (BreakProfile { to: 1_441, ..profile.clone() }, "to"),
            (BreakProfile { every_minutes: 19, ..profile.clone() }, "every_minutes"),
            (BreakProfile { every_minutes: 121, ..profile.clone() }, "every_minutes"),
            (BreakProfile { quiet: vec![(600, 600)], ..profile.clone() }, "quiet"),
            (BreakProfile { quiet: vec![(600, 601); 25], ..profile.clone() }, "quiet"),
        ] {
            assert_eq!(refused(&profile).map(|(field, _)| field), Some(field), "{profile:?}");
        }
        let unit = MINUTE_OF_DAY.unit;
        let turned = BreakProfile { from: 600, to: 600, ..profile };
        assert_eq!(refused(&turned), Some(("to", Reason::OutOfRange { got: 600, min: 601, max: 1_440, unit })));
    }

    #[test]
    fn every_unit_has_a_key() {
        for range in [MINUTE_OF_DAY, EVERY_MINUTES] {
            assert!(matches!(said("unit", range.unit), Arg::Sentence(_)), "{}: texts/unit.toml", range.unit);
        }
    }

    #[test]
    fn the_next_break_may_be_days_away() {
        let profile = BreakProfile::default();
        let friday = monday().plus(4);
        assert_eq!(next_break(&profile, friday, 0).unwrap(), Some((friday, 580)));
        assert_eq!(next_break(&profile, friday, 580).unwrap(), Some((friday, 620)));
        assert_eq!(next_break(&profile, friday, 980).unwrap(), Some((friday.plus(3), 580)));
        let only_friday = BreakProfile { weekdays: [false, false, false, false, true, false, false], ..profile };
        assert_eq!(next_break(&only_friday, friday, 1_000).unwrap(), Some((friday.plus(7), 580)));
        let never = BreakProfile { weekdays: [false; 7], ..only_friday };
        assert_eq!(next_break(&never, friday, 0).unwrap(), None);
    }

    #[test]
    fn reminders_take_turns() {
        let minutes = breaks(&BreakProfile::default(), monday()).unwrap();
        let keys: BTreeSet<_> = minutes.iter().map(|minute| reminder(monday(), *minute).key()).collect();
        assert_eq!(keys.len(), REMINDERS.len());
    }

    proptest! {
        #[test]
        fn breaks_ascend_keep_apart_and_never_fall_into_a_quiet_time(
            from in 0_u16..1_440,
            length in 1_u16..=1_440,
            every in 20_u16..=120,
            quiet in prop::collection::vec((0_u16..1_440, 1_u16..300), 0..8),
            day in -1_000..30_000,
        ) {
            let quiet = quiet.into_iter().map(|(from, length)| (from, (from + length).min(1_440))).collect();
            let to = (from + length).min(1_440);
            let profile = BreakProfile { from, to, every_minutes: every, weekdays: [true; 7], quiet };
            let minutes = breaks(&profile, Day(day)).unwrap();
            let mut last = from;
            for minute in &minutes {
                prop_assert!(*minute >= last + every && *minute < to);
                prop_assert!(!profile.quiet.iter().any(|(from, to)| (*from..*to).contains(minute)));
                last = *minute;
            }
            if profile.quiet.is_empty() {
                prop_assert_eq!(minutes.len(), usize::from((to - from - 1) / every));
            }
        }
    }
}
