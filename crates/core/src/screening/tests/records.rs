//! What holds, given records of several devices.

use super::*;
use crate::day::Day;
use crate::record::Dated;
use crate::refusal::Reason;

const TODAY: Day = Day(20_780);
const DAY_MS: i64 = 86_400_000;

fn dated<V>(id: &str, day: Day, values: V) -> Dated<V> {
    Dated { id: id.to_owned(), day, at_ms: day.start_ms(), values }
}

fn screened(id: &str, day: Day, changes: &[&str], known: &[&str]) -> Dated<ScreeningValues> {
    let known: Vec<String> = known.iter().map(|id| (*id).to_owned()).collect();
    let values = result(&answered(changes), Purpose::First, &known, Some("DE")).unwrap();
    values.check().unwrap();
    dated(id, day, values)
}

fn short(id: &str, day: Day, changes: &[&str], known: &[&str]) -> Dated<ScreeningValues> {
    let mut answers = Answers::new();
    for change in changes {
        answers.set(change, "yes").unwrap();
    }
    while let Some(question) = next_question(&answers, Purpose::Today) {
        answers.set(question.id, "no").unwrap();
    }
    let mut values = result(&answers, Purpose::Today, &[], None).unwrap();
    values.answers_again = Some(known.iter().map(|id| (*id).to_owned()).collect());
    dated(id, day, values)
}

fn clearance(covers: &[&str], signs: Option<&str>) -> Dated<ClearanceValues> {
    let values = ClearanceValues {
        who: Some("family doctor".into()),
        day: Some("2026-11-22".into()),
        covers: Some(covers.iter().map(|id| (*id).to_owned()).collect()),
        signs: signs.map(str::to_owned),
        ..Default::default()
    };
    dated("l1", TODAY, values)
}

fn caution(id: &str, condition: &str, answer: &str, known: &[&str]) -> Dated<CautionValues> {
    let values = CautionValues {
        condition: Some(condition.into()),
        answer: Some(answer.into()),
        answers_again: Some(known.iter().map(|id| (*id).to_owned()).collect()),
        ..Default::default()
    };
    dated(id, TODAY, values)
}

/// Somebody who checked in and trained today.
fn in_use() -> Usage {
    Usage { last_session: Some(TODAY), last_check_in: Some(TODAY), ..Usage::default() }
}

fn safety(
    screenings: &[Dated<ScreeningValues>],
    clearances: &[Dated<ClearanceValues>],
    cautions: &[Dated<CautionValues>],
) -> Safety {
    Safety::of(screenings, clearances, cautions, &in_use(), TODAY)
}

fn level_max(safety: &Safety) -> Option<u8> {
    safety.clearance().ok().map(|cleared| cleared.level_max())
}

#[test]
fn nothing_without_screening() {
    let none = safety(&[], &[], &[]);
    assert_eq!(none.clearance().unwrap_err(), Locked::NotScreened);
    assert_eq!(safety(&[short("t1", TODAY, &[], &[])], &[], &[]).clearance().unwrap_err(), Locked::NotScreened);
    let fine = safety(&[screened("t1", TODAY, &[], &[])], &[], &[]);
    assert_eq!((level_max(&fine), fine.level), (Some(3), Level::E));
}

#[test]
fn a_red_flag_from_a_device_whose_clock_is_a_day_behind_locks() {
    let flag = screened("t0", TODAY.plus(-1), &["a1"], &[]);
    let fine = screened("t1", TODAY, &[], &[]);
    let safety = safety(&[fine, flag], &[], &[]);
    let locked = safety.clearance().unwrap_err();
    assert_eq!((locked.level(), locked.to_cover()), (Some(Level::A), vec!["t0"]));
}

#[test]
fn two_results_that_do_not_know_each_other_both_stand() {
    let (one, other) = (screened("t1", TODAY, &["c6"], &[]), screened("t2", TODAY, &[], &[]));
    assert_eq!(level_max(&safety(&[one.clone(), other.clone()], &[], &[])), None);
    let knows_one = screened("t3", TODAY, &[], &["t2"]);
    assert_eq!(level_max(&safety(&[one.clone(), other.clone(), knows_one], &[], &[])), None);
    let knows_both = screened("t3", TODAY, &[], &["t1", "t2"]);
    assert_eq!(level_max(&safety(&[one, other, knows_both], &[], &[])), Some(3));
}

