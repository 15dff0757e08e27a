use super::{Block, Condition};
use crate::catalogue;
use crate::exercise::{CAUTION_TAGS, Exercise, Kind, Position};
use std::collections::BTreeSet;

const EVIDENCE: &str = include_str!("../../../../docs/evidence.md");

/// Kinds of which nothing is left for somebody with all three conditions, which stand in the order of the table.
/// Who plans has to say so instead of offering nothing without a word.
const GAPS: &[(&[&str], Kind)] = &[(&["high-blood-pressure", "breath-panic", "distress"], Kind::Relaxation)];

fn exercise(id: &str) -> &'static Exercise {
    catalogue::find(id).unwrap()
}

fn condition(id: &str) -> &'static Condition {
    Condition::find(id).unwrap()
}

/// Every choice of none to three conditions, in the order of the table.
fn up_to_three() -> Vec<Vec<&'static Condition>> {
    let all = Condition::all();
    let mut choices = vec![Vec::new()];
    for (i, a) in all.iter().enumerate() {
        choices.push(vec![a]);
        for (j, b) in all.iter().enumerate().skip(i + 1) {
            choices.push(vec![a, b]);
            choices.extend(all.iter().skip(j + 1).map(|c| vec![a, b, c]));
        }
    }
    choices
}

#[test]
fn whatever_three_conditions_somebody_has_something_of_each_kind_is_left() {
    let mut gaps = Vec::new();
    for conditions in up_to_three() {
        for kind in Kind::ALL {
            let mut offered = catalogue::filter(None, Some(*kind));
            if !offered.any(|exercise| conditions.iter().all(|condition| condition.blocks(exercise).is_none())) {
                gaps.push((conditions.iter().map(|condition| condition.id).collect::<Vec<_>>(), *kind));
            }
        }
    }
    let declared: Vec<_> = GAPS.iter().map(|(ids, kind)| (ids.to_vec(), *kind)).collect();
    assert_eq!(gaps, declared, "found on the left, declared on the right");
}

#[test]
fn every_choice_of_up_to_three_is_tried() {
    let n = Condition::all().len();
    assert_eq!(up_to_three().len(), 1 + n + n * (n - 1) / 2 + n * (n - 1) * (n - 2) / 6);
}

#[test]
fn every_caution_belongs_to_a_condition_and_every_condition_is_spelt_right() {
    let named: BTreeSet<_> = Condition::all().iter().flat_map(|one| one.exclude.iter().chain(one.adapt)).collect();
    assert_eq!(named, CAUTION_TAGS.iter().collect());
    for one in Condition::all() {
        let tags: BTreeSet<_> = one.exclude.iter().chain(one.adapt).collect();
        assert_eq!(tags.len(), one.exclude.len() + one.adapt.len(), "{} names a tag twice", one.id);
        let settles = !tags.is_empty() || !one.exclude_positions.is_empty() || one.level_max.is_some();
        assert!(settles && !one.source.is_empty(), "{}", one.id);
        assert!(one.level_max.is_none_or(|most| most < Exercise::LEVEL_MAX), "{}", one.id);
    }
}

#[test]
fn every_caution_leaves_out_or_changes_some_exercise() {
    for tag in CAUTION_TAGS {
        assert!(catalogue::all().iter().any(|exercise| exercise.cautions.contains(tag)), "{tag} is never used");
    }
}

#[test]
fn a_condition_is_found_by_its_id_and_ids_are_there_once() {
    let ids: BTreeSet<_> = Condition::all().iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), Condition::all().len());
    for one in Condition::all() {
        assert_eq!(Condition::find(one.id), Some(one));
    }
    assert_eq!(Condition::find("Pregnancy"), None);
    assert_eq!(Condition::find(""), None);
}

#[test]
fn a_block_says_what_it_is_about() {
    for (id, blocked, why) in [
        ("pregnancy", "partial-crunch", Some(Block::Tag("preg_any_after_t1"))),
        ("pregnancy", "childs-pose", None),
        ("osteoporosis", "thoracic-extension", None),
        ("osteoporosis", "hip-hinge-loaded", Some(Block::Tag("osteo_load_needs_guidance"))),
        ("vertebral-fracture", "thoracic-extension", Some(Block::Tag("osteo_needs_guidance"))),
        ("vertebral-fracture", "dead-bug", Some(Block::Level(1))),
        ("vertebral-fracture", "bird-dog", None),
        ("no-floor", "pelvic-tilt", Some(Block::Position(Position::Supine))),
        ("no-floor", "figure-four", None),
        ("claudication", "walking", None),
        ("extension-spreads", "swimming", None),
    ] {
        assert_eq!(condition(id).blocks(exercise(blocked)), why, "{id}, {blocked}");
    }
    let why = serde_json::to_value([Block::Tag("osteo_flexion"), Block::Position(Position::Prone), Block::Level(1)]);
    assert_eq!(
        why.unwrap(),
        serde_json::json!([{"tag": "osteo_flexion"}, {"position": "prone"}, {"level": 1}]),
        "the names stay"
    );
}

#[test]
fn what_stays_may_be_done_in_another_way() {
    for (id, changed, tags) in [
        ("pregnancy", "childs-pose", &["preg_adapt_wide_knees"][..]),
        ("claudication", "walking", &["neurogenic_claudication"]),
        ("extension-spreads", "swimming", &["extension_peripheralises_breaststroke"]),
        ("neck-pain", "thoracic-extension", &["neck_pain_support_head"]),
        ("neck-pain", "walking", &[]),
    ] {
        assert_eq!(condition(id).adapts(exercise(changed)).collect::<Vec<_>>(), tags, "{id}, {changed}");
    }
}

#[test]
fn every_condition_has_its_row_among_the_sources() {
    for one in Condition::all() {
        assert!(EVIDENCE.contains(&format!("\n| {} |", one.id)), "{} has no row in docs/evidence.md", one.id);
    }
}

#[test]
fn every_condition_has_a_name_and_says_what_follows_from_it() {
    for condition in Condition::all() {
        let key = format!("condition.{}", condition.id.replace('-', "_"));
        assert_eq!(condition.text().key(), format!("{key}.name"));
        assert_eq!(condition.about().key(), format!("{key}.about"));
    }
    let words = crate::texts::ALL.iter().filter(|text| text.key().starts_with("condition."));
    assert_eq!(words.count(), 2 * Condition::all().len(), "a text of a condition that there is not");
}

#[test]
fn a_slip_finds_the_condition_that_was_meant() {
    for (typed, meant) in [
        ("pregnant", Some("pregnancy")),
        ("Osteoporosis", Some("osteoporosis")),
        ("wrist_pain", Some("wrist-pain")),
        ("blood pressure", Some("high-blood-pressure")),
        ("zzzzzzzzz", None),
        ("", None),
    ] {
        assert_eq!(Condition::nearest(typed), meant, "{typed}");
    }
}
