//! What holds for any answers and any records.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::cases::cases;
use crate::day::Day;
use crate::record::Dated;

const TODAY: Day = Day(20_780);

/// Any state of the answers, most of them given, most of those no.
fn any_answers() -> impl Strategy<Value = Answers> {
    let word = prop_oneof![1 => Just(None), 16 => Just(Some("no")), 1 => Just(Some("unsure")), 2 => Just(Some("yes"))];
    (vec(word, ids().len()), proptest::option::weighted(0.9, 0..=100_i64)).prop_map(|(words, age)| {
        let mut answers = Answers::new();
        for (id, word) in ids().into_iter().zip(words) {
            if let Some(word) = word {
                answers.set(id, word).unwrap();
            }
        }
        if let Some(age) = age {
            answers.set("age", &age.to_string()).unwrap();
        }
        answers
    })
}

fn ids() -> Vec<&'static str> {
    let all = [Purpose::First, Purpose::Today].into_iter().flat_map(questions);
    let mut ids: Vec<_> = all.filter(|question| question.kind == AnswerKind::YesNo).map(|q| q.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Answers that can be recorded.
fn complete(answers: &Answers) -> Answers {
    let mut answers = answers.clone();
    for question in questions(Purpose::First).iter().filter(|question| question.shown != When::Always) {
        if answers.check(Purpose::First).is_err_and(|refusal| refusal.field == question.id) {
            answers.set(question.id, "no").unwrap();
        }
    }
    while let Some(question) = next_question(&answers, Purpose::First) {
        answers.set(question.id, if question.id == "age" { "40" } else { "no" }).unwrap();
    }
    while let Err(refusal) = answers.check(Purpose::First) {
        answers.set(refusal.field, if refusal.field == "age" { "40" } else { "no" }).unwrap();
    }
    answers
}

/// No limit is milder than none; nothing at all is the strictest.
fn limit(level_max: Option<u8>) -> i32 {
    level_max.map_or(-1, i32::from)
}

#[derive(Clone)]
struct Records {
    screenings: Vec<Dated<ScreeningValues>>,
    clearances: Vec<Dated<ClearanceValues>>,
    cautions: Vec<Dated<CautionValues>>,
    usage: Usage,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for result in &self.screenings {
            let values = &result.values;
            let yes: Vec<_> = values.answers.iter().flatten().filter(|item| !item.ends_with("=no")).collect();
            writeln!(f, "{} {:?} {:?} {yes:?} {:?}", result.id, result.day, values.level, values.answers_again)?;
        }
        for clearance in &self.clearances {
            writeln!(f, "{} {:?} {:?}", clearance.id, clearance.values.covers, clearance.values.signs)?;
        }
        for caution in &self.cautions {
            let values = &caution.values;
            writeln!(f, "{} {:?} {:?} {:?}", caution.id, values.condition, values.answer, values.answers_again)?;
        }
        Ok(())
    }
}

impl Records {
    fn safety(&self) -> Safety {
        Safety::of(&self.screenings, &self.clearances, &self.cautions, &self.usage, TODAY)
    }
}

const NAMES: [&str; 6] = ["x0", "x1", "x2", "x3", "x4", "x5"];