#[test]
fn c_and_d_yield_to_answering_again_and_a_and_b_do_not() {
    for (changes, yields) in [(&["c6"][..], true), (&["d1", "d1-week13"], true), (&["b5"], false), (&["a1"], false)] {
        let first = screened("t1", TODAY.plus(-3), changes, &[]);
        let again = screened("t2", TODAY, &[], &["t1"]);
        let safety = safety(&[first, again], &[], &[]);
        assert_eq!(level_max(&safety), yields.then_some(3), "{changes:?}");
        assert_eq!(safety.conditions, Vec::<&Condition>::new(), "{changes:?}");
        assert_eq!(safety.unanswered, ["t2"]);
    }
}

#[test]
fn the_short_check_takes_nothing_back() {
    let surgery = screened("t1", TODAY.plus(-3), &["c6"], &[]);
    let check = short("t2", TODAY, &[], &["t1"]);
    assert_eq!(level_max(&safety(&[surgery, check.clone()], &[], &[])), None);
    let flag = short("t3", TODAY, &["a8"], &[]);
    let fine = screened("t1", TODAY.plus(-3), &[], &[]);
    assert_eq!(level_max(&safety(&[fine.clone(), check.clone()], &[], &[])), Some(3));
    assert_eq!(level_max(&safety(&[fine, check, flag], &[], &[])), None);
}

#[test]
fn a_clearance_covers_only_what_it_names() {
    let results = [screened("t1", TODAY, &["b5"], &[]), screened("t2", TODAY, &["c6"], &[])];
    let locked = safety(&results, &[clearance(&["t1"], None)], &[]).clearance().unwrap_err();
    assert_eq!(locked.to_cover(), ["t2"]);
    let both = clearance(&["t1", "t2"], None);
    let known = safety(&results, std::slice::from_ref(&both), &[]);
    assert_eq!(
        known.clearance().unwrap_err(),
        Locked::AskAgain(vec![Ask::AfterAdvice]).clone(),
        "B wants asking again"
    );
    let again = screened("t3", TODAY, &[], &["t1", "t2"]);
    let all: Vec<_> = results.iter().cloned().chain([again]).collect();
    assert_eq!(level_max(&safety(&all, &[both], &[])), Some(3));
    assert_eq!(level_max(&safety(&all, &[], &[])), None);
    let nobody = dated("l1", TODAY, ClearanceValues { who: None, ..clearance(&["t1", "t2"], None).values });
    assert_eq!(level_max(&safety(&all, &[nobody], &[])), None);
}

#[test]
fn an_emergency_wants_its_signs_gone_or_assessed() {
    let results = [screened("t1", TODAY.plus(-2), &["a1"], &[]), screened("t2", TODAY, &[], &["t1"])];
    assert_eq!(level_max(&safety(&results, &[clearance(&["t1"], None)], &[])), None);
    for signs in ["gone", "assessed"] {
        assert_eq!(level_max(&safety(&results, &[clearance(&["t1"], Some(signs))], &[])), Some(3), "{signs}");
    }
}

#[test]
fn a_professionals_limit_holds_until_another_clearance_takes_its_place() {
    let results = [screened("t1", TODAY.plus(-2), &["c6"], &[]), screened("t2", TODAY, &[], &["t1"])];
    let limited = dated("l1", TODAY, ClearanceValues { level_max: Some(1), ..clearance(&["t1"], None).values });
    let wide = dated("l2", TODAY, clearance(&["t1"], None).values);
    assert_eq!(level_max(&safety(&results, &[limited.clone(), wide.clone()], &[])), Some(1));
    let limiting = safety(&results, &[limited.clone(), wide.clone()], &[]);
    assert_eq!(limiting.limited_by, ["l1"]);
    let instead = ClearanceValues { replaces: Some(vec!["l1".into()]), ..wide.values };
    assert_eq!(level_max(&safety(&results, &[limited, dated("l2", TODAY, instead)], &[])), Some(3));
}

