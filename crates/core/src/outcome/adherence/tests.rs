use super::*;
use crate::check_in::CheckInValues;
use crate::dose::{Exercises, Fold, days};
use crate::outcome::tests::day_off;
use proptest::prelude::*;

/// A Monday.
const MONDAY: Day = Day(20_416);

fn session(week: i32, nth: i32, minutes: u16) -> DoneSession {
    let day = MONDAY.plus(week * 7 + nth);
    DoneSession { id: format!("s:{week}-{nth}"), day, minutes: Some(minutes), stopped: false }
}

fn agreed(sessions: u8) -> [Agreed; 1] {
    [Agreed { week: MONDAY, sessions, minutes: 20 }]
}

/// The weeks of three agreed sessions each in which so many were done, and the last of which is over.
fn weeks(done: &[i32]) -> Adherence {
    let sessions: Vec<_> =
        (0..).zip(done).flat_map(|(week, count)| (0..*count).map(move |nth| session(week, nth, 20))).collect();
    let today = MONDAY.plus(7 * i32::try_from(done.len()).unwrap());
    Adherence::of(&agreed(3), &sessions, &[], &[], today)
}

fn states(adherence: &Adherence) -> String {
    let letter = |week: &Week| match week.state {
        WeekState::OnTrack => 'o',
        WeekState::Open => '?',
        WeekState::Paused => 'p',
        WeekState::Missed => 'm',
        WeekState::Off => '-',
    };
    adherence.weeks.iter().map(letter).collect()
}

#[test]
fn the_day_of_the_tests_is_a_monday() {
    assert_eq!(MONDAY.weekday(), 0);
}

#[test]
fn sessions_count_whole_or_half() {
    let whole = session(0, 0, 10);
    for (session, halves) in [
        (whole.clone(), 2),
        (DoneSession { minutes: Some(9), ..whole.clone() }, 1),
        (DoneSession { minutes: Some(0), ..whole.clone() }, 1),
        (DoneSession { minutes: Some(1), stopped: true, ..whole.clone() }, 2),
        (DoneSession { minutes: None, ..whole }, 2),
    ] {
        let mut day = DoneDay::default();
        day.add(&session);
        assert_eq!(day.counts_halves(20), halves);
        assert_eq!(day.counts_halves(0), 2);
    }
}

#[test]
fn what_was_done_on_one_day_is_one_session() {
    let piece = |nth: i32, minutes| DoneSession { id: format!("s:{nth}"), ..session(0, 0, minutes) };
    let of = |pieces: &[DoneSession]| Adherence::of(&agreed(3), pieces, &[], &[], MONDAY.plus(7)).weeks[0].done_halves;
    assert_eq!(of(&[piece(0, 9)]), 1);
    assert_eq!(of(&[piece(0, 9), piece(1, 1)]), 2);
    let five: Vec<_> = (0..5).map(|nth| piece(nth, 20)).collect();
    assert_eq!(of(&five), 2);
    let unknown: Vec<_> = (0..5).map(|nth| DoneSession { minutes: None, ..piece(nth, 0) }).collect();
    assert_eq!(of(&unknown), 2);
}

#[test]
fn a_flare_left_open_is_not_closed_by_the_end_of_a_later_one() {
    let flare = |id, day: i32, reason| day_off(id, MONDAY.plus(day).0, reason, MONDAY.plus(day).0, None);
    let off = [flare("f:1", 0, "flare"), flare("f:2", 98, "flare"), flare("f:3", 101, "flare-over")];
    let spans: Vec<_> =
        flare_spans(&off, &[]).into_iter().map(|(from, to)| (from.since(MONDAY), to.since(MONDAY))).collect();
    assert_eq!(spans, [(0, 13), (98, 100)]);
    // One that was closed counts as long as it lasted.
    let long = [flare("f:1", 0, "flare"), flare("f:2", 30, "flare-over"), flare("f:3", 33, "flare")];
    let spans: Vec<_> =
        flare_spans(&long, &[]).into_iter().map(|(from, to)| (from.since(MONDAY), to.since(MONDAY))).collect();
    assert_eq!(spans, [(0, 29), (33, 46)]);
}

