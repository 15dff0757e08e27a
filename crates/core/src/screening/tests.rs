use super::*;
use crate::condition::Condition;
use crate::texts::Lang;

mod properties;
mod records;

/// Everything answered no, by somebody of 40, then these on top.
fn answered(changes: &[&str]) -> Answers {
    let mut answers = Answers::new();
    answers.set("age", "40").unwrap();
    for change in changes {
        let (id, word) = change.split_once('=').unwrap_or((change, "yes"));
        answers.set(id, word).unwrap();
    }
    while let Some(question) = next_question(&answers, Purpose::First) {
        answers.set(question.id, "no").unwrap();
    }
    answers
}

/// Level and limit of everything, and the level at which one rule fired.
fn outcome(changes: &[&str], rule: &str) -> (Level, Option<u8>, Option<Level>) {
    let triage = triage(&answered(changes), Purpose::First);
    let fired = triage.fired.iter().find(|fired| fired.rule.id == rule).map(|fired| fired.level);
    (triage.level, triage.level_max, fired)
}

const GO: (Level, Option<u8>) = (Level::E, Some(3));
const THREE: &[&str] = &["c3", "c3-night", "c3-moving", "c3-skin"];
const FOUR: &[&str] = &["c3", "c3-night", "c3-moving", "c3-skin", "c3-young"];
const FIVE_BUT_UNSURE: &[&str] =
    &["c3", "c3-night", "c3-moving", "c3-young=unsure", "c3-skin=unsure", "c3-joints=unsure"];