#[test]
fn pregnant_on_one_phone_and_not_on_the_other_stands_until_answered_again() {
    let fine = [screened("t1", TODAY, &[], &[])];
    let (yes, no) = (caution("k1", "pregnancy", "yes", &[]), caution("k2", "pregnancy", "no", &[]));
    let ids = |cautions: &[Dated<CautionValues>]| {
        safety(&fine, &[], cautions).conditions.iter().map(|condition| condition.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[yes.clone(), no.clone()]), ["pregnancy"]);
    assert_eq!(ids(&[no.clone(), yes.clone(), caution("k3", "pregnancy", "no", &["k2"])]), ["pregnancy"]);
    assert_eq!(ids(&[no.clone(), yes.clone(), caution("k3", "glaucoma", "no", &["k1", "k2"])]), ["pregnancy"]);
    assert_eq!(ids(&[no.clone(), yes.clone(), caution("k3", "pregnancy", "no", &["k1", "k2"])]), Vec::<&str>::new());
    assert_eq!(ids(&[no]), Vec::<&str>::new());
    let kneel = safety(&fine, &[], &[yes]).clearance().unwrap();
    let press_up = crate::catalogue::find("prone-press-up").unwrap();
    assert!(matches!(kneel.blocks(press_up), Some((_, Some(condition))) if condition.id == "pregnancy"));
}

#[test]
fn a_caution_whose_day_is_over_stands_and_is_asked_again() {
    let over = CautionValues { until: Some("2020-01-01".into()), ..caution("k1", "pregnancy", "yes", &[]).values };
    let safety = safety(&[screened("t1", TODAY, &[], &[])], &[], &[dated("k1", TODAY, over)]);
    assert_eq!(safety.asks, [Ask::Caution { condition: "pregnancy".into() }]);
    assert_eq!(safety.clearance().unwrap().conditions()[0].id, "pregnancy");
}

#[test]
fn what_this_version_does_not_know_makes_it_stricter() {
    let fine = screened("t1", TODAY, &[], &[]);
    let unknown = safety(std::slice::from_ref(&fine), &[], &[caution("k1", "from-the-future", "yes", &[])]);
    assert_eq!((level_max(&unknown), unknown.unknown_caution), (Some(0), true));
    assert!(!unknown.sentences(Numbers::default()).is_empty());
    let no = safety(std::slice::from_ref(&fine), &[], &[caution("k1", "from-the-future", "no", &[])]);
    assert_eq!(level_max(&no), Some(3));

    for spoil in [
        |values: &mut ScreeningValues| values.rules_version = Some(RULES_VERSION + 1),
        |values: &mut ScreeningValues| values.rules_version = None,
        |values: &mut ScreeningValues| values.level = None,
        |values: &mut ScreeningValues| values.answers = Some(vec!["z9=no".into()]),
        |values: &mut ScreeningValues| values.fired = Some(vec!["z9".into()]),
    ] {
        let mut newer = screened("t2", TODAY, &[], &[]);
        spoil(&mut newer.values);
        let again = screened("t3", TODAY, &[], &["t1", "t2"]);
        let locked = safety(&[fine.clone(), newer, again], &[], &[]);
        assert_eq!(locked.standing.iter().map(|standing| standing.why).collect::<Vec<_>>(), [Why::Newer]);
        assert_eq!(level_max(&locked), None);
    }
    let mut half = screened("t2", TODAY, &[], &[]);
    half.values.answers.as_mut().unwrap().retain(|item| item != "a2=no");
    let locked = safety(&[fine.clone(), half.clone()], &[], &[]);
    assert_eq!(locked.standing[0].why, Why::Incomplete);
    let again = screened("t3", TODAY, &[], &["t1", "t2"]);
    assert_eq!(level_max(&safety(&[fine, half, again], &[], &[])), Some(3));
}

#[test]
fn the_stricter_of_the_stored_level_and_our_own_counts() {
    let mut milder = screened("t1", TODAY, &["a1"], &[]);
    (milder.values.level, milder.values.fired) = (Some("e".into()), None);
    assert_eq!(milder.values.check().unwrap_err().reason, Reason::Contradicts { with: "answers" });
    assert_eq!(safety(&[milder], &[], &[]).level, Level::A);
    let mut harsher = screened("t1", TODAY, &[], &[]);
    harsher.values.level = Some("b".into());
    let safety = safety(&[harsher], &[], &[]);
    assert_eq!((safety.level, level_max(&safety)), (Level::B, None));
}

