//! The rules, row by row of their tables. The laws that hold over all diaries are in `tests/dose_properties.rs`.

mod flares;
mod ladders;
mod offering;
mod standing;
mod steps;
mod zones;

use crate::check_in::CheckInValues;
use crate::day::Day;
use crate::dose::today::{Context, Doses, ExerciseDose, Irritability};
use crate::dose::{AnswerValues, DayOffValues, Exercises, Fold, Key, Rule, Side, TraceLine, days, proposal_id, replay};
use crate::record::Dated;
use crate::result::ResultValues;

/// A diary to write by hand: days count from the first.
#[derive(Clone, Default)]
struct Diary {
    check_ins: Vec<Dated<CheckInValues>>,
    results: Vec<Dated<ResultValues>>,
    answers: Vec<Dated<AnswerValues>>,
    days_off: Vec<Dated<DayOffValues>>,
}

/// Not counted from 1970, so that no day is its own number.
const START: i32 = 20_000;

fn day(number: i32) -> Day {
    Day(START + number)
}

impl Diary {
    /// A first week of mornings at 2, days -7 to -1, so that what is usual is known from day 0 on.
    fn new() -> Self {
        Self::default().mornings(-7..=-1, 2)
    }

    fn mornings(mut self, numbers: std::ops::RangeInclusive<i32>, pain: i64) -> Self {
        for number in numbers {
            self.check_ins.retain(|check_in| check_in.day != day(number));
            let values = CheckInValues { pain: Some(pain), ..CheckInValues::default() };
            let id = format!("c:{}", START + number);
            self.check_ins.push(Dated { id, day: day(number), at_ms: 0, values });
        }
        self
    }

    /// How the leg was on mornings that are there.
    fn legs(mut self, numbers: std::ops::RangeInclusive<i32>, leg: i64) -> Self {
        for check_in in self.check_ins.iter_mut().filter(|check_in| numbers.contains(&(check_in.day.0 - START))) {
            check_in.values.leg = Some(leg);
        }
        self
    }

    /// One result, and mornings at 2 up to the day after unless they are there.
    fn did(mut self, number: i32, values: ResultValues) -> Self {
        for morning in 0..=number + 1 {
            if !self.check_ins.iter().any(|check_in| check_in.day == day(morning)) {
                self = self.mornings(morning..=morning, 2);
            }
        }
        let id = format!("s:{}.r{}", START + number, self.results.len());
        self.results.push(Dated { id, day: day(number), at_ms: 0, values });
        self
    }

    /// A clean result on each of these days.
    fn clean(self, exercise: &str, numbers: &[i32]) -> Self {
        numbers.iter().fold(self, |diary, number| diary.did(*number, good(exercise)))
    }

    /// Long walks, so that a week has volume to grow from. They do not rise.
    fn busy(self, numbers: &[i32]) -> Self {
        let walk = ResultValues { minutes: Some(600), form: None, ..good("walking") };
        numbers.iter().fold(self, |diary, number| diary.did(*number, walk.clone()))
    }

    fn answered(mut self, rule: Rule, exercise: &str, number: i32, answer: &str) -> Self {
        let key = both(exercise);
        let id = proposal_id(rule, &key, day(number));
        let values = AnswerValues { proposal: Some(id), answer: Some(answer.into()), ..AnswerValues::default() };
        let id = format!("a:{}", self.answers.len());
        self.answers.push(Dated { id, day: day(number), at_ms: 0, values });
        self
    }

    fn accepted(self, exercise: &str, numbers: &[i32]) -> Self {
        numbers.iter().fold(self, |diary, number| diary.answered(Rule::Progress, exercise, *number, "accept"))
    }

    fn says(mut self, number: i32, reason: &str) -> Self {
        let values = DayOffValues { reason: Some(reason.into()), ..DayOffValues::default() };
        let id = format!("f:{}", self.days_off.len());
        self.days_off.push(Dated { id, day: day(number), at_ms: 0, values });
        self
    }

    fn fold(&self) -> Fold {
        let mut fold = Fold::new();
        for day in days(&self.check_ins, &self.results, &self.answers, &self.days_off) {
            fold.day(&day, &Exercises::default());
        }
        fold
    }

    fn today(&self, number: i32) -> Doses {
        self.fold().today(day(number), &context())
    }

    fn dose(&self, exercise: &str, number: i32) -> ExerciseDose {
        self.today(number).exercises.remove(&both(exercise)).unwrap()
    }

    fn step(&self, exercise: &str, number: i32) -> u32 {
        self.dose(exercise, number).step
    }

    fn proposed(&self, number: i32) -> Vec<String> {
        self.today(number).proposals.into_iter().map(|proposal| proposal.id).collect()
    }

    /// What happened to [`TILT`].
    fn trace(&self) -> Vec<TraceLine> {
        replay(&days(&self.check_ins, &self.results, &self.answers, &self.days_off), &Exercises::default(), Some(TILT))
    }
}

fn both(exercise: &str) -> Key {
    Key { exercise: exercise.into(), side: Side::Both }
}

/// A result that has all a rise needs.
fn good(exercise: &str) -> ResultValues {
    ResultValues {
        exercise: Some(exercise.into()),
        effort: Some(4),
        pain_before: Some(2),
        pain_during: Some(2),
        completed: Some("yes".into()),
        form: Some("sure".into()),
        ..ResultValues::default()
    }
}

fn amber(exercise: &str) -> ResultValues {
    ResultValues { pain_during: Some(4), ..good(exercise) }
}

fn red(exercise: &str) -> ResultValues {
    ResultValues { spread: Some("yes".into()), ..good(exercise) }
}

fn because(dose: &ExerciseDose, rule: Rule) -> bool {
    dose.because.iter().any(|reason| reason.rule == rule.id())
}

/// Everything known, nothing in the way.
fn context() -> Context<'static> {
    const FIT: &[&str] = &["pelvic-tilt", "dead-bug", "glute-bridge", "single-leg-bridge", "cat-cow", "walking"];
    Context {
        cleared: Some(3),
        fit: FIT,
        more_days: FIT,
        irritability: Some(Irritability::Low),
        experienced: true,
        ..Context::default()
    }
}

/// An exercise of mobility, which needs no day of rest, on [`Ladder::Reps`](crate::exercise::Ladder).
const TILT: &str = "pelvic-tilt";
/// One of strength.
const BRIDGE: &str = "glute-bridge";