fn seen(from: i32, felt: i32, over: Option<i32>) -> FlareSpan {
    let day = |day| MONDAY.plus(day);
    FlareSpan { from: day(from), felt: day(felt), over: over.map(day), told: false }
}

#[test]
fn a_flare_that_was_seen_in_the_mornings_counts_as_one_that_was_told() {
    let spans = |off: &[Dated<DayOffValues>], known: &[FlareSpan]| {
        let spans = flare_spans(off, known).into_iter();
        spans.map(|(from, to)| (from.since(MONDAY), to.since(MONDAY))).collect::<Vec<_>>()
    };
    assert_eq!(spans(&[], &[seen(1, 4, Some(6))]), [(1, 5)]);
    // It goes on, or nothing is known of it any more.
    assert_eq!(spans(&[], &[seen(1, 20, None)]), [(1, 33)]);
    assert_eq!(spans(&[], &[seen(1, 2, Some(100))]), [(1, 15)]);
    // One that was told and has settled in the mornings is over.
    let told = [day_off("f:1", MONDAY.0, "flare", MONDAY.0, None)];
    assert_eq!(spans(&told, &[FlareSpan { told: true, ..seen(0, 2, Some(5)) }]), [(0, 4)]);
    assert_eq!(spans(&told, &[FlareSpan { told: true, ..seen(0, 0, None) }]), [(0, 13)]);
    // Bad mornings of one that was told speak for it as they do for the dose rules, also if it was told twice.
    assert_eq!(spans(&told, &[FlareSpan { told: true, ..seen(0, 9, None) }]), [(0, 22)]);
    let twice = [told[0].clone(), day_off("f:2", MONDAY.0 + 4, "flare", MONDAY.0 + 4, None)];
    assert_eq!(spans(&twice, &[FlareSpan { told: true, ..seen(0, 9, Some(23)) }]), [(0, 3), (4, 22)]);
    // Told again on the day on which the last one was over: another one.
    let next = [told[0].clone(), day_off("f:2", MONDAY.0 + 14, "flare", MONDAY.0 + 14, None)];
    let known = [FlareSpan { told: true, ..seen(0, 0, Some(14)) }, FlareSpan { told: true, ..seen(14, 14, None) }];
    assert_eq!(spans(&next, &known), [(0, 13), (14, 27)]);
    // Told on and over on one day: the stricter stands.
    let both = [told[0].clone(), day_off("f:2", MONDAY.0, "flare-over", MONDAY.0, None)];
    assert_eq!(spans(&both, &[FlareSpan { told: true, ..seen(0, 0, None) }]), [(0, 13)]);

    let week = |known: &[FlareSpan]| Adherence::of(&agreed(3), &[], &[], known, MONDAY.plus(7)).weeks[0];
    assert_eq!((week(&[]).to_do, week(&[]).state), (3, WeekState::Missed));
    assert_eq!(week(&[seen(1, 4, Some(5))]).to_do, 1);
    assert_eq!(week(&[seen(1, 4, None)]).state, WeekState::Off);
}

#[test]
fn two_thirds_are_on_track() {
    for (agreed_sessions, halves, on_track) in [(3, 4, true), (3, 3, false), (4, 6, true), (4, 5, false), (1, 2, true)]
    {
        let half = |nth| DoneSession { id: format!("s:{nth}"), ..session(0, nth % 7, 1) };
        let sessions: Vec<_> = (0..halves).map(half).collect();
        let adherence = Adherence::of(&agreed(agreed_sessions), &sessions, &[], &[], MONDAY.plus(7));
        assert_eq!(adherence.weeks[0].state == WeekState::OnTrack, on_track, "{halves} halves of {agreed_sessions}");
    }
}

#[test]
fn runs_pause_once_in_four_weeks_and_never_show_zero() {
    for (done, shown, current, ended, best) in [
        (&[3, 3, 0, 3][..], "oopo?", 3, false, 3),
        (&[3, 3, 0, 0], "oopm?", 2, true, 2),
        (&[3, 3, 0, 3, 0], "oopom?", 3, true, 3),
        (&[3, 3, 0, 0, 3], "oopmo?", 1, false, 2),
        (&[3, 0, 3, 3, 3, 0], "opooop?", 4, false, 4),
        (&[3, 0, 3, 3, 0], "opoom?", 3, true, 3),
        (&[0, 0, 2], "mmo?", 1, false, 1),
        (&[0], "m?", 0, false, 0),
    ] {
        let adherence = weeks(done);
        assert_eq!(states(&adherence), shown);
        let streak = adherence.streak;
        assert_eq!((streak.current_weeks, streak.ended, streak.best_weeks), (current, ended, best), "{shown}");
    }
}