#[test]
fn a_level_that_a_record_does_not_explain_locks_whatever_else_was_answered() {
    let mut unexplained = screened("t1", TODAY, &[], &[]);
    unexplained.values.level = Some("c".into());
    let mut more = unexplained.clone();
    more.values.answers = screened("t1", TODAY, &["c5"], &[]).values.answers;
    for record in [unexplained, more] {
        assert_eq!(level_max(&safety(&[record], &[], &[])), None);
    }
    // Its own rules explain it here, and leave gentle exercise.
    assert_eq!(level_max(&safety(&[screened("t1", TODAY, &["c5"], &[])], &[], &[])), Some(1));
}

#[test]
fn a_warning_sign_answered_before_leaving_stands() {
    let mut answers = Answers::new();
    answers.set("a1", "no").unwrap();
    assert!(left_half_way(&answers, Purpose::Changed, None).is_none());
    answers.set("a2", "yes").unwrap();
    let (values, triage) = left_half_way(&answers, Purpose::Changed, None).unwrap();
    assert_eq!(triage.level, Level::A);
    let records = [screened("t1", TODAY, &[], &[]), dated("t2", TODAY, values)];
    let left = safety(&records, &[], &[]);
    assert_eq!((left.level, level_max(&left)), (Level::A, None));
    let said = left.sentences(Numbers::default());
    assert_eq!(said[0].key(), crate::texts::screening::CARD_A.key(), "what to do comes first");
    // Answering everything again takes it back no more than it does any other emergency.
    let again = [records.as_slice(), &[screened("t3", TODAY.plus(1), &[], &["t1", "t2"])]].concat();
    assert_eq!(level_max(&safety(&again, &[], &[])), None);
}

#[test]
fn after_a_stop_that_wants_help_nothing_more_that_day_and_all_questions_after_it() {
    let usage = |days: i32| Usage { stopped: Some(TODAY.plus(days)), ..in_use() };
    let screened = |days: i32| [screened("t1", TODAY.plus(days), &[], &[])];
    let locked = |records: &[Dated<ScreeningValues>], usage| {
        let safety = Safety::of(records, &[], &[], &usage, TODAY);
        let after = safety.asks.iter().any(|ask| matches!(ask, Ask::AfterStop { .. }));
        after.then(|| safety.clearance().unwrap_err().waits_for_tomorrow())
    };
    assert_eq!(locked(&screened(-1), usage(0)), Some(true));
    assert_eq!(locked(&screened(0), usage(0)), Some(true));
    assert_eq!(locked(&screened(-1), usage(-1)), Some(false), "the next day they can be answered");
    assert_eq!(locked(&screened(0), usage(-1)), None);
    for (reason, wants) in
        [("saddle-bladder-weakness-chest", true), ("pregnancy", true), ("newer", true), ("dizzy", false)]
    {
        assert_eq!(StopReason::wants_help(reason), wants);
    }
}

#[test]
fn results_that_name_each_other_in_a_circle_take_nothing_back() {
    let circle = [screened("t1", TODAY, &["c6"], &["t2"]), screened("t2", TODAY, &["c6"], &["t1"])];
    assert_eq!(safety(&circle, &[], &[]).standing.len(), 2);
    let own = screened("t1", TODAY, &["c6"], &["t1"]);
    assert_eq!(safety(&[own], &[], &[]).standing.len(), 1);
}

#[test]
fn under_16_nothing_is_put_together_whoever_clears() {
    let young = screened("t1", TODAY, &["age=15"], &[]);
    let locked = safety(std::slice::from_ref(&young), &[clearance(&["t1"], Some("gone"))], &[]);
    assert_eq!(locked.clearance().unwrap_err(), Locked::UnderAge);
    let older = screened("t2", TODAY, &["age=16"], &["t1"]);
    assert_eq!(level_max(&safety(&[young, older], &[], &[])), Some(3));
}

