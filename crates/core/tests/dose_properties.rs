//! Laws of the dose rules, over random diaries.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

#[path = "support/cases.rs"]
mod cases;

use std::collections::{BTreeMap, BTreeSet};

use cases::cases;
use lissom_core::catalogue;
use lissom_core::check_in::CheckInValues;
use lissom_core::day::Day;
use lissom_core::dose::zone::Zone;
use lissom_core::dose::{
    AnswerValues, Context, DayLog, DayOffValues, Doses, Exercises, Fold, GAP_DAYS, Irritability, Key, RISES_A_DAY,
    Rule, Side, TraceLine, days, proposal_id, replay,
};
use lissom_core::exercise::Sides;
use lissom_core::record::Dated;
use lissom_core::result::ResultValues;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Diaries that each law is held against in an ordinary run. `PROPTEST_CASES=30000` holds each against so many; eight
/// laws take about nine minutes of one core.
const CASES: u32 = 4_300;
/// One of every ladder, with and without sides.
const EXERCISES: [&str; 6] =
    ["glute-bridge", "bird-dog", "knee-to-chest", "walking", "pelvic-tilt", "hip-hinge-loaded"];
const RISES: [Rule; 3] = [Rule::Progress, Rule::Harder, Rule::Days];

/// A diary as records in no order.
#[derive(Clone, Debug, Default)]
struct Diary {
    check_ins: Vec<Dated<CheckInValues>>,
    results: Vec<Dated<ResultValues>>,
    answers: Vec<Dated<AnswerValues>>,
    days_off: Vec<Dated<DayOffValues>>,
}

impl Diary {
    fn days(&self) -> Vec<DayLog> {
        days(&self.check_ins, &self.results, &self.answers, &self.days_off)
    }

    fn fold(&self) -> Fold {
        fold(Fold::new(), &self.days())
    }

    fn trace(&self) -> Vec<TraceLine> {
        replay(&self.days(), &Exercises::default(), None)
    }

    /// The keys and days that proposals could rest on.
    fn exposures(&self) -> BTreeSet<(Day, Key)> {
        let exposure = |result: &Dated<ResultValues>| {
            let id = result.values.exercise.clone().unwrap();
            let sides: &[Side] = match (catalogue::find(&id).unwrap().sides, result.values.side.as_deref()) {
                (Sides::None, _) => &[Side::Both],
                (Sides::Each, Some("left")) => &[Side::Left],
                (Sides::Each, Some("right")) => &[Side::Right],
                (Sides::Each, _) => &[Side::Left, Side::Right],
            };
            sides.iter().map(|side| (result.day, Key { exercise: id.clone(), side: *side })).collect::<Vec<_>>()
        };
        self.results.iter().flat_map(exposure).collect()
    }

    /// A yes to whatever the rules may offer, in this log or in one with the same exposures.
    fn accepting_everything(mut self) -> Self {
        self.answers = self.exposures().iter().flat_map(|(day, key)| yes(*day, key)).collect();
        self
    }

    fn today(&self) -> Day {
        self.days().last().map_or(Day(0), |last| last.day.plus(1))
    }
}

/// A swap is not answered: a yes or none at all leaves the exercise paused.
fn yes(day: Day, key: &Key) -> Vec<Dated<AnswerValues>> {
    let answer = |rule| dated_answer(rule, day, key, "accept");
    RISES.into_iter().map(answer).collect()
}

fn dated_answer(rule: Rule, day: Day, key: &Key, answer: &str) -> Dated<AnswerValues> {
    let id = proposal_id(rule, key, day);
    let values =
        AnswerValues { proposal: Some(id.clone()), answer: Some(answer.to_owned()), ..AnswerValues::default() };
    Dated { id: format!("a:{answer}:{id}"), day: day.plus(1), at_ms: 0, values }
}

fn fold(mut fold: Fold, days: &[DayLog]) -> Fold {
    for day in days {
        fold.day(day, &Exercises::default());
    }
    fold
}

/// A person of whom everything is known and nothing is in the way.
fn context() -> Context<'static> {
    Context {
        cleared: Some(3),
        fit: &EXERCISES,
        more_days: &EXERCISES,
        irritability: Some(Irritability::Low),
        experienced: true,
        ..Context::default()
    }
}

