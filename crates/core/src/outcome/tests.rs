use super::*;
use crate::texts::Lang;
use proptest::prelude::*;

/// A check-in with back and leg pain.
pub(crate) fn check_in(day: i32, back: i64, leg: Option<i64>) -> Dated<CheckInValues> {
    let values = CheckInValues { pain: Some(back), leg, ..Default::default() };
    Dated { id: format!("c:{day:04}"), day: Day(day), at_ms: 0, values }
}

/// A complete PSFS.
pub(crate) fn psfs(id: &str, day: i32, activities: &[(&str, i64)]) -> Dated<MeasureValues> {
    let values = MeasureValues {
        measure: Some("psfs".into()),
        labels: Some(activities.iter().map(|(label, _)| (*label).to_owned()).collect()),
        items: Some(activities.iter().map(|(_, item)| *item).collect()),
        ..Default::default()
    };
    Dated { id: id.into(), day: Day(day), at_ms: 0, values }
}

/// A complete own questionnaire.
pub(crate) fn own(id: &str, day: i32, measure: &str, items: &[i64], max: i64, scoring: &str) -> Dated<MeasureValues> {
    let values = MeasureValues {
        measure: Some(measure.into()),
        name: Some("Mine".into()),
        labels: Some(items.iter().map(|_| "item".to_owned()).collect()),
        items: Some(items.to_vec()),
        item_max: Some(max),
        scoring: Some(scoring.into()),
        ..Default::default()
    };
    Dated { id: id.into(), day: Day(day), at_ms: 0, values }
}

/// Days off, or a flare.
pub(crate) fn day_off(id: &str, declared: i32, reason: &str, from: i32, to: Option<i32>) -> Dated<DayOffValues> {
    let values = DayOffValues {
        reason: Some(reason.into()),
        from: Some(Day(from).to_string()),
        to: to.map(|to| Day(to).to_string()),
        ..Default::default()
    };
    Dated { id: id.into(), day: Day(declared), at_ms: 0, values }
}

/// A check-in a day: back pain of each, and no word about the leg.
fn diary(pains: impl IntoIterator<Item = i64>) -> Vec<Dated<CheckInValues>> {
    (0..).zip(pains).map(|(day, pain)| check_in(day, pain, None)).collect()
}

fn pains(runs: &[(usize, i64)]) -> Vec<i64> {
    runs.iter().flat_map(|(days, pain)| std::iter::repeat_n(*pain, *days)).collect()
}

fn outcome(check_ins: &[Dated<CheckInValues>], measures: &[Dated<MeasureValues>], today: i32) -> Outcome {
    Outcome::of(&OutcomeLog { check_ins, measures, ..OutcomeLog::empty(Day(today)) })
}

fn rules(outcome: &Outcome) -> Vec<(&'static str, Part)> {
    outcome.alerts.0.iter().map(|alert| (alert.rule, alert.part)).collect()
}

fn said(sentences: &[Sentence]) -> Vec<String> {
    sentences.iter().map(|sentence| sentence.say(Lang::En)).collect()
}

#[test]
fn worse_for_three_days_asks_and_for_seven_advises() {
    // 14 days of 4, then 6: the 7-day median is 6 from the fourth of them on.
    let check_ins = diary(pains(&[(14, 4), (20, 6)]));
    for (today, expected) in [
        (18, &[][..]),
        (19, &[(alerts::CHECK_IN, Part::Back)]),
        (22, &[(alerts::CHECK_IN, Part::Back)]),
        (23, &[(alerts::CONTACT_WORSE, Part::Back), (alerts::CHECK_IN, Part::Back)]),
    ] {
        assert_eq!(rules(&outcome(&check_ins, &[], today)), expected, "day {today}");
    }
    let alert = &outcome(&check_ins, &[], 19).alerts.0[0];
    assert_eq!((alert.from, alert.to, alert.basis.len()), (Day(11), Day(19), 9));
    let said = alert.sentence.say(Lang::En);
    assert!(said.contains("about 6") && said.contains("it was 4"), "{said}");
    // Nobody checks in on the morning itself; a week later nothing is known any more.
    assert_eq!(rules(&outcome(&check_ins[..20], &[], 25)), [(alerts::CHECK_IN, Part::Back)]);
    assert_eq!(rules(&outcome(&check_ins[..20], &[], 26)), []);
}