fn any_names() -> impl Strategy<Value = Vec<String>> {
    vec(select(&NAMES[..]), 0..3).prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

fn any_screening() -> impl Strategy<Value = ScreeningValues> {
    let spoilt = prop_oneof![8 => Just(0), 1 => Just(1), 1 => Just(2), 1 => Just(3), 1 => Just(4)];
    (any_answers(), any_names(), spoilt, prop::bool::weighted(0.2)).prop_map(|(answers, names, spoilt, today)| {
        let mut values = result(&complete(&answers), Purpose::First, &names, None).unwrap();
        match spoilt {
            1 => values.rules_version = Some(RULES_VERSION + 1),
            2 => values.answers.as_mut().unwrap().truncate(5),
            3 => values.level = Some("c".into()),
            4 => values.asked = Some("today".into()),
            _ => {}
        }
        if today {
            let mut short = Answers::new();
            while let Some(question) = next_question(&short, Purpose::Today) {
                short.set(question.id, "no").unwrap();
            }
            values = result(&short, Purpose::Today, &[], None).unwrap();
            values.answers_again = Some(names);
        }
        values
    })
}

fn any_caution() -> impl Strategy<Value = CautionValues> {
    let condition = select(&["pregnancy", "glaucoma", "vertebral-fracture", "newer"][..]);
    (condition, prop_oneof![Just(None), Just(Some("yes")), Just(Some("no"))], any_names()).prop_map(
        |(condition, answer, names)| CautionValues {
            condition: Some(condition.into()),
            answer: answer.map(str::to_owned),
            answers_again: Some(names),
            ..Default::default()
        },
    )
}

fn any_clearance() -> impl Strategy<Value = ClearanceValues> {
    let signs = prop_oneof![Just(None), Just(Some("gone".to_owned()))];
    (any_names(), signs, prop::option::of(0..=3_i64), any_names()).prop_map(|(covers, signs, level_max, replaces)| {
        ClearanceValues {
            who: Some("doctor".into()),
            day: Some("2026-11-22".into()),
            covers: Some(covers),
            signs,
            level_max,
            replaces: Some(replaces),
            ..Default::default()
        }
    })
}

fn dated<V: std::fmt::Debug>(values: impl Strategy<Value = V>, most: usize) -> impl Strategy<Value = Vec<Dated<V>>> {
    vec((values, -3..3_i32), 0..most).prop_map(|all| {
        let numbered = all.into_iter().zip(NAMES);
        numbered
            .map(|((values, day), id)| {
                let day = TODAY.plus(day);
                Dated { id: id.to_owned(), day, at_ms: day.start_ms(), values }
            })
            .collect()
    })
}

fn any_records() -> impl Strategy<Value = Records> {
    let used = prop::option::of((-30..2_i32).prop_map(|days| TODAY.plus(days)));
    let usage = (used.clone(), used, any::<bool>()).prop_map(|(last_session, last_check_in, yesterday_red)| Usage {
        last_session,
        last_check_in,
        yesterday_red,
        ..Usage::default()
    });
    (dated(any_screening(), 5), dated(any_clearance(), 3), dated(any_caution(), 4), usage)
        .prop_map(|(screenings, clearances, cautions, usage)| Records { screenings, clearances, cautions, usage })
}

fn stricter_or_equal(after: &Safety, before: &Safety) -> Result<(), TestCaseError> {
    prop_assert!(after.level >= before.level);
    prop_assert!(limit(after.level_max) <= limit(before.level_max));
    for condition in &before.conditions {
        prop_assert!(after.conditions.contains(condition));
    }
    for standing in &before.standing {
        prop_assert!(after.standing.iter().any(|other| other.id == standing.id && other.level >= standing.level));
    }
    prop_assert_eq!(after.leanings.or(before.leanings), after.leanings);
    Ok(())
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn another_yes_never_makes_it_milder(answers in any_answers(), which in any::<Index>(), today in any::<bool>()) {
        let purpose = if today { Purpose::Today } else { Purpose::First };
        let id = *which.get(&ids());
        let steps = ["no", "unsure", "yes"].map(|word| {
            let mut answers = answers.clone();
            answers.set(id, word).unwrap();
            triage(&answers, purpose)
        });
        for pair in steps.windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            prop_assert!(after.level >= before.level, "{}", id);
            prop_assert!(limit(after.level_max) <= limit(before.level_max), "{}", id);
            for condition in &before.conditions {
                prop_assert!(after.conditions.contains(condition), "{} with {}", condition.id, id);
            }
            for fired in &before.fired {
                let still = after.fired.iter().any(|other| other.rule.id == fired.rule.id && other.level >= fired.level);
                prop_assert!(still, "{} with {}", fired.rule.id, id);
            }
            prop_assert_eq!(after.leanings.or(before.leanings), after.leanings);
        }
        let mut unanswered = answers;
        unanswered.set(id, "no").unwrap();
        prop_assert!(!triage(&unanswered, purpose).sentences(Numbers::default()).is_empty());
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn order_and_copies_do_not_matter(records in any_records(), seed in any::<u64>()) {
        let mut other = records.clone();
        let turn = |length: usize| usize::try_from(seed).unwrap_or(usize::MAX).checked_rem(length).unwrap_or(0);
        other.screenings.reverse();
        other.screenings.rotate_left(turn(records.screenings.len()));
        other.screenings.extend(records.screenings.iter().take(2).cloned());
        other.clearances.reverse();
        other.clearances.extend(records.clearances.iter().take(1).cloned());
        other.cautions.rotate_left(turn(records.cautions.len()));
        other.cautions.extend(records.cautions.iter().take(2).cloned());
        prop_assert!(other.safety() == records.safety());
        // Two halves that overlap, put together, are the whole.
        let middle = records.screenings.len().div_ceil(2);
        let halves = [&records.screenings[middle.min(1)..], &records.screenings[..middle]].concat();
        let merged = Records { screenings: halves, ..records.clone() };
        prop_assert!(merged.safety() == records.safety());
    }

    #[test]
    fn a_further_result_or_caution_never_makes_it_milder(
        records in any_records(), result in any_screening(), caution in any_caution(), day in -3..3_i32,
    ) {
        let before = records.safety();
        let mut more = records.clone();
        let mut result = Dated { id: "y".into(), day: TODAY.plus(day), at_ms: 0, values: result };
        result.values.answers_again = None;
        more.screenings.push(result);
        stricter_or_equal(&more.safety(), &before)?;
        let mut more = records;
        let mut caution = Dated { id: "y".into(), day: TODAY.plus(day), at_ms: 0, values: caution };
        caution.values.answers_again = None;
        more.cautions.push(caution);
        stricter_or_equal(&more.safety(), &before)?;
    }

    #[test]
    fn another_yes_in_a_stored_result_or_caution_never_makes_it_milder(
        records in any_records(), which in any::<Index>(), question in any::<Index>(),
    ) {
        let before = records.safety();
        let mut more = records.clone();
        if !more.screenings.is_empty() {
            let place = which.index(more.screenings.len());
            let items = more.screenings[place].values.answers.as_mut().unwrap();
            let item = question.get(items).clone();
            let (id, _) = item.split_once('=').unwrap();
            if id != "age" {
                items.retain(|other| *other != item);
                items.push(format!("{id}=yes"));
                let after = more.safety();
                // It may no longer answer others again, since a follow-up is not answered: stricter too.
                prop_assert!(after.level >= before.level);
                prop_assert!(limit(after.level_max) <= limit(before.level_max));
            }
        }
        let mut more = records;
        if !more.cautions.is_empty() {
            let place = which.index(more.cautions.len());
            more.cautions[place].values.answer = Some("yes".into());
            stricter_or_equal(&more.safety(), &before)?;
        }
    }

    #[test]
    fn nothing_is_cleared_while_an_emergency_is_not(records in any_records()) {
        let covered: Vec<_> = records
            .clearances
            .iter()
            .filter(|clearance| clearance.values.signs.is_some())
            .flat_map(|clearance| clearance.values.covers.clone().unwrap())
            .collect();
        let open = records.screenings.iter().any(|result| {
            result.values.level.as_deref() == Some("a") && !covered.contains(&result.id)
        });
        prop_assert!(!open || records.safety().clearance().is_err());
    }
}