/// A rule, answers, the level at which the rule fires on them, and the level and limit of everything.
type Case = (&'static str, &'static [&'static str], Option<Level>, (Level, Option<u8>));

const CASES: &[Case] = {
    use Level::{A, B, C, D};
    &[
        ("a1", &["a1"], Some(A), (A, None)),
        ("a1", &["a1=unsure"], Some(A), (A, None)),
        ("a1", &[], None, GO),
        ("a2", &["a2"], Some(A), (A, None)),
        ("a2", &[], None, GO),
        ("a3", &["a3"], Some(A), (A, None)),
        ("a3", &[], None, GO),
        ("a4", &["a4"], Some(A), (A, None)),
        ("a4", &[], None, GO),
        ("a5", &["a5"], Some(B), (B, None)),
        ("a5", &["a5", "a2=unsure"], Some(A), (A, None)),
        ("a5", &["a5", "b6"], Some(A), (A, None)),
        ("a5", &["a2"], None, (A, None)),
        ("a6", &["b6", "a6"], Some(A), (A, None)),
        ("a6", &["b6", "a6=unsure"], Some(A), (A, None)),
        ("a6", &["b6"], None, (B, None)),
        ("a7", &["a7"], Some(A), (A, None)),
        ("a7", &[], None, GO),
        ("a8", &["a8"], Some(A), (A, None)),
        ("a8", &[], None, GO),
        ("a9", &["a9"], Some(A), (A, None)),
        ("a9", &["b3"], None, GO),
        ("b1", &["b1"], Some(B), (B, None)),
        ("b1", &["b1", "b1-severe"], Some(A), (A, None)),
        ("b1", &["b1", "b6"], Some(A), (A, None)),
        ("b1", &[], None, GO),
        ("b2", &["b2", "b2-pain"], Some(B), (B, None)),
        ("b2", &["b2=unsure", "b2-pain=unsure"], Some(B), (B, None)),
        ("b2", &["b2"], None, GO),
        ("b3", &["b3", "b3-risk"], Some(B), (B, None)),
        ("b3", &["b3", "d2"], Some(B), (B, None)),
        ("b3", &["b3", "age=70"], Some(B), (B, None)),
        ("b3", &["b3", "b3-other", "age=50"], Some(B), (B, None)),
        ("b3", &["b3", "b3-other", "age=49"], None, GO),
        ("b3", &["b3", "age=69"], None, GO),
        ("b3", &["d2"], None, (D, Some(3))),
        ("b4", &["b4", "b4-pain"], Some(B), (B, None)),
        ("b4", &["b4"], None, GO),
        ("b5", &["b5"], Some(B), (B, None)),
        ("b5", &[], None, GO),
        ("b6", &["b6"], Some(B), (B, None)),
        ("b6", &[], None, GO),
        ("b7", &["d1", "b7"], Some(B), (B, None)),
        ("b7", &["d1", "b7", "b7-severe"], Some(A), (A, None)),
        ("b7", &["d1"], None, GO),
        ("c1", &["c1"], Some(C), (C, Some(1))),
        ("c1", &["c1", "b4"], Some(B), (B, None)),
        ("c1", &["c1", "b5"], Some(B), (B, None)),
        ("c1", &["b4"], None, GO),
        ("c2", &["age=19", "c2"], Some(C), (C, Some(3))),
        ("c2", &["age=50", "c2"], Some(C), (C, Some(3))),
        ("c2", &["age=50"], None, GO),
        ("c3", FOUR, Some(C), (C, Some(1))),
        ("c3", THREE, None, (D, Some(3))),
        ("c3", FIVE_BUT_UNSURE, None, GO),
        ("c3-mention", THREE, Some(D), (D, Some(3))),
        ("c3-mention", &["c3", "c3-eye-bowel"], Some(D), (D, Some(3))),
        ("c3-mention", &["c3", "c3-night", "c3-moving"], None, GO),
        ("c4", &["c4"], Some(C), (C, Some(1))),
        ("c4", &[], None, GO),
        ("c5", &["c5"], Some(C), (C, Some(1))),
        ("c5", &[], None, GO),
        ("c6", &["c6"], Some(C), (C, None)),
        ("c6", &[], None, GO),
        ("c7", &["c7=unsure"], Some(C), (C, None)),
        ("c7", &["d6", "d6-pressure"], None, (D, Some(3))),
        ("c8", &["c8"], Some(C), (C, Some(1))),
        ("c8", &[], None, GO),
        ("c9", &["c9"], Some(C), (C, Some(3))),
        ("c9", &["c9", "c9-harm"], Some(A), (A, None)),
        ("c9", &["c9=unsure", "c9-harm=unsure"], Some(A), (A, None)),
        ("c9", &[], None, GO),
        ("d1", &["d1", "d1-week13"], Some(D), (D, Some(3))),
        ("d1", &["d1"], None, GO),
        ("d2", &["d2"], Some(D), (D, Some(3))),
        ("d2", &[], None, GO),
        ("d3", &["d3"], Some(C), (C, None)),
        ("d3", &["d2"], None, (D, Some(3))),
        ("d4", &["d4"], Some(D), (D, Some(3))),
        ("d4", &[], None, GO),
        ("d5-kneel", &["d5", "d5-kneel"], Some(D), (D, Some(3))),
        ("d5-kneel", &["d5"], None, GO),
        ("d5-floor", &["d5", "d5-floor"], Some(D), (D, Some(3))),
        ("d5-floor", &["d5", "d5-kneel"], None, (D, Some(3))),
        ("d5-balance", &["d5", "d5-balance"], Some(D), (D, Some(3))),
        ("d5-balance", &["d5"], None, GO),
        ("d6-pressure", &["d6", "d6-pressure"], Some(D), (D, Some(3))),
        ("d6-pressure", &["d6"], None, GO),
        ("d6-eye", &["d6", "d6-eye"], Some(D), (D, Some(3))),
        ("d6-eye", &["d6"], None, GO),
        ("d6-hernia", &["d6", "d6-hernia"], Some(D), (D, Some(3))),
        ("d6-hernia", &["d6"], None, GO),
        ("d6-shoulder", &["d6", "d6-shoulder"], Some(D), (D, Some(3))),
        ("d6-shoulder", &["d6"], None, GO),
        ("d6-wrist", &["d6", "d6-wrist"], Some(D), (D, Some(3))),
        ("d6-wrist", &["d6"], None, GO),
        ("d6-neck", &["d6", "d6-neck"], Some(D), (D, Some(3))),
        ("d6-neck", &["d6"], None, GO),
        ("d7", &["age=15"], Some(D), (D, None)),
        ("d7", &["age=16"], None, GO),
    ]
};

#[test]
fn every_row_fires_when_it_should_and_only_then() {
    for (rule, changes, fired, (level, level_max)) in CASES {
        assert_eq!(outcome(changes, rule), (*level, *level_max, *fired), "{rule} with {changes:?}");
    }
    for rule in RULES {
        for fires in [true, false] {
            let has_case = CASES.iter().any(|(id, _, fired, _)| *id == rule.id && fired.is_some() == fires);
            assert!(has_case, "{} has no case for {fires}", rule.id);
        }
    }
}

#[test]
fn the_short_check_fires_the_same_rules() {
    use Level::{A, B, D, E};
    for (changes, level) in [
        (&[][..], E),
        (&["today-nerve"], B),
        (&["today-nerve=unsure", "a2"], A),
        (&["today-nerve", "a6=unsure"], A),
        (&["b1"], B),
        (&["b1", "b1-severe"], A),
        (&["b1", "today-nerve"], A),
        (&["today-nerve", "a5"], A),
        (&["today-injury"], E),
        (&["today-injury", "a9"], A),
        (&["today-injury", "b3", "age=30"], E),
        (&["today-injury", "b3", "age=71"], B),
        (&["today-injury", "b3", "age=14"], D),
        (&["a8=unsure"], A),
        (&["today-pregnancy", "d1-week13"], D),
        (&["today-pregnancy", "b7"], B),
    ] {
        let mut answers = Answers::new();
        for change in changes {
            let (id, word) = change.split_once('=').unwrap_or((change, "yes"));
            answers.set(id, word).unwrap();
        }
        while let Some(question) = next_question(&answers, Purpose::Today) {
            answers.set(question.id, "no").unwrap();
        }
        answers.check(Purpose::Today).unwrap();
        assert_eq!(triage(&answers, Purpose::Today).level, level, "{changes:?}");
    }
    let first = questions(Purpose::Today).iter().filter(|question| question.shown == When::Always);
    assert_eq!(first.count(), 5);
}

#[test]
fn conditions_and_leanings_are_found() {
    let found = |changes: &[&str]| {
        let triage = triage(&answered(changes), Purpose::First);
        triage.conditions.iter().map(|condition| condition.id).collect::<Vec<_>>()
    };
    assert_eq!(found(&["d1", "d1-week13=unsure"]), ["pregnancy"]);
    assert_eq!(found(&["d5", "d5-floor", "d5-kneel"]), ["cannot-kneel", "no-floor"]);
    assert_eq!(found(&["c5"]), ["stenosis", "claudication"]);
    let leanings = triage(&answered(&["c5"]), Purpose::First).leanings;
    assert!(leanings.flexion && leanings.walk_in_bouts);
    assert_eq!(triage(&answered(&[]), Purpose::First).leanings, Leanings::default());
    for rule in RULES {
        for id in rule.conditions {
            assert!(Condition::find(id).is_some(), "{} names {id}", rule.id);
        }
    }
}

#[test]
fn questions_are_asked_one_by_one_and_follow_ups_only_where_needed() {
    let mut answers = Answers::new();
    let mut asked = Vec::new();
    while let Some(question) = next_question(&answers, Purpose::First) {
        assert_eq!(answers.check(Purpose::First), Err(missing(question.id)));
        asked.push(question.id);
        answers.set(question.id, if question.id == "age" { "40" } else { "no" }).unwrap();
    }
    answers.check(Purpose::First).unwrap();
    assert!(asked.contains(&"b6") && !asked.contains(&"a6") && !asked.contains(&"c2"), "{asked:?}");
    assert!(asked.len() <= 30, "{}", asked.len());
    answers.set("b6", "unsure").unwrap();
    assert_eq!(next_question(&answers, Purpose::First).map(|question| question.id), Some("a6"));
    assert_eq!(triage(&answers, Purpose::First).level, Level::A, "what is due counts as not sure until answered");
}

fn missing(id: &'static str) -> crate::refusal::Refusal {
    crate::refusal::Refusal::new(id, crate::refusal::Reason::Missing)
}

#[test]
fn answers_that_cannot_be_are_refused_and_nothing_is_lost() {
    use crate::refusal::Reason;
    let refused = |items: &[&str]| Answers::parse(items).map_err(|refusal| (refusal.field, refusal.reason)).err();
    assert_eq!(refused(&["a11=no"]), Some(("answers", Reason::UnknownId { nearest: Some("a1") })));
    assert_eq!(refused(&["b4_pain=no"]), Some(("answers", Reason::UnknownId { nearest: Some("b4-pain") })));
    assert_eq!(refused(&["whatever-it-is=no"]), Some(("answers", Reason::UnknownId { nearest: None })));
    assert_eq!(refused(&["a1=no", "a1=yes"]), Some(("a1", Reason::Contradicts { with: "a1" })));
    assert_eq!(refused(&["a1=no", "a1=no", "a2=unsure"]), None);
    assert!(matches!(refused(&["a1=maybe"]), Some(("a1", Reason::NotAChoice { .. }))));
    assert!(matches!(refused(&["a1"]), Some(("a1", Reason::NotAChoice { .. }))));
    assert!(matches!(refused(&["age=yes"]), Some(("age", Reason::WrongKind))));
    assert!(matches!(refused(&["age=121"]), Some(("age", Reason::OutOfRange { .. }))));

    let mut answers = answered(&["b4", "b4-pain"]);
    let before = answers.clone();
    assert!(answers.set("b4", "perhaps").is_err() && answers.set("b44", "no").is_err());
    assert_eq!(answers, before);
    answers.set("b4", "no").unwrap();
    let refusal = answers.check(Purpose::First).unwrap_err();
    assert_eq!((refusal.field, refusal.reason), ("b4-pain", Reason::Contradicts { with: "b4" }));
    answers.set("b4", "unsure").unwrap();
    assert_eq!(answers, Answers::parse(&answers.to_words()).unwrap());
    assert_eq!(triage(&answers, Purpose::First).level, Level::B);
}

#[test]
fn cards_say_what_to_do_and_never_that_all_is_well() {
    let words = |changes: &[&str], country| {
        let said = triage(&answered(changes), Purpose::First).sentences(Numbers::of(country));
        said.iter().map(|sentence| sentence.say(Lang::En)).collect::<Vec<_>>().join("\n")
    };
    assert!(words(&["a1"], Some("GB")).starts_with("Stop exercising. Call 999 now"));
    assert!(words(&["a1"], None).contains("your local emergency number"));
    assert!(words(&["b5"], Some("DE")).starts_with("Talk to a doctor today"));
    assert!(words(&["c3", "c3-night", "c3-skin", "c3-young", "c3-family"], None).contains("only gentle exercises"));
    assert!(words(&["c6"], None).contains("no exercises are put together"));
    assert!(words(&[], None).contains("That does not mean that nothing can be wrong"));
    let harm = words(&["c9", "c9-harm"], Some("US"));
    assert!(harm.starts_with("You do not have to go through this alone. Call 988 now"), "{harm}");
    assert!(!harm.contains("Stop exercising"), "{harm}");
    let both = words(&["c9", "c9-harm", "a1"], Some("US"));
    assert!(both.contains("Call 988 now") && both.contains("Stop exercising. Call 911 now"), "{both}");
    let young = words(&["age=15"], None);
    assert!(young.contains("from 16 on") && !young.contains("You can exercise"), "{young}");
}

#[test]
fn every_question_and_rule_has_words_and_every_rule_a_source() {
    for rule in RULES {
        assert!(!rule.source.is_empty(), "{}", rule.id);
        assert!(rule.advice.say(Lang::En).ends_with('.'), "{}", rule.id);
        let strict = rule.level.needs_clearance() || rule.id == "d7";
        assert!(!strict || rule.level_max.is_none(), "{} leaves something to do", rule.id);
        for id in rule.when.ids().into_iter().chain(rule.raised.iter().flat_map(|(_, when)| when.ids())) {
            assert!(question::find(id).is_some(), "{} asks for {id}", rule.id);
        }
        assert_eq!(RULES.iter().filter(|other| other.id == rule.id).count(), 1, "{}", rule.id);
        assert!(rule.raised.is_none_or(|(level, _)| level > rule.level && level.needs_clearance()), "{}", rule.id);
    }
    for purpose in Purpose::ALL {
        let mut before = Vec::new();
        for question in questions(purpose) {
            assert!(question.text.say(Lang::En).ends_with(['?', ')']), "{}", question.id);
            assert!(question.shown.ids().iter().all(|id| before.contains(id)), "{} comes too early", question.id);
            assert!(!before.contains(&question.id), "{} is there twice", question.id);
            before.push(question.id);
        }
    }
    let heeded: Vec<_> = RULES
        .iter()
        .flat_map(|rule| rule.when.ids().into_iter().chain(rule.raised.iter().flat_map(|(_, when)| when.ids())))
        .chain(Purpose::ALL.iter().flat_map(|purpose| questions(*purpose)).flat_map(|question| question.shown.ids()))
        .collect();
    for question in Purpose::ALL.iter().flat_map(|purpose| questions(*purpose)) {
        assert!(heeded.contains(&question.id), "{} is asked for nothing", question.id);
    }
}

#[test]
fn thoughts_of_self_harm_can_be_said_without_being_low() {
    // The follow-up is behind this question: it has to ask for both.
    let gate = questions(Purpose::First).iter().find(|question| question.id == "c9").unwrap();
    assert!(gate.text.say(Lang::En).contains("harming yourself"));
    let harm = questions(Purpose::First).iter().find(|question| question.id == "c9-harm").unwrap();
    assert_eq!(harm.shown, When::Yes("c9"));
}

#[test]
fn debug_shows_no_answers() {
    let answers = answered(&["a1", "d1", "d1-week13"]);
    let triage = triage(&answers, Purpose::First);
    let shown = format!("{answers:?} {triage:?} {:?} {:?}", triage.fired, answers.get("a1"));
    assert!(!shown.contains("a1") && !shown.contains("Yes") && !shown.contains("pregnancy"), "{shown}");
}