#[test]
fn asking_again_has_its_reasons() {
    let usage = in_use();
    let fine = |days: i32| vec![screened("t1", TODAY.plus(-days), &[], &[])];
    let gentle = |days: i32| vec![screened("t1", TODAY.plus(-days), &["c5"], &[])];
    let day = |days: i32| Some(TODAY.plus(-days));
    let nothing = Usage::default();
    for (results, usage, asks) in [
        (fine(100), usage, vec![]),
        (fine(28), nothing, vec![Ask::LongBreak { days: 28 }, Ask::Today]),
        (fine(27), nothing, vec![Ask::Today]),
        (fine(0), nothing, vec![]),
        (fine(27), Usage { last_check_in: day(8), ..usage }, vec![Ask::Today]),
        (fine(27), Usage { last_check_in: day(7), ..usage }, vec![]),
        (fine(27), Usage { yesterday_red: true, ..usage }, vec![Ask::Today]),
        (fine(27), Usage { paused: day(3), ..usage }, vec![Ask::LongPause]),
        (fine(3), Usage { paused: day(3), ..usage }, vec![]),
        (fine(27), Usage { paused: day(-1), ..usage }, vec![]),
        (fine(5), Usage { worsening: day(4), ..usage }, vec![Ask::Worsening]),
        (fine(4), Usage { worsening: day(4), ..usage }, vec![]),
        (fine(5), Usage { new_episode: day(0), ..usage }, vec![Ask::NewEpisode]),
        (gentle(0), nothing, vec![]),
        (gentle(2), usage, vec![]),
        (gentle(2), Usage { last_session: day(3), ..usage }, vec![Ask::AfterAdvice]),
        (gentle(14), usage, vec![Ask::AfterAdvice]),
        (fine(-1), nothing, vec![Ask::LongBreak { days: 28 }, Ask::Today]),
        (fine(-2), usage, vec![Ask::NeverScreened]),
    ] {
        let safety = Safety::of(&results, &[], &[], &usage, TODAY);
        let words: Vec<_> = safety.asks.iter().map(|ask| ask.sentence().say(Lang::En)).collect();
        assert!(safety.asks == asks, "{words:?}");
        assert_eq!(safety.clearance().is_ok(), asks.is_empty(), "{words:?}");
    }
    let gentle = Safety::of(&gentle(2), &[], &[], &usage, TODAY);
    let cleared = gentle.clearance().unwrap();
    assert!(cleared.level_max() == 1 && cleared.leanings().walk_in_bouts && cleared.leanings().flexion);
}

#[test]
fn a_condition_that_wants_a_look_asks_everything_once_it_was_written_down() {
    let asks = |screened_days: i32, changes: &[&str], condition: &str, answer: &str| {
        let result = screened("t1", TODAY.plus(-screened_days), changes, &[]);
        safety(&[result], &[], &[caution("k1", condition, answer, &[])]).asks
    };
    for condition in ["weakness", "heart-or-lung", "recent-surgery", "vertebral-fracture", "claudication"] {
        assert_eq!(asks(1, &[], condition, "yes"), [Ask::Changed], "{condition}");
        assert_eq!(asks(0, &[], condition, "yes"), [], "answered since: {condition}");
        assert_eq!(asks(1, &[], condition, "no"), [], "{condition}");
    }
    assert_eq!(asks(1, &["c5"], "claudication", "yes"), [], "the answers say so");
    for condition in ["pregnancy", "cannot-kneel", "high-blood-pressure"] {
        assert_eq!(asks(1, &[], condition, "yes"), [], "{condition}");
    }
}