#[test]
fn weeks_off_are_left_out_of_runs() {
    let sessions: Vec<_> = [0, 1, 3].iter().flat_map(|week| (0..2).map(|nth| session(*week, nth, 20))).collect();
    let off = day_off("f:1", MONDAY.0 + 14, "travel", MONDAY.0 + 14, Some(MONDAY.0 + 20));
    let adherence = Adherence::of(&agreed(3), &sessions, &[off], &[], MONDAY.plus(28));
    assert_eq!(states(&adherence), "oo-o?");
    assert_eq!((adherence.streak.current_weeks, adherence.streak.last_weeks), (3, 3));
    let said: Vec<_> = adherence.streak.sentences().iter().map(|one| one.say(crate::texts::Lang::En)).collect();
    assert_eq!(said, ["3 weeks on track in a row", "Longest run: 3 weeks", "3 of the last 3 weeks on track"]);
    assert!(weeks(&[0]).streak.sentences().is_empty());
}

#[test]
fn the_last_twelve_are_those_that_count() {
    let streak = weeks(&[3, 3, 3, 0, 3, 3, 3, 0, 3, 3, 3, 0, 3, 3]).streak;
    assert_eq!((streak.on_track_of_last, streak.last_weeks), (9, 12));
    let streak = weeks(&[3, 0]).streak;
    assert_eq!((streak.on_track_of_last, streak.last_weeks), (1, 2));
}

#[test]
fn days_off_take_their_share() {
    let start = MONDAY.0;
    let off = |reason: &str, from: i32, to: Option<i32>, declared: i32| {
        let record = day_off("f:1", start + declared, reason, start + from, to.map(|to| start + to));
        Adherence::of(&agreed(3), &[], &[record], &[], MONDAY.plus(7)).weeks[0]
    };
    assert_eq!(off("illness", 0, Some(6), 7).to_do, 0);
    assert_eq!(off("illness", 0, Some(6), 7).state, WeekState::Off);
    assert_eq!(off("travel", 0, Some(1), 0).to_do, 2);
    assert_eq!(off("rest", 3, None, 3).to_do, 2);
    assert_eq!(off("flare", 0, None, 0).to_do, 0);
    // Declared on day 10: only days 3 and later can be off any more.
    assert_eq!(off("illness", 0, Some(6), 10).to_do, 1);
    assert_eq!(off("holiday", 0, Some(6), 0).to_do, 3);
    assert_eq!(off("illness", 6, Some(0), 0).to_do, 3);
    let records =
        [day_off("f:1", start, "flare", start, None), day_off("f:2", start + 2, "flare-over", start + 2, None)];
    assert_eq!(Adherence::of(&agreed(3), &[], &records, &[], MONDAY.plus(7)).weeks[0].to_do, 2);
}

#[test]
fn an_agreement_stands_until_a_later_one_and_the_smaller_of_two_wins() {
    let agreed = [
        Agreed { week: MONDAY.plus(14), sessions: 0, minutes: 20 },
        Agreed { week: MONDAY.plus(3), sessions: 4, minutes: 20 },
        Agreed { week: MONDAY, sessions: 2, minutes: 20 },
    ];
    let adherence = Adherence::of(&agreed, &[], &[], &[], MONDAY.plus(21));
    assert_eq!(adherence.weeks.iter().map(|week| week.to_do).collect::<Vec<_>>(), [2, 2, 0, 0]);
    assert_eq!(adherence.percent_since(MONDAY, MONDAY.plus(21)), Some(0));
    assert_eq!(adherence.percent_since(MONDAY.plus(14), MONDAY.plus(21)), None);
}

