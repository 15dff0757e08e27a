//! Morning scores, and what is usual for the person.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::dose::zone::Doubled;

/// Days before a day that say what is usual.
pub const USUAL_DAYS: i32 = 7;
/// Fewest scores that say what is usual.
pub const USUAL_SCORES_MIN: usize = 3;

/// The first pain score of a day.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Morning {
    pub(crate) day: Day,
    /// Id of the check-in.
    pub(crate) id: String,
    pub(crate) score: i64,
}

/// The mornings that still matter: those of the last days, and those of the first week.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mornings {
    recent: Vec<Morning>,
    first: Vec<Morning>,
}

/// The mornings of the back and those of the leg. Each is compared with its own: a leg that gets worse is not hidden by
/// a back that always hurts.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scored {
    pub(crate) back: Mornings,
    pub(crate) leg: Mornings,
}

impl Scored {
    /// What is usual for the part that hurts more.
    pub(crate) fn worse(&self, day: Day) -> Option<Doubled> {
        self.back.usual(day).max(self.leg.usual(day))
    }
}

/// The first scores of a day.
#[derive(Clone, Default)]
pub(crate) struct Scores {
    pub(crate) back: Option<Morning>,
    /// Not every check-in has one.
    pub(crate) leg: Option<Morning>,
}

impl Mornings {
    /// Days must ascend.
    pub(crate) fn add(&mut self, morning: Morning) {
        let day = morning.day;
        if self.first.first().is_none_or(|first| day.since(first.day) < USUAL_DAYS) {
            self.first.push(morning.clone());
        }
        self.recent.push(morning);
        self.recent.retain(|kept| day.since(kept.day) <= USUAL_DAYS);
    }

    pub(crate) fn on(&self, day: Day) -> Option<&Morning> {
        self.recent.iter().find(|morning| morning.day == day)
    }

    /// The median of the seven days before a day if they have three scores, else of the first week if it has three
    /// before that day. The day's own score never counts.
    pub(crate) fn usual(&self, day: Day) -> Option<Doubled> {
        let week = self.recent.iter().filter(|morning| (1..=USUAL_DAYS).contains(&day.since(morning.day)));
        let first = self.first.iter().filter(|morning| morning.day < day);
        median(week.map(|morning| morning.score).collect()).or_else(|| median(first.map(|m| m.score).collect()))
    }
}

fn median(mut scores: Vec<i64>) -> Option<Doubled> {
    if scores.len() < USUAL_SCORES_MIN {
        return None;
    }
    scores.sort_unstable();
    let upper = scores.len().div_euclid(2);
    let lower = scores.len().saturating_sub(1).div_euclid(2);
    Some(Doubled(scores.get(lower)?.saturating_add(*scores.get(upper)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mornings(scores: &[(i32, i64)]) -> Mornings {
        let mut mornings = Mornings::default();
        for (day, score) in scores {
            mornings.add(Morning { day: Day(*day), id: format!("c:{day}"), score: *score });
        }
        mornings
    }

    #[test]
    fn three_of_the_seven_days_before_say_what_is_usual() {
        let week = mornings(&[(0, 9), (1, 2), (2, 4), (7, 3), (8, 10)]);
        assert_eq!(week.usual(Day(8)), Some(Doubled(6)), "days 1 to 7: 2, 3, 4");
        let even = mornings(&[(1, 2), (2, 4), (3, 5), (4, 9)]);
        assert_eq!(even.usual(Day(5)), Some(Doubled(9)), "between 4 and 5");
        assert_eq!(even.usual(Day(3)), None, "two before");
    }

    #[test]
    fn else_the_first_week_does() {
        let sparse = mornings(&[(0, 2), (3, 5), (6, 3), (7, 9), (20, 8)]);
        assert_eq!(sparse.usual(Day(21)), Some(Doubled(6)), "days 0, 3 and 6; day 7 is the second week");
        assert_eq!(mornings(&[(0, 2), (3, 5)]).usual(Day(40)), None);
    }
}