#[test]
fn a_fortnight_that_is_worse_counts_with_function_or_new_leg_pain() {
    // The week was worse on 6 days running, and so is the fortnight.
    let mut check_ins = diary(pains(&[(19, 4), (9, 6)]));
    let asks = (alerts::CHECK_IN, Part::Back);
    let advises = (alerts::CONTACT_WORSE, Part::Back);
    assert_eq!(rules(&outcome(&check_ins, &[], 27)), [asks]);
    let takings = [psfs("m:1", 1, &[("Bending", 6)]), psfs("m:2", 26, &[("Bending", 4)])];
    let worse = outcome(&check_ins, &takings, 27);
    assert_eq!(rules(&worse), [advises, asks]);
    assert!(worse.alerts.0[0].basis.contains(&"m:2".to_owned()));
    let less = [takings[0].clone(), psfs("m:2", 26, &[("Bending", 5)])];
    assert_eq!(rules(&outcome(&check_ins, &less, 27)), [asks]);
    for day in [20, 22, 24] {
        check_ins[day].values.leg = Some(2);
    }
    assert_eq!(rules(&outcome(&check_ins, &[], 27)), [advises, asks]);
    for day in [1, 2, 3, 4, 5, 6, 7, 8] {
        check_ins[day].values.leg = Some(2);
    }
    assert_eq!(rules(&outcome(&check_ins, &[], 27)), [asks]);
}

#[test]
fn what_is_in_the_baseline_is_no_change_from_it() {
    let check_ins = diary(pains(&[(8, 4), (9, 9)]));
    assert_eq!(rules(&outcome(&check_ins, &[], 13)), []);
    assert_eq!(rules(&outcome(&check_ins, &[], 15)), []);
    assert_eq!(rules(&outcome(&check_ins, &[], 16)), [(alerts::CHECK_IN, Part::Back)]);
    // Leg pain on three days of the baseline is not new a week later.
    let mut check_ins = diary(pains(&[(15, 4), (8, 6)]));
    let asks = [(alerts::CHECK_IN, Part::Back)];
    for day in [10, 12, 13] {
        check_ins[day].values.leg = Some(2);
    }
    assert_eq!(rules(&outcome(&check_ins, &[], 22)), asks);
    for day in [15, 19, 22] {
        check_ins[day].values.leg = Some(2);
    }
    assert_eq!(rules(&outcome(&check_ins, &[], 22)), [(alerts::CONTACT_WORSE, Part::Back), asks[0]]);
}

#[test]
fn leg_pain_that_comes_up_is_no_baseline_of_its_own() {
    let mut check_ins = diary(pains(&[(30, 3)]));
    for check_in in &mut check_ins[16..] {
        check_in.values.leg = Some(4);
    }
    let outcome = outcome(&check_ins, &[], 25);
    assert_eq!(outcome.leg.baseline.map(|baseline| baseline.tenths), Some(0));
    assert_eq!(rules(&outcome), [(alerts::CONTACT_WORSE, Part::Leg), (alerts::CHECK_IN, Part::Leg)]);
}

#[test]
fn pain_that_stays_despite_exercise() {
    let monday = Day(4).monday();
    assert_eq!(monday, Day(4));
    let agreed = [Agreed { week: monday, sessions: 2, minutes: 20 }];
    let session = |day: i32| DoneSession { id: format!("s:{day}"), day: Day(day), minutes: Some(20), stopped: false };
    let sessions: Vec<_> = (0..6).flat_map(|week| [session(4 + week * 7), session(5 + week * 7)]).collect();
    let run = |pain: &[(usize, i64)], measures: &[Dated<MeasureValues>], sessions: &[DoneSession], today: i32| {
        let check_ins = diary(pains(pain));
        rules(&Outcome::of(&OutcomeLog {
            check_ins: &check_ins,
            measures,
            sessions,
            agreed: &agreed,
            ..OutcomeLog::empty(Day(today))
        }))
    };
    let persistent = [(alerts::CONTACT_PERSISTENT, Part::Back)];
    let same = &[(50, 5)];
    assert_eq!(run(same, &[], &sessions, 42), persistent);
    assert_eq!(run(same, &[], &sessions, 41), []);
    // Five weeks are over: 6 of 10 sessions are 60 %.
    assert_eq!(run(same, &[], &sessions[..5], 42), []);
    assert_eq!(run(same, &[], &sessions[..6], 42), persistent);
    // 5 to 3.5 is 30 %.
    assert_eq!(run(&[(20, 5), (15, 4), (15, 3)], &[], &sessions, 42), []);
    assert_eq!(run(&[(20, 5), (30, 4)], &[], &sessions, 42), persistent);
    assert_eq!(run(&[(50, 1)], &[], &sessions, 42), []);
    let takings = |after| [psfs("m:1", 1, &[("Bending", 4)]), psfs("m:2", 40, &[("Bending", after)])];
    assert_eq!(run(same, &takings(6), &sessions, 42), []);
    assert_eq!(run(same, &takings(5), &sessions, 42), persistent);
}