fn doses(diary: &Diary) -> Doses {
    let days = diary.days();
    let today = days.last().map_or(Day(0), |last| last.day.plus(1));
    fold(Fold::new(), &days).today(today, &context())
}

/// A number taken apart, digit by digit in changing bases: far quicker to draw than a strategy for every field, and
/// it shrinks towards 0, which is a quiet day.
struct Digits(u64);

impl Digits {
    fn below(&mut self, base: u64) -> i64 {
        let digit = self.0 % base;
        self.0 /= base;
        i64::try_from(digit).unwrap()
    }

    /// Rarely, once in so many.
    fn once_in(&mut self, base: u64) -> bool {
        self.below(base) == i64::try_from(base).unwrap() - 1
    }

    fn word(&mut self, likely: &str, other: &str) -> Option<String> {
        match self.below(48) {
            46 => None,
            47 => Some(other.to_owned()),
            _ => Some(likely.to_owned()),
        }
    }
}

fn result(digits: u64, exercises: &[&str], calm: bool) -> ResultValues {
    let mut digits = Digits(digits);
    let exercise = exercises[usize::try_from(digits.below(exercises.len() as u64)).unwrap()];
    let exercise = catalogue::find(exercise).unwrap();
    let minutes = exercise.id == "walking";
    let (sets, amount) = (1 + digits.below(3), 4 + digits.below(9));
    let side = ["both", "left", "right", "both"][usize::try_from(digits.below(4)).unwrap()];
    // In calm times most exposures have no fault, so that steps get high enough to fall from.
    if calm && digits.below(12) != 0 {
        digits = Digits(0);
    }
    let rare_during = digits.once_in(32).then(|| digits.below(12));
    let rare_effort = digits.once_in(24).then(|| digits.below(12));
    ResultValues {
        exercise: Some(exercise.id.to_owned()),
        sets: (!minutes).then_some(sets),
        reps: (!minutes).then_some(amount),
        minutes: minutes.then_some(amount * 2),
        side: (exercise.sides == Sides::Each).then(|| side.to_owned()),
        pain_before: (!digits.once_in(32)).then(|| digits.below(5)),
        pain_during: rare_during.map_or_else(|| Some(digits.below(4)), |pain| (pain < 11).then_some(pain)),
        effort: rare_effort.map_or_else(|| Some(2 + digits.below(5)), |effort| (effort < 11).then_some(effort)),
        completed: digits.word("yes", "no"),
        form: digits.word("sure", "unsure"),
        spread: digits.once_in(64).then(|| "yes".to_owned()),
        tingling: digits.once_in(128).then(|| "lasting".to_owned()),
        stopped: digits.once_in(128).then(|| "sharp_pain".to_owned()),
        ..ResultValues::default()
    }
}

/// Days with a morning most of the time, some of the exercises, and now and then a pause or a flare.
fn any_diary() -> impl Strategy<Value = Diary> {
    let days = vec(any::<[u64; 4]>(), 1..28);
    (0..EXERCISES.len(), 1..=EXERCISES.len(), any::<bool>(), days).prop_map(|(first, count, calm, days)| {
        let exercises: Vec<&str> = EXERCISES.into_iter().cycle().skip(first).take(count).collect();
        let mut diary = Diary::default();
        let mut day = Day(20_000);
        let mut at_ms = 0;
        for before in 1..=if calm { 4 } else { 0 } {
            let values = CheckInValues { pain: Some(2), ..CheckInValues::default() };
            diary.check_ins.push(Dated { id: format!("c:before{before}"), day: day.plus(-before), at_ms, values });
        }
        for [about, results @ ..] in days {
            let mut about = Digits(about);
            let count = usize::try_from(about.below(4)).unwrap();
            day = day.plus(match about.below(36) {
                35 => 12 + i32::try_from(about.below(20)).unwrap(),
                33..=34 => 3 + i32::try_from(about.below(9)).unwrap(),
                24..=32 => 2,
                _ => 1,
            });
            at_ms += 1;
            let pain = if about.once_in(24) { about.below(11) } else { 1 + about.below(if calm { 2 } else { 3 }) };
            if !about.once_in(16) {
                let leg = about.once_in(3).then(|| about.below(3));
                let values = CheckInValues { pain: Some(pain), leg, ..CheckInValues::default() };
                diary.check_ins.push(Dated { id: format!("c:{at_ms:04}"), day, at_ms, values });
            }
            for (n, digits) in results.into_iter().take(count).enumerate() {
                diary.results.push(Dated {
                    id: format!("s:{at_ms:04}.r{n}"),
                    day,
                    at_ms,
                    values: result(digits, &exercises, calm),
                });
            }
            if about.once_in(40) {
                let reason = ["flare", "flare-over", "rest"][usize::try_from(about.below(3)).unwrap()];
                let values = DayOffValues { reason: Some(reason.to_owned()), ..DayOffValues::default() };
                diary.days_off.push(Dated { id: format!("f:{at_ms:04}"), day, at_ms, values });
            }
        }
        diary
    })
}