#[test]
fn weeks_before_the_sessions_that_are_there_are_not_missed() {
    let agreed =
        [(0, 3), (2, 2), (5, 4)].map(|(week, sessions)| Agreed { week: MONDAY.plus(week * 7), sessions, minutes: 20 });
    for (since, expected) in [
        (MONDAY.plus(-9), &[(0, 3), (2, 2), (5, 4)][..]),
        (MONDAY.plus(21), &[(3, 2), (5, 4)]),
        (MONDAY.plus(22), &[(4, 2), (5, 4)]),
        (MONDAY.plus(28 + 6), &[(5, 4)]),
        (MONDAY.plus(70), &[(10, 4)]),
    ] {
        let held = agreed_since(&agreed, since);
        let weeks: Vec<_> = held.iter().map(|one| (one.week.since(MONDAY) / 7, one.sessions)).collect();
        assert_eq!(weeks, expected, "{since}");
    }
}

#[test]
fn one_full_week_does_not_make_up_for_an_empty_one() {
    let adherence = weeks(&[7, 0]);
    assert_eq!(adherence.percent_since(MONDAY, MONDAY.plus(14)), Some(50));
    assert_eq!(adherence.percent_since(MONDAY.plus(7), MONDAY.plus(14)), Some(0));
}

#[test]
fn the_running_week_is_in_no_percentage_before_it_is_over() {
    let sessions: Vec<_> = (0..3).map(|nth| session(1, nth, 20)).collect();
    let of = |today: Day| Adherence::of(&agreed(3), &sessions, &[], &[], today);
    let sunday = MONDAY.plus(13);
    assert_eq!(of(sunday).weeks[1].state, WeekState::OnTrack);
    assert_eq!(
        of(sunday).percent_since(MONDAY, sunday),
        Some(0),
        "nothing in the first week, and all in the running one"
    );
    assert_eq!(of(MONDAY.plus(14)).percent_since(MONDAY, MONDAY.plus(14)), Some(50));
}

#[test]
fn what_was_done_before_the_first_agreement_counts_toward_nothing() {
    let thursday = MONDAY.plus(3);
    let agreed = [
        Agreed { week: thursday, sessions: 2, minutes: 20 },
        Agreed { week: MONDAY.plus(7), sessions: 3, minutes: 20 },
        // A version of the same week, and one of a later week, whose first days count.
        Agreed { week: MONDAY.plus(5), sessions: 2, minutes: 20 },
        Agreed { week: MONDAY.plus(12), sessions: 3, minutes: 20 },
    ];
    let sessions: Vec<_> =
        [(0, 0), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2)].iter().map(|(week, nth)| session(*week, *nth, 20)).collect();
    for agreed in [agreed.to_vec(), agreed_since(&agreed, MONDAY.plus(-7)), agreed_since(&agreed, MONDAY)] {
        let weeks = Adherence::of(&agreed, &sessions, &[], &[], MONDAY.plus(14)).weeks;
        assert_eq!(
            (weeks[0].done_halves, weeks[0].state),
            (2, WeekState::Missed),
            "Monday and Wednesday are before it"
        );
        assert_eq!((weeks[1].done_halves, weeks[1].state), (6, WeekState::OnTrack));
    }
}