#[test]
fn the_statement_says_which_way_with_the_numbers() {
    let of = |check_ins: &[Dated<CheckInValues>], takings: &[Dated<MeasureValues>], today| {
        let statement = outcome(check_ins, takings, today).statement;
        (statement.direction, said(&statement.sentences))
    };
    let better = diary(pains(&[(14, 6), (14, 4)]));
    let (direction, sentences) = of(&better, &[], 27);
    assert_eq!(direction, Direction::Improved);
    assert_eq!(sentences[1], "Back pain: about 4 of 10 in the last 14 days, 6 at the start.");
    // 30 % of 8 is 2.4: 6 is not enough, 5 is.
    assert_eq!(of(&diary(pains(&[(14, 8), (14, 6)])), &[], 27).0, Direction::AboutTheSame);
    assert_eq!(of(&diary(pains(&[(14, 8), (14, 5)])), &[], 27).0, Direction::Improved);
    assert_eq!(of(&diary(pains(&[(14, 4), (14, 6)])), &[], 27).0, Direction::Worse);
    let same = diary(pains(&[(28, 5)]));
    let (direction, sentences) = of(&same, &[], 27);
    assert_eq!(direction, Direction::AboutTheSame);
    assert!(sentences[0].contains("less than 2 points"), "{}", sentences[0]);
    let takings = |after| [psfs("m:1", 0, &[("Bending", 4), ("Lifting", 3)]), psfs("m:2", 27, &[("Bending", after)])];
    let (direction, sentences) = of(&same, &takings(6), 27);
    assert_eq!(direction, Direction::Improved);
    assert!(sentences[1].contains("up by 2 of 10"), "{}", sentences[1]);
    assert_eq!(of(&same, &takings(5), 27).0, Direction::AboutTheSame);
    assert_eq!(of(&better, &takings(2), 27).0, Direction::Worse);
    assert_eq!(of(&diary([5, 5]), &[], 1).0, Direction::NotYet);
    assert_eq!(outcome(&[], &[], 5).statement.direction, Direction::NotYet);
}

#[test]
fn what_is_lacking_now_is_said_apart_from_what_lacked_at_the_start() {
    let key = |outcome: &Outcome| outcome.statement.sentences[0].key();
    assert_eq!(key(&outcome(&diary([5, 5]), &[], 1)), "outcome.not_yet");
    let seldom: Vec<_> = (0..20).map(|nth| check_in(nth * 5, 4, None)).collect();
    let now = outcome(&seldom, &[], 95);
    assert!(now.back.baseline.is_some());
    assert_eq!((now.statement.direction, key(&now)), (Direction::NotYet, "outcome.not_now"));
}

#[test]
fn only_pain_has_a_band() {
    let mut check_ins = diary(pains(&[(20, 4)]));
    for check_in in &mut check_ins {
        check_in.values.sleep = Some(5);
    }
    let outcome = outcome(&check_ins, &[], 19);
    assert_eq!(outcome.back.band, Some((20, 60)));
    assert!(outcome.sleep.baseline.is_some());
    assert_eq!((outcome.sleep.band, outcome.stress.band, outcome.mood.band), (None, None, None));
}

#[test]
fn the_digest_tells_function_first_and_pain_second() {
    let monday = Day(25).monday();
    let mut check_ins = diary(pains(&[(14, 5), (4, 5), (14, 4)]));
    for check_in in &mut check_ins {
        check_in.values.sleep = Some(if check_in.day < monday { 4 } else { 7 });
    }
    let walk = MeasureValues { measure: Some("walking-minutes".into()), value: Some(1), ..Default::default() };
    let measures = [
        psfs("m:1", 2, &[("Bending", 4)]),
        psfs("m:2", monday.0 + 1, &[("Bending", 5), ("Lifting", 6)]),
        Dated { id: "m:3".into(), day: monday, at_ms: 0, values: walk },
    ];
    let agreed = [Agreed { week: Day(0), sessions: 3, minutes: 20 }];
    let sessions = [("s:1", 0, 20), ("s:2", 1, 5)].map(|(id, day, minutes)| DoneSession {
        id: id.into(),
        day: monday.plus(day),
        minutes: Some(minutes),
        stopped: false,
    });
    let log = OutcomeLog {
        check_ins: &check_ins,
        measures: &measures,
        agreed: &agreed,
        sessions: &sessions,
        ..OutcomeLog::empty(Day(40))
    };
    assert_eq!(
        said(&digest(&log, monday)),
        [
            "What you can do: 5.5 of 10, and 4 the time before.",
            "Walking: 1 minute.",
            "Back pain: about 4 in the last 7 days, 4 in the 7 days before.",
            "Sessions: 1.5 of 3.",
            "Sleep: about 7 in the last 7 days, 4 in the 7 days before.",
        ]
    );
    let empty = OutcomeLog { ..OutcomeLog::empty(Day(40)) };
    assert_eq!(digest(&empty, monday)[0].key(), "outcome.digest_few");
}