/// A diary with answers of every kind to some of what could be offered.
fn any_answered() -> impl Strategy<Value = Diary> {
    (any_diary(), vec(any::<u64>(), 0..60)).prop_map(|(mut diary, picks)| {
        let exposures: Vec<_> = diary.exposures().into_iter().collect();
        for mut digits in picks.into_iter().map(Digits).filter(|_| !exposures.is_empty()) {
            let rules = [Rule::Progress, Rule::Progress, Rule::Harder, Rule::Days, Rule::Swap, Rule::Review];
            let rule = rules[usize::try_from(digits.below(6)).unwrap()];
            let answer = if digits.once_in(8) { "decline" } else { "accept" };
            let (day, key) = &exposures[usize::try_from(digits.below(exposures.len() as u64)).unwrap()];
            diary.answers.push(dated_answer(rule, *day, key, answer));
        }
        diary
    })
}

/// Makes one exposure worse; gives its exercise, or nothing if it cannot get worse in this way.
fn worsen(diary: &mut Diary, which: Index, how: usize, by: i64) -> Option<String> {
    if diary.results.is_empty() {
        return None;
    }
    let at = which.index(diary.results.len());
    let (day, values) = (diary.results[at].day, &mut diary.results[at].values);
    match how {
        0 => values.pain_during = Some((values.pain_during? + by).min(10)),
        1 => values.effort = Some((values.effort? + by).min(10)),
        2 => values.completed = Some("no".to_owned()),
        3 => values.form = Some("unsure".to_owned()),
        4 => values.spread = Some("yes".to_owned()),
        5 => values.tingling = Some("lasting".to_owned()),
        6 => values.stopped = Some("too_much".to_owned()),
        _ => {
            let next = diary.check_ins.iter_mut().find(|check_in| check_in.day == day.plus(1))?;
            next.values.pain = Some((next.values.pain? + by).min(10));
        }
    }
    diary.results[at].values.exercise.clone()
}

/// What was usual before each day and is after it, and whether the day is one of a flare.
fn usual_and_flares(diary: &Diary) -> Vec<(Option<i64>, Option<i64>, bool)> {
    let mut fold = Fold::new();
    let usual = |doses: &Doses| doses.usual_pain.map(|usual| usual.0);
    let look = |day: &DayLog| {
        let before = fold.today(day.day.plus(-1), &context());
        fold.day(day, &Exercises::default());
        let after = fold.today(day.day, &context());
        (usual(&before), usual(&after), after.flare.is_some())
    };
    diary.days().iter().map(look).collect()
}

/// A trace to read after a failure.
fn told(diary: &Diary, exercise: &str) -> String {
    let lines = replay(&diary.days(), &Exercises::default(), Some(exercise));
    let told = lines.iter().map(|line| {
        let rules: Vec<&str> = line.because.iter().map(|reason| reason.rule).collect();
        let (day, side) = (line.day.0 - 20_000, line.side.as_str());
        format!("\n  {day} {side} {} -> {} {}", line.step_before, line.step_after, rules.join(", "))
    });
    told.collect()
}

fn steps(doses: &Doses) -> BTreeMap<Key, u32> {
    doses.exercises.iter().map(|(key, dose)| (key.clone(), dose.step)).collect()
}