#[test]
fn a_record_from_a_clock_far_ahead_loosens_nothing() {
    let surgery = screened("t1", TODAY.plus(-3), &["c6"], &[]);
    for (ahead, level) in [(0, Some(3)), (1, Some(3)), (2, None), (3650, None)] {
        let again = [surgery.clone(), screened("t2", TODAY.plus(ahead), &[], &["t1"])];
        let asked = Safety::of(&again, &[], &[], &in_use(), TODAY);
        assert_eq!(asked.standing.is_empty(), level.is_some(), "{ahead}");
        // Answering now settles it.
        let anew = [again.as_slice(), &[screened("t3", TODAY, &[], &["t1", "t2"])]].concat();
        assert_eq!(level_max(&safety(&anew, &[], &[])), Some(3), "{ahead}");

        let fine = screened("t2", TODAY, &[], &[]);
        let cleared = dated("l1", TODAY.plus(ahead), clearance(&["t1"], None).values);
        let records = [surgery.clone(), fine.clone()];
        assert_eq!(level_max(&safety(&records, &[cleared], &[])), level, "{ahead}");
        let visit = ClearanceValues { day: Some(TODAY.plus(ahead).to_string()), ..clearance(&["t1"], None).values };
        assert_eq!(level_max(&safety(&records, &[dated("l1", TODAY, visit)], &[])), level, "{ahead}");

        let limited = ClearanceValues { level_max: Some(1), ..clearance(&["t1"], None).values };
        let wide = ClearanceValues { replaces: Some(vec!["l1".into()]), ..clearance(&["t1"], None).values };
        let lifted = [dated("l1", TODAY, limited.clone()), dated("l2", TODAY.plus(ahead), wide)];
        assert_eq!(level_max(&safety(&records, &lifted, &[])), Some(if level.is_some() { 3 } else { 1 }), "{ahead}");
        // A limit holds from whatever day.
        let limit = [dated("l1", TODAY.plus(ahead), limited), dated("l2", TODAY, clearance(&["t1"], None).values)];
        assert_eq!(level_max(&safety(&records, &limit, &[])), Some(1), "{ahead}");

        let yes = caution("k1", "pregnancy", "yes", &[]);
        let no = dated("k2", TODAY.plus(ahead), caution("k2", "pregnancy", "no", &["k1"]).values);
        let pregnant = safety(&[fine], &[], &[yes, no]).conditions.len();
        assert_eq!(pregnant, usize::from(level.is_none()), "{ahead}");
    }
}

#[test]
fn an_emergency_from_a_clock_far_ahead_is_a_day_old_once_it_was_known_for_a_day() {
    let ahead = screened("t1", TODAY.plus(3650), &["a1"], &[]);
    let day = Some(TODAY.to_string());
    let values = ClearanceValues { day, ..clearance(&["t1"], Some("gone")).values };
    let refused = |safety: &Safety, now| values.check(&safety.standing, now).map_err(|refusal| refusal.reason).err();
    let now = TODAY.start_ms();
    let alone = safety(std::slice::from_ref(&ahead), &[], &[]);
    assert!(matches!(refused(&alone, now + DAY_MS), Some(Reason::TooEarly { hours: 80_000.. })));
    let known = safety(&[ahead, screened("t2", TODAY, &[], &["t1"])], &[], &[]);
    assert_eq!(refused(&known, now + DAY_MS - 1), Some(Reason::TooEarly { hours: 1 }));
    assert_eq!(refused(&known, now + DAY_MS), None);
    // A clock that is right is believed, whoever names the result later.
    let right = screened("t1", TODAY, &["a1"], &[]);
    let named = safety(&[right, screened("t2", TODAY.plus(-1), &[], &["t1"])], &[], &[]);
    assert_eq!(refused(&named, now), Some(Reason::TooEarly { hours: 24 }));
}

#[test]
fn a_clearance_that_covers_pain_that_stays_is_known_as_a_review() {
    let results = [screened("t1", TODAY.plus(-2), &["c8"], &[]), screened("t2", TODAY, &[], &["t1"])];
    assert_eq!(safety(&results, &[], &[]).reviewed, None);
    assert_eq!(safety(&results, &[clearance(&["t2"], None)], &[]).reviewed, None);
    assert_eq!(safety(&results, &[clearance(&["t1"], None)], &[]).reviewed, Some(TODAY.plus(-2)));
}

#[test]
fn a_check_of_today_settles_what_asked_for_it() {
    let red = Usage { yesterday_red: true, ..in_use() };
    let fine = screened("t1", TODAY.plus(-5), &[], &[]);
    let checked = [fine, short("t2", TODAY, &[], &[])];
    assert_eq!(level_max(&Safety::of(&checked[..1], &[], &[], &red, TODAY)), None);
    assert_eq!(level_max(&Safety::of(&checked, &[], &[], &red, TODAY)), Some(3));
}