proptest! {
    #[test]
    fn since_when_an_alert_stands_is_what_each_day_would_have_said(
        runs in proptest::collection::vec((1_usize..30, 0_i64..=10, proptest::option::of(0_i64..=10)), 1..8),
        gaps in proptest::collection::vec(any::<bool>(), 200), takings in proptest::collection::vec((0_i32..120, 0_i64..=10), 0..4),
        done in 0_i32..=3,
    ) {
        let days = runs.iter().flat_map(|(days, back, leg)| std::iter::repeat_n((*back, *leg), *days));
        let check_ins: Vec<_> =
            (0..).zip(days).map(|(day, (back, leg))| check_in(day, back, leg)).collect();
        let today = check_ins.last().unwrap().day;
        // A third of the days, or so, have no check-in.
        let check_ins: Vec<_> =
            check_ins.into_iter().zip(gaps.iter().cycle().zip(gaps.iter().skip(1).cycle())).filter(|(_, (one, other))| **one || **other)
                .map(|(check_in, _)| check_in).collect();
        let measures: Vec<_> =
            takings.iter().map(|(day, item)| psfs(&format!("m:{day}"), *day, &[("Bending", *item)])).collect();
        let agreed = [Agreed { week: Day(0), sessions: 3, minutes: 20 }];
        let sessions: Vec<_> = (0..today.0).filter(|day| day % 7 < done).map(|day| DoneSession {
            id: format!("s:{day}"), day: Day(day), minutes: None, stopped: false,
        }).collect();
        let log = OutcomeLog {
            check_ins: &check_ins,
            measures: &measures,
            agreed: &agreed,
            sessions: &sessions,
            episode_start: check_ins.first().map(|one| one.day),
            ..OutcomeLog::empty(today)
        };
        let stands = |day: Day| !Outcome::of(&OutcomeLog { today: day, ..log }).alerts.0.is_empty();
        let days = (1..=13).map(|back| today.plus(-back)).take_while(|day| stands(*day)).last();
        let expected = stands(today).then(|| days.unwrap_or(today));
        prop_assert_eq!(Outcome::of(&log).alerting_since(&log, 13), expected);
    }
}

#[test]
fn an_alert_of_ten_days_has_stood_for_ten_days() {
    let check_ins = diary(pains(&[(30, 3), (20, 7)]));
    let log = |today: i32| OutcomeLog { check_ins: &check_ins, ..OutcomeLog::empty(Day(today)) };
    let since = |today: i32| Outcome::of(&log(today)).alerting_since(&log(today), 13);
    let first = (30..50).find(|day| since(*day).is_some()).unwrap();
    assert_eq!(since(first), Some(Day(first)));
    assert_eq!(since(first + 9), Some(Day(first)));
    assert_eq!(since(first + 15), Some(Day(first + 2)), "no further back than 13 days");
}

#[test]
fn nothing_that_holds_health_data_shows_it() {
    let check_ins = diary(pains(&[(14, 4), (20, 6)]));
    let outcome = outcome(&check_ins, &[], 30);
    assert_eq!(format!("{outcome:?} {:?} {:?}", outcome.back, outcome.alerts), "Outcome(..) Trend(..) Alerts(..)");
    assert_eq!(format!("{:?} {:?}", outcome.alerts.0[0], outcome.statement), "Alert(..) Statement(..)");
    let json = serde_json::to_value(&outcome).unwrap();
    assert_eq!(json["back"]["baseline"]["tenths"], 40);
    assert_eq!(json["alerts"][0]["rule"], alerts::CONTACT_WORSE);
}