fn histories() -> impl Strategy<Value = (Vec<Agreed>, Vec<DoneSession>, Vec<Dated<DayOffValues>>)> {
    let agreed = (0..140_i32, 0_u8..6, 0_u16..40).prop_map(|(day, sessions, minutes)| Agreed {
        week: MONDAY.plus(day),
        sessions,
        minutes,
    });
    let session = (0..60_u8, 0..150_i32, proptest::option::of(0_u16..60), any::<bool>()).prop_map(
        |(id, day, minutes, stopped)| DoneSession { id: format!("s:{id}"), day: MONDAY.plus(day), minutes, stopped },
    );
    let reasons = proptest::sample::select(vec!["flare", "flare-over", "illness", "travel", "rest", "?"]);
    let off = (0..9_u8, 0..150_i32, reasons, -9..9_i32, proptest::option::of(0..9_i32)).prop_map(
        |(id, day, reason, from, to)| {
            let from = MONDAY.0 + day + from;
            day_off(&format!("f:{id}"), MONDAY.0 + day, reason, from, to.map(|to| from + to))
        },
    );
    (
        proptest::collection::vec(agreed, 1..5),
        proptest::collection::vec(session, 0..60),
        proptest::collection::vec(off, 0..4),
    )
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter((agreed, sessions, off) in histories(), turn in 0_usize..60) {
        let today = MONDAY.plus(150);
        let straight = Adherence::of(&agreed, &sessions, &off, &[], today);
        let (mut agreed, mut sessions, mut off) = (agreed, sessions, off);
        let last = agreed.len() - 1;
        agreed.rotate_left(turn % (last + 1));
        sessions.reverse();
        sessions.extend(sessions.clone());
        off.reverse();
        prop_assert!(Adherence::of(&agreed, &sessions, &off, &[], today) == straight);
    }

    #[test]
    fn one_more_session_never_makes_anything_smaller((agreed, sessions, off) in histories(), day in 0..150_i32) {
        let today = MONDAY.plus(150);
        let before = Adherence::of(&agreed, &sessions, &off, &[], today);
        let mut more = sessions;
        more.push(DoneSession { id: "s:new".into(), day: MONDAY.plus(day), minutes: None, stopped: false });
        let after = Adherence::of(&agreed, &more, &off, &[], today);
        for (before, after) in before.weeks.iter().zip(&after.weeks) {
            prop_assert!(after.done_halves >= before.done_halves && after.to_do == before.to_do);
            prop_assert!(before.state != WeekState::OnTrack || after.state == WeekState::OnTrack);
        }
        prop_assert!(after.percent_since(MONDAY, today) >= before.percent_since(MONDAY, today));
    }

    #[test]
    fn a_streak_is_never_zero_after_a_week_on_track((agreed, sessions, off) in histories()) {
        let adherence = Adherence::of(&agreed, &sessions, &off, &[], MONDAY.plus(150));
        let on_track = adherence.weeks.iter().filter(|week| week.state == WeekState::OnTrack).count();
        let streak = adherence.streak;
        prop_assert_eq!(streak.current_weeks > 0, on_track > 0);
        prop_assert!(streak.current_weeks <= streak.best_weeks && streak.best_weeks as usize <= on_track);
        prop_assert!(streak.on_track_of_last <= streak.last_weeks && streak.last_weeks <= 12);
        let paused: Vec<Day> = adherence.weeks.iter().filter(|week| week.state == WeekState::Paused).map(|week| week.monday).collect();
        prop_assert!(paused.windows(2).all(|pair| pair[1].since(pair[0]) >= 28));
    }

    /// Two looks at the same flares: no day that the dose rules halve counts as one on which sessions were owed.
    #[test]
    fn every_day_of_a_flare_of_the_dose_rules_is_one_for_the_weeks_too(
        mornings in proptest::collection::vec(proptest::option::weighted(0.7, 0_i64..=10), 60),
        told in proptest::collection::vec((0..60_i32, 0..30_i32, any::<bool>()), 0..5),
    ) {
        let check_ins: Vec<_> = (0..).zip(&mornings).filter_map(|(number, pain)| {
            let values = CheckInValues { pain: Some((*pain)?), ..CheckInValues::default() };
            Some(Dated { id: format!("c:{number}"), day: MONDAY.plus(number), at_ms: 0, values })
        }).collect();
        let off: Vec<_> = (0..).zip(&told).map(|(id, (from, later, on))| {
            let reason = if *on { "flare" } else { "flare-over" };
            day_off(&format!("f:{id}"), MONDAY.0 + from + later, reason, MONDAY.0 + from, None)
        }).collect();
        let mut fold = Fold::new();
        for day in days(&check_ins, &[], &[], &off) {
            fold.day(&day, &Exercises::default());
        }
        let known = fold.flares();
        let spans = flare_spans(&off, &known);
        for flare in &known {
            let over = flare.over.unwrap_or(flare.felt.plus(crate::dose::FLARE_DAYS_MAX));
            for day in (flare.from.0..over.0).map(Day) {
                prop_assert!(
                    spans.iter().any(|(from, to)| (*from..=*to).contains(&day)),
                    "day {} of {:?} to {:?}", day.since(MONDAY), flare.from.since(MONDAY), over.since(MONDAY)
                );
            }
        }
    }
}