/// Laws about rises say nothing over diaries in which nothing rises.
#[test]
fn random_diaries_rise_fall_pause_and_flare() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..300 {
        let diary = any_diary().new_tree(&mut runner).unwrap().current().accepting_everything();
        let rules: BTreeSet<&str> =
            diary.trace().iter().flat_map(|line| &line.because).map(|reason| reason.rule).collect();
        for rule in rules {
            *seen.entry(rule).or_default() += 1;
        }
    }
    let often =
        ["dose.progress.accepted", "dose.regress.red", "dose.gap.week", "dose.hold.second", "dose.hold.cool_down"];
    let sometimes = ["dose.regress.amber", "dose.swap", "dose.gap.restart", "dose.flare.lowered"];
    for (rule, least) in often.map(|rule| (rule, 30)).into_iter().chain(sometimes.map(|rule| (rule, 3))) {
        let diaries = seen.get(rule).copied().unwrap_or(0);
        assert!(diaries >= least, "{rule}: {diaries} of 300 diaries; {seen:?}");
    }
}

proptest! {
    #![proptest_config(cases(CASES))]

    #[test]
    fn the_order_of_arrival_does_not_matter(diary in any_answered(), seed in any::<u64>()) {
        let mut other = diary.clone();
        // Any fixed order that has nothing to do with the days will do.
        let place = |id: &str| id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        other.check_ins.sort_by_key(|record| place(&record.id));
        other.results.sort_by_key(|record| place(&record.id));
        other.answers.sort_by_key(|record| place(&record.id));
        other.days_off.sort_by_key(|record| place(&record.id));
        let (one, other) = (diary.fold(), other.fold());
        prop_assert!(one == other);
        prop_assert!(one.today(diary.today(), &context()) == other.today(diary.today(), &context()));
    }

    #[test]
    fn two_devices_that_meet_say_the_same(diary in any_answered(), split in any::<u64>()) {
        // Each record is on one device, on the other, or on both.
        let mut bits = split;
        let mut here = || {
            bits = bits.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
            bits >> 62
        };
        let (mut a, mut b) = (Diary::default(), Diary::default());
        macro_rules! deal {
            ($($field:ident),*) => { $(for record in &diary.$field {
                let place = here();
                if place != 1 { a.$field.push(record.clone()); }
                if place != 0 { b.$field.push(record.clone()); }
            })* };
        }
        deal!(check_ins, results, answers, days_off);
        let join = |mut one: Diary, other: &Diary| {
            one.check_ins.extend(other.check_ins.iter().cloned());
            one.results.extend(other.results.iter().cloned());
            one.answers.extend(other.answers.iter().cloned());
            one.days_off.extend(other.days_off.iter().cloned());
            one
        };
        let whole = diary.fold();
        prop_assert!(join(a.clone(), &b).fold() == whole);
        prop_assert!(join(b, &a).fold() == whole);
    }

    #[test]
    fn a_stored_fold_goes_on_where_it_stopped(diary in any_answered(), at in any::<Index>()) {
        let days = diary.days();
        let (before, after) = days.split_at(at.index(days.len() + 1));
        let stored = serde_json::to_string(&fold(Fold::new(), before)).unwrap();
        let restored: Fold = serde_json::from_str(&stored).unwrap();
        prop_assert!(restored.is_current());
        prop_assert!(fold(restored, after) == diary.fold());
    }

    #[test]
    fn looking_changes_nothing_and_a_late_day_counts_once(diary in any_answered(), later in 0..60_i32) {
        let folded = diary.fold();
        let first = folded.today(diary.today(), &context());
        let later = folded.today(diary.today().plus(later), &context());
        prop_assert!(folded == diary.fold());
        prop_assert!(first == folded.today(diary.today(), &context()));
        let mut twice = folded.clone();
        if let Some(last) = diary.days().last() {
            twice.day(last, &Exercises::default());
        }
        prop_assert!(twice == folded);
        // A gap only lowers.
        for (key, step) in steps(&later) {
            prop_assert!(step <= steps(&first)[&key]);
        }
    }

    #[test]
    fn a_step_rises_by_one_after_green_with_a_yes_and_never_else(diary in any_answered()) {
        for line in diary.trace() {
            let key = Key { exercise: line.exercise.clone(), side: line.side };
            if line.step_after <= line.step_before {
                continue;
            }
            prop_assert_eq!(line.step_after, line.step_before + 1);
            prop_assert_eq!(line.zone, Some(Zone::Green));
            let id = proposal_id(Rule::Progress, &key, line.day);
            let answers: Vec<&str> = diary.answers.iter().filter(|answer| answer.values.proposal.as_ref() == Some(&id))
                .filter_map(|answer| answer.values.answer.as_deref()).collect();
            prop_assert!(!answers.is_empty() && answers.iter().all(|answer| *answer == "accept"));
        }
        let unanswered = Diary { answers: Vec::new(), ..diary };
        prop_assert!(unanswered.trace().iter().all(|line| line.step_after <= line.step_before));
        prop_assert!(steps(&doses(&unanswered)).values().all(|step| *step == 0));
    }

    #[test]
    fn no_session_has_more_of_more_exercises_than_two_however_answers_are_saved_up(
        diary in any_diary(), answering in any::<u32>(),
    ) {
        // Somebody who says yes to all that is offered, one by one, on some of the days.
        let all = Diary { answers: Vec::new(), ..diary.clone() }.days();
        let mut days: Vec<DayLog> = Vec::new();
        let mut risen: Vec<(Day, Key)> = Vec::new();
        for (n, day) in all.into_iter().enumerate() {
            let today = day.day;
            days.push(day);
            if (answering >> n) & 1 == 0 {
                continue;
            }
            loop {
                let doses = fold(Fold::new(), &days).today(today, &context());
                let mut rises = doses.proposals.into_iter().filter(|one| RISES.iter().any(|rise| rise.id() == one.rule));
                let Some(proposal) = rises.next() else { break };
                let at = days.iter_mut().find(|one| one.day == proposal.day).unwrap();
                at.answers.extend(yes(proposal.day, &proposal.key));
                risen.push((proposal.day, proposal.key));
            }
        }
        let exposures = diary.exposures();
        let first_done = |(from, key): &(Day, Key)| {
            let later = exposures.iter().filter(|(day, done)| day > from && done == key).map(|(day, _)| *day);
            // A longer gap takes the step back, so that nothing more is done.
            later.min().filter(|day| day.since(*from) <= GAP_DAYS.0).map(|day| (day, key.exercise.clone()))
        };
        let mut sessions: BTreeMap<Day, BTreeSet<String>> = BTreeMap::new();
        for (day, exercise) in risen.iter().filter_map(first_done) {
            sessions.entry(day).or_default().insert(exercise);
        }
        prop_assert!(sessions.values().all(|exercises| exercises.len() <= RISES_A_DAY), "{sessions:?}");
    }

    #[test]
    fn a_worse_exposure_never_leads_to_a_higher_step(
        diary in any_diary(), which in any::<Index>(), how in 0..7_usize, by in 1..7_i64,
    ) {
        let better = diary.clone().accepting_everything();
        let mut worse = better.clone();
        if let Some(exercise) = worsen(&mut worse, which, how, by) {
            let (high, low) = (steps(&doses(&better)), steps(&doses(&worse)));
            for (key, step) in low.into_iter().filter(|(key, _)| key.exercise == exercise) {
                let told = |diary: &Diary| told(diary, &exercise);
                prop_assert!(step <= high[&key], "{key}: {step} > {}{}\n  or worse{}", high[&key], told(&better), told(&worse));
            }
        }
    }

    #[test]
    fn a_worse_next_morning_never_leads_to_a_higher_step(
        diary in any_diary(), which in any::<Index>(), by in 1..7_i64,
    ) {
        let better = diary.clone().accepting_everything();
        let mut worse = better.clone();
        let exercise = worsen(&mut worse, which, 7, by);
        // A bad morning that moves what is usual, or begins a flare, is more than one worse exposure.
        if let Some(exercise) = exercise.filter(|_| usual_and_flares(&better) == usual_and_flares(&worse)) {
            let (high, low) = (steps(&doses(&better)), steps(&doses(&worse)));
            for (key, step) in low.into_iter().filter(|(key, _)| key.exercise == exercise) {
                let told = |diary: &Diary| told(diary, &exercise);
                prop_assert!(step <= high[&key], "{key}: {step} > {}{}\n  or worse{}", high[&key], told(&better), told(&worse));
            }
        }
    }
}