#[test]
fn a_diary_may_leave_out_what_is_long_ago() {
    let mut check_ins = diary((0..400).map(|day| 3 + day * 7 % 5));
    for check_in in &mut check_ins {
        check_in.values.leg = Some(check_in.day.0.rem_euclid(3).into());
    }
    let measures: Vec<_> =
        (0..28).map(|nth| psfs(&format!("m:{nth:02}"), nth * 14, &[("Bending", i64::from(nth) % 10)])).collect();
    let log = OutcomeLog {
        check_ins: &check_ins,
        measures: &measures,
        episode_start: Some(Day(0)),
        ..OutcomeLog::empty(Day(399))
    };
    let whole = Outcome::of(&log);
    let recent = |day: Day| day > Day(399 - 120);
    let some: Vec<_> = check_ins.iter().filter(|one| one.day < Day(14) || recent(one.day)).cloned().collect();
    let few: Vec<_> = measures.iter().filter(|one| one.day == Day(0) || recent(one.day)).cloned().collect();
    let part = Outcome::of(&OutcomeLog { check_ins: &some, measures: &few, ..log });
    assert!(part.alerts == whole.alerts && part.statement == whole.statement && part.recovered == whole.recovered);
    assert!(part.back.slope == whole.back.slope && part.back.baseline == whole.back.baseline);
    assert!(part.leg.band == whole.leg.band && part.days_since_limiting == whole.days_since_limiting);
    let newest = |trend: &Trend| trend.median7.iter().rev().take(100).copied().collect::<Vec<_>>();
    assert!(newest(&part.back) == newest(&whole.back));
}

#[test]
fn it_is_said_that_nothing_was_in_the_way_only_where_something_is_known() {
    let often: Vec<_> = (0..300).step_by(20).map(|day| check_in(day, 2, None)).collect();
    let quiet = outcome(&often, &[], 290);
    assert_eq!(quiet.days_since_limiting, None);
    let said = quiet.since_limiting().unwrap().say(Lang::En);
    assert_eq!(said, "Nothing that you wrote down in the last 120 days says that pain got in the way.");
    // Too young a diary, and one with a hole in it.
    assert_eq!(outcome(&often, &[], 119).since_limiting(), None);
    let holed: Vec<_> = often.iter().filter(|one| !(200..250).contains(&one.day.0)).cloned().collect();
    assert_eq!(outcome(&holed, &[], 290).since_limiting(), None);
}

fn diaries() -> impl Strategy<Value = Vec<Dated<CheckInValues>>> {
    // Mostly worse after three weeks, so that there are alerts to take away.
    let day = (proptest::option::weighted(0.8, 0_i64..=4), proptest::option::weighted(0.6, 0_i64..=4));
    (proptest::collection::vec(day, 25..50), 0_i64..4).prop_map(|(days, worse)| {
        let there = (0..).zip(days).filter_map(|(day, (back, leg))| {
            let worse = if day > 20 { worse } else { 0 };
            Some(check_in(day, back? + worse, leg.map(|leg| leg + worse)))
        });
        there.collect()
    })
}

proptest! {
    #[test]
    fn more_pain_never_takes_an_alert_away(check_ins in diaries(), at in 0_usize..50, by in 1_i64..=10, leg in any::<bool>()) {
        let today = check_ins.last().map_or(0, |last| last.day.0);
        let before = outcome(&check_ins, &[], today);
        let mut worse = check_ins.clone();
        let at = at % worse.len();
        let changed = &mut worse[at];
        let until = before.back.baseline.map_or(Day(0), |baseline| baseline.until);
        let leg_until = before.leg.baseline.map_or(Day(0), |baseline| baseline.until);
        prop_assume!(changed.day > until && changed.day > leg_until);
        let raised = if leg { &mut changed.values.leg } else { &mut changed.values.pain };
        prop_assume!(raised.is_some());
        *raised = raised.map(|pain| (pain + by).min(10));
        let after = outcome(&worse, &[], today);
        for rule in rules(&before) {
            prop_assert!(rule.0 == alerts::CONTACT_PERSISTENT || rules(&after).contains(&rule), "{:?}", rule);
        }
    }

    #[test]
    fn the_order_and_repetition_of_records_do_not_matter(check_ins in diaries(), turn in 0_usize..50) {
        let straight = outcome(&check_ins, &[], 50);
        let mut turned = check_ins.clone();
        turned.reverse();
        turned.rotate_left(turn % check_ins.len());
        turned.extend(check_ins);
        prop_assert!(outcome(&turned, &[], 50) == straight);
    }
}