#[test]
fn a_clearance_is_checked_before_it_is_written() {
    let emergency = safety(&[screened("t1", TODAY, &["a1"], &[])], &[], &[]);
    let same_day = safety(&[screened("t1", TODAY, &["b5"], &[])], &[], &[]);
    let now = TODAY.start_ms();
    let full = clearance(&["t1"], Some("gone")).values;
    let refused = |values: &ClearanceValues, safety: &Safety, now| {
        values.check(&safety.standing, now).map_err(|refusal| (refusal.field, refusal.reason)).err()
    };
    assert_eq!(refused(&full, &emergency, now + DAY_MS), None);
    assert_eq!(refused(&full, &emergency, now + DAY_MS - 1), Some(("covers", Reason::TooEarly { hours: 1 })));
    assert_eq!(refused(&full, &emergency, now), Some(("covers", Reason::TooEarly { hours: 24 })));
    let no_signs = ClearanceValues { signs: None, ..full.clone() };
    assert_eq!(refused(&no_signs, &emergency, now + DAY_MS), Some(("signs", Reason::Missing)));
    assert_eq!(refused(&no_signs, &same_day, now), None);
    for (values, field, reason) in [
        (ClearanceValues { who: Some(" ".into()), ..full.clone() }, "who", Reason::Missing),
        (ClearanceValues { day: None, ..full.clone() }, "day", Reason::Missing),
        (ClearanceValues { day: Some("2026-02-30".into()), ..full.clone() }, "day", Reason::NotADate),
        (ClearanceValues { day: Some(TODAY.plus(-2).to_string()), ..full.clone() }, "day", Reason::BeforeResult),
        (ClearanceValues { covers: Some(vec![]), ..full.clone() }, "covers", Reason::Missing),
        (ClearanceValues { covers: Some(vec!["t2".into()]), ..full }, "covers", Reason::UnknownId { nearest: None }),
    ] {
        assert_eq!(refused(&values, &same_day, now), Some((field, reason)));
    }
}

#[test]
fn results_and_cautions_are_checked_before_they_are_written() {
    let half = Answers::parse(&["age=40", "a1=no"]).unwrap();
    assert_eq!(result(&half, Purpose::First, &[], None), Err(missing("a2")));
    let good = screened("t1", TODAY, &["a1"], &[]).values;
    for (values, field) in [
        (ScreeningValues { rules_version: None, ..good.clone() }, "rules_version"),
        (ScreeningValues { rules_version: Some(RULES_VERSION + 1), ..good.clone() }, "rules_version"),
        (ScreeningValues { asked: None, ..good.clone() }, "asked"),
        (ScreeningValues { answers: None, ..good.clone() }, "answers"),
        (ScreeningValues { answers: Some(half.to_words()), ..good.clone() }, "a2"),
        (ScreeningValues { level: None, ..good.clone() }, "level"),
        (ScreeningValues { level: Some("z".into()), ..good }, "level"),
    ] {
        assert_eq!(values.check().unwrap_err().field, field);
    }
    let good = caution("k1", "pregnancy", "yes", &[]).values;
    assert_eq!(good.check().unwrap().id, "pregnancy");
    for (values, field, reason) in [
        (CautionValues { condition: None, ..good.clone() }, "condition", Reason::Missing),
        (
            CautionValues { condition: Some("pregnant".into()), ..good.clone() },
            "condition",
            Reason::UnknownId { nearest: Some("pregnancy") },
        ),
        (CautionValues { answer: None, ..good.clone() }, "answer", Reason::Missing),
        (CautionValues { until: Some("soon".into()), ..good }, "until", Reason::NotADate),
    ] {
        let refusal = values.check().unwrap_err();
        assert_eq!((refusal.field, refusal.reason), (field, reason));
    }
}

#[test]
fn debug_shows_nothing_of_what_stands() {
    let safety = safety(&[screened("t1", TODAY, &["a1"], &[])], &[], &[caution("k1", "glaucoma", "yes", &[])]);
    let shown = format!("{safety:?} {:?} {:?} {:?}", safety.standing, safety.clearance(), in_use());
    assert!(!shown.contains("glaucoma") && !shown.contains("t1") && !shown.contains('A'), "{shown}");
}
